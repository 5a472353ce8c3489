//! What `results/estimates.json` holds: the records of `panel-fe`, and why a column has none.

use panel_fe::Estimate;
use panel_fe::record::EstimateRecord;
use serde::Serialize;
use study::ColumnSpec;

/// A number of a record; zero has no sign.
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value + 0.0)
}

/// The record of a column, its choices in the words of the study; what is asked beside the regression is absent.
#[must_use]
pub fn of_column(fit: &Estimate, spec: &ColumnSpec, table: &str, column: &str) -> EstimateRecord {
    EstimateRecord {
        formula: spec.formula.text().to_owned(),
        vcov: spec.vcov.text().to_owned(),
        like: spec.like.text().to_owned(),
        ..EstimateRecord::from(fit).in_table(table, column, spec.sample.as_ref().map(ToString::to_string))
    }
}

/// A column or a chain that could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotComputedRecord {
    /// Table.
    pub table: String,
    /// Column; absent where it is the whole table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Why.
    pub reason: String,
}

/// An entry of `results/estimates.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Entry<'a> {
    /// An estimate.
    Estimate(&'a EstimateRecord),
    /// Why there is none.
    NotComputed(&'a NotComputedRecord),
}
