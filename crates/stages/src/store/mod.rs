//! How files reach a folder: staged beside it, moved in at the end, listed in a manifest.

mod manifest;
mod places;
mod staging;

pub use manifest::{FileRecord, Manifest, StageTime, file_record, file_record_of};
pub use staging::{MANIFEST, Staging, previous_outputs};

/// The last part of a path.
#[must_use]
pub fn file_name(path: &str) -> String {
    std::path::Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}
