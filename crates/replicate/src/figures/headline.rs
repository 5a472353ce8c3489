//! The column that the verdict and the main figure are about.

use crate::study::{ColumnSpec, Study, TableKind, TableSpec};
use panel_fe::Formula;

/// One column with the quadratic that it is about.
#[derive(Debug, Clone)]
pub struct Headline<'a> {
    /// Its table.
    pub table: &'a TableSpec,
    /// The column.
    pub column: &'a ColumnSpec,
    /// Name of the column, such as `(2)`.
    pub name: String,
    /// The variable of the quadratic.
    pub x: &'a str,
}

impl<'a> Headline<'a> {
    /// `[report] headline`, else the column of `[curve]`, else the last column with a U test in the first table that has
    /// one.
    #[must_use]
    pub fn of(study: &'a Study) -> Option<Self> {
        let named = study.report.headline.as_ref().map(|spec| (spec.table.as_str(), spec.column.as_str()));
        let curve = study.curve.as_ref().map(|curve| (curve.table.as_str(), curve.column.as_str()));
        if let Some((table, column)) = named.or(curve) {
            let table = study.tables.iter().find(|spec| spec.id == table)?;
            let (name, column) = columns(table).find(|(name, _)| name == column)?;
            let x = column.utest.as_deref().or(study.curve.as_ref().map(|curve| curve.x.as_str()))?;
            return Some(Self { table, column, name, x });
        }
        study.tables.iter().filter(|table| table.kind == TableKind::Regression).find_map(|table| {
            let tested = |(name, column): (String, &'a ColumnSpec)| {
                column.utest.as_deref().map(|x| Self { table, column, name, x })
            };
            columns(table).filter_map(tested).last()
        })
    }
}

/// The columns of a table with their names.
pub(super) fn columns(table: &TableSpec) -> impl Iterator<Item = (String, &ColumnSpec)> {
    table.columns.iter().enumerate().map(|(place, column)| (column.name_at(place), column))
}

/// The left-hand side of a formula.
pub(crate) fn response(formula: &str) -> String {
    Formula::parse(formula).map_or_else(|_| formula.to_owned(), |formula| formula.response.name)
}

/// Whether a formula has instruments.
pub(super) fn has_instruments(formula: &str) -> bool {
    Formula::parse(formula).is_ok_and(|formula| formula.is_iv())
}
