//! The log-determinant between the places where it was computed.
//!
//! Where it takes a sparse factor each time, a scan of the likelihood cannot ask for it everywhere. It has one curve and no
//! wiggles; what gives a likelihood several peaks are the data, which are cheap. So a scan takes it from the cubic through
//! the four nearest of a few places, and what the scan finds is looked at exactly.

use super::log_det::LogDet;
use super::maximise::scan;
use crate::error::Result;

/// Places at which a costly log-determinant is computed.
const KNOTS: usize = 13;

/// ln |I - rW| for a scan: exact where it is cheap.
pub(crate) struct Smooth<'a> {
    exact: LogDet<'a>,
    /// Ascending; none where the exact value is cheap.
    knots: Vec<(f64, f64)>,
}

impl<'a> Smooth<'a> {
    pub(crate) fn new(exact: LogDet<'a>, bounds: (f64, f64)) -> Result<Self> {
        let places = if exact.prepared.is_sparse() { scan(bounds, KNOTS) } else { Vec::new() };
        let knots = places.into_iter().map(|r| Ok((r, exact.value(r)?))).collect::<Result<_>>()?;
        Ok(Self { exact, knots })
    }

    pub(crate) fn value(&self, r: f64) -> Result<f64> {
        if self.knots.is_empty() { self.exact.value(r) } else { Ok(cubic(&self.knots, r)) }
    }

    /// Whether values are those of the cubic.
    pub(crate) fn is_rough(&self) -> bool {
        !self.knots.is_empty()
    }
}

/// Lagrange's cubic through the four knots around x.
fn cubic(knots: &[(f64, f64)], x: f64) -> f64 {
    let after = knots.partition_point(|knot| knot.0 < x);
    let first = after.saturating_sub(2).min(knots.len().saturating_sub(4));
    let near = &knots[first..knots.len().min(first + 4)];
    let share = |k: usize| -> f64 {
        let others = near.iter().enumerate().filter(|(other, _)| *other != k);
        others.map(|(_, other)| (x - other.0) / (near[k].0 - other.0)).product()
    };
    near.iter().enumerate().map(|(k, knot)| share(k) * knot.1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x³ - 2x + 1 is its own cubic, inside the knots and beyond them.
    #[test]
    fn a_cubic_is_exact() {
        let f = |x: f64| x.powi(3) - 2.0 * x + 1.0;
        let knots: Vec<(f64, f64)> = [-0.9, -0.7, -0.2, 0.1, 0.5, 0.8].map(|x| (x, f(x))).to_vec();
        for x in [-1.0, -0.9, -0.8, -0.3, 0.0, 0.1, 0.3, 0.79, 0.8, 0.99] {
            assert!((cubic(&knots, x) - f(x)).abs() < 1e-14, "{x}: {} {}", cubic(&knots, x), f(x));
        }
    }

    /// Of a curve that is no cubic the nearest knots count: at a knot it is that knot.
    #[test]
    fn a_knot_is_itself() {
        let knots: Vec<(f64, f64)> = [-0.9, -0.7, -0.2, 0.1, 0.5, 0.8].map(|x: f64| (x, (5.0 * x).sin())).to_vec();
        for knot in &knots {
            assert!((cubic(&knots, knot.0) - knot.1).abs() < 1e-15);
        }
        // numpy 2.4.6, `polyval(polyfit(x, sin(5 x), 3), at)` through the four knots around a place, or nearest to it.
        for (at, want) in [
            (-0.05, -0.197_040_342_362),
            (0.3, 0.793_822_285_433),
            (0.95, -1.956_942_983_847),
            (-0.5, -0.368_274_986_537),
        ] {
            assert!((cubic(&knots, at) - want).abs() < 1e-11, "{at}: {}", cubic(&knots, at));
        }
    }
}
