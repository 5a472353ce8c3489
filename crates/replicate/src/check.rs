//! `--check`: reads a study and its data, says what would be computed from what, and collects everything that a run
//! would refuse, without running it.

use crate::compute::gtfp_name;
use crate::error::{Error, Result};
use crate::names;
use crate::output::full;
use crate::plan::Plan;
use crate::quality;
use crate::stages::{self, data, regress, variables};
use crate::study::{ColumnSpec, Loaded, Study, TableKind};
use panel_core::expr::{Definitions, Resolved};
use panel_core::{Column, Panel};
use panel_fe::{Formula, Frame};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Remarks of the data quality report that are shown per variable and kind.
const SHOWN: usize = 3;

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
    let mut run = Run { loaded, text: String::new(), problems: Vec::new(), waiting: BTreeSet::new() };
    run.whole();
    let Run { mut text, problems, .. } = run;
    match problems.len() {
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
        if !self.problems.contains(&words) {
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
        self.line(study.study.title.get(crate::published::lang(study)));
        let definitions = self.noted(variables::definitions(study));
        self.words();
        let Some(data) = self.noted(data::load(loaded)) else { return };
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
        }
        self.place_holders(&mut panel);
        if let Some(definitions) = definitions {
            self.derive(&definitions, &mut panel);
        }
        self.indices(&panel);
        self.tables(&panel);
        self.look(&panel);
    }

    /// What can be wrong without any data: words that are no options, formulas and filters that do not parse.
    fn words(&mut self) {
        let study = &self.loaded.study;
        self.noted(Plan::new(study, &[]));
        let mut columns: Vec<(String, &ColumnSpec)> = Vec::new();
        for table in &study.tables {
            for (place, column) in table.columns.iter().enumerate() {
                let name = column.name.clone().unwrap_or_else(|| format!("({})", place + 1));
                columns.push((format!("tables/{}, column {name}", table.id), column));
            }
        }
        for (stage, column) in columns {
            if let Err(error) = regress::options(column) {
                self.problem(Error::stage(&stage, error));
            }
            if let Err(error) = Formula::parse(&column.formula) {
                self.problem(Error::stage(&stage, error));
            }
        }
    }

    /// Columns for what the indices will make, so that what uses them can be checked.
    fn place_holders(&mut self, panel: &mut Panel) {
        let study = &self.loaded.study;
        let mut made: Vec<(String, String)> = Vec::new();
        if let Some(va) = &study.va {
            let names = &va.names;
            made.extend(
                [&names.va, &names.location_quotient, &names.spillover].map(|name| ("va".into(), name.clone())),
            );
        }
        for (place, spec) in study.gtfp.iter().enumerate() {
            made.push((format!("gtfp-{}", spec.id), gtfp_name(spec, place)));
        }
        if let Some(market) = &study.market {
            made.extend([&market.seg, &market.mar].map(|name| ("market".into(), name.clone())));
        }
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
            let result = result.unwrap_or_else(|| "see the problems below".into());
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

    fn indices(&mut self, panel: &Panel) {
        let study = &self.loaded.study;
        if let Some(spec) = &study.va {
            let kept = self.noted(variables::sample(panel, spec.sample.as_deref(), "va"));
            self.noted(stages::va::choices(spec));
            for name in [&spec.sector, &spec.total, &spec.lon, &spec.lat] {
                self.noted(stages::float(panel, name, "va").map(|_| ()));
            }
            if let Some(keep) = kept {
                self.noted(stages::places(&panel.filter(|row| keep[row]), &spec.lat, &spec.lon, "va").map(|_| ()));
            }
        }
        for spec in &study.gtfp {
            let stage = format!("gtfp-{}", spec.id);
            let Some(keep) = self.noted(variables::sample(panel, spec.sample.as_deref(), &stage)) else { continue };
            let used = spec.inputs.iter().chain(&spec.goods).chain(&spec.bads);
            if used.clone().any(|name| self.waiting.contains(name)) {
                continue;
            }
            self.noted(stages::gtfp::validate(panel, spec, &keep));
        }
        if let Some(spec) = &study.market {
            self.noted(variables::sample(panel, spec.sample.as_deref(), "market"));
            self.noted(stages::market::choices(spec, panel));
            for name in &spec.prices {
                self.noted(stages::float(panel, name, "market").map(|_| ()));
            }
        }
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
                    for (place, column) in table.columns.iter().enumerate() {
                        let name = column.name.clone().unwrap_or_else(|| format!("({})", place + 1));
                        self.column(panel, column, &stage, &format!("{} {name}", table.id));
                    }
                }
                TableKind::Descriptives | TableKind::EntropyWeights => {
                    for name in &table.variables {
                        let name = name.trim_start_matches('-').trim();
                        self.noted(stages::float(panel, name, &stage).map(|_| ()));
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
            self.column(panel, &spec.longest(), &format!("mediation/{}", spec.id), &format!("mediation {}", spec.id));
        }
    }

    fn column(&mut self, panel: &Panel, spec: &ColumnSpec, stage: &str, shown: &str) {
        let (Ok(options), Ok(formula)) = (regress::options(spec), Formula::parse(&spec.formula)) else {
            // Said before.
            return;
        };
        let Some(mask) = self.noted(variables::sample(panel, spec.sample.as_deref(), stage)) else { return };
        let needed = names::with_sources(self.study(), names::of_column(spec));
        let waits = needed.iter().any(|name| self.waiting.contains(name));
        let rows = match Frame::new(&formula, panel, &options, Some(&mask)) {
            Ok(frame) => format!("{} rows", frame.n_obs()),
            Err(panel_fe::Error::NoObservations(_)) if waits => "rows known in the run".to_owned(),
            Err(error) => {
                self.problem(Error::stage(stage, format!("`{}`: {error}", spec.formula)));
                "see the problems below".to_owned()
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

/// A number with six digits.
fn six(value: f64) -> String {
    format!("{value:.5e}").parse().map_or_else(|_| value.to_string(), full)
}
