//! What one estimate says: slopes, the test of a U, the turning point, the effect.

use crate::declaration::EffectKind;
use crate::kernel::Estimate;
use panel_core::Floats;
use panel_core::distribution::{t_two_sided, t_upper};
use serde::Serialize;

/// Shape of a curve at a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Falling at the smallest x and rising at the largest, both at the level (one-sided).
    U,
    /// Rising, then falling.
    InverseU,
    /// Without a square: positive at the level (two-sided).
    Positive,
    /// Without a square: negative.
    Negative,
    /// None of these.
    Neither,
}

/// An estimate of x, or of x and x², with the range of x in the rows used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    /// b₁ of x.
    pub b1: f64,
    /// b₂ of x²; `None` for a linear column.
    pub b2: Option<f64>,
    /// Variance of b₁, covariance, variance of b₂; the last two 0 for a linear column.
    pub v: [f64; 3],
    /// Degrees of freedom of t.
    pub df: f64,
    /// Smallest x.
    pub low: f64,
    /// Largest x.
    pub high: f64,
}

/// Statistics of a [`Curve`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Reading {
    /// b₁/se.
    pub t1: f64,
    /// Two-sided p of b₁.
    pub p1: f64,
    /// b₂/se.
    pub t2: Option<f64>,
    /// Two-sided p of b₂.
    pub p2: Option<f64>,
    /// Slopes b₁ + 2b₂x at both ends with their t.
    pub slopes: [(f64, f64); 2],
    /// Lind & Mehlum (2010): min(|t_low|, |t_high|) and its one-sided p, where the slopes have opposite signs.
    pub lind_mehlum: Option<(f64, f64)>,
    /// −b₁/(2b₂).
    pub turning_point: Option<f64>,
    /// Shape at the level.
    pub verdict: Verdict,
}

impl Curve {
    /// From an estimate whose focal regressors are x, or x and x².
    #[must_use]
    pub fn of(estimate: &Estimate, low: f64, high: f64) -> Self {
        let (b, v) = (&estimate.b, &estimate.v);
        let square = b.len() > 1;
        let v = if square { [v[0], v[1], v[2]] } else { [v[0], 0.0, 0.0] };
        Self { b1: b[0], b2: square.then(|| b[1]), v, df: estimate.df, low, high }
    }

    /// Slope at x and its t.
    #[must_use]
    pub fn slope(&self, x: f64) -> (f64, f64) {
        let slope = self.b1 + 2.0 * self.b2.unwrap_or(0.0) * x;
        let variance = self.v[0] + 4.0 * x * x * self.v[2] + 4.0 * x * self.v[1];
        (slope, slope / variance.sqrt())
    }

    /// All statistics at a level.
    #[must_use]
    pub fn read(&self, level: f64) -> Reading {
        let t1 = self.b1 / self.v[0].sqrt();
        let p1 = t_two_sided(t1, self.df);
        let slopes = [self.slope(self.low), self.slope(self.high)];
        let t2 = self.b2.map(|b2| b2 / self.v[2].sqrt());
        let crosses = self.b2.is_some() && slopes[0].0 * slopes[1].0 < 0.0;
        let lind_mehlum = crosses.then(|| {
            let t = slopes[0].1.abs().min(slopes[1].1.abs());
            (t, t_upper(t, self.df))
        });
        let verdict = match (self.b2, lind_mehlum) {
            (Some(_), Some((_, p))) if p < level => {
                if slopes[0].0 < 0.0 {
                    Verdict::U
                } else {
                    Verdict::InverseU
                }
            }
            (None, _) if p1 < level => {
                if self.b1 > 0.0 {
                    Verdict::Positive
                } else {
                    Verdict::Negative
                }
            }
            _ => Verdict::Neither,
        };
        Reading {
            t1,
            p1,
            t2,
            p2: t2.map(|t| t_two_sided(t, self.df)),
            slopes,
            lind_mehlum,
            turning_point: self.b2.filter(|&b2| b2 != 0.0).map(|b2| -self.b1 / (2.0 * b2)),
            verdict,
        }
    }

    /// The end of the range that is nearer to refuting a U: the low one if −t(l) < t(h), else the high one.
    #[must_use]
    pub fn edge(&self) -> f64 {
        if -self.slope(self.low).1 < self.slope(self.high).1 { self.low } else { self.high }
    }
}

/// Share of rows with x beyond a point, x sorted.
#[must_use]
pub fn share_beyond(sorted_x: &[f64], point: f64) -> f64 {
    let below = sorted_x.partition_point(|&x| x <= point);
    (sorted_x.len() - below) as f64 / sorted_x.len() as f64
}

/// Mean and standard deviation, divisor n − 1.
#[must_use]
pub fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (square / (n - 1.0)).sqrt())
}

/// Values of a column in some of its rows.
#[must_use]
pub fn in_rows(values: &[f64], rows: &[u32]) -> Floats {
    rows.iter().map(|&row| values[row as usize]).collect()
}

/// The value that all rows have, where there is one.
#[must_use]
pub fn constant(values: &[f64]) -> Option<f64> {
    let (first, rest) = values.split_first()?;
    rest.iter().all(|value| value == first).then_some(*first)
}

/// What makes effects comparable over universes: moments of x and y over the rows used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Standard deviation of x, divisor n − 1.
    pub sd_x: f64,
    /// Standard deviation of y.
    pub sd_y: f64,
    /// Smallest x.
    pub low: f64,
    /// Median of x.
    pub median: f64,
    /// Largest x.
    pub high: f64,
}

impl EffectKind {
    /// Weights of (b₁, b₂) in the effect: b₂ s_x²/s_y, b₁ s_x/s_y or slope · s_x/s_y; without the scales where `raw`.
    #[must_use]
    pub fn weights(self, scale: &Scale, raw: bool) -> [f64; 2] {
        let (of_x, of_square) =
            if raw { (1.0, 1.0) } else { (scale.sd_x / scale.sd_y, scale.sd_x * scale.sd_x / scale.sd_y) };
        let slope = |x: f64| [of_x, 2.0 * x * of_x];
        match self {
            Self::Square => [0.0, of_square],
            Self::Linear => [of_x, 0.0],
            Self::SlopeLow => slope(scale.low),
            Self::SlopeHigh => slope(scale.high),
            Self::SlopeMedian => slope(scale.median),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.x: mean(c(1, 2, 4)), sd(c(1, 2, 4)).
    #[test]
    fn moments_and_rows_of_a_column() {
        let (mean, sd) = moments(&in_rows(&[9.0, 1.0, 2.0, 4.0], &[1, 2, 3]));
        assert!((mean - 2.333_333_333_333_333).abs() < 1e-15 && (sd - 1.527_525_231_651_947).abs() < 1e-15);
        assert_eq!((constant(&[3.0, 3.0]), constant(&[3.0, 2.0]), constant(&[])), (Some(3.0), None, None));
    }
}
