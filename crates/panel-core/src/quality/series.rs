//! What a variable does over time: jumps, spikes, changes of unit, copies.

use super::flags::FlagKind;
use crate::panel::Panel;
use crate::transform::quantile;
use std::collections::BTreeMap;

/// A remarkable step of a series.
pub(super) struct Step {
    pub(super) row: usize,
    pub(super) kind: FlagKind,
    pub(super) before: Option<f64>,
    pub(super) after: Option<f64>,
    pub(super) reference: f64,
}

/// Jumps and spikes of positive values, entity by entity, between consecutive periods.
///
/// A value is a spike where it is more than `limit` log points above both neighbours, or below both; the way back is
/// then no jump of its own. A spike of about a power of ten is a matter of unit.
pub(super) fn steps(panel: &Panel, values: &[f64], limit: f64) -> Vec<Step> {
    let ordinal = |row: usize| panel.times().ordinals()[panel.time_of_row()[row] as usize];
    let mut found = Vec::new();
    for rows in panel.entity_rows() {
        let next = |row: usize| {
            row + 1 < rows.end && ordinal(row + 1) == ordinal(row) + 1 && values[row] > 0.0 && values[row + 1] > 0.0
        };
        let change = |row: usize| if next(row) { Some(values[row + 1].ln() - values[row].ln()) } else { None };
        let mut row = rows.start;
        // A value at the beginning can be off, too: then the first change is a jump without a value before.
        while row + 1 < rows.end {
            let Some(step) = change(row).filter(|step| step.abs() > limit) else {
                row += 1;
                continue;
            };
            let at = row + 1;
            let back = change(at).filter(|back| back.abs() > limit && back.signum() != step.signum());
            match back {
                Some(_) => {
                    let (before, after) = (values[row], values[at + 1]);
                    let reference = (before.ln() * 0.5 + after.ln() * 0.5).exp();
                    let kind = if power_of_ten(values[at] / reference) { FlagKind::Unit } else { FlagKind::Spike };
                    found.push(Step { row: at, kind, before: Some(before), after: Some(after), reference });
                    row = at + 1;
                }
                None => {
                    found.push(Step {
                        row: at,
                        kind: FlagKind::Jump,
                        before: Some(values[row]),
                        after: None,
                        reference: values[row],
                    });
                    row = at;
                }
            }
        }
    }
    found
}

/// Whether a ratio is within an eighth of 10, 100, 1000, … or of their inverses.
fn power_of_ten(ratio: f64) -> bool {
    let digits = ratio.log10();
    digits.round() != 0.0 && (digits - digits.round()).abs() < 0.05
}

/// Periods in which the median entity changes by about a power of ten: a column that changed its unit.
pub(super) fn unit_breaks(panel: &Panel, values: &[f64]) -> Vec<(u32, f64)> {
    let Ok(before) = panel.lag(values, 1) else { return Vec::new() };
    let mut ratios: Vec<Vec<f64>> = vec![Vec::new(); panel.n_periods()];
    for row in 0..values.len() {
        if values[row] > 0.0 && before[row] > 0.0 {
            ratios[panel.time_of_row()[row] as usize].push(values[row] / before[row]);
        }
    }
    let mut found = Vec::new();
    for (time, mut ratios) in ratios.into_iter().enumerate() {
        // Of a few entities the median may jump by itself.
        if ratios.len() < 5 {
            continue;
        }
        ratios.sort_unstable_by(f64::total_cmp);
        let median = quantile(&ratios, 0.5);
        // Growth blurs the power of ten, so the median may be a third off.
        let digits = median.log10();
        if digits.is_finite() && digits.round() != 0.0 && (digits - digits.round()).abs() < 0.18 {
            found.push((time as u32, median));
        }
    }
    found
}

/// Entities whose series equals that of an earlier one: at least three values that are not all the same.
pub(super) fn copies(panel: &Panel, values: &[f64]) -> Vec<(usize, usize)> {
    let mut seen: BTreeMap<Vec<(u32, u64)>, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (entity, rows) in panel.entity_rows().enumerate() {
        let series: Vec<(u32, u64)> = rows
            .filter(|&row| !values[row].is_nan())
            .map(|row| (panel.time_of_row()[row], values[row].to_bits()))
            .collect();
        let varies = series.iter().any(|(_, bits)| *bits != series[0].1);
        if series.len() < 3 || !varies {
            continue;
        }
        match seen.get(&series) {
            Some(&twin) => found.push((entity, twin)),
            None => {
                seen.insert(series, entity);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::{QualitySpec, quality};

    #[test]
    fn spikes_units_and_jumps_are_told_apart() {
        let years: Vec<String> = (2010..2016).map(|year| year.to_string()).collect();
        let keys = |entity: &str| std::iter::repeat_n(entity.to_owned(), 6);
        let panel = Panel::builder("city", "year")
            .keys(keys("a").chain(keys("b")).chain(keys("c")), years.iter().chain(&years).chain(&years).cloned())
            .column(
                "x",
                vec![1.0, 1.1, 30.0, 1.2, 1.3, 1.2, 5.0, 5.1, 50.5, 5.0, 5.2, 5.3, 1.0, 1.0, 1.0, 9.0, 9.1, 9.2],
            )
            .build()
            .expect("valid");
        let report = quality(&panel, &QualitySpec::default()).expect("numbers");
        let flags: Vec<(FlagKind, &str, &str)> = report.variables[0]
            .flags
            .iter()
            .map(|flag| (flag.kind, flag.entity.as_str(), flag.time.as_str()))
            .collect();
        assert_eq!(
            flags,
            [(FlagKind::Unit, "b", "2012"), (FlagKind::Spike, "a", "2012"), (FlagKind::Jump, "c", "2013")]
        );
    }

    #[test]
    fn a_column_that_changes_its_unit_is_flagged_by_period() {
        let (mut entities, mut times, mut x) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..5 {
            for t in 0..4 {
                entities.push(i.to_string());
                times.push((2010 + t).to_string());
                x.push(f64::from(i + 1) * 1.05_f64.powi(t) * if t >= 2 { 1e4 } else { 1.0 });
            }
        }
        let panel = Panel::builder("c", "y").keys(entities, times).column("x", x).build().expect("valid");
        let breaks = unit_breaks(&panel, panel.float("x").expect("numbers"));
        assert_eq!(breaks.len(), 1);
        assert_eq!(breaks[0].0, 2);
        assert!((breaks[0].1 - 1.05e4).abs() < 1.0);
    }
}
