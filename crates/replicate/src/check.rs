//! `panelstudy check`: everything that a run computes, without writing it: what is made from what, and everything that a run would
//! refuse.

use crate::published::Printed;
use panel_core::expr::Resolved;
use panel_core::{Column, Panel, Severity, suggest};
use panel_spatial::association::AssociationSpec;
use stages::compute::{Cache, Computed, Scope, compute};
use stages::plan::Plan;
use stages::progress::Progress;
use stages::{data, quality};
use std::fmt::Write;
use std::path::Path;
use study::number::full;
use study::spatial::residuals::Residuals;
use study::{ColumnSpec, Error, Loaded, Result, Study, TableKind, TableSpec, indicator, names};
use tables::spatial::{self, Space};
use tables::{self, column, entropy, multiverse};

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
    /// What a run would refuse.
    pub problems: Vec<Error>,
}

impl Checked {
    /// The problems, one sentence each.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        self.problems.iter().map(ToString::to_string).collect()
    }
}

/// Checks a study file and its data: where the file itself has mistakes, those are all that is known.
#[must_use]
pub fn check_file(path: &Path) -> Checked {
    match Loaded::read_whole(path) {
        Ok(loaded) => check(&loaded),
        Err(problems) => Checked { text: listed(&problems), problems },
    }
}

/// The problems of a check, numbered.
fn listed(problems: &[Error]) -> String {
    let n = problems.len();
    let mut text = format!("\n{n} problem{}:\n", if n == 1 { "" } else { "s" });
    for (i, problem) in problems.iter().enumerate() {
        let _ = writeln!(text, "{:>3}. {problem}", i + 1);
    }
    text
}

/// Checks a study and its data.
#[must_use]
pub fn check(loaded: &Loaded) -> Checked {
    let mut run = Run { loaded, text: String::new(), problems: Vec::new(), warnings: 0, answered: 0, unanswered: None };
    run.whole();
    let Run { mut text, problems, warnings, .. } = run;
    let problems: Vec<Error> = problems.into_iter().map(|error| loaded.placed(error)).collect();
    match problems.len() {
        0 if warnings > 0 => {
            let _ =
                writeln!(text, "\nNo problem found; {warnings} warning{} above.", if warnings == 1 { "" } else { "s" });
        }
        0 => text += "\nNo problem found.\n",
        _ => text += &listed(&problems),
    }
    Checked { text, problems }
}

struct Run<'a> {
    loaded: &'a Loaded,
    text: String,
    problems: Vec<Error>,
    /// Remarks on the data that could change how a result is read.
    warnings: usize,
    /// Results that a run would give.
    answered: usize,
    /// Why the first of those that it would leave out cannot be computed.
    unanswered: Option<Error>,
}

impl Run<'_> {
    fn line(&mut self, line: impl AsRef<str>) {
        self.text += line.as_ref();
        self.text.push('\n');
    }

    fn problem(&mut self, error: Error) {
        let message = error.to_string();
        // A cell is named once, whatever needs it.
        let cell = message.find(NOT_A_NUMBER).map_or(message.as_str(), |at| &message[at..]);
        if !self.problems.iter().any(|known| known.to_string().ends_with(cell)) {
            self.problems.push(error);
        }
    }

    /// Notes where a column is not there or holds text.
    fn number_column(&mut self, panel: &Panel, name: &str, stage: &str) {
        self.noted(panel.float(name).map_err(|error| Error::stage(stage, error)));
    }

    /// Notes the error of a step; gives its value where there is one.
    fn noted<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error @ Error::NotComputed { .. }) => {
                // A run goes on without it.
                self.warnings += 1;
                self.line(format!("  warning: {error}"));
                self.unanswered.get_or_insert(error);
                None
            }
            Err(error) => {
                self.problem(error);
                None
            }
        }
    }

    fn study(&self) -> &Study {
        &self.loaded.study
    }

    fn whole(&mut self) {
        let loaded = self.loaded;
        let study = &loaded.study;
        self.line(study.study.title.get(study.lang()));
        words(loaded).into_iter().for_each(|error| self.problem(error));
        self.noted(Printed::read(loaded));
        for variant in study.curve.iter().flat_map(|curve| &curve.variants) {
            if let Err(error) = loaded.with(&variant.set) {
                let label = variant.label.pick(study.lang()).unwrap_or_default();
                self.problem(Error::stage("tables", format!("[curve], variant `{label}`: {error}")));
            }
        }
        let Some(plan) = self.noted(Plan::new(study, &[])) else { return };
        let mut progress = Progress::silent();
        let mut cache = Cache::default();
        let mut computed = match compute(loaded, Scope::Plan(&plan), &mut cache, &mut progress) {
            Ok(computed) => computed,
            Err(first) => {
                self.problem(first);
                data::refused(loaded).into_iter().for_each(|error| self.problem(error));
                return;
            }
        };
        let (left_out, refused): (Vec<Error>, Vec<Error>) = std::mem::take(&mut computed.problems)
            .into_iter()
            .partition(|error| matches!(error, Error::NotComputed { .. }));
        refused.into_iter().for_each(|error| self.problem(error));
        self.sources(&computed);
        for error in left_out {
            self.warnings += 1;
            self.line(format!("  warning: {error}"));
        }
        self.variables(&computed);
        self.indices(&computed);
        self.answered = computed.indices.len();
        self.tables(&computed);
        if let Some(text) = self.noted(multiverse::check_text(loaded, &computed, progress.times())) {
            self.text += &text;
        }
        if self.problems.is_empty() && computed.stream.is_none() {
            // What only the tables as a whole can tell; what a run would leave out was said above.
            let tables = tables::build(loaded, &computed);
            let with_curve = tables.and_then(|mut tables| multiverse::curve(loaded, &computed, &cache, &mut tables));
            if let Err(error) = with_curve
                && self.unanswered.is_none()
            {
                self.problem(error);
            }
        }
        // A run that leaves out all that it is asked for is refused.
        if let Some(error) = self.unanswered.take().filter(|_| self.answered == 0) {
            self.problem(error);
        }
        if computed.stream.is_some() {
            return;
        }
        let panel = &computed.panel;
        self.noted(study.report.check_columns(panel).map_err(|error| Error::stage("report", error)));
        self.look(panel);
    }

    fn sources(&mut self, computed: &Computed) {
        self.line("\nSources");
        for file in &computed.data.inputs {
            self.line(format!("  {:<40} {} bytes", file.path, file.bytes));
        }
        let panel = &computed.data.panel;
        if let Some(stream) = &computed.stream {
            self.line(format!("  read part by part: {} rows in {} row groups", stream.rows, stream.groups));
            return;
        }
        self.line(format!(
            "  joined: {} rows, {} × {}, {} columns",
            panel.n_rows(),
            panel.n_entities(),
            panel.n_periods(),
            panel.names().len()
        ));
        for remark in &computed.data.diagnostics {
            self.line(format!("  {remark}"));
            self.warnings += usize::from(remark.severity == Severity::Warning);
        }
    }

    /// The resolved listing: each derived variable with what it is made from and what came out.
    fn variables(&mut self, computed: &Computed) {
        let definitions = self.loaded.study.variables.definitions();
        if definitions.items().is_empty() || computed.stream.is_some() {
            return;
        }
        self.line("\nDerived variables, in the order in which they are computed");
        for line in definitions.resolved() {
            let Resolved { name, expression, derived, columns, .. } = line;
            let from: Vec<String> = derived.into_iter().chain(columns).collect();
            let result = self.described(&computed.panel, &name).unwrap_or_else(|| NOT_KNOWN.into());
            self.line(format!("  {name} = {expression}"));
            self.line(format!("      from {}: {result}", from.join(", ")));
        }
    }

    /// What the indices have made, and what is to be said of them.
    fn indices(&mut self, computed: &Computed) {
        if computed.indices.is_empty() {
            return;
        }
        self.line("\nIndices");
        for index in &computed.indices {
            self.line(format!("  {:<24} {}", index.stage, index.sentence));
            for remark in &index.diagnostics {
                self.line(format!("      {remark}"));
                self.warnings += usize::from(remark.severity == Severity::Warning);
            }
        }
    }

    /// The values of a variable in words, where it is there.
    fn described(&self, panel: &Panel, name: &str) -> Option<String> {
        let column = panel.column(name).ok()?;
        let missing = column.n_missing();
        let mut description = match column {
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
            let _ = write!(description, ", {missing} missing");
        }
        Some(description)
    }

    fn tables(&mut self, computed: &Computed) {
        let (study, panel) = (&self.loaded.study, &computed.panel);
        let space = self.space(computed);
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
                        self.regression(computed, &space, spec, &stage, &format!("{} {name}", table.id));
                    }
                    for name in &table.switches {
                        self.number_column(panel, name, &stage);
                    }
                }
                TableKind::Descriptives | TableKind::EntropyWeights => {
                    let indicators = table.kind == TableKind::EntropyWeights;
                    let name_of = |name| if indicators { indicator(name).0 } else { name };
                    for name in &table.variables {
                        self.number_column(panel, name_of(name), &stage);
                    }
                    self.noted(tables::descriptives::part(table, panel, &mut Vec::new()).map(|_| ()));
                    if indicators {
                        self.noted(entropy::weights_table(table, study, panel, &mut Vec::new()).map(|_| ()));
                    }
                    self.answered += 1;
                    self.line(format!("  {:<24} {} variables", table.id, table.variables.len()));
                }
                TableKind::Means => {
                    if self.noted(tables::means::table(table, study, computed, &mut Vec::new())).is_some() {
                        self.answered += 1;
                        self.line(format!("  {:<24} {} variables", table.id, table.variables.len()));
                    }
                }
                TableKind::SpatialTests => {
                    for (name, spec) in table.named_columns() {
                        let at = (table.id.as_str(), name.as_str());
                        let tests = spatial::tests_table::compute(panel, study, &space, spec, at);
                        if let Some((record, _)) = self.noted(tests) {
                            self.answered += 1;
                            self.line(format!("  {:<24} {} tests", format!("{} {name}", table.id), record.tests.len()));
                        }
                    }
                }
                TableKind::Calibration => {
                    let known: Vec<&str> = study.indices.gtfp.iter().map(|spec| spec.own.id.as_str()).collect();
                    for id in table.variables.iter().filter(|id| !known.contains(&id.as_str())) {
                        self.problem(Error::stage(&stage, format!("there is no [[gtfp]] with id `{id}`")));
                    }
                    self.line(format!("  {:<24} of {}", table.id, table.variables.join(", ")));
                }
            }
        }
        for spec in &study.comparisons {
            if let Some(records) = self.noted(tables::compare::compute(spec, study, computed)) {
                self.line(format!("  {:<24} {} differences", format!("compare {}", spec.id), records.len()));
            }
        }
        for spec in &study.mediation {
            let stage = format!("mediation/{}", spec.id);
            let Some(longest) = self.noted(spec.longest().map_err(|error| Error::stage(&stage, error))) else {
                continue;
            };
            let before = self.problems.len();
            self.regression(computed, &space, &longest, &stage, &format!("mediation {}", spec.id));
            if self.problems.len() == before {
                self.noted(tables::mediation::mediate(spec, study, panel, &mut Vec::new()).map(|_| ()));
            }
        }
    }

    /// Spatial weights and statistics.
    fn space(&mut self, computed: &Computed) -> Space {
        let loaded = self.loaded;
        if !loaded.study.weights.is_empty() {
            self.line("\nSpatial weights");
        }
        let Some(space) = self.noted(Space::new(loaded, computed)) else { return Space::default() };
        for (_, remark) in &space.diagnostics {
            self.line(format!("  {remark}"));
            self.warnings += usize::from(remark.severity == Severity::Warning);
        }
        for spec in &loaded.study.spatial {
            // Residuals are those of columns that a check estimates one by one.
            let of_data = |variable: &&String| Residuals::read(variable).is_none();
            let variables: Vec<String> = spec.variables.iter().filter(of_data).cloned().collect();
            if variables.is_empty() {
                continue;
            }
            let spec = &AssociationSpec { variables, ..spec.clone() };
            if let Some(statistic) = self.noted(spatial::statistics::compute(spec, computed, &space)) {
                self.answered += 1;
                self.line(format!(
                    "  {:<24} {}",
                    spec.id,
                    spatial::statistics::sentence(&statistic, loaded.study.lang())
                ));
            }
        }
        space
    }

    fn regression(&mut self, computed: &Computed, space: &Space, spec: &ColumnSpec, stage: &str, shown: &str) {
        let (table, name) = shown.split_once(' ').unwrap_or((shown, ""));
        let (panel, study) = (&computed.panel, self.study());
        let n_obs = match &spec.spatial {
            _ if let Some(stream) = &computed.stream => {
                tables::streamed::estimate(stream, study, spec, table, name).map(|fitted| fitted.record.n_obs)
            }
            Some(spatial) if spatial.by_instruments(&spec.formula) => {
                spatial::instruments::estimate(panel, study, space, spec, spatial, (table, name))
                    .map(|estimated| estimated.fitted.record.n_obs)
            }
            Some(spatial) => spatial::column::estimate(panel, study, space, spec, spatial, (table, name))
                .map(|fitted| fitted.record.fit.rows),
            None => column::estimate(panel, study, spec, table, name).map(|fitted| fitted.record.n_obs),
        };
        let rows = match n_obs {
            Ok(n_obs) => {
                self.answered += 1;
                format!("{n_obs} rows")
            }
            // It lacks what is a problem of its own.
            Err(_) if names::of_column(spec).iter().any(|name| computed.lacking.contains_key(name)) => NOT_KNOWN.into(),
            Err(error @ Error::NotComputed { .. }) => {
                self.warnings += 1;
                let line = format!("warning: it cannot be computed: {}", error.message());
                self.unanswered.get_or_insert(error.at(stage));
                line
            }
            Err(error) => {
                self.problem(error.at(stage));
                NOT_KNOWN.to_owned()
            }
        };
        self.line(format!("  {shown:<24} {}; {rows}", spec.formula));
    }

    /// The data quality report.
    fn look(&mut self, panel: &Panel) {
        let Some(report) = self.noted(quality::assess(self.study(), panel)) else { return };
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
    for ColumnSpec { formula, first_stages, spatial, .. } in &table.columns {
        let instruments = formula.instruments.iter().filter(|_| !first_stages.is_empty());
        let terms = formula.regressors.iter().chain(&formula.endogenous).chain(instruments);
        known.extend(terms.map(|term| term.name.clone()));
        known.extend(spatial.iter().flat_map(|spatial| spatial.added_names(formula)));
    }
    // Levels are known with the data.
    let name = table.show.iter().flatten().find(|name| !known.contains(name) && !name.contains("::"))?;
    let near = suggest::nearest(name, known.iter().map(String::as_str)).map(|near| format!("; did you mean `{near}`?"));
    let message = format!("show: no formula has the term `{name}`{}", near.unwrap_or_default());
    Some(Error::stage(format!("tables/{}", table.id), message))
}

/// A number with six digits.
fn six(value: f64) -> String {
    format!("{value:.5e}").parse().map_or_else(|_| value.to_string(), full)
}
