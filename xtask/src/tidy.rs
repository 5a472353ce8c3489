//! Rules of the house that no compiler checks.

use crate::workspace;
use std::path::Path;

/// Who may depend on whom inside the workspace (ordinary dependencies).
const ALLOWED: &[(&str, &[&str])] = &[
    ("panel-core", &[]),
    ("va-index", &["panel-core"]),
    ("gtfp-ebm", &["panel-core"]),
    ("market-seg", &["panel-core"]),
    ("panel-fe", &["panel-core"]),
    ("panel-report", &["panel-core"]),
    ("replicate", &["panel-core", "va-index", "gtfp-ebm", "market-seg", "panel-fe", "report"]),
    ("xtask", &[]),
    ("replication-tests", &["panel-core", "replicate"]),
];

/// Longest source file, in lines: one idea per file.
const LONGEST: usize = 700;

/// Runs every check; exit code 1 when one finds something.
pub(crate) fn run() -> Result<u8, String> {
    let root = workspace::root();
    let mut findings = Vec::new();
    dependency_directions(&root, &mut findings)?;
    sources(&root, &mut findings)?;
    leftovers(&root, &mut findings);
    for finding in &findings {
        eprintln!("tidy: {finding}");
    }
    Ok(u8::from(!findings.is_empty()))
}

fn dependency_directions(root: &Path, findings: &mut Vec<String>) -> Result<(), String> {
    let members: Vec<&str> = ALLOWED.iter().map(|(name, _)| *name).chain(["report"]).collect();
    for path in workspace::files(root, "Cargo.toml") {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let manifest: toml::Table = text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
        let Some(name) = manifest.get("package").and_then(|package| package.get("name")).and_then(|name| name.as_str())
        else {
            continue;
        };
        let Some((_, allowed)) = ALLOWED.iter().find(|(member, _)| *member == name) else {
            continue;
        };
        let dependencies = manifest.get("dependencies").and_then(|value| value.as_table());
        for dependency in dependencies.into_iter().flat_map(toml::Table::keys) {
            if members.contains(&dependency.as_str()) && !allowed.contains(&dependency.as_str()) {
                findings.push(format!("{name} must not depend on {dependency} (see ARCHITECTURE.md)"));
            }
        }
        let polars = dependencies.and_then(|table| table.get("polars"));
        if polars.is_some() && !["panel-core", "replicate"].contains(&name) {
            findings
                .push(format!("{name} must not depend on polars: it is a boundary type of panel-core and replicate"));
        }
    }
    Ok(())
}

fn sources(root: &Path, findings: &mut Vec<String>) -> Result<(), String> {
    for path in workspace::files(root, ".rs") {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
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
    Ok(())
}

fn leftovers(root: &Path, findings: &mut Vec<String>) {
    for path in workspace::files(root, ".snap.new") {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        findings.push(format!("{name}: unreviewed snapshot; run `cargo xtask bless`"));
    }
}
