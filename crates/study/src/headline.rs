//! The column that the verdict and the main figure are about.

use super::{ColumnSpec, Study, TableKind, TableSpec};

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
            let name = column.to_owned();
            let (table, column) = study.column(table, column).ok()?;
            let x = column.utest.as_deref().or(study.curve.as_ref().map(|curve| curve.x.as_str()))?;
            return Some(Self { table, column, name, x });
        }
        study.tables.iter().filter(|table| table.kind == TableKind::Regression).find_map(|table| {
            let tested = |(name, column): (String, &'a ColumnSpec)| {
                column.utest.as_deref().map(|x| Self { table, column, name, x })
            };
            table.named_columns().filter_map(tested).last()
        })
    }
}
