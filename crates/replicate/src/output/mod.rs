//! What a run leaves behind: files, checksums, manifest.

mod manifest;
mod number;
pub mod stage_files;
mod staging;

pub use manifest::{FileRecord, Manifest, StageTime, file_record};
pub use number::{csv_field, csv_line, full, json_number};
pub use staging::Staging;
