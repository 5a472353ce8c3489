//! From a panel to results: regressions, descriptive tables, mediation, spatial models, the specification curve, multiverses.
//!
//! [`build`] makes every table of a study, [`multiverse::curve`] the specification curve.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod asked;
pub mod calibration;
pub(crate) mod closing;
pub mod column;
pub mod compare;
pub mod curve;
pub mod descriptives;
pub mod entropy;
pub(crate) mod fit;
mod headings;
mod intervals;
pub mod means;
pub mod mediation;
pub mod mediation_bootstrap;
mod mediation_effects;
mod mediation_table;
pub mod multiverse;
mod notes;
pub mod plots;
pub mod records;
mod regression;
mod resampled;
mod set_notes;
pub(crate) mod shown;
pub mod spatial;
pub mod streamed;
pub mod u_shape;
mod u_tests;

use crate::spatial::{Space, statistics, tests_table};
use mediation::Mediated;
use panel_core::Diagnostic;
use panel_fe::record::EstimateRecord;
use plots::ColumnPlots;
use records::NotComputedRecord;
use report::descriptives::Summary;
use report::utest::UTestRecord;
use report::{ModelColumn, Table, Text};
pub use shown::{is_r2, model_column};
use stages::compute::Computed;
use study::indices::by_period::ByPeriod;
use study::{COMPARE_TABLE, Error, Loaded, Result, Saved, Study, TableKind, TableSpec, names};

/// What the stage makes.
#[derive(Debug, Default)]
pub struct Tables {
    /// Tables in order, the curve last.
    pub tables: Vec<Table>,
    /// Regressions in file order.
    pub estimates: Vec<EstimateRecord>,
    /// Numbers of fits to be written: table, column, which, one number per row of the panel.
    pub saved: Vec<(String, String, Saved, Vec<f64>)>,
    /// Mediation chains.
    pub mediation: Vec<Mediated>,
    /// Comparisons of columns.
    pub comparisons: Vec<compare::CompareRecord>,
    /// The specification curve.
    pub curve: Vec<curve::Point>,
    /// Spatial weights, and what was computed with them.
    pub space: Space,
    /// Which rows of the panel enter which column: table, column, one flag per row.
    pub samples: Vec<(String, String, Vec<bool>)>,
    /// Remarks, by table and column.
    pub diagnostics: Vec<(String, Diagnostic)>,
    /// What the data do not answer.
    pub not_computed: Vec<NotComputedRecord>,
    first_reason: Option<Error>,
    /// What figures draw of columns.
    pub plots: Vec<ColumnPlots>,
    columns: Vec<(String, ModelColumn)>,
    summaries: Vec<(String, Summary)>,
}

impl Tables {
    /// Notes what the data do not answer, and gives the reason; any other error stays one.
    fn leave_out(&mut self, table: &str, column: Option<&str>, error: Error) -> Result<String> {
        if !matches!(error, Error::NotComputed { .. }) {
            return Err(error);
        }
        let reason = error.message();
        let stage = column.map_or_else(|| table.to_owned(), |column| names::column(table, column));
        self.diagnostics.push((stage, Diagnostic::warning("not-computed", format!("left out: {reason}"))));
        let column = column.map(str::to_owned);
        self.not_computed.push(NotComputedRecord { table: table.to_owned(), column, reason: reason.clone() });
        self.first_reason.get_or_insert(error);
        Ok(reason)
    }

    /// Whether a table could not be computed at all.
    fn is_left_out(&self, table: &str) -> bool {
        self.not_computed.iter().any(|record| record.table == table && record.column.is_none())
    }

    /// The table with this id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.id == id)
    }

    /// The estimate of a column.
    #[must_use]
    pub fn estimate_of(&self, table: &str, column: &str) -> Option<&EstimateRecord> {
        let asked = (Some(table), Some(column));
        self.estimates.iter().find(|record| (record.table.as_deref(), record.column.as_deref()) == asked)
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

/// Makes every table of a study but for those of its curve and multiverses. What the data do not answer is left out, and its place says why.
///
/// # Errors
/// A formula or a sample that does not fit the data, with table and column; where nothing can be computed, the reason of
/// the first.
pub fn build(loaded: &Loaded, computed: &Computed) -> Result<Tables> {
    let study = &loaded.study;
    let mut tables = Tables { space: Space::new(loaded, computed)?, ..Tables::default() };
    tables.diagnostics.append(&mut tables.space.diagnostics);
    for spec in &study.tables {
        let mut u_tests: Vec<UTestRecord> = Vec::new();
        let lacking = computed.lacking_of(&format!("tables/{}", spec.id), names::of_table(spec));
        let table = match spec.kind {
            // Its columns answer one by one.
            TableKind::Regression => regression::table(spec, study, computed, &mut tables, &mut u_tests),
            TableKind::SpatialTests => {
                tests_table::table(spec, study, computed, &mut tables.space, &mut tables.diagnostics)
            }
            _ if lacking.is_some() => lacking.map_or_else(|| Ok(Table::default()), Err),
            TableKind::Descriptives => descriptives::table(spec, study, &computed.panel, &mut tables),
            TableKind::EntropyWeights => entropy::weights_table(spec, study, &computed.panel, &mut tables.diagnostics),
            TableKind::Means => means::table(spec, study, computed, &mut tables.diagnostics),
            TableKind::Calibration => calibration::calibration_table(spec, study, computed),
        };
        let table = table.or_else(|error| -> Result<Table> {
            let reason = tables.leave_out(&spec.id, None, error)?;
            Ok(closing::not_computed(&spec.id, spec.number_text(), spec.title_text(), &reason, study))
        })?;
        tables.tables.push(table);
        tables.tables.extend(u_tests::table(spec, study, &u_tests)?);
    }
    let period = study.study.time.as_deref().map_or_else(Text::default, |time| study.labels().get(time));
    for listed in computed.indices.iter().filter_map(|index| index.details::<ByPeriod>()) {
        let mut table = listed.table(period.clone());
        closing::close(&mut table, study);
        tables.tables.push(table);
    }
    compared(study, computed, &mut tables)?;
    for spec in &study.mediation {
        let stage = format!("mediation/{}", spec.id);
        let lacking = computed.lacking_of(&stage, names::of_mediation(spec));
        let mediated =
            lacking.map_or_else(|| mediation::mediate(spec, study, &computed.panel, &mut tables.diagnostics), Err);
        match mediated {
            Ok(mediated) => {
                tables.tables.push(mediation_table::table(&mediated, study));
                tables.mediation.push(mediated);
            }
            Err(error) => {
                let id = spec.table_id();
                let reason = tables.leave_out(&id, None, error)?;
                let title = mediation::title(spec, study);
                tables.tables.push(closing::not_computed(&id, Text::default(), title, &reason, study));
            }
        }
    }
    for spec in &study.spatial {
        match statistics::compute(spec, computed, &tables.space) {
            Ok(statistic) => {
                tables.tables.push(statistics::table(&statistic, &tables.space, study));
                tables.space.statistics.push(statistic);
            }
            Err(error) => {
                tables.leave_out(&statistics::table_id(spec), None, error)?;
            }
        }
    }
    let other = |spec: &TableSpec| spec.kind != TableKind::Regression && !tables.is_left_out(&spec.id);
    let some = !tables.estimates.is_empty() || !tables.mediation.is_empty() || study.tables.iter().any(other);
    match tables.first_reason.take() {
        Some(reason) if !some && study.indices.iter().is_empty() => Err(reason),
        _ => Ok(tables),
    }
}

/// The comparisons of columns, in one table.
fn compared(study: &Study, computed: &Computed, tables: &mut Tables) -> Result<()> {
    for spec in &study.comparisons {
        match compare::compute(spec, study, computed) {
            Ok(records) => tables.comparisons.extend(records),
            Err(error) => {
                tables.leave_out(&format!("{}/{}", COMPARE_TABLE, spec.id), None, error)?;
            }
        }
    }
    if !tables.comparisons.is_empty() {
        tables.tables.push(compare::table(study, &tables.comparisons));
    }
    Ok(())
}
