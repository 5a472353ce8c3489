//! Arguments, and what each verb does.

use crate::pipeline::{self, RunOptions};
use crate::{audited, check, engines, init, reference, source_fix};
use clap::{Args, Parser, Subcommand};
use report::Lang;
use std::path::{Path, PathBuf};
use study::number::pretty;
use study::{Error, Loaded, Result};

/// More threads than any machine has use for; a system stops a program that starts a million.
const MOST_THREADS: usize = 1024;

/// Panel studies: a study file in; indices, regressions, tables and figures out.
#[derive(Debug, Parser)]
#[command(name = "panelstudy", version, about)]
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
    /// Check study and data without writing results, and list what would be computed from what.
    Check(CheckArgs),
    /// Write a commented study file, an empty data template and a worked example into a new folder.
    Init(InitArgs),
    /// Check published coefficients against each other.
    Audit(AuditArgs),
    /// Print the JSON Schema of study files, or the page of every section and key.
    Schema(SchemaArgs),
    /// Say what this program can do on this machine: engines, file formats, threads.
    Doctor,
}

/// Arguments of `run`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Study file.
    pub study: PathBuf,
    /// Output folder (default: STUDY-results in the current folder, STUDY being the name of the study file).
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
}

/// Arguments of `check`.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Study file.
    pub study: PathBuf,
    /// Write the study, with what its sources certainly need, beside the old one.
    #[arg(long)]
    pub fix: bool,
}

/// Arguments of `init`.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// Folder of the new study; it is made where it is not there.
    pub folder: PathBuf,
    /// A short study of any panel of entities and periods, not one in the paper's design.
    #[arg(long)]
    pub plain: bool,
}

/// Arguments of `audit`.
#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// CSV of published numbers.
    pub file: PathBuf,
    /// Output folder (default: FILE-audit in the current folder).
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Arguments of `schema`.
#[derive(Debug, Clone, Args)]
pub struct SchemaArgs {
    /// The page in Markdown instead of the schema.
    #[arg(long)]
    pub page: bool,
    /// With --page: studies from which examples are taken.
    #[arg(requires = "page")]
    pub studies: Vec<PathBuf>,
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
        Verb::Check(args) => checked(args),
        Verb::Init(args) => {
            let summary = if args.plain { init::init_plain(&args.folder)? } else { init::init(&args.folder)? };
            Ok(Outcome { summary, code: 0 })
        }
        Verb::Audit(args) => {
            let out = args.out.clone().unwrap_or_else(|| beside_the_caller(&args.file, "audit"));
            let audited = audited::audit(&args.file, &out)?;
            Ok(Outcome { code: u8::from(audited.contradictions > 0), summary: audited.summary })
        }
        Verb::Schema(args) => schema(args),
        Verb::Doctor => Ok(Outcome { summary: engines::report(), code: 0 }),
    }
}

/// Where results go that no folder was named for: below the current folder, by the name of the file they come from.
fn beside_the_caller(file: &Path, what: &str) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    PathBuf::from(format!("{stem}-{what}"))
}

fn run(args: &RunArgs) -> Result<Outcome> {
    if let Some(threads) = args.threads.filter(|threads| !(1..=MOST_THREADS).contains(threads)) {
        return Err(Error::Usage(format!("--threads {threads}: expected 1 to {MOST_THREADS}")));
    }
    let lang = match args.lang.as_deref() {
        None => None,
        Some("en") => Some(Lang::En),
        Some("zh") => Some(Lang::Zh),
        Some(other) => return Err(Error::Usage(format!("--lang {other}: expected en or zh"))),
    };
    let options = RunOptions {
        study: args.study.clone(),
        out: args.out.clone().unwrap_or_else(|| beside_the_caller(&args.study, "results")),
        only: args.only.clone(),
        threads: args.threads,
        quiet: args.quiet,
        lang,
    };
    if args.check_published && Loaded::read(&args.study)?.study.published.is_none() {
        let message = "--check-published: the study has no [published] to compare with".to_owned();
        return Err(Error::Usage(message));
    }
    let report = pipeline::run(&options)?;
    let failed = args.check_published && report.differing > 0;
    Ok(Outcome { summary: report.summary, code: u8::from(failed) })
}

fn schema(args: &SchemaArgs) -> Result<Outcome> {
    let schema = reference::schema();
    if !args.page {
        return Ok(Outcome { summary: pretty(&schema), code: 0 });
    }
    let mut studies = Vec::with_capacity(args.studies.len());
    for path in &args.studies {
        let wrong = |message: String| Error::Study { file: path.display().to_string(), line: None, message };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
        let study = text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
        studies.push((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), study));
    }
    Ok(Outcome { summary: reference::page(&schema, &studies), code: 0 })
}

fn checked(args: &CheckArgs) -> Result<Outcome> {
    let checked = check::check_file(&args.study);
    if let Ok(loaded) = Loaded::read(&args.study) {
        engines::suffice(&loaded.study)?;
    }
    let fixed = match (Loaded::read(&args.study), args.fix, checked.problems.is_empty()) {
        (Ok(loaded), true, _) => source_fix::write_beside(&loaded, &args.study)?,
        (Ok(loaded), false, false) => source_fix::advice(&loaded)?,
        // A study file that cannot be read has said so.
        _ => String::new(),
    };
    Ok(Outcome { code: if checked.problems.is_empty() { 0 } else { 2 }, summary: checked.text + &fixed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_lie_beside_the_caller() {
        assert_eq!(beside_the_caller(Path::new("far/away/my.study.toml"), "results"), Path::new("my.study-results"));
        assert_eq!(beside_the_caller(Path::new("published.csv"), "audit"), Path::new("published-audit"));
    }

    #[test]
    fn no_study_is_a_usage_error() {
        for line in
            [&["panelstudy", "run"][..], &["panelstudy", "check"], &["panelstudy", "init"], &["panelstudy", "audit"]]
        {
            let error = Cli::try_parse_from(line).unwrap_err();
            assert_eq!(error.kind(), clap::error::ErrorKind::MissingRequiredArgument, "{line:?}");
            assert_eq!(error.exit_code(), 2);
        }
    }
}
