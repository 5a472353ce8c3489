//! Productivity indices between two periods, as arithmetic on scores.
//!
//! Every multiplicative index here is written on efficiencies e ∈ (0, 1]: the score itself, or 1/(1 + D) for a
//! directional distance, which turns (1 + D)/(1 + D') into e'/e. [`adjacent`] is the geometric mean of Färe, Grosskopf,
//! Norris and Zhang (1994) and, on 1/(1 + D), the Malmquist-Luenberger index of Chung, Färe and Grosskopf (1997);
//! [`pooled`] is the global index of Pastor and Lovell (2005) and Oh (2010), and on two-period frontiers the biennial
//! index of Pastor, Asmild and Lovell (2011). [`luenberger`] works in differences of distances (Chambers, Färe and
//! Grosskopf 1996).

use crate::spec::Index;
use serde::{Deserialize, Serialize};

/// a / b where both are there and positive.
pub(crate) fn ratio(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    a.zip(b).filter(|(a, b)| *b > 0.0 && *a > 0.0).map(|(a, b)| a / b)
}

/// How an index compares: efficiencies by ratios, or distances by differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// An index: parts multiply, and 1 is no change.
    Ratio,
    /// An indicator: parts add, and 0 is no change.
    Difference,
}

impl Comparison {
    /// The comparison of an index.
    #[must_use]
    pub fn of(index: Index) -> Self {
        if index == Index::Luenberger { Self::Difference } else { Self::Ratio }
    }

    /// No change: 1 or 0.
    #[must_use]
    pub fn neutral(self) -> f64 {
        match self {
            Self::Ratio => 1.0,
            Self::Difference => 0.0,
        }
    }

    /// Two changes after another.
    pub(crate) fn chain(self, first: Option<f64>, second: Option<f64>) -> Option<f64> {
        first.zip(second).map(|(a, b)| match self {
            Self::Ratio => a * b,
            Self::Difference => a + b,
        })
    }

    /// Growth from `before` to `after`: the ratio of efficiencies, or how far a distance fell.
    pub(crate) fn growth(self, before: Option<f64>, after: Option<f64>) -> Option<f64> {
        match self {
            Self::Ratio => ratio(after, before),
            Self::Difference => before.zip(after).map(|(b, a)| b - a),
        }
    }

    /// What a whole holds beside a part, so that part and rest make the whole.
    pub(crate) fn rest(self, total: Option<f64>, part: Option<f64>) -> Option<f64> {
        match self {
            Self::Ratio => ratio(total, part),
            Self::Difference => total.zip(part).map(|(t, p)| t - p),
        }
    }
}

/// One transition from t to t + 1, or what of it could be computed.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Change {
    /// Productivity index (above 1 is growth), or indicator (above 0 is growth).
    pub index: Option<f64>,
    /// EC: catching up with the own-period frontier.
    pub efficiency: Option<f64>,
    /// TC: shift of the frontier; BPC, best practice change, of global indices.
    pub technical: Option<f64>,
}

/// Scores of one entity around a transition.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Around {
    /// Row of t on the frontier of t.
    pub base_on_base: Option<f64>,
    /// Row of t + 1 on the frontier of t + 1.
    pub next_on_next: Option<f64>,
    /// Row of t + 1 on the frontier of t.
    pub next_on_base: Option<f64>,
    /// Row of t on the frontier of t + 1.
    pub base_on_next: Option<f64>,
}

/// Geometric mean of two adjacent frontiers:
/// $M = \left[\frac{e^t(t+1)}{e^t(t)} \frac{e^{t+1}(t+1)}{e^{t+1}(t)}\right]^{1/2} = EC \cdot TC$.
#[must_use]
pub fn adjacent(around: &Around) -> Change {
    let efficiency = ratio(around.next_on_next, around.base_on_base);
    let first = ratio(around.next_on_base, around.next_on_next);
    let second = ratio(around.base_on_base, around.base_on_next);
    let technical = first.zip(second).map(|(a, b)| (a * b).sqrt());
    Change { index: efficiency.zip(technical).map(|(e, t)| e * t), efficiency, technical }
}

/// Ratio of scores on one frontier for both periods: $M = e^G(t+1)/e^G(t)$, $EC = e^{t+1}(t+1)/e^t(t)$, $TC = M/EC$.
#[must_use]
pub fn pooled(base: Option<f64>, next: Option<f64>, around: &Around) -> Change {
    let index = ratio(next, base);
    let efficiency = ratio(around.next_on_next, around.base_on_base);
    Change { index, efficiency, technical: ratio(index, efficiency) }
}

/// Luenberger indicator on two adjacent frontiers:
/// $L = \tfrac12[(D^t(t) - D^t(t+1)) + (D^{t+1}(t) - D^{t+1}(t+1))]$, EC = $D^t(t) - D^{t+1}(t+1)$, TC = L − EC.
#[must_use]
pub fn luenberger(around: &Around) -> Change {
    let (base, next) = (around.base_on_base, around.next_on_next);
    let efficiency = base.zip(next).map(|(b, n)| b - n);
    let cross = around.next_on_base.zip(around.base_on_next);
    let index = base.zip(next).zip(cross).map(|((b, n), (nb, bn))| 0.5 * ((b - nb) + (bn - n)));
    Change { index, efficiency, technical: index.zip(efficiency).map(|(i, e)| i - e) }
}

/// Luenberger indicator on one frontier for both periods: D(t) − D(t + 1).
#[must_use]
pub fn luenberger_pooled(base: Option<f64>, next: Option<f64>, around: &Around) -> Change {
    let index = base.zip(next).map(|(b, n)| b - n);
    let efficiency = around.base_on_base.zip(around.next_on_next).map(|(b, n)| b - n);
    Change { index, efficiency, technical: index.zip(efficiency).map(|(i, e)| i - e) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: Option<f64>, want: f64) {
        assert!(got.is_some_and(|got| (got - want).abs() < 1e-15), "{got:?} {want}");
    }

    #[test]
    fn ratios_of_positive_numbers_alone() {
        near(ratio(Some(3.0), Some(4.0)), 0.75);
        for (a, b) in [(0.0, 1.0), (1.0, 0.0), (-1.0, 2.0), (2.0, -1.0), (-1.0, -2.0), (0.0, 0.0), (f64::NAN, 1.0)] {
            assert_eq!(ratio(Some(a), Some(b)), None, "{a} {b}");
        }
        assert_eq!((ratio(None, Some(1.0)), ratio(Some(1.0), None)), (None, None));
    }

    /// ½ [(0.3 + 0.1) + (0.9 - 0.2)] = 0.55, of which 0.3 - 0.2 is catching up.
    #[test]
    fn the_indicator_by_hand() {
        let around = Around {
            base_on_base: Some(0.3),
            next_on_next: Some(0.2),
            next_on_base: Some(-0.1),
            base_on_next: Some(0.9),
        };
        let change = luenberger(&around);
        near(change.index, 0.55);
        near(change.efficiency, 0.1);
        near(change.technical, 0.45);
        let change = luenberger_pooled(Some(0.7), Some(0.45), &around);
        near(change.index, 0.25);
        near(change.efficiency, 0.1);
        near(change.technical, 0.15);
        let change = luenberger(&Around { base_on_next: None, ..around });
        assert_eq!((change.index, change.technical), (None, None));
        near(change.efficiency, 0.1);
    }

    /// EC = 0.8/0.5, TC = √(1.2/0.8 · 0.5/0.4); on one frontier 0.6/0.3 and the rest 2/1.6.
    #[test]
    fn the_index_by_hand() {
        let around = Around {
            base_on_base: Some(0.5),
            next_on_next: Some(0.8),
            next_on_base: Some(1.2),
            base_on_next: Some(0.4),
        };
        let change = adjacent(&around);
        near(change.efficiency, 1.6);
        near(change.technical, 1.875_f64.sqrt());
        near(change.index, 1.6 * 1.875_f64.sqrt());
        let change = pooled(Some(0.3), Some(0.6), &around);
        near(change.index, 2.0);
        near(change.efficiency, 1.6);
        near(change.technical, 1.25);
    }

    #[test]
    fn ratios_multiply_and_differences_add() {
        let (ratio, difference) = (Comparison::of(Index::Malmquist), Comparison::of(Index::Luenberger));
        assert_eq!((ratio, difference), (Comparison::Ratio, Comparison::Difference));
        assert_eq!((ratio.neutral(), difference.neutral()), (1.0, 0.0));
        let (a, b) = (Some(1.5), Some(0.5));
        for (change, chained, growth, rest) in [(ratio, 0.75, 1.0 / 3.0, 3.0), (difference, 2.0, 1.0, 1.0)] {
            near(change.chain(a, b), chained);
            near(change.growth(a, b), growth);
            near(change.rest(a, b), rest);
            assert_eq!((change.chain(a, None), change.growth(None, b), change.rest(a, None)), (None, None, None));
        }
    }
}
