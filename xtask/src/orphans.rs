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
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let referenced: BTreeSet<PathBuf> = text.lines().map(|line| whole(Path::new(line))).collect();
    let name = |path: &PathBuf| path.strip_prefix(root).unwrap_or(path).display().to_string();
    Ok(workspace::files(root, ".snap").iter().filter(|path| !referenced.contains(&whole(path))).map(name).collect())
}
