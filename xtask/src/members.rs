//! The packages of the workspace, read from their manifests.

use crate::workspace;
use std::path::{Path, PathBuf};

/// One package.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Package name.
    pub(crate) name: String,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// Its manifest.
    pub(crate) manifest: toml::Table,
}

impl Member {
    /// Whether it may be published.
    pub(crate) fn publishable(&self) -> bool {
        self.package("publish").and_then(toml::Value::as_bool) != Some(false)
    }

    /// A key of `[package]`, as written (it may say `workspace = true`).
    pub(crate) fn package(&self, key: &str) -> Option<&toml::Value> {
        self.manifest.get("package")?.get(key)
    }

    /// Packages of ordinary dependencies.
    pub(crate) fn dependencies(&self) -> impl Iterator<Item = &str> {
        self.table("dependencies").map(|(name, _)| package_of(name))
    }

    /// Features, without `default`.
    pub(crate) fn features(&self) -> Vec<&str> {
        self.table("features").map(|(name, _)| name.as_str()).filter(|name| *name != "default").collect()
    }

    /// Entries of a table of the manifest.
    pub(crate) fn table(&self, name: &str) -> impl Iterator<Item = (&String, &toml::Value)> {
        self.manifest.get(name).and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::iter)
    }
}

/// The package behind the name of a dependency: two members go by shorter names in the workspace.
pub(crate) fn package_of(dependency: &str) -> &str {
    match dependency {
        "report" => "panel-report",
        "audit" => "panel-audit",
        "study" => "panel-study",
        "stages" => "panel-stages",
        "tables" => "panel-tables",
        other => other,
    }
}

/// Every package below the root, sorted by folder.
pub(crate) fn all(root: &Path) -> Result<Vec<Member>, String> {
    let mut members = Vec::new();
    for path in workspace::files(root, "Cargo.toml") {
        let manifest: toml::Table = read(&path)?.parse().map_err(|error| format!("{}: {error}", path.display()))?;
        let name = manifest.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
        // The fuzz targets are a workspace of their own.
        if let Some(name) = name.filter(|_| !manifest.contains_key("workspace")) {
            let folder = path.parent().unwrap_or(root).to_path_buf();
            members.push(Member { name: name.to_owned(), folder, manifest });
        }
    }
    Ok(members)
}

/// The publishable packages, each after what it depends on.
pub(crate) fn in_publishing_order(root: &Path) -> Result<Vec<Member>, String> {
    ordered(all(root)?.into_iter().filter(Member::publishable).collect())
}

fn ordered(mut left: Vec<Member>) -> Result<Vec<Member>, String> {
    let mut ordered: Vec<Member> = Vec::new();
    while !left.is_empty() {
        let names: Vec<String> = left.iter().map(|member| member.name.clone()).collect();
        let waits = |member: &Member| member.dependencies().any(|name| names.iter().any(|other| other == name));
        let (later, now): (Vec<Member>, Vec<Member>) = left.into_iter().partition(waits);
        if now.is_empty() {
            return Err(format!("dependencies run in a circle: {}", names.join(", ")));
        }
        ordered.extend(now);
        left = later;
    }
    Ok(ordered)
}

/// `version` of the workspace.
pub(crate) fn version(root: &Path) -> Result<String, String> {
    let manifest: toml::Table =
        read(&root.join("Cargo.toml"))?.parse().map_err(|error| format!("Cargo.toml: {error}"))?;
    let version = manifest.get("workspace").and_then(|w| w.get("package")).and_then(|p| p.get("version"));
    version.and_then(toml::Value::as_str).map(str::to_owned).ok_or_else(|| "the workspace has no version".to_owned())
}

/// A file as text; the error names it.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A package of this name with these lines below `[dependencies]`.
    pub(crate) fn member(name: &str, dependencies: &str) -> Member {
        let text = format!("[package]\nname = \"{name}\"\n[dependencies]\n{dependencies}\n");
        Member { name: name.to_owned(), folder: PathBuf::from(name), manifest: text.parse().expect("a manifest") }
    }

    #[test]
    fn what_others_need_comes_first() {
        let members =
            vec![member("c", "b = \"1\"\na = \"1\""), member("b", "a = \"1\"\nserde = \"1\""), member("a", "")];
        let names: Vec<String> = ordered(members).expect("no circle").into_iter().map(|member| member.name).collect();
        assert_eq!(names, ["a", "b", "c"]);
        let members = vec![member("panel-audit", "report.workspace = true"), member("panel-report", "")];
        assert_eq!(ordered(members).expect("no circle")[0].name, "panel-report", "by its name in the workspace");
        let circle = ordered(vec![member("a", "b = \"1\""), member("b", "a = \"1\"")]).expect_err("a circle");
        assert!(circle.contains("a, b"), "{circle}");
    }
}
