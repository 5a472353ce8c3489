//! One regression as a small solve.

use super::blocks::Blocks;
use super::factor::Cholesky;
use super::simd::{accumulate, dot};
use super::small_sample::{Errors, SmallSample};
use crate::error::{Error, Result};

/// Which columns of the blocks are regressed on which.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Regression {
    /// The outcome.
    pub outcome: usize,
    /// Regressors whose coefficients are wanted.
    pub focal: Vec<usize>,
    /// All others.
    pub controls: Vec<usize>,
}

/// Focal coefficients of one regression.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Estimate {
    /// Coefficients.
    pub b: Vec<f64>,
    /// Their covariance, packed by (i ≤ j) at j(j + 1)/2 + i.
    pub v: Vec<f64>,
    /// Degrees of freedom of t.
    pub df: f64,
    /// Controls left out as combinations of others.
    pub dropped: usize,
}

impl Estimate {
    /// Σ w_i b_i over its standard error, with both: (value, standard error, t).
    #[must_use]
    pub fn combination(&self, weights: &[f64]) -> (f64, f64, f64) {
        let value: f64 = self.b.iter().zip(weights).map(|(b, w)| b * w).sum();
        let mut variance = 0.0;
        for j in 0..self.b.len() {
            for i in 0..j {
                variance += 2.0 * weights[i] * weights[j] * self.v[super::pair(i, j)];
            }
            variance += weights[j] * weights[j] * self.v[super::pair(j, j)];
        }
        let se = variance.sqrt();
        (value, se, value / se)
    }
}

/// Room for regressions on one set of blocks.
#[derive(Debug)]
pub struct Estimator<'a> {
    blocks: &'a Blocks,
    /// Controls, then focal.
    columns: Vec<usize>,
    focal: usize,
    cholesky: Cholesky,
    /// All coefficients, in the order of `columns`.
    beta: Vec<f64>,
    /// Focal rows of A⁻¹, one after the other.
    focal_rows: Vec<f64>,
    /// Scores, one array over clusters per focal regressor.
    scores: Vec<f64>,
    outcome: usize,
}

impl<'a> Estimator<'a> {
    /// Room for these blocks.
    #[must_use]
    pub fn new(blocks: &'a Blocks) -> Self {
        Self {
            blocks,
            columns: Vec::new(),
            focal: 0,
            cholesky: Cholesky::default(),
            beta: Vec::new(),
            focal_rows: Vec::new(),
            scores: Vec::new(),
            outcome: 0,
        }
    }

    /// Estimates one regression: coefficients, covariance by the rule, degrees of freedom.
    ///
    /// # Errors
    /// [`Error::NotIdentified`], [`Error::NoDegreesOfFreedom`]; [`Error::Shape`] for a column that the blocks do not have.
    pub fn fit(&mut self, regression: &Regression, small: &SmallSample) -> Result<Estimate> {
        self.design(&regression.focal, &regression.controls)?;
        self.outcome(regression.outcome)?;
        let mut estimate = Estimate::default();
        self.estimate(small, &mut estimate)?;
        Ok(estimate)
    }

    /// Factors the cross-products of a design.
    pub(crate) fn design(&mut self, focal: &[usize], controls: &[usize]) -> Result<()> {
        self.columns.clear();
        self.columns.extend(controls.iter().chain(focal));
        self.focal = focal.len();
        let blocks = self.blocks;
        if let Some(&column) = self.columns.iter().find(|&&column| column >= blocks.regressors()) {
            let what = "a regressor's place in the blocks".to_owned();
            return Err(Error::Shape { what, expected: blocks.regressors(), got: column + 1 });
        }
        let columns = &self.columns;
        self.cholesky.factor(columns.len(), |i, j| blocks.xx_total(columns[i], columns[j]));
        let first = controls.len();
        if let Some(k) = (first..columns.len()).find(|&k| self.cholesky.is_dropped(k)) {
            return Err(Error::NotIdentified { column: columns[k] });
        }
        let n = self.columns.len();
        self.focal_rows.clear();
        self.focal_rows.resize(n * self.focal, 0.0);
        for (k, row) in self.focal_rows.chunks_exact_mut(n.max(1)).enumerate() {
            row[first + k] = 1.0;
            self.cholesky.solve_from(first + k, row);
        }
        Ok(())
    }

    /// Solves for an outcome under the design in force.
    pub(crate) fn outcome(&mut self, outcome: usize) -> Result<()> {
        let blocks = self.blocks;
        if outcome >= blocks.outcomes() {
            let what = "an outcome's place in the blocks".to_owned();
            return Err(Error::Shape { what, expected: blocks.outcomes(), got: outcome + 1 });
        }
        self.outcome = outcome;
        self.beta.clear();
        self.beta.extend(self.columns.iter().map(|&column| blocks.xy_total(outcome, column)));
        self.cholesky.solve(&mut self.beta);
        Ok(())
    }

    /// All coefficients: controls, then focal.
    pub(crate) fn beta(&self) -> &[f64] {
        &self.beta
    }

    /// Row of A⁻¹ of a focal regressor.
    pub(crate) fn focal_row(&self, focal: usize) -> &[f64] {
        let n = self.columns.len();
        &self.focal_rows[focal * n..(focal + 1) * n]
    }

    pub(crate) fn columns(&self) -> &[usize] {
        &self.columns
    }

    pub(crate) fn cholesky(&self) -> &Cholesky {
        &self.cholesky
    }

    /// Coefficients and covariance of the design and outcome in force.
    pub(crate) fn estimate(&mut self, small: &SmallSample, out: &mut Estimate) -> Result<()> {
        let blocks = self.blocks;
        let rank = self.cholesky.rank();
        let (factor, df) = small.require(blocks.n_rows(), blocks.clusters_present(), rank)?;
        let (n, f) = (self.columns.len(), self.focal);
        out.b.clear();
        out.b.extend_from_slice(&self.beta[n - f..]);
        (out.df, out.dropped) = (df, n - rank);
        out.v.clear();
        if small.errors == Errors::Iid {
            let explained: f64 =
                self.columns.iter().zip(&self.beta).map(|(&j, b)| b * blocks.xy_total(self.outcome, j)).sum();
            let variance = factor * (blocks.yy_total(self.outcome) - explained).max(0.0);
            for b in 0..f {
                out.v.extend((0..=b).map(|a| variance * self.focal_row(b)[n - f + a]));
            }
            return Ok(());
        }
        self.score();
        let clusters = blocks.clusters();
        for b in 0..f {
            for a in 0..=b {
                let (one, other) = (a * clusters, b * clusters);
                out.v.push(factor * dot(&self.scores[one..one + clusters], &self.scores[other..other + clusters]));
            }
        }
        Ok(())
    }

    /// h_g = J (c_g − A_g b) for every focal row, from cross-products alone.
    fn score(&mut self) {
        let (blocks, n, clusters) = (self.blocks, self.columns.len(), self.blocks.clusters());
        self.scores.clear();
        self.scores.resize(self.focal * clusters, 0.0);
        let mut terms: Vec<(f64, &[f64])> = Vec::with_capacity(n * (n + 3) / 2);
        for focal in 0..self.focal {
            terms.clear();
            let row = &self.focal_rows[focal * n..(focal + 1) * n];
            for j in 0..n {
                let (cj, bj) = (self.columns[j], self.beta[j]);
                terms.push((row[j], blocks.xy(self.outcome, cj)));
                terms.extend((0..j).map(|i| (-(row[i] * bj + row[j] * self.beta[i]), blocks.xx(self.columns[i], cj))));
                terms.push((-row[j] * bj, blocks.xx(cj, cj)));
            }
            accumulate(&mut self.scores[focal * clusters..(focal + 1) * clusters], &terms);
        }
    }
}
