//! Benchmark suites.

use crate::process::{cargo, run as run_process};
use crate::{bootstrap, workspace};

/// Runs the criterion benches of the crate behind a suite name.
pub(crate) fn run(args: &[String], install: bool) -> Result<u8, String> {
    let suites: &[(&str, &[&str])] =
        &[("dea", &["gtfp-ebm"]), ("fe", &["panel-fe"]), ("space", &["va-index", "market-seg"])];
    let name = args.first().map_or("", String::as_str);
    let Some((_, crates)) = suites.iter().find(|(suite, _)| *suite == name) else {
        let names: Vec<&str> = suites.iter().map(|(suite, _)| *suite).collect();
        eprintln!("which suite? one of: {}", names.join(", "));
        return Ok(2);
    };
    bootstrap::ensure(install)?;
    let mut command = cargo();
    command.arg("bench").arg("--manifest-path").arg(workspace::root().join("Cargo.toml"));
    for package in *crates {
        command.args(["--package", package]);
    }
    run_process(command.args(&args[1..]))
}
