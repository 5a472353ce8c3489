//! Publishing in dependency order, after every check that a release needs.

use crate::members;
use crate::process::{self, cargo};
use crate::{pack, tidy, workspace};
use std::path::Path;

/// `cargo xtask publish [--dry-run] [--verify]`. Without `--dry-run` it uploads.
pub(crate) fn run(args: &[String]) -> Result<u8, String> {
    let known = ["--dry-run", "--verify"];
    if let Some(other) = args.iter().find(|arg| !known.contains(&arg.as_str())) {
        eprintln!("publish does not know `{other}`; expected {}", known.join(" or "));
        return Ok(2);
    }
    let given = |flag: &str| args.iter().any(|arg| arg == flag);
    let root = workspace::root();
    let crates = members::in_publishing_order(&root)?;
    let version = members::version(&root)?;
    let names: Vec<&str> = crates.iter().map(|member| member.name.as_str()).collect();
    println!("version {version}, in this order: {}", names.join(", "));

    let mut findings = Vec::new();
    for member in &crates {
        let name = member.folder.strip_prefix(&root).unwrap_or(&member.folder).join("CHANGELOG.md");
        changelog(&member.folder.join("CHANGELOG.md"), &name.display().to_string(), &version, &mut findings)?;
    }
    changelog(&root.join("CHANGELOG.md"), "CHANGELOG.md", &version, &mut findings)?;
    for finding in &findings {
        eprintln!("publish: {finding}");
    }
    if tidy::run(&[])? != 0 || !findings.is_empty() {
        return Ok(1);
    }
    println!("tidy, metadata, changelogs, interfaces: as they should be");
    let consumed = pack::run()?;
    if consumed != 0 {
        return Ok(consumed);
    }

    let mut command = cargo();
    command.args(["publish", "--manifest-path"]).arg(root.join("Cargo.toml"));
    for name in &names {
        command.args(["--package", name]);
    }
    if given("--dry-run") {
        command.args(["--dry-run", "--allow-dirty"]);
    }
    // The consumer has just built the packed sources. Cargo's own verification builds them again in a profile of its
    // own, polars and HiGHS from scratch.
    if !given("--verify") {
        command.arg("--no-verify");
    }
    process::run(&mut command)
}

/// The version has a section that says something.
fn changelog(path: &Path, name: &str, version: &str, findings: &mut Vec<String>) -> Result<(), String> {
    let text = members::read(path)?;
    let mut sections = text.split("\n## ").skip(1);
    match sections.find(|section| section.starts_with(version)) {
        None => findings.push(format!("{name} has no section for version {version}")),
        Some(section) if !section.lines().any(|line| line.starts_with("- ")) => {
            findings.push(format!("{name}: the section for version {version} is empty"));
        }
        Some(_) => {}
    }
    Ok(())
}
