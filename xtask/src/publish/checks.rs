//! One version everywhere, and a changelog that says what it brings.

use crate::members::{self, Member};
use std::path::Path;

/// What stands in the way of a release; a dry run takes sections without a date.
pub(super) fn all(root: &Path, crates: &[Member], version: &str, dry: bool) -> Result<Vec<String>, String> {
    let mut findings = Vec::new();
    let changelogs = crates.iter().map(|member| member.folder.join("CHANGELOG.md")).chain([root.join("CHANGELOG.md")]);
    for path in changelogs {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        match section(&members::read(&path)?, version) {
            Section::Dated => {}
            Section::Unreleased if dry => {
                println!("{name}: `{version} (unreleased)` needs its date before the release")
            }
            Section::Unreleased => {
                findings.push(format!("{name}: version {version} is `unreleased`; give it its date"))
            }
            Section::Empty => findings.push(format!("{name}: the section for version {version} is empty")),
            Section::Missing => findings.push(format!("{name} has no section `## {version} (YYYY-MM-DD)`")),
        }
    }
    let citation = cited(&members::read(&root.join("CITATION.cff"))?);
    if citation.as_deref() != Some(version) {
        findings
            .push(format!("CITATION.cff: version {}, expected {version}", citation.as_deref().unwrap_or("missing")));
    }
    let manifest: toml::Table =
        members::read(&root.join("Cargo.toml"))?.parse().map_err(|error| format!("Cargo.toml: {error}"))?;
    for member in crates {
        let required = required(&manifest, &member.name);
        if required.as_deref() != Some(version) {
            let required = required.as_deref().unwrap_or("missing");
            findings.push(format!("Cargo.toml: dependency {} has version {required}, expected {version}", member.name));
        }
    }
    Ok(findings)
}

/// State of a version's section in a changelog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    /// `## 0.1.0 (2026-01-31)` with entries.
    Dated,
    /// `## 0.1.0 (unreleased)` with entries.
    Unreleased,
    /// No entry.
    Empty,
    /// No heading of this form.
    Missing,
}

fn section(text: &str, version: &str) -> Section {
    let date = |section: &str| {
        let heading = section.lines().next()?.strip_prefix(version)?.strip_prefix(" (")?.strip_suffix(')')?.to_owned();
        (heading == "unreleased" || is_date(&heading)).then_some(heading)
    };
    let found = text.split("\n## ").skip(1).find_map(|section| Some((date(section)?, section)));
    match found {
        None => Section::Missing,
        Some((_, section)) if !section.lines().any(|line| line.starts_with("- ")) => Section::Empty,
        Some((date, _)) if date == "unreleased" => Section::Unreleased,
        Some(_) => Section::Dated,
    }
}

/// Whether a text has the form 2026-01-31.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.iter().all(digits)
}

/// The version that a citation file names.
fn cited(text: &str) -> Option<String> {
    text.lines()
        .find_map(|line| line.strip_prefix("version:"))
        .map(|version| version.trim().trim_matches('"').to_owned())
}

/// The version that the workspace's members ask of one of them; an entry may go by another name.
fn required(manifest: &toml::Table, package: &str) -> Option<String> {
    let dependencies = manifest.get("workspace")?.get("dependencies")?.as_table()?;
    let named = |(name, value): &(&String, &toml::Value)| {
        value.get("package").and_then(toml::Value::as_str).unwrap_or(name.as_str()) == package
    };
    let (_, value) = dependencies.iter().find(named)?;
    value.get("version").and_then(toml::Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_of_a_changelog() {
        let log =
            |heading: &str| format!("# Changelog\n\n## {heading}\n\n- A line.\n\n## 0.0.9 (2025-12-31)\n\n- Old.\n");
        assert_eq!(section(&log("0.1.0 (2026-01-31)"), "0.1.0"), Section::Dated);
        assert_eq!(section(&log("0.1.0 (unreleased)"), "0.1.0"), Section::Unreleased);
        for heading in ["0.1.0", "0.1.0 (soon)", "0.1.0 (2026-1-31)", "0.1.00 (2026-01-31)", "0.1.10 (2026-01-31)"] {
            assert_eq!(section(&log(heading), "0.1.0"), Section::Missing, "{heading}");
        }
        assert_eq!(section(&log("0.1.10 (2026-01-31)"), "0.1.1"), Section::Missing, "a prefix is another version");
        assert_eq!(section("# C\n\n## 0.1.0 (2026-01-31)\n\n## 0.0.9 (2025-12-31)\n- Old.\n", "0.1.0"), Section::Empty);
    }

    #[test]
    fn versions_in_other_files() {
        assert_eq!(cited("title: x\nversion: 0.1.0\n").as_deref(), Some("0.1.0"));
        let manifest: toml::Table =
            "[workspace.dependencies]\na = { version = \"0.1.0\" }\nr = { package = \"b\", version = \"0.2.0\" }"
                .parse()
                .expect("a manifest");
        assert_eq!(required(&manifest, "a").as_deref(), Some("0.1.0"));
        assert_eq!(required(&manifest, "b").as_deref(), Some("0.2.0"));
        assert_eq!(required(&manifest, "c"), None);
    }
}
