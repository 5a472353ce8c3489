//! Intervals of ordered shares from resampled responses.

use super::Cells;
use super::game::ordered_shares;
use super::orders::Orders;
use crate::distribution::quantile;
use crate::error::{Error, Result};
use rayon::prelude::*;
use serde::Serialize;

/// 5 and 95 % quantile of the ordered shares over draws. Sampling noise adds variance that follows the data choices, so
/// that an interval need not be centred on the share: both are given and nothing is corrected.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Interval {
    /// Draws used.
    pub draws: usize,
    /// Draws left out because the response did not vary, or did not exist, in some universe.
    pub left_out: usize,
    /// 5 % by choice; empty without draws.
    pub low: Vec<f64>,
    /// 95 % by choice.
    pub high: Vec<f64>,
}

/// Draws that are attributed together.
const LANES: usize = 64;

/// Intervals of one response: `draws` holds a value per universe for each draw.
///
/// # Errors
/// As [`super::attribute`], but a draw with a value that is not finite is left out and counted.
pub fn intervals(cells: &Cells, draws: &[Vec<f64>]) -> Result<Interval> {
    intervals_of(cells, draws.len(), |draw| draws[draw].clone())
}

/// The same of draws that are asked for when their turn comes, sixty-four at a time.
///
/// # Errors
/// As [`intervals`].
pub fn intervals_of(cells: &Cells, draws: usize, draw: impl Fn(usize) -> Vec<f64> + Sync) -> Result<Interval> {
    if cells.choices() > 20 {
        return Err(Error::TooManyChoices { choices: cells.choices(), limit: 20 });
    }
    let orders = Orders::new(&cells.parents);
    let all: Vec<usize> = (0..draws).collect();
    let mut shares: Vec<Vec<f64>> = vec![Vec::new(); cells.choices()];
    for some in all.chunks(LANES) {
        let responses: Vec<Vec<f64>> = some.par_iter().map(|&place| draw(place)).collect();
        let usable = responses.iter().map(Vec::as_slice).filter(|draw| draw.iter().all(|value| value.is_finite()));
        for found in ordered_shares(cells, &orders, &usable.collect::<Vec<&[f64]>>())?.into_iter().flatten() {
            shares.iter_mut().zip(found).for_each(|(of_choice, share)| of_choice.push(share));
        }
    }
    let used = shares.first().map_or(0, Vec::len);
    shares.iter_mut().for_each(|of_choice| of_choice.sort_unstable_by(f64::total_cmp));
    let at = |share: f64| shares.iter().filter_map(|of_choice| quantile(of_choice, share)).collect();
    Ok(Interval { draws: used, left_out: draws - used, low: at(0.05), high: at(0.95) })
}
