//! Snapshots that no test asked for.

use crate::workspace;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The file in which insta notes every snapshot that a test compares with.
pub(crate) fn references() -> PathBuf {
    workspace::target().join("snapshot-references.txt")
}

/// Snapshots below the root that are not in the references of a run of all tests.
pub(crate) fn find(root: &Path) -> Result<Vec<String>, String> {
    let path = references();
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(unreferenced(root, &workspace::files(root, ".snap"), &text))
}

/// Snapshots, below the root, that no line names.
fn unreferenced(root: &Path, snapshots: &[PathBuf], references: &str) -> Vec<String> {
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let referenced: BTreeSet<PathBuf> = references.lines().map(|line| canonical(Path::new(line))).collect();
    let name = |path: &PathBuf| path.strip_prefix(root).unwrap_or(path).display().to_string();
    snapshots.iter().filter(|path| !referenced.contains(&canonical(path))).map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_that_no_test_names() {
        let root = Path::new("/w");
        let snapshots = ["/w/tests/a.snap", "/w/tests/b.snap"].map(PathBuf::from);
        assert_eq!(unreferenced(root, &snapshots, "/w/tests/a.snap\n/w/tests/a.snap\n"), ["tests/b.snap"]);
        assert!(unreferenced(root, &snapshots, "/w/tests/b.snap\n/w/tests/a.snap\n").is_empty());
    }
}
