//! Source files and leftovers.

use crate::{members, workspace};
use std::path::Path;

/// Longest source file, in lines: one idea per file.
const LONGEST: usize = 700;

/// Checks every source file, and that no snapshot waits for a review.
pub(super) fn check(root: &Path, findings: &mut Vec<String>) -> Result<(), String> {
    for path in workspace::files(root, ".rs") {
        let text = members::read(&path)?;
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let lines = text.lines().count();
        if lines > LONGEST {
            findings.push(format!("{name}: {lines} lines, more than {LONGEST}; is there one idea in it?"));
        }
        // The marks are put together here, so that this file does not find itself.
        for stub in [concat!("todo", "!("), concat!("unimpl", "emented!("), concat!("#[ign", "ore")] {
            if text.contains(stub) {
                findings.push(format!("{name}: contains `{stub}`"));
            }
        }
    }
    for path in workspace::files(root, ".snap.new") {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        findings.push(format!("{name}: unreviewed snapshot; run `cargo xtask bless`"));
    }
    Ok(())
}
