//! Rules of the house that no compiler checks.

mod book;
mod conflicts;
mod derived;
mod manifests;
mod modules;
mod sources;
mod tokens;
mod trees;

use crate::{args, members, workspace};

/// `cargo xtask tidy [--write]`: runs every check; exit code 1 when one finds something. `--write` brings files that
/// are derived from others up to date first: the dependency trees of READMEs, the worked example of
/// `docs/reviewing.md`, and the reference of study files, which the study runner prints from its types.
pub(crate) fn run(args: &[String]) -> Result<u8, String> {
    let Some(given) = args::read("tidy", args, &["--write"], 0..=0) else { return Ok(2) };
    let root = workspace::root();
    let members = members::all(&root)?;
    let mut findings = Vec::new();
    derived::check(&root, &members, given.has("--write"), &mut findings)?;
    book::check(&root, &mut findings)?;
    conflicts::check(&root, &mut findings)?;
    manifests::check(&root, &members, &mut findings)?;
    sources::check(&root, &members, &mut findings)?;
    for member in &members {
        for circle in modules::circles(member)? {
            findings.push(format!("{}: modules use each other in a circle: {}", member.name, circle.join(", ")));
        }
    }
    for finding in &findings {
        eprintln!("tidy: {finding}");
    }
    Ok(u8::from(!findings.is_empty()))
}
