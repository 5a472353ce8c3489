//! Forwards to the study runner and to the generator of synthetic data.

use crate::process::{cargo, run as run_process};
use crate::{bootstrap, workspace};

/// Builds and runs `<package> <verb> <args>`; its exit code is passed on.
pub(crate) fn run(package: &str, verb: &str, args: &[String], install: bool) -> Result<u8, String> {
    bootstrap::ensure(install)?;
    build(package)?;
    run_process(std::process::Command::new(binary(package)).arg(verb).args(args))
}

/// Builds the program of a package; cargo shows its own progress.
fn build(package: &str) -> Result<(), String> {
    let manifest = workspace::root().join("Cargo.toml");
    let binary = binary(package);
    if !binary.is_file() {
        eprintln!("set-up: building `{package}` with all that it stands on (once, some minutes)");
    }
    let status = run_process(
        cargo()
            .args(["build", "--release", "--package", package, "--manifest-path"])
            .arg(manifest)
            .arg(if binary.is_file() { "--quiet" } else { "--color=auto" }),
    )?;
    if status == 0 { Ok(()) } else { Err(format!("`{package}` does not build (see above)")) }
}

/// The program that [`build`] leaves.
fn binary(package: &str) -> std::path::PathBuf {
    workspace::target().join("release").join(format!("{package}{}", std::env::consts::EXE_SUFFIX))
}
