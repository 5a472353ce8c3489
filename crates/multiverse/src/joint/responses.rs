//! Responses of all estimates in uncentred pairs draws, for intervals of shares.

use super::cell::{Judge, U};
use super::draws::{in_order, tasks};
use super::pairs::{self, Totals};
use super::plan::Plan;
use super::problem::{Effect, Problem};

use crate::declaration::{Direction, Response};
use crate::error::{Error, Result};
use crate::kernel::Estimate;
use crate::reading::share_beyond;
use rayon::prelude::*;

/// For each draw whether it gives an estimate (not a number where it does not), and the responses.
type OfTarget = Vec<f64>;

/// Responses by draw: one number per estimate, `NaN` where there is none.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Responses {
    /// By response, then draw, then estimate.
    pub values: Vec<Vec<Vec<f64>>>,
    /// Draws replaced because some estimate was not identified.
    pub discarded: usize,
}

/// Estimates everything again in `draws` draws of whole clusters, without imposing a null.
///
/// Memory: 8 bytes per response, draw and estimate.
///
/// # Errors
/// As [`super::joint_tests`]; [`Error::Value`] for a plan that draws no clusters.
pub fn pairs_responses(
    problem: &Problem<'_>,
    plan: &Plan,
    draws: usize,
    responses: &[Response],
    level: f64,
) -> Result<Responses> {
    problem.check()?;
    if !matches!(plan, Plan::Pairs { .. } | Plan::GivenWeights(_)) {
        let (what, got) = ("the plan of intervals".to_owned(), "another scheme".to_owned());
        return Err(Error::Value { what, got, expected: "pairs: clusters with replacement" });
    }
    const BLOCK: usize = 64;
    // Whether the draw gives an estimate stands before its responses.
    let width = responses.len() + 1;
    let tasks = tasks(problem);
    let mut values: Vec<Vec<Vec<f64>>> = vec![Vec::with_capacity(draws); responses.len()];
    let (mut tried, mut kept) = (0, 0);
    while kept < draws {
        let most = plan.limit().unwrap_or(10 * draws);
        let count = BLOCK.min(draws - kept).min(most.saturating_sub(tried));
        if count == 0 {
            return Err(Error::TooFewDraws { kept, tried, wanted: draws });
        }
        let weights: Vec<f64> =
            (tried..tried + count).flat_map(|draw| plan.numbers(draw, problem.clusters())).collect();
        let totals: Vec<Totals> = problem.blocks.par_iter().map(|blocks| Totals::new(blocks, &weights)).collect();
        let found: Vec<Vec<(usize, OfTarget)>> = tasks
            .par_iter()
            .map(|(design, targets)| {
                let declared = &problem.designs[*design];
                let mut judge = Judge::new(level, Direction::Predominant);
                let mut rows = vec![vec![f64::NAN; count * width]; targets.len()];
                pairs::draw(problem, *design, targets, &weights, &totals[declared.blocks], |place, draw, estimate| {
                    let Some(estimate) = estimate else { return };
                    let out = &mut rows[targets.binary_search(&place).unwrap_or_default()][draw * width..];
                    out[0] = 1.0;
                    for (out, &response) in out[1..width].iter_mut().zip(responses) {
                        *out = respond(problem, place, estimate, response, &mut judge);
                    }
                });
                targets.iter().copied().zip(rows).collect()
            })
            .collect();
        let found: Vec<OfTarget> = in_order(problem.targets.len(), found);
        for draw in 0..count {
            if found.iter().any(|values| values[draw * width].is_nan()) {
                continue;
            }
            kept += 1;
            for (place, out) in values.iter_mut().enumerate() {
                out.push(found.iter().map(|values| values[draw * width + 1 + place]).collect());
            }
        }
        tried += count;
    }
    Ok(Responses { values, discarded: tried - kept })
}

/// Writes a number for each estimate of a part to the places of all estimates that are the same.
pub fn put(values: &mut [f32], found: &[f64], places: &[&[u32]]) {
    for (&value, places) in found.iter().zip(places) {
        places.iter().for_each(|&place| values[place as usize] = value as f32);
    }
}

/// A response of one estimate.
fn respond(problem: &Problem<'_>, place: usize, estimate: &Estimate, response: Response, judge: &mut Judge) -> f64 {
    let (target, design) = (&problem.targets[place], problem.design_of(place));
    let combination = || match &target.effect {
        Effect::Combination(weights) => estimate.combination(weights),
        Effect::AndersonRubin => (f64::NAN, f64::NAN, f64::NAN),
    };
    // A square that is exactly zero turns nowhere.
    let turning = || match (design.range, estimate.b.as_slice()) {
        (Some(_), &[b1, b2]) if b2 != 0.0 => -b1 / (2.0 * b2),
        _ => f64::NAN,
    };
    match response {
        Response::Effect => combination().0,
        Response::T => combination().2,
        Response::TurningPoint => turning(),
        Response::ShareBeyond => match turning() {
            point if point.is_nan() => f64::NAN,
            point => share_beyond(&design.sorted_x, point),
        },
        Response::Verdict => f64::from(u8::from(match design.range {
            Some(_) => judge.shape(design, estimate) == U,
            None => judge.is_positive(estimate),
        })),
    }
}
