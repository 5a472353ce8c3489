//! Turning points of quadratic and inverse relations, with delta and Fieller intervals.

use crate::coefficients::{Derived, check_level};
use crate::distribution::t_critical;
use crate::error::{Error, Result};
use faer::MatRef;

/// A confidence set of a ratio of two normal estimates (Fieller 1954).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum FiellerSet {
    /// `[low, high]`: the denominator differs from zero.
    Interval {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// `(-∞, low] ∪ [high, ∞)`: the denominator does not differ from zero at this level, the numerator does.
    Complement {
        /// End of the left ray.
        low: f64,
        /// Start of the right ray.
        high: f64,
    },
    /// All numbers: neither differs from zero.
    WholeLine,
    /// No number: the denominator is zero for certain, and the numerator differs from zero.
    Empty,
}

impl FiellerSet {
    /// Whether the set holds a number.
    #[must_use]
    pub fn contains(&self, x: f64) -> bool {
        match *self {
            Self::Interval { low, high } => low <= x && x <= high,
            Self::Complement { low, high } => x <= low || x >= high,
            Self::WholeLine => true,
            Self::Empty => false,
        }
    }

    /// The set of r + c for r in this set.
    pub(crate) fn shifted(self, c: f64) -> Self {
        match self {
            Self::Interval { low, high } => Self::Interval { low: low + c, high: high + c },
            Self::Complement { low, high } => Self::Complement { low: low + c, high: high + c },
            Self::WholeLine | Self::Empty => self,
        }
    }

    /// The set of s·r for r in this set, s ≠ 0.
    fn scaled(self, s: f64) -> Self {
        let order = |a: f64, b: f64| if s > 0.0 { (s * a, s * b) } else { (s * b, s * a) };
        match self {
            Self::Interval { low, high } => {
                let (low, high) = order(low, high);
                Self::Interval { low, high }
            }
            Self::Complement { low, high } => {
                let (low, high) = order(low, high);
                Self::Complement { low, high }
            }
            Self::WholeLine | Self::Empty => self,
        }
    }
}

/// {r : (a − r c)² ≤ T²(s_aa − 2r s_ac + r² s_cc)}, the Fieller set of a/c, T the two-sided critical value.
///
/// With q = c² − T²s_cc, p = ac − T²s_ac and d = p² − q(a² − T²s_aa): q > 0 gives an interval, q < 0 with d > 0 its
/// complement, else the whole line. (`mratios` calls q ≤ 0 "NSD" and gives no ends.) A c that is zero without error
/// leaves everything or nothing; numbers that are not finite, and an indefinite covariance, say nothing, which is the
/// whole line.
#[must_use]
pub fn fieller(a: f64, c: f64, s_aa: f64, s_ac: f64, s_cc: f64, critical: f64) -> FiellerSet {
    if is_indefinite(s_aa, s_ac, s_cc) {
        return FiellerSet::WholeLine;
    }
    let t2 = critical * critical;
    let q = c * c - t2 * s_cc;
    let p = a * c - t2 * s_ac;
    // d/T² without the cancellation of its definition.
    let d = (s_ac * s_ac - s_aa * s_cc) * t2 + c * c * s_aa + a * a * s_cc - 2.0 * a * c * s_ac;
    if d < 0.0 || !d.is_finite() || !q.is_finite() {
        return FiellerSet::WholeLine;
    }
    let root = critical * d.sqrt();
    if q == 0.0 {
        let excess = a * a - t2 * s_aa;
        if p == 0.0 {
            return if excess <= 0.0 { FiellerSet::WholeLine } else { FiellerSet::Empty };
        }
        // One end at infinity: the inequality is linear.
        let end = excess / (2.0 * p);
        return if p > 0.0 {
            FiellerSet::Interval { low: end, high: f64::INFINITY }
        } else {
            FiellerSet::Interval { low: f64::NEG_INFINITY, high: end }
        };
    }
    let (one, other) = ((p - root) / q, (p + root) / q);
    let (low, high) = (one.min(other), one.max(other));
    if q > 0.0 { FiellerSet::Interval { low, high } } else { FiellerSet::Complement { low, high } }
}

/// Whether a 2×2 matrix is no covariance: a variance is negative, or the correlation lies outside [−1, 1] by more than
/// rounding. Ways of clustering that are added and subtracted can leave such a one.
pub(crate) fn is_indefinite(s_aa: f64, s_ac: f64, s_cc: f64) -> bool {
    s_aa < 0.0 || s_cc < 0.0 || s_ac * s_ac > s_aa * s_cc * (1.0 + 1e-9)
}

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
