//! `--check`: reads a study and its data, says what would be computed from what, and collects everything that a run
//! would refuse, without running it.

use crate::error::{Error, Result};
use crate::names;
use crate::plan::Plan;
use crate::published::Printed;
use crate::quality;
use crate::stages::{self, data, variables};
use crate::store::full;
use crate::study::{ColumnSpec, Loaded, Parsed, Study, TableKind, TableSpec, indicator};
use crate::tables::{self, column, entropy};
use panel_core::expr::{Definitions, Resolved};
use panel_core::{Column, Panel, Severity, suggest};
use panel_fe::Frame;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Remarks of the data quality report that are shown per variable and kind.
const SHOWN: usize = 3;

/// How a message about a text in a column of numbers begins.
const NOT_A_NUMBER: &str = "not a number: ";

/// Stands where a problem is listed below.
const NOT_KNOWN: &str = "see the problems below";

/// What a check found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Text for standard output.
    pub text: String,
    /// What a run would refuse, one sentence each.
    pub problems: Vec<String>,
}

/// Checks a study and its data.
#[must_use]
pub fn check(loaded: &Loaded) -> Checked {
    let mut run = Run { loaded, text: String::new(), problems: Vec::new(), warnings: 0, waiting: BTreeSet::new() };
    run.whole();
    let Run { mut text, problems, warnings, .. } = run;
    match problems.len() {
        0 if warnings > 0 => {
            let _ =
                writeln!(text, "\nNo problem found; {warnings} warning{} above.", if warnings == 1 { "" } else { "s" });
        }
        0 => text += "\nNo problem found.\n",
        n => {
            let _ = writeln!(text, "\n{n} problem{}:", if n == 1 { "" } else { "s" });
            for (i, problem) in problems.iter().enumerate() {
                let _ = writeln!(text, "{:>3}. {problem}", i + 1);
            }
        }
    }
    Checked { text, problems }
}

struct Run<'a> {
    loaded: &'a Loaded,
    text: String,
    problems: Vec<String>,
    /// Remarks on the data that could change how a result is read.
    warnings: usize,
    /// Variables that only a run computes: those of the indices, and what is derived from them.
    waiting: BTreeSet<String>,
}

impl Run<'_> {
    fn line(&mut self, line: impl AsRef<str>) {
        self.text += line.as_ref();
        self.text.push('\n');
    }

    fn problem(&mut self, error: impl ToString) {
        let words = error.to_string();
        // A cell is named once, whatever needs it.
        let cell = words.find(NOT_A_NUMBER).map_or(words.as_str(), |at| &words[at..]);
        if !self.problems.iter().any(|known| known.ends_with(cell)) {
            self.problems.push(words);
        }
    }

    /// Notes the error of a step; gives its value where there is one.
    fn noted<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.problem(error)).ok()
    }

    fn study(&self) -> &Study {
        &self.loaded.study
    }

    fn whole(&mut self) {
        let loaded = self.loaded;
        let study = &loaded.study;
        self.line(study.study.title.get(study.lang()));
        let definitions = self.noted(variables::definitions(study));
        self.noted(Plan::new(study, &[]));
        words(loaded).into_iter().for_each(|error| self.problem(error));
        self.noted(Printed::read(loaded));
        for variant in study.curve.iter().flat_map(|curve| &curve.variants) {
            if let Err(error) = loaded.with(&variant.set) {
                let label = variant.label.pick(study.lang()).unwrap_or_default();
                self.problem(Error::stage("tables", format!("[curve], variant `{label}`: {error}")));
            }
        }
        let data = match data::load(loaded) {
            Ok(data) => data,
            Err(first) => {
                self.problem(first);
                data::refused(loaded).into_iter().for_each(|error| self.problem(error));
                return;
            }
        };
        self.line("\nSources");
        for file in &data.inputs {
            self.line(format!("  {:<40} {} bytes", file.path, file.bytes));
        }
        let mut panel = data.panel.clone();
        self.line(format!(
            "  joined: {} rows, {} × {}, {} columns",
            panel.n_rows(),
            panel.n_entities(),
            panel.n_periods(),
            panel.names().len()
        ));
        for remark in &data.diagnostics {
            self.line(format!("  {remark}"));
            self.warnings += usize::from(remark.severity == Severity::Warning);
        }
        self.place_holders(&mut panel);
        if let Some(definitions) = definitions {
            self.derive(&definitions, &mut panel);
        }
        self.indices(&panel);
        self.tables(&panel);
        self.noted(study.report.check_columns(&panel).map_err(|words| Error::stage("report", words)));
        self.look(&panel);
    }

    /// Columns for what the indices will make, so that what uses them can be checked.
    fn place_holders(&mut self, panel: &mut Panel) {
        let stages = names::index_stages(&self.loaded.study);
        let made =
            stages.into_iter().flat_map(|stage| stage.makes.into_iter().map(move |name| (stage.name.clone(), name)));
        for (stage, name) in made {
            if panel.has(&name) {
                self.problem(Error::stage(
                    &stage,
                    format!("it would make a variable `{name}`, but there is one already; give it another name"),
                ));
            }
            self.wait(panel, &name);
        }
    }

    fn wait(&mut self, panel: &mut Panel, name: &str) {
        self.waiting.insert(name.to_owned());
        // The length is the panel's own.
        let _ = panel.set(name, vec![f64::NAN; panel.n_rows()]);
    }

    /// The resolved listing: each derived variable with what it is made from and what came out.
    fn derive(&mut self, definitions: &Definitions, panel: &mut Panel) {
        if definitions.items().is_empty() {
            return;
        }
        self.line("\nDerived variables, in the order in which they are computed");
        for line in definitions.resolved() {
            let Resolved { name, expression, derived, columns, .. } = line;
            let from: Vec<String> = derived.into_iter().chain(columns).collect();
            let waits: Vec<&String> = from.iter().filter(|used| self.waiting.contains(*used)).collect();
            let result = if waits.is_empty() {
                self.evaluate(&name, &expression, panel)
            } else {
                let words = waits.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
                Some(format!("computed in the run, needs {words}"))
            };
            let result = result.unwrap_or_else(|| NOT_KNOWN.into());
            if !panel.has(&name) {
                self.wait(panel, &name);
            }
            self.line(format!("  {name} = {expression}"));
            self.line(format!("      from {}: {result}", from.join(", ")));
        }
    }

    fn evaluate(&mut self, name: &str, expression: &str, panel: &mut Panel) -> Option<String> {
        let alone = Definitions::parse(&[(name, expression)]).and_then(|alone| alone.apply(panel));
        let remarks = match alone {
            Ok(remarks) => remarks,
            Err(error) => {
                self.problem(Error::stage("variables", error));
                return None;
            }
        };
        let column = panel.column(name).ok()?;
        let missing = column.n_missing();
        let mut words = match column {
            Column::Float(values) => {
                let present = || values.iter().copied().filter(|value| !value.is_nan());
                let (low, high) =
                    (present().fold(f64::INFINITY, f64::min), present().fold(f64::NEG_INFINITY, f64::max));
                match column.len() - missing {
                    0 => "no value at all".to_owned(),
                    n => format!("{n} values from {} to {}", six(low), six(high)),
                }
            }
            Column::Text(text) => format!("{} texts, {} distinct", column.len() - missing, text.labels().len()),
        };
        if missing > 0 {
            let _ = write!(words, ", {missing} missing");
        }
        for remark in remarks {
            let _ = write!(words, "; {}", remark.message);
        }
        Some(words)
    }

    /// What the index stages would refuse, of those whose quantities are known before a run.
    fn indices(&mut self, panel: &Panel) {
        let study = &self.loaded.study;
        if let Some(spec) = &study.va
            && let Some(keep) = self.kept(panel, spec.sample.as_deref(), "va")
        {
            if self.waits([&spec.sector, &spec.total, &spec.lon, &spec.lat]) {
                self.noted(stages::va::choices(spec));
            } else {
                self.noted(stages::va::validate(panel, spec, &keep));
            }
        }
        for spec in &study.gtfp {
            let Some(keep) = self.kept(panel, spec.sample.as_deref(), &format!("gtfp-{}", spec.id)) else { continue };
            if self.waits(spec.inputs.iter().chain(&spec.goods).chain(&spec.bads)) {
                self.noted(stages::gtfp::validate_words(panel, spec, &keep));
            } else {
                self.noted(stages::gtfp::validate(panel, spec, &keep));
            }
        }
        if let Some(spec) = &study.market
            && let Some(keep) = self.kept(panel, spec.sample.as_deref(), "market")
        {
            if self.waits(spec.prices.iter().chain([&spec.weights, &spec.lat, &spec.lon])) {
                self.noted(stages::market::choices(spec, panel));
            } else {
                self.noted(stages::market::validate(panel, spec, &keep));
            }
        }
    }

    /// The rows of a stage's sample; none where it cannot be known before a run.
    fn kept(&mut self, panel: &Panel, filter: Option<&str>, stage: &str) -> Option<Vec<bool>> {
        let keep = self.noted(variables::sample(panel, filter, stage))?.keep;
        let named = filter.map(names::of_expression).unwrap_or_default();
        if self.waits(&named) { Some(vec![true; panel.n_rows()]) } else { Some(keep) }
    }

    fn waits<'b>(&self, names: impl IntoIterator<Item = &'b String>) -> bool {
        names.into_iter().any(|name| self.waiting.contains(name))
    }

    fn tables(&mut self, panel: &Panel) {
        let study = &self.loaded.study;
        if study.tables.is_empty() && study.mediation.is_empty() {
            return;
        }
        self.line("\nTables");
        for table in &study.tables {
            let stage = format!("tables/{}", table.id);
            match table.kind {
                TableKind::Regression => {
                    for (name, spec) in table.named_columns() {
                        let stage = format!("{stage}, column {name}");
                        self.regression(panel, spec, &stage, &format!("{} {name}", table.id));
                    }
                    for name in &table.switches {
                        self.noted(stages::float(panel, name, &stage).map(|_| ()));
                    }
                }
                TableKind::Descriptives | TableKind::EntropyWeights => {
                    let indicators = table.kind == TableKind::EntropyWeights;
                    let name_of = |name| if indicators { indicator(name).0 } else { name };
                    for name in &table.variables {
                        self.noted(stages::float(panel, name_of(name), &stage).map(|_| ()));
                    }
                    let waits = table.sample.as_ref().is_some_and(|sample| self.waits(&sample.columns()));
                    if !waits {
                        self.noted(tables::descriptives::part(table, panel, &mut Vec::new()).map(|_| ()));
                    }
                    let names = table.variables.iter().map(|name| name_of(name).to_owned());
                    if indicators && !waits && !self.waits(&names::with_sources(study, names)) {
                        self.noted(entropy::weights_table(table, study, panel, &mut Vec::new()).map(|_| ()));
                    }
                    self.line(format!("  {:<24} {} variables", table.id, table.variables.len()));
                }
                TableKind::Calibration => {
                    let known: Vec<&str> = study.gtfp.iter().map(|spec| spec.id.as_str()).collect();
                    for id in table.variables.iter().filter(|id| !known.contains(&id.as_str())) {
                        self.problem(Error::stage(&stage, format!("there is no [[gtfp]] with id `{id}`")));
                    }
                    self.line(format!("  {:<24} of {}", table.id, table.variables.join(", ")));
                }
            }
        }
        for spec in &study.mediation {
            let stage = format!("mediation/{}", spec.id);
            let Some(longest) = self.noted(spec.longest().map_err(|error| Error::stage(&stage, error))) else {
                continue;
            };
            let before = self.problems.len();
            self.regression(panel, &longest, &stage, &format!("mediation {}", spec.id));
            let waits = self.waits(&names::with_sources(study, names::of_column(&longest)));
            if self.problems.len() == before && !waits {
                self.noted(tables::mediation::mediate(spec, study, panel, &mut Vec::new()).map(|_| ()));
            }
        }
    }

    fn regression(&mut self, panel: &Panel, spec: &ColumnSpec, stage: &str, shown: &str) {
        let Some(mask) = self.kept(panel, spec.sample.as_ref().map(Parsed::text), stage) else { return };
        let needed = names::with_sources(self.study(), names::of_column(spec));
        let rows = if self.waits(&needed) {
            match Frame::new(&spec.formula, panel, &spec.options(), Some(&mask)) {
                Ok(frame) => format!("{} rows", frame.n_obs()),
                Err(panel_fe::Error::NoObservations(_)) => "rows known in the run".to_owned(),
                Err(error) => {
                    self.problem(Error::stage(stage, format!("`{}`: {error}", column::at_fault(spec, &error))));
                    NOT_KNOWN.to_owned()
                }
            }
        } else {
            // What a regression may still run into shows when it is estimated.
            let (table, name) = shown.split_once(' ').unwrap_or((shown, ""));
            match column::estimate(panel, self.study(), spec, table, name) {
                Ok(fitted) => format!("{} rows", fitted.record.n_obs),
                Err(error @ Error::NotComputed { .. }) => {
                    self.warnings += 1;
                    format!("warning: it cannot be computed: {}", error.message())
                }
                Err(error) => {
                    self.problem(error.at(stage));
                    NOT_KNOWN.to_owned()
                }
            }
        };
        self.line(format!("  {shown:<24} {}; {rows}", spec.formula));
    }

    /// The data quality report of what is known before a run.
    fn look(&mut self, panel: &Panel) {
        let mut study = self.study().clone();
        if let Some(names) = &mut study.quality.variables {
            names.retain(|name| !self.waiting.contains(name));
        } else {
            let used = names::used(&study);
            let known = |name: &&String| {
                used.contains(*name)
                    && !self.waiting.contains(*name)
                    && matches!(panel.column(name), Ok(Column::Float(_)))
            };
            study.quality.variables = Some(panel.names().iter().filter(known).cloned().collect());
        }
        let Some(report) = self.noted(quality::assess(&study, panel)) else { return };
        self.line(format!("\n{}", quality::summary(&report)));
        for remark in report.diagnostics(SHOWN) {
            self.line(format!("  {}", remark.message));
        }
    }
}

/// What can be wrong without any data, beside what reading a study refuses: names that a formula does not have.
#[must_use]
pub fn words(loaded: &Loaded) -> Vec<Error> {
    let tables = &loaded.study.tables;
    let mut wrong = Vec::new();
    for table in tables {
        for (name, column) in table.named_columns() {
            let place = |error| {
                Error::stage(format!("tables/{}, column {name}", table.id), format!("`{}`: {error}", column.formula))
            };
            wrong.extend(column.check().err().map(place));
        }
    }
    wrong.extend(tables.iter().filter_map(unknown_shown));
    wrong
}

/// A coefficient that a table is to show and none of its formulas has.
fn unknown_shown(table: &TableSpec) -> Option<Error> {
    let mut known = vec!["(Intercept)".to_owned()];
    for ColumnSpec { formula, first_stages, .. } in &table.columns {
        let instruments = formula.instruments.iter().filter(|_| !first_stages.is_empty());
        let terms = formula.regressors.iter().chain(&formula.endogenous).chain(instruments);
        known.extend(terms.map(|term| term.name.clone()));
    }
    let name = table.show.iter().flatten().find(|name| !known.contains(name))?;
    let near = suggest::nearest(name, known.iter().map(String::as_str)).map(|near| format!("; did you mean `{near}`?"));
    let words = format!("show: no formula has the term `{name}`{}", near.unwrap_or_default());
    Some(Error::stage(format!("tables/{}", table.id), words))
}

/// A number with six digits.
fn six(value: f64) -> String {
    format!("{value:.5e}").parse().map_or_else(|_| value.to_string(), full)
}
