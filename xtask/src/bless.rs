//! Review of moved snapshots.

use crate::process::{cargo, has_cargo, run as run_process};
use crate::{args, diff, workspace};

/// `cargo insta review` where it is installed; what it does not find (it looks below packages only) or leaves is shown
/// cell by cell, and accepted with `--accept`.
pub(crate) fn run(args: &[String]) -> Result<u8, String> {
    let Some(given) = args::read("bless", args, &["--accept"], 0..=0) else { return Ok(2) };
    let accept = given.has("--accept");
    let root = workspace::root();
    if !accept && has_cargo("insta") {
        let code = run_process(cargo().args(["insta", "review", "--workspace-root"]).arg(&root))?;
        if code != 0 {
            return Ok(code);
        }
    }
    let (summary, pending) = diff::pending(&root)?;
    if pending == 0 {
        println!("no snapshot waits for a review");
        return Ok(0);
    }
    print!("{summary}");
    if !accept {
        println!("\n{pending} moved; `cargo xtask bless --accept` takes them");
        return Ok(crate::FINDINGS);
    }
    for new in workspace::files(&root, ".snap.new") {
        let snapshot = new.with_extension("");
        std::fs::rename(&new, &snapshot).map_err(|error| format!("{}: {error}", snapshot.display()))?;
    }
    println!("\n{pending} accepted; look at them with `git diff`, then `cargo xtask tidy --write`");
    Ok(0)
}
