//! Local Moran statistics.

use super::global::{Permutation, Sample};
use crate::error::{Error, Result};
use crate::weights::Weights;
use panel_core::random::{Stream, check_replications};
use rayon::prelude::*;
use serde::Serialize;

/// Own value and neighbours' mean, high or low.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quadrant {
    /// High among high: a hot spot.
    HighHigh,
    /// Low among high.
    LowHigh,
    /// Low among low: a cold spot.
    LowLow,
    /// High among low.
    HighLow,
}

impl Quadrant {
    pub(crate) fn of(own: f64, lag: f64) -> Self {
        match (own > 0.0, lag > 0.0) {
            (true, true) => Self::HighHigh,
            (false, true) => Self::LowHigh,
            (false, false) => Self::LowLow,
            (true, false) => Self::HighLow,
        }
    }
}

/// One entity's part of Moran's I.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LocalMoran {
    /// I_i.
    pub statistic: f64,
    /// Where it lies in Moran's scatter plot.
    pub quadrant: Quadrant,
    /// Conditional permutation test; `None` without permutations or without a neighbour.
    pub permutation: Option<Permutation>,
}

/// Local indicators of spatial association,
///
/// I_i = (n - 1) z_i Σ_j w_ij z_j / Σ_k z_k²
///
/// with p-values from conditional permutation: the value of i stays, its neighbours' values are drawn without
/// replacement from all others. A value at the mean counts as low.
///
/// **Shapes**: one result per entity, `None` where the value is missing. Entities without a neighbour have I_i = 0.
/// The p-values are those of single tests; n of them are looked at together ([`LocalMoran`] leaves the correction to the reader).
///
/// # Errors
/// As [`moran`](super::moran()).
///
/// **Source**: Anselin (1995), Geographical Analysis 27, 93–115; the scale with n - 1 is PySAL's.
pub fn local_moran(
    values: &[f64],
    weights: &Weights,
    permutations: usize,
    seed: u64,
) -> Result<Vec<Option<LocalMoran>>> {
    check_replications(permutations).map_err(Error::Specification)?;
    let sample = Sample::new("local Moran", values, weights)?;
    let scale = (sample.n() - 1.0) / sample.squares;
    let locals: Vec<LocalMoran> = (0..sample.z.len())
        .into_par_iter()
        .map(|i| {
            let lag = sample.weights.lag(i, &sample.z);
            let own = sample.z[i];
            let quadrant = Quadrant::of(own, lag);
            let statistic = scale * own * lag;
            let degree = sample.weights.degree(i);
            let simulated: Vec<f64> = if degree == 0 {
                Vec::new()
            } else {
                let row: Vec<f64> = sample.weights.row(i).map(|(_, weight)| weight).collect();
                let mut others: Vec<f64> = sample.z.clone();
                others.swap_remove(i);
                let mut rng = Stream::new(seed, i as u64);
                (0..permutations)
                    .map(|_| {
                        rng.shuffle(&mut others, degree);
                        scale * own * row.iter().zip(&others).map(|(weight, z)| weight * z).sum::<f64>()
                    })
                    .collect()
            };
            LocalMoran { statistic, quadrant, permutation: Permutation::new(statistic, &simulated) }
        })
        .collect();
    let mut next = locals.into_iter();
    Ok(sample.known.iter().map(|&known| if known { next.next() } else { None }).collect())
}
