//! Turning points of quadratic and inverse relations, with delta and Fieller intervals.

use crate::coefficients::{Derived, check_level};
use crate::error::{Error, Result};
use faer::MatRef;
use panel_core::distribution::t_critical;
use panel_core::fieller::is_indefinite;
pub use panel_core::fieller::{FiellerSet, fieller};

/// The delta-method estimate, without a standard error under a covariance that is none.
fn delta(value: f64, gradient: &[f64; 2], covariance: MatRef<'_, f64>, df: f64) -> Derived {
    let estimate = Derived::new(value, gradient, covariance, df);
    match is_indefinite(covariance[(0, 0)], covariance[(0, 1)], covariance[(1, 1)]) {
        true => Derived { se: f64::NAN, ..estimate },
        false => estimate,
    }
}

/// The extremum of a fitted curve.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TurningPoint {
    /// Estimate with its delta-method standard error.
    pub estimate: Derived,
    /// Level of the sets below.
    pub level: f64,
    /// Delta-method interval.
    pub delta: (f64, f64),
    /// Fieller set.
    pub fieller: FiellerSet,
}

impl TurningPoint {
    /// The same for x + c in place of x.
    pub(crate) fn shifted(self, c: f64) -> Self {
        let estimate = Derived { value: self.estimate.value + c, ..self.estimate };
        Self {
            estimate,
            level: self.level,
            delta: (self.delta.0 + c, self.delta.1 + c),
            fieller: self.fieller.shifted(c),
        }
    }
}

/// x* = −b₁/(2b₂) of b₁x + b₂x², with gradient (−1/(2b₂), b₁/(2b₂²)) and the Fieller set of −½ b₁/b₂.
///
/// `covariance` is 2×2, of (b₁, b₂).
///
/// # Errors
/// [`Error::Specification`] when b₂ is zero or not finite, or for a level outside (0, 1).
pub fn turning_point(b1: f64, b2: f64, covariance: MatRef<'_, f64>, df: f64, level: f64) -> Result<TurningPoint> {
    check_level(level)?;
    if b2 == 0.0 || !b1.is_finite() || !b2.is_finite() {
        return Err(Error::Specification(format!("a turning point needs a squared term, its coefficient is {b2}")));
    }
    let gradient = [-0.5 / b2, 0.5 * b1 / (b2 * b2)];
    let estimate = delta(-0.5 * b1 / b2, &gradient, covariance, df);
    let critical = t_critical(level, df);
    let set = fieller(b1, b2, covariance[(0, 0)], covariance[(0, 1)], covariance[(1, 1)], critical).scaled(-0.5);
    Ok(TurningPoint { estimate, level, delta: estimate.interval(level), fieller: set })
}

/// x* = √(b₂/b₁) of b₁x + b₂/x, with gradient (−x*/(2b₁), x*/(2b₂)) and the root of the Fieller set of b₂/b₁ > 0.
///
/// # Errors
/// [`Error::Specification`] when b₂/b₁ is not positive: the curve has no extremum; or for a level outside (0, 1).
pub fn inverse_turning_point(
    b1: f64,
    b2: f64,
    covariance: MatRef<'_, f64>,
    df: f64,
    level: f64,
) -> Result<TurningPoint> {
    check_level(level)?;
    let ratio = b2 / b1;
    if !(ratio > 0.0 && ratio.is_finite()) {
        return Err(Error::Specification(format!(
            "b1 x + b2/x has no extremum for b1 = {b1}, b2 = {b2}: they need the same sign"
        )));
    }
    let x = ratio.sqrt();
    let estimate = delta(x, &[-0.5 * x / b1, 0.5 * x / b2], covariance, df);
    let critical = t_critical(level, df);
    let root = |r: f64| if r > 0.0 { r.sqrt() } else { 0.0 };
    let set = match fieller(b2, b1, covariance[(1, 1)], covariance[(0, 1)], covariance[(0, 0)], critical) {
        FiellerSet::Interval { low, high } => FiellerSet::Interval { low: root(low), high: root(high) },
        FiellerSet::Complement { low, high } if low > 0.0 => {
            FiellerSet::Complement { low: root(low), high: root(high) }
        }
        FiellerSet::Complement { high, .. } => FiellerSet::Interval { low: root(high), high: f64::INFINITY },
        FiellerSet::WholeLine => FiellerSet::Interval { low: 0.0, high: f64::INFINITY },
        FiellerSet::Empty => FiellerSet::Empty,
    };
    Ok(TurningPoint { estimate, level, delta: estimate.interval(level), fieller: set })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_cases() {
        let interval = fieller(1.0, 1.0, 0.01, 0.0, 0.01, 2.0);
        assert!(matches!(interval, FiellerSet::Interval { .. }) && interval.contains(1.0));
        let complement = fieller(1.0, 0.1, 0.01, 0.0, 0.01, 2.0);
        assert!(matches!(complement, FiellerSet::Complement { .. }) && complement.contains(10.0));
        assert_eq!(fieller(0.1, 0.1, 0.01, 0.0, 0.01, 2.0), FiellerSet::WholeLine);
    }

    // Two ways of clustering can leave positive variances with a "correlation" of 1.2.
    #[test]
    fn an_indefinite_covariance_gives_no_interval() {
        assert_eq!(fieller(1.0, 1.0, 0.01, 0.012, 0.01, 2.0), FiellerSet::WholeLine);
        let v = faer::mat![[0.01, 0.012], [0.012, 0.01]];
        let point = turning_point(-2.0, 0.5, v.as_ref(), 30.0, 0.95).expect("a squared term");
        assert!(point.estimate.value == 2.0 && point.estimate.se.is_nan() && point.delta.0.is_nan(), "{point:?}");
        assert_eq!(point.fieller, FiellerSet::WholeLine);
        // Nearly collinear terms are no such case: their correlation exceeds one by rounding at most.
        let near = 0.01 * (1.0 + 1e-13);
        assert!(!is_indefinite(0.01, near, 0.01) && is_indefinite(0.01, 0.0101, 0.01) && is_indefinite(-1.0, 0.0, 1.0));
    }

    // {r : a² ≤ T²s_aa} for c = 0 without error.
    #[test]
    fn a_denominator_that_is_zero_for_certain() {
        assert_eq!(fieller(3.0, 0.0, 0.04, 0.0, 0.0, 2.0), FiellerSet::Empty);
        assert_eq!(fieller(0.1, 0.0, 0.04, 0.0, 0.0, 2.0), FiellerSet::WholeLine);
        assert_eq!(fieller(0.1, f64::NAN, 0.04, 0.0, 0.0, 2.0), FiellerSet::WholeLine);
    }

    #[test]
    fn sets_move_and_stretch() {
        let (interval, rays) =
            (FiellerSet::Interval { low: 2.0, high: 4.0 }, FiellerSet::Complement { low: 2.0, high: 4.0 });
        assert_eq!(interval.shifted(10.0), FiellerSet::Interval { low: 12.0, high: 14.0 });
        assert_eq!(rays.shifted(10.0), FiellerSet::Complement { low: 12.0, high: 14.0 });
        assert_eq!(interval.scaled(3.0), FiellerSet::Interval { low: 6.0, high: 12.0 });
        assert_eq!(interval.scaled(-3.0), FiellerSet::Interval { low: -12.0, high: -6.0 });
        assert_eq!(rays.scaled(3.0), FiellerSet::Complement { low: 6.0, high: 12.0 });
        assert_eq!(rays.scaled(-3.0), FiellerSet::Complement { low: -12.0, high: -6.0 });
        // One negative variance is enough, though the other be zero.
        assert!(is_indefinite(-1.0, 0.0, 0.0) && is_indefinite(0.0, 0.0, -1.0) && !is_indefinite(0.0, 0.0, 0.0));
        for set in [FiellerSet::WholeLine, FiellerSet::Empty] {
            assert_eq!((set.shifted(10.0), set.scaled(-3.0)), (set, set));
        }
        let estimate = Derived { value: 1.5, se: 0.25, df: 9.0 };
        let point = TurningPoint { estimate, level: 0.9, delta: (1.25, 1.75), fieller: interval }.shifted(10.0);
        assert_eq!((point.estimate.value, point.estimate.se, point.level), (11.5, 0.25, 0.9));
        assert_eq!((point.delta, point.fieller), ((11.25, 11.75), interval.shifted(10.0)));
    }
}
