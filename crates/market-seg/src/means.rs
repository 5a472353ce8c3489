//! The mean of |ΔQ| by good and period.

use crate::choices::{Change, Demean};
use crate::prices::PriceChanges;
use crate::spec::SegSpec;
use panel_core::geo::Adjacency;
use panel_core::sum::CompensatedSum;

/// Mean of |x_i - x_j| over unordered pairs of known values, in O(n log n): sorted,
/// Σ_{i<j} |x_i - x_j| = Σ_r (2r - n + 1) x_(r), r = 0, …, n - 1.
///
/// `NaN` with fewer than two known values. Values are taken from their median first, which changes no difference and
/// keeps the sum free of cancellation.
#[must_use]
pub fn mean_absolute_difference(values: &[f64]) -> f64 {
    let mut known: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    let n = known.len();
    if n < 2 {
        return f64::NAN;
    }
    known.sort_unstable_by(f64::total_cmp);
    let centre = known[n / 2];
    let mut sum = CompensatedSum::new();
    for (rank, value) in known.iter().enumerate() {
        sum.add((2.0 * rank as f64 - (n as f64 - 1.0)) * (value - centre));
    }
    sum.value() / (0.5 * n as f64 * (n as f64 - 1.0))
}

/// Means to subtract, period by period and good by good (fastest); `NaN` where no pair has the good.
pub(crate) fn demeaning(changes: &PriceChanges, selected: Option<&Adjacency>, spec: &SegSpec) -> Vec<f64> {
    let (periods, goods) = (changes.n_periods(), changes.n_goods());
    let mut means = vec![0.0; periods * goods];
    if spec.change == Change::Signed || spec.demean == Demean::None {
        return means;
    }
    for t in 0..periods {
        for k in 0..goods {
            let x = changes.slice(t, k);
            means[t * goods + k] = match selected {
                Some(pairs) if spec.demean == Demean::SelectedPairs => mean_over(pairs, x),
                _ => mean_absolute_difference(x),
            };
        }
    }
    means
}

fn mean_over(pairs: &Adjacency, x: &[f64]) -> f64 {
    let mut sum = CompensatedSum::new();
    let mut count = 0usize;
    for (i, j) in pairs.pairs() {
        let difference = (x[i] - x[j]).abs();
        if !difference.is_nan() {
            sum.add(difference);
            count += 1;
        }
    }
    if count == 0 { f64::NAN } else { sum.value() / count as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sorted_sum_is_the_double_loop() {
        let x = [0.3, -1.0, f64::NAN, 2.5, 0.3, 1e6];
        let known: Vec<f64> = x.iter().copied().filter(|v| !v.is_nan()).collect();
        let mut sum = 0.0;
        for i in 0..known.len() {
            for j in 0..i {
                sum += (known[i] - known[j]).abs();
            }
        }
        assert!((mean_absolute_difference(&x) - sum / 10.0).abs() < 1e-9);
        assert!(mean_absolute_difference(&[1.0, f64::NAN]).is_nan());
    }
}
