//! One regression column: estimated, recorded, and as a table shows it.

use super::records::EstimateRecord;
use super::shown::{first_stage_column, shown};
use super::u_shape::{Quadratic, moderation_record, quadratic, u_test, u_test_shown, utest_record};
use crate::error::{Error, Result};
use crate::names;
use crate::stages::variables::sample;
use crate::study::{ColumnSpec, Study};
use panel_core::{Diagnostic, Panel};
use panel_fe::{Estimate, Formula, Model};
use report::utest::UTestRecord;
use report::{ModelColumn, Text};

/// A fitted column: its record, its shown columns, remarks.
#[derive(Debug)]
pub struct Fitted {
    /// Record for `results/estimates.json`.
    pub record: EstimateRecord,
    /// Column of the table.
    pub column: ModelColumn,
    /// First stages, where they are shown.
    pub first_stages: Vec<ModelColumn>,
    /// The quadratic of the U test.
    pub quadratic: Option<Quadratic>,
    /// The U test as a table shows it.
    pub u_test: Option<UTestRecord>,
    /// Whether each row of the panel is in the sample.
    pub esample: Vec<bool>,
    /// Remarks.
    pub diagnostics: Vec<Diagnostic>,
    /// The estimate itself.
    pub fit: Estimate,
}

/// Another formula under the options of a column, on the rows for which `mask` holds.
///
/// # Errors
/// Those of the estimator.
pub fn fit(panel: &Panel, spec: &ColumnSpec, formula: &Formula, mask: &[bool]) -> panel_fe::Result<Estimate> {
    Model::from(formula.clone()).options(spec.options()).fit_where(panel, Some(mask))
}

/// Estimates a column.
///
/// # Errors
/// A formula or sample that does not fit the data, a regression that cannot be computed.
pub fn estimate(panel: &Panel, study: &Study, spec: &ColumnSpec, table: &str, name: &str) -> Result<Fitted> {
    let stage = format!("tables/{table}");
    let failed = |error: panel_fe::Error| refusal(&stage, &format!("`{}`: ", at_fault(spec, &error)), &error);
    let sampled = sample(panel, spec.sample.as_ref(), &stage)?;
    let fit = fit(panel, spec, &spec.formula, &sampled.keep).map_err(failed)?;
    let y = &fit.frame().y;
    if y.values.iter().all(|value| *value == y.values[0]) {
        let constant = y.values[0];
        let message = format!("`{}`: the dependent variable is {constant} in every row of the sample", spec.formula);
        return Err(Error::not_computed(&stage, message));
    }
    let mut record = EstimateRecord::new(&fit, spec, table, name);
    let mut u_shown = None;
    if let Some(x) = &spec.utest {
        let test = u_test(&fit, x).map_err(failed)?;
        record.utest = Some(utest_record(test.as_ref(), &fit, x));
        let heading = Text::build(|lang| match &spec.label {
            Some(label) => format!("{name} {}", label.text().get(lang)),
            None => name.to_owned(),
        });
        u_shown = test.map(|test| u_test_shown(&test, &fit, x, heading));
    }
    if let Some(moderation) = &spec.moderation {
        record.moderation = Some(moderation_record(&fit, panel, moderation).map_err(failed)?);
    }
    let mut first_stages = Vec::new();
    for (place, shown) in spec.first_stages.iter().enumerate() {
        first_stages.extend(first_stage_column(panel, study, spec, &fit, place, shown).map_err(failed)?);
    }
    let mut diagnostics = sampled.diagnostics;
    diagnostics.extend(fit.diagnostics.iter().cloned());
    Ok(Fitted {
        column: shown(&fit, &record, study, spec),
        first_stages,
        quadratic: spec.utest.as_deref().and_then(|x| quadratic(&fit, x)),
        u_test: u_shown,
        esample: fit.esample(panel.n_rows()),
        diagnostics,
        record,
        fit,
    })
}

/// An error of the estimator at a stage: what only the numbers bring about leaves the rest of a run as it is.
pub(super) fn refusal(stage: &str, what: &str, error: &panel_fe::Error) -> Error {
    use panel_fe::Error::{NoDegreesOfFreedom, NoObservations, NoRegressor, NotConverged, Singular};
    let message = format!("{what}{error}");
    match error {
        NoObservations(_) | Singular(_) | NotConverged { .. } | NoRegressor(_) | NoDegreesOfFreedom { .. } => {
            Error::not_computed(stage, message)
        }
        _ => Error::stage(stage, message),
    }
}

/// The part of a column that an error is about: `vcov` where only that names the unknown column, else the formula.
#[must_use]
pub fn at_fault(spec: &ColumnSpec, error: &panel_fe::Error) -> String {
    match error {
        panel_fe::Error::Data(panel_core::Error::UnknownColumn { column, .. })
            if names::of_vcov(&spec.vcov).contains(column) && !spec.formula.variables().contains(&column.as_str()) =>
        {
            format!("vcov = \"{}\"", spec.vcov)
        }
        _ => spec.formula.to_string(),
    }
}
