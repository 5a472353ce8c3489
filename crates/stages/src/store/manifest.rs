//! The manifest: what went in, what came out, with which versions, how long it took.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::Read;

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

/// Size and hash of a file that is written piece by piece.
#[derive(Debug, Default)]
pub(super) struct FileSum {
    bytes: u64,
    hash: Sha256,
}

impl FileSum {
    pub(super) fn add(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        self.hash.update(piece);
    }

    pub(super) fn record(self, path: &str) -> FileRecord {
        let sha256 = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        FileRecord { path: path.to_owned(), bytes: self.bytes, sha256, stale: false }
    }
}

/// Size and hash of some bytes.
#[must_use]
pub fn file_record(path: &str, bytes: &[u8]) -> FileRecord {
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    FileRecord { path: path.to_owned(), bytes: bytes.len() as u64, sha256, stale: false }
}

/// The same of what a reader gives, which is never in memory as a whole.
///
/// # Errors
/// Those of the reader.
pub fn file_record_of(path: &str, reader: &mut impl Read) -> std::io::Result<FileRecord> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let n = reader.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
        bytes += n as u64;
    }
    let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(FileRecord { path: path.to_owned(), bytes, sha256, stale: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_of_nothing() {
        let record = file_record("x", b"");
        assert_eq!(file_record_of("x", &mut &b""[..]).unwrap(), record);
        assert_eq!(record.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
