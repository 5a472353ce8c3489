//! Least squares on residualised columns, and how wrong the coefficients can be.
//!
//! Absorption leaves X̃ + E and ỹ + e with E, e in the span of the fixed effects, orthogonal to X̃ and ỹ. Hence
//!
//! b_computed - b = (X̃'WX̃ + E'WE)⁻¹ (E'We - E'WE b),
//!
//! which is of second order: |Δb_j| ≤ Σ_k |B_jk| ‖E_k‖ (‖e‖ + Σ_l ‖E_l‖ |b_l|), plus rounding.

use crate::error::{Error, Result};
use crate::fit::collinear;
use crate::linalg::{self, TASK};
use faer::Mat;
use rayon::prelude::*;

/// A least-squares fit.
#[derive(Debug, Clone)]
pub(crate) struct LeastSquares {
    /// Places of the regressors that were kept.
    pub(crate) kept: Vec<usize>,
    /// Coefficients of the kept regressors.
    pub(crate) coef: Vec<f64>,
    /// (X̃'WX̃)⁻¹ of the kept regressors.
    pub(crate) bread: Mat<f64>,
    /// u'Wu.
    pub(crate) ssr: f64,
    /// ỹ'Wỹ.
    pub(crate) total: f64,
    /// ‖x̃_j‖_W of every regressor, kept or not.
    pub(crate) norms: Vec<f64>,
}

/// Why there is no regressor.
pub(crate) const NO_REGRESSOR: &str = "each is constant within the fixed effects, or there is none";

/// Fits ỹ on X̃, with the residuals ỹ - X̃b (ỹ itself where the effects alone are asked for); `sizes` are the norms of the columns before absorption.
pub(crate) fn fit(
    y: &[f64],
    x: &[&[f64]],
    weights: Option<&[f64]>,
    sizes: &[f64],
    tolerance: f64,
) -> Result<(LeastSquares, Vec<f64>)> {
    // One matrix of cross-products for regressors and response: the columns are read once.
    let p = x.len();
    let all: Vec<&[f64]> = x.iter().copied().chain([y]).collect();
    let products = linalg::gram_columns(&all, weights);
    let gram = Mat::from_fn(p, p, |i, j| products[(i, j)]);
    let kept = collinear::independent(x, weights, sizes, &gram, tolerance);
    if kept.is_empty() && p > 0 {
        return Err(Error::NoRegressor(NO_REGRESSOR.into()));
    }
    let x: Vec<&[f64]> = kept.iter().map(|&j| x[j]).collect();
    let k = kept.len();
    let gram = Mat::from_fn(k, k, |i, j| gram[(kept[i], kept[j])]);
    let bread = match bread(&gram) {
        Ok(Some(bread)) => bread,
        _ => bread_by_qr(&x, weights)?,
    };
    let mut coef: Vec<f64> = (0..k).map(|i| (0..k).map(|j| bread[(i, j)] * products[(kept[j], p)]).sum()).collect();
    let mut residuals = vec![0.0; y.len()];
    let mut ssr = 0.0;
    // Refinement against the data: the normal equations square the condition, their residual does not.
    for step in 0..3 {
        let (gradient, square) = residual(y, &x, &coef, weights, &mut residuals);
        ssr = square;
        if step == 2 {
            break;
        }
        let change: Vec<f64> = (0..k).map(|i| (0..k).map(|j| bread[(i, j)] * gradient[j]).sum()).collect();
        if change.iter().zip(&coef).all(|(change, b)| change.abs() <= 1e-15 * b.abs()) {
            break;
        }
        coef.iter_mut().zip(&change).for_each(|(b, change)| *b += change);
    }
    let norms = (0..p).map(|j| products[(j, j)].sqrt()).collect();
    Ok((LeastSquares { kept, coef, bread, ssr, total: products[(p, p)], norms }, residuals))
}

/// (X'WX)⁻¹ from the cross-products; `None` where these are ill-conditioned.
pub(crate) fn bread(gram: &Mat<f64>) -> Result<Option<Mat<f64>>> {
    let bread = linalg::invert_spd(gram.as_ref(), "X'X")?;
    Ok(Some(bread).filter(|bread| linalg_condition_ok(gram, bread)))
}

/// u = y - Xb, with X'Wu and u'Wu, in one reading of the columns.
pub(crate) fn residual(
    y: &[f64],
    x: &[&[f64]],
    coef: &[f64],
    weights: Option<&[f64]>,
    out: &mut [f64],
) -> (Vec<f64>, f64) {
    let work = |(task, out): (usize, &mut [f64])| {
        let start = task * TASK;
        let mut sums = vec![0.0; x.len() + 1];
        for rows in linalg::blocks(start, y.len()) {
            let u = &mut out[rows.start - start..rows.end - start];
            u.copy_from_slice(&y[rows.clone()]);
            for (column, b) in x.iter().zip(coef) {
                u.iter_mut().zip(&column[rows.clone()]).for_each(|(u, x)| *u -= b * x);
            }
            let w = weights.map(|w| &w[rows.clone()]);
            for (sum, column) in sums.iter_mut().zip(x) {
                *sum += linalg::block_product(&column[rows.clone()], u, w);
            }
            sums[x.len()] += linalg::block_product(u, u, w);
        }
        sums
    };
    let parts: Vec<Vec<f64>> = if y.len() <= TASK {
        out.chunks_mut(TASK).enumerate().map(work).collect()
    } else {
        out.par_chunks_mut(TASK).enumerate().map(work).collect()
    };
    let mut total = vec![0.0; x.len() + 1];
    for part in parts {
        total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
    }
    let square = total.pop().unwrap_or_default();
    (total, square)
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

/// What half a unit in the last place of every value can do to the coefficients, to first order: columns of norm ‖x_k‖
/// before absorption carry errors δ_k = ε‖x_k‖/2, so |Δb_j| ≤ √B_jj (δ_y + Σ_k |b_k|δ_k) + Σ_k |B_jk| δ_k ‖u‖. Far from
/// zero, where ‖x_k‖ is large beside what absorption leaves of it, this is what cancels.
pub(crate) fn cancellation(coef: &[f64], bread: &Mat<f64>, sizes: &[f64], size_y: f64, residual: f64) -> Vec<f64> {
    let half = 0.5 * f64::EPSILON;
    let spread = half * (size_y + sizes.iter().zip(coef).map(|(size, b)| size * b.abs()).sum::<f64>());
    (0..coef.len())
        .map(|j| {
            let tilt: f64 = (0..coef.len()).map(|k| bread[(j, k)].abs() * half * sizes[k]).sum();
            bread[(j, j)].sqrt() * spread + tilt * residual
        })
        .collect()
}
