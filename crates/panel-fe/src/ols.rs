//! Least squares on residualised columns, and how wrong the coefficients can be.
//!
//! Absorption leaves X̃ + E and ỹ + e with E, e in the span of the fixed effects, orthogonal to X̃ and ỹ. Hence
//!
//! b_computed - b = (X̃'WX̃ + E'WE)⁻¹ (E'We - E'WE b),
//!
//! which is of second order: |Δb_j| ≤ Σ_k |B_jk| ‖E_k‖ (‖e‖ + Σ_l ‖E_l‖ |b_l|), plus rounding.

use crate::collinear;
use crate::error::{Error, Result};
use crate::linalg;
use faer::Mat;

/// A least-squares fit.
#[derive(Debug, Clone)]
pub(crate) struct LeastSquares {
    /// Places of the regressors that were kept.
    pub(crate) kept: Vec<usize>,
    /// Coefficients of the kept regressors.
    pub(crate) coef: Vec<f64>,
    /// (X̃'WX̃)⁻¹ of the kept regressors.
    pub(crate) bread: Mat<f64>,
    /// ỹ - X̃b.
    pub(crate) residuals: Vec<f64>,
    /// u'Wu.
    pub(crate) ssr: f64,
}

/// Fits ỹ on X̃; `sizes` are the norms of the columns before absorption.
pub(crate) fn fit(
    y: &[f64],
    x: &[&[f64]],
    weights: Option<&[f64]>,
    sizes: &[f64],
    tolerance: f64,
) -> Result<LeastSquares> {
    let gram = linalg::gram_columns(x, weights);
    let kept = collinear::independent(x, weights, sizes, &gram, tolerance);
    if kept.is_empty() {
        return Err(Error::NoRegressor("each is constant within the fixed effects, or there is none".into()));
    }
    let x: Vec<&[f64]> = kept.iter().map(|&j| x[j]).collect();
    let k = kept.len();
    let gram = Mat::from_fn(k, k, |i, j| gram[(kept[i], kept[j])]);
    let bread = match linalg::invert_spd(gram.as_ref(), "X'X") {
        Ok(bread) if linalg_condition_ok(&gram, &bread) => bread,
        _ => bread_by_qr(&x, weights)?,
    };
    let right = linalg::cross_columns(&x, &[y], weights);
    let mut coef: Vec<f64> = (0..k).map(|i| (0..k).map(|j| bread[(i, j)] * right[(j, 0)]).sum()).collect();
    let mut residuals = vec![0.0; y.len()];
    // Refinement against the data: the normal equations square the condition, their residual does not.
    for step in 0..3 {
        residual(y, &x, &coef, &mut residuals);
        if step == 2 {
            break;
        }
        let gradient = linalg::cross_columns(&x, &[&residuals], weights);
        let change: Vec<f64> = (0..k).map(|i| (0..k).map(|j| bread[(i, j)] * gradient[(j, 0)]).sum()).collect();
        let small = change.iter().zip(&coef).all(|(change, b)| change.abs() <= 1e-15 * b.abs());
        coef.iter_mut().zip(&change).for_each(|(b, change)| *b += change);
        if small {
            residual(y, &x, &coef, &mut residuals);
            break;
        }
    }
    let ssr = linalg::dot_weighted(&residuals, &residuals, weights);
    Ok(LeastSquares { kept, coef, bread, residuals, ssr })
}

fn residual(y: &[f64], x: &[&[f64]], coef: &[f64], out: &mut [f64]) {
    out.copy_from_slice(y);
    for (column, b) in x.iter().zip(coef) {
        out.iter_mut().zip(*column).for_each(|(u, x)| *u -= b * x);
    }
}

/// Whether the scaled cross-product matrix has a condition far below 1/ε: its inverse then has eight digits more than
/// any tolerance asks for.
fn linalg_condition_ok(gram: &Mat<f64>, bread: &Mat<f64>) -> bool {
    (0..gram.ncols()).all(|j| gram[(j, j)] * bread[(j, j)] < 1e5)
}

/// (X'WX)⁻¹ = R⁻¹R⁻ᵀ from the QR decomposition of √W X with columns of unit length.
fn bread_by_qr(x: &[&[f64]], weights: Option<&[f64]>) -> Result<Mat<f64>> {
    let k = x.len();
    let scale: Vec<f64> = x.iter().map(|column| 1.0 / linalg::dot_weighted(column, column, weights).sqrt()).collect();
    let root = |i: usize| weights.map_or(1.0, |w| w[i].sqrt());
    let scaled = Mat::from_fn(x[0].len(), k, |i, j| x[j][i] * scale[j] * root(i));
    let qr = scaled.qr();
    let r = qr.thin_R();
    let mut inverse = Mat::<f64>::zeros(k, k);
    for j in 0..k {
        for i in (0..=j).rev() {
            let right = if i == j { 1.0 } else { 0.0 };
            let inner: f64 = (i + 1..=j).map(|l| r[(i, l)] * inverse[(l, j)]).sum();
            inverse[(i, j)] = (right - inner) / r[(i, i)];
        }
    }
    let product = &inverse * inverse.transpose();
    let bread = Mat::from_fn(k, k, |i, j| product[(i, j)] * scale[i] * scale[j]);
    if (0..k).all(|j| bread[(j, j)].is_finite()) { Ok(bread) } else { Err(Error::Singular("X'X".into())) }
}

/// Bounds on |b_computed - b|, see the module; `errors` are ‖E_k‖ of the kept regressors, `error_y` is ‖e‖, `size_y`
/// is ‖ỹ‖.
pub(crate) fn error_bounds(coef: &[f64], bread: &Mat<f64>, errors: &[f64], error_y: f64, size_y: f64) -> Vec<f64> {
    let spread: f64 = error_y + errors.iter().zip(coef).map(|(e, b)| e * b.abs()).sum::<f64>();
    (0..coef.len())
        .map(|j| {
            let absorption: f64 = (0..coef.len()).map(|k| bread[(j, k)].abs() * errors[k] * spread).sum();
            let rounding = 4.0 * f64::EPSILON * (coef[j].abs() + bread[(j, j)].sqrt() * size_y);
            absorption + rounding
        })
        .collect()
}
