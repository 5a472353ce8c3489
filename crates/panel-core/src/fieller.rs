//! The confidence set of a ratio of two normal estimates.

use crate::number::seven_digits as number;
use serde::Serialize;
use std::fmt;

/// A confidence set of a ratio of two normal estimates (Fieller 1954).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
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

    /// The intervals that it consists of, in ascending order; an end that is not there is infinite.
    #[must_use]
    pub fn intervals(&self) -> Vec<(Option<f64>, Option<f64>)> {
        let end = |x: f64| Some(x).filter(|x| x.is_finite());
        match *self {
            Self::Interval { low, high } => vec![(end(low), end(high))],
            Self::Complement { low, high } => vec![(None, end(low)), (end(high), None)],
            Self::WholeLine => vec![(None, None)],
            Self::Empty => Vec::new(),
        }
    }

    /// The set of r + c for r in this set.
    #[must_use]
    pub fn shifted(self, c: f64) -> Self {
        self.mapped(|end| end + c)
    }

    /// The set of s·r for r in this set, s ≠ 0.
    #[must_use]
    pub fn scaled(self, s: f64) -> Self {
        self.mapped(|end| s * end)
    }

    fn mapped(self, to: impl Fn(f64) -> f64) -> Self {
        let order = |a: f64, b: f64| (a.min(b), a.max(b));
        match self {
            Self::Interval { low, high } => {
                let (low, high) = order(to(low), to(high));
                Self::Interval { low, high }
            }
            Self::Complement { low, high } => {
                let (low, high) = order(to(low), to(high));
                Self::Complement { low, high }
            }
            Self::WholeLine | Self::Empty => self,
        }
    }
}

impl fmt::Display for FiellerSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Interval { low, high } => write!(f, "[{}, {}]", number(low), number(high)),
            Self::Complement { low, high } => write!(f, "(-inf, {}] or [{}, inf)", number(low), number(high)),
            Self::WholeLine => f.write_str("(-inf, inf)"),
            Self::Empty => f.write_str("empty"),
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
#[must_use]
pub fn is_indefinite(s_aa: f64, s_ac: f64, s_cc: f64) -> bool {
    s_aa < 0.0 || s_cc < 0.0 || s_ac * s_ac > s_aa * s_cc * (1.0 + 1e-9)
}
