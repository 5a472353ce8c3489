//! The estimates of a problem as they are and in draws, design by design.

use super::cell::{Cell, Judge, U, U_EDGE};
use super::pairs::{self, Totals};
use super::permute::{self, Paths};
use super::plan::Plan;
use super::problem::Problem;
use super::wild::{self, Null};
use crate::error::Result;
use crate::kernel::{Estimate, Estimator};
use crate::reading::Curve;
use rayon::prelude::*;
use std::ops::Range;

/// Estimates of one design that a task takes: enough to share what is prepared for the design, few enough to keep every
/// thread busy.
const TASK: usize = 64;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawing<'a> {
    pub(super) problem: &'a Problem<'a>,
    pub(super) plan: &'a Plan,
    pub(super) judge: &'a Judge,
    /// Estimates as they are, by target.
    pub(super) observed: &'a [Estimate],
    /// By design, for permutations.
    pub(super) paths: &'a [Paths<'a>],
}

/// Targets in tasks: the design and some of its targets.
pub(super) fn tasks(problem: &Problem<'_>) -> Vec<(usize, Vec<usize>)> {
    let by_design = problem.by_design().into_iter().enumerate();
    by_design
        .flat_map(|(design, targets)| targets.chunks(TASK).map(|some| (design, some.to_vec())).collect::<Vec<_>>())
        .collect()
}

/// Results by target from results by task.
pub(super) fn in_order<T: Default>(targets: usize, found: Vec<Vec<(usize, T)>>) -> Vec<T> {
    let mut out: Vec<T> = std::iter::repeat_with(T::default).take(targets).collect();
    found.into_iter().flatten().for_each(|(place, value)| out[place] = value);
    out
}

/// Every estimate as it is.
pub(super) fn observe(problem: &Problem<'_>) -> Result<Vec<Estimate>> {
    let found: Vec<Vec<(usize, Estimate)>> = tasks(problem)
        .into_par_iter()
        .map(|(design, targets)| {
            let declared = &problem.designs[design];
            let mut estimator = Estimator::new(&problem.blocks[declared.blocks]);
            estimator.design(&declared.focal, &declared.controls)?;
            targets
                .into_iter()
                .map(|place| {
                    let target = &problem.targets[place];
                    estimator.outcome(target.outcome)?;
                    let mut estimate = Estimate::default();
                    estimator.estimate(&target.small, &mut estimate)?;
                    Ok((place, estimate))
                })
                .collect()
        })
        .collect::<Result<_>>()?;
    Ok(in_order(problem.targets.len(), found))
}

/// Cells by target and draw.
pub(super) fn draw(drawing: &Drawing<'_>, draws: Range<usize>) -> Result<Vec<Vec<Cell>>> {
    let Drawing { problem, plan, .. } = *drawing;
    let clusters = problem.clusters();
    let numbers: Vec<f64> = draws.clone().flat_map(|draw| plan.numbers(draw, clusters)).collect();
    let sources: Vec<Vec<u32>> = draws.clone().map(|draw| plan.sources(draw)).collect();
    let totals: Vec<Totals> = if plan.weighs() {
        problem.blocks.par_iter().map(|blocks| Totals::new(blocks, &numbers)).collect()
    } else {
        Vec::new()
    };
    let found: Vec<Vec<(usize, Vec<Cell>)>> = tasks(problem)
        .into_par_iter()
        .map(|(design, targets)| {
            let mut cells = vec![vec![Cell::BAD; draws.len()]; targets.len()];
            if plan.permutes() {
                permuted(drawing, design, &targets, &sources, &mut cells);
            } else if plan.weighs() {
                weighted(drawing, design, &targets, (&numbers, &totals), &mut cells);
            } else {
                signed(drawing, design, &targets, &numbers, &mut cells)?;
            }
            Ok(targets.into_iter().zip(cells).collect())
        })
        .collect::<Result<_>>()?;
    Ok(in_order(problem.targets.len(), found))
}

/// Wild draws.
fn signed(
    drawing: &Drawing<'_>,
    design: usize,
    targets: &[usize],
    signs: &[f64],
    cells: &mut [Vec<Cell>],
) -> Result<()> {
    let problem = drawing.problem;
    let declared = &problem.designs[design];
    let mut judge = drawing.judge.clone();
    wild::draw(problem, design, targets, signs, |place, null, draw, estimate| {
        let cell = &mut cells[targets.binary_search(&place).unwrap_or_default()][draw];
        match null {
            Null::Flat => *cell = judge.cell(&problem.targets[place], declared, estimate),
            Null::Edge => cell.flags |= judge.shape(declared, estimate) * (U_EDGE / U),
        }
    })
}

/// Pairs draws, recentred at the estimates.
fn weighted(
    drawing: &Drawing<'_>,
    design: usize,
    targets: &[usize],
    (weights, totals): (&[f64], &[Totals]),
    cells: &mut [Vec<Cell>],
) {
    let Drawing { problem, observed, .. } = *drawing;
    let declared = &problem.designs[design];
    let mut judge = drawing.judge.clone();
    let mut centred = Estimate::default();
    let edges: Vec<f64> = targets
        .iter()
        .map(|&place| declared.range.map_or(0.0, |(l, h)| Curve::of(&observed[place], l, h).edge()))
        .collect();
    pairs::draw(problem, design, targets, weights, &totals[declared.blocks], |place, draw, estimate| {
        let Some(estimate) = estimate else { return };
        let (slot, at) = (targets.binary_search(&place).unwrap_or_default(), &observed[place]);
        centred.clone_from(estimate);
        centred.b.iter_mut().zip(&at.b).for_each(|(b, at)| *b -= at);
        let mut cell = judge.cell(&problem.targets[place], declared, &centred);
        if declared.range.is_some() {
            centred.b[0] = estimate.b[0] - (at.b[0] + 2.0 * at.b[1] * edges[slot]);
            centred.b[1] = estimate.b[1];
            cell.flags |= judge.shape(declared, &centred) * (U_EDGE / U);
        }
        cells[slot][draw] = cell;
    });
}

/// Permutations of paths.
fn permuted(drawing: &Drawing<'_>, design: usize, targets: &[usize], sources: &[Vec<u32>], cells: &mut [Vec<Cell>]) {
    let problem = drawing.problem;
    let (declared, paths) = (&problem.designs[design], &drawing.paths[design]);
    let mut judge = drawing.judge.clone();
    let places = paths.places();
    for (draw, sources) in sources.iter().enumerate() {
        let mut slot = 0;
        permute::draw(problem, design, targets, paths, &places, sources, |target, found| {
            if let Some((estimate, range)) = found {
                let moved = super::Design { range: declared.range.map(|_| range), ..declared.clone() };
                cells[slot][draw] = judge.cell(target, &moved, estimate);
            }
            slot += 1;
        });
    }
}
