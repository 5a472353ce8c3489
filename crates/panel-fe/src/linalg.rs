//! Small dense linear algebra on top of faer, with sums in a fixed order.
//!
//! Long sums run over blocks of [`BLOCK`] rows; each block is summed in eight lanes and the blocks are added in
//! order, so results do not depend on threads and the rounding error grows with the number of blocks only.

use crate::error::{Error, Result};
use faer::linalg::solvers::Solve;
use faer::{Mat, MatRef, Side};
use rayon::prelude::*;

/// Rows per block of a long sum.
pub(crate) const BLOCK: usize = 4096;
/// Rows per parallel task; fixed, so that results do not depend on the number of threads.
pub(crate) const TASK: usize = 16 * BLOCK;

/// Whether codes start at 0 and rise by at most 1 from row to row, so that none up to the last is left out.
pub(crate) fn rises(codes: &[u32]) -> bool {
    let arch = pulp::Arch::new();
    let rises = |from: usize| {
        let block = &codes[from..codes.len().min(from + BLOCK + 1)];
        arch.dispatch(
            #[inline(always)]
            || block.iter().zip(&block[1..]).fold(true, |rises, (a, b)| rises & (b.wrapping_sub(*a) <= 1)),
        )
    };
    codes.first() == Some(&0) && (0..codes.len()).step_by(BLOCK).all(rises)
}

/// Largest code; 0 without any.
pub(crate) fn largest(codes: &[u32]) -> u32 {
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || codes.iter().fold(0, |max, &code| max.max(code)),
    )
}

/// Σ aᵢ bᵢ.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.chunks(BLOCK).zip(b.chunks(BLOCK)).map(|(a, b)| dot_block(a, b)).sum()
}

/// Σ aᵢ bᵢ wᵢ, or Σ aᵢ bᵢ without weights.
pub(crate) fn dot_weighted(a: &[f64], b: &[f64], weights: Option<&[f64]>) -> f64 {
    match weights {
        None => dot(a, b),
        Some(w) => {
            let blocks = a.chunks(BLOCK).zip(b.chunks(BLOCK)).zip(w.chunks(BLOCK));
            blocks.map(|((a, b), w)| dot3_block(a, b, w)).sum()
        }
    }
}

/// Σ aᵢ.
pub(crate) fn sum(a: &[f64]) -> f64 {
    a.chunks(BLOCK)
        .map(|block| {
            let mut lanes = [0.0; 8];
            let chunks = block.chunks_exact(8);
            let tail: f64 = chunks.remainder().iter().sum();
            for chunk in chunks {
                for (lane, value) in lanes.iter_mut().zip(chunk) {
                    *lane += value;
                }
            }
            fold(lanes) + tail
        })
        .sum()
}

fn fold(lanes: [f64; 8]) -> f64 {
    ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))
}

fn dot_block(a: &[f64], b: &[f64]) -> f64 {
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || dot_lanes(a, b),
    )
}

/// Σ aᵢ bᵢ of a block, within a dispatch.
#[inline(always)]
pub(crate) fn dot_lanes(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: f64 = a8.remainder().iter().zip(b8.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a8.zip(b8) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    fold(lanes) + tail
}

fn dot3_block(a: &[f64], b: &[f64], w: &[f64]) -> f64 {
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || dot3_lanes(a, b, w),
    )
}

#[inline(always)]
fn dot3_lanes(a: &[f64], b: &[f64], w: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (a8, b8, w8) = (a.chunks_exact(8), b.chunks_exact(8), w.chunks_exact(8));
    let tail: f64 = a8.remainder().iter().zip(b8.remainder()).zip(w8.remainder()).map(|((x, y), w)| x * y * w).sum();
    for ((x, y), w) in a8.zip(b8).zip(w8) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane] * w[lane];
        }
    }
    fold(lanes) + tail
}

/// X'WX of shape (p, p), each pair once.
pub(crate) fn gram_columns(x: &[&[f64]], weights: Option<&[f64]>) -> Mat<f64> {
    let n = x.first().map_or(0, |column| column.len());
    let part = |start: usize| -> Mat<f64> {
        let mut gram = Mat::zeros(x.len(), x.len());
        // Block by block, so that a block of all columns stays in the cache for all pairs.
        for rows in blocks(start, n) {
            let w = weights.map(|w| &w[rows.clone()]);
            for j in 0..x.len() {
                for i in 0..=j {
                    gram[(i, j)] += block_product(&x[i][rows.clone()], &x[j][rows.clone()], w);
                }
            }
        }
        gram
    };
    let mut gram = reduce_tasks(n, part, Mat::zeros(x.len(), x.len()));
    mirror_upper(&mut gram);
    gram
}

/// The blocks of the task that starts at a row.
pub(crate) fn blocks(start: usize, n: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let end = n.min(start + TASK);
    (start..end).step_by(BLOCK).map(move |from| from..end.min(from + BLOCK))
}

/// Σ aᵢ bᵢ wᵢ over one block.
pub(crate) fn block_product(a: &[f64], b: &[f64], weights: Option<&[f64]>) -> f64 {
    match weights {
        None => dot_block(a, b),
        Some(w) => dot3_block(a, b, w),
    }
}

/// Adds the parts of all tasks in order; parts are computed in parallel when there are several.
pub(crate) fn reduce_tasks(n: usize, part: impl Fn(usize) -> Mat<f64> + Sync, zero: Mat<f64>) -> Mat<f64> {
    if n <= TASK {
        return if n == 0 { zero } else { part(0) };
    }
    let parts: Vec<Mat<f64>> = (0..n.div_ceil(TASK)).into_par_iter().map(|task| part(task * TASK)).collect();
    parts.into_iter().fold(zero, |total, part| total + part)
}

/// Σ over the blocks of n rows, tasks in parallel, added in order.
pub(crate) fn sum_tasks(n: usize, block: impl Fn(std::ops::Range<usize>) -> f64 + Sync) -> f64 {
    let part = |task: usize| blocks(task * TASK, n).map(&block).sum::<f64>();
    let tasks = n.div_ceil(TASK);
    if tasks <= 1 {
        return part(0);
    }
    (0..tasks).into_par_iter().map(part).collect::<Vec<f64>>().into_iter().sum()
}

/// Columns of a matrix as slices. All matrices of this crate are column-major and owned, so they have one.
pub(crate) fn columns<'a>(x: MatRef<'a, f64>) -> Vec<std::borrow::Cow<'a, [f64]>> {
    (0..x.ncols())
        .map(|j| match x.col(j).try_as_col_major() {
            Some(column) => std::borrow::Cow::Borrowed(column.as_slice()),
            None => std::borrow::Cow::Owned((0..x.nrows()).map(|i| x[(i, j)]).collect()),
        })
        .collect()
}

/// X'WX of shape (p, p).
pub(crate) fn gram(x: MatRef<'_, f64>, weights: Option<&[f64]>) -> Mat<f64> {
    let columns = columns(x);
    gram_columns(&columns.iter().map(AsRef::as_ref).collect::<Vec<_>>(), weights)
}

/// Copies the upper triangle into the lower one.
pub(crate) fn mirror_upper(a: &mut Mat<f64>) {
    for j in 0..a.ncols() {
        for i in 0..j {
            a[(j, i)] = a[(i, j)];
        }
    }
}

/// Inverse of a symmetric positive definite matrix, by Cholesky after scaling to a unit diagonal.
///
/// # Errors
/// [`Error::Singular`] naming `what` when a pivot is not positive.
pub(crate) fn invert_spd(a: MatRef<'_, f64>, what: &str) -> Result<Mat<f64>> {
    solve_spd(a, Mat::identity(a.nrows(), a.nrows()).as_ref(), what)
}

/// A⁻¹B for a symmetric positive definite A, by Cholesky after scaling to a unit diagonal.
///
/// # Errors
/// [`Error::Singular`] naming `what` when a pivot is not positive.
pub(crate) fn solve_spd(a: MatRef<'_, f64>, b: MatRef<'_, f64>, what: &str) -> Result<Mat<f64>> {
    let singular = || Error::Singular(what.to_owned());
    let p = a.nrows();
    if p == 0 {
        return Ok(Mat::zeros(0, b.ncols()));
    }
    let scale: Vec<f64> = (0..p).map(|i| 1.0 / a[(i, i)].sqrt()).collect();
    if scale.iter().any(|s| !s.is_finite()) {
        return Err(singular());
    }
    let scaled = Mat::from_fn(p, p, |i, j| a[(i, j)] * scale[i] * scale[j]);
    let factor = scaled.llt(Side::Lower).map_err(|_| singular())?;
    let right = Mat::from_fn(p, b.ncols(), |i, j| b[(i, j)] * scale[i]);
    let mut x = factor.solve(&right);
    // One step of refinement against the scaled matrix.
    let residual = &right - &scaled * &x;
    x += factor.solve(&residual);
    Ok(Mat::from_fn(p, b.ncols(), |i, j| x[(i, j)] * scale[i]))
}

/// Eigenvalues in ascending order and the orthonormal eigenvectors as columns, of a symmetric matrix.
///
/// # Errors
/// [`Error::NotConverged`].
pub(crate) fn symmetric_eigen(a: MatRef<'_, f64>) -> Result<(Vec<f64>, Mat<f64>)> {
    let p = a.nrows();
    if p == 0 {
        return Ok((Vec::new(), Mat::zeros(0, 0)));
    }
    let failed = || Error::NotConverged { what: "eigenvalues".into(), iterations: 0, got: f64::NAN, expected: 0.0 };
    let eigen = a.self_adjoint_eigen(Side::Lower).map_err(|_| failed())?;
    let values = (0..p).map(|i| eigen.S().column_vector()[i]).collect();
    Ok((values, eigen.U().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gram_is_the_product_and_inverse_inverts() {
        let x = Mat::from_fn(200, 3, |i, j| ((i * (j + 2)) as f64).sin() + j as f64);
        let g = gram(x.as_ref(), None);
        let c = x.transpose() * &x;
        assert!((&g - &c).norm_max() < 1e-11);
        let identity = &g * invert_spd(g.as_ref(), "g").expect("regular");
        assert!((&identity - Mat::<f64>::identity(3, 3)).norm_max() < 1e-12);
    }

    #[test]
    fn a_singular_matrix_is_an_error() {
        let a = Mat::from_fn(2, 2, |_, _| 1.0);
        assert!(matches!(invert_spd(a.as_ref(), "A"), Err(Error::Singular(_))));
    }
}
