//! Lints and documentation, every warning an error.

use crate::process::{cargo, findings, has_cargo};
use crate::{args, bootstrap, workspace};

/// `cargo xtask lint [--no-doc]`: formatting, clippy on everything, fuzz targets, documentation with KaTeX; exit code 1
/// for anything that they say.
pub(crate) fn run(args: &[String], install: bool) -> Result<u8, String> {
    let Some(given) = args::read("lint", args, &["--no-doc"], 0..=0) else { return Ok(2) };
    if let Some(missing) = ["fmt", "clippy"].into_iter().find(|component| !has_cargo(component)) {
        return Err(format!("`cargo {missing}` is not installed; `rustup component add rustfmt clippy`"));
    }
    bootstrap::ensure(install)?;
    let root = workspace::root();
    let manifest = root.join("Cargo.toml");
    let format = findings(cargo().args(["fmt", "--all", "--check", "--manifest-path"]).arg(&manifest))?;
    let clippy = findings(
        cargo()
            .args(["clippy", "--release", "--workspace", "--all-targets", "--manifest-path"])
            .arg(&manifest)
            .args(["--", "-D", "warnings"]),
    )?;
    // A workspace of its own, with its own target folder; neither polars nor HiGHS is in it.
    let fuzz = findings(cargo().args(["check", "--locked", "--manifest-path"]).arg(root.join("fuzz/Cargo.toml")))?;
    let mut worst = format.max(clippy).max(fuzz);
    if !given.has("--no-doc") {
        let flags = format!("-D warnings --html-in-header {}", root.join("docs/katex-header.html").display());
        let doc = findings(
            cargo()
                .args(["doc", "--release", "--workspace", "--no-deps", "--manifest-path"])
                .arg(&manifest)
                .env("RUSTDOCFLAGS", flags),
        )?;
        worst = worst.max(doc);
    }
    Ok(worst)
}
