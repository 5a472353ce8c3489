//! Reading both states: git revision, folder, working tree.

use super::Pair;
use super::cells::source;
use crate::{members, workspace};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The base state of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Base {
    /// A revision of git; the state is that of its merge base with HEAD.
    Revision(String),
    /// A folder of snapshots.
    Folder(PathBuf),
}

impl Base {
    /// What the user means. Where a revision and a folder have one name, the revision is meant; `./name` is the folder.
    pub(super) fn named(root: &Path, name: &str) -> Self {
        let revision = git(root, &["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]).is_ok();
        match PathBuf::from(name) {
            folder if folder.is_dir() && !revision => Self::Folder(folder),
            _ => Self::Revision(name.to_owned()),
        }
    }
}

/// Every snapshot that is in one of the states.
pub(super) fn pairs(root: &Path, base: &Base) -> Result<Vec<Pair>, String> {
    let pairs = match base {
        Base::Folder(folder) => with_folder(root, folder)?,
        Base::Revision(revision) => with_revision(root, revision)?,
    };
    Ok(pairs.into_iter().map(|(path, (old, new))| Pair { path, old, new }).collect())
}

/// Every snapshot that waits for a review: its committed and its new text.
pub(super) fn pending(root: &Path) -> Result<Vec<Pair>, String> {
    let pair = |new: &PathBuf| {
        let snapshot = new.with_extension("");
        let path = relative(root, &snapshot);
        let old = snapshot.is_file().then(|| members::read(&snapshot)).transpose()?;
        Ok(Pair { path, old, new: Some(members::read(new)?) })
    };
    workspace::files(root, ".snap.new").iter().map(pair).collect()
}

type States = BTreeMap<String, (Option<String>, Option<String>)>;

/// A folder of snapshots against those of the same name in the working tree.
fn with_folder(root: &Path, folder: &Path) -> Result<States, String> {
    let mut states = States::new();
    let current = working_tree(root)?;
    let folder = folder.canonicalize().map_err(|error| format!("{}: {error}", folder.display()))?;
    for path in workspace::files(&folder, ".snap") {
        let old = members::read(&path)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let inside = |other: &str| root.join(other).canonicalize().is_ok_and(|other| other.starts_with(&folder));
        let same_name = |(other, _): &(&String, &String)| other.rsplit('/').next() == Some(&name) && !inside(other);
        let found: Vec<(&String, &String)> = current.iter().filter(same_name).collect();
        let place = counterpart(&old, &found).map_err(|error| format!("{}: {error}", path.display()))?;
        states.insert(place.0.clone(), (Some(old), Some(place.1.clone())));
    }
    Ok(states)
}

/// The one snapshot of the working tree that belongs to a text; among several of its name, the one of the same test file.
fn counterpart<'a>(old: &str, found: &[(&'a String, &'a String)]) -> Result<(&'a String, &'a String), String> {
    let same_source = || found.iter().filter(|(_, new)| source(old).is_some() && source(new) == source(old));
    match (found, same_source().count()) {
        ([], _) => Err("no snapshot of this name in the working tree".to_owned()),
        ([one], _) => Ok(*one),
        (_, 1) => same_source().next().copied().ok_or_else(String::new),
        _ => {
            let names: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
            Err(format!("several snapshots have this name: {}", names.join(", ")))
        }
    }
}

fn with_revision(root: &Path, base: &str) -> Result<States, String> {
    let revision = git(root, &["merge-base", base, "HEAD"]).map_err(|error| {
        format!("`{base}` is neither a folder nor a revision that HEAD shares history with: {error}")
    })?;
    let revision = revision.trim();
    let listed = git(root, &["ls-tree", "-r", "--name-only", revision])?;
    let mut states = States::new();
    for (path, new) in working_tree(root)? {
        states.entry(path).or_default().1 = Some(new);
    }
    for path in listed.lines().filter(|path| tracked(path)) {
        states.entry(path.to_owned()).or_default().0 = Some(git(root, &["show", &format!("{revision}:{path}")])?);
    }
    Ok(states)
}

/// Snapshots as they are now, pending ones in the place of the old.
fn working_tree(root: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut current = BTreeMap::new();
    for suffix in [".snap", ".snap.new"] {
        for path in workspace::files(root, suffix) {
            let name = relative(root, &path).trim_end_matches(".new").to_owned();
            if tracked(&name) {
                current.insert(name, members::read(&path)?);
            }
        }
    }
    Ok(current)
}

/// A path below the root, with `/`.
fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// What is compared. States kept for the documentation are not.
fn tracked(path: &str) -> bool {
    path.ends_with(".snap") && !path.starts_with("docs/")
}

fn git(root: &Path, args: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(args)
        .output()
        .map_err(|error| format!("cannot start git: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_snapshots_of_one_name_the_test_file_decides() {
        let text = |source: &str| format!("---\nsource: {source}\n---\nx\n");
        let (a, b) = ("crates/report/tests/snapshots/readme.snap".to_owned(), "tests/snapshots/readme.snap".to_owned());
        let (text_a, text_b) = (text("crates/report/tests/it/support.rs"), text("tests/it/support.rs"));
        let found = [(&a, &text_a), (&b, &text_b)];
        assert_eq!(counterpart(&text("tests/it/support.rs"), &found).map(|place| place.0), Ok(&b));
        let error = counterpart("no header", &found).expect_err("either");
        assert!(error.contains(&a) && error.contains(&b), "{error}");
        assert_eq!(counterpart("no header", &found[..1]).map(|place| place.0), Ok(&a));
        assert!(counterpart(&text_a, &[]).is_err());
    }

    #[test]
    fn what_is_compared() {
        assert!(tracked("tests/snapshots/table_t2.snap"));
        assert!(!tracked("docs/reviewing/hc1/table_t2.snap") && !tracked("target/snapshot-references.txt"));
    }

    #[test]
    fn a_folder_and_a_revision() {
        let root = workspace::root();
        let folder = root.join("docs/reviewing/hc1");
        assert_eq!(Base::named(&root, &folder.display().to_string()), Base::Folder(folder));
        assert_eq!(Base::named(&root, "HEAD"), Base::Revision("HEAD".to_owned()));
    }
}
