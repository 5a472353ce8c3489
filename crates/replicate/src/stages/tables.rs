//! Stage `tables`: descriptive statistics, regressions, mediation chains, the specification curve.

use super::labels::labels;
use super::mediation::{self, Mediated};
use super::records::EstimateRecord;
use super::regress::{Fitted, estimate};
use super::variables::sample;
use super::{calibration, closing, curve, entropy, u_tables};
use crate::compute::{Cache, Computed};
use crate::error::{Error, Result};
use crate::figures;
use crate::study::{ColumnSpec, Loaded, Study, TableKind, TableSpec};
use panel_core::descriptives::describe_columns;
use panel_core::{Diagnostic, Panel};
use panel_fe::Estimate;
use rayon::prelude::*;
use report::descriptives::{DescriptivesSpec, Summary, descriptives_table};
use report::regression::Flag;
use report::utest::UTestRecord;
use report::{ModelColumn, RegressionSpec, Table, regression_table};
use std::sync::Arc;

/// What the stage makes.
#[derive(Debug, Default)]
pub struct Tables {
    /// Tables in order, the curve last.
    pub tables: Vec<Table>,
    /// Regressions in file order.
    pub estimates: Vec<EstimateRecord>,
    /// Mediation chains.
    pub mediation: Vec<Mediated>,
    /// The specification curve.
    pub curve: Vec<curve::Point>,
    /// Which rows of the panel enter which column: table, column, one flag per row.
    pub samples: Vec<(String, String, Vec<bool>)>,
    /// Remarks, by table and column.
    pub diagnostics: Vec<(String, Diagnostic)>,
    /// Estimates that figures are drawn from: table, column.
    fits: Vec<(String, String, Arc<Estimate>)>,
    columns: Vec<(String, ModelColumn)>,
    summaries: Vec<(String, Summary)>,
}

impl Tables {
    /// The table with this id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.id == id)
    }

    /// The estimate of a column.
    #[must_use]
    pub fn estimate_of(&self, table: &str, column: &str) -> Option<&EstimateRecord> {
        self.estimates.iter().find(|record| record.table == table && record.column == column)
    }

    /// The estimate of a column that figures are drawn from.
    #[must_use]
    pub(crate) fn fit_of(&self, table: &str, column: &str) -> Option<Arc<Estimate>> {
        let (_, _, fit) = self.fits.iter().find(|(id, name, _)| id == table && name == column)?;
        Some(Arc::clone(fit))
    }

    /// A shown column of a regression table by its name.
    #[must_use]
    pub fn column_of(&self, table: &str, column: &str) -> Option<&ModelColumn> {
        self.columns.iter().find(|(id, shown)| id == table && shown.id == column).map(|(_, shown)| shown)
    }

    /// Statistics of a variable in a descriptive table.
    #[must_use]
    pub fn summary_of(&self, table: &str, variable: &str) -> Option<&Summary> {
        self.summaries.iter().find(|(id, summary)| id == table && summary.name == variable).map(|(_, summary)| summary)
    }

    /// All statistics of a descriptive table.
    #[must_use]
    pub fn summaries_of(&self, table: &str) -> Vec<&Summary> {
        self.summaries.iter().filter(|(id, _)| id == table).map(|(_, summary)| summary).collect()
    }
}

/// Makes every table of a study.
///
/// # Errors
/// A formula or a sample that does not fit the data, with table and column.
pub fn build(loaded: &Loaded, computed: &Computed, cache: &Cache) -> Result<Tables> {
    let study = &loaded.study;
    let mut made = Tables::default();
    for spec in &study.tables {
        let mut u_tests: Vec<UTestRecord> = Vec::new();
        let table = match spec.kind {
            TableKind::Descriptives => descriptives(spec, study, computed, &mut made)?,
            TableKind::EntropyWeights => entropy::weights_table(spec, study, &computed.panel, &mut made.diagnostics)?,
            TableKind::Calibration => calibration::calibration_table(spec, study, computed)?,
            TableKind::Regression => regressions(spec, study, computed, &mut made, &mut u_tests)?,
        };
        made.tables.push(table);
        made.tables.extend(u_tables::table(spec, study, &u_tests)?);
    }
    for spec in &study.mediation {
        let mediated = mediation::mediate(spec, study, &computed.panel, &mut made.diagnostics)?;
        made.tables.push(mediation::table(&mediated, study));
        made.mediation.push(mediated);
    }
    if let Some(spec) = &study.curve {
        let (points, table) = curve::curve(spec, loaded, cache)?;
        made.curve = points;
        made.tables.push(table);
    }
    Ok(made)
}

fn descriptives(spec: &TableSpec, study: &Study, computed: &Computed, made: &mut Tables) -> Result<Table> {
    let failed = |error: panel_core::Error| Error::stage(format!("tables/{}", spec.id), error);
    let part = part(spec, &computed.panel, &mut made.diagnostics)?;
    let statistics = describe_columns(&part, &spec.variables).map_err(failed)?;
    let rows: Vec<Summary> = statistics.into_iter().map(Summary::from).collect();
    let mut layout = DescriptivesSpec::new(&spec.id, closing::title(spec));
    layout.number = closing::number(spec);
    layout.labels = labels(study);
    layout.notes.extend(spec.notes.iter().map(crate::study::Label::text));
    let mut table =
        descriptives_table(&rows, &layout).map_err(|error| Error::stage(format!("tables/{}", spec.id), error))?;
    closing::close(&mut table, study);
    made.summaries.extend(rows.into_iter().map(|row| (spec.id.clone(), row)));
    Ok(table)
}

/// The rows of the panel that a descriptive table or an entropy table is about.
pub(crate) fn part(spec: &TableSpec, panel: &Panel, diagnostics: &mut Vec<(String, Diagnostic)>) -> Result<Panel> {
    let stage = format!("tables/{}", spec.id);
    let Some(filter) = &spec.sample else { return Ok(panel.clone()) };
    let sample = sample(panel, Some(filter), &stage)?;
    if !sample.keep.contains(&true) {
        return Err(Error::stage(&stage, format!("sample `{filter}`: it keeps no row")));
    }
    diagnostics.extend(sample.diagnostics.into_iter().map(|remark| (spec.id.clone(), remark)));
    Ok(panel.filter(|row| sample.keep[row]))
}

fn regressions(
    spec: &TableSpec,
    study: &Study,
    computed: &Computed,
    made: &mut Tables,
    u_tests: &mut Vec<UTestRecord>,
) -> Result<Table> {
    let failed = |error: report::Error| Error::stage(format!("tables/{}", spec.id), error);
    let mut shown: Vec<ModelColumn> = Vec::new();
    let mut remarks: Vec<report::Text> = Vec::new();
    let fit = |(place, column): (usize, &ColumnSpec)| {
        let name = column.name_at(place);
        let fitted = estimate(&computed.panel, study, column, &spec.id, &name)
            .map_err(|error| error.at(format!("tables/{}, column {name}", spec.id)));
        (name, fitted)
    };
    // Columns at once, results in order: the first that fails is the one that is named.
    let columns: Vec<(String, Result<Fitted>)> = spec.columns.par_iter().enumerate().map(fit).collect();
    let headline = figures::Headline::of(study).filter(|headline| headline.table.id == spec.id);
    for (column, (name, fitted)) in spec.columns.iter().zip(columns) {
        let fitted = fitted?;
        let is_headline = headline.as_ref().is_some_and(|headline| headline.name == name);
        if is_headline || column.moderation.is_some() || fitted.fit.iv.is_some() {
            made.fits.push((spec.id.clone(), name.clone(), Arc::new(fitted.fit)));
        }
        made.diagnostics.extend(fitted.diagnostics.into_iter().map(|remark| (format!("{}{name}", spec.id), remark)));
        shown.extend(fitted.first_stages);
        shown.push(fitted.column);
        u_tests.extend(fitted.u_test);
        made.samples.push((spec.id.clone(), name.clone(), fitted.esample));
        remarks.extend(flip_note(&fitted.record, &name, study));
        made.estimates.push(fitted.record);
    }
    let mut layout = RegressionSpec::new(&spec.id, closing::title(spec), study.report.stars.clone());
    layout.number = closing::number(spec);
    layout.below = study.report.below.parse().map_err(failed)?;
    if let Some(names) = &spec.show {
        layout = layout.coefs(names.iter().map(String::as_str));
        flag_controls(&mut shown, names);
    }
    layout = layout.labels(labels(study)).fit_rows(fit_keys(&shown).iter().map(String::as_str));
    layout.numbered = false;
    layout.digits = report::Format::Adaptive(3);
    for name in &spec.switches {
        remarks.push(
            switch_note(&computed.panel, name, study)
                .map_err(|error| Error::stage(format!("tables/{}", spec.id), error))?,
        );
    }
    layout.notes.extend(remarks);
    layout.notes.extend(spec.notes.iter().map(crate::study::Label::text));
    layout.notes.extend(study.study.notice.clone());
    let table = regression_table(&shown, &layout).map_err(failed)?;
    made.columns.extend(shown.into_iter().map(|column| (spec.id.clone(), column)));
    Ok(table)
}

/// Says yes or no to controls in every column, where any column has coefficients that the table does not show.
fn flag_controls(columns: &mut [ModelColumn], shown: &[String]) {
    let has = |column: &ModelColumn| {
        column.terms.iter().any(|term| term.name != "(Intercept)" && !shown.contains(&term.name))
    };
    let flags: Vec<bool> = columns.iter().map(has).collect();
    if flags.contains(&true) {
        for (column, yes) in columns.iter_mut().zip(flags) {
            column.flags.push(Flag::new(("控制变量", "Controls"), yes));
        }
    }
}

/// Where a moderated curve changes its shape, and how much of the sample lies beyond (D22).
fn flip_note(record: &EstimateRecord, name: &str, study: &Study) -> Option<report::Text> {
    let flip = &record.moderation["flip"];
    let (at, beyond) = (flip["at"]["estimate"].as_f64()?, flip["share_beyond"].as_f64()?);
    let moderator = labels(study).get(record.moderation["moderator"].as_str()?);
    let (zh, en) = (moderator.get(report::Lang::Zh), moderator.get(report::Lang::En));
    Some(report::Text::new(
        format!("{name} 列：曲线形状在{zh} = {at:.2} 处翻转，{:.1}% 的样本在其右侧。", 100.0 * beyond),
        format!(
            "Column {name}: the curve changes its shape at {en} = {at:.2}; {:.1} % of the sample lies beyond.",
            100.0 * beyond
        ),
    ))
}

/// How many entities have both values of a dummy (D21).
fn switch_note(panel: &panel_core::Panel, name: &str, study: &Study) -> panel_core::Result<report::Text> {
    let values = panel.float(name)?;
    let mut seen: Vec<[bool; 2]> = vec![[false; 2]; panel.n_entities()];
    for (row, &value) in values.iter().enumerate() {
        if !value.is_nan() {
            seen[panel.entity_of_row()[row] as usize][usize::from(value != 0.0)] = true;
        }
    }
    let switching = seen.iter().filter(|both| both[0] && both[1]).count();
    let label = labels(study).get(name);
    let of = panel.n_entities();
    Ok(report::Text::new(
        format!("{}：{of} 个中有 {switching} 个在样本期内由 0 变为 1。", label.get(report::Lang::Zh)),
        format!("{}: {switching} of {of} switch inside the sample period.", label.get(report::Lang::En)),
    ))
}

/// Fit statistics in the order in which columns bring them, each once.
fn fit_keys(columns: &[ModelColumn]) -> Vec<String> {
    let mut keys = vec!["n".to_owned()];
    for key in columns.iter().flat_map(|column| &column.fit).map(|fit| &fit.key) {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    keys
}
