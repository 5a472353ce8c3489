//! Whole clusters drawn with replacement; a cluster drawn twice is two clusters, one without rows in a sample adds nothing.
//!
//! A(w) = Σ w_g A_g, b(w) = A(w)⁻¹ c(w), h_g = J(w)(c_g − A_g b(w)), V* = m(w) Σ w_g h_g h_g', with N_w and G_w counted from
//! the draw. A control that vanishes from a draw is left out there.

use super::problem::{Problem, Target};
use crate::kernel::{Blocks, Cholesky, Errors, Estimate, Left, accumulate, pair};

/// Weighted sums of the cross-products of one set of blocks, one column per draw.
#[derive(Debug)]
pub(super) struct Totals {
    regressors: usize,
    /// With the stride from draw to draw.
    xx: (Vec<f64>, usize),
    xy: (Vec<f64>, usize),
    yy: (Vec<f64>, usize),
    rows: Vec<f64>,
    clusters: Vec<f64>,
}

impl Totals {
    /// `weights` holds one column of clusters per draw.
    pub(super) fn new(blocks: &Blocks, weights: &[f64]) -> Self {
        let clusters = blocks.clusters();
        let draws = weights.len() / clusters.max(1);
        let totals = |products: &[f64]| {
            let left = Left::of_rows(products, clusters);
            let mut out = vec![0.0; left.padded() * draws];
            left.times(weights, clusters, draws, &mut out);
            (out, left.padded())
        };
        let (xx, xy, yy) = blocks.products();
        let rows = blocks.rows();
        let sum = |f: &dyn Fn(f64) -> f64| -> Vec<f64> {
            weights.chunks_exact(clusters.max(1)).map(|w| w.iter().zip(rows).map(|(w, &n)| w * f(n)).sum()).collect()
        };
        Self {
            regressors: blocks.regressors(),
            xx: totals(xx),
            xy: totals(xy),
            yy: totals(yy),
            rows: sum(&|n| n),
            clusters: sum(&|n| f64::from(u8::from(n > 0.0))),
        }
    }

    fn xx(&self, draw: usize, i: usize, j: usize) -> f64 {
        self.xx.0[draw * self.xx.1 + pair(i, j)]
    }

    fn yy(&self, draw: usize, outcome: usize) -> f64 {
        self.yy.0[draw * self.yy.1 + outcome]
    }

    fn xy(&self, draw: usize, outcome: usize, i: usize) -> f64 {
        self.xy.0[draw * self.xy.1 + outcome * self.regressors + i]
    }
}

/// Draws all estimates of one design; `emit` gets the place of the target, the place of the draw and the estimate, `None`
/// where the draw does not identify it.
pub(super) fn draw(
    problem: &Problem<'_>,
    design: usize,
    targets: &[usize],
    weights: &[f64],
    totals: &Totals,
    mut emit: impl FnMut(usize, usize, Option<&Estimate>),
) {
    let design = &problem.designs[design];
    let blocks = &problem.blocks[design.blocks];
    let columns: Vec<usize> = design.controls.iter().chain(&design.focal).copied().collect();
    let (n, f) = (columns.len(), design.focal.len());
    let mut work = Work {
        blocks,
        columns,
        focal: f,
        cholesky: Cholesky::default(),
        rows: vec![0.0; n * f],
        beta: Vec::new(),
        responses: vec![0.0; f * n * blocks.clusters()],
        scores: vec![0.0; f * blocks.clusters()],
        estimate: Estimate::default(),
    };
    let clustered = targets.iter().any(|&target| problem.targets[target].small.errors != Errors::Iid);
    for (place, w) in weights.chunks_exact(blocks.clusters().max(1)).enumerate() {
        let identified = work.factor(totals, place);
        if identified && clustered {
            work.respond();
        }
        for &target in targets {
            let found = identified && work.solve(totals, place, w, &problem.targets[target]);
            emit(target, place, found.then_some(&work.estimate));
        }
    }
}

struct Work<'a> {
    blocks: &'a Blocks,
    columns: Vec<usize>,
    focal: usize,
    cholesky: Cholesky,
    /// Focal rows of A(w)⁻¹.
    rows: Vec<f64>,
    beta: Vec<f64>,
    responses: Vec<f64>,
    scores: Vec<f64>,
    estimate: Estimate,
}

impl Work<'_> {
    fn factor(&mut self, totals: &Totals, draw: usize) -> bool {
        let (columns, n, f) = (&self.columns, self.columns.len(), self.focal);
        self.cholesky.factor(n, |i, j| totals.xx(draw, columns[i], columns[j]));
        if (n - f..n).any(|k| self.cholesky.is_dropped(k)) {
            return false;
        }
        for (a, row) in self.rows.chunks_exact_mut(n).enumerate() {
            row.fill(0.0);
            row[n - f + a] = 1.0;
            self.cholesky.solve_from(n - f + a, row);
        }
        true
    }

    fn solve(&mut self, totals: &Totals, draw: usize, weights: &[f64], target: &Target) -> bool {
        let (n, f, outcome) = (self.columns.len(), self.focal, target.outcome);
        let rank = self.cholesky.rank();
        let Some((factor, df)) = target.small.of(totals.rows[draw], totals.clusters[draw], rank) else { return false };
        self.beta.clear();
        self.beta.extend(self.columns.iter().map(|&column| totals.xy(draw, outcome, column)));
        self.cholesky.solve(&mut self.beta);
        let estimate = &mut self.estimate;
        estimate.b.clear();
        estimate.b.extend_from_slice(&self.beta[n - f..]);
        (estimate.df, estimate.dropped) = (df, n - rank);
        estimate.v.clear();
        if target.small.errors == Errors::Iid {
            let explained: f64 =
                self.columns.iter().zip(&self.beta).map(|(&j, b)| b * totals.xy(draw, outcome, j)).sum();
            let total = totals.yy(draw, outcome);
            let variance = factor * (total - explained).max(0.0);
            for b in 0..f {
                estimate.v.extend((0..=b).map(|a| variance * self.rows[b * n + n - f + a]));
            }
            return true;
        }
        self.score(outcome);
        let clusters = self.blocks.clusters();
        if let (2, Some((one, two))) = (f, self.scores.split_at_checked(clusters)) {
            self.estimate.v.extend(weighted_squares(weights, one, two).map(|sum| factor * sum));
            return true;
        }
        for b in 0..f {
            for a in 0..=b {
                let (one, other) = (&self.scores[a * clusters..], &self.scores[b * clusters..]);
                let sum: f64 = (0..clusters).map(|g| weights[g] * one[g] * other[g]).sum();
                self.estimate.v.push(factor * sum);
            }
        }
        true
    }

    /// J(w) A_g, by focal regressor and then regressor, arrays over clusters: every outcome of the design shares it.
    fn respond(&mut self) {
        let (blocks, columns, clusters) = (self.blocks, &self.columns, self.blocks.clusters());
        let n = columns.len();
        self.responses.fill(0.0);
        let mut terms: Vec<(f64, &[f64])> = Vec::with_capacity(n);
        for (row, out) in self.rows.chunks_exact(n).zip(self.responses.chunks_exact_mut((n * clusters).max(1))) {
            for (&column, out) in columns.iter().zip(out.chunks_exact_mut(clusters.max(1))) {
                terms.clear();
                terms.extend(row.iter().zip(columns).map(|(&weight, &other)| (weight, blocks.xx(other, column))));
                accumulate(out, &terms);
            }
        }
    }

    /// h_g = J(w) c_g − J(w) A_g b(w) for every cluster.
    fn score(&mut self, outcome: usize) {
        let (blocks, columns, clusters) = (self.blocks, &self.columns, self.blocks.clusters());
        let n = columns.len();
        self.scores.fill(0.0);
        let mut terms: Vec<(f64, &[f64])> = Vec::with_capacity(2 * n);
        let focal = self.rows.chunks_exact(n).zip(self.responses.chunks_exact((n * clusters).max(1)));
        for ((row, responses), out) in focal.zip(self.scores.chunks_exact_mut(clusters.max(1))) {
            terms.clear();
            terms.extend(row.iter().zip(columns).map(|(&weight, &column)| (weight, blocks.xy(outcome, column))));
            let moved = self.beta.iter().zip(responses.chunks_exact(clusters.max(1)));
            terms.extend(moved.map(|(&b, response)| (-b, response)));
            accumulate(out, &terms);
        }
    }
}

/// Σ w a², Σ w a b and Σ w b², each in the order of the clusters; the three sums go side by side.
fn weighted_squares(weights: &[f64], a: &[f64], b: &[f64]) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for ((w, a), b) in weights.iter().zip(a).zip(b) {
        sums[0] += w * a * a;
        sums[1] += w * a * b;
        sums[2] += w * b * b;
    }
    sums
}
