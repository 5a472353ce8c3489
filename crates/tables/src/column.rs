//! One regression column: estimated, recorded, and as a table shows it.

use super::asked::{Rows, answer, saved};
use super::fit::{fit, refusal};
use super::notes::{level_note, slopes_note};
use super::records::of_column;
use super::resampled::note;
use super::set_notes::set_notes;
use super::shown::{first_stage_column, shown};
use super::u_shape::{Quadratic, moderated, quadratic, u_test, u_test_shown, utest_record};
use panel_core::{Diagnostic, Panel};
use panel_fe::Estimate;
use panel_fe::record::EstimateRecord;
use report::utest::UTestRecord;
use report::{ModelColumn, Text};
use stages::variables::sample;
use study::{ColumnSpec, Error, Result, Saved, Study, names};

/// A fitted column: its record, its shown columns, remarks.
#[derive(Debug)]
pub struct Fitted {
    /// Record for `results/estimates.json`.
    pub record: EstimateRecord,
    /// Column of the table.
    pub column: ModelColumn,
    /// Labels of rows that no dictionary has, by their keys.
    pub row_labels: Vec<(String, Text)>,
    /// What the table says of the column in words.
    pub notes: Vec<Text>,
    /// Numbers of the fit to be written, one per row of the panel.
    pub saved: Vec<(Saved, Vec<f64>)>,
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
    let mut record = of_column(&fit, spec, table, name);
    let mut u_shown = None;
    if let Some(x) = &spec.utest {
        let test = u_test(&fit, x, fit.options().level).map_err(failed)?;
        record.utest = Some(utest_record(test.as_ref(), &fit, x));
        let heading = Text::build(|lang| match &spec.label {
            Some(label) => format!("{name} {}", label.text().get(lang)),
            None => name.to_owned(),
        });
        u_shown = test.map(|test| u_test_shown(&test, &fit, x, heading));
    }
    if let Some(moderation) = &spec.moderation {
        (record.moderation, record.slopes) = moderated(&fit, panel, moderation).map_err(failed)?;
    }
    let in_table = study.tables.iter().find(|spec| spec.id == table).and_then(|spec| spec.stats.as_deref());
    let stats = in_table.or(study.report.stats.as_deref());
    let rows = answer(&mut record, &fit, panel, spec, stats.unwrap_or_default()).map_err(failed)?;
    let mut first_stages = Vec::new();
    for (place, shown) in spec.first_stages.iter().enumerate() {
        first_stages.extend(first_stage_column(panel, study, spec, &fit, place, (shown, stats)).map_err(failed)?);
    }
    let mut diagnostics = sampled.diagnostics;
    diagnostics.extend(fit.diagnostics.iter().cloned());
    let mut column = shown(&fit, &record.coef, study, spec, (name, stats));
    let row_labels = add_rows(&mut column, rows);
    let slopes = record.slopes.iter().map(|slopes| slopes_note(slopes, name, study));
    let bootstrap = record.inference.iter().map(|record| note(record, name, &study.labels()));
    let sets = set_notes(&record, &fit, name, &study.labels());
    let notes = level_note(spec, name, study).into_iter().chain(slopes).chain(bootstrap).chain(sets).collect();
    let numbers = |which: &Saved| saved(&fit, panel.n_rows(), *which).map(|values| (*which, values)).map_err(failed);
    Ok(Fitted {
        column,
        row_labels,
        notes,
        saved: spec.save.iter().map(numbers).collect::<Result<_>>()?,
        first_stages,
        quadratic: spec.utest.as_deref().and_then(|x| quadratic(&fit, x)),
        u_test: u_shown,
        esample: fit.esample(panel.n_rows()),
        diagnostics,
        record,
        fit,
    })
}

/// Adds rows that the column does not show yet, and gives the labels of those that no dictionary has.
fn add_rows(column: &mut ModelColumn, rows: Rows) -> Vec<(String, Text)> {
    let mut labels = Vec::new();
    for (row, label) in rows {
        if !label.is_empty() {
            labels.push((row.key.clone(), label));
        }
        if !column.fit.iter().any(|known| known.key == row.key) {
            column.fit.push(row);
        }
    }
    labels
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
