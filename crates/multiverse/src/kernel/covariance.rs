//! Covariances that need rows: one-way and two-way clusters, heteroskedasticity, dependence over time and space.

use super::factor::Cholesky;
use super::pair;
use super::regression::{Estimate, Regression};
use super::simd::dot;
use crate::error::{Error, Result};

/// One sum of products of scores, s_i = x̃_i u_i being the score of row i and s_g that of a group.
#[derive(Debug, Clone, PartialEq)]
pub enum Term<'a> {
    /// Σ_i s_i s_i'.
    Rows,
    /// Σ_g s_g s_g' over groups of rows: codes and their number.
    Groups(&'a [u32], usize),
    /// Σ_g s_g s_g' + Σ_l w_l Σ_g (s_g s_{g−l}' + s_{g−l} s_g'): groups in time order, weights of lags 1, 2, …
    /// (Driscoll & Kraay 1998 with w_l = 1 − l/(L + 1)).
    Lags(&'a [u32], usize, &'a [f64]),
    /// Σ_(g,h) w_gh s_g s_h' over listed pairs of groups, each pair g < h once and counted in both orders; g = h counts
    /// once (Conley 1999 with a list of neighbours).
    Pairs(&'a [u32], usize, &'a [(u32, u32, f64)]),
}

/// A covariance as the caller's rule makes it: Σ_t m_t · term_t, the factors given as numbers. Two-way clusters are three
/// groups with factors m₁, m₂ and −m₁₂.
#[derive(Debug, Clone, PartialEq)]
pub struct Meat<'a> {
    /// Factors and terms.
    pub terms: Vec<(f64, Term<'a>)>,
    /// Degrees of freedom of t.
    pub df: f64,
}

/// Residualised columns over the rows of one sample.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Regressors.
    pub x: &'a [&'a [f64]],
    /// Outcomes.
    pub y: &'a [&'a [f64]],
}

impl Rows<'_> {
    /// Estimates a regression under several covariances; coefficients and scores are computed once.
    ///
    /// # Errors
    /// [`Error::NotIdentified`]; [`Error::Shape`] for columns or codes of another length; [`Error::Value`] for a code that
    /// is not below the number of groups.
    pub fn fit(&self, regression: &Regression, meats: &[Meat<'_>]) -> Result<Vec<Estimate>> {
        let order: Vec<usize> = regression.controls.iter().chain(&regression.focal).copied().collect();
        let missing = |what: &str, expected, got| Error::Shape { what: what.to_owned(), expected, got };
        let y =
            *self.y.get(regression.outcome).ok_or_else(|| missing("outcomes", regression.outcome + 1, self.y.len()))?;
        let x = order
            .iter()
            .map(|&column| self.x.get(column).copied().ok_or_else(|| missing("regressors", column + 1, self.x.len())))
            .collect::<Result<Vec<&[f64]>>>()?;
        if let Some(column) = x.iter().find(|column| column.len() != y.len()) {
            return Err(missing("rows of a regressor", y.len(), column.len()));
        }
        let (n, first) = (x.len(), regression.controls.len());
        let products: Vec<f64> =
            (0..n).flat_map(|j| (0..=j).map(move |i| (i, j))).map(|(i, j)| dot(x[i], x[j])).collect();
        let mut cholesky = Cholesky::default();
        cholesky.factor(n, |i, j| products[pair(i, j)]);
        if let Some(k) = (first..n).find(|&k| cholesky.is_dropped(k)) {
            return Err(Error::NotIdentified { column: order[k] });
        }
        let mut beta: Vec<f64> = x.iter().map(|column| dot(column, y)).collect();
        cholesky.solve(&mut beta);
        let mut residuals = y.to_vec();
        subtract(&mut residuals, &x, &beta);
        let scores: Vec<Vec<f64>> = (first..n)
            .map(|k| {
                let mut row = vec![0.0; n];
                row[k] = 1.0;
                cholesky.solve_from(k, &mut row);
                row.iter_mut().for_each(|value| *value = -*value);
                let mut score = vec![0.0; y.len()];
                subtract(&mut score, &x, &row);
                score.iter_mut().zip(&residuals).for_each(|(score, u)| *score *= u);
                score
            })
            .collect();
        let dropped = n - cholesky.rank();
        meats
            .iter()
            .map(|meat| Ok(Estimate { b: beta[first..].to_vec(), v: covariance(&scores, meat)?, df: meat.df, dropped }))
            .collect()
    }
}

/// out −= Σ_j weight_j column_j.
fn subtract(out: &mut [f64], columns: &[&[f64]], weights: &[f64]) {
    let terms: Vec<(f64, &[f64])> = columns.iter().zip(weights).map(|(column, &weight)| (-weight, *column)).collect();
    super::accumulate(out, &terms);
}

fn covariance(scores: &[Vec<f64>], meat: &Meat<'_>) -> Result<Vec<f64>> {
    let f = scores.len();
    let mut v = vec![0.0; f * (f + 1) / 2];
    for (factor, term) in &meat.terms {
        let (codes, count) = match *term {
            Term::Rows => {
                add(&mut v, *factor, f, |a, b| dot(&scores[a], &scores[b]));
                continue;
            }
            Term::Groups(codes, count) | Term::Lags(codes, count, _) | Term::Pairs(codes, count, _) => (codes, count),
        };
        let sums = scores.iter().map(|score| group(score, codes, count)).collect::<Result<Vec<_>>>()?;
        match *term {
            Term::Pairs(_, _, pairs) => {
                if let Some(&(g, h, _)) = pairs.iter().find(|(g, h, _)| g.max(h) >= &(count as u32)) {
                    let (what, got) = ("a pair of groups".to_owned(), format!("({g}, {h})"));
                    return Err(Error::Value { what, got, expected: "two codes below the number of groups" });
                }
                add(&mut v, *factor, f, |a, b| {
                    let (one, other) = (&sums[a], &sums[b]);
                    pairs
                        .iter()
                        .map(|&(g, h, weight)| {
                            let (g, h) = (g as usize, h as usize);
                            let both = if g == h { 0.0 } else { one[h] * other[g] };
                            weight * (one[g] * other[h] + both)
                        })
                        .sum()
                });
            }
            Term::Lags(_, _, weights) => add(&mut v, *factor, f, |a, b| {
                let (one, other) = (&sums[a], &sums[b]);
                let lagged = weights.iter().enumerate().map(|(k, weight)| {
                    let lag = k + 1;
                    weight * (lag..count).map(|g| one[g] * other[g - lag] + one[g - lag] * other[g]).sum::<f64>()
                });
                dot(one, other) + lagged.sum::<f64>()
            }),
            Term::Groups(..) | Term::Rows => add(&mut v, *factor, f, |a, b| dot(&sums[a], &sums[b])),
        }
    }
    Ok(v)
}

fn add(v: &mut [f64], factor: f64, f: usize, entry: impl Fn(usize, usize) -> f64) {
    for b in 0..f {
        for a in 0..=b {
            v[pair(a, b)] += factor * entry(a, b);
        }
    }
}

fn group(score: &[f64], codes: &[u32], count: usize) -> Result<Vec<f64>> {
    if codes.len() != score.len() {
        return Err(Error::Shape { what: "group codes".into(), expected: score.len(), got: codes.len() });
    }
    let mut sums = vec![0.0; count];
    for (&code, value) in codes.iter().zip(score) {
        let sum = sums.get_mut(code as usize).ok_or_else(|| Error::Value {
            what: "a group code".into(),
            got: code.to_string(),
            expected: "a code below the number of groups",
        })?;
        *sum += value;
    }
    Ok(sums)
}
