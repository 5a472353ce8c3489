//! Finding printed numbers by table, column and row.

use crate::ColumnRef;
use crate::{Error, Result};
use report::numfmt::Printed;
use report::published::PublishedRow;

/// The published rows with look-ups.
pub(crate) struct Numbers<'a> {
    /// The rows, in order.
    pub(crate) rows: &'a [PublishedRow],
}

impl<'a> Numbers<'a> {
    pub(crate) fn new(rows: &'a [PublishedRow]) -> Self {
        Self { rows }
    }

    /// The rows of a column.
    pub(crate) fn column(&self, column: &ColumnRef) -> Result<Vec<&'a PublishedRow>> {
        let rows: Vec<&PublishedRow> = self.rows.iter().filter(|row| of(row) == *column).collect();
        if rows.is_empty() {
            let mut known: Vec<String> = Vec::new();
            for name in self.rows.iter().map(|row| of(row).to_string()) {
                if !known.contains(&name) {
                    known.push(name);
                }
            }
            return Err(Error::unknown("column", &column.to_string(), &known));
        }
        Ok(rows)
    }

    /// One row of a column.
    pub(crate) fn row(&self, column: &ColumnRef, row: &str) -> Result<&'a PublishedRow> {
        let rows = self.column(column)?;
        rows.iter().find(|candidate| candidate.row == row).copied().ok_or_else(|| {
            let known: Vec<String> = rows.iter().map(|candidate| candidate.row.clone()).collect();
            Error::unknown("row", row, &known)
        })
    }

    /// The coefficient of a row.
    pub(crate) fn coef(&self, column: &ColumnRef, row: &str) -> Result<&'a Printed> {
        self.row(column, row)?
            .coef
            .as_ref()
            .ok_or_else(|| Error::Specification(format!("{column} {row} has no coefficient, which the audit needs")))
    }

    /// The number of observations of a column, if it is printed.
    pub(crate) fn n(&self, column: &ColumnRef) -> Result<Option<&'a Printed>> {
        Ok(self.column(column)?.into_iter().find_map(|row| row.n.as_ref()))
    }

    /// A printed fact of a column by its key.
    pub(crate) fn fact(&self, column: &ColumnRef, key: &str) -> Result<&'a str> {
        let rows = self.column(column)?;
        rows.iter().find_map(|row| row.fact(key)).ok_or_else(|| {
            let mut known: Vec<String> = Vec::new();
            for (name, _) in rows.iter().flat_map(|row| &row.other) {
                if !known.contains(name) {
                    known.push(name.clone());
                }
            }
            Error::unknown("printed fact", key, &known)
        })
    }

    /// A number of the table of descriptive statistics.
    pub(crate) fn descriptive(&self, table: &str, stat: &str, variable: &str) -> Option<&'a Printed> {
        self.rows
            .iter()
            .find(|row| row.table == table && row.column == stat && row.row == variable)
            .and_then(|row| row.coef.as_ref())
    }
}

/// The column of a row.
pub(crate) fn of(row: &PublishedRow) -> ColumnRef {
    ColumnRef { table: row.table.clone(), column: row.column.clone() }
}

/// Table, column and row in one.
pub(crate) fn place(row: &PublishedRow) -> String {
    format!("{} {} {}", row.table, row.column, row.row)
}
