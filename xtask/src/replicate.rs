//! The repository's own door to the study runner and to the generator of synthetic data: builds them, and says where the
//! paper's study is and where its results go.

use crate::process::{cargo, run as run_process};
use crate::{bootstrap, workspace};
use std::path::{Path, PathBuf};

/// The study runner's package and program.
const RUNNER: &str = "panelstudy";

/// `cargo xtask replicate …`: runs a study (the paper's where none is named), checks it, or begins a new one.
pub(crate) fn study(args: &[String], install: bool) -> Result<u8, String> {
    run(RUNNER, &command_line(args, &workspace::root(), &workspace::target()), install)
}

/// `cargo xtask audit [FILE] [--out DIR]`: the paper's published numbers where no file is named.
pub(crate) fn audit(args: &[String], install: bool) -> Result<u8, String> {
    let mut line = args.to_vec();
    let out = take(&mut line, "--out").unwrap_or_else(|| shown(&workspace::target().join("audit")));
    if line.is_empty() {
        line.push(shown(&workspace::root().join("fixtures/published.csv")));
    }
    line.insert(0, "audit".to_owned());
    line.extend(["--out".to_owned(), out]);
    run(RUNNER, &line, install)
}

/// Builds the program of a package and runs it; its exit code is passed on.
pub(crate) fn run(package: &str, args: &[String], install: bool) -> Result<u8, String> {
    bootstrap::ensure(install)?;
    build(package)?;
    run_process(std::process::Command::new(binary(package)).args(args))
}

/// Builds the study runner and gives what it prints.
pub(crate) fn printed(args: &[String]) -> Result<String, String> {
    build(RUNNER)?;
    let output = std::process::Command::new(binary(RUNNER))
        .args(args)
        .output()
        .map_err(|error| format!("cannot start `{RUNNER}`: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{RUNNER} {}`: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim()));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("`{RUNNER}`: {error}"))
}

/// The arguments of `cargo xtask replicate` as the runner has them.
fn command_line(args: &[String], root: &Path, target: &Path) -> Vec<String> {
    let mut rest = args.to_vec();
    if let Some(folder) = take(&mut rest, "--init") {
        return ["init".to_owned(), folder].into_iter().chain(rest).collect();
    }
    let study = take(&mut rest, "--study").unwrap_or_else(|| shown(&root.join("fixtures/studies/paper.toml")));
    if let Some(at) = rest.iter().position(|arg| arg == "--check") {
        rest.remove(at);
        return ["check".to_owned(), study].into_iter().chain(rest).collect();
    }
    if !has(&rest, "--out") {
        rest.extend(["--out".to_owned(), shown(&target.join("replication"))]);
    }
    ["run".to_owned(), study].into_iter().chain(rest).collect()
}

/// Takes an option and its value out of the arguments; one without a value stays, for the runner to refuse.
fn take(args: &mut Vec<String>, option: &str) -> Option<String> {
    let with_value = |arg: &String| arg.strip_prefix(option)?.strip_prefix('=').map(str::to_owned);
    if let Some((at, value)) = args.iter().enumerate().find_map(|(at, arg)| Some((at, with_value(arg)?))) {
        args.remove(at);
        return Some(value);
    }
    let at = args.iter().position(|arg| arg == option).filter(|at| at + 1 < args.len())?;
    args.remove(at);
    Some(args.remove(at))
}

/// Whether an option is among the arguments.
fn has(args: &[String], option: &str) -> bool {
    args.iter().any(|arg| arg.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
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
fn binary(package: &str) -> PathBuf {
    workspace::target().join("release").join(format!("{package}{}", std::env::consts::EXE_SUFFIX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        let args: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        command_line(&args, Path::new("w"), Path::new("t")).join(" ").replace('\\', "/")
    }

    #[test]
    fn the_door_of_the_repository() {
        for (given, runner) in [
            ("", "run w/fixtures/studies/paper.toml --out t/replication"),
            ("--only va --threads 2", "run w/fixtures/studies/paper.toml --only va --threads 2 --out t/replication"),
            ("--quiet --study my.toml --out=o", "run my.toml --quiet --out=o"),
            ("--study=my.toml --check-published", "run my.toml --check-published --out t/replication"),
            ("--check", "check w/fixtures/studies/paper.toml"),
            ("--study my.toml --check --fix", "check my.toml --fix"),
            ("--init d --plain", "init d --plain"),
            // The runner says what is wrong with these.
            ("--study", "run w/fixtures/studies/paper.toml --study --out t/replication"),
            ("--init d --out o", "init d --out o"),
        ] {
            assert_eq!(line(given), runner, "{given}");
        }
    }
}
