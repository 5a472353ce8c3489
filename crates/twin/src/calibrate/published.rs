//! Printed numbers by table, column and row.

use super::moments::Moments;
use crate::error::{Error, Result};

const STEP: &str = "published numbers";

/// One printed row.
#[derive(Debug, Clone)]
struct Row {
    key: String,
    coef: f64,
    r2: Option<f64>,
}

/// The printed coefficients and descriptive statistics.
#[derive(Debug)]
pub(super) struct Published(Vec<Row>);

impl Published {
    /// Reads `published.csv`.
    pub(super) fn read(text: &str) -> Result<Self> {
        let records = panel_core::io::csv_records(text)
            .map_err(|line| Error::Step { step: STEP, problem: format!("line {line}: a quote is never closed") })?;
        let row = |cells: &[String]| {
            let cell = |at: usize| cells.get(at).map_or("", String::as_str);
            let key = format!("{}{} {}", cell(0), cell(1), cell(4));
            Some(Row { key, coef: cell(5).parse().ok()?, r2: cell(9).parse().ok() })
        };
        Ok(Self(records.iter().skip(1).filter_map(|(_, cells)| row(cells)).collect()))
    }

    fn row(&self, key: &str) -> Result<&Row> {
        let missing = || Error::Step { step: STEP, problem: format!("no number for `{key}`") };
        self.0.iter().find(|row| row.key == key).ok_or_else(missing)
    }

    /// A printed coefficient, such as `2(2) Va`.
    pub(super) fn coef(&self, column: &str, row: &str) -> Result<f64> {
        Ok(self.row(&format!("{column} {row}"))?.coef)
    }

    /// The printed R² of a column.
    pub(super) fn r2(&self, column: &str) -> Result<f64> {
        let missing = || Error::Step { step: STEP, problem: format!("no R² for `{column}`") };
        self.row(&format!("{column} Va"))?.r2.ok_or_else(missing)
    }

    /// The printed moments of a variable of Table 1.
    pub(super) fn moments(&self, variable: &str) -> Result<Moments> {
        let stat = |name: &str| self.coef(&format!("1{name}"), variable);
        Ok(Moments { mean: stat("mean")?, sd: stat("sd")?, min: stat("min")?, max: stat("max")? })
    }
}
