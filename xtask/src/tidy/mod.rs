//! Rules of the house that no compiler checks.

mod derived;
mod manifests;
mod sources;

use crate::{members, workspace};

/// `cargo xtask tidy [--write]`: runs every check; exit code 1 when one finds something. `--write` brings files that
/// are derived from others up to date first: the API listings and the worked example of `docs/reviewing.md`.
pub(crate) fn run(args: &[String]) -> Result<u8, String> {
    let root = workspace::root();
    let members = members::all(&root)?;
    let mut findings = Vec::new();
    derived::check(&root, args.iter().any(|arg| arg == "--write"), &mut findings)?;
    manifests::check(&root, &members, &mut findings)?;
    sources::check(&root, &mut findings)?;
    for finding in &findings {
        eprintln!("tidy: {finding}");
    }
    Ok(u8::from(!findings.is_empty()))
}
