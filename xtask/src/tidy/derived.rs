//! Files that are derived from others: they must say what their sources say.

use super::trees;
use crate::members::Member;
use crate::{diff, members, replicate};
use std::path::Path;

/// Folder of the worked example: the snapshots of Table 2 under HC1.
pub(crate) const EXAMPLE: &str = "docs/reviewing/hc1";

const START: &str = "<!-- printed by `cargo xtask diff docs/reviewing/hc1` -->\n";
/// Before the keys of a study file.
const KEYS: &str = "<!-- printed by `panelstudy schema --page` -->\n";
const END: &str = "<!-- end -->\n";

/// Compares, or writes.
pub(super) fn check(root: &Path, members: &[Member], write: bool, findings: &mut Vec<String>) -> Result<(), String> {
    let mut texts = trees::readmes(root, members)?;
    texts.push(("docs/reviewing.md".to_owned(), reviewing(root)?));
    texts.extend(reference(root)?);
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

/// Folders of studies from which the reference takes examples.
const STUDIES: [&str; 2] = ["tests/studies", "fixtures/studies"];

/// The reference of study files: the runner prints both from its types.
fn reference(root: &Path) -> Result<[(String, String); 2], String> {
    let mut studies = Vec::new();
    for folder in STUDIES {
        let files = std::fs::read_dir(root.join(folder)).map_err(|error| format!("{folder}: {error}"))?;
        let paths = files.flatten().map(|file| file.path());
        studies.extend(paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml")));
    }
    studies.sort();
    let named = studies.iter().map(|path| path.display().to_string());
    let page: Vec<String> = ["schema", "--page"].map(str::to_owned).into_iter().chain(named).collect();
    let guide = members::read(&root.join("docs/study.md"))?;
    let study =
        between(&guide, KEYS, &replicate::printed(&page)?).ok_or("docs/study.md has no marks around the keys")?;
    Ok([
        ("docs/study.md".to_owned(), study),
        ("docs/study.schema.json".to_owned(), replicate::printed(&["schema".to_owned()])?),
    ])
}

/// The guide with what the tool prints now.
fn reviewing(root: &Path) -> Result<String, String> {
    let guide = members::read(&root.join("docs/reviewing.md"))?;
    let printed = diff::summary(root, &diff::Base::Folder(root.join(EXAMPLE)), false)?;
    between(&guide, START, &printed).ok_or_else(|| "docs/reviewing.md has no marks around the printed summary".into())
}

/// A page with what is printed between a mark and the end.
fn between(page: &str, start: &str, printed: &str) -> Option<String> {
    let (head, rest) = page.split_once(start)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{start}\n{}\n{END}{tail}", printed.trim()))
}
