//! Command line of the study runner.

use clap::Parser;
use panelstudy::cli::{Cli, execute};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    panel_core::io::quiet_decoder_panics();
    let cli = Cli::parse();
    match execute(&cli) {
        Ok(outcome) => {
            // Who closed the pipe has seen enough: the exit code still says how it went.
            let mut out = std::io::stdout().lock();
            let _ = out.write_all(outcome.summary.as_bytes()).and_then(|()| out.flush());
            ExitCode::from(outcome.code)
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
