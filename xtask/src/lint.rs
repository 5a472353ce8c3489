//! Lints and documentation, every warning an error.

use crate::process::{cargo, run as run_process};
use crate::{bootstrap, workspace};

/// `cargo xtask lint [--no-doc]`: formatting, clippy on everything, documentation with KaTeX.
pub(crate) fn run(args: &[String], install: bool) -> Result<u8, String> {
    bootstrap::ensure(install)?;
    let root = workspace::root();
    let manifest = root.join("Cargo.toml");
    let format = run_process(cargo().args(["fmt", "--all", "--check", "--manifest-path"]).arg(&manifest))?;
    let clippy = run_process(
        cargo()
            .args(["clippy", "--release", "--workspace", "--all-targets", "--manifest-path"])
            .arg(&manifest)
            .args(["--", "-D", "warnings"]),
    )?;
    let mut worst = format.max(clippy);
    if !args.iter().any(|arg| arg == "--no-doc") {
        let flags = format!("-D warnings --html-in-header {}", root.join("docs/katex-header.html").display());
        let doc = run_process(
            cargo()
                .args(["doc", "--release", "--workspace", "--no-deps", "--manifest-path"])
                .arg(&manifest)
                .env("RUSTDOCFLAGS", flags),
        )?;
        worst = worst.max(doc);
    }
    Ok(worst)
}
