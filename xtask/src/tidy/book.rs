//! The book of `docs/`: its contents name pages that are there, and every page is among them.

use crate::{members, workspace};
use std::collections::BTreeSet;
use std::path::Path;

/// Compares `docs/SUMMARY.md` with the pages beside it.
pub(super) fn check(root: &Path, findings: &mut Vec<String>) -> Result<(), String> {
    let docs = root.join("docs");
    let named = named(&members::read(&docs.join("SUMMARY.md"))?);
    let pages: BTreeSet<String> = workspace::files(&docs, ".md")
        .iter()
        .filter_map(|path| path.strip_prefix(&docs).ok())
        .map(|path| path.display().to_string().replace('\\', "/"))
        .filter(|page| page != "SUMMARY.md")
        .collect();
    findings.extend(pages.difference(&named).map(|page| format!("docs/SUMMARY.md does not name docs/{page}")));
    findings
        .extend(named.difference(&pages).map(|page| format!("docs/SUMMARY.md names docs/{page}, which is not there")));
    Ok(())
}

/// Targets of the links of a table of contents.
fn named(summary: &str) -> BTreeSet<String> {
    let targets = summary.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_a_summary() {
        let found = named("# Summary\n\n- [A](a.md)\n  - [B c](b/c.md)\n- text\n");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["a.md", "b/c.md"]);
    }
}
