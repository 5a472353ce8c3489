//! The maximum of a likelihood over an interval: a scan, then the root of its derivative.

use crate::error::{Error, Result};

/// A maximum inside the interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Peak {
    pub(crate) at: f64,
    /// Another local maximum of the scan, and how much lower it is.
    pub(crate) second: Option<(f64, f64)>,
}

/// Finds the highest point: `points` values of the likelihood, denser near the bounds, then Brent's method on the score
/// between the neighbours of the highest.
///
/// # Errors
/// [`Error::AtBound`] where the likelihood grows up to a bound; what the functions return.
pub(crate) fn maximise(
    parameter: &'static str,
    (low, high): (f64, f64),
    points: usize,
    mut value: impl FnMut(f64) -> Result<f64>,
    mut score: impl FnMut(f64) -> Result<f64>,
) -> Result<Peak> {
    let width = high - low;
    let place = |k: f64| low + 0.5 * width * (1.0 - (std::f64::consts::PI * (k + 0.5) / points as f64).cos());
    let grid: Vec<f64> = (0..points).map(|k| place(k as f64)).collect();
    let values = grid.iter().map(|&r| value(r)).collect::<Result<Vec<f64>>>()?;
    let best = (0..points).max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0);
    let margin = 1e-10 * width;
    let mut bracket = (
        if best == 0 { low + margin } else { grid[best - 1] },
        if best + 1 == points { high - margin } else { grid[best + 1] },
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
    let peaks =
        (1..points - 1).filter(|&k| k.abs_diff(best) > 1 && values[k] > values[k - 1] && values[k] > values[k + 1]);
    let second = peaks.max_by(|&a, &b| values[a].total_cmp(&values[b])).map(|k| (grid[k], values[best] - values[k]));
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
        let peak = maximise("rho", (-1.0, 1.0), 40, f, slope).expect("a peak");
        assert!(slope(peak.at).expect("finite").abs() < 1e-15 && peak.at > 0.4, "{peak:?}");
        assert!(peak.second.is_some_and(|(at, lower)| at < -0.4 && lower > 0.0));
        let rising = maximise("rho", (-1.0, 1.0), 40, Ok, |_| Ok(1.0));
        assert!(matches!(rising, Err(Error::AtBound { bound: 1.0, .. })));
    }
}
