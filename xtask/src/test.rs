//! All tests, after one replication that the end-to-end tests read.

use crate::process::{cargo, has_cargo, run as run_process};
use crate::{bootstrap, orphans, pack, replicate, tidy, workspace};

/// Runs the replication into `target/test-replication`, then tidy, unit, integration and documentation tests, the
/// search for orphaned snapshots, and the packed crates outside the workspace.
pub(crate) fn run(args: &[String], install: bool) -> Result<u8, String> {
    bootstrap::ensure(install)?;
    let root = workspace::root();
    let manifest = root.join("Cargo.toml");
    let out = root.join("target/test-replication");
    if !args.iter().any(|arg| arg == "--no-replication") {
        let replicate_args = ["--quiet".to_owned(), "--out".to_owned(), out.display().to_string()];
        let code = replicate::run("run", &replicate_args, install)?;
        if code != 0 {
            eprintln!("the replication ended with exit code {code}");
            return Ok(code);
        }
    }
    let tidied = tidy::run(&[])?;
    let nextest = has_cargo("nextest");
    let mut command = cargo();
    if nextest {
        command.args(["nextest", "run", "--no-fail-fast"]);
    } else {
        command.args(["test", "--lib", "--bins", "--tests", "--no-fail-fast"]);
    }
    command.args(["--release", "--workspace", "--manifest-path"]).arg(&manifest);
    command.env("REPLICATION_DIR", &out);
    // Properties are tested on the same cases everywhere; a run of `cargo test` by hand explores new ones.
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        command.env("PROPTEST_RNG_SEED", "20132020");
    }
    if std::env::var_os("CI").is_some() {
        command.env("INSTA_UPDATE", "no");
    }
    let references = orphans::references();
    let _ = std::fs::remove_file(&references);
    command.env("INSTA_SNAPSHOT_REFERENCES_FILE", &references);
    let tests = run_process(&mut command)?;
    // A test that failed may have stopped before its snapshots.
    let orphaned = if tests == 0 { orphans::find(&root)? } else { Vec::new() };
    for name in &orphaned {
        eprintln!("{name}: no test asks for this snapshot; delete it");
    }
    let orphaned = u8::from(!orphaned.is_empty());
    let docs =
        run_process(cargo().args(["test", "--doc", "--release", "--workspace", "--manifest-path"]).arg(&manifest))?;
    let packed = pack::run()?;
    let verdicts = [
        ("tidy", tidied),
        ("tests", tests),
        ("snapshots", orphaned),
        ("documentation tests", docs),
        ("packed crates", packed),
    ];
    let line: Vec<String> = verdicts.iter().map(|(name, code)| format!("{name} {}", verdict(*code))).collect();
    println!("{}", line.join(", "));
    Ok(verdicts.iter().map(|(_, code)| *code).max().unwrap_or(0))
}

fn verdict(code: u8) -> &'static str {
    if code == 0 { "passed" } else { "FAILED" }
}
