//! Equal bytes: the runner without any feature leaves the files that the runner with all of them leaves.

use crate::features::{self, Features};
use crate::process::run as run_process;
use crate::replicate::{self, RUNNER, binary, build, selection};
use crate::{args, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The studies that are run by both.
const STUDIES: [&str; 2] = ["fixtures/studies/paper.toml", "tests/studies/grunfeld.toml"];

/// `cargo xtask light`: builds both runners, runs the paper's study and Grunfeld's with each, and compares checksums. A
/// file that differs is exit code 1.
pub(crate) fn run(args: &[String], install: bool) -> Result<u8, String> {
    if args::read("light", args, &[], 0..=0).is_none() {
        return Ok(2);
    }
    let folder = workspace::target().join("light");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    build(RUNNER, &selection(&Features::new()).iter().map(String::as_str).collect::<Vec<_>>())?;
    let light = checksums(&folder.join("light"))?;
    // The next build puts another program into this place.
    replicate::runner(&features::of_the_workspace(), install)?;
    let full = checksums(&folder.join("full"))?;
    let mut equal = true;
    for ((study, light), (_, full)) in light.iter().zip(&full) {
        let differing = differing(light, full);
        for line in &differing {
            eprintln!("{study}: {line}");
        }
        println!("{study}: {} files, {} differ", full.lines().count(), differing.len());
        equal &= differing.is_empty();
    }
    Ok(if equal { 0 } else { crate::FINDINGS })
}

/// Runs each study with the program that was built last; gives what each left.
fn checksums(folder: &Path) -> Result<Vec<(&'static str, String)>, String> {
    STUDIES.into_iter().map(|study| Ok((study, one(study, folder)?))).collect()
}

fn one(study: &str, folder: &Path) -> Result<String, String> {
    let path = workspace::root().join(study);
    let out: PathBuf = folder.join(path.file_stem().unwrap_or_default());
    let mut command = Command::new(binary(RUNNER));
    match run_process(command.arg("run").arg(&path).arg("--quiet").arg("--out").arg(&out))? {
        0 => crate::members::read(&out.join("checksums.sha256")),
        code => Err(format!("{study} ended with exit code {code}")),
    }
}

/// Lines that only one of two lists of checksums has.
fn differing(light: &str, full: &str) -> Vec<String> {
    let only = |one: &str, other: &str, what: &str| -> Vec<String> {
        let missing = one.lines().filter(|line| !other.lines().any(|known| known == *line));
        missing.map(|line| format!("{what} {line}")).collect()
    };
    let mut lines = only(light, full, "without features");
    lines.extend(only(full, light, "with all features"));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs() {
        let (one, other) = ("a  x.csv\nb  y.csv\n", "a  x.csv\nc  y.csv\nd  z.csv\n");
        assert!(differing(one, one).is_empty());
        assert_eq!(
            differing(one, other),
            ["without features b  y.csv", "with all features c  y.csv", "with all features d  z.csv"]
        );
    }
}
