//! Where an effect changes its sign: turning points and U tests of direct, indirect and total effects.

use super::Effect;
use crate::error::{Error, Result};
use crate::result::{Estimated, SpatialFit};
use panel_core::distribution::{normal_critical, normal_upper};
pub use panel_core::fieller::{FiellerSet, fieller};
use serde::Serialize;

/// The level of x at which an effect of x and x² changes its sign.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TurningPoint {
    /// Which effect.
    pub effect: Effect,
    /// Estimate with its delta-method standard error.
    pub estimate: Estimated,
    /// Level of the sets below.
    pub level: f64,
    /// Delta-method interval.
    pub delta: (f64, f64),
    /// Fieller set.
    pub fieller: FiellerSet,
}

/// The alternative of a U test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UShape {
    /// Falling, then rising.
    U,
    /// Rising, then falling.
    InverseU,
    /// Neither: both slopes are 0.
    Flat,
}

/// The effect at one end of the range of x.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EndSlope {
    /// The end.
    pub at: f64,
    /// Effect there, D₁ + 2xD₂.
    pub slope: f64,
    /// Its standard error.
    pub se: f64,
    /// slope/se.
    pub z: f64,
    /// P(Z ≥ |z|), one-sided.
    pub p: f64,
}

/// A test of a U shape of an effect over the range of x.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UTest {
    /// Which effect.
    pub effect: Effect,
    /// The alternative, from the signs of the slopes; where they agree, from the curvature.
    pub shape: UShape,
    /// Slopes at the lower and the upper end.
    pub ends: [EndSlope; 2],
    /// The weaker of the two one-sided tests, (z, p); none where the turning point lies outside the range, which is a
    /// trivial failure to reject.
    pub overall: Option<(f64, f64)>,
}

impl SpatialFit {
    /// Where the effect of x turns: v = -D₁/(2D₂) with D₁, D₂ the effects of the columns of x and x².
    ///
    /// With weights of common row sums the total effect turns at -(b₁ + θ₁)/(2(b₂ + θ₂)), free of ρ.
    ///
    /// # Errors
    /// [`Error::UnknownName`]; [`Error::Undefined`] where the effect of x² is 0; [`Error::Specification`] for a level outside (0, 1).
    pub fn turning_point(&self, linear: &str, squared: &str, effect: Effect, level: f64) -> Result<TurningPoint> {
        let critical = critical(level)?;
        let (d1, d2) = (self.form(linear, effect)?, self.form(squared, effect)?);
        if d2.value == 0.0 || !d2.value.is_finite() || !d1.value.is_finite() {
            return Err(Error::Undefined {
                statistic: "the turning point",
                reason: format!("the {effect:?} effect of `{squared}` is {}", d2.value).to_lowercase(),
            });
        }
        let v = self.effects_covariance(&[(linear, effect), (squared, effect)])?;
        let gradient = [-0.5 / d2.value, 0.5 * d1.value / (d2.value * d2.value)];
        let estimate = Estimated::new(-0.5 * d1.value / d2.value, v.form(&gradient, &gradient));
        let half = critical * estimate.se;
        // -D₁/(2D₂) is the ratio of D₁ to -2D₂.
        let set = fieller(d1.value, -2.0 * d2.value, v[(0, 0)], -2.0 * v[(0, 1)], 4.0 * v[(1, 1)], critical);
        Ok(TurningPoint {
            effect,
            estimate,
            level,
            delta: (estimate.value - half, estimate.value + half),
            fieller: set,
        })
    }

    /// Tests a U (or inverse U) of an effect against monotonicity over `[low, high]`, the range of x in the sample.
    ///
    /// # Errors
    /// [`Error::UnknownName`]; [`Error::Specification`] for a range that is none.
    ///
    /// **Source**: Lind & Mehlum (2010), Oxford Bulletin of Economics and Statistics 72, 109–118, with normal quantiles.
    pub fn u_test(&self, linear: &str, squared: &str, effect: Effect, (low, high): (f64, f64)) -> Result<UTest> {
        if !(low < high && low.is_finite() && high.is_finite()) {
            return Err(Error::Specification(format!("a U test needs a range low < high, got [{low}, {high}]")));
        }
        let (d1, d2) = (self.form(linear, effect)?.value, self.form(squared, effect)?.value);
        let v = self.effects_covariance(&[(linear, effect), (squared, effect)])?;
        let ends = [low, high].map(|at| {
            let gradient = [1.0, 2.0 * at];
            let slope = d1 + 2.0 * at * d2;
            let se = v.form(&gradient, &gradient).sqrt();
            let z = slope / se;
            EndSlope { at, slope, se, z, p: normal_upper(z.abs()) }
        });
        let (shape, crosses) = match (ends[0].slope < 0.0, ends[1].slope < 0.0) {
            (true, false) => (UShape::U, true),
            (false, true) => (UShape::InverseU, true),
            _ if ends.iter().all(|end| end.slope == 0.0) => (UShape::Flat, false),
            _ => (if d2 > 0.0 { UShape::U } else { UShape::InverseU }, false),
        };
        let weaker = if ends[0].z.abs() < ends[1].z.abs() { ends[0] } else { ends[1] };
        Ok(UTest { effect, shape, ends, overall: crosses.then_some((weaker.z.abs(), weaker.p)) })
    }
}

fn critical(level: f64) -> Result<f64> {
    if level > 0.0 && level < 1.0 {
        return Ok(normal_critical(level));
    }
    Err(Error::Specification(format!("level {level}: expected a number between 0 and 1")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cases_of_fieller() {
        let interval = fieller(1.0, 1.0, 0.01, 0.0, 0.01, 2.0);
        assert!(matches!(interval, FiellerSet::Interval { .. }) && interval.contains(1.0));
        let complement = fieller(1.0, 0.1, 0.01, 0.0, 0.01, 2.0);
        assert!(matches!(complement, FiellerSet::Complement { .. }) && complement.contains(10.0));
        assert_eq!(fieller(0.1, 0.1, 0.01, 0.0, 0.01, 2.0), FiellerSet::WholeLine);
        assert_eq!(fieller(3.0, 0.0, 0.04, 0.0, 0.0, 2.0), FiellerSet::Empty);
    }
}
