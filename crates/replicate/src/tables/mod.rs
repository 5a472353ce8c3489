//! Tables of a study: descriptive statistics, regressions, mediation chains, the specification curve.

pub mod calibration;
mod closing;
pub mod column;
pub mod curve;
pub mod descriptives;
pub mod entropy;
pub mod mediation;
pub mod plots;
pub mod records;
mod regression;
mod shown;
pub mod u_shape;
mod u_tests;

use crate::compute::{Cache, Computed};
use crate::error::Result;
use crate::study::{Loaded, TableKind};
use mediation::Mediated;
use panel_core::Diagnostic;
use plots::ColumnPlots;
use records::EstimateRecord;
use report::descriptives::Summary;
use report::utest::UTestRecord;
use report::{ModelColumn, Table};
pub use shown::is_r2;

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
    /// What figures draw of columns.
    pub plots: Vec<ColumnPlots>,
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
            TableKind::Descriptives => descriptives::table(spec, study, &computed.panel, &mut made)?,
            TableKind::EntropyWeights => entropy::weights_table(spec, study, &computed.panel, &mut made.diagnostics)?,
            TableKind::Calibration => calibration::calibration_table(spec, study, computed)?,
            TableKind::Regression => regression::table(spec, study, &computed.panel, &mut made, &mut u_tests)?,
        };
        made.tables.push(table);
        made.tables.extend(u_tests::table(spec, study, &u_tests)?);
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
