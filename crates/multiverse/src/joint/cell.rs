//! What a draw says about one estimate, in seventeen bytes.

use super::problem::{Design, Effect, Target};
use crate::declaration::Direction;
use crate::distribution::{normal_score, upper_normal_score};
use crate::kernel::{Estimate, pair};
use panel_core::distribution::{f_critical, t_quantile};
use std::collections::BTreeMap;

/// Significant and positive (in the sense of the direction asked for).
pub(crate) const POSITIVE: u8 = 1;
/// Significant and negative.
pub(crate) const NEGATIVE: u8 = 2;
/// A U.
pub(crate) const U: u8 = 4;
/// An inverse U.
pub(crate) const INVERSE: u8 = 8;
/// A U in the draw of the boundary null.
pub(crate) const U_EDGE: u8 = 16;
/// An inverse U there.
pub(crate) const INVERSE_EDGE: u8 = 32;
/// The draw gives no estimate.
pub(crate) const BAD: u8 = 64;

/// One estimate in one draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cell {
    pub(crate) effect: f64,
    pub(crate) z: f64,
    pub(crate) flags: u8,
}

impl Cell {
    pub(crate) const BAD: Self = Self { effect: f64::NAN, z: f64::NAN, flags: BAD };
}

/// Turns estimates into cells; keeps critical values by degrees of freedom.
#[derive(Debug, Clone)]
pub(crate) struct Judge {
    level: f64,
    direction: Direction,
    /// By bits of df: critical t of significance, and of one-sided tests.
    t: BTreeMap<u64, (f64, f64)>,
    f: BTreeMap<(usize, u64), f64>,
}

impl Judge {
    pub(crate) fn new(level: f64, direction: Direction) -> Self {
        Self { level, direction, t: BTreeMap::new(), f: BTreeMap::new() }
    }

    fn critical(&mut self, df: f64) -> (f64, f64) {
        let (level, fixed) = (self.level, self.direction != Direction::Predominant);
        *self.t.entry(df.to_bits()).or_insert_with(|| {
            let one_sided = t_quantile(2.0 * level, df);
            (if fixed { one_sided } else { t_quantile(level, df) }, one_sided)
        })
    }

    /// The cell of an estimate whose coefficients are measured from the null.
    pub(crate) fn cell(&mut self, target: &Target, design: &Design, estimate: &Estimate) -> Cell {
        let df = estimate.df;
        let (effect, z, mut flags) = match &target.effect {
            Effect::Combination(weights) => {
                let (effect, _, t) = estimate.combination(weights);
                let (critical, _) = self.critical(df);
                let flags = if t.abs() > critical { if t > 0.0 { POSITIVE } else { NEGATIVE } } else { 0 };
                (effect, normal_score(t, df), flags)
            }
            Effect::AndersonRubin => {
                let count = estimate.b.len();
                let statistic = wald(estimate) / count as f64;
                let level = self.level;
                let critical =
                    *self.f.entry((count, df.to_bits())).or_insert_with(|| f_critical(level, count as f64, df));
                let flags = if statistic > critical { POSITIVE } else { 0 };
                (statistic, upper_normal_score(statistic, count as f64, df), flags)
            }
        };
        if !effect.is_finite() || z.is_nan() {
            return Cell::BAD;
        }
        flags |= self.shape(design, estimate);
        Cell { effect, z, flags }
    }

    /// Whether the first coefficient is positive at the level (two-sided).
    pub(crate) fn is_positive(&mut self, estimate: &Estimate) -> bool {
        estimate.b[0] / estimate.v[0].sqrt() > self.critical(estimate.df).0
    }

    /// The verdict of a curve.
    pub(crate) fn shape(&mut self, design: &Design, estimate: &Estimate) -> u8 {
        let Some((low, high)) = design.range else { return 0 };
        let (b, v) = (&estimate.b, &estimate.v);
        let slope = |x: f64| {
            let slope = b[0] + 2.0 * b[1] * x;
            (slope, slope / (v[0] + 4.0 * x * x * v[2] + 4.0 * x * v[1]).sqrt())
        };
        let ((at_low, t_low), (at_high, t_high)) = (slope(low), slope(high));
        if at_low * at_high >= 0.0 || t_low.abs().min(t_high.abs()) <= self.critical(estimate.df).1 {
            return 0;
        }
        if at_low < 0.0 { U } else { INVERSE }
    }
}

/// b'V⁻¹b.
fn wald(estimate: &Estimate) -> f64 {
    let n = estimate.b.len();
    let mut cholesky = crate::kernel::Cholesky::default();
    cholesky.factor(n, |i, j| estimate.v[pair(i, j)]);
    let mut x = estimate.b.clone();
    cholesky.solve(&mut x);
    x.iter().zip(&estimate.b).map(|(x, b)| x * b).sum()
}
