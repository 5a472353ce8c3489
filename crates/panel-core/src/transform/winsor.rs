//! Quantiles and winsorising.

use super::{ByGroup, Groups};
use crate::error::{Error, Result};

/// The q-quantile of sorted values: with h = (n − 1) q, x_⌊h⌋ + (h − ⌊h⌋)(x_⌊h⌋₊₁ − x_⌊h⌋).
///
/// The rule of R (type 7), numpy and pandas (Hyndman & Fan 1996). Stata's `centile` and `winsor2` use other rules;
/// on samples of a thousand the difference is in the fourth digit. `NaN` for no values.
#[must_use]
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let h = (sorted.len() - 1) as f64 * q.clamp(0.0, 1.0);
    let (low, high) = (h.floor() as usize, h.ceil() as usize);
    sorted[low] + (h - h.floor()) * (sorted[high] - sorted[low])
}

/// The same of values in any order, which are rearranged: values that are not asked for are not sorted.
///
/// No value may be `NaN`.
pub(crate) fn quantile_unsorted(values: &mut [f64], q: f64) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    let h = (values.len() - 1) as f64 * q.clamp(0.0, 1.0);
    let low = h.floor() as usize;
    let (_, at, above) = values.select_nth_unstable_by(low, f64::total_cmp);
    let (at, rest) = (*at, h - h.floor());
    if rest == 0.0 {
        return at;
    }
    // The next value in order is the smallest of those above.
    let next = above.iter().copied().fold(f64::INFINITY, |a, b| if b.total_cmp(&a).is_lt() { b } else { a });
    at + rest * (next - at)
}

/// Sets values below the p-quantile to it and values above the (1 − p)-quantile to that, within groups.
///
/// **Missing values** stay missing and do not count.
///
/// # Errors
/// [`Error::Specification`] unless 0 ≤ p < 1/2.
pub fn winsorize(x: &[f64], p: f64, groups: Groups<'_>) -> Result<Vec<f64>> {
    if !(0.0..0.5).contains(&p) {
        return Err(Error::Specification(format!("winsorising needs a share per tail in [0, 0.5), got {p}")));
    }
    let mut out = vec![f64::NAN; x.len()];
    let mut sorted: Vec<f64> = Vec::new();
    for rows in ByGroup::new(x.len(), groups).iter() {
        sorted.clear();
        sorted.extend(rows.iter().map(|&row| x[row]).filter(|value| !value.is_nan()));
        sorted.sort_unstable_by(f64::total_cmp);
        let (low, high) = (quantile(&sorted, p), quantile(&sorted, 1.0 - p));
        for &row in rows {
            if !x[row].is_nan() {
                // An infinite value can make a quantile undefined (∞ − ∞): then that tail is left as it is.
                out[row] = x[row].max(low).min(high);
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_numpy() {
        // numpy 2: np.percentile([1, 2, 4, 8, 16], [5, 50, 95])
        let x = [1.0, 2.0, 4.0, 8.0, 16.0];
        for (q, expected) in [(0.05, 1.2), (0.5, 4.0), (0.95, 14.4)] {
            assert!((quantile(&x, q) - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn selecting_gives_what_sorting_gives() {
        for n in [1, 2, 3, 10, 101] {
            let mut x: Vec<f64> = (0..n).map(|i| f64::from((i * 37 + 11) % 53) / 7.0 - 2.0).collect();
            let mut sorted = x.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            for q in [0.0, 0.05, 0.5, 0.77, 0.95, 1.0] {
                assert_eq!(quantile_unsorted(&mut x, q), quantile(&sorted, q), "{n} {q}");
            }
        }
        assert!(quantile_unsorted(&mut [], 0.5).is_nan());
    }

    #[test]
    fn tails_are_pulled_in_and_missing_stays() {
        let x = [1.0, 2.0, 4.0, 8.0, 16.0, f64::NAN];
        let out = winsorize(&x, 0.05, None).expect("a share");
        assert!((out[0] - 1.2).abs() < 1e-12 && (out[4] - 14.4).abs() < 1e-12 && out[2] == 4.0 && out[5].is_nan());
        assert!(winsorize(&x, 0.5, None).is_err());
        let infinite = [f64::NEG_INFINITY, f64::NEG_INFINITY, 1.0, f64::INFINITY, f64::INFINITY];
        assert_eq!(winsorize(&infinite, 0.1, None).expect("a share").len(), 5);
    }
}
