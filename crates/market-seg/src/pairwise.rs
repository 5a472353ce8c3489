//! The variance of every pair and period, written out.

use crate::error::Result;
use crate::means::demeaning;
use crate::prices::PriceChanges;
use crate::relations::Relations;
use crate::spec::SegSpec;
use crate::variance::Variance;
use panel_core::sum::compensated_sum;
use rayon::prelude::*;
use serde::Serialize;

/// Variances by pair and period.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PairVariances {
    /// Unordered pairs (i, j), i < j, ascending.
    pub pairs: Vec<(u32, u32)>,
    /// Number of periods: pair p, period t stands at `p * n_periods + t`.
    pub n_periods: usize,
    /// Var over goods; `NaN` where the pair has too few goods in common.
    pub variance: Vec<f64>,
}

/// A pair over all periods.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PairMean {
    /// One entity.
    pub entity: u32,
    /// The other.
    pub partner: u32,
    /// Mean of the variance over the periods that have one.
    pub mean: f64,
    /// Number of those periods.
    pub periods: u32,
}

/// Var_k(q_ijt^k) for the pairs of the specification, as [`segmentation`](crate::segmentation()) adds them up.
///
/// **Memory**: one value per pair and period, n²T/2 for all pairs: for large n prefer the sums.
///
/// # Errors
/// As [`segmentation`](crate::segmentation()).
pub fn pair_variances(changes: &PriceChanges, relations: &Relations<'_>, spec: &SegSpec) -> Result<PairVariances> {
    spec.validate()?;
    relations.validate(changes, spec)?;
    let (n, periods, goods) = (changes.n_entities(), changes.n_periods(), changes.n_goods());
    let selected = relations.selected(n, spec)?;
    let means = demeaning(changes, selected.as_ref(), spec);
    let pairs: Vec<(u32, u32)> = match &selected {
        Some(list) => list.pairs().map(|(i, j)| (i as u32, j as u32)).collect(),
        None => (0..n as u32).flat_map(|i| (i + 1..n as u32).map(move |j| (i, j))).collect(),
    };
    // Entity by entity, period by period, good by good.
    let mut rows = vec![f64::NAN; n * periods * goods];
    for t in 0..periods {
        for k in 0..goods {
            for (i, &x) in changes.slice(t, k).iter().enumerate() {
                rows[(i * periods + t) * goods + k] = x;
            }
        }
    }
    let rule = Variance::new(spec);
    let mut variance = vec![f64::NAN; pairs.len() * periods];
    variance.par_chunks_mut(periods.max(1)).zip(&pairs).with_min_len(256).for_each(|(cells, &(i, j))| {
        for (t, cell) in cells.iter_mut().enumerate() {
            let row = |e: u32| &rows[(e as usize * periods + t) * goods..(e as usize * periods + t + 1) * goods];
            *cell = rule.of_pair(row(i), &means[t * goods..(t + 1) * goods], row(j).iter().copied());
        }
    });
    Ok(PairVariances { pairs, n_periods: periods, variance })
}

impl PairVariances {
    /// Mean over periods of every pair that has a variance in at least one.
    #[must_use]
    pub fn over_time(&self) -> Vec<PairMean> {
        self.pairs
            .iter()
            .enumerate()
            .filter_map(|(p, &(entity, partner))| {
                let cells = &self.variance[p * self.n_periods..(p + 1) * self.n_periods];
                let known = || cells.iter().copied().filter(|value| !value.is_nan());
                let periods = known().count() as u32;
                let mean = compensated_sum(known()) / f64::from(periods);
                (periods > 0).then_some(PairMean { entity, partner, mean, periods })
            })
            .collect()
    }
}
