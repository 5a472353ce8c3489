//! Command line of the study runner.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use clap::Parser;
use replicate::cli::{Cli, execute};
use std::process::ExitCode;

fn main() -> ExitCode {
    panel_core::io::quiet_decoder_panics();
    let cli = Cli::parse();
    match execute(&cli) {
        Ok(outcome) => {
            print!("{}", outcome.summary);
            ExitCode::from(outcome.code)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
