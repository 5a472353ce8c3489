//! Any number of intercept effects: the one with most levels is eliminated exactly, the others are solved for.
//!
//! With D₁ the dummies of the largest effect, D₂ the stacked others and M₁ the residual maker of D₁, the normal
//! equations of the others are S α = D₂'W M₁ v with the Schur complement S = D₂'W M₁ D₂, and ṽ = M₁(v - D₂α).
//! After any approximate α, e = ṽ_computed - ṽ has e'We = g'S⁺g, g = D₂'Wṽ_computed, which is what is reported.

use super::blocks::{self, neighbors_per_level};
use super::conjugate::Lane;
use super::dense::PivotedCholesky;
use super::envelope::Bordered;
use super::iterate::Iterative;
use super::lanes::{pick_columns, pick_lanes};
use super::sweep::{Scratch, Source, Sums, Sweep};
use super::{ColumnReport, FixedEffect, LANES, Rank, Residual, Settings, rank};
use crate::error::{Error, Result};
use crate::linalg;

/// A direct solver stops refining at this error, relative to the residual.
pub(super) const EXACT: f64 = 1e-12;
/// Most multiplications for the leverages of all rows.
const MOST_LEVERAGE_WORK: f64 = 1e11;
/// What may be left of a column in the span of the effects, relative to its size.
const SPAN: f64 = 1e-8;
/// Refinement steps of a direct solver.
pub(super) const REFINEMENTS: usize = 4;

#[derive(Debug)]
pub(super) struct Schur {
    sweep: Sweep,
    /// Which effect was eliminated, and which the unknowns belong to, in order.
    eliminated: usize,
    others: Vec<usize>,
    solver: Solver,
    rank: Rank,
    settings: Settings,
}

#[derive(Debug)]
enum Solver {
    /// One effect: there is nothing to solve.
    Nothing,
    /// Two effects, every pair of levels once, no weights: S = L₁(I - 11'/L₂), α = g/L₁.
    Balanced(f64),
    Dense(PivotedCholesky),
    Bordered(Bordered),
    Iterative(Box<Iterative>),
}

impl Schur {
    pub(super) fn new(effects: &[FixedEffect], weights: Option<&[f64]>, settings: Settings) -> Self {
        let largest = (0..effects.len()).rev().max_by_key(|&f| effects[f].levels).unwrap_or(0);
        let mut order: Vec<usize> = (0..effects.len()).filter(|f| *f != largest).collect();
        order.sort_by_key(|&f| std::cmp::Reverse(effects[f].levels));
        let others: Vec<&FixedEffect> = order.iter().map(|&f| &effects[f]).collect();
        let sweep = Sweep::new(&effects[largest], &others, weights);
        let levels = effects[largest].levels;
        let (solver, rank) = if others.is_empty() {
            (Solver::Nothing, Rank::exact(levels))
        } else if is_balanced(&sweep) {
            (Solver::Balanced(1.0 / levels as f64), Rank::exact(levels + others[0].levels - 1))
        } else if sweep.unknowns() <= settings.limits.dense {
            let factor = PivotedCholesky::new(dense(&sweep), sweep.unknowns(), &sweep.level_weights());
            let rank = Rank::exact(levels + factor.rank());
            (Solver::Dense(factor), rank)
        } else {
            large(&sweep, levels, settings)
        };
        Self { sweep, eliminated: largest, others: order, solver, rank, settings }
    }

    pub(super) fn rank(&self) -> Rank {
        self.rank
    }

    /// Whether α is solved for without iterations.
    pub(super) fn is_direct(&self) -> bool {
        !matches!(self.solver, Solver::Iterative(_))
    }

    /// Place of the effect whose levels are the runs.
    pub(super) fn eliminated(&self) -> usize {
        self.eliminated
    }

    pub(super) fn sweep(&self) -> &Sweep {
        &self.sweep
    }

    /// Residuals of columns in row order.
    pub(super) fn residualize(&self, columns: &[&[f64]]) -> Result<Vec<Residual>> {
        let mut residuals = Vec::with_capacity(columns.len());
        for block in columns.chunks(LANES) {
            let mut sorted: Vec<Vec<f64>> = block.iter().map(|_| vec![0.0; self.sweep.rows()]).collect();
            let mut slices: Vec<&mut [f64]> = sorted.iter_mut().map(Vec::as_mut_slice).collect();
            let first = self.sweep.pass(&Source::Rows(block), &mut slices);
            let sizes = first.before;
            let reports = match &self.solver {
                Solver::Nothing => {
                    // The means carry the rounding of the column as it was.
                    let error = |lane: usize| f64::EPSILON * (first.after[lane].sqrt() + sizes[lane].sqrt());
                    (0..block.len()).map(|lane| ColumnReport { iterations: 0, error: error(lane) }).collect()
                }
                Solver::Iterative(iterative) => {
                    iterative.residualize(&self.sweep, first, &mut slices, self.settings)?
                }
                _ => self.direct(first, &mut slices),
            };
            for (lane, (sorted, report)) in sorted.into_iter().zip(reports).enumerate() {
                residuals.push(Residual { values: self.to_rows(sorted), report, size: sizes[lane].sqrt() });
            }
        }
        Ok(residuals)
    }

    fn to_rows(&self, sorted: Vec<f64>) -> Vec<f64> {
        if self.sweep.runs.order.is_none() {
            return sorted;
        }
        let mut rows = vec![0.0; sorted.len()];
        self.sweep.runs.scatter(&sorted, &mut rows);
        rows
    }

    /// Some α with Sα = g, for g in the range of S, column by column.
    pub(super) fn solve(&self, g: &[Lane], lanes: usize) -> Vec<Lane> {
        if let Solver::Balanced(scale) = &self.solver {
            return g.iter().map(|g| g.map(|value| value * scale)).collect();
        }
        let mut alpha = vec![[0.0; LANES]; g.len()];
        for lane in 0..lanes {
            let mut column: Vec<f64> = g.iter().map(|g| g[lane]).collect();
            self.solve_one(&mut column);
            alpha.iter_mut().zip(column).for_each(|(alpha, value)| alpha[lane] = value);
        }
        alpha
    }

    /// The same for one column, by the factors.
    fn solve_one(&self, g: &mut [f64]) {
        match &self.solver {
            Solver::Dense(factor) => factor.solve(g),
            Solver::Bordered(bordered) => bordered.solve(g),
            Solver::Balanced(scale) => g.iter_mut().for_each(|g| *g *= scale),
            Solver::Nothing | Solver::Iterative(_) => {}
        }
    }

    /// Solve, and refine until the correction is rounding; the solve that finds the correction yields the bound, too.
    fn direct(&self, first: Sums, columns: &mut [&mut [f64]]) -> Vec<ColumnReport> {
        let mut pending: Vec<usize> = (0..columns.len()).collect();
        let mut reports = vec![ColumnReport { iterations: 0, error: f64::INFINITY }; columns.len()];
        let start: Vec<f64> = first.after.iter().map(|after| after.sqrt()).collect();
        let mut norms = start.clone();
        let mut sums = first;
        for step in 0..=REFINEMENTS {
            let alpha = self.solve(&sums.g, pending.len());
            let mut still = Vec::new();
            for (slot, &column) in pending.iter().enumerate() {
                let form: f64 = sums.g.iter().zip(&alpha).map(|(g, alpha)| g[slot] * alpha[slot]).sum();
                let correction = form.max(0.0).sqrt();
                let error = &mut reports[column].error;
                // What is left enters coefficients squared, so a few digits below the tolerance are enough.
                let small = correction <= EXACT * norms[column] || correction <= 4.0 * f64::EPSILON * start[column];
                let done = small || correction >= 0.5 * *error;
                if step > 0 && done {
                    *error = error.min(correction);
                } else {
                    *error = correction;
                    still.push(slot);
                }
            }
            if still.is_empty() {
                break;
            }
            let alpha: Vec<Lane> = pick_lanes(&alpha, &still);
            pending = still.into_iter().map(|slot| pending[slot]).collect();
            let mut slices = pick_columns(columns, &pending);
            sums = self.sweep.pass(&Source::Less(&alpha), &mut slices);
            pending.iter().enumerate().for_each(|(slot, &column)| norms[column] = sums.after[slot].sqrt());
        }
        for (report, norm) in reports.iter_mut().zip(&norms) {
            report.error = report.error.max(2.0 * f64::EPSILON * norm);
        }
        reports
    }

    /// Coefficients of a column in the span of the effects, by effect in the order given to [`Schur::new`].
    pub(super) fn coefficients(&self, part: &[f64]) -> Result<Vec<Vec<f64>>> {
        let sweep = &self.sweep;
        let mut demeaned = vec![0.0; part.len()];
        let sums = sweep.pass(&Source::Rows(&[part]), &mut [&mut demeaned]);
        let alpha = match &self.solver {
            Solver::Iterative(iterative) => {
                let settings = Settings { tolerance: 1e-13, ..self.settings };
                iterative.solve(sweep, &sums, 1, settings).0
            }
            _ => self.solve(&sums.g, 1),
        };
        let mut left = sweep.runs.gather(part);
        for cells in &sweep.cells {
            left.iter_mut().zip(cells.iter()).for_each(|(value, &cell)| *value -= alpha[cell as usize][0]);
        }
        let mut effects = vec![Vec::new(); self.others.len() + 1];
        effects[self.eliminated] = sweep
            .runs
            .ranges()
            .zip(&sweep.inverse)
            .map(|(range, inverse)| range.map(|place| sweep.weight(place) * left[place]).sum::<f64>() * inverse)
            .collect::<Vec<f64>>();
        // The column lies in the span of the effects: they leave nothing of it.
        let means = sweep.runs.ranges().zip(&effects[self.eliminated]);
        let rest = means.flat_map(|(range, mean)| left[range].iter().map(move |value| (value - mean).powi(2)));
        let (rest, size) = (rest.sum::<f64>().sqrt(), linalg::dot(part, part).sqrt());
        if rest.is_nan() || rest > SPAN * size {
            return Err(Error::NotConverged {
                what: "the recovery of fixed effects".into(),
                iterations: self.settings.max_iterations,
                got: rest / size,
                expected: SPAN,
            });
        }
        for (f, &effect) in self.others.iter().enumerate() {
            effects[effect] = alpha[sweep.offsets[f]..sweep.offsets[f + 1]].iter().map(|lane| lane[0]).collect();
        }
        Ok(effects)
    }

    /// wᵢ (1/W_g + q'S⁺q), q = D₂'W M₁ eᵢ / wᵢ: the cells of the row less the mean cells of its run.
    pub(super) fn leverage(&self) -> Result<Vec<f64>> {
        let sweep = &self.sweep;
        let n = sweep.rows();
        let cost = match &self.solver {
            Solver::Dense(factor) => 2.0 * (factor.rank() as f64).powi(2),
            Solver::Bordered(bordered) => bordered.cost(),
            _ => 0.0,
        };
        if cost * n as f64 > MOST_LEVERAGE_WORK {
            return Err(Error::Unsupported(format!(
                "leverages of {n} rows with {} effects to solve for in each",
                sweep.unknowns()
            )));
        }
        // Every pair of levels holds one row, so all leverages are equal and add up to the rank.
        if let Solver::Balanced(_) = &self.solver {
            return Ok(vec![self.rank.rank as f64 / n as f64; n]);
        }
        if let Solver::Iterative(_) = &self.solver {
            let message = format!("leverages with {} effects to solve for by iteration", sweep.unknowns());
            return Err(Error::Unsupported(message));
        }
        let mut sorted = vec![0.0; n];
        let (mut q, mut x) = (vec![0.0; sweep.unknowns()], vec![0.0; sweep.unknowns()]);
        sweep.for_each_run(0..sweep.inverse.len(), &mut Scratch::default(), |run, range, totals| {
            let inverse = sweep.inverse[run];
            for place in range {
                totals.iter().for_each(|&(cell, weight)| q[cell as usize] = -weight * inverse);
                sweep.cells.iter().for_each(|cells| q[cells[place] as usize] += 1.0);
                x.copy_from_slice(&q);
                self.solve_one(&mut x);
                let form: f64 = totals.iter().map(|&(cell, _)| q[cell as usize] * x[cell as usize]).sum();
                sorted[place] = sweep.weight(place) * (inverse + form);
                totals.iter().for_each(|&(cell, _)| q[cell as usize] = 0.0);
            }
        });
        Ok(self.to_rows(sorted))
    }
}

/// The solver of many unknowns: banded where the second effect's levels have few neighbours in a long row, else
/// conjugate gradients.
fn large(sweep: &Sweep, levels: usize, settings: Settings) -> (Solver, Rank) {
    let n = sweep.offsets[1];
    let rest = sweep.unknowns() - n;
    let light = rest <= settings.limits.border && rest * n <= (sweep.rows() / 4).max(1 << 20);
    if light && settings.limits.neighbors > 0 && neighbors_per_level(sweep) <= settings.limits.neighbors {
        let (blocks, incidence) = blocks::blocks(sweep, true);
        let sparse = incidence.schur(&sweep.inverse, blocks.diagonal.clone());
        let scale = sweep.level_weights();
        if let Some(bordered) = Bordered::new(&sparse, &blocks, &scale[n..]) {
            let rank = Rank::exact(levels + bordered.rank());
            return (Solver::Bordered(bordered), rank);
        }
        let iterative = Iterative::bordered(sweep, blocks, Some(sparse), &scale[n..]);
        let rank = rank::of_iterative(sweep, levels, &iterative, settings);
        return (Solver::Iterative(Box::new(iterative)), rank);
    }
    let iterative = if light {
        let scale = sweep.level_weights();
        Iterative::bordered(sweep, blocks::blocks(sweep, false).0, None, &scale[n..])
    } else {
        Iterative::stacked(sweep)
    };
    let rank = rank::of_iterative(sweep, levels, &iterative, settings);
    (Solver::Iterative(Box::new(iterative)), rank)
}

/// Whether each pair of levels of two effects occurs once, without weights.
fn is_balanced(sweep: &Sweep) -> bool {
    let [cells] = sweep.cells.as_slice() else { return false };
    let levels = sweep.unknowns();
    if sweep.weights.is_some() || sweep.inverse.len().checked_mul(levels) != Some(cells.len()) {
        return false;
    }
    let mut seen = vec![0_u32; levels];
    let model = &cells[sweep.run(0)];
    sweep.runs.ranges().enumerate().all(|(run, range)| {
        if run > 0 && cells[range.clone()] == *model {
            return true;
        }
        range.len() == levels
            && cells[range]
                .iter()
                .all(|&cell| std::mem::replace(&mut seen[cell as usize], run as u32 + 1) <= run as u32)
    })
}

/// S by columns.
fn dense(sweep: &Sweep) -> Vec<f64> {
    let m = sweep.unknowns();
    let parts = sweep.by_chunk(|chunk| {
        let mut s = vec![0.0; m * m];
        sweep.for_each_run(chunk, &mut Scratch::default(), |run, range, totals| {
            let inverse = sweep.inverse[run];
            for (f, cells) in sweep.cells.iter().enumerate() {
                for other in &sweep.cells[f + 1..] {
                    for place in range.clone() {
                        let (a, b) = (cells[place] as usize, other[place] as usize);
                        s[b * m + a] += sweep.weight(place);
                        s[a * m + b] += sweep.weight(place);
                    }
                }
            }
            for &(b, weight_b) in totals {
                let factor = weight_b * inverse;
                let column = &mut s[b as usize * m..(b as usize + 1) * m];
                column[b as usize] += weight_b;
                totals.iter().for_each(|&(a, weight_a)| column[a as usize] -= weight_a * factor);
            }
        });
        s
    });
    let mut parts = parts.into_iter();
    let mut total = parts.next().unwrap_or_default();
    for part in parts {
        total.iter_mut().zip(&part).for_each(|(total, part)| *total += part);
    }
    total
}
