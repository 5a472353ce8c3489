//! What stands in the way of results, found before anything is computed or moved.

use std::collections::BTreeSet;
use std::path::Path;
use study::{Error, Result};

/// Folders of results that every run has.
pub(super) const FOLDERS: [&str; 3] = ["data", "log", "tables"];

/// Checks that nothing stands in the way of files in `target`: no folder where a file goes, no file or broken link where a
/// folder goes.
///
/// # Errors
/// [`Error::Environment`] naming what is in the way.
pub(super) fn check_places<'a>(
    target: &Path,
    folders: impl Iterator<Item = &'a str>,
    files: impl Iterator<Item = &'a str>,
) -> Result<()> {
    let in_the_way = |path: &Path, is: &str, goes: &str| {
        let path = path.display();
        Err(Error::Environment(format!("`{path}` is {is}, and a {goes} of results goes there; move it away")))
    };
    let mut parents: BTreeSet<&str> = folders.collect();
    for name in files {
        let path = target.join(name);
        if path.is_dir() {
            return in_the_way(&path, "a folder", "file");
        }
        parents.extend(name.match_indices('/').map(|(at, _)| &name[..at]));
    }
    for folder in parents {
        let path = target.join(folder);
        if path.is_file() {
            return in_the_way(&path, "a file", "folder");
        }
        if !path.exists() && path.is_symlink() {
            return in_the_way(&path, "a link to nothing", "folder");
        }
    }
    Ok(())
}
