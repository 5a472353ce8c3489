//! Several effects: the one with most levels is eliminated exactly, the others are solved for.
//!
//! With D₁ the dummies of the largest effect, D₂ the stacked others and M₁ the residual maker of D₁, the normal
//! equations of the others are S α = D₂'W M₁ v with the Schur complement S = D₂'W M₁ D₂, and ṽ = M₁(v - D₂α).
//! After any approximate α, e = ṽ_computed - ṽ has e'We = g'S⁺g, g = D₂'Wṽ_computed, which is what is reported.

use super::conjugate::{self, Lane};
use super::dense::PivotedCholesky;
use super::envelope::{Bordered, Sparse};
use super::factor::Runs;
use super::rank::components;
use super::{ColumnReport, FixedEffect, LANES, Rank, Settings, graph, norm, one_way};
use crate::error::{Error, Result};

/// Up to so many unknowns the Schur complement is formed and factored densely.
const DENSE: usize = 400;
/// A graph is well connected when so many runs lead from a level to every other.
const SHORT: usize = 6;
/// Graphs with more neighbours per level, on average, are not tried for banded elimination.
const MOST_NEIGHBORS: usize = 64;
/// Refinement steps of a direct solver.
const REFINEMENTS: usize = 4;

#[derive(Debug)]
pub(super) struct Schur {
    runs: Runs,
    /// Stacked unknown of each row and other effect, in run order; `width` per row.
    cells: Vec<u32>,
    /// Number of other effects.
    width: usize,
    /// Number of unknowns.
    unknowns: usize,
    /// Number of unknowns of the second-largest effect, which come first.
    second: usize,
    /// Which effect was eliminated, and which the unknowns belong to, in order.
    eliminated: usize,
    others: Vec<usize>,
    /// Weights in run order.
    weights: Option<Vec<f64>>,
    /// 1 / Σ wᵢ of each run.
    inverse: Vec<f64>,
    solver: Solver,
    rank: Rank,
    settings: Settings,
}

#[derive(Debug)]
enum Solver {
    Dense(PivotedCholesky),
    Bordered(Bordered),
    /// Reciprocals of the diagonal of S.
    Conjugate(Vec<f64>),
}

impl Schur {
    pub(super) fn new(effects: &[FixedEffect], weights: Option<&[f64]>, settings: Settings) -> Self {
        let largest = (0..effects.len()).rev().max_by_key(|&f| effects[f].levels).unwrap_or(0);
        let mut order: Vec<usize> = (0..effects.len()).filter(|f| *f != largest).collect();
        order.sort_by_key(|&f| std::cmp::Reverse(effects[f].levels));
        let others: Vec<&FixedEffect> = order.iter().map(|&f| &effects[f]).collect();
        let runs = Runs::new(&effects[largest]);
        let (width, n) = (others.len(), effects[largest].codes.len());
        let mut cells = vec![0_u32; n * width];
        let mut unknowns = 0;
        for (f, other) in others.iter().enumerate() {
            let offset = unknowns as u32;
            let slots = cells.iter_mut().skip(f).step_by(width.max(1));
            match &runs.order {
                None => slots.zip(&other.codes).for_each(|(slot, &code)| *slot = code + offset),
                Some(order) => slots.zip(order).for_each(|(slot, &row)| *slot = other.codes[row as usize] + offset),
            }
            unknowns += other.levels;
        }
        let weights = weights.map(|w| runs.gather(w));
        let inverse = runs
            .ranges()
            .map(|range| 1.0 / weights.as_ref().map_or(range.len() as f64, |w| w[range].iter().sum::<f64>()))
            .collect();
        let solver = Solver::Conjugate(Vec::new());
        let rank = Rank { rank: 0, exact: false };
        let second = others.first().map_or(0, |effect| effect.levels);
        let mut schur = Self {
            runs,
            cells,
            width,
            unknowns,
            second,
            eliminated: largest,
            others: order,
            weights,
            inverse,
            solver,
            rank,
            settings,
        };
        let eliminated = effects[largest].levels;
        if unknowns <= DENSE {
            let factor = PivotedCholesky::new(schur.dense(), unknowns, &schur.level_weights());
            schur.rank = Rank { rank: eliminated + factor.rank(), exact: true };
            schur.solver = Solver::Dense(factor);
        } else if let Some(bordered) = schur.banded() {
            schur.rank = Rank { rank: eliminated + bordered.rank(), exact: true };
            schur.solver = Solver::Bordered(bordered);
        } else {
            let reciprocal = |d: f64| if d > 0.0 { 1.0 / d } else { 0.0 };
            schur.solver = Solver::Conjugate(schur.diagonal().into_iter().map(reciprocal).collect());
            schur.rank = schur.rank_by_graph(&effects[largest], &others);
        }
        schur
    }

    pub(super) fn rank(&self) -> Rank {
        self.rank
    }

    /// The largest two effects have rank L₁ + L₂ - components. A further effect adds L - 1 exactly when its levels are
    /// connected through rows that agree in all other effects: then it is constant on the null space. Otherwise
    /// L - 1 is an upper bound.
    fn rank_by_graph(&self, eliminated: &FixedEffect, others: &[&FixedEffect]) -> Rank {
        let Some((second, rest)) = others.split_first() else { return Rank { rank: eliminated.levels, exact: true } };
        let mut rank = eliminated.levels + second.levels - components(eliminated, second);
        let mut exact = true;
        let mut offset = second.levels;
        for (f, effect) in rest.iter().enumerate() {
            exact &= self.joined_within_cells(f + 1, offset, effect.levels);
            rank += effect.levels - 1;
            offset += effect.levels;
        }
        Rank { rank, exact }
    }

    /// Whether the levels of other effect `f` are connected by rows of one run that agree in the effects before it.
    fn joined_within_cells(&self, f: usize, offset: usize, levels: usize) -> bool {
        let mut sets = graph::Sets::new(levels);
        let mut rows: Vec<&[u32]> = Vec::new();
        for range in self.runs.ranges() {
            rows.clear();
            rows.extend(self.cells[range.start * self.width..range.end * self.width].chunks_exact(self.width));
            rows.sort_unstable_by(|a, b| a[..f].cmp(&b[..f]));
            for pair in rows.windows(2) {
                if pair[0][..f] == pair[1][..f] {
                    sets.union(pair[0][f] - offset as u32, pair[1][f] - offset as u32);
                }
            }
            if sets.count() == 1 {
                return true;
            }
        }
        sets.count() == 1
    }

    /// The banded factor, where the graph of the second effect is long and its envelope small.
    fn banded(&self) -> Option<Bordered> {
        let codes: Vec<u32> = self.cells.iter().step_by(self.width).copied().collect();
        let mut sets = graph::join_runs(&self.runs, &codes, self.second);
        if graph::reach_is_short(&self.runs, &codes, &mut sets, self.second, SHORT) {
            return None;
        }
        let (n, rest) = (self.second, self.unknowns - self.second);
        // Distinct levels of each run with their weights, and the runs of each level.
        let mut run_starts = vec![0_usize];
        let mut cells: Vec<(u32, f64)> = Vec::new();
        let mut border = vec![vec![0.0; n]; rest];
        let mut corner = vec![0.0; rest * rest];
        let mut diagonal = vec![0.0; n];
        self.for_each_run(|inverse, range, totals| {
            for place in range {
                let weight = self.weight(place);
                let row = &self.cells[place * self.width..(place + 1) * self.width];
                for &b in &row[1..] {
                    border[b as usize - n][row[0] as usize] += weight;
                    for &a in &row[1..] {
                        corner[(b as usize - n) * rest + a as usize - n] += weight;
                    }
                }
            }
            for &(b, weight_b) in totals {
                let b = b as usize;
                if b < n {
                    diagonal[b] += weight_b - weight_b * weight_b * inverse;
                    cells.push((b as u32, weight_b));
                    continue;
                }
                for &(a, weight_a) in totals {
                    let (a, product) = (a as usize, weight_a * weight_b * inverse);
                    if a < n { border[b - n][a] -= product } else { corner[(b - n) * rest + a - n] -= product }
                }
            }
            run_starts.push(cells.len());
        });
        let mut level_starts = vec![0_usize; n + 1];
        cells.iter().for_each(|&(level, _)| level_starts[level as usize + 1] += 1);
        (0..n).for_each(|level| level_starts[level + 1] += level_starts[level]);
        let mut next = level_starts.clone();
        let mut runs_of = vec![(0_u32, 0.0); cells.len()];
        for run in 0..run_starts.len() - 1 {
            for &(level, weight) in &cells[run_starts[run]..run_starts[run + 1]] {
                runs_of[next[level as usize]] = (run as u32, weight);
                next[level as usize] += 1;
            }
        }
        let mut sparse = Sparse { starts: vec![0], neighbors: Vec::new(), values: Vec::new(), diagonal };
        let mut totals = vec![0.0; n];
        let mut touched: Vec<u32> = Vec::new();
        for level in 0..n {
            for &(run, weight) in &runs_of[level_starts[level]..level_starts[level + 1]] {
                let factor = weight * self.inverse[run as usize];
                for &(other, other_weight) in &cells[run_starts[run as usize]..run_starts[run as usize + 1]] {
                    if totals[other as usize] == 0.0 {
                        touched.push(other);
                    }
                    totals[other as usize] += factor * other_weight;
                }
            }
            for other in touched.drain(..) {
                let total = std::mem::take(&mut totals[other as usize]);
                if other as usize != level {
                    sparse.neighbors.push(other);
                    sparse.values.push(-total);
                }
            }
            sparse.starts.push(sparse.neighbors.len());
            if sparse.neighbors.len() > MOST_NEIGHBORS * n {
                return None;
            }
        }
        Bordered::new(&sparse, border, corner, &self.level_weights()[n..])
    }

    /// Weight of each unknown's level: the diagonal before elimination.
    fn level_weights(&self) -> Vec<f64> {
        let ones = vec![1.0; self.cells.len() / self.width.max(1)];
        self.right_hand_side(&ones)
    }

    /// Coefficients of a column in the span of the effects, by effect in the order given to [`Schur::new`].
    pub(super) fn coefficients(&self, part: &[f64]) -> Vec<Vec<f64>> {
        let sorted = self.runs.gather(part);
        let mut demeaned = sorted.clone();
        self.demean(&mut demeaned);
        let mut alpha = self.right_hand_side(&demeaned);
        match &self.solver {
            Solver::Dense(factor) => factor.solve(&mut alpha),
            Solver::Bordered(bordered) => bordered.solve(&mut alpha),
            Solver::Conjugate(inverse_diagonal) => {
                let size = norm(&demeaned, self.weights.as_deref());
                let stop = conjugate::Stop { tolerance: 1e-13, max_iterations: self.settings.max_iterations };
                let solved = conjugate::solve(&[alpha], &[size], inverse_diagonal, stop, |v, out| self.apply(v, out));
                alpha = solved.solution(0);
            }
        }
        let mut left = sorted;
        for (row, value) in self.cells.chunks_exact(self.width).zip(left.iter_mut()) {
            *value -= row.iter().map(|&cell| alpha[cell as usize]).sum::<f64>();
        }
        let mut effects = vec![Vec::new(); self.others.len() + 1];
        effects[self.eliminated] = self
            .runs
            .ranges()
            .zip(&self.inverse)
            .map(|(range, inverse)| range.map(|place| self.weight(place) * left[place]).sum::<f64>() * inverse)
            .collect();
        let mut boundaries: Vec<u32> = vec![u32::MAX; self.width];
        for row in self.cells.chunks_exact(self.width) {
            for (f, &cell) in row.iter().enumerate() {
                boundaries[f] = boundaries[f].min(cell);
            }
        }
        for (f, &effect) in self.others.iter().enumerate() {
            let end = boundaries.get(f + 1).map_or(self.unknowns, |&next| next as usize);
            effects[effect] = alpha[boundaries[f] as usize..end].to_vec();
        }
        effects
    }

    fn weight(&self, place: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w[place])
    }

    /// Total weight of each unknown within each run, run by run.
    fn for_each_run(&self, mut visit: impl FnMut(f64, std::ops::Range<usize>, &[(u32, f64)])) {
        let mut totals = vec![0.0; self.unknowns];
        let mut touched: Vec<u32> = Vec::new();
        let mut pairs: Vec<(u32, f64)> = Vec::new();
        for (range, &inverse) in self.runs.ranges().zip(&self.inverse) {
            for place in range.clone() {
                let weight = self.weight(place);
                for &cell in &self.cells[place * self.width..(place + 1) * self.width] {
                    if totals[cell as usize] == 0.0 {
                        touched.push(cell);
                    }
                    totals[cell as usize] += weight;
                }
            }
            pairs.clear();
            pairs.extend(touched.drain(..).map(|cell| (cell, std::mem::take(&mut totals[cell as usize]))));
            visit(inverse, range, &pairs);
        }
    }

    /// S by columns.
    fn dense(&self) -> Vec<f64> {
        let m = self.unknowns;
        let mut s = vec![0.0; m * m];
        self.for_each_run(|inverse, range, totals| {
            for place in range {
                let weight = self.weight(place);
                let row = &self.cells[place * self.width..(place + 1) * self.width];
                for &a in row {
                    for &b in row {
                        s[b as usize * m + a as usize] += weight;
                    }
                }
            }
            for &(b, weight_b) in totals {
                let factor = weight_b * inverse;
                let column = &mut s[b as usize * m..(b as usize + 1) * m];
                for &(a, weight_a) in totals {
                    column[a as usize] -= weight_a * factor;
                }
            }
        });
        s
    }

    /// Diagonal of S.
    fn diagonal(&self) -> Vec<f64> {
        let mut diagonal = vec![0.0; self.unknowns];
        self.for_each_run(|inverse, _, totals| {
            for &(cell, weight) in totals {
                diagonal[cell as usize] += weight - weight * weight * inverse;
            }
        });
        diagonal
    }

    /// S v for four vectors at once.
    fn apply(&self, v: &[Lane], out: &mut [Lane]) {
        match self.width {
            1 => self.apply_width(1, v, out),
            2 => self.apply_width(2, v, out),
            3 => self.apply_width(3, v, out),
            width => self.apply_width(width, v, out),
        }
    }

    #[inline(always)]
    fn apply_width(&self, width: usize, v: &[Lane], out: &mut [Lane]) {
        out.fill([0.0; LANES]);
        let mut sums: Vec<Lane> = Vec::new();
        for (range, &inverse) in self.runs.ranges().zip(&self.inverse) {
            let cells = &self.cells[range.start * width..range.end * width];
            sums.clear();
            let mut total = [0.0; LANES];
            for (place, row) in cells.chunks_exact(width).enumerate() {
                let mut sum = [0.0; LANES];
                for &cell in row {
                    add(&mut sum, &v[cell as usize]);
                }
                let weight = self.weights.as_ref().map_or(1.0, |w| w[range.start + place]);
                for lane in 0..LANES {
                    total[lane] += weight * sum[lane];
                }
                sums.push(sum);
            }
            total.iter_mut().for_each(|t| *t *= inverse);
            for (place, (row, sum)) in cells.chunks_exact(width).zip(&sums).enumerate() {
                let weight = self.weights.as_ref().map_or(1.0, |w| w[range.start + place]);
                let mut part = [0.0; LANES];
                for lane in 0..LANES {
                    part[lane] = weight * (sum[lane] - total[lane]);
                }
                for &cell in row {
                    add(&mut out[cell as usize], &part);
                }
            }
        }
    }

    /// g = D₂'W v.
    fn right_hand_side(&self, v: &[f64]) -> Vec<f64> {
        let mut g = vec![0.0; self.unknowns];
        match &self.weights {
            None => {
                for (row, value) in self.cells.chunks_exact(self.width).zip(v) {
                    row.iter().for_each(|&cell| g[cell as usize] += value);
                }
            }
            Some(w) => {
                for ((row, value), weight) in self.cells.chunks_exact(self.width).zip(v).zip(w) {
                    row.iter().for_each(|&cell| g[cell as usize] += value * weight);
                }
            }
        }
        g
    }

    /// v ← M₁(v - D₂α).
    fn subtract(&self, v: &mut [f64], alpha: &[f64]) {
        for (row, value) in self.cells.chunks_exact(self.width).zip(v.iter_mut()) {
            *value -= row.iter().map(|&cell| alpha[cell as usize]).sum::<f64>();
        }
        self.demean(v);
    }

    fn demean(&self, v: &mut [f64]) {
        for range in self.runs.ranges() {
            let w = self.weights.as_ref().map(|w| &w[range.clone()]);
            one_way::demean(&mut v[range], w);
        }
    }

    /// wᵢ (1/W_g + q'S⁺q), q = D₂'W M₁ eᵢ / wᵢ: the cells of the row less the mean cells of its run.
    pub(super) fn leverage(&self, n: usize) -> Result<Vec<f64>> {
        let Solver::Dense(factor) = &self.solver else {
            return Err(Error::Unsupported(format!("leverages with {} effects to solve for", self.unknowns)));
        };
        let mut sorted = vec![0.0; n];
        self.for_each_run(|inverse, range, totals| {
            for place in range {
                let mut q = vec![0.0; self.unknowns];
                for &(cell, weight) in totals {
                    q[cell as usize] -= weight * inverse;
                }
                for &cell in &self.cells[place * self.width..(place + 1) * self.width] {
                    q[cell as usize] += 1.0;
                }
                let mut x = q.clone();
                factor.solve(&mut x);
                let form: f64 = q.iter().zip(&x).map(|(q, x)| q * x).sum();
                sorted[place] = self.weight(place) * (inverse + form);
            }
        });
        let mut leverage = vec![0.0; n];
        self.runs.scatter(&sorted, &mut leverage);
        Ok(leverage)
    }

    pub(super) fn residualize(&self, columns: &mut [&mut [f64]]) -> Result<Vec<ColumnReport>> {
        if self.runs.order.is_none() {
            return self.residualize_sorted(columns);
        }
        let mut sorted: Vec<Vec<f64>> = columns.iter().map(|column| self.runs.gather(column)).collect();
        let reports = self.residualize_sorted(&mut sorted.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>())?;
        for (v, column) in sorted.iter().zip(columns) {
            self.runs.scatter(v, column);
        }
        Ok(reports)
    }

    fn residualize_sorted(&self, sorted: &mut [&mut [f64]]) -> Result<Vec<ColumnReport>> {
        sorted.iter_mut().for_each(|v| self.demean(v));
        Ok(match &self.solver {
            Solver::Dense(factor) => sorted.iter_mut().map(|v| self.direct(v, |g| factor.solve(g))).collect(),
            Solver::Bordered(bordered) => sorted.iter_mut().map(|v| self.direct(v, |g| bordered.solve(g))).collect(),
            Solver::Conjugate(inverse_diagonal) => self.iterate(sorted, inverse_diagonal)?,
        })
    }

    /// Solve, and refine until the correction is rounding; the solve that finds the correction yields the bound, too.
    fn direct(&self, v: &mut [f64], solve: impl Fn(&mut [f64])) -> ColumnReport {
        let weights = self.weights.as_deref();
        let start = norm(v, weights);
        let mut error = f64::INFINITY;
        for step in 0..=REFINEMENTS {
            let g = self.right_hand_side(v);
            let mut alpha = g.clone();
            solve(&mut alpha);
            let correction = g.iter().zip(&alpha).map(|(g, a)| g * a).sum::<f64>().max(0.0).sqrt();
            if step > 0 && (correction <= 4.0 * f64::EPSILON * start || correction >= 0.5 * error) {
                error = error.min(correction);
                break;
            }
            error = correction;
            self.subtract(v, &alpha);
        }
        ColumnReport { iterations: 0, error: error.max(2.0 * f64::EPSILON * norm(v, weights)) }
    }

    /// Conjugate gradients on a block of up to four columns, restarted from the true residual until the bound holds.
    fn iterate(&self, sorted: &mut [&mut [f64]], inverse_diagonal: &[f64]) -> Result<Vec<ColumnReport>> {
        let weights = self.weights.as_deref();
        let mut reports = vec![ColumnReport::default(); sorted.len()];
        let start: Vec<f64> = sorted.iter().map(|v| norm(v, weights)).collect();
        let mut smallest = f64::INFINITY;
        for round in 0..4 {
            let rights: Vec<Vec<f64>> = sorted.iter().map(|v| self.right_hand_side(v)).collect();
            let norms: Vec<f64> = sorted.iter().map(|v| norm(v, weights)).collect();
            let mut pending = Vec::new();
            for column in 0..sorted.len() {
                let energy: f64 = rights[column].iter().zip(inverse_diagonal).map(|(g, d)| g * g * d).sum();
                let error = (energy / (0.5 * smallest)).sqrt();
                let floor = 64.0 * f64::EPSILON * start[column];
                reports[column].error = error.max(2.0 * f64::EPSILON * norms[column]);
                pending.push(round == 0 || error > (self.settings.tolerance * norms[column]).max(floor));
            }
            if !pending.contains(&true) {
                return Ok(reports);
            }
            let budget = self.settings.max_iterations;
            let solved = conjugate::solve(
                &rights,
                &norms,
                inverse_diagonal,
                conjugate::Stop { tolerance: 0.3 * self.settings.tolerance, max_iterations: budget },
                |v, out| self.apply(v, out),
            );
            smallest = smallest.min(solved.smallest);
            for (column, v) in sorted.iter_mut().enumerate() {
                if pending[column] {
                    reports[column].iterations += solved.iterations;
                    self.subtract(v, &solved.solution(column));
                }
            }
        }
        let worst = (0..sorted.len()).max_by(|&a, &b| reports[a].error.total_cmp(&reports[b].error)).unwrap_or(0);
        let relative = reports[worst].error / norm(sorted[worst], weights).max(f64::MIN_POSITIVE);
        if relative <= 100.0 * self.settings.tolerance || reports[worst].error <= 1e-12 * start[worst] {
            return Ok(reports);
        }
        Err(Error::NotConverged {
            what: "absorption of the fixed effects".into(),
            iterations: reports[worst].iterations,
            got: relative,
            expected: self.settings.tolerance,
        })
    }
}

fn add(a: &mut Lane, b: &Lane) {
    for lane in 0..LANES {
        a[lane] += b[lane];
    }
}
