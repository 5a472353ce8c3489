//! Wild cluster draws with the null imposed (Cameron, Gelbach & Miller 2008), as matrix products.
//!
//! With q_g the scores of the restricted fit, r_g = J q_g and H_g = J A_g:
//!
//! d = A⁻¹ Σ v_g q_g, b* − b_restricted = d, V* = m Σ_g h_g h_g', h_g = v_g r_g − H_g d.
//!
//! With v = 1 everywhere b* is the estimate itself. Under one variance V* = u*'u*/(N − K) J_F, whose residuals come from
//! cross-products, too.

use super::problem::{Problem, Target};
use crate::error::Result;
use crate::kernel::{Blocks, Errors, Estimate, Estimator, Left, accumulate, dot, pair, squares};
use crate::reading::Curve;

/// Draws of one product: the scores of this many fit into a cache.
const BATCH: usize = 64;

/// The null that draws impose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    /// All focal coefficients are zero.
    Flat,
    /// The slope at the end nearer to refuting a U is zero, the curvature stays.
    Edge,
}

/// A design whose cross-products are factored.
struct Prepared<'a> {
    blocks: &'a Blocks,
    estimator: Estimator<'a>,
    focal: usize,
    /// A⁻¹, n × n.
    inverse: Left,
    /// H by regressor: n columns of focal × clusters numbers.
    responses: Left,
}

/// Draws all estimates of one design; `emit` gets the place of the target, the null, the place of the draw and the
/// estimate, measured from the null it imposes for [`Null::Flat`] and as it is for [`Null::Edge`].
///
/// `signs` holds one column of clusters per draw.
pub(super) fn draw(
    problem: &Problem<'_>,
    design: usize,
    targets: &[usize],
    signs: &[f64],
    mut emit: impl FnMut(usize, Null, usize, &Estimate),
) -> Result<()> {
    let mut prepared = prepare(problem, design)?;
    for &place in targets {
        let target = &problem.targets[place];
        prepared.estimator.outcome(target.outcome)?;
        let flat = prepared.restricted_flat();
        prepared.draw_null(target, &flat, false, signs, |draw, estimate| emit(place, Null::Flat, draw, estimate))?;
        if let Some((low, high)) = problem.designs[design].range {
            let mut observed = Estimate::default();
            prepared.estimator.estimate(&target.small, &mut observed)?;
            let edge = prepared.restricted_edge(Curve::of(&observed, low, high).edge());
            prepared.draw_null(target, &edge, true, signs, |draw, estimate| emit(place, Null::Edge, draw, estimate))?;
        }
    }
    Ok(())
}

fn prepare<'a>(problem: &Problem<'a>, design: usize) -> Result<Prepared<'a>> {
    let design = &problem.designs[design];
    let blocks = &problem.blocks[design.blocks];
    let mut estimator = Estimator::new(blocks);
    estimator.design(&design.focal, &design.controls)?;
    let (columns, clusters, focal) = (estimator.columns().to_vec(), blocks.clusters(), design.focal.len());
    let n = columns.len();
    let mut inverse = vec![0.0; n * n];
    for (k, column) in inverse.chunks_exact_mut(n).enumerate() {
        if !estimator.cholesky().is_dropped(k) {
            column[k] = 1.0;
            estimator.cholesky().solve_from(k, column);
        }
    }
    let mut responses = vec![0.0; n * focal * clusters];
    for (j, column) in responses.chunks_exact_mut(focal * clusters).enumerate() {
        for (a, out) in column.chunks_exact_mut(clusters).enumerate() {
            let row = estimator.focal_row(a);
            let terms: Vec<(f64, &[f64])> =
                row.iter().zip(&columns).map(|(&weight, &i)| (weight, blocks.xx(i, columns[j]))).collect();
            accumulate(out, &terms);
        }
    }
    let inverse = Left::of_columns(&inverse, n);
    let responses = Left::of_columns(&responses, focal * clusters);
    Ok(Prepared { blocks, estimator, focal, inverse, responses })
}

impl Prepared<'_> {
    /// Coefficients with all focal ones at zero: β − J'(J_FF)⁻¹ b_F.
    fn restricted_flat(&self) -> Vec<f64> {
        let beta = self.estimator.beta();
        let (n, f) = (beta.len(), self.focal);
        let mut cholesky = crate::kernel::Cholesky::default();
        cholesky.factor(f, |a, b| self.estimator.focal_row(a)[n - f + b]);
        let mut multipliers = beta[n - f..].to_vec();
        cholesky.solve(&mut multipliers);
        let mut restricted: Vec<f64> = (0..n)
            .map(|j| beta[j] - (0..f).map(|a| self.estimator.focal_row(a)[j] * multipliers[a]).sum::<f64>())
            .collect();
        restricted[n - f..].fill(0.0);
        restricted
    }

    /// Coefficients with b₁ + 2eb₂ = 0.
    fn restricted_edge(&self, edge: f64) -> Vec<f64> {
        let beta = self.estimator.beta();
        let n = beta.len();
        let along: Vec<f64> = self
            .estimator
            .focal_row(0)
            .iter()
            .zip(self.estimator.focal_row(1))
            .map(|(one, two)| one + 2.0 * edge * two)
            .collect();
        let slope = beta[n - 2] + 2.0 * edge * beta[n - 1];
        let multiplier = slope / (along[n - 2] + 2.0 * edge * along[n - 1]);
        beta.iter().zip(&along).map(|(b, a)| b - multiplier * a).collect()
    }

    fn draw_null(
        &self,
        target: &Target,
        restricted: &[f64],
        add_restricted: bool,
        signs: &[f64],
        mut emit: impl FnMut(usize, &Estimate),
    ) -> Result<()> {
        let (blocks, f, n) = (self.blocks, self.focal, restricted.len());
        let clusters = blocks.clusters();
        let rank = self.estimator.cholesky().rank();
        let (factor, df) = target.small.require(blocks.n_rows(), blocks.clusters_present(), rank)?;
        let (scores, focal_scores) = self.scores(target.outcome, restricted);
        let squares =
            if target.small.errors == Errors::Iid { self.squares(target.outcome, restricted) } else { Vec::new() };
        let scores = Left::of_rows(&scores, clusters);
        let (stride, of_fitted) = (scores.padded(), self.responses.padded());
        let (mut sums, mut moves) = (vec![0.0; stride * BATCH], vec![0.0; stride * BATCH]);
        let mut fitted = vec![0.0; of_fitted * BATCH];
        let mut estimate = Estimate { b: vec![0.0; f], v: vec![0.0; f * (f + 1) / 2], df, dropped: n - rank };
        let mut h = vec![0.0; f * clusters];
        for (batch, signs) in signs.chunks(BATCH * clusters).enumerate() {
            let count = signs.len() / clusters;
            scores.times(signs, clusters, count, &mut sums);
            self.inverse.times(&sums, stride, count, &mut moves);
            self.responses.times(&moves, stride, count, &mut fitted);
            for k in 0..count {
                let v = &signs[k * clusters..(k + 1) * clusters];
                let e = &fitted[k * of_fitted..][..f * clusters];
                let d = &moves[k * stride..][..n];
                for a in 0..f {
                    estimate.b[a] = d[n - f + a] + if add_restricted { restricted[n - f + a] } else { 0.0 };
                }
                if target.small.errors == Errors::Iid {
                    let moved: f64 = d.iter().zip(&sums[k * stride..]).map(|(d, sum)| d * sum).sum();
                    let left = v.iter().zip(&squares).map(|(v, square)| v * v * square).sum::<f64>() - moved;
                    for b in 0..f {
                        for a in 0..=b {
                            estimate.v[pair(a, b)] = left.max(0.0) * self.estimator.focal_row(b)[n - f + a];
                        }
                    }
                } else {
                    covariance(v, &focal_scores, e, f, &mut h, &mut estimate.v);
                }
                estimate.v.iter_mut().for_each(|value| *value *= factor);
                emit(batch * BATCH + k, &estimate);
            }
        }
        Ok(())
    }

    /// Sums of squared residuals of the restricted fit by cluster, y_g'y_g − 2b'c_g + b'A_g b. A draw leaves
    /// Σ v_g² of them less d'Σ v_g q_g.
    fn squares(&self, outcome: usize, restricted: &[f64]) -> Vec<f64> {
        let (blocks, columns) = (self.blocks, self.estimator.columns());
        let mut squares = blocks.yy(outcome).to_vec();
        let mut terms: Vec<(f64, &[f64])> = Vec::new();
        for (j, (&column, &b)) in columns.iter().zip(restricted).enumerate() {
            terms.push((-2.0 * b, blocks.xy(outcome, column)));
            terms.push((b * b, blocks.xx(column, column)));
            let before = columns[..j].iter().zip(restricted);
            terms.extend(before.map(|(&other, &a)| (2.0 * a * b, blocks.xx(other, column))));
        }
        accumulate(&mut squares, &terms);
        squares
    }

    /// q per regressor and r per focal regressor, arrays over clusters.
    fn scores(&self, outcome: usize, restricted: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (blocks, columns) = (self.blocks, self.estimator.columns());
        let (n, clusters) = (columns.len(), blocks.clusters());
        let mut scores = Vec::with_capacity(n * clusters);
        for &column in columns {
            let start = scores.len();
            scores.extend_from_slice(blocks.xy(outcome, column));
            let terms: Vec<(f64, &[f64])> =
                restricted.iter().zip(columns).map(|(&b, &i)| (-b, blocks.xx(i, column))).collect();
            accumulate(&mut scores[start..], &terms);
        }
        let mut focal_scores = vec![0.0; self.focal * clusters];
        for (a, out) in focal_scores.chunks_exact_mut(clusters.max(1)).enumerate() {
            let row = self.estimator.focal_row(a);
            let terms: Vec<(f64, &[f64])> =
                row.iter().zip(scores.chunks_exact(clusters)).map(|(&weight, column)| (weight, column)).collect();
            accumulate(out, &terms);
        }
        (scores, focal_scores)
    }
}

/// Σ_g h_g h_g' with h_ga = v_g r_ga − e_ga.
fn covariance(v: &[f64], r: &[f64], e: &[f64], f: usize, h: &mut [f64], out: &mut [f64]) {
    let clusters = v.len();
    if f == 2 {
        let ((r1, r2), (e1, e2)) = (r.split_at(clusters), e.split_at(clusters));
        out.copy_from_slice(&squares(v, r1, e1, r2, e2));
        return;
    }
    for a in 0..f {
        for g in 0..clusters {
            h[a * clusters + g] = v[g] * r[a * clusters + g] - e[a * clusters + g];
        }
    }
    for b in 0..f {
        for a in 0..=b {
            out[pair(a, b)] = dot(&h[a * clusters..(a + 1) * clusters], &h[b * clusters..(b + 1) * clusters]);
        }
    }
}
