//! The manifest: what went in, what came out, with which versions, how long it took.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A file with its size and hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Path as the study or the output folder has it.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Set when a later partial run left this file from an earlier one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stale: bool,
}

/// A stage and its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageTime {
    /// Name; a gtfp stage is `gtfp-<id>`.
    pub name: String,
    /// Wall seconds.
    pub seconds: f64,
}

/// `manifest.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// Title of the study.
    pub title: String,
    /// Study file and sources.
    pub inputs: Vec<FileRecord>,
    /// Files of the run, but for this one and the log.
    pub outputs: Vec<FileRecord>,
    /// Versions of this program and of what decides numbers.
    pub versions: std::collections::BTreeMap<String, String>,
    /// Seeds of everything random.
    pub seeds: std::collections::BTreeMap<String, u64>,
    /// Wall seconds by stage.
    pub stages: Vec<StageTime>,
    /// Threads used.
    pub threads: usize,
    /// Start, seconds since 1970.
    pub started: u64,
    /// Operating system and processor family.
    pub platform: String,
}

/// Size and hash of some bytes.
#[must_use]
pub fn file_record(path: &str, bytes: &[u8]) -> FileRecord {
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    FileRecord { path: path.to_owned(), bytes: bytes.len() as u64, sha256, stale: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_of_nothing() {
        let record = file_record("x", b"");
        assert_eq!(record.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
