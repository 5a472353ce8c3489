//! What a variable does over time: jumps, spikes, changes of unit, copies.

use super::kind::FlagKind;
use crate::panel::Panel;
use crate::transform::quantile_unsorted;

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
pub(super) fn steps(panel: &Panel, values: &[f64], limit: f64, mut found: impl FnMut(Step)) {
    let ordinals = panel.times().ordinals();
    let ordinal = |row: usize| ordinals[panel.time_of_row()[row] as usize];
    // One logarithm per value; what is not positive has none.
    let logs: Vec<f64> = values.iter().map(|&value| if value > 0.0 { value.ln() } else { f64::NAN }).collect();
    for rows in panel.entity_rows() {
        let change = |row: usize| {
            let next = row + 1 < rows.end && ordinal(row + 1) == ordinal(row) + 1;
            // A missing logarithm makes a missing change, which is above no limit.
            if next { logs[row + 1] - logs[row] } else { f64::NAN }
        };
        let mut row = rows.start;
        // A value at the beginning can be off, too: then the first change is a jump without a value before.
        while row + 1 < rows.end {
            let step = change(row);
            if step.is_nan() || step.abs() <= limit {
                row += 1;
                continue;
            }
            let at = row + 1;
            let back = change(at);
            if back.abs() > limit && back.signum() != step.signum() {
                let (before, after) = (values[row], values[at + 1]);
                let reference = (logs[row] * 0.5 + logs[at + 1] * 0.5).exp();
                let kind = if power_of_ten(values[at] / reference) { FlagKind::Unit } else { FlagKind::Spike };
                found(Step { row: at, kind, before: Some(before), after: Some(after), reference });
                row = at + 1;
            } else {
                let before = Some(values[row]);
                found(Step { row: at, kind: FlagKind::Jump, before, after: None, reference: values[row] });
                row = at;
            }
        }
    }
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
        let median = quantile_unsorted(&mut ratios, 0.5);
        // Growth blurs the power of ten, so the median may be a third off.
        let digits = median.log10();
        if digits.is_finite() && digits.round() != 0.0 && (digits - digits.round()).abs() < 0.18 {
            found.push((time as u32, median));
        }
    }
    found
}

/// Entities whose series equals that of an earlier one: at least three values that are not all the same.
///
/// A variable of few values (a dummy) and one of the period alone (a national price index) is equal by nature, not by
/// copying.
pub(super) fn copies(panel: &Panel, values: &[f64]) -> Vec<(usize, usize)> {
    if few_values(values) || of_period_alone(panel, values) {
        return Vec::new();
    }
    let series = |rows: std::ops::Range<usize>| {
        rows.filter(|&row| !values[row].is_nan()).map(|row| (panel.time_of_row()[row], values[row].to_bits()))
    };
    // Equal series have equal sums of mixed cells; what is compared in full is only what stands beside its equal there.
    let mut marked: Vec<(u64, usize)> = Vec::new();
    let bounds: Vec<std::ops::Range<usize>> = panel.entity_rows().collect();
    for (entity, rows) in bounds.iter().enumerate() {
        let (mut n, mut mark, mut varies, mut first) = (0, 0_u64, false, None);
        for (time, bits) in series(rows.clone()) {
            n += 1;
            mark = mark.rotate_left(5).wrapping_add(bits ^ u64::from(time)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            varies |= *first.get_or_insert(bits) != bits;
        }
        if n >= 3 && varies {
            marked.push((mark, entity));
        }
    }
    marked.sort_unstable();
    let mut found = Vec::new();
    for group in marked.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let mut originals: Vec<usize> = Vec::new();
        for &(_, entity) in group {
            match originals.iter().find(|&&known| series(bounds[known].clone()).eq(series(bounds[entity].clone()))) {
                Some(&twin) => found.push((entity, twin)),
                None => originals.push(entity),
            }
        }
    }
    found.sort_unstable();
    found
}

/// Whether there are at most three distinct values.
fn few_values(values: &[f64]) -> bool {
    let mut seen: Vec<f64> = Vec::with_capacity(4);
    for &value in values.iter().filter(|value| !value.is_nan()) {
        if !seen.contains(&value) {
            seen.push(value);
            if seen.len() > 3 {
                return false;
            }
        }
    }
    true
}

/// Whether all entities have the same value in a period, in every period with more than one of them.
fn of_period_alone(panel: &Panel, values: &[f64]) -> bool {
    let mut of_time = vec![f64::NAN; panel.n_periods()];
    let mut several = false;
    for (&value, &time) in values.iter().zip(panel.time_of_row()).filter(|(value, _)| !value.is_nan()) {
        let known = &mut of_time[time as usize];
        if known.is_nan() {
            *known = value;
        } else if *known != value {
            return false;
        } else {
            several = true;
        }
    }
    several
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
    fn dummies_and_national_series_are_no_copies() {
        let keys = || ["a", "b", "c"].into_iter().flat_map(|entity| std::iter::repeat_n(entity, 4));
        let times = ["2010", "2011", "2012", "2013"].into_iter().cycle().take(12);
        let panel = Panel::builder("c", "y").keys(keys(), times).build().expect("valid");
        let national = [1.0, 2.0, 3.0, 4.0].repeat(3);
        let dummy = [0.0, 0.0, 1.0, 1.0].repeat(3);
        assert!(copies(&panel, &national).is_empty() && copies(&panel, &dummy).is_empty());
        let mut copied = national;
        copied[8..].copy_from_slice(&[5.0, 6.0, 7.0, 8.0]);
        assert_eq!(copies(&panel, &copied), [(1, 0)]);
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
