//! Benchmark suites, and the peers they are measured against.

use crate::process::{cargo, output, run as run_process};
use crate::{bootstrap, workspace};
use std::path::PathBuf;
use std::process::Command;

/// Runs the criterion benches of the crates behind a suite name, then their Python peers in the same run.
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
    let code = run_process(command.args(&args[1..]))?;
    for package in *crates {
        peers(package)?;
    }
    Ok(code)
}

/// Runs `crates/<package>/benches/peer/*.py` where Python has numpy; says so where it has not.
fn peers(package: &str) -> Result<(), String> {
    let scripts = scripts(package);
    if scripts.is_empty() {
        return Ok(());
    }
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let versions = "import sys, numpy; print(f'numpy {numpy.__version__}, Python {sys.version.split()[0]}')";
    let Some(versions) = output(&python, &["-c", versions]) else {
        println!("{package}: peers skipped, {python} has no numpy (PYTHON names another interpreter)");
        return Ok(());
    };
    for script in scripts {
        let name = script.file_name().unwrap_or_default().to_string_lossy().into_owned();
        println!("{package}: {name} with {}", versions.trim());
        let code = run_process(Command::new(&python).arg(&script))?;
        if code != 0 {
            println!("{package}: {name} ended with code {code}");
        }
    }
    Ok(())
}

/// The peer scripts of a crate, by name.
fn scripts(package: &str) -> Vec<PathBuf> {
    let folder = workspace::root().join("crates").join(package).join("benches/peer");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    found.sort();
    found
}
