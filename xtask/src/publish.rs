//! What a release needs, checked; then cargo publishes the workspace.

mod checks;

use crate::members;
use crate::process::{self, cargo};
use crate::{args, pack, tidy, workspace};

/// `cargo xtask publish [--dry-run]`: every check of a release, then `cargo publish --workspace`. A dry run takes
/// changelog sections without a date.
pub(crate) fn run(args: &[String]) -> Result<u8, String> {
    let Some(given) = args::read("publish", args, &["--dry-run"], 0..=0) else { return Ok(2) };
    let dry = given.has("--dry-run");
    let root = workspace::root();
    let crates = members::in_publishing_order(&root)?;
    let version = members::version(&root)?;
    let names: Vec<&str> = crates.iter().map(|member| member.name.as_str()).collect();
    println!("version {version}: {}", names.join(", "));

    let findings = checks::all(&root, &crates, &version, dry)?;
    for finding in &findings {
        eprintln!("publish: {finding}");
    }
    if tidy::run(&[])? != 0 || !findings.is_empty() {
        return Ok(crate::FINDINGS);
    }
    println!("tidy, metadata, versions, changelogs: as they should be");
    // The consumer builds the packed sources; cargo's own verification would build them again in a profile of its own,
    // polars and HiGHS from scratch.
    let consumed = pack::run()?;
    if consumed != 0 {
        return Ok(consumed);
    }
    let mut command = cargo();
    command.args(["publish", "--workspace", "--no-verify", "--manifest-path"]).arg(root.join("Cargo.toml"));
    if dry {
        command.args(["--dry-run", "--allow-dirty"]);
    }
    process::run(&mut command)
}
