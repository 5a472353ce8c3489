//! The Schur complement S = [A B; B' C] from the rows: A for the second-largest effect, C for the smaller ones.

use super::sparse::Sparse;
use super::sweep::{Scratch, Sweep};
use rayon::prelude::*;
use std::ops::Range;

/// Levels whose neighbours are counted to judge how full A would be.
const SAMPLE: usize = 16;
/// A sampled level that has met so many cells is not followed further.
const ENOUGH: usize = 16_384;
/// Level ranges of A that are put together in parallel.
const PARTS: usize = 16;

/// B, C and the diagonal of A.
#[derive(Debug)]
pub(super) struct Blocks {
    /// Diagonal of A.
    pub(super) diagonal: Vec<f64>,
    /// B by rows, `rest` entries each.
    pub(super) border: Vec<f64>,
    /// C by columns.
    pub(super) corner: Vec<f64>,
    /// Unknowns outside A.
    pub(super) rest: usize,
}

/// Distinct levels of the second effect in each run, with their weights.
#[derive(Debug)]
pub(super) struct Incidence {
    starts: Vec<u32>,
    levels: Vec<u32>,
    weights: Vec<f64>,
}

/// What one chunk of runs adds.
struct Part {
    diagonal: Vec<f64>,
    border: Vec<f64>,
    corner: Vec<f64>,
    /// Σ w/W by level, Σ 1/W and the number of runs that have the same smaller levels as the first run.
    alike: Vec<f64>,
    alike_total: f64,
    alike_runs: usize,
    counts: Vec<u32>,
    levels: Vec<u32>,
    weights: Vec<f64>,
}

/// B, C, the diagonal of A and, where it is wanted, the incidence that A comes from.
pub(super) fn blocks(sweep: &Sweep, with_incidence: bool) -> (Blocks, Incidence) {
    let n = sweep.offsets[1];
    let rest = sweep.unknowns() - n;
    // In a panel most runs meet the same smaller levels (the periods): their part of B and C is a product.
    let mut pattern: Vec<(u32, f64)> = Vec::new();
    pattern.extend(sweep.totals(&sweep.cells[1..], sweep.run(0), &mut Scratch::default()));
    let parts = sweep.by_chunk(|chunk| part(sweep, chunk, with_incidence));
    let mut total =
        Blocks { diagonal: vec![0.0; n], border: vec![0.0; n * rest], corner: vec![0.0; rest * rest], rest };
    let mut incidence = Incidence { starts: vec![0], levels: Vec::new(), weights: Vec::new() };
    let (mut alike, mut alike_total, mut alike_runs) = (vec![0.0; n], 0.0, 0);
    let sum = |total: &mut [f64], part: &[f64]| total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
    for part in parts {
        sum(&mut total.diagonal, &part.diagonal);
        sum(&mut total.border, &part.border);
        sum(&mut total.corner, &part.corner);
        sum(&mut alike, &part.alike);
        alike_total += part.alike_total;
        alike_runs += part.alike_runs;
        let mut end = incidence.levels.len() as u32;
        incidence.starts.extend(part.counts.iter().map(|count| {
            end += count;
            end
        }));
        incidence.levels.extend(part.levels);
        incidence.weights.extend(part.weights);
    }
    add_rows(sweep, sweep.run(0), alike_runs as f64, &mut total.corner);
    for &(b, weight) in &pattern {
        let b = b as usize - n;
        alike.iter().enumerate().for_each(|(a, alike)| total.border[a * rest + b] -= alike * weight);
        for &(other, other_weight) in &pattern {
            total.corner[b * rest + other as usize - n] -= alike_total * weight * other_weight;
        }
    }
    (total, incidence)
}

fn part(sweep: &Sweep, chunk: Range<usize>, with_incidence: bool) -> Part {
    let n = sweep.offsets[1];
    let rest = sweep.unknowns() - n;
    let mut part = Part {
        diagonal: vec![0.0; n],
        border: vec![0.0; n * rest],
        corner: vec![0.0; rest * rest],
        alike: vec![0.0; n],
        alike_total: 0.0,
        alike_runs: 0,
        counts: Vec::new(),
        levels: Vec::new(),
        weights: Vec::new(),
    };
    let (first, others) = sweep.cells.split_at(1);
    let model = sweep.run(0);
    let (mut scratch, mut small) = (Scratch::default(), Scratch::default());
    for run in chunk {
        let range = sweep.run(run);
        let inverse = sweep.inverse[run];
        let second = sweep.totals(first, range.clone(), &mut scratch);
        for other in others {
            for place in range.clone() {
                let b = other[place] as usize - n;
                part.border[first[0][place] as usize * rest + b] += sweep.weight(place);
            }
        }
        let is_alike =
            sweep.weights.is_none() && others.iter().all(|cells| cells[range.clone()] == cells[model.clone()]);
        if is_alike {
            part.alike_runs += 1;
            part.alike_total += inverse;
            for &(a, weight) in second {
                let (a, factor) = (a as usize, weight * inverse);
                part.diagonal[a] += weight - weight * factor;
                part.alike[a] += factor;
            }
        } else {
            let smaller = sweep.totals(others, range.clone(), &mut small);
            for &(a, weight) in second {
                let (a, factor) = (a as usize, weight * inverse);
                part.diagonal[a] += weight - weight * factor;
                let row = &mut part.border[a * rest..(a + 1) * rest];
                smaller.iter().for_each(|&(b, other)| row[b as usize - n] -= factor * other);
            }
            for &(b, weight) in smaller {
                let column = &mut part.corner[(b as usize - n) * rest..(b as usize - n + 1) * rest];
                smaller.iter().for_each(|&(c, other)| column[c as usize - n] -= weight * other * inverse);
            }
            add_rows(sweep, range, 1.0, &mut part.corner);
        }
        if with_incidence {
            part.counts.push(second.len() as u32);
            part.levels.extend(second.iter().map(|pair| pair.0));
            part.weights.extend(second.iter().map(|pair| pair.1));
        }
    }
    part
}

/// Adds D₃'WD₃ of some rows, `times` over.
fn add_rows(sweep: &Sweep, range: Range<usize>, times: f64, corner: &mut [f64]) {
    let n = sweep.offsets[1];
    let rest = sweep.unknowns() - n;
    let others = &sweep.cells[1..];
    for place in range {
        for b in others {
            for c in others {
                corner[(b[place] as usize - n) * rest + c[place] as usize - n] += times * sweep.weight(place);
            }
        }
    }
}

/// Number of neighbours that levels of the second effect have on average, from a sample of levels.
pub(super) fn neighbors_per_level(sweep: &Sweep) -> usize {
    let n = sweep.offsets[1];
    let sample = SAMPLE.min(n);
    let mut which = vec![u8::MAX; n];
    (0..sample).for_each(|k| which[k * n / sample] = k as u8);
    let mut neighbors: Vec<Vec<u32>> = vec![Vec::new(); sample];
    let cells = &sweep.cells[0];
    for range in sweep.runs.ranges() {
        let run = &cells[range];
        for &cell in run {
            let k = which[cell as usize];
            if k != u8::MAX && neighbors[k as usize].len() < ENOUGH {
                neighbors[k as usize].extend_from_slice(run);
            }
        }
    }
    let count = |list: &mut Vec<u32>| {
        list.sort_unstable();
        list.dedup();
        list.len() - 1
    };
    neighbors.iter_mut().filter(|list| !list.is_empty()).map(count).sum::<usize>() / sample
}

impl Incidence {
    /// A = W₂ - N'W₁⁻¹N by rows, level ranges in parallel; `inverse` are 1/W₁, `diagonal` that of A.
    pub(super) fn schur(&self, inverse: &[f64], diagonal: Vec<f64>) -> Sparse {
        let n = diagonal.len();
        // Runs of each level.
        let mut starts = vec![0_u32; n + 1];
        self.levels.iter().for_each(|&level| starts[level as usize + 1] += 1);
        (0..n).for_each(|level| starts[level + 1] += starts[level]);
        let mut next = starts.clone();
        let mut runs = vec![0_u32; self.levels.len()];
        let mut shares = vec![0.0; self.levels.len()];
        for run in 0..self.starts.len() - 1 {
            for entry in self.starts[run] as usize..self.starts[run + 1] as usize {
                let place = &mut next[self.levels[entry] as usize];
                runs[*place as usize] = run as u32;
                shares[*place as usize] = self.weights[entry] * inverse[run];
                *place += 1;
            }
        }
        let rows = |levels: Range<usize>| -> (Vec<u32>, Vec<u32>, Vec<f64>) {
            let (mut counts, mut neighbors, mut values) = (Vec::new(), Vec::new(), Vec::new());
            let mut totals = vec![0.0; n];
            let mut touched: Vec<u32> = Vec::new();
            for level in levels {
                for place in starts[level] as usize..starts[level + 1] as usize {
                    let (run, share) = (runs[place] as usize, shares[place]);
                    for entry in self.starts[run] as usize..self.starts[run + 1] as usize {
                        let other = self.levels[entry];
                        let total = &mut totals[other as usize];
                        if *total == 0.0 {
                            touched.push(other);
                        }
                        *total += share * self.weights[entry];
                    }
                }
                let before = neighbors.len();
                for other in touched.drain(..) {
                    let total = std::mem::take(&mut totals[other as usize]);
                    if other as usize != level {
                        neighbors.push(other);
                        values.push(-total);
                    }
                }
                counts.push((neighbors.len() - before) as u32);
            }
            (counts, neighbors, values)
        };
        let parts: Vec<_> = (0..PARTS).into_par_iter().map(|k| rows(n * k / PARTS..n * (k + 1) / PARTS)).collect();
        let mut sparse = Sparse { starts: vec![0], neighbors: Vec::new(), values: Vec::new(), diagonal };
        for (counts, neighbors, values) in parts {
            for count in counts {
                let end = sparse.starts[sparse.starts.len() - 1] + count as usize;
                sparse.starts.push(end);
            }
            sparse.neighbors.extend(neighbors);
            sparse.values.extend(values);
        }
        sparse
    }
}
