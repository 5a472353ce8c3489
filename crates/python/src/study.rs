//! Studies: the runner and its command, and audits of printed numbers.

use crate::error::Failure;
use crate::frame::{Columns, Frame};
use crate::options::json;
use crate::source::Source;
use crate::work;
use audit::AuditSpec;
use clap::Parser;
use panel_core::Column;
use panelstudy::cli::{Cli, execute};
use panelstudy::pipeline::{self, RunOptions};
use pyo3::prelude::*;
use report::{Lang, PublishedRow, StarRule};
use std::io::Write;
use std::path::PathBuf;

fn language(lang: Option<&str>) -> PyResult<Option<Lang>> {
    match lang {
        None => Ok(None),
        Some("en") => Ok(Some(Lang::En)),
        Some("zh") => Ok(Some(Lang::Zh)),
        Some(other) => Err(Failure::spec(format!("unknown lang `{other}`; expected en or zh")).into()),
    }
}

/// Runs a study file and gives the summary.
#[pyfunction]
#[pyo3(signature = (study, out, only, threads=None, lang=None))]
pub(crate) fn run_file(
    py: Python<'_>,
    study: PathBuf,
    out: PathBuf,
    only: Vec<String>,
    threads: Option<usize>,
    lang: Option<&str>,
) -> PyResult<String> {
    let options = RunOptions { study, out, only, threads, quiet: true, lang: language(lang)? };
    let what = format!("run {}", options.study.display());
    Ok(work::run_alone(py, what, move || Ok(pipeline::run(&options)?))?.summary)
}

/// What a run of a study file would refuse: sentence, code, stage, file and line of each problem.
#[pyfunction]
pub(crate) fn check_file(py: Python<'_>, study: PathBuf) -> PyResult<Vec<Problem>> {
    let what = format!("check {}", study.display());
    let found = work::run(py, what, move || Ok(panelstudy::check::check_file(&study).problems))?;
    Ok(found.into_iter().map(problem).collect())
}

type Problem = (String, &'static str, Option<String>, Option<String>, Option<usize>);

fn problem(error: panelstudy::Error) -> Problem {
    let (sentence, code) = (error.to_string(), error.code());
    match error {
        panelstudy::Error::Study { file, line, .. } => (sentence, code, None, Some(file), line),
        panelstudy::Error::Stage { stage, .. } | panelstudy::Error::NotComputed { stage, .. } => {
            (sentence, code, Some(stage), None, None)
        }
        _ => (sentence, code, None, None, None),
    }
}

/// Plain data as TOML.
#[pyfunction]
pub(crate) fn toml_text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    // TOML has no null: what is none was not said.
    fn without_null(value: serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Object(map) => map
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key, without_null(value)))
                .collect(),
            serde_json::Value::Array(items) => items.into_iter().map(without_null).collect(),
            other => other,
        }
    }
    let text = toml::to_string(&without_null(json(value)?));
    Ok(text.map_err(|error| Failure::spec(format!("the study cannot be written as TOML: {error}")))?)
}

/// A table as CSV: numbers in full, texts quoted, missing empty.
#[pyfunction]
pub(crate) fn csv_text(data: &Bound<'_, PyAny>) -> PyResult<String> {
    let source = Source::new(data)?;
    let names: Vec<&str> = source.names().iter().map(String::as_str).collect();
    let columns = names.iter().map(|name| source.column(name)).collect::<PyResult<Vec<Column>>>()?;
    let mut out = String::new();
    report::csv::push_record(&mut out, names);
    for row in 0..columns.first().map_or(0, Column::len) {
        let cells: Vec<String> = columns.iter().map(|column| column.display(row)).collect();
        report::csv::push_record(&mut out, cells.iter().map(String::as_str));
    }
    Ok(out)
}

/// Checks printed numbers against each other.
#[pyfunction]
#[pyo3(signature = (text, name, relations=None))]
pub(crate) fn audit_text(py: Python<'_>, text: String, name: String, relations: Option<String>) -> PyResult<Frame> {
    let result = work::run(py, format!("audit {name}"), move || {
        let rows = PublishedRow::read_csv(&text, &name)?;
        let spec = match relations {
            Some(text) => AuditSpec::from_toml(&text)?,
            None => AuditSpec::new(StarRule::china()),
        };
        let result = audit::audit(&rows, &spec)?;
        let findings = || result.findings.iter();
        let mut columns = Columns::default();
        columns.words("check", findings().map(|finding| Some(finding.check.name())));
        columns.words("status", findings().map(|finding| Some(finding.status.name())));
        columns.words("where", findings().map(|finding| Some(&finding.place)));
        columns.words("published", findings().map(|finding| Some(&finding.published)));
        columns.words("implied", findings().map(|finding| Some(finding.implied.get(Lang::En))));
        columns.words("remark", findings().map(|finding| Some(finding.message.get(Lang::En))));
        Ok(columns.summary(serde_json::json!({
            "summary": result.summary(Lang::En),
            "contradictions": result.count(audit::Status::Contradiction),
        })))
    })?;
    result.frame()
}

/// The command: arguments in, exit code out.
#[pyfunction]
pub(crate) fn command(py: Python<'_>, args: Vec<String>) -> u8 {
    panel_core::io::quiet_decoder_panics();
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    py.detach(|| match execute(&cli) {
        Ok(outcome) => {
            // Who closed the pipe has seen enough: the exit code still says how it went.
            let mut out = std::io::stdout().lock();
            let _ = out.write_all(outcome.summary.as_bytes()).and_then(|()| out.flush());
            outcome.code
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            error.exit_code()
        }
    })
}
