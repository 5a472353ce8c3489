//! Values moved onto printed moments: mean, standard deviation, smallest and largest value.

use crate::error::{Error, Result};

/// Printed descriptive statistics of a variable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) sd: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

/// Where the smallest and the largest value stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extremes {
    pub(super) low: usize,
    pub(super) high: usize,
}

impl Extremes {
    /// Those of `values`.
    pub(super) fn of(values: &[f64]) -> Self {
        let first = Self { low: 0, high: 0 };
        (0..values.len()).fold(first, |at, k| Self {
            low: if values[k] < values[at.low] { k } else { at.low },
            high: if values[k] > values[at.high] { k } else { at.high },
        })
    }
}

/// Share of the range by which all other values keep away from the extremes.
const MARGIN: f64 = 0.01;

/// Keeps values inside their range, the extremes on its ends.
pub(super) fn confine(values: &mut [f64], moments: Moments, extremes: Extremes) {
    let margin = MARGIN * (moments.max - moments.min);
    for value in values.iter_mut() {
        *value = value.clamp(moments.min + margin, moments.max - margin);
    }
    values[extremes.low] = moments.min;
    values[extremes.high] = moments.max;
}

/// Shifts and stretches all values but the extremes until the moments are met.
pub(super) fn shape(start: &[f64], moments: Moments, extremes: Extremes) -> Result<Vec<f64>> {
    let n = start.len() as f64;
    let Moments { mean, sd, min, max } = moments;
    let centre = (n * mean - min - max) / (n - 2.0);
    let square = (n - 1.0) * sd * sd + n * mean * mean - min * min - max * max;
    let wanted = (square / (n - 2.0) - centre * centre).max(0.0).sqrt();
    let inner = |k: usize| k != extremes.low && k != extremes.high;
    let mut values = start.to_vec();
    for _ in 0..500 {
        let mid = (0..values.len()).filter(|k| inner(*k)).map(|k| values[k]).sum::<f64>() / (n - 2.0);
        let spread = (0..values.len()).filter(|k| inner(*k)).map(|k| (values[k] - mid).powi(2)).sum::<f64>();
        let stretch = wanted / (spread / (n - 2.0)).sqrt();
        if !stretch.is_finite() {
            return Err(Error::Step { step: "moments", problem: format!("no values have {moments:?}") });
        }
        values.iter_mut().for_each(|value| *value = centre + stretch * (*value - mid));
        confine(&mut values, moments, extremes);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_four_moments_are_met() {
        let start: Vec<f64> = (0..2232).map(|k| ((k * k * 7 + 3 * k) % 2237) as f64 / 500.0).collect();
        let moments = Moments { mean: 2.604, sd: 1.248, min: 0.67, max: 21.301 };
        let found = shape(&start, moments, Extremes::of(&start)).expect("they fit");
        let n = found.len() as f64;
        let mean = found.iter().sum::<f64>() / n;
        let sd = (found.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        assert!((mean - 2.604).abs() < 1e-4 && (sd - 1.248).abs() < 1e-4, "{mean} {sd}");
        let at = Extremes::of(&found);
        assert_eq!((found[at.low], found[at.high]), (0.67, 21.301));
    }
}
