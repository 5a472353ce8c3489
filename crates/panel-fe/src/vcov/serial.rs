//! Meats with correlation over time.

use super::cluster::group_sums;
use super::{Groups, Kernel, Periods};
use crate::linalg;
use faer::{Mat, MatRef};

/// Driscoll & Kraay (1998): the lag window over the cross-section sums h_t.
pub(crate) fn driscoll_kraay(scores: MatRef<'_, f64>, periods: &Periods, kernel: Kernel, bandwidth: f64) -> Mat<f64> {
    let sums = group_sums(scores, periods.groups());
    let mut meat = linalg::gram(sums.as_ref(), None);
    let positions = periods.positions();
    for lag in 1..=kernel.last_lag(bandwidth, periods.span()) {
        let weight = kernel.weight(lag, bandwidth);
        if weight == 0.0 {
            continue;
        }
        for (t, position) in positions.iter().enumerate() {
            if let Ok(earlier) = positions.binary_search(&(position - lag as i64)) {
                add_pair(&mut meat, weight, |j| sums[(t, j)], |j| sums[(earlier, j)]);
            }
        }
    }
    meat
}

/// Newey & West (1987) within units.
pub(crate) fn newey_west(
    scores: MatRef<'_, f64>,
    units: &Groups,
    periods: &Periods,
    kernel: Kernel,
    bandwidth: f64,
) -> Mat<f64> {
    linalg::gram(scores, None) + lagged_pairs(scores, units, periods, kernel, bandwidth)
}

/// Σ_τ k(τ) Σ_it (s_it s_i,t-τ' + s_i,t-τ s_it').
pub(crate) fn lagged_pairs(
    scores: MatRef<'_, f64>,
    units: &Groups,
    periods: &Periods,
    kernel: Kernel,
    bandwidth: f64,
) -> Mat<f64> {
    let n = scores.nrows();
    let at = |row: usize| periods.positions()[periods.groups().codes()[row] as usize];
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&row| (units.codes()[row], at(row), row));
    let mut meat = Mat::zeros(scores.ncols(), scores.ncols());
    let last = kernel.last_lag(bandwidth, periods.span());
    let weights: Vec<f64> = (0..=last).map(|lag| if lag == 0 { 0.0 } else { kernel.weight(lag, bandwidth) }).collect();
    for series in order.chunk_by(|&a, &b| units.codes()[a] == units.codes()[b]) {
        for (later, &row) in series.iter().enumerate() {
            for &earlier in series[..later].iter().rev() {
                let lag = (at(row) - at(earlier)) as usize;
                if lag > last {
                    break;
                }
                if weights[lag] != 0.0 {
                    add_pair(&mut meat, weights[lag], |j| scores[(row, j)], |j| scores[(earlier, j)]);
                }
            }
        }
    }
    meat
}

/// M += weight·(a b' + b a').
pub(crate) fn add_pair(meat: &mut Mat<f64>, weight: f64, a: impl Fn(usize) -> f64, b: impl Fn(usize) -> f64) {
    let p = meat.ncols();
    for j in 0..p {
        for i in 0..p {
            meat[(i, j)] += weight * (a(i) * b(j) + b(i) * a(j));
        }
    }
}
