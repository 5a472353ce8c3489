//! Forwards to the study runner.

use crate::process::{cargo, run as run_process};
use crate::{bootstrap, workspace};

/// Builds and runs `replicate <verb> <args>`; its exit code is passed on.
pub(crate) fn run(verb: &str, args: &[String], install: bool) -> Result<u8, String> {
    bootstrap::ensure(install)?;
    build()?;
    run_process(std::process::Command::new(binary()).arg(verb).args(args))
}

/// Builds the runner; cargo shows its own progress.
fn build() -> Result<(), String> {
    let manifest = workspace::root().join("Cargo.toml");
    let binary = binary();
    if !binary.is_file() {
        eprintln!("set-up: building the study runner, HiGHS and polars included (once, some minutes)");
    }
    let status = run_process(
        cargo()
            .args(["build", "--release", "--package", "replicate", "--manifest-path"])
            .arg(manifest)
            .arg(if binary.is_file() { "--quiet" } else { "--color=auto" }),
    )?;
    if status == 0 { Ok(()) } else { Err("the study runner does not build (see above)".into()) }
}

/// The runner that [`build`] leaves.
fn binary() -> std::path::PathBuf {
    workspace::target().join("release").join(if cfg!(windows) { "replicate.exe" } else { "replicate" })
}
