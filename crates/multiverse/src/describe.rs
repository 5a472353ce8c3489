//! Descriptions of a group of universes, each counted once.

use crate::distribution::quantile;
use crate::reading::Verdict;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of one universe.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// An estimate.
    Estimated(Box<Measured>),
    /// The reason why there is none.
    Refused(String),
}

/// The numbers of one estimated universe that descriptions use.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Effect.
    pub effect: f64,
    /// Two-sided p of the effect.
    pub p: f64,
    /// Shape at the level.
    pub verdict: Verdict,
    /// −b₁/(2b₂).
    pub turning_point: Option<f64>,
    /// Whether it lies between the 5 and the 95 % quantile of x.
    pub turning_inside: Option<bool>,
    /// Share of rows beyond it.
    pub share_beyond: Option<f64>,
    /// Hash of outcome, regressors and rows: equal for universes that are one estimate.
    pub fingerprint: u128,
}

/// Description of a group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Description {
    /// Universes, the refused ones included.
    pub universes: usize,
    /// Universes with an estimate.
    pub estimated: usize,
    /// Each estimate counted as often as universes share it.
    pub by_universe: Option<Summary>,
    /// Each different estimate counted once.
    pub distinct: Option<Summary>,
    /// Refused universes by reason.
    pub refused: BTreeMap<String, usize>,
}

/// Numbers of a group of estimates.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Estimates.
    pub n: usize,
    /// 5, 25, 50, 75 and 95 % quantile of the effect.
    pub effect: [f64; 5],
    /// Share of positive effects.
    pub share_positive: f64,
    /// Share of significant positive effects.
    pub share_significant_positive: f64,
    /// Share of significant negative effects.
    pub share_significant_negative: f64,
    /// Share with a U.
    pub share_u: f64,
    /// Share with an inverse U.
    pub share_inverse_u: f64,
    /// Share with neither.
    pub share_neither: f64,
    /// Share with the turning point between the 5 and the 95 % quantile of x; `None` without curves.
    pub share_turning_inside: Option<f64>,
    /// 5, 25, 50, 75 and 95 % quantile of the turning point, for groups with one unit of x.
    pub turning_point: Option<[f64; 5]>,
    /// The same of the share of rows beyond it.
    pub share_beyond: Option<[f64; 5]>,
}

/// Describes a group at a level of significance.
#[must_use]
pub fn describe<'a>(group: impl IntoIterator<Item = &'a Outcome>, level: f64) -> Description {
    let (mut universes, mut refused) = (0, BTreeMap::new());
    let mut measured: Vec<&Measured> = Vec::new();
    for outcome in group {
        universes += 1;
        match outcome {
            Outcome::Estimated(one) => measured.push(one),
            Outcome::Refused(reason) => *refused.entry(reason.clone()).or_insert(0) += 1,
        }
    }
    let mut seen = BTreeSet::new();
    let distinct: Vec<&Measured> = measured.iter().copied().filter(|one| seen.insert(one.fingerprint)).collect();
    Description {
        universes,
        estimated: measured.len(),
        by_universe: summary(&measured, level),
        distinct: summary(&distinct, level),
        refused,
    }
}

fn summary(group: &[&Measured], level: f64) -> Option<Summary> {
    let n = group.len();
    let share =
        |condition: &dyn Fn(&Measured) -> bool| group.iter().filter(|one| condition(one)).count() as f64 / n as f64;
    let quantiles = |values: Vec<f64>| five(values.into_iter().filter(|value| value.is_finite()).collect());
    let turning: Vec<f64> = group.iter().filter_map(|one| one.turning_point).collect();
    Some(Summary {
        n,
        effect: quantiles(group.iter().map(|one| one.effect).collect())?,
        share_positive: share(&|one| one.effect > 0.0),
        share_significant_positive: share(&|one| one.effect > 0.0 && one.p < level),
        share_significant_negative: share(&|one| one.effect < 0.0 && one.p < level),
        share_u: share(&|one| one.verdict == Verdict::U),
        share_inverse_u: share(&|one| one.verdict == Verdict::InverseU),
        share_neither: share(&|one| !matches!(one.verdict, Verdict::U | Verdict::InverseU)),
        share_turning_inside: (!turning.is_empty()).then(|| share(&|one| one.turning_inside == Some(true))),
        turning_point: quantiles(turning),
        share_beyond: quantiles(group.iter().filter_map(|one| one.share_beyond).collect()),
    })
}

fn five(mut values: Vec<f64>) -> Option<[f64; 5]> {
    values.sort_unstable_by(f64::total_cmp);
    let mut out = [0.0; 5];
    for (out, share) in out.iter_mut().zip([0.05, 0.25, 0.5, 0.75, 0.95]) {
        *out = quantile(&values, share)?;
    }
    Some(out)
}
