//! Tables of descriptive statistics.

use crate::numfmt::{Format, without_rounding};
use crate::table::{Cell, Row, RowGroup};
use crate::{Error, Labels, Result, Table, Text};
use panel_core::descriptives::Descriptives;
use serde::Serialize;

/// Descriptive statistics of one variable, with the group that its row stands in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Role that groups rows (被解释变量, controls); may be empty.
    pub group: Text,
    /// The statistics; the label of their variable comes from the dictionary.
    #[serde(flatten)]
    pub statistics: Descriptives,
}

impl From<Descriptives> for Summary {
    fn from(statistics: Descriptives) -> Self {
        Self { group: Text::default(), statistics }
    }
}

impl std::ops::Deref for Summary {
    type Target = Descriptives;

    fn deref(&self) -> &Descriptives {
        &self.statistics
    }
}

/// Keys of the columns that [`descriptives_table`] can show, in their usual order.
pub const SUMMARY_COLUMNS: [&str; 8] = ["n", "mean", "sd", "min", "p5", "p50", "p95", "max"];

/// What a table of descriptive statistics shows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DescriptivesSpec {
    /// Name of its files.
    pub id: String,
    /// What stands before the title.
    pub number: Text,
    /// Title.
    pub title: Text,
    /// Columns, of [`SUMMARY_COLUMNS`].
    pub columns: Vec<String>,
    /// Digits of all but `n`.
    pub digits: Format,
    /// Dictionary.
    pub labels: Labels,
    /// Notes.
    pub notes: Vec<Text>,
}

impl DescriptivesSpec {
    /// All columns, three digits.
    pub fn new(id: impl Into<String>, title: impl Into<Text>) -> Self {
        Self {
            id: id.into(),
            number: Text::default(),
            title: title.into(),
            columns: SUMMARY_COLUMNS.map(str::to_owned).to_vec(),
            digits: Format::Legible(3),
            labels: Labels::new(),
            notes: Vec::new(),
        }
    }
}

/// A table with one row per variable; consecutive variables of one group stand under its label.
///
/// # Errors
/// [`Error::UnknownName`] for a column that is none of [`SUMMARY_COLUMNS`].
pub fn descriptives_table(rows: &[Summary], spec: &DescriptivesSpec) -> Result<Table> {
    let known: Vec<String> = SUMMARY_COLUMNS.map(str::to_owned).to_vec();
    if let Some(column) = spec.columns.iter().find(|column| !known.contains(column)) {
        return Err(Error::unknown("statistic", column, &known));
    }
    let header = spec.columns.iter().map(|column| spec.labels.statistic(column)).collect();
    let mut table = Table::new(&spec.id, spec.title.clone(), ("变量", "Variable"), header);
    table.number = spec.number.clone();
    table.notes.clone_from(&spec.notes);
    let mut group: Option<&Text> = None;
    for summary in rows {
        if group != Some(&summary.group) {
            group = Some(&summary.group);
            let label = (!summary.group.is_empty()).then(|| summary.group.clone());
            table.groups.push(RowGroup { label, ..RowGroup::default() });
        }
        let cells = spec.columns.iter().map(|column| cell(summary, column, spec.digits)).collect();
        if let Some(last) = table.groups.last_mut() {
            last.rows.push(Row::new(spec.labels.get(&summary.name), cells));
        }
    }
    Ok(table)
}

fn cell(summary: &Summary, column: &str, digits: Format) -> Cell {
    let value = match column {
        "n" => return Cell::number(summary.n as f64, Format::Integer),
        "mean" => summary.mean,
        "sd" => summary.sd,
        "min" => summary.min,
        "p5" => summary.p5,
        "p50" => summary.p50,
        "p95" => summary.p95,
        _ => summary.max,
    };
    let largest = [summary.min, summary.max].into_iter().flatten().fold(0.0_f64, |largest, end| largest.max(end.abs()));
    let value = value.map(|value| without_rounding(value, largest));
    Cell::optional(value, digits, ("没有足够的观测值", "too few observations"))
}
