//! Measures of fit.

use crate::absorb;
use crate::dof::{Dof, Like, SmallSample, per_degree};
use crate::fit::result::R2;
use crate::fit::state::State;
use crate::linalg;

/// R² of a residual sum of squares; see [`R2`].
pub(crate) fn r_squared(state: &State, ssr: f64, dof: &Dof, small: &SmallSample) -> R2 {
    let frame = &state.frame;
    let weights = frame.weight_values();
    let y = &frame.y.values;
    let total = match &state.last {
        _ if !frame.has_constant => linalg::dot_weighted(y, y, weights),
        Some(last) => last.total(),
        None => centered_sum_of_squares(y, weights),
    };
    let overall = 1.0 - ssr / total;
    let within = (!frame.effects.is_empty()).then(|| 1.0 - ssr / state.total);
    let within_entity = frame.entity_effect.map(|f| {
        let known = state.last.as_ref().and_then(|last| last.within(&state.absorber, f));
        1.0 - ssr / known.unwrap_or_else(|| sum_of_squares_within(y, &frame.effects[f], weights))
    });
    let base = if dof.like == Like::Xtreg { within_entity.unwrap_or(overall) } else { overall };
    let constant = f64::from(u8::from(frame.has_constant));
    let n = dof.n_obs as f64;
    let adjusted = 1.0 - per_degree((1.0 - base) * (n - constant), n - small.k_adjusted as f64);
    R2 { overall, within, within_entity, adjusted }
}

fn centered_sum_of_squares(y: &[f64], weights: Option<&[f64]>) -> f64 {
    let weight = |rows: std::ops::Range<usize>| weights.map(|w| &w[rows]);
    let mean = linalg::sum_tasks(y.len(), |rows| match weight(rows.clone()) {
        None => linalg::sum(&y[rows]),
        Some(w) => linalg::dot(&y[rows], w),
    }) / weights.map_or(y.len() as f64, linalg::sum);
    linalg::sum_tasks(y.len(), |rows| match weight(rows.clone()) {
        None => y[rows].iter().map(|y| (y - mean) * (y - mean)).sum(),
        Some(w) => y[rows].iter().zip(w).map(|(y, w)| w * (y - mean) * (y - mean)).sum(),
    })
}

/// Number of distinct values; a bitmap where their range is short.
pub(crate) fn distinct(ordinals: &[i64]) -> usize {
    let (Some(&low), Some(&high)) = (ordinals.iter().min(), ordinals.iter().max()) else { return 0 };
    if low == high {
        return 1;
    }
    let range = high.abs_diff(low);
    if range < 100_000 {
        let mut seen = vec![false; range as usize + 1];
        ordinals.iter().for_each(|&ordinal| seen[(ordinal - low) as usize] = true);
        return seen.iter().filter(|seen| **seen).count();
    }
    let mut sorted = ordinals.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len()
}

fn sum_of_squares_within(y: &[f64], effect: &absorb::FixedEffect, weights: Option<&[f64]>) -> f64 {
    let mut sums = vec![0.0; effect.levels];
    let mut totals = vec![0.0; effect.levels];
    let weight = |row: usize| weights.map_or(1.0, |w| w[row]);
    for (row, (&code, y)) in effect.codes.iter().zip(y).enumerate() {
        sums[code as usize] += weight(row) * y;
        totals[code as usize] += weight(row);
    }
    let centered: Vec<f64> =
        effect.codes.iter().zip(y).map(|(&c, y)| y - sums[c as usize] / totals[c as usize]).collect();
    linalg::dot_weighted(&centered, &centered, weights)
}
