//! The data quality report: what a careful person would look for before trusting a column.
//!
//! Nothing here changes the data or stops a run. Every flag names entity, period and value, so that it can be checked
//! against the source.

mod flags;
mod kind;
mod series;

pub use flags::Flag;
pub use kind::FlagKind;

use crate::column::Column;
use crate::descriptives::{Descriptives, describe};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::Result;
use crate::panel::{Balance, Panel};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QualitySpec {
    /// Variables; empty means every column of numbers.
    pub variables: Vec<String>,
    /// A change |Δ ln x| from one period to the next above this is a jump.
    pub jump: f64,
    /// Robust z value, |x − median| / (1.4826 MAD) within a period (of ln x where all x > 0), above which a value is
    /// an outlier.
    pub outlier: f64,
    /// Known ranges: a value outside is flagged.
    pub ranges: Vec<KnownRange>,
    /// Flags kept per variable and kind; all are counted.
    pub keep: usize,
}

impl Default for QualitySpec {
    fn default() -> Self {
        Self { variables: Vec::new(), jump: 1.0, outlier: 6.0, ranges: Vec::new(), keep: 1000 }
    }
}

/// The range a variable should lie in, such as a published minimum and maximum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownRange {
    /// Variable.
    pub variable: String,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
}

/// Quality of a panel.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QualityReport {
    /// Rows.
    pub rows: usize,
    /// Entities.
    pub entities: usize,
    /// Periods.
    pub periods: usize,
    /// Number of keys absent between an entity's first and last period.
    pub gaps: usize,
    /// The first of them, at most [`QualitySpec::keep`].
    pub first_gaps: Vec<(String, String)>,
    /// Keys absent before an entity's first or after its last period.
    pub ragged: usize,
    /// Pairs of variables that are equal in every row.
    pub identical: Vec<(String, String)>,
    /// One entry per variable.
    pub variables: Vec<VariableQuality>,
}

/// Quality of one variable.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VariableQuality {
    /// Counts and moments.
    pub statistics: Descriptives,
    /// Zeros.
    pub zeros: usize,
    /// Negative values.
    pub negatives: usize,
    /// Whether all present values are one.
    pub constant: bool,
    /// Entities with at least three values that never change.
    pub constant_entities: usize,
    /// Missing values by entity, those with any.
    pub missing_by_entity: Vec<(String, usize)>,
    /// Missing values by period, those with any.
    pub missing_by_time: Vec<(String, usize)>,
    /// Remarkable values: known ranges, units, spikes, jumps, outliers, copied series; by kind, then by key; of each
    /// kind at most [`QualitySpec::keep`].
    pub flags: Vec<Flag>,
    /// How many there are, by kind; kinds without any are left out.
    pub counts: Vec<(FlagKind, usize)>,
}

impl VariableQuality {
    /// How many values are remarkable in this way.
    #[must_use]
    pub fn count(&self, kind: FlagKind) -> usize {
        self.counts.iter().find(|(known, _)| *known == kind).map_or(0, |(_, count)| *count)
    }
}

/// Looks at every variable of `spec`.
///
/// # Errors
/// [`crate::Error::UnknownColumn`], [`crate::Error::NotNumeric`] for a variable that is asked for.
pub fn quality(panel: &Panel, spec: &QualitySpec) -> Result<QualityReport> {
    let names: Vec<&str> = if spec.variables.is_empty() {
        panel
            .names()
            .iter()
            .map(String::as_str)
            .filter(|name| matches!(panel.column(name), Ok(Column::Float(_))))
            .collect()
    } else {
        spec.variables.iter().map(String::as_str).collect()
    };
    let columns = names.iter().map(|name| panel.float(name)).collect::<Result<Vec<_>>>()?;
    let (gaps, ragged) = match panel.balance() {
        Balance::Balanced => (0, 0),
        Balance::Unbalanced { gaps, ragged } => (gaps, ragged),
    };
    let identical = identical(&names, &columns);
    Ok(QualityReport {
        rows: panel.n_rows(),
        entities: panel.n_entities(),
        periods: panel.n_periods(),
        gaps,
        first_gaps: panel.gaps().take(spec.keep).map(|(entity, time)| (entity.into(), time.into())).collect(),
        ragged,
        identical,
        variables: names.par_iter().zip(&columns).map(|(name, values)| variable(panel, name, values, spec)).collect(),
    })
}

/// Pairs of columns that are equal in every row and hold something.
fn identical(names: &[&str], columns: &[&[f64]]) -> Vec<(String, String)> {
    // Missing values are one, and −0 is 0.
    let bits = |value: &f64| if value.is_nan() { u64::MAX } else { (value + 0.0).to_bits() };
    // Equal columns have equal marks: only those are compared in full.
    let marks: Vec<u64> = columns
        .par_iter()
        .map(|column| {
            column.iter().fold(0, |mark: u64, value| {
                mark.rotate_left(5).wrapping_add(bits(value)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            })
        })
        .collect();
    let mut pairs = Vec::new();
    for i in 0..columns.len() {
        for j in (i + 1..columns.len()).filter(|&j| marks[j] == marks[i]) {
            let same = columns[i].iter().map(bits).eq(columns[j].iter().map(bits));
            if same && columns[i].iter().any(|value| !value.is_nan()) {
                pairs.push((names[i].to_owned(), names[j].to_owned()));
            }
        }
    }
    pairs
}

fn variable(panel: &Panel, name: &str, values: &[f64], spec: &QualitySpec) -> VariableQuality {
    let statistics = describe(name, values);
    let found = flags::find(panel, name, values, spec);
    let mut by_entity = vec![0; panel.n_entities()];
    let mut by_time = vec![0; panel.n_periods()];
    for row in (0..values.len()).filter(|&row| values[row].is_nan()) {
        by_entity[panel.entity_of_row()[row] as usize] += 1;
        by_time[panel.time_of_row()[row] as usize] += 1;
    }
    let named = |labels: &[String], counts: Vec<usize>| {
        labels.iter().cloned().zip(counts).filter(|(_, count)| *count > 0).collect::<Vec<_>>()
    };
    let constant_entities = panel
        .entity_rows()
        .filter(|rows| {
            let mut present = values[rows.clone()].iter().filter(|value| !value.is_nan());
            let first = present.next();
            let mut others = 0;
            first.is_some() && present.inspect(|_| others += 1).all(|value| Some(value) == first) && others >= 2
        })
        .count();
    VariableQuality {
        zeros: values.iter().filter(|&&value| value == 0.0).count(),
        negatives: values.iter().filter(|&&value| value < 0.0).count(),
        constant: statistics.n > 1 && statistics.min == statistics.max,
        constant_entities,
        missing_by_entity: named(panel.entities(), by_entity),
        missing_by_time: named(panel.times().labels(), by_time),
        flags: found.flags,
        counts: FlagKind::ALL.into_iter().zip(found.counts).filter(|(_, count)| *count > 0).collect(),
        statistics,
    }
}

impl QualityReport {
    /// Flags of one kind, over all variables.
    pub fn flagged(&self, kind: FlagKind) -> impl Iterator<Item = &Flag> {
        self.variables.iter().flat_map(|variable| &variable.flags).filter(move |flag| flag.kind == kind)
    }

    /// The report in short: one line per variable and kind, naming up to `most` cells.
    #[must_use]
    pub fn diagnostics(&self, most: usize) -> Diagnostics {
        let mut lines = Vec::new();
        for (a, b) in &self.identical {
            lines.push(Diagnostic::warning("quality-identical", format!("`{a}` and `{b}` are equal in every row")));
        }
        for variable in &self.variables {
            let name = &variable.statistics.name;
            if variable.constant {
                lines.push(Diagnostic::warning("quality-constant", format!("`{name}` is constant")));
            }
            if variable.statistics.n == 0 {
                lines.push(Diagnostic::warning("quality-all-missing", format!("`{name}` has no value at all")));
            }
            for kind in FlagKind::ALL {
                let count = variable.count(kind);
                if count > 0 {
                    let more = if count > most { "; …" } else { "" };
                    let flags = variable.flags.iter().filter(|flag| flag.kind == kind);
                    let shown: Vec<String> = flags.take(most).map(ToString::to_string).collect();
                    let message = format!("`{name}`: {count} {}: {}{more}", kind.words(), shown.join("; "));
                    lines.push(Diagnostic::warning(kind.code(), message));
                }
            }
        }
        lines
    }
}
