//! Reading both states: git revision, folder, working tree.

use super::Pair;
use crate::{members, workspace};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Every snapshot and API listing that is in one of the states.
pub(super) fn pairs(root: &Path, base: &str) -> Result<Vec<Pair>, String> {
    let folder = root.join(base);
    let pairs = if folder.is_dir() { with_folder(root, &folder)? } else { with_revision(root, base)? };
    Ok(pairs.into_iter().map(|(path, (old, new))| Pair { path, old, new }).collect())
}

type States = BTreeMap<String, (Option<String>, Option<String>)>;

/// A folder of snapshots against those of the same name elsewhere in the working tree.
fn with_folder(root: &Path, folder: &Path) -> Result<States, String> {
    let mut states = States::new();
    let current = working_tree(root)?;
    for path in workspace::files(folder, ".snap") {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let relative = |path: &str| !folder.ends_with(path) && root.join(path).parent() != Some(folder);
        let new = current.iter().find(|(other, _)| other.rsplit('/').next() == Some(&name) && relative(other));
        let Some((place, new)) = new else {
            return Err(format!("{}: no snapshot of this name in the working tree", path.display()));
        };
        states.insert(place.clone(), (Some(members::read(&path)?), Some(new.clone())));
    }
    Ok(states)
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

/// Snapshots and API listings as they are now, pending ones in the place of the old.
fn working_tree(root: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut current = BTreeMap::new();
    for suffix in [".snap", ".txt", ".snap.new"] {
        for path in workspace::files(root, suffix) {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let name = name.trim_end_matches(".new").to_owned();
            if tracked(&name) {
                current.insert(name, members::read(&path)?);
            }
        }
    }
    Ok(current)
}

/// What is compared. States kept for the documentation are not.
fn tracked(path: &str) -> bool {
    (path.ends_with(".snap") && !path.starts_with("docs/")) || (path.starts_with("api/") && path.ends_with(".txt"))
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
