//! Moves an outcome as little as possible so that its regressions come out as wanted.
//!
//! With the outcome y = y₀ + d, wanted coefficients c and functionals A (one row per coefficient), the move
//! d = ΩA'(AΩA' + R)⁻¹(c - Ay₀) is the smallest in the norm d'Ω⁻¹d; R, zero for firm wishes, lets soft ones give
//! way where the paper contradicts itself. Wishes are t ratios: standard errors depend on the outcome, so the
//! move is repeated with the standard errors that it led to.

use super::design::Design;
use crate::error::{Error, Result};
use faer::linalg::solvers::Solve;
use faer::{Mat, Side};

/// A coefficient wanted.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// Index of the regression among the designs.
    pub(super) design: usize,
    /// Which coefficient.
    pub(super) coefficient: usize,
    /// Wanted t ratio.
    pub(super) t: f64,
    /// The coefficient's limits; wins over the t ratio.
    pub(super) limits: (f64, f64),
    /// Standard deviation allowed, in standard errors; 0 is firm.
    pub(super) soft: f64,
}

/// Moves `start` toward the wishes; `spread` is the standard deviation each value may move by (0 never moves).
pub(super) fn steer(start: &[f64], spread: &[f64], designs: &[Design], wishes: &[Wish]) -> Result<Vec<f64>> {
    let mut functionals: Vec<Vec<Vec<f64>>> = designs.iter().map(Design::functionals).collect::<Result<_>>()?;
    let rows: Vec<Vec<f64>> =
        wishes.iter().map(|w| std::mem::take(&mut functionals[w.design][w.coefficient])).collect();
    let moved: Vec<Vec<f64>> = rows.iter().map(|r| r.iter().zip(spread).map(|(a, s)| a * s * s).collect()).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let k = wishes.len();
    let products: Vec<f64> = (0..k * k).map(|at| dot(&rows[at / k], &moved[at % k])).collect();
    let now: Vec<f64> = rows.iter().map(|r| dot(r, start)).collect();
    let mut outcome = start.to_vec();
    let mut wanted = vec![f64::NAN; k];
    for _ in 0..25 {
        let estimates: Vec<_> = designs.iter().map(|d| d.fit(&outcome)).collect::<Result<_>>()?;
        let mut matrix = products.clone();
        for (j, wish) in wishes.iter().enumerate() {
            let se = estimates[wish.design].se[wish.coefficient];
            let fresh = (wish.t * se).clamp(wish.limits.0, wish.limits.1);
            wanted[j] = if wanted[j].is_nan() { fresh } else { 0.5 * wanted[j] + 0.5 * fresh };
            matrix[j * k + j] += (wish.soft * se) * (wish.soft * se);
        }
        let gap: Vec<f64> = wanted.iter().zip(&now).map(|(w, n)| w - n).collect();
        let weights = solve(&matrix, &gap)?;
        outcome.copy_from_slice(start);
        for (row, w) in moved.iter().zip(&weights) {
            for (o, m) in outcome.iter_mut().zip(row) {
                *o += w * m;
            }
        }
    }
    Ok(outcome)
}

/// Solves `matrix` x = `right` for a symmetric positive definite matrix.
fn solve(matrix: &[f64], right: &[f64]) -> Result<Vec<f64>> {
    let k = right.len();
    let factor = Mat::from_fn(k, k, |i, j| matrix[i * k + j]).llt(Side::Lower).map_err(|_| Error::Step {
        step: "wishes",
        problem: "two wishes are for one and the same coefficient".into(),
    })?;
    let solution = factor.solve(Mat::from_fn(k, 1, |i, _| right[i]));
    Ok((0..k).map(|i| solution[(i, 0)]).collect())
}
