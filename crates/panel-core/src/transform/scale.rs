//! Scaling, and statistics by group.

use super::{ByGroup, Groups};

/// (x − mean) / sd within groups; sd with divisor n − 1. Missing where the group is constant or has one value.
#[must_use]
pub fn standardize(x: &[f64], groups: Groups<'_>) -> Vec<f64> {
    within(x, groups, |present| (mean(present), sd(present)))
}

/// (x − min) / (max − min) within groups. Missing where the group is constant.
#[must_use]
pub fn min_max(x: &[f64], groups: Groups<'_>) -> Vec<f64> {
    within(x, groups, |present| {
        let low = present.iter().copied().fold(f64::INFINITY, f64::min);
        let high = present.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (low, high - low)
    })
}

/// (x − origin) / scale, both of the present values of the group; missing unless the scale is positive.
fn within(x: &[f64], groups: Groups<'_>, origin_and_scale: impl Fn(&[f64]) -> (f64, f64)) -> Vec<f64> {
    let mut out = vec![f64::NAN; x.len()];
    let mut present = Vec::new();
    for rows in ByGroup::new(x.len(), groups).iter() {
        present.clear();
        present.extend(rows.iter().map(|&row| x[row]).filter(|value| !value.is_nan()));
        let (origin, scale) = origin_and_scale(&present);
        if origin.is_finite() && scale > 0.0 && scale.is_finite() {
            rows.iter().for_each(|&row| out[row] = (x[row] - origin) / scale);
        }
    }
    out
}

/// A statistic of the present values of each group, on every row of the group (also where x is missing).
#[must_use]
pub fn group_statistic(x: &[f64], groups: Groups<'_>, statistic: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let mut out = vec![f64::NAN; x.len()];
    let mut present = Vec::new();
    for rows in ByGroup::new(x.len(), groups).iter() {
        present.clear();
        present.extend(rows.iter().map(|&row| x[row]).filter(|value| !value.is_nan()));
        let value = statistic(&present);
        // An empty group has extremes at infinity: they are no values.
        let value = if value.is_finite() { value } else { f64::NAN };
        rows.iter().for_each(|&row| out[row] = value);
    }
    out
}

/// Mean; `NaN` for no values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Standard deviation with divisor n − 1, in two passes; `NaN` for fewer than two values.
pub(crate) fn sd(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let mean = mean(values);
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_within_groups() {
        let x = [1.0, 3.0, 5.0, 5.0];
        let groups = [0, 0, 1, 1];
        let z = standardize(&x, Some(&groups));
        assert!((z[0] + 0.5_f64.sqrt()).abs() < 1e-15 && z[2].is_nan());
        assert_eq!(min_max(&x, None), [0.0, 0.5, 1.0, 1.0]);
        assert_eq!(group_statistic(&[f64::NAN, 2.0], None, mean), [2.0, 2.0]);
    }
}
