//! Files that are derived from others: they must say what their sources say.

use super::trees;
use crate::members::Member;
use crate::{diff, members};
use std::path::Path;

/// Folder of the worked example: the snapshots of Table 2 under HC1.
pub(crate) const EXAMPLE: &str = "docs/reviewing/hc1";

const START: &str = "<!-- printed by `cargo xtask diff docs/reviewing/hc1` -->\n";
const END: &str = "<!-- end -->\n";

/// Compares, or writes.
pub(super) fn check(root: &Path, members: &[Member], write: bool, findings: &mut Vec<String>) -> Result<(), String> {
    let mut texts = trees::readmes(root, members)?;
    texts.push(("docs/reviewing.md".to_owned(), reviewing(root)?));
    for (name, text) in texts {
        let path = root.join(&name);
        if std::fs::read_to_string(&path).is_ok_and(|current| current == text) {
            continue;
        }
        if write {
            let folder = path.parent().unwrap_or(root);
            std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            std::fs::write(&path, text).map_err(|error| format!("{name}: {error}"))?;
            println!("{name} written");
        } else {
            findings.push(format!("{name} is out of date; run `cargo xtask tidy --write`"));
        }
    }
    Ok(())
}

/// The guide with what the tool prints now.
fn reviewing(root: &Path) -> Result<String, String> {
    let guide = members::read(&root.join("docs/reviewing.md"))?;
    let printed = diff::summary(root, &diff::Base::Folder(root.join(EXAMPLE)), false)?;
    let parts = guide.split_once(START).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let (head, tail) = parts.ok_or("docs/reviewing.md has no marks around the printed summary")?;
    Ok(format!("{head}{START}\n{}\n{END}{tail}", printed.trim_end()))
}
