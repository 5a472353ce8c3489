//! Remarkable values.

use super::kind::FlagKind;
use super::{QualitySpec, series};
use crate::panel::Panel;
use crate::transform::quantile_unsorted;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One remarkable value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Flag {
    /// Why.
    pub kind: FlagKind,
    /// Variable.
    pub variable: String,
    /// Entity; empty where a whole period is meant.
    pub entity: String,
    /// Period; empty where a whole series is meant.
    pub time: String,
    /// The value (of a whole period, the median ratio to the period before).
    pub value: f64,
    /// What it is compared with: the neighbour, the bound or the median.
    pub reference: f64,
    /// The comparison in words.
    pub note: String,
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [self.entity.as_str(), self.time.as_str()]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" ");
        write!(f, "{key} ({})", self.note)
    }
}

/// A number short enough for a sentence.
pub(super) fn short(value: f64) -> String {
    if value != 0.0 && (value.abs() >= 1e7 || value.abs() < 1e-3) {
        return format!("{value:.3e}");
    }
    let digits = format!("{value:.4}");
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Flags of one variable: all are counted, the first `keep` of each kind are kept.
pub(super) struct Found {
    pub(super) flags: Vec<Flag>,
    pub(super) counts: [usize; FlagKind::ALL.len()],
    keep: usize,
}

impl Found {
    fn push(&mut self, kind: FlagKind, make: impl FnOnce() -> Flag) {
        let count = &mut self.counts[kind as usize];
        *count += 1;
        if *count <= self.keep {
            self.flags.push(make());
        }
    }
}

pub(super) fn find(panel: &Panel, name: &str, values: &[f64], spec: &QualitySpec) -> Found {
    let mut found = Found { flags: Vec::new(), counts: [0; FlagKind::ALL.len()], keep: spec.keep };
    let cell = |kind: FlagKind, row: usize, reference: f64, note: String| Flag {
        kind,
        variable: name.to_owned(),
        entity: panel.entity_label(row).to_owned(),
        time: panel.time_label(row).to_owned(),
        value: values[row],
        reference,
        note,
    };
    for range in spec.ranges.iter().filter(|range| range.variable == name) {
        for row in 0..values.len() {
            let bound = if values[row] < range.min {
                range.min
            } else if values[row] > range.max {
                range.max
            } else {
                continue;
            };
            found.push(FlagKind::Range, || {
                let note = format!("{} outside [{}, {}]", short(values[row]), short(range.min), short(range.max));
                cell(FlagKind::Range, row, bound, note)
            });
        }
    }
    series::steps(panel, values, spec.jump, |step| {
        found.push(step.kind, || {
            let note = match (step.before, step.after) {
                (Some(before), Some(after)) => {
                    format!("{} between {} and {}", short(values[step.row]), short(before), short(after))
                }
                (before, after) => format!(
                    "{} {} {}",
                    short(values[step.row]),
                    if before.is_some() { "after" } else { "before" },
                    short(before.or(after).unwrap_or(f64::NAN))
                ),
            };
            cell(step.kind, step.row, step.reference, note)
        });
    });
    for (time, ratio) in series::unit_breaks(panel, values) {
        found.push(FlagKind::Unit, || Flag {
            kind: FlagKind::Unit,
            variable: name.to_owned(),
            entity: String::new(),
            time: panel.times().labels()[time as usize].clone(),
            value: ratio,
            reference: 1.0,
            note: format!("the median entity has {} times its value of the period before", short(ratio)),
        });
    }
    for (row, median) in outliers(panel, values, spec.outlier) {
        found.push(FlagKind::Outlier, || {
            cell(FlagKind::Outlier, row, median, format!("{}, median {}", short(values[row]), short(median)))
        });
    }
    for (entity, twin) in series::copies(panel, values) {
        found.push(FlagKind::Copied, || Flag {
            kind: FlagKind::Copied,
            variable: name.to_owned(),
            entity: panel.entities()[entity].clone(),
            time: String::new(),
            value: f64::NAN,
            reference: f64::NAN,
            note: format!("the same as {}", panel.entities()[twin]),
        });
    }
    found.flags.sort_by_key(|flag| flag.kind);
    found
}

/// Rows far from the median of their period, and that median.
fn outliers(panel: &Panel, values: &[f64], limit: f64) -> Vec<(usize, f64)> {
    let positive = values.iter().all(|&value| value.is_nan() || value > 0.0);
    let scale = |value: f64| if positive { value.ln() } else { value };
    let mut rows_of_time: Vec<Vec<usize>> = vec![Vec::new(); panel.n_periods()];
    for row in (0..values.len()).filter(|&row| !values[row].is_nan()) {
        rows_of_time[panel.time_of_row()[row] as usize].push(row);
    }
    let mut found = Vec::new();
    for rows in rows_of_time.into_iter().filter(|rows| rows.len() >= 10) {
        let scaled: Vec<f64> = rows.iter().map(|&row| scale(values[row])).collect();
        let mut work = scaled.clone();
        let median = quantile_unsorted(&mut work, 0.5);
        work.iter_mut().for_each(|value| *value = (*value - median).abs());
        // 1.4826 makes the median absolute deviation the standard deviation of a normal distribution.
        let mad = 1.4826 * quantile_unsorted(&mut work, 0.5);
        if mad > 0.0 {
            let back = if positive { median.exp() } else { median };
            let far = rows.iter().zip(&scaled).filter(|(_, value)| (*value - median).abs() > limit * mad);
            found.extend(far.map(|(&row, _)| (row, back)));
        }
    }
    found.sort_by_key(|(row, _)| *row);
    found
}
