//! The maximum of a likelihood over an interval: a scan, then the root of its derivative.

use crate::error::{Error, Result};

/// A maximum inside the interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Peak {
    pub(crate) at: f64,
    /// Another local maximum of the scan, and how much lower it is.
    pub(crate) second: Option<(f64, f64)>,
}

/// How many times as far as the nearer bound the even part of a scan goes.
const CORE: f64 = 4.0;

/// Places of a scan, ascending: `points` between the bounds, denser near them.
///
/// A bound that lies far out (1 over an eigenvalue near 0) would pull all of them away from where likelihoods have their
/// peaks. So they stay within four times the nearer bound, and beyond that each is a tenth farther out than the last.
pub(crate) fn scan((low, high): (f64, f64), points: usize) -> Vec<f64> {
    let (from, to) = if low < 0.0 && high > 0.0 { (low.max(-CORE * high), high.min(-CORE * low)) } else { (low, high) };
    let outside = |from: f64, bound: f64| {
        let ratio = bound / from;
        let steps = if ratio > 1.0 { (ratio.ln() / 1.1_f64.ln()).ceil().min(8000.0) } else { 0.0 };
        // Two more close to the bound.
        let last = [steps - 0.5, steps - 0.05].into_iter().filter(move |&k| k > 0.0);
        let even = (0..steps as usize).map(|k| k as f64);
        even.chain(last).map(move |k| from * ratio.powf(k / steps))
    };
    let width = to - from;
    let place = |k: f64| from + 0.5 * width * (1.0 - (std::f64::consts::PI * (k + 0.5) / points as f64).cos());
    let mut grid: Vec<f64> = outside(from, low).collect();
    grid.reverse();
    grid.extend((0..points).map(|k| place(k as f64)));
    grid.extend(outside(to, high));
    grid
}

/// How many peaks of a scan are looked at exactly.
const PEAKS: usize = 4;

/// The highest peaks of a scan by their exact heights, the highest first. `rough` is what the scan found: from each of its
/// peaks one climbs to a place that is exactly as high as its neighbours at the least.
fn highest(grid: &[f64], rough: &[f64], value: &mut impl FnMut(f64) -> Result<f64>) -> Result<Vec<(usize, f64)>> {
    let last = grid.len() - 1;
    let is_peak = |k: &usize| {
        let (k, here) = (*k, rough[*k]);
        (k == 0 || here >= rough[k - 1]) && (k == last || here >= rough[k + 1])
    };
    let mut peaks: Vec<usize> = (0..=last).filter(is_peak).collect();
    peaks.sort_by(|&a, &b| rough[b].total_cmp(&rough[a]));
    peaks.truncate(PEAKS);
    let mut found: Vec<(usize, f64)> = Vec::with_capacity(PEAKS);
    for mut k in peaks {
        let mut height = value(grid[k])?;
        for up in [false, true] {
            while if up { k < last } else { k > 0 } {
                let next = if up { k + 1 } else { k - 1 };
                let there = value(grid[next])?;
                if there.is_nan() || there <= height {
                    break;
                }
                (k, height) = (next, there);
            }
        }
        if found.iter().all(|known| known.0 != k) {
            found.push((k, height));
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(found)
}

/// Finds the highest point: the likelihood over a [`scan`], by `rough` values that may be near the exact ones only, then
/// Brent's method on the score between the neighbours of the highest.
///
/// # Errors
/// [`Error::AtBound`] where the likelihood grows up to a bound; what the functions return.
pub(crate) fn maximise(
    parameter: &'static str,
    (low, high): (f64, f64),
    grid: &[f64],
    rough: impl FnMut(f64) -> Result<f64>,
    mut value: impl FnMut(f64) -> Result<f64>,
    mut score: impl FnMut(f64) -> Result<f64>,
) -> Result<Peak> {
    let points = grid.len();
    let scanned = grid.iter().copied().map(rough).collect::<Result<Vec<f64>>>()?;
    let peaks = highest(grid, &scanned, &mut value)?;
    let (best, height) = peaks.first().copied().unwrap_or((0, f64::NAN));
    // Of the bound itself where the interval is lopsided: a millionth of the whole may be more than all of one side. Nearer to a bound
    // whose eigenvalue effects of time take out, rounding decides the sign of the score.
    let margin = |bound: f64| 1e-6 * (high - low).min(2.0 * CORE * bound.abs());
    let mut bracket = (
        if best == 0 { low + margin(low) } else { grid[best - 1] },
        if best + 1 == points { high - margin(high) } else { grid[best + 1] },
    );
    let bound = |bound: f64| Error::AtBound { parameter, bound, low, high };
    let mut ends = (score(bracket.0)?, score(bracket.1)?);
    if best == 0 && ends.0 <= 0.0 {
        return Err(bound(low));
    }
    if best + 1 == points && ends.1 >= 0.0 {
        return Err(bound(high));
    }
    // A wiggle between grid points: narrow down to the part around the highest value.
    for _ in 0..4 {
        if ends.0 > 0.0 && ends.1 < 0.0 {
            break;
        }
        let fine: Vec<f64> = (0..=20).map(|k| bracket.0 + (bracket.1 - bracket.0) * f64::from(k) / 20.0).collect();
        let heights = fine.iter().map(|&r| value(r)).collect::<Result<Vec<f64>>>()?;
        let top = (0..=20).max_by(|&a: &usize, &b| heights[a].total_cmp(&heights[b])).unwrap_or(0);
        bracket = (fine[top.saturating_sub(1)], fine[(top + 1).min(20)]);
        ends = (score(bracket.0)?, score(bracket.1)?);
    }
    if !(ends.0 > 0.0 && ends.1 < 0.0) {
        return Err(Error::NotConverged { what: "the search for the highest likelihood", iterations: points });
    }
    let at = root(bracket, ends, &mut score)?;
    let apart = |peak: &&(usize, f64)| peak.0.abs_diff(best) > 1 && peak.0 > 0 && peak.0 + 1 < points;
    let second = peaks.iter().find(apart).map(|&(k, lower)| (grid[k], height - lower));
    Ok(Peak { at, second })
}

/// Brent's method (1973, ch. 4) down to the last bits.
fn root(bracket: (f64, f64), ends: (f64, f64), f: &mut impl FnMut(f64) -> Result<f64>) -> Result<f64> {
    let ((mut a, mut b), (mut fa, mut fb)) = (bracket, ends);
    let (mut c, mut fc) = (a, fa);
    let (mut step, mut last) = (b - a, b - a);
    for _ in 0..200 {
        if (fb > 0.0) == (fc > 0.0) {
            (c, fc) = (a, fa);
            step = b - a;
            last = step;
        }
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let tolerance = 4.0 * f64::EPSILON * b.abs() + 1e-17;
        let middle = 0.5 * (c - b);
        if middle.abs() <= tolerance || fb == 0.0 {
            return Ok(b);
        }
        if last.abs() >= tolerance && fa.abs() > fb.abs() {
            let s = fb / fa;
            let (mut p, mut q) = if a == c {
                (2.0 * middle * s, 1.0 - s)
            } else {
                let (q, r) = (fa / fc, fb / fc);
                (s * (2.0 * middle * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            if p > 0.0 {
                q = -q
            } else {
                p = -p
            }
            if 2.0 * p < (3.0 * middle * q - (tolerance * q).abs()).min((last * q).abs()) {
                last = step;
                step = p / q;
            } else {
                step = middle;
                last = middle;
            }
        } else {
            step = middle;
            last = middle;
        }
        (a, fa) = (b, fb);
        b += if step.abs() > tolerance { step } else { tolerance.copysign(middle) };
        fb = f(b)?;
    }
    Ok(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_higher_of_two_peaks_and_the_bounds() {
        // -(x² - ¼)² + x/50: peaks near ±½, the right one higher.
        let f = |x: f64| Ok(-(x * x - 0.25).powi(2) + x / 50.0);
        let slope = |x: f64| Ok(-4.0 * x * (x * x - 0.25) + 0.02);
        let peak = maximise("rho", (-1.0, 1.0), &scan((-1.0, 1.0), 40), f, f, slope).expect("a peak");
        assert!(slope(peak.at).expect("finite").abs() < 1e-15 && peak.at > 0.4, "{peak:?}");
        assert!(peak.second.is_some_and(|(at, lower)| at < -0.4 && lower > 0.0));
        let rising = maximise("rho", (-1.0, 1.0), &scan((-1.0, 1.0), 40), Ok, Ok, |_| Ok(1.0));
        assert!(matches!(rising, Err(Error::AtBound { bound: 1.0, .. })));
    }

    /// A scan that is off by up to 0.1, and has its highest place on the lower of two peaks, finds the higher one.
    #[test]
    fn a_rough_scan_finds_the_exact_peak() {
        let f = |x: f64| Ok(-(x * x - 0.25).powi(2) + x / 50.0);
        let slope = |x: f64| Ok(-4.0 * x * (x * x - 0.25) + 0.02);
        let grid = scan((-1.0, 1.0), 60);
        let exact = maximise("rho", (-1.0, 1.0), &grid, f, f, slope).expect("a peak");
        for shift in [-0.1, 0.05, 0.1] {
            let rough = |x: f64| Ok(f(x + shift)? - 0.05 * x);
            let got = maximise("rho", (-1.0, 1.0), &grid, rough, f, slope).expect("a peak");
            assert_eq!(got, exact, "{shift}");
        }
        assert!(exact.at > 0.4 && exact.second.is_some());
    }

    #[test]
    fn a_bound_far_away_hides_no_peak() {
        // Two peaks, the higher and narrower one at -0.11, the other at -8.
        let f = |x: f64| Ok(2.0 / (1.0 + 100.0 * (x + 0.11).powi(2)) + 1.0 / (1.0 + (x + 8.0).powi(2) / 9.0));
        let slope = |x: f64| {
            let (a, b) = (1.0 + 100.0 * (x + 0.11).powi(2), 1.0 + (x + 8.0).powi(2) / 9.0);
            Ok(-400.0 * (x + 0.11) / (a * a) - 2.0 / 9.0 * (x + 8.0) / (b * b))
        };
        for bounds in [(-1e8, 2.234), (-9.0, 1.0), (-1.0, 1.0), (-3.0, 1e6), (-0.5, 1e9)] {
            let grid = scan(bounds, 120);
            assert!(grid.windows(2).all(|pair| pair[0] < pair[1]), "{bounds:?}");
            assert!(bounds.0 <= grid[0] && grid[grid.len() - 1] <= bounds.1, "{bounds:?}");
            let peak = maximise("rho", bounds, &grid, f, f, slope).expect("a peak");
            assert!((peak.at + 0.11).abs() < 1e-2, "{bounds:?} {peak:?}");
            assert_eq!(peak.second.is_some(), bounds.0 < -8.5, "{bounds:?} {peak:?}");
        }
        assert_eq!(scan((-1.0, 1.0), 40).len(), 40);
    }
}
