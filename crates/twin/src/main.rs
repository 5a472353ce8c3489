//! `twin`: writes the synthetic yearbook of the fixtures, or a firm panel of any size.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use twin::on_disk::{self, Step};

/// Made-up data for studies.
#[derive(Debug, Parser)]
#[command(name = "twin", version, about = "Writes the synthetic data of the fixtures")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Regenerate the synthetic yearbook.
    Fixtures {
        /// `calibrate` fits the parameters first (minutes).
        step: Option<Step>,
        /// Only compare with what is there; exit with 1 where a byte differs.
        #[arg(long)]
        check: bool,
    },
    /// Write a synthetic firm panel and its study file, to try the runner at scale.
    FirmPanel {
        /// Folder to write to.
        folder: PathBuf,
        /// Rows.
        #[arg(long, default_value_t = 1_000_000)]
        rows: usize,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().verb {
        Verb::Fixtures { step, check } => on_disk::regenerate(&fixtures(), step, check),
        Verb::FirmPanel { folder, rows } => on_disk::firm_panel(&folder, rows).map(|summary| (summary, true)),
    };
    match done {
        Ok((summary, as_expected)) => {
            print!("{summary}");
            ExitCode::from(u8::from(!as_expected))
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// The fixtures of the workspace: cargo's `PANEL_WORKSPACE_DIR`, else where this program was built.
fn fixtures() -> PathBuf {
    std::env::var_os("PANEL_WORKSPACE_DIR")
        .map(|root| Path::new(&root).join("fixtures"))
        .filter(|folder| folder.is_dir())
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures"))
}
