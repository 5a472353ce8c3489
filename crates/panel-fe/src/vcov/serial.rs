//! Meats with correlation over time.

use super::pairs::{Pair, add_pairs};
use super::{Groups, Kernel, Periods};
use faer::{Mat, MatRef};

/// Pairs of periods with their weights in the lag window (Driscoll & Kraay 1998), lag by lag.
pub(crate) fn period_pairs(periods: &Periods, kernel: Kernel, bandwidth: f64) -> Vec<Pair> {
    let positions = periods.positions();
    let mut pairs = Vec::new();
    for lag in 1..=kernel.last_lag(bandwidth, periods.span()) {
        let weight = kernel.weight(lag, bandwidth);
        if weight == 0.0 {
            continue;
        }
        for (t, position) in positions.iter().enumerate() {
            if let Ok(earlier) = positions.binary_search(&(position - lag as i64)) {
                pairs.push(Pair { one: t as u32, other: earlier as u32, weight });
            }
        }
    }
    pairs
}

/// Σ_τ k(τ) Σ_it (s_it s_i,t-τ' + s_i,t-τ s_it') (Newey & West 1987, without the products of a row with itself).
pub(crate) fn lagged_pairs(
    scores: MatRef<'_, f64>,
    units: &Groups,
    periods: &Periods,
    kernel: Kernel,
    bandwidth: f64,
) -> Mat<f64> {
    let mut meat = Mat::zeros(scores.ncols(), scores.ncols());
    add_pairs(&mut meat, scores, row_pairs(units, periods, kernel, bandwidth));
    meat
}

/// Pairs of rows of the same unit with their weights in the lag window.
fn row_pairs(units: &Groups, periods: &Periods, kernel: Kernel, bandwidth: f64) -> impl Iterator<Item = Pair> {
    let at = |row: u32| periods.positions()[periods.groups().codes()[row as usize] as usize];
    let unit = |row: u32| units.codes()[row as usize];
    let mut order: Vec<u32> = (0..units.codes().len() as u32).collect();
    order.sort_by_key(|&row| (unit(row), at(row), row));
    let last = kernel.last_lag(bandwidth, periods.span());
    let weights: Vec<f64> = (0..=last).map(|lag| if lag == 0 { 0.0 } else { kernel.weight(lag, bandwidth) }).collect();
    let along: Vec<(u32, i64)> = order.iter().map(|&row| (unit(row), at(row))).collect();
    (0..order.len()).flat_map(move |later| {
        let (unit, position) = along[later];
        let mut pairs = Vec::new();
        for earlier in (0..later).rev() {
            let lag = (position - along[earlier].1) as usize;
            if along[earlier].0 != unit || lag > last {
                break;
            }
            if weights[lag] != 0.0 {
                pairs.push(Pair { one: order[later], other: order[earlier], weight: weights[lag] });
            }
        }
        pairs
    })
}
