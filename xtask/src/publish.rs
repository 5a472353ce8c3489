//! Publishing in dependency order, after every check that a release needs.

mod checks;

use crate::members::{self, Member};
use crate::process::{self, cargo};
use crate::{args, pack, tidy, workspace};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// The registry takes a handful of new crates at once, then one every ten minutes.
const WAIT: Duration = Duration::from_secs(10 * 60 + 15);
/// How often one crate waits.
const WAITS: usize = 3;

/// `cargo xtask publish [--dry-run] [--verify]`. Without `--dry-run` it uploads, crate by crate; versions that the
/// registry has already are skipped, so that a release that stopped half-way can be run again.
pub(crate) fn run(args: &[String]) -> Result<u8, String> {
    let Some(given) = args::read("publish", args, &["--dry-run", "--verify"], 0..=0) else { return Ok(2) };
    let dry = given.has("--dry-run");
    let root = workspace::root();
    let crates = members::in_publishing_order(&root)?;
    let version = members::version(&root)?;
    let names: Vec<&str> = crates.iter().map(|member| member.name.as_str()).collect();
    println!("version {version}, in this order: {}", names.join(", "));

    let findings = checks::all(&root, &crates, &version, dry)?;
    for finding in &findings {
        eprintln!("publish: {finding}");
    }
    if tidy::run(&[])? != 0 || !findings.is_empty() {
        return Ok(crate::FINDINGS);
    }
    println!("tidy, metadata, versions, changelogs, interfaces: as they should be");
    let consumed = pack::run()?;
    if consumed != 0 {
        return Ok(consumed);
    }
    let verify = given.has("--verify");
    if dry { dry_run(&root, &crates, verify) } else { upload(&root, &crates, &version, verify) }
}

/// Cargo's own dry run of all crates at once, so that they may depend on each other unpublished.
fn dry_run(root: &Path, crates: &[Member], verify: bool) -> Result<u8, String> {
    let mut command = cargo();
    command.args(["publish", "--dry-run", "--allow-dirty", "--manifest-path"]).arg(root.join("Cargo.toml"));
    for member in crates {
        command.args(["--package", &member.name]);
    }
    // The consumer has just built the packed sources. Cargo's own verification builds them again in a profile of its
    // own, polars and HiGHS from scratch.
    if !verify {
        command.arg("--no-verify");
    }
    process::run(&mut command)
}

fn upload(root: &Path, crates: &[Member], version: &str, verify: bool) -> Result<u8, String> {
    for (done, member) in crates.iter().enumerate() {
        let name = &member.name;
        let mut waits = 0;
        loop {
            match publish(root, name, verify)? {
                Outcome::Published => println!("{name} {version}: published"),
                Outcome::There => println!("{name} {version}: already in the registry, skipped"),
                Outcome::Busy if waits < WAITS => {
                    waits += 1;
                    let minutes = WAIT.as_secs() / 60;
                    println!(
                        "{name}: the registry limits new crates (429); waiting {minutes} minutes ({waits} of {WAITS})"
                    );
                    std::thread::sleep(WAIT);
                    continue;
                }
                outcome => {
                    let why =
                        if outcome == Outcome::Busy { "the registry still limits new crates" } else { "see above" };
                    eprintln!("{name} {version}: not published, {why}; {done} of {} crates are out", crates.len());
                    eprintln!("run `cargo xtask publish` again: what is out is skipped");
                    return Ok(crate::ENVIRONMENT);
                }
            }
            break;
        }
    }
    Ok(0)
}

/// What became of one crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Published,
    /// The registry has this version.
    There,
    /// Too many new crates or versions at once.
    Busy,
    Failed,
}

/// Publishes one crate; what cargo says is shown as it says it.
fn publish(root: &Path, name: &str, verify: bool) -> Result<Outcome, String> {
    let mut command = cargo();
    command.args(["publish", "--package", name, "--manifest-path"]).arg(root.join("Cargo.toml"));
    if !verify {
        command.arg("--no-verify");
    }
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(|error| format!("cannot start cargo: {error}"))?;
    let mut said = String::new();
    for line in child.stderr.take().map(BufReader::new).into_iter().flat_map(BufRead::lines).map_while(Result::ok) {
        eprintln!("{line}");
        said += &line;
        said.push('\n');
    }
    let status = child.wait().map_err(|error| format!("cargo publish: {error}"))?;
    Ok(outcome(status.success(), &said))
}

fn outcome(success: bool, said: &str) -> Outcome {
    match () {
        () if success => Outcome::Published,
        // "crate panel-core@0.1.0 already exists on crates.io index"; older: "crate version `0.1.0` is already uploaded".
        () if said.contains("already exists on") || said.contains("is already uploaded") => Outcome::There,
        () if said.contains("429") || said.contains("Too Many Requests") => Outcome::Busy,
        () => Outcome::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes() {
        assert_eq!(outcome(true, "Published panel-core v0.1.0 at registry `crates-io`"), Outcome::Published);
        let there = "error: crate panel-core@0.1.0 already exists on crates.io index";
        assert_eq!(outcome(false, there), Outcome::There);
        let busy = "error: failed to publish\nthe remote server responded with an error (status 429 Too Many Requests): \
                    You have published too many new crates in a short period of time.";
        assert_eq!(outcome(false, busy), Outcome::Busy);
        assert_eq!(outcome(false, "error: no token found"), Outcome::Failed);
    }
}
