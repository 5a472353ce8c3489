//! What a run leaves behind: files, checksums, manifest.

pub mod data_files;
mod manifest;
mod number;
pub mod stage_files;
pub(crate) mod staging;
pub mod table_files;

pub use manifest::{FileRecord, Manifest, StageTime, file_record};
pub use number::{full, json_number};
pub use staging::Staging;
pub(crate) use table_files::JOINT;
