//! The Python package: its wheel, and its tests in an environment of their own.

use crate::process::{findings, output, run as run_process};
use crate::{args, bootstrap, replicate, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the tests need, each with its version.
const REQUIREMENTS: &str = "crates/python/tests/requirements.txt";
/// A wheel is downloaded by everybody.
const MOST_BYTES: u64 = 20 << 20;
/// Other people's estimators, which some tests compare with where they are.
const PEERS: &str = "crates/python/tests/peers.txt";

/// `cargo xtask python wheel|test [--peers]`: builds the wheel into `target/wheels`; `test` installs it into `target/py`
/// and runs its tests, with `--peers` beside other people's estimators. Without a Python that can run it there is nothing
/// to test, which is said and counted; where `CI` is set it is an error.
pub(crate) fn run(args: &[String], install: bool) -> Result<u8, String> {
    let Some(given) = args::read("python", args, &["--peers"], 1..=1) else { return Ok(2) };
    let verb = given.names[0].as_str();
    if !["wheel", "test"].contains(&verb) {
        eprintln!("`cargo xtask python` takes wheel or test, not `{verb}`");
        return Ok(2);
    }
    let Some(python) = interpreter() else {
        let message = "no Python from 3.11 on with venv and pip was found (python3, python, or PYTHON)";
        if std::env::var_os("CI").is_some() {
            return Err(message.into());
        }
        eprintln!("1 skipped: the Python package: {message}");
        return Ok(0);
    };
    bootstrap::ensure(install)?;
    let environment = Environment::ready(&python)?;
    let wheel = environment.wheel()?;
    let size = std::fs::metadata(&wheel).map_or(0, |file| file.len());
    println!("{} ({:.1} MiB)", wheel.display(), size as f64 / f64::from(1 << 20));
    if verb == "wheel" {
        return Ok(0);
    }
    environment.pip(&["--no-index", "--no-deps", "--force-reinstall", &wheel.display().to_string()])?;
    if given.has("--peers") {
        environment.pip(&["--requirement", &workspace::root().join(PEERS).display().to_string()])?;
    }
    let tested = environment.test()?;
    if size > MOST_BYTES {
        eprintln!("remark: the wheel is larger than the {} MiB that are its goal", MOST_BYTES >> 20);
    }
    Ok(tested)
}

/// A Python from 3.11 on.
fn interpreter() -> Option<String> {
    let named = std::env::var("PYTHON").ok();
    let new_enough = |program: &String| {
        output(program, &["-c", "import sys, venv, ensurepip; print(sys.version_info >= (3, 11))"]).as_deref()
            == Some("True")
    };
    named.into_iter().chain(["python3".to_owned(), "python".to_owned()]).find(new_enough)
}

/// A virtual environment below the folder of builds.
struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// The environment with what the tests need; it is made once.
    fn ready(python: &str) -> Result<Self, String> {
        let environment = Self { folder: workspace::target().join("py") };
        if !environment.program("python").is_file() {
            eprintln!("set-up: a Python environment in {} (once)", environment.folder.display());
            done("python -m venv", Command::new(python).args(["-m", "venv"]).arg(&environment.folder))?;
        }
        let requirements = workspace::root().join(REQUIREMENTS);
        environment.pip(&["--requirement", &requirements.display().to_string()])?;
        Ok(environment)
    }

    fn program(&self, name: &str) -> PathBuf {
        let folder = if cfg!(windows) { "Scripts" } else { "bin" };
        self.folder.join(folder).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    fn pip(&self, args: &[&str]) -> Result<(), String> {
        let mut pip = Command::new(self.program("python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(args);
        done("pip install", pip.env("PIP_ROOT_USER_ACTION", "ignore"))
    }

    /// Builds the wheel with the features and the profile of the tests, so that it costs the binding and a link.
    fn wheel(&self) -> Result<PathBuf, String> {
        let out = workspace::target().join("wheels");
        for old in wheels(&out) {
            std::fs::remove_file(&old).map_err(|error| format!("cannot remove {}: {error}", old.display()))?;
        }
        let mut maturin = Command::new(self.program("maturin"));
        maturin.args(["build", "--release", "--locked", "--quiet", "--compression-level", "9", "--manifest-path"]);
        maturin.arg(workspace::root().join("crates/python/Cargo.toml"));
        maturin.arg("--interpreter").arg(self.program("python")).arg("--out").arg(&out);
        if cfg!(target_os = "linux") {
            // For this machine; the wheels of a release are built in an image of an old system.
            maturin.args(["--compatibility", "linux"]);
        }
        done("maturin build", &mut maturin)?;
        wheels(&out).pop().ok_or_else(|| format!("maturin left no wheel in {}", out.display()))
    }

    fn test(&self) -> Result<u8, String> {
        let folder = workspace::root().join("crates/python");
        let program = replicate::binary(replicate::RUNNER);
        let mut tests = Command::new(self.program("python"));
        tests
            .args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "-rsx"])
            .arg(folder.join("tests"))
            .current_dir(&folder);
        // The bits of the wheel are those of the command.
        let tested = findings(tests.env("PANELSTUDY_PROGRAM", program))?;
        let mut types = Command::new(self.program("python"));
        types.args(["-m", "mypy", "--strict", "--cache-dir"]).arg(workspace::target().join("mypy"));
        let typed = findings(types.args(["python/panelstudy", "tests"]).current_dir(&folder))?;
        // The stubs say what the compiled part has; it is asked where no source folder stands in its way.
        let mut stubs = Command::new(self.program("python"));
        let stubs = stubs.args(["-m", "mypy.stubtest", "panelstudy._core"]).current_dir(workspace::target());
        let verdicts = [("tests", tested), ("types", typed), ("stubs", findings(stubs)?)];
        let line: Vec<String> = verdicts.iter().map(|(name, code)| format!("{name} {}", verdict(*code))).collect();
        println!("the Python package: {}", line.join(", "));
        Ok(verdicts.iter().map(|(_, code)| *code).max().unwrap_or(0))
    }
}

fn verdict(code: u8) -> &'static str {
    if code == 0 { "passed" } else { "FAILED" }
}

/// The wheels of a folder.
fn wheels(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    files.filter(|path| path.extension().is_some_and(|suffix| suffix == "whl")).collect()
}

/// Runs a step of the set-up.
fn done(what: &str, command: &mut Command) -> Result<(), String> {
    match run_process(command)? {
        0 => Ok(()),
        code => Err(format!("`{what}` ended with exit code {code} (see above)")),
    }
}
