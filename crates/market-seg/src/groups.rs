//! Within and between provinces, period by period.

use crate::engine::totals;
use crate::error::{Error, Result};
use crate::means::demeaning;
use crate::prices::PriceChanges;
use crate::relations::Relations;
use crate::spec::SegSpec;
use panel_core::geo::Adjacency;
use panel_core::sum::compensated_sum;
use serde::Serialize;

/// Pairs of one group against pairs of two.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupSplit {
    /// Period (index of its label).
    pub time: u32,
    /// Pairs within a group.
    pub within_pairs: u64,
    /// Their mean variance; `NaN` without a pair.
    pub within: f64,
    /// Pairs between groups.
    pub between_pairs: u64,
    /// Their mean variance; `NaN` without a pair.
    pub between: f64,
    /// Integration within, the mean variance to the power -½.
    pub within_integration: f64,
    /// Integration between.
    pub between_integration: f64,
}

/// Mean variance of relative price changes within and between groups (provinces), by period.
///
/// The pairs are those of `spec`, the demeaning too, the weights of `spec` are not used: every pair counts once.
/// Entities without a group are in no pair. Missing goods as in [`segmentation`](crate::segmentation()).
///
/// # Errors
/// As [`segmentation`](crate::segmentation()); [`Error::Missing`] without groups.
pub fn within_between(changes: &PriceChanges, relations: &Relations<'_>, spec: &SegSpec) -> Result<Vec<GroupSplit>> {
    let plain = spec.unweighted();
    plain.validate()?;
    relations.validate(changes, &plain)?;
    let Some(group) = relations.group else {
        return Err(Error::Missing { option: "within and between".into(), needs: "a group of each entity" });
    };
    let n = changes.n_entities();
    let selected = relations.selected(n, &plain)?;
    let means = demeaning(changes, selected.as_ref(), &plain);
    let grouped = |i: usize| group[i] != Relations::NO_GROUP;
    let all = match selected {
        None if (0..n).all(grouped) => None,
        None => {
            Some(filtered(n, (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))), |i, j| grouped(i) && grouped(j))?)
        }
        Some(list) => Some(filtered(n, list.pairs(), |i, j| grouped(i) && grouped(j))?),
    };
    let same = |i: usize, j: usize| group[i] == group[j];
    let inside = match &all {
        None => relations.selected(n, &SegSpec { pairs: crate::PairRule::WithinGroup, ..plain.clone() })?,
        Some(list) => Some(filtered(n, list.pairs(), same)?),
    };
    let every = totals(changes, relations, &means, all.as_ref(), &plain);
    let within = totals(changes, relations, &means, inside.as_ref(), &plain);
    let periods = changes.n_periods();
    Ok((0..periods)
        .map(|t| {
            let sum = |values: &[f64]| 0.5 * compensated_sum((0..n).map(|i| values[i * periods + t]));
            let (all_pairs, all_sum) = (sum(&every.count), sum(&every.plain));
            let (in_pairs, in_sum) = (sum(&within.count), sum(&within.plain));
            let (within, between) = (in_sum / in_pairs, (all_sum - in_sum).max(0.0) / (all_pairs - in_pairs));
            let integration = |variance: f64| if variance > 0.0 { variance.sqrt().recip() } else { f64::NAN };
            GroupSplit {
                time: t as u32,
                within_pairs: in_pairs as u64,
                within,
                between_pairs: (all_pairs - in_pairs) as u64,
                between,
                within_integration: integration(within),
                between_integration: integration(between),
            }
        })
        .collect())
}

fn filtered(
    n: usize,
    pairs: impl Iterator<Item = (usize, usize)>,
    keep: impl Fn(usize, usize) -> bool,
) -> Result<Adjacency> {
    Ok(Adjacency::from_pairs(n, pairs.filter(|&(i, j)| keep(i, j)))?)
}
