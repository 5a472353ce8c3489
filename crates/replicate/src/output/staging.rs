//! Files are written to a temporary folder beside the target and moved in at the end, the manifest last.
//!
//! Only names that a run owns are replaced; foreign files stay; a run that dies before the end leaves the target as it was.

use super::{FileRecord, file_record};
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The manifest's name: moved in last, so its presence says that a run was whole.
pub(crate) const MANIFEST: &str = "manifest.json";

/// Files of a run before they are moved in.
#[derive(Debug)]
pub struct Staging {
    target: PathBuf,
    folder: PathBuf,
    files: BTreeMap<String, FileRecord>,
}

impl Staging {
    /// Opens a temporary folder beside `target`.
    ///
    /// # Errors
    /// [`Error::Environment`] when `target` is a file or its parent cannot be written.
    pub fn beside(target: &Path) -> Result<Self> {
        if target.exists() && !target.is_dir() {
            return Err(Error::Environment(format!("output `{}` is a file, expected a folder", target.display())));
        }
        let name = target.file_name().map_or_else(|| "replication".into(), |name| name.to_string_lossy().into_owned());
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        remove_abandoned(&parent, &name);
        let folder = parent.join(format!(".{name}.{}.partial", std::process::id()));
        let failed = |error| Error::Environment(format!("cannot write beside `{}`: {error}", target.display()));
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(failed)?;
        }
        std::fs::create_dir_all(&folder).map_err(failed)?;
        Ok(Self { target: target.to_path_buf(), folder, files: BTreeMap::new() })
    }

    /// Writes one file; `name` uses `/`.
    ///
    /// # Errors
    /// [`Error::Environment`] when the disk refuses.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        let failed =
            |error| Error::Environment(format!("cannot write `{name}` for `{}`: {error}", self.target.display()));
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        std::fs::write(&path, bytes).map_err(failed)?;
        self.files.insert(name.to_owned(), file_record(name, bytes));
        Ok(())
    }

    /// Names written so far, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Sizes and hashes of what was written so far.
    #[must_use]
    pub fn records(&self) -> Vec<FileRecord> {
        self.files.values().cloned().collect()
    }

    /// Moves everything in, the manifest last, and removes files in `stale` (owned by an earlier run, not by this one).
    ///
    /// # Errors
    /// [`Error::Environment`] when the disk refuses.
    pub fn commit(self, stale: &[String]) -> Result<()> {
        let failed =
            |error| Error::Environment(format!("cannot move results into `{}`: {error}", self.target.display()));
        std::fs::create_dir_all(&self.target).map_err(failed)?;
        let manifest_last = self
            .files
            .keys()
            .filter(|name| *name != MANIFEST)
            .chain(self.files.keys().filter(|name| *name == MANIFEST));
        for name in manifest_last {
            let to = self.target.join(name);
            if let Some(parent) = to.parent() {
                std::fs::create_dir_all(parent).map_err(failed)?;
            }
            std::fs::rename(self.folder.join(name), &to).map_err(failed)?;
        }
        for name in stale {
            let path = self.target.join(name);
            if path.is_file() {
                std::fs::remove_file(path).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// Removes temporary folders that killed runs left beside this target. A folder whose process may be alive stays, and so
/// does one that cannot be removed: neither is in the way.
fn remove_abandoned(parent: &Path, target: &str) {
    let processes = Path::new("/proc");
    if !processes.join("self").exists() {
        return;
    }
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name
            .strip_prefix(&format!(".{target}."))
            .and_then(|rest| rest.strip_suffix(".partial"))
            .filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()));
        if process.is_some_and(|id| !processes.join(id).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Nothing can be done about a temporary folder that will not go.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_files_stay_and_an_abandoned_run_changes_nothing() {
        let target = std::env::temp_dir().join(format!("staging-{}", std::process::id()));
        std::fs::create_dir_all(&target).expect("temp");
        std::fs::write(target.join("mine.txt"), "mine").expect("temp");
        let mut first = Staging::beside(&target).expect("temp");
        first.write("tables/t.md", b"one").expect("temp");
        first.commit(&[]).expect("temp");
        let mut abandoned = Staging::beside(&target).expect("temp");
        abandoned.write("tables/t.md", b"two").expect("temp");
        drop(abandoned);
        assert_eq!(std::fs::read(target.join("tables/t.md")).expect("there"), b"one");
        assert_eq!(std::fs::read(target.join("mine.txt")).expect("there"), b"mine");
        std::fs::remove_dir_all(&target).expect("temp");
    }
}
