//! All subsets of optional controls.

use super::blocks::Blocks;
use super::regression::{Estimate, Estimator};
use super::small_sample::SmallSample;
use crate::error::{Error, Result};
use rayon::prelude::*;

/// One outcome on focal regressors, fixed controls and every subset of optional ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subsets {
    /// The outcome.
    pub outcome: usize,
    /// Regressors whose coefficients are wanted.
    pub focal: Vec<usize>,
    /// Controls of every regression.
    pub fixed: Vec<usize>,
    /// Optional controls, each one column or several that go together.
    pub optional: Vec<Vec<usize>>,
}

/// Estimates all 2^k regressions; bit i of a place in the result says whether optional control i is in.
///
/// Each takes a Cholesky factor of at most p columns and one pass over p(p + 1)/2 arrays of one number per cluster.
///
/// # Errors
/// Per regression as [`Estimator::fit`]; [`Error::TooManyChoices`] for more than 30 optional controls.
pub fn estimate_subsets(blocks: &Blocks, subsets: &Subsets, small: &SmallSample) -> Result<Vec<Result<Estimate>>> {
    const MOST: usize = 30;
    const CHUNK: usize = 256;
    if subsets.optional.len() > MOST {
        return Err(Error::TooManyChoices { choices: subsets.optional.len(), limit: MOST });
    }
    let count = 1_usize << subsets.optional.len();
    let chunks: Vec<Vec<Result<Estimate>>> = (0..count.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut estimator = Estimator::new(blocks);
            let mut controls = Vec::new();
            (chunk * CHUNK..count.min((chunk + 1) * CHUNK))
                .map(|bits| {
                    controls.clear();
                    controls.extend_from_slice(&subsets.fixed);
                    let chosen = subsets.optional.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1);
                    chosen.for_each(|(_, columns)| controls.extend_from_slice(columns));
                    estimator.design(&subsets.focal, &controls)?;
                    estimator.outcome(subsets.outcome)?;
                    let mut estimate = Estimate::default();
                    estimator.estimate(small, &mut estimate)?;
                    Ok(estimate)
                })
                .collect()
        })
        .collect();
    Ok(chunks.into_iter().flatten().collect())
}
