//! Results as files.

pub mod data;
pub mod indices;
pub mod published;
pub mod tables;
