//! The worth of every set of choices, exactly.

use super::Cells;
use super::orders::Orders;
use crate::error::{Error, Result};
use rayon::prelude::*;
use serde::Serialize;

/// Choices beyond which exact shares are refused.
const MOST: usize = 20;
/// A variance below this part of the mean square is rounding.
const ROUNDING: f64 = 1e-28;

/// Shares of the variance of one response.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Shares {
    /// V, the variance over the universes.
    pub variance: f64,
    /// v({i})/V.
    pub first: Vec<f64>,
    /// 1 − v(all but i)/V.
    pub total: Vec<f64>,
    /// Shapley's shares over all orders; where no choice depends on another they are the ordered ones.
    pub shapley: Vec<f64>,
    /// Shapley's shares over the orders in which no choice precedes one that it depends on: to be reported.
    pub ordered: Vec<f64>,
    /// (v({i, j}) − v({i}) − v({j}))/V, by i and j.
    pub interaction: Vec<Vec<f64>>,
}

/// Exact shares of responses, one value per universe; `None` for a response that does not vary.
///
/// Work: one pass over the cells of each of the 2^K sets of choices, all responses at once.
///
/// # Errors
/// [`Error::TooManyChoices`] beyond 20; [`Error::Shape`], [`Error::Value`] for responses that do not fit.
pub fn attribute(cells: &Cells, responses: &[&[f64]]) -> Result<Vec<Option<Shares>>> {
    let worth = worth(cells, responses, None)?;
    let choices = cells.choices();
    let free = Orders::new(&vec![Vec::new(); choices]);
    let ordered = Orders::new(&cells.parents);
    Ok(worth.into_iter().map(|worth| shares(&worth?, choices, &free, &ordered)).collect())
}

/// The ordered shares alone, which need closed sets only.
pub(super) fn ordered_shares(cells: &Cells, orders: &Orders, responses: &[&[f64]]) -> Result<Vec<Option<Vec<f64>>>> {
    let worth = worth(cells, responses, Some(orders))?;
    Ok(worth
        .into_iter()
        .map(|worth| {
            let worth = worth?;
            let variance = *worth.last()?;
            Some(orders.average(&worth).into_iter().map(|share| tidy(share / variance)).collect())
        })
        .collect())
}

/// No share below zero by rounding, and no negative zero.
fn tidy(share: f64) -> f64 {
    if share.abs() < 1e-15 { 0.0 } else { share }
}

fn shares(worth: &[f64], choices: usize, free: &Orders, ordered: &Orders) -> Option<Shares> {
    let full = worth.len() - 1;
    let variance = worth[full];
    let share_of = |set: usize| worth[set] / variance;
    let averaged = |orders: &Orders| orders.average(worth).into_iter().map(|share| tidy(share / variance)).collect();
    Some(Shares {
        variance,
        first: (0..choices).map(|i| tidy(share_of(1 << i))).collect(),
        total: (0..choices).map(|i| tidy(1.0 - share_of(full ^ (1 << i)))).collect(),
        shapley: averaged(free),
        ordered: averaged(ordered),
        interaction: (0..choices)
            .map(|i| {
                let pair = |j: usize| {
                    if i == j { 0.0 } else { tidy(share_of(1 << i | 1 << j) - share_of(1 << i) - share_of(1 << j)) }
                };
                (0..choices).map(pair).collect()
            })
            .collect(),
    })
}

/// v(A) for every set A, or every closed one, by response; `None` for a response without variance.
fn worth(cells: &Cells, responses: &[&[f64]], closed: Option<&Orders>) -> Result<Vec<Option<Vec<f64>>>> {
    cells.check(responses)?;
    let choices = cells.choices();
    if choices > MOST {
        return Err(Error::TooManyChoices { choices, limit: MOST });
    }
    let lanes = responses.len();
    let mut sums = vec![0.0; cells.len() * lanes];
    let mut mean_square = vec![0.0; lanes];
    for (lane, response) in responses.iter().enumerate() {
        let mean: f64 = response.iter().zip(&cells.weights).map(|(f, w)| f * w).sum();
        for (universe, (f, w)) in response.iter().zip(&cells.weights).enumerate() {
            sums[universe * lanes + lane] = w * (f - mean);
            mean_square[lane] += w * f * f;
        }
    }
    let shape = Shape::new(cells)?;
    let first = Layer {
        keys: (0..cells.len()).map(|universe| shape.key(cells.levels(universe))).collect(),
        weights: cells.weights.clone(),
        sums,
    };
    let full = (1_usize << choices) - 1;
    // Universes with equal options are one cell.
    let top = first.merge(&shape, None, lanes);
    let mut found = vec![(full, top.worth(lanes))];
    // Sets below the full one, by the first choice that is missing.
    let branches: Vec<Vec<(usize, Vec<f64>)>> = (0..choices)
        .into_par_iter()
        .map(|choice| {
            let mut out = Vec::new();
            let set = full ^ (1 << choice);
            if closed.is_none_or(|orders| orders.can_close(set, choice + 1)) {
                let layer = top.merge(&shape, Some(choice), lanes);
                descend(&shape, &layer, set, choice + 1, lanes, closed, &mut out);
            }
            out
        })
        .collect();
    found.extend(branches.into_iter().flatten());
    let mut values = vec![vec![0.0; full + 1]; lanes];
    for (set, of_set) in found {
        values.iter_mut().zip(of_set).for_each(|(values, worth)| values[set] = worth);
    }
    Ok(values
        .into_iter()
        .zip(mean_square)
        .map(|(values, square)| (values[full] > ROUNDING * square).then_some(values))
        .collect())
}

/// Takes away choices in rising order, so that every set is met once.
fn descend(
    shape: &Shape,
    layer: &Layer,
    set: usize,
    next: usize,
    lanes: usize,
    closed: Option<&Orders>,
    out: &mut Vec<(usize, Vec<f64>)>,
) {
    if closed.is_none_or(|orders| orders.is_closed(set)) {
        out.push((set, layer.worth(lanes)));
    }
    for choice in next..shape.masks.len() {
        let smaller = set ^ (1 << choice);
        if closed.is_none_or(|orders| orders.can_close(smaller, choice + 1)) {
            let without = layer.merge(shape, Some(choice), lanes);
            descend(shape, &without, smaller, choice + 1, lanes, closed, out);
        }
    }
}

/// Levels of a universe packed into bits.
struct Shape {
    shifts: Vec<u32>,
    masks: Vec<u128>,
}

impl Shape {
    fn new(cells: &Cells) -> Result<Self> {
        let (mut shifts, mut masks) = (Vec::new(), Vec::new());
        let mut used = 0_u32;
        for size in &cells.sizes {
            let bits = 32 - (size - 1).leading_zeros();
            if used + bits > 128 {
                return Err(Error::TooManyChoices { choices: cells.choices(), limit: shifts.len() });
            }
            shifts.push(used);
            // A choice with one level takes no bits.
            masks.push(if bits == 0 { 0 } else { ((1_u128 << bits) - 1) << used });
            used += bits;
        }
        Ok(Self { shifts, masks })
    }

    fn key(&self, levels: &[u16]) -> u128 {
        let packed = levels.iter().zip(&self.shifts).zip(&self.masks);
        packed.fold(0, |key, ((&level, &shift), &mask)| if mask == 0 { key } else { key | u128::from(level) << shift })
    }

    fn without(&self, key: u128, choice: usize) -> u128 {
        key & !self.masks[choice]
    }
}

/// Cells of one set of choices, in the order of their first universe.
struct Layer {
    keys: Vec<u128>,
    weights: Vec<f64>,
    sums: Vec<f64>,
}

impl Layer {
    /// Adds up cells that differ in one choice only.
    fn merge(&self, shape: &Shape, choice: Option<usize>, lanes: usize) -> Self {
        let mut table = Table::new(self.keys.len());
        let mut out = Self { keys: Vec::new(), weights: Vec::new(), sums: Vec::new() };
        for (place, &key) in self.keys.iter().enumerate() {
            let key = choice.map_or(key, |choice| shape.without(key, choice));
            let cell = table.find(key, &mut out.keys);
            if cell == out.weights.len() {
                out.weights.push(0.0);
                out.sums.extend(std::iter::repeat_n(0.0, lanes));
            }
            out.weights[cell] += self.weights[place];
            let from = &self.sums[place * lanes..(place + 1) * lanes];
            out.sums[cell * lanes..(cell + 1) * lanes].iter_mut().zip(from).for_each(|(sum, value)| *sum += value);
        }
        out
    }

    /// Σ s²/w over the cells, by response.
    fn worth(&self, lanes: usize) -> Vec<f64> {
        let mut worth = vec![0.0; lanes];
        for (weight, sums) in self.weights.iter().zip(self.sums.chunks_exact(lanes.max(1))) {
            worth.iter_mut().zip(sums).for_each(|(worth, sum)| *worth += sum * sum / weight);
        }
        worth
    }
}

/// An open-addressed table from keys to places; places count up in the order of arrival.
struct Table {
    slots: Vec<u32>,
    mask: usize,
}

impl Table {
    fn new(most: usize) -> Self {
        let size = (2 * most).next_power_of_two().max(16);
        Self { slots: vec![u32::MAX; size], mask: size - 1 }
    }

    fn find(&mut self, key: u128, keys: &mut Vec<u128>) -> usize {
        let folded = (key as u64) ^ ((key >> 64) as u64);
        let mut slot = (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & self.mask;
        loop {
            match self.slots[slot] {
                u32::MAX => {
                    self.slots[slot] = keys.len() as u32;
                    keys.push(key);
                    return keys.len() - 1;
                }
                place if keys[place as usize] == key => return place as usize,
                _ => slot = (slot + 1) & self.mask,
            }
        }
    }
}
