//! Workspace automation. `cargo xtask <verb>`: see [`USAGE`].
//!
//! Every heavy thing is a separate cargo call, so that this program builds in seconds on a machine where the native
//! tools are still missing. It never changes directory: relative paths are the caller's.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::exit)]

mod args;
mod bench;
mod bless;
mod bootstrap;
mod diff;
mod doctor;
mod features;
mod guard;
mod light;
mod members;
mod orphans;
mod pack;
mod process;
mod publish;
mod python;
mod replicate;
mod skipped;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <verb>

  replicate [--study FILE] [--out DIR] [--only STAGE[,STAGE]] [--threads N] …   run a study (default: the paper);
                                  HiGHS, polars and the like are compiled when the study asks for them
  replicate --init DIR [--plain]  a new study: commented study file, data template, worked example (--plain: of any panel)
  replicate [--study FILE] --check   what a run would refuse, what is derived from what, what looks odd
  audit [FILE]                    check published coefficients against each other
  test [--no-replication]         all tests, after one replication into a temporary folder
  bless [--accept]                review (or accept) moved snapshots
  diff [BASE] [--all]             what moved since BASE (a revision or a folder of snapshots), as Markdown
  diff --page OLD NEW [PAGE]      what moved between two result folders, as a page
  fixtures [calibrate]            regenerate the synthetic twin (calibrate: fit its parameters first)
  python wheel|test [--peers]     the Python package: its wheel, its tests in an environment of their own
                                  (--peers: also beside pyfixest, linearmodels and statsmodels)
  tidy [--write]                  rules of the house (--write: bring dependency trees and printed examples up to date)
  light                           the runner without any feature leaves the same files as with all
  publish [--dry-run]             every check of a release, then `cargo publish --workspace`
  bench NAME                      one of the benchmark suites, or all; `guard [--write]` compares with committed multiples
  doctor                          what this machine has and lacks

  --no-bootstrap                  never install build tools

Exit codes: 0 ran, 1 findings (where asked for), 2 bad input or usage, 3 environment or build.";

/// Exit code where something was looked for and found: a failing test, a lint, a licence.
const FINDINGS: u8 = 1;
/// Exit code for a broken environment or a failed build.
const ENVIRONMENT: u8 = 3;

fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let bootstrap = match args.iter().position(|arg| arg == "--no-bootstrap") {
        Some(i) => {
            args.remove(i);
            false
        }
        None => true,
    };
    if args.is_empty() {
        println!("{USAGE}");
        return ExitCode::from(2);
    }
    let verb = args.remove(0);
    let code = match verb.as_str() {
        "replicate" => replicate::study(&args, bootstrap),
        "audit" => replicate::audit(&args, bootstrap),
        "fixtures" => replicate::fixtures(&args),
        "light" => light::run(&args, bootstrap),
        "test" => test::run(&args, bootstrap),
        "bless" => bless::run(&args),
        "diff" => diff::run(&args),
        "tidy" => tidy::run(&args),
        "publish" => publish::run(&args),
        "python" => python::run(&args, bootstrap),
        "bench" => bench::run(&args, bootstrap),
        "doctor" => doctor::run(&args),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(0)
        }
        other => {
            eprintln!("unknown verb `{other}`\n\n{USAGE}");
            Ok(2)
        }
    };
    match code {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(ENVIRONMENT)
        }
    }
}
