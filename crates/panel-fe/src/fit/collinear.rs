//! Which columns are independent, decided in the order in which they are written.

use crate::linalg;
use faer::Mat;

/// Places of the columns that are kept: a column is dropped when its part outside the ones kept before it is at most
/// `tolerance` times its own size (modified Gram-Schmidt, twice), or when its size is at most `tolerance` times
/// `sizes`, what it was before absorption.
///
/// When the correlation matrix is plainly regular its Cholesky factor decides at once.
pub(crate) fn independent(
    columns: &[&[f64]],
    weights: Option<&[f64]>,
    sizes: &[f64],
    gram: &Mat<f64>,
    tolerance: f64,
) -> Vec<usize> {
    let alive = varying(sizes, gram, tolerance);
    if plainly_regular(gram, &alive) {
        return alive;
    }
    let mut kept = Vec::new();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for j in alive {
        let mut v = columns[j].to_vec();
        for _ in 0..2 {
            for q in &basis {
                let share = linalg::dot_weighted(q, &v, weights);
                v.iter_mut().zip(q).for_each(|(v, q)| *v -= share * q);
            }
        }
        let left = linalg::dot_weighted(&v, &v, weights).sqrt();
        if left > tolerance * gram[(j, j)].sqrt() {
            v.iter_mut().for_each(|v| *v /= left);
            basis.push(v);
            kept.push(j);
        }
    }
    kept
}

/// The same from cross-products alone; `None` where they do not decide.
pub(crate) fn plainly_independent(sizes: &[f64], gram: &Mat<f64>, tolerance: f64) -> Option<Vec<usize>> {
    Some(varying(sizes, gram, tolerance)).filter(|alive| plainly_regular(gram, alive))
}

/// Columns of which absorption leaves something.
fn varying(sizes: &[f64], gram: &Mat<f64>, tolerance: f64) -> Vec<usize> {
    (0..sizes.len()).filter(|&j| gram[(j, j)].sqrt() > tolerance * sizes[j]).collect()
}

/// Whether every pivot of the correlation matrix is above 1e-6, so that no column is near the span of the others.
fn plainly_regular(gram: &Mat<f64>, which: &[usize]) -> bool {
    let p = which.len();
    let mut l = vec![vec![0.0; p]; p];
    for j in 0..p {
        let scale = |i: usize, j: usize| {
            gram[(which[i], which[j])] / (gram[(which[i], which[i])] * gram[(which[j], which[j])]).sqrt()
        };
        let pivot = scale(j, j) - l[j][..j].iter().map(|v| v * v).sum::<f64>();
        if pivot.is_nan() || pivot <= 1e-6 {
            return false;
        }
        l[j][j] = pivot.sqrt();
        for i in j + 1..p {
            let inner: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            l[i][j] = (scale(i, j) - inner) / l[j][j];
        }
    }
    true
}
