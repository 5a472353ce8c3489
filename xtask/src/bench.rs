//! Benchmark suites, and the peers they are measured against.

use crate::process::{cargo, output, run as run_process};
use crate::{bootstrap, workspace};
use std::path::PathBuf;
use std::process::Command;

/// A suite: its name, packages and benches. Benches are named, since arguments for them would stop the harness of unit
/// tests, which cargo runs besides where none is named.
struct Suite {
    name: &'static str,
    packages: &'static [&'static str],
    benches: &'static [&'static str],
}

const SUITES: [Suite; 6] = [
    Suite { name: "dea", packages: &["gtfp-ebm"], benches: &["lp"] },
    // These two run their own peers and print their own tables.
    Suite { name: "fe", packages: &["panel-fe"], benches: &["fe"] },
    Suite { name: "fe-coverage", packages: &["panel-fe"], benches: &["coverage"] },
    Suite { name: "spatial", packages: &["panel-spatial"], benches: &["spatial", "monte-carlo"] },
    Suite { name: "multiverse", packages: &["panel-multiverse"], benches: &["kernel", "sizes"] },
    Suite { name: "space", packages: &["va-index", "market-seg"], benches: &["distance", "segmentation"] },
];

/// Runs the benches of the crates behind a suite name, then their Python peers in the same run; `all` runs every suite, `guard`
/// compares with the multiples that were committed.
pub(crate) fn run(args: &[String], install: bool) -> Result<u8, String> {
    let name = args.first().map_or("", String::as_str);
    match name {
        "guard" => return crate::guard::run(&args[1..]),
        "all" => {
            let codes = SUITES.iter().map(|suite| run(&[suite.name.to_owned()], install));
            return codes.collect::<Result<Vec<u8>, String>>().map(|codes| codes.into_iter().max().unwrap_or(0));
        }
        _ => {}
    }
    let Some(suite) = SUITES.iter().find(|suite| suite.name == name) else {
        let names: Vec<&str> = SUITES.iter().map(|suite| suite.name).collect();
        eprintln!("which suite? one of: {}, all, guard", names.join(", "));
        return Ok(2);
    };
    bootstrap::ensure(install)?;
    let mut command = cargo();
    command.arg("bench").arg("--manifest-path").arg(workspace::root().join("Cargo.toml"));
    for package in suite.packages {
        command.args(["--package", package]);
    }
    for bench in suite.benches {
        command.args(["--bench", bench]);
    }
    // Further arguments are for the benches, not for cargo.
    let code = run_process(command.arg("--").args(&args[1..]))?;
    for package in suite.packages {
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
