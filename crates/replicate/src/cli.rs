//! Arguments, and what each verb does.

use crate::error::{Error, Result};
use crate::pipeline::{self, RunOptions};
use crate::study::Loaded;
use crate::{check, firm_panel, init, published, source_fix, twin_files};
use clap::{Args, Parser, Subcommand};
use std::path::{Path, PathBuf};

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
    /// Regenerate the synthetic twin.
    Fixtures(FixturesArgs),
    /// Write a synthetic firm panel and its study file, to try the runner at scale.
    #[command(hide = true)]
    FirmPanel(FirmPanelArgs),
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

/// Arguments of `fixtures`.
#[derive(Debug, Clone, Args)]
pub struct FixturesArgs {
    /// `calibrate` fits the parameters first (minutes).
    pub step: Option<String>,
    /// Only compare with what is there; exit with 1 where a byte differs.
    #[arg(long)]
    pub check: bool,
}

/// Arguments of `firm-panel`.
#[derive(Debug, Clone, Args)]
pub struct FirmPanelArgs {
    /// Folder to write to.
    pub folder: PathBuf,
    /// Rows.
    #[arg(long, default_value_t = 1_000_000)]
    pub rows: usize,
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
        Verb::Audit(args) => published::audit(args),
        Verb::Fixtures(args) => twin_files::regenerate(args, &workspace()),
        Verb::FirmPanel(args) => firm_panel::write(args),
    }
}

fn run(args: &RunArgs) -> Result<Outcome> {
    if args.threads == Some(0) {
        return Err(Error::Usage("--threads 0: expected at least 1".into()));
    }
    if let Some(lang) = args.lang.as_deref().filter(|lang| !["en", "zh"].contains(lang)) {
        return Err(Error::Usage(format!("--lang {lang}: expected en or zh")));
    }
    if let Some(folder) = &args.init {
        let summary = if args.plain { init::init_plain(folder)? } else { init::init(folder)? };
        return Ok(Outcome { summary, code: 0 });
    }
    let options = RunOptions {
        study: args.study.clone().unwrap_or_else(default_study),
        out: args.out.clone().unwrap_or_else(|| workspace().join("target/replication")),
        only: args.only.clone(),
        threads: args.threads,
        quiet: args.quiet,
        lang: args.lang.clone(),
    };
    if args.check {
        let loaded = Loaded::read(&options.study)?;
        let checked = check::check(&loaded);
        let fixed = match (args.fix, checked.problems.is_empty()) {
            (true, _) => source_fix::write_beside(&loaded, &options.study)?,
            (false, true) => String::new(),
            (false, false) => source_fix::advice(&loaded)?,
        };
        return Ok(Outcome { code: if checked.problems.is_empty() { 0 } else { 2 }, summary: checked.text + &fixed });
    }
    let report = pipeline::run(&options)?;
    let failed = args.check_published && report.differing > 0;
    Ok(Outcome { summary: report.summary, code: u8::from(failed) })
}

/// The study that runs where none is named.
pub(crate) fn default_study() -> PathBuf {
    workspace().join("fixtures/studies/paper.toml")
}

/// The workspace: cargo's `PANEL_WORKSPACE_DIR`, else where this program was built.
pub(crate) fn workspace() -> PathBuf {
    std::env::var_os("PANEL_WORKSPACE_DIR")
        .map(PathBuf::from)
        .filter(|path| path.join("fixtures").is_dir())
        .or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_path_buf))
        .unwrap_or_default()
}
