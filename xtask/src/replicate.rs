//! The repository's own door to the study runner and to the generator of synthetic data: builds them, and says where the
//! paper's study is and where its results go.

use crate::features::{self, Features};
use crate::process::{cargo, run as run_process};
use crate::{bootstrap, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The study runner's package and program.
pub(crate) const RUNNER: &str = "panelstudy";

/// `cargo xtask replicate …`: runs a study (the paper's where none is named), checks it, or begins a new one. The runner
/// is built with what the study asks for.
pub(crate) fn study(args: &[String], install: bool) -> Result<u8, String> {
    let line = command_line(args, &workspace::root(), &workspace::target());
    // A file that is not there asks for nothing; the runner says so.
    let text = std::fs::read_to_string(&line[1]).unwrap_or_default();
    let wanted = if line[0] == "init" { Features::new() } else { features::features_of(&text) };
    runner(&wanted, install)?;
    run_process(Command::new(binary(RUNNER)).args(line))
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
    runner(&Features::new(), install)?;
    run_process(Command::new(binary(RUNNER)).args(line))
}

/// `cargo xtask fixtures …`: the generator of synthetic data.
pub(crate) fn fixtures(args: &[String]) -> Result<u8, String> {
    build("twin", &["--package", "twin"])?;
    run_process(Command::new(binary("twin")).arg("fixtures").args(args))
}

/// Builds the study runner with at least these features: those of earlier builds stay, so that studies in turn do not
/// rebuild one another. Native tools are looked for only where HiGHS is among them.
pub(crate) fn runner(wanted: &Features, install: bool) -> Result<(), String> {
    let file = workspace::target().join("release/.panelstudy-features");
    let all = features::with_earlier(wanted, &file);
    if all.contains(&features::Feature::Highs) {
        bootstrap::ensure(install)?;
    }
    build(RUNNER, &selection(&all).iter().map(String::as_str).collect::<Vec<_>>())?;
    features::remember(&all, &file)
}

/// How cargo is asked for the runner with some features. With all that the workspace has, it is asked for the runner of
/// the workspace, which the tests share.
pub(crate) fn selection(features: &Features) -> Vec<String> {
    let workspace_features = features::of_the_workspace();
    let mut arguments = match features.is_superset(&workspace_features) {
        true => vec!["--workspace".to_owned(), "--bin".to_owned(), RUNNER.to_owned()],
        false => vec!["--package".to_owned(), RUNNER.to_owned()],
    };
    let names: Vec<String> = features.iter().map(|feature| format!("{RUNNER}/{}", feature.name())).collect();
    if !names.is_empty() {
        arguments.extend(["--features".to_owned(), names.join(",")]);
    }
    arguments
}

/// Builds the study runner, as it was built before, and gives what it prints.
pub(crate) fn printed(args: &[String]) -> Result<String, String> {
    runner(&Features::new(), false)?;
    let output = Command::new(binary(RUNNER))
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

/// Builds a program; cargo shows its own progress.
pub(crate) fn build(program: &str, selection: &[&str]) -> Result<(), String> {
    let manifest = workspace::root().join("Cargo.toml");
    let binary = binary(program);
    if !binary.is_file() {
        eprintln!("set-up: building `{program}` with all that it stands on (once, some minutes)");
    }
    let status = run_process(
        cargo()
            .args(["build", "--release", "--manifest-path"])
            .arg(manifest)
            .args(selection)
            .arg(if binary.is_file() { "--quiet" } else { "--color=auto" }),
    )?;
    if status == 0 { Ok(()) } else { Err(format!("`{program}` does not build (see above)")) }
}

/// The program that [`build`] leaves.
pub(crate) fn binary(program: &str) -> PathBuf {
    workspace::target().join("release").join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Feature;

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

    #[test]
    fn the_runner_of_the_workspace_is_shared() {
        let arguments = |features: &Features| selection(features).join(" ");
        assert_eq!(arguments(&Features::new()), "--package panelstudy");
        assert_eq!(arguments(&[Feature::Parquet].into()), "--package panelstudy --features panelstudy/parquet");
        let shared = arguments(&features::of_the_workspace());
        assert_eq!(shared, "--workspace --bin panelstudy --features panelstudy/highs,panelstudy/parquet");
    }
}
