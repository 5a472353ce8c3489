//! Marks that a merge leaves where two sides touched one place.

use crate::{members, workspace};
use std::path::Path;

/// Endings of the files that people write.
const WRITTEN: [&str; 6] = [".md", ".rs", ".toml", ".yml", ".py", ".json"];

/// Finds files in which a merge was not finished.
pub(super) fn check(root: &Path, findings: &mut Vec<String>) -> Result<(), String> {
    for path in WRITTEN.iter().flat_map(|ending| workspace::files(root, ending)) {
        let text = members::read(&path)?;
        if let Some(line) = text.lines().position(is_mark) {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            findings.push(format!("{name}:{}: a merge is not finished here", line + 1));
        }
    }
    Ok(())
}

/// Whether a line is one of the two marks that stand in no other text.
fn is_mark(line: &str) -> bool {
    ["<", ">"].iter().any(|sign| line.starts_with(&format!("{} ", sign.repeat(7))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_at_the_beginning_of_a_line() {
        let mark = |sign: &str| format!("{} HEAD", sign.repeat(7));
        assert!(is_mark(&mark("<")) && is_mark(&mark(">")));
        assert!(!is_mark("=======") && !is_mark(&format!(" {}", mark("<"))), "rules under headings, quotations");
    }
}
