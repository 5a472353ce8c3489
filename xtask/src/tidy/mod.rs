//! Rules of the house that no compiler checks.

mod derived;
mod manifests;
mod sources;
mod trees;

use crate::{args, members, workspace};

/// `cargo xtask tidy [--write]`: runs every check; exit code 1 when one finds something. `--write` brings files that
/// are derived from others up to date first: the API listings, the dependency trees of READMEs, and the worked example of
/// `docs/reviewing.md`.
pub(crate) fn run(args: &[String]) -> Result<u8, String> {
    let Some(given) = args::read("tidy", args, &["--write"], 0..=0) else { return Ok(2) };
    let root = workspace::root();
    let members = members::all(&root)?;
    let mut findings = Vec::new();
    derived::check(&root, &members, given.has("--write"), &mut findings)?;
    manifests::check(&root, &members, &mut findings)?;
    sources::check(&root, &members, &mut findings)?;
    for finding in &findings {
        eprintln!("tidy: {finding}");
    }
    Ok(u8::from(!findings.is_empty()))
}
