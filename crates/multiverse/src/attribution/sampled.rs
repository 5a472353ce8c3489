//! Shares from sampled orders (Castro, Gómez & Tejada 2009), for grids beyond exact shares.

use super::Cells;
use crate::error::Result;
use panel_core::random::Stream;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// Ordered shares estimated from random orders, with their standard errors.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SampledShares {
    /// V.
    pub variance: f64,
    /// Orders drawn.
    pub orders: usize,
    /// Ordered shares.
    pub ordered: Vec<f64>,
    /// Their standard errors over orders.
    pub standard_error: Vec<f64>,
}

/// Ordered shares of one response from `orders` random orders; `None` where it does not vary. Orders are uniform up to the
/// mixing of a chain of adjacent exchanges (Karzanov & Khachiyan 1991), K³ steps for each.
///
/// # Errors
/// As [`super::attribute`], without a limit on choices.
pub fn attribute_sampled(cells: &Cells, response: &[f64], orders: usize, seed: u64) -> Result<Option<SampledShares>> {
    cells.check(&[response])?;
    let choices = cells.choices();
    let mean: f64 = response.iter().zip(&cells.weights).map(|(f, w)| f * w).sum();
    let sums: Vec<f64> = response.iter().zip(&cells.weights).map(|(f, w)| w * (f - mean)).collect();
    let marginals: Vec<Vec<f64>> = (0..orders)
        .into_par_iter()
        .map(|draw| {
            let order = random_order(&cells.parents, &mut Stream::new(seed, draw as u64));
            let mut marginal = vec![0.0; choices];
            // Groups are refined one choice at a time.
            let mut groups = vec![0_u32; cells.len()];
            let mut before = 0.0;
            for choice in order {
                let worth = refine(cells, choice, &sums, &mut groups);
                marginal[choice] = worth - before;
                before = worth;
            }
            marginal
        })
        .collect();
    let Some(variance) = marginals.first().map(|marginal| marginal.iter().sum::<f64>()).filter(|v| *v > 1e-30) else {
        return Ok(None);
    };
    let count = orders as f64;
    let shares_of = |choice: usize| marginals.iter().map(move |marginal| marginal[choice] / variance);
    let ordered: Vec<f64> = (0..choices).map(|choice| shares_of(choice).sum::<f64>() / count).collect();
    let standard_error = (0..choices)
        .map(|choice| {
            let square: f64 = shares_of(choice).map(|share| (share - ordered[choice]).powi(2)).sum();
            (square / (count - 1.0).max(1.0) / count).sqrt()
        })
        .collect();
    Ok(Some(SampledShares { variance, orders, ordered, standard_error }))
}

/// Splits groups of universes by one choice more; the worth of the finer groups.
fn refine(cells: &Cells, choice: usize, sums: &[f64], groups: &mut [u32]) -> f64 {
    let mut numbers: BTreeMap<(u32, u16), u32> = BTreeMap::new();
    let mut totals: Vec<(f64, f64)> = Vec::new();
    for (universe, group) in groups.iter_mut().enumerate() {
        let next = numbers.len() as u32;
        *group = *numbers.entry((*group, cells.levels(universe)[choice])).or_insert(next);
        if *group as usize == totals.len() {
            totals.push((0.0, 0.0));
        }
        let total = &mut totals[*group as usize];
        total.0 += sums[universe];
        total.1 += cells.weights[universe];
    }
    totals.iter().map(|(sum, weight)| sum * sum / weight).sum()
}

fn random_order(parents: &[Vec<usize>], rng: &mut Stream) -> Vec<usize> {
    let choices = parents.len();
    let mut order: Vec<usize> = Vec::with_capacity(choices);
    while order.len() < choices {
        let next = (0..choices).find(|i| !order.contains(i) && parents[*i].iter().all(|parent| order.contains(parent)));
        match next {
            Some(next) => order.push(next),
            // Conditions look upwards only, so that there is always one.
            None => break,
        }
    }
    if parents.iter().all(Vec::is_empty) {
        rng.shuffle(&mut order, choices);
        return order;
    }
    for _ in 0..choices.pow(3) {
        let at = rng.below(choices.max(2) - 1);
        if rng.next_u64() & 1 == 1 && !parents[order[at + 1]].contains(&order[at]) {
            order.swap(at, at + 1);
        }
    }
    order
}
