//! Arguments, and what each verb does.

use crate::error::{Error, Result};
use crate::pipeline::{self, RunOptions};
use crate::study::Loaded;
use crate::{audited, check, init, source_fix, workspace};
use clap::{Args, Parser, Subcommand};
use report::Lang;
use std::path::PathBuf;

/// The study runner.
#[derive(Debug, Parser)]
#[command(name = "replicate", version, about = "Runs a study: data, indices, regressions, tables")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run a study.
    Run(RunArgs),
    /// Check published coefficients against each other.
    Audit(AuditArgs),
}

/// Arguments of `run`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Study file (default: the paper's).
    #[arg(long)]
    pub study: Option<PathBuf>,
    /// Output folder (default: target/replication in the workspace).
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Run only these stages and what they need: data, va, gtfp-ID, market, variables, tables, quality,
    /// report.
    #[arg(long, value_delimiter = ',')]
    pub only: Vec<String>,
    /// Number of threads (default: all).
    #[arg(long)]
    pub threads: Option<usize>,
    /// Exit with 1 where a published number is not met in sign and stars.
    #[arg(long)]
    pub check_published: bool,
    /// No progress; the summary still comes.
    #[arg(long, short)]
    pub quiet: bool,
    /// Language of labels, instead of the study's: en or zh.
    #[arg(long)]
    pub lang: Option<String>,
    /// Write a commented study file, an empty data template and a worked example into a new folder, and stop.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["study", "out", "only", "check"])]
    pub init: Option<PathBuf>,
    /// With --init: a short study of any panel of entities and periods, not one in the paper's design.
    #[arg(long, requires = "init")]
    pub plain: bool,
    /// Check study and data without running, and list what would be computed from what.
    #[arg(long)]
    pub check: bool,
    /// With --check: write the study, with what its sources certainly need, beside the old one.
    #[arg(long, requires = "check")]
    pub fix: bool,
}

/// Arguments of `audit`.
#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// CSV of published numbers (default: the paper's).
    pub file: Option<PathBuf>,
    /// Output folder (default: target/audit in the workspace).
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// What a verb ends with.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Text for standard output.
    pub summary: String,
    /// Exit code.
    pub code: u8,
}

/// Carries out a command.
///
/// # Errors
/// [`Error`], whose [`Error::exit_code`] is the exit code.
pub fn execute(cli: &Cli) -> Result<Outcome> {
    match &cli.verb {
        Verb::Run(args) => run(args),
        Verb::Audit(args) => {
            let file = args.file.clone().unwrap_or_else(|| workspace::folder().join("fixtures/published.csv"));
            let out = args.out.clone().unwrap_or_else(|| workspace::folder().join("target/audit"));
            let audited = audited::audit(&file, &out)?;
            Ok(Outcome { code: u8::from(audited.contradictions > 0), summary: audited.summary })
        }
    }
}

fn run(args: &RunArgs) -> Result<Outcome> {
    if args.threads == Some(0) {
        return Err(Error::Usage("--threads 0: expected at least 1".into()));
    }
    let lang = match args.lang.as_deref() {
        None => None,
        Some("en") => Some(Lang::En),
        Some("zh") => Some(Lang::Zh),
        Some(other) => return Err(Error::Usage(format!("--lang {other}: expected en or zh"))),
    };
    if let Some(folder) = &args.init {
        let summary = if args.plain { init::init_plain(folder)? } else { init::init(folder)? };
        return Ok(Outcome { summary, code: 0 });
    }
    let options = RunOptions {
        study: args.study.clone().unwrap_or_else(workspace::default_study),
        out: args.out.clone().unwrap_or_else(|| workspace::folder().join("target/replication")),
        only: args.only.clone(),
        threads: args.threads,
        quiet: args.quiet,
        lang,
    };
    if args.check {
        let checked = check::check_file(&options.study);
        let fixed = match (Loaded::read(&options.study), args.fix, checked.problems.is_empty()) {
            (Ok(loaded), true, _) => source_fix::write_beside(&loaded, &options.study)?,
            (Ok(loaded), false, false) => source_fix::advice(&loaded)?,
            // A study file that cannot be read has said so.
            _ => String::new(),
        };
        return Ok(Outcome { code: if checked.problems.is_empty() { 0 } else { 2 }, summary: checked.text + &fixed });
    }
    let report = pipeline::run(&options)?;
    let failed = args.check_published && report.differing > 0;
    Ok(Outcome { summary: report.summary, code: u8::from(failed) })
}
