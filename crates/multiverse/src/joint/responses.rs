//! Responses of all estimates in uncentred pairs draws, for intervals of shares.

use super::pairs::{self, Totals};
use super::plan::Plan;
use super::problem::{Effect, Problem};
use super::test::in_order;
use crate::declaration::Response;
use crate::error::{Error, Result};
use crate::kernel::Estimate;
use crate::reading::{Curve, Verdict, share_beyond};
use rayon::prelude::*;

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
    let by_design = problem.by_design();
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
        let found: Vec<Vec<(usize, Vec<Option<Vec<f64>>>)>> = by_design
            .par_iter()
            .enumerate()
            .filter(|(_, targets)| !targets.is_empty())
            .map(|(design, targets)| {
                let mut rows = vec![vec![None; count]; targets.len()];
                let declared = &problem.designs[design];
                pairs::draw(problem, design, targets, &weights, &totals[declared.blocks], |place, draw, estimate| {
                    let slot = targets.binary_search(&place).unwrap_or_default();
                    rows[slot][draw] = estimate.map(|estimate| {
                        responses.iter().map(|&response| respond(problem, place, estimate, response, level)).collect()
                    });
                });
                targets.iter().copied().zip(rows).collect()
            })
            .collect();
        let found: Vec<Vec<Option<Vec<f64>>>> = in_order(problem.targets.len(), found);
        for draw in 0..count {
            if found.iter().any(|draws| draws[draw].is_none()) {
                continue;
            }
            kept += 1;
            for (place, out) in values.iter_mut().enumerate() {
                let row = found.iter().map(|draws| draws[draw].as_ref().map_or(f64::NAN, |values| values[place]));
                out.push(row.collect());
            }
        }
        tried += count;
    }
    Ok(Responses { values, discarded: tried - kept })
}

/// A response of one estimate.
fn respond(problem: &Problem<'_>, place: usize, estimate: &Estimate, response: Response, level: f64) -> f64 {
    let (target, design) = (&problem.targets[place], problem.design_of(place));
    let curve = design.range.map(|(low, high)| Curve::of(estimate, low, high));
    let turning = || curve.and_then(|curve| curve.read(level).turning_point);
    let combination = || match &target.effect {
        Effect::Combination(weights) => estimate.combination(weights),
        Effect::AndersonRubin => (f64::NAN, f64::NAN, f64::NAN),
    };
    match response {
        Response::Effect => combination().0,
        Response::T => combination().2,
        Response::TurningPoint => turning().unwrap_or(f64::NAN),
        Response::ShareBeyond => turning().map_or(f64::NAN, |point| share_beyond(&design.sorted_x, point)),
        Response::Verdict => match curve {
            Some(curve) => f64::from(u8::from(curve.read(level).verdict == Verdict::U)),
            None => {
                let curve = Curve::of(estimate, 0.0, 0.0);
                f64::from(u8::from(curve.read(level).verdict == Verdict::Positive))
            }
        },
    }
}
