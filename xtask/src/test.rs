//! All tests, after one replication that the end-to-end tests read.

use crate::process::{cargo, findings, has_cargo, run as run_process};
use crate::{args, bootstrap, features, orphans, pack, replicate, skipped, tidy, workspace};
use std::path::Path;
use std::process::Command;

/// Runs the replication into `target/test-replication`, then tidy, unit, integration and documentation tests, the
/// search for orphaned snapshots, and the packed crates outside the workspace. A failing test is exit code 1, a build
/// that fails is 3.
pub(crate) fn run(args: &[String], install: bool) -> Result<u8, String> {
    let Some(given) = args::read("test", args, &["--no-replication"], 0..=0) else { return Ok(2) };
    bootstrap::ensure(install)?;
    let root = workspace::root();
    let manifest = root.join("Cargo.toml");
    let out = workspace::target().join("test-replication");
    if !given.has("--no-replication") {
        // The runner of the whole workspace, which the tests below share.
        replicate::runner(&features::of_the_workspace(), install)?;
        let replicate_args = ["--quiet".to_owned(), "--out".to_owned(), out.display().to_string()];
        let code = replicate::study(&replicate_args, install)?;
        if code != 0 {
            eprintln!("the replication ended with exit code {code}");
            return Ok(code);
        }
    }
    let tidied = tidy::run(&[])?;
    // Built apart from the run, since cargo gives one exit code for both.
    if run_process(tests(&manifest).arg("--no-run"))? != 0 {
        return Err("the tests do not build (see above)".into());
    }
    let mut command = tests(&manifest);
    command.arg("--no-fail-fast").env("REPLICATION_DIR", &out);
    // Properties are tested on the same cases everywhere; a run of `cargo test` by hand explores new ones.
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        command.env("PROPTEST_RNG_SEED", "20132020");
    }
    // In continuous integration insta would not write what moved, and nobody could look at it.
    if std::env::var_os("CI").is_some() {
        command.env("INSTA_UPDATE", "new");
    }
    let references = orphans::references();
    let _ = std::fs::remove_file(&references);
    command.env("INSTA_SNAPSHOT_REFERENCES_FILE", &references);
    skipped::forget();
    let tests = findings(&mut command)?;
    // A test that failed may have stopped before its snapshots.
    let orphaned = if tests == 0 { orphans::find(&root)? } else { Vec::new() };
    for name in &orphaned {
        eprintln!("{name}: no test asks for this snapshot; delete it");
    }
    let orphaned = u8::from(!orphaned.is_empty());
    let docs = findings(cargo().args(["test", "--doc", "--release", "--workspace", "--manifest-path"]).arg(&manifest))?;
    let packed = pack::run()?;
    let verdicts = [
        ("tidy", tidied),
        ("tests", tests),
        ("snapshots", orphaned),
        ("documentation tests", docs),
        ("packed crates", packed),
    ];
    skipped::print();
    let line: Vec<String> = verdicts.iter().map(|(name, code)| format!("{name} {}", verdict(*code))).collect();
    println!("{}", line.join(", "));
    Ok(verdicts.iter().map(|(_, code)| *code).max().unwrap_or(0))
}

/// The unit and integration tests of the workspace.
fn tests(manifest: &Path) -> Command {
    let mut command = cargo();
    if has_cargo("nextest") {
        command.args(["nextest", "run"]);
    } else {
        command.args(["test", "--lib", "--bins", "--tests"]);
    }
    command.args(["--release", "--workspace", "--manifest-path"]).arg(manifest);
    command
}

fn verdict(code: u8) -> &'static str {
    if code == 0 { "passed" } else { "FAILED" }
}
