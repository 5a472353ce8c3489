//! Who depends on whom, and what a published package says about itself.

use crate::members::{self, Member};
use std::path::Path;

/// Who may depend on whom inside the workspace (ordinary dependencies).
const ALLOWED: &[(&str, &[&str])] = &[
    ("panel-core", &[]),
    ("va-index", &["panel-core"]),
    ("gtfp-ebm", &["panel-core"]),
    ("market-seg", &["panel-core"]),
    ("panel-fe", &["panel-core"]),
    ("panel-spatial", &["panel-core"]),
    ("panel-multiverse", &["panel-core"]),
    ("panel-report", &["panel-core"]),
    ("panel-audit", &["panel-core", "panel-report"]),
    (
        "panel-study",
        &[
            "panel-core",
            "va-index",
            "gtfp-ebm",
            "market-seg",
            "panel-fe",
            "panel-spatial",
            "panel-multiverse",
            "panel-report",
        ],
    ),
    ("panel-stages", &["panel-core", "panel-fe", "panel-report", "panel-study"]),
    (
        "panel-tables",
        &[
            "panel-core",
            "gtfp-ebm",
            "panel-fe",
            "panel-spatial",
            "panel-multiverse",
            "panel-report",
            "panel-study",
            "panel-stages",
        ],
    ),
    (
        "panelstudy",
        &[
            "panel-core",
            "gtfp-ebm",
            "panel-fe",
            "panel-spatial",
            "panel-multiverse",
            "panel-report",
            "panel-audit",
            "panel-study",
            "panel-stages",
            "panel-tables",
        ],
    ),
    (
        "panelstudy-python",
        &[
            "panel-core",
            "va-index",
            "gtfp-ebm",
            "market-seg",
            "panel-fe",
            "panel-spatial",
            "panel-report",
            "panel-audit",
            "panelstudy",
        ],
    ),
    ("twin", &["panel-core", "gtfp-ebm", "panel-fe"]),
    ("xtask", &[]),
    // Whatever else it needs are dev-dependencies.
    ("replication-tests", &["panelstudy"]),
];

/// Packages that are never published.
const INTERNAL: &[&str] = &[
    "panel-study",
    "panel-stages",
    "panel-tables",
    "panelstudy",
    "panelstudy-python",
    "twin",
    "xtask",
    "replication-tests",
];

/// Checks every manifest.
pub(super) fn check(root: &Path, members: &[Member], findings: &mut Vec<String>) -> Result<(), String> {
    for member in members {
        if !ALLOWED.iter().any(|(name, _)| *name == member.name) {
            findings.push(format!("{} is not in the list of packages of `xtask/src/tidy/manifests.rs`", member.name));
        }
        if member.publishable() == INTERNAL.contains(&member.name.as_str()) {
            findings.push(format!("{}: `publish = false` belongs to {}", member.name, INTERNAL.join(", ")));
        }
        directions(member, findings);
        paths(member, findings);
        if member.publishable() {
            metadata(root, member, findings)?;
        }
    }
    Ok(())
}

fn directions(member: &Member, findings: &mut Vec<String>) {
    let names: Vec<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    let allowed = ALLOWED.iter().find(|(name, _)| *name == member.name).map_or(&[][..], |(_, allowed)| allowed);
    for dependency in member.dependencies() {
        if names.contains(&dependency) && !allowed.contains(&dependency) {
            findings.push(format!("{} must not depend on {dependency} (see ARCHITECTURE.md)", member.name));
        }
        if dependency.starts_with("polars") && !["panel-core", "panelstudy"].contains(&member.name.as_str()) {
            let name = &member.name;
            findings.push(format!("{name} must not depend on polars: a boundary type of panel-core and panelstudy"));
        }
        if dependency.starts_with("pyo3") && member.name != "panelstudy-python" {
            findings.push(format!("{} must not depend on {dependency}: Python is the edge of the edge", member.name));
        }
        if dependency.starts_with("arrow") && !["panel-core", "panelstudy-python"].contains(&member.name.as_str()) {
            findings.push(format!("{} must not depend on {dependency}: a boundary type of panel-core", member.name));
        }
        if dependency.starts_with("highs") && member.name != "gtfp-ebm" {
            findings.push(format!("{} must not depend on {dependency}: it stays inside gtfp-ebm", member.name));
        }
    }
}

/// Dev-dependencies between members go by path alone: with a version, no member could be published first.
fn paths(member: &Member, findings: &mut Vec<String>) {
    for (name, value) in member.table("dev-dependencies") {
        let internal = ALLOWED.iter().any(|(other, _)| *other == members::package_of(name));
        if internal && member.publishable() && value.get("path").is_none() {
            findings.push(format!("{}: the dev-dependency {name} must be given by path alone", member.name));
        }
    }
}

/// What the registry and docs.rs show.
fn metadata(root: &Path, member: &Member, findings: &mut Vec<String>) -> Result<(), String> {
    let name = &member.name;
    for key in ["description", "readme", "license", "repository", "rust-version", "keywords", "categories", "include"] {
        if member.package(key).is_none() {
            findings.push(format!("{name}: the manifest has no `{key}`"));
        }
    }
    let count = |key: &str| member.package(key).and_then(toml::Value::as_array).map_or(0, Vec::len);
    if count("keywords") > 5 || count("categories") > 5 {
        findings.push(format!("{name}: the registry takes five keywords and five categories at the most"));
    }
    let docs = member.package("metadata").and_then(|m| m.get("docs")).and_then(|docs| docs.get("rs"));
    if docs.and_then(|docs| docs.get("rustdoc-args")).is_none() {
        findings.push(format!("{name}: [package.metadata.docs.rs] does not load KaTeX"));
    }
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "docs/katex-header.html"] {
        let here = std::fs::read_to_string(member.folder.join(file.trim_start_matches("docs/"))).unwrap_or_default();
        if here != members::read(&root.join(file))? {
            findings
                .push(format!("{name}: {} is not a copy of the workspace's {file}", file.trim_start_matches("docs/")));
        }
    }
    let readme = std::fs::read_to_string(member.folder.join("README.md")).unwrap_or_default();
    if !readme.contains(&format!("cargo add {name}")) {
        findings.push(format!("{name}: the README does not say `cargo add {name}`"));
    }
    if member.folder.join("examples").read_dir().map_or(0, Iterator::count) < 2 {
        findings.push(format!("{name}: fewer than two examples"));
    }
    for feature in member.features() {
        if !readme.contains(&format!("`{feature}`")) {
            findings.push(format!("{name}: the README does not document the feature `{feature}`"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::members::tests::member;

    fn findings(name: &str, dependencies: &str) -> Vec<String> {
        let mut findings = Vec::new();
        directions(&member(name, dependencies), &mut findings);
        findings
    }

    #[test]
    fn who_may_depend_on_whom() {
        assert!(findings("panel-fe", "panel-core = \"1\"\nserde = \"1\"").is_empty());
        assert_eq!(findings("panel-fe", "va-index = \"1\"").len(), 1, "method crates never see each other");
        assert_eq!(findings("va-index", "report = \"1\"").len(), 1, "by its name in the workspace");
        assert_eq!(findings("panel-report", "polars-io = \"1\"\nhighs = \"1\"").len(), 2);
        assert_eq!(findings("panelstudy-python", "pyo3 = \"1\"\narrow-array = \"1\"").len(), 0);
        assert_eq!(findings("panelstudy", "pyo3 = \"1\"\narrow-array = \"1\"\npanelstudy-python = \"1\"").len(), 3);
        assert!(findings("gtfp-ebm", "highs = \"1\"\nhighs-sys = \"1\"").is_empty());
    }
}
