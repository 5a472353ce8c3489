//! Descriptive statistics, variables in rows.

use super::{Tables, closing, headings};
use panel_core::descriptives::describe_columns;
use panel_core::{Diagnostic, Panel};
use report::Table;
use report::descriptives::{DescriptivesSpec, Summary, descriptives_table};
use stages::variables::sample;
use study::{Error, Label, Result, Study, TableSpec};

/// The table; its numbers are kept for comparisons.
///
/// # Errors
/// Unknown columns, a sample without rows.
pub fn table(spec: &TableSpec, study: &Study, panel: &Panel, tables: &mut Tables) -> Result<Table> {
    let failed = |error: panel_core::Error| Error::stage(format!("tables/{}", spec.id), error);
    let part = part(spec, panel, &mut tables.diagnostics)?;
    let statistics = describe_columns(&part, &spec.variables).map_err(failed)?;
    let rows: Vec<Summary> = statistics.into_iter().map(Summary::from).collect();
    let mut layout = DescriptivesSpec::new(&spec.id, spec.title_text());
    layout.number = spec.number_text();
    layout.labels = study.labels();
    layout.notes.extend(spec.notes.iter().map(Label::text));
    if let Some(digits) = spec.digits.or(study.report.digits) {
        layout.digits = digits.format();
    }
    let mut table =
        descriptives_table(&rows, &layout).map_err(|error| Error::stage(format!("tables/{}", spec.id), error))?;
    table.thousands = spec.thousands(study);
    headings::arrange(&mut table, spec, study, ("变量定义", "Definition"));
    closing::close(&mut table, study);
    tables.summaries.extend(rows.into_iter().map(|row| (spec.id.clone(), row)));
    Ok(table)
}

/// The rows of the panel that a descriptive table or an entropy table is about.
///
/// # Errors
/// A sample that does not fit the data, or keeps no row.
pub fn part(spec: &TableSpec, panel: &Panel, diagnostics: &mut Vec<(String, Diagnostic)>) -> Result<Panel> {
    let stage = format!("tables/{}", spec.id);
    let Some(filter) = &spec.sample else { return Ok(panel.clone()) };
    let sample = sample(panel, Some(filter), &stage)?;
    if !sample.keep.contains(&true) {
        return Err(Error::not_computed(&stage, format!("sample `{filter}`: it keeps no row")));
    }
    diagnostics.extend(sample.diagnostics.into_iter().map(|remark| (spec.id.clone(), remark)));
    Ok(panel.filter(|row| sample.keep[row]))
}
