//! Conjugate gradients on the Schur complement, where it is too large to be factored.
//!
//! Small effects besides the second-largest (periods, regions) are taken out of the iteration exactly: with
//! S = [A B; B' C] it runs on A - BC⁺B', whose B and C are small.

use super::blocks::Blocks;
use super::conjugate::{self, Lane};
use super::dense::PivotedCholesky;
use super::lanes::{pick_columns, pick_lanes};
use super::sparse::Sparse;
use super::sweep::{Source, Sums, Sweep, add, subtract};
use super::{ColumnReport, LANES, Settings};
use crate::error::{Error, Result};
use rayon::prelude::*;
use std::ops::Range;

/// Restarts from the true residual.
const ROUNDS: usize = 4;
/// Iterations that clean a null vector of the error of the first projection.
const CLEANING: usize = 200;
/// Blocks of random vectors that look for null vectors.
const MOST_TRIALS: usize = 8;

/// An iterative solver of Sα = g.
#[derive(Debug)]
pub(super) struct Iterative {
    /// Reciprocals of the diagonal of what is iterated on.
    inverse_diagonal: Vec<f64>,
    /// Weight of each iterated unknown's level.
    level_weights: Vec<f64>,
    border: Option<Border>,
    /// A, where it has so few entries that it is cheaper than the rows.
    matrix: Option<Sparse>,
}

/// B by rows and C factored.
#[derive(Debug)]
struct Border {
    rows: Vec<f64>,
    rest: usize,
    corner: PivotedCholesky,
}

impl Iterative {
    /// Iterates on the second effect alone; `scale` are the weights of the other levels.
    pub(super) fn bordered(sweep: &Sweep, blocks: Blocks, matrix: Option<Sparse>, scale: &[f64]) -> Self {
        let Blocks { diagonal, border, corner, rest } = blocks;
        let border =
            (rest > 0).then(|| Border { rows: border, rest, corner: PivotedCholesky::new(corner, rest, scale) });
        let mut level_weights = sweep.level_weights();
        level_weights.truncate(diagonal.len());
        Self { inverse_diagonal: reciprocals(&diagonal, &level_weights), level_weights, border, matrix }
    }

    /// Iterates on all unknowns.
    pub(super) fn stacked(sweep: &Sweep) -> Self {
        let parts = sweep.by_chunk(|chunk| {
            let mut diagonal = vec![0.0; sweep.unknowns()];
            sweep.for_each_run(chunk, &mut super::sweep::Scratch::default(), |run, _, totals| {
                for &(cell, weight) in totals {
                    diagonal[cell as usize] += weight - weight * weight * sweep.inverse[run];
                }
            });
            diagonal
        });
        let mut diagonal = vec![0.0; sweep.unknowns()];
        for part in parts {
            diagonal.iter_mut().zip(&part).for_each(|(total, part)| *total += part);
        }
        let level_weights = sweep.level_weights();
        Self { inverse_diagonal: reciprocals(&diagonal, &level_weights), level_weights, border: None, matrix: None }
    }

    /// Subtracts from columns in run order what the effects explain, restarting from the true residual until the bound
    /// on the error holds; `first` are the sums of the columns as they are.
    pub(super) fn residualize(
        &self,
        sweep: &Sweep,
        first: Sums,
        columns: &mut [&mut [f64]],
        settings: Settings,
    ) -> Result<Vec<ColumnReport>> {
        let start: Vec<f64> = first.after.iter().map(|after| after.sqrt()).collect();
        let mut reports = vec![ColumnReport::default(); columns.len()];
        let mut norms = start.clone();
        let mut pending: Vec<usize> = (0..columns.len()).collect();
        let mut smallest = f64::INFINITY;
        let mut sums = first;
        for round in 0..=ROUNDS {
            let (reduced, explained) = self.reduce(&sums.g);
            let mut still = Vec::new();
            for (slot, &column) in pending.iter().enumerate() {
                norms[column] = sums.after[slot].sqrt();
                let energy: f64 = reduced.iter().zip(&self.inverse_diagonal).map(|(g, d)| g[slot] * g[slot] * d).sum();
                let error = (energy / (0.5 * smallest) + explained[slot].max(0.0)).sqrt();
                let floor = 64.0 * f64::EPSILON * start[column];
                reports[column].error = error.max(2.0 * f64::EPSILON * norms[column]);
                if round == 0 || error > (settings.tolerance * norms[column]).max(floor) {
                    still.push(slot);
                }
            }
            if still.is_empty() {
                return Ok(reports);
            }
            if round == ROUNDS {
                break;
            }
            let g = pick_lanes(&sums.g, &still);
            let after = pick_lanes(&[sums.after], &still)[0];
            pending = still.into_iter().map(|slot| pending[slot]).collect();
            let own = Sums { g, before: after, after };
            let (alpha, solved) = self.solve(sweep, &own, pending.len(), settings);
            smallest = smallest.min(solved.smallest);
            pending.iter().for_each(|&column| reports[column].iterations += solved.iterations);
            sums = sweep.pass(&Source::Less(&alpha), &mut pick_columns(columns, &pending));
        }
        let worst =
            (0..columns.len()).max_by(|&a, &b| reports[a].error.total_cmp(&reports[b].error)).unwrap_or_default();
        let relative = reports[worst].error / norms[worst].max(f64::MIN_POSITIVE);
        if relative <= 100.0 * settings.tolerance || reports[worst].error <= 1e-12 * start[worst] {
            return Ok(reports);
        }
        Err(Error::NotConverged {
            what: "absorption of the fixed effects".into(),
            iterations: reports[worst].iterations,
            got: relative,
            expected: settings.tolerance,
        })
    }

    /// α with Sα ≈ g for the first lanes of the sums, and what the iteration has seen.
    pub(super) fn solve(
        &self,
        sweep: &Sweep,
        sums: &Sums,
        lanes: usize,
        settings: Settings,
    ) -> (Vec<Lane>, conjugate::Solved) {
        let (reduced, _) = self.reduce(&sums.g);
        let norms = sums.after.map(f64::sqrt);
        let stop = conjugate::Stop {
            tolerance: 0.3 * settings.tolerance,
            noise: norms.map(|norm| f64::EPSILON * norm),
            max_iterations: settings.max_iterations,
        };
        let mut parts = self.scratch(sweep);
        let solved = conjugate::solve(reduced, lanes, &norms, &self.inverse_diagonal, stop, |v, out| {
            self.apply(sweep, v, out, &mut parts);
        });
        let mut alpha = solved.x.clone();
        if let Some(border) = &self.border {
            let n = self.inverse_diagonal.len();
            let mut right = sums.g[n..].to_vec();
            let explained = border.transposed(&alpha);
            right.iter_mut().zip(&explained).for_each(|(right, explained)| subtract(right, explained));
            alpha.extend(border.solve(&right));
        }
        (alpha, solved)
    }

    /// g₂ - BC⁻g₃, and g₃'C⁻g₃, where a border was taken out.
    fn reduce(&self, g: &[Lane]) -> (Vec<Lane>, Lane) {
        let mut explained = [0.0; LANES];
        let Some(border) = &self.border else { return (g.to_vec(), explained) };
        let (top, bottom) = g.split_at(self.inverse_diagonal.len());
        let mut reduced = top.to_vec();
        let solved = border.solve(bottom);
        for (g, x) in bottom.iter().zip(&solved) {
            for lane in 0..LANES {
                explained[lane] += g[lane] * x[lane];
            }
        }
        border.subtract_from(&solved, &mut reduced);
        (reduced, explained)
    }

    /// Buffers of the chunks, where the rows are swept.
    fn scratch(&self, sweep: &Sweep) -> Vec<Vec<Lane>> {
        let size = if self.matrix.is_some() { 0 } else { self.inverse_diagonal.len() };
        sweep.chunks.iter().map(|_| vec![[0.0; LANES]; size]).collect()
    }

    /// (A - BC⁺B') v for four vectors at once.
    fn apply(&self, sweep: &Sweep, v: &[Lane], out: &mut [Lane], parts: &mut [Vec<Lane>]) {
        match &self.matrix {
            Some(matrix) => {
                for (level, out) in out.iter_mut().enumerate() {
                    let mut total = v[level].map(|value| value * matrix.diagonal[level]);
                    for entry in matrix.starts[level]..matrix.starts[level + 1] {
                        let (value, other) = (matrix.values[entry], &v[matrix.neighbors[entry] as usize]);
                        for lane in 0..LANES {
                            total[lane] += value * other[lane];
                        }
                    }
                    *out = total;
                }
            }
            None => {
                let only_second = self.border.is_some() || sweep.cells.len() == 1;
                let work = |(chunk, part): (&Range<usize>, &mut Vec<Lane>)| {
                    part.fill([0.0; LANES]);
                    pulp::Arch::new().dispatch(
                        #[inline(always)]
                        || {
                            if only_second {
                                apply_second(sweep, chunk.clone(), v, part);
                            } else {
                                apply_all(sweep, chunk.clone(), v, part);
                            }
                        },
                    );
                };
                if parts.len() == 1 {
                    sweep.chunks.iter().zip(parts.iter_mut()).for_each(work);
                } else {
                    sweep.chunks.par_iter().zip(parts.par_iter_mut()).for_each(work);
                }
                for (level, out) in out.iter_mut().enumerate() {
                    // The rows of all effects carry their own diagonal.
                    let weight = if only_second { self.level_weights[level] } else { 0.0 };
                    *out = v[level].map(|value| value * weight);
                    parts.iter().for_each(|part| add(out, &part[level]));
                }
            }
        }
        if let Some(border) = &self.border {
            let solved = border.solve(&border.transposed(v));
            border.subtract_from(&solved, out);
        }
    }

    /// Number of null vectors of what is iterated on, beside the levels' indicators on the components that each effect
    /// forms with the eliminated one; `None` where it cannot be told.
    ///
    /// r - M⁺Mr of random r is a random null vector. What is left of it outside the indicators (disjoint, so the mean
    /// over each is taken off) is either an error of the solve, which a second projection removes, or shows another
    /// null vector.
    pub(super) fn further_null_vectors(&self, sweep: &Sweep, components: &[u32], settings: Settings) -> Option<usize> {
        let n = self.inverse_diagonal.len();
        let mut parts = self.scratch(sweep);
        let mut found: Vec<Vec<f64>> = Vec::new();
        for trial in 0..MOST_TRIALS {
            let probe: Vec<Lane> = (0..n).map(|i| std::array::from_fn(|l| random(trial * LANES + l, i))).collect();
            let scale: Lane = std::array::from_fn(|lane| self.size_of(&probe, lane));
            let (z, converged) = self.project(sweep, probe, &mut parts, settings.max_iterations);
            let before = found.len();
            if !converged {
                return None;
            }
            if self.new_directions(&z, &scale, components, &[0.0; LANES], &mut found.clone()) != Some(0) {
                // The second projection starts at rounding already, so it need not converge: Mz shows what it is worth.
                let (z, _) = self.project(sweep, z, &mut parts, CLEANING);
                let mut image = vec![[0.0; LANES]; n];
                self.apply(sweep, &z, &mut image, &mut parts);
                let images = std::array::from_fn(|lane| self.size_of_image(&image, lane));
                self.new_directions(&z, &scale, components, &images, &mut found)?;
            }
            if found.len() - before < LANES {
                return Some(found.len());
            }
        }
        None
    }

    /// z - M⁺Mz, and whether the iteration converged.
    fn project(
        &self,
        sweep: &Sweep,
        mut z: Vec<Lane>,
        parts: &mut [Vec<Lane>],
        max_iterations: usize,
    ) -> (Vec<Lane>, bool) {
        let mut right = vec![[0.0; LANES]; z.len()];
        self.apply(sweep, &z, &mut right, parts);
        // The iteration stops relative to what a column keeps: here, as much as it explains.
        let norms = std::array::from_fn(|lane| {
            let energy: f64 = z.iter().zip(&right).map(|(z, r)| z[lane] * r[lane]).sum();
            (2.0 * energy.max(self.size_of_image(&right, lane).powi(2))).sqrt()
        });
        let noise = std::array::from_fn(|lane| 1e-14 * self.size_of(&z, lane));
        let stop = conjugate::Stop { tolerance: 1e-10, noise, max_iterations };
        let solved = conjugate::solve(right, LANES, &norms, &self.inverse_diagonal, stop, |v, out| {
            self.apply(sweep, v, out, parts);
        });
        z.iter_mut().zip(&solved.x).for_each(|(z, x)| subtract(z, x));
        (z, solved.iterations < max_iterations)
    }

    /// √(r'diag(M)⁻¹r) of r = Mz.
    fn size_of_image(&self, r: &[Lane], lane: usize) -> f64 {
        r.iter().zip(&self.inverse_diagonal).map(|(r, d)| r[lane] * r[lane] * d).sum::<f64>().sqrt()
    }

    /// Adds what the lanes hold outside the indicators and the directions found so far, and counts it; `None` where
    /// something is neither clearly a null vector (`images` are the sizes of Mz) nor clearly rounding.
    fn new_directions(
        &self,
        z: &[Lane],
        scale: &Lane,
        components: &[u32],
        images: &Lane,
        found: &mut Vec<Vec<f64>>,
    ) -> Option<usize> {
        let before = found.len();
        for lane in 0..LANES {
            let mut z: Vec<f64> = z.iter().map(|z| z[lane]).collect();
            self.subtract_component_means(components, &mut z);
            for known in found.iter() {
                let share = self.inner(known, &z);
                z.iter_mut().zip(known).for_each(|(z, known)| *z -= share * known);
            }
            let size = self.inner(&z, &z).sqrt();
            if size > 1e-8 * scale[lane] {
                if size < 1e-6 * scale[lane] || images[lane] > 1e-7 * size {
                    return None;
                }
                z.iter_mut().for_each(|z| *z /= size);
                found.push(z);
            }
        }
        Some(found.len() - before)
    }

    fn size_of(&self, z: &[Lane], lane: usize) -> f64 {
        let column: Vec<f64> = z.iter().map(|z| z[lane]).collect();
        self.inner(&column, &column).sqrt()
    }

    /// a'diag(M)b.
    fn inner(&self, a: &[f64], b: &[f64]) -> f64 {
        let weight = |d: &f64| if *d > 0.0 { 1.0 / d } else { 0.0 };
        a.iter().zip(b).zip(&self.inverse_diagonal).map(|((a, b), d)| a * b * weight(d)).sum()
    }

    /// Means under diag(M), the inner product of [`Iterative::inner`].
    fn subtract_component_means(&self, components: &[u32], z: &mut [f64]) {
        let count = components.iter().max().map_or(0, |&max| max as usize + 1);
        let (mut sums, mut weights) = (vec![0.0; count], vec![0.0; count]);
        for ((&component, z), d) in components.iter().zip(z.iter()).zip(&self.inverse_diagonal) {
            let weight = if *d > 0.0 { 1.0 / d } else { 1.0 };
            sums[component as usize] += weight * z;
            weights[component as usize] += weight;
        }
        z.iter_mut().zip(components).for_each(|(z, &c)| *z -= sums[c as usize] / weights[c as usize]);
    }

    /// Number of unknowns that are iterated on.
    pub(super) fn size(&self) -> usize {
        self.inverse_diagonal.len()
    }

    /// Rank of what was taken out of the iteration.
    pub(super) fn border_rank(&self) -> usize {
        self.border.as_ref().map_or(0, |border| border.corner.rank())
    }
}

/// A fixed sequence in (-1, 1).
fn random(stream: usize, i: usize) -> f64 {
    let mut z =
        (stream as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (i as u64).wrapping_mul(0xD1B5_4A32_D192_ED03);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 11) as f64 * (0.5_f64).powi(52) - 1.0
}

impl Border {
    /// C⁻ g, lane by lane.
    fn solve(&self, g: &[Lane]) -> Vec<Lane> {
        let mut x = vec![[0.0; LANES]; g.len()];
        for lane in 0..LANES {
            let mut column: Vec<f64> = g.iter().map(|g| g[lane]).collect();
            self.corner.solve(&mut column);
            x.iter_mut().zip(column).for_each(|(x, value)| x[lane] = value);
        }
        x
    }

    /// B'v.
    fn transposed(&self, v: &[Lane]) -> Vec<Lane> {
        let mut total = vec![[0.0; LANES]; self.rest];
        for (row, v) in self.rows.chunks_exact(self.rest).zip(v) {
            for (total, b) in total.iter_mut().zip(row) {
                for lane in 0..LANES {
                    total[lane] += b * v[lane];
                }
            }
        }
        total
    }

    /// out ← out - Bx.
    fn subtract_from(&self, x: &[Lane], out: &mut [Lane]) {
        for (row, out) in self.rows.chunks_exact(self.rest).zip(out) {
            for (x, b) in x.iter().zip(row) {
                for lane in 0..LANES {
                    out[lane] -= b * x[lane];
                }
            }
        }
    }
}

/// 1/d, and 0 where elimination has reduced a level to rounding.
fn reciprocals(diagonal: &[f64], level_weights: &[f64]) -> Vec<f64> {
    diagonal.iter().zip(level_weights).map(|(&d, &w)| if d > 1e-10 * w { 1.0 / d } else { 0.0 }).collect()
}

/// out ← out - N'W₁⁻¹N v over the runs of a chunk, for the second effect alone.
#[inline(always)]
fn apply_second(sweep: &Sweep, chunk: Range<usize>, v: &[Lane], out: &mut [Lane]) {
    let cells = &sweep.cells[0];
    for run in chunk {
        let range = sweep.run(run);
        let mut total = [0.0; LANES];
        match &sweep.weights {
            None => {
                let cells = &cells[range];
                cells.iter().for_each(|&cell| add(&mut total, &v[cell as usize]));
                total.iter_mut().for_each(|value| *value *= sweep.inverse[run]);
                cells.iter().for_each(|&cell| subtract(&mut out[cell as usize], &total));
            }
            Some(w) => {
                let (cells, w) = (&cells[range.clone()], &w[range]);
                for (&cell, w) in cells.iter().zip(w) {
                    let value = &v[cell as usize];
                    for lane in 0..LANES {
                        total[lane] += w * value[lane];
                    }
                }
                total.iter_mut().for_each(|value| *value *= sweep.inverse[run]);
                for (&cell, w) in cells.iter().zip(w) {
                    let slot = &mut out[cell as usize];
                    for lane in 0..LANES {
                        slot[lane] -= w * total[lane];
                    }
                }
            }
        }
    }
}

/// out ← out + D₂'W M₁ D₂ v over the runs of a chunk.
#[inline(always)]
fn apply_all(sweep: &Sweep, chunk: Range<usize>, v: &[Lane], out: &mut [Lane]) {
    let mut sums: Vec<Lane> = Vec::new();
    for run in chunk {
        let range = sweep.run(run);
        sums.clear();
        sums.resize(range.len(), [0.0; LANES]);
        for cells in &sweep.cells {
            sums.iter_mut().zip(&cells[range.clone()]).for_each(|(sum, &cell)| add(sum, &v[cell as usize]));
        }
        let mut mean = [0.0; LANES];
        for (place, sum) in range.clone().zip(&sums) {
            let weight = sweep.weight(place);
            for lane in 0..LANES {
                mean[lane] += weight * sum[lane];
            }
        }
        mean.iter_mut().for_each(|value| *value *= sweep.inverse[run]);
        for (place, sum) in range.clone().zip(&mut sums) {
            let weight = sweep.weight(place);
            for lane in 0..LANES {
                sum[lane] = weight * (sum[lane] - mean[lane]);
            }
        }
        for cells in &sweep.cells {
            sums.iter().zip(&cells[range.clone()]).for_each(|(sum, &cell)| add(&mut out[cell as usize], sum));
        }
    }
}
