//! Regressions on rows that are read part by part.

use super::fit::refusal;
use super::shown::{effect_labels, errors_of, statistics, term};
use panel_core::Diagnostic;
use panel_fe::record::EstimateRecord;
use report::ModelColumn;
use report::regression::Flag;
use stages::stream::Stream;
use study::{ColumnSpec, Label, Result, Study};

/// A column that was estimated.
#[derive(Debug)]
pub struct StreamedColumn {
    /// Column of the table.
    pub column: ModelColumn,
    /// Record for `results/estimates.json`.
    pub record: EstimateRecord,
    /// Remarks.
    pub diagnostics: Vec<Diagnostic>,
}

/// Estimates a column.
///
/// # Errors
/// A formula or sample that does not fit the data, a regression that cannot be computed or not in this way.
pub fn estimate(stream: &Stream, study: &Study, spec: &ColumnSpec, table: &str, name: &str) -> Result<StreamedColumn> {
    let failed = |error: panel_fe::Error| refusal(&format!("tables/{table}"), &format!("`{}`: ", spec.formula), &error);
    let fit = stream.estimate(study, spec).map_err(failed)?;
    let record = EstimateRecord {
        vcov: spec.vcov.text().to_owned(),
        like: spec.like.text().to_owned(),
        level: spec.level,
        ..EstimateRecord::from(&fit).in_table(table, name, spec.sample.as_ref().map(ToString::to_string))
    };
    let in_table = study.tables.iter().find(|spec| spec.id == table).and_then(|spec| spec.stats.as_deref());
    let stats = in_table.or(study.report.stats.as_deref());
    let names = study.labels();
    let labels = effect_labels(&spec.formula, &names);
    let column = ModelColumn {
        id: name.to_owned(),
        heading: spec.label.as_ref().map(Label::text).unwrap_or_default(),
        dependent: names.get(&fit.response),
        terms: record.coef.iter().zip(&fit.coef).map(|(c, fitted)| term(c, fitted.unavailable)).collect(),
        omitted: fit.dropped.iter().map(|dropped| dropped.name.clone()).collect(),
        n: Some(fit.n_obs),
        fixed_effects: labels.into_iter().map(|label| Flag::new(label, true)).collect(),
        std_errors: errors_of(&fit.vcov_spec, &fit.clusters, &names),
        fit: statistics(fit.like, &fit.r2, [fit.rmse, fit.n_entities as f64, fit.n_periods as f64], stats),
        ..ModelColumn::default()
    };
    Ok(StreamedColumn { column, record, diagnostics: fit.diagnostics })
}
