//! Orthogonal factorisations of tall matrices and small triangular algebra.

use crate::error::{Error, Result};
use faer::linalg::triangular_solve::{solve_lower_triangular_in_place, solve_upper_triangular_in_place};
use faer::{Mat, MatRef, Par, Side};

/// Columns whose residual on the earlier columns is below this share of their length count as collinear.
pub(crate) const COLLINEAR: f64 = 1e-9;

/// X = Q R with Q'Q = I, by Householder reflections on columns of unit length. A column that depends on earlier ones has a
/// column of zeros in Q, and takes nothing from those behind it.
pub(crate) struct ThinQr {
    /// n×p.
    pub(crate) q: Mat<f64>,
    /// p×p, upper triangular.
    pub(crate) r: Mat<f64>,
    /// Columns that depend on earlier ones.
    pub(crate) collinear: Vec<usize>,
}

/// Factors a tall matrix; see [`ThinQr`].
pub(crate) fn thin_qr(x: MatRef<'_, f64>) -> ThinQr {
    let (n, p) = (x.nrows(), x.ncols());
    if p == 0 {
        return ThinQr { q: Mat::zeros(n, 0), r: Mat::zeros(0, 0), collinear: Vec::new() };
    }
    let length: Vec<f64> = (0..p).map(|j| x.col(j).norm_l2()).collect();
    let scale: Vec<f64> = length.iter().map(|&l| if l > 0.0 { 1.0 / l } else { 0.0 }).collect();
    let scaled = Mat::from_fn(n, p, |i, j| x[(i, j)] * scale[j]);
    if n < p {
        return by_columns(&scaled, &length);
    }
    let qr = scaled.qr();
    let thin = qr.thin_R();
    // Without pivots a reflection of a column of zeros is no number, nor is anything behind it.
    if (0..p).any(|j| thin[(j, j)].is_nan() || thin[(j, j)].abs() <= COLLINEAR) {
        return by_columns(&scaled, &length);
    }
    let r = Mat::from_fn(p, p, |i, j| if i <= j { thin[(i, j)] * length[j] } else { 0.0 });
    ThinQr { q: qr.compute_thin_Q(), r, collinear: Vec::new() }
}

/// The factorisation where some column depends on earlier ones, by Gram and Schmidt's steps in the order of the columns, each
/// twice.
fn by_columns(scaled: &Mat<f64>, length: &[f64]) -> ThinQr {
    let (n, p) = (scaled.nrows(), scaled.ncols());
    let (mut q, mut r): (Mat<f64>, Mat<f64>) = (Mat::zeros(n, p), Mat::zeros(p, p));
    let mut collinear = Vec::new();
    for j in 0..p {
        let mut rest = Mat::from_fn(n, 1, |i, _| scaled[(i, j)]);
        for _ in 0..2 {
            let before = q.subcols(0, j);
            let fit = before.transpose() * &rest;
            rest -= before * &fit;
            (0..j).for_each(|i| r[(i, j)] += fit[(i, 0)] * length[j]);
        }
        let left = rest.norm_l2();
        // Columns that are no numbers depend on nothing.
        if left <= COLLINEAR || left.is_nan() {
            collinear.push(j);
            continue;
        }
        r[(j, j)] = left * length[j];
        (0..n).for_each(|i| q[(i, j)] = rest[(i, 0)] / left);
    }
    ThinQr { q, r, collinear }
}

/// R⁻¹B for an upper triangular R.
pub(crate) fn solve_upper(r: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    let mut x = b.to_owned();
    solve_upper_triangular_in_place(r, x.as_mut(), Par::Seq);
    x
}

/// R⁻ᵀB for an upper triangular R.
pub(crate) fn solve_upper_transposed(r: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    let mut x = b.to_owned();
    solve_lower_triangular_in_place(r.transpose(), x.as_mut(), Par::Seq);
    x
}

/// A column vector as a matrix.
pub(crate) fn column(values: &[f64]) -> Mat<f64> {
    Mat::from_fn(values.len(), 1, |i, _| values[i])
}

/// A matrix of one column as a vector.
pub(crate) fn vector(x: MatRef<'_, f64>) -> Vec<f64> {
    (0..x.nrows()).map(|i| x[(i, 0)]).collect()
}

/// A and B side by side.
pub(crate) fn beside(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    let p = a.ncols();
    let mut out = Mat::zeros(a.nrows(), p + b.ncols());
    out.subcols_mut(0, p).copy_from(a);
    out.subcols_mut(p, b.ncols()).copy_from(b);
    out
}

/// The columns named.
pub(crate) fn pick(x: MatRef<'_, f64>, which: &[usize]) -> Mat<f64> {
    Mat::from_fn(x.nrows(), which.len(), |i, j| x[(i, which[j])])
}

/// X − Q(Q'X), twice, so that the result is orthogonal to Q to the last digit.
pub(crate) fn residualise(q: MatRef<'_, f64>, x: MatRef<'_, f64>) -> Mat<f64> {
    let mut out = x.to_owned();
    if q.ncols() > 0 {
        for _ in 0..2 {
            let fit = q.transpose() * &out;
            out -= q * &fit;
        }
    }
    out
}

/// Cholesky factor of a symmetric matrix scaled to a unit diagonal, refused when its condition leaves no digits.
pub(crate) struct Factor {
    scale: Vec<f64>,
    lower: Mat<f64>,
}

impl Factor {
    /// Smallest eigenvalue of the scaled matrix, relative to the largest, that still counts as positive.
    const FLOOR: f64 = 1e-12;

    /// Factors `a`.
    ///
    /// # Errors
    /// [`Error::Singular`] or [`Error::NotPositive`] naming `what`.
    pub(crate) fn new(a: MatRef<'_, f64>, what: &str) -> Result<Self> {
        let singular = || Error::Singular(what.to_owned());
        let p = a.nrows();
        if (0..p).any(|i| a[(i, i)].is_nan()) {
            return Err(Error::NoVariance(what.to_owned()));
        }
        if let Some(variance) = (0..p).map(|i| a[(i, i)]).find(|variance| *variance < 0.0) {
            return Err(Error::NotPositive(format!("{what} (a variance of {variance:.1e})")));
        }
        let scale: Vec<f64> = (0..p).map(|i| 1.0 / a[(i, i)].sqrt()).collect();
        if scale.iter().any(|s| !s.is_finite()) {
            return Err(singular());
        }
        let scaled = Mat::from_fn(p, p, |i, j| 0.5 * (a[(i, j)] + a[(j, i)]) * scale[i] * scale[j]);
        let eigenvalues = scaled.self_adjoint_eigenvalues(Side::Lower).map_err(|_| singular())?;
        let (low, high) = eigenvalues.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), &v| (l.min(v), h.max(v)));
        if low < -Self::FLOOR * high {
            return Err(Error::NotPositive(format!("{what} (smallest over largest eigenvalue {:.1e})", low / high)));
        }
        if p > 0 && (low.is_nan() || high.is_nan() || low <= Self::FLOOR * high) {
            return Err(Error::Singular(format!("{what} (smallest over largest eigenvalue {:.1e})", low / high)));
        }
        let lower = scaled.llt(Side::Lower).map_err(|_| singular())?.L().to_owned();
        Ok(Self { scale, lower })
    }

    /// L⁻¹B, where A = L L'.
    pub(crate) fn whiten(&self, b: MatRef<'_, f64>) -> Mat<f64> {
        let p = self.scale.len();
        let mut x = Mat::from_fn(p, b.ncols(), |i, j| b[(i, j)] * self.scale[i]);
        solve_lower_triangular_in_place(self.lower.as_ref(), x.as_mut(), Par::Seq);
        x
    }

    /// b'A⁻¹b for a single column.
    pub(crate) fn quadratic_form(&self, b: &[f64]) -> f64 {
        let white = self.whiten(column(b).as_ref());
        white.squared_norm_l2()
    }
}

/// (A + A')/2 in place.
pub(crate) fn symmetrise(a: &mut Mat<f64>) {
    for j in 0..a.ncols() {
        for i in 0..j {
            let mean = 0.5 * (a[(i, j)] + a[(j, i)]);
            a[(i, j)] = mean;
            a[(j, i)] = mean;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factorisation_reproduces_the_matrix_and_names_collinear_columns() {
        let x = Mat::from_fn(50, 4, |i, j| match j {
            3 => (i as f64).sin() * 2.0 + 3.0,
            2 => (i as f64).sqrt() * 1e6,
            1 => (i as f64).sin(),
            _ => 1.0,
        });
        let qr = thin_qr(x.as_ref());
        assert_eq!(qr.collinear, vec![3]);
        assert!((&qr.q * &qr.r - &x).norm_max() < 1e-7);
        let kept = thin_qr(x.subcols(0, 3));
        let identity = solve_upper(kept.r.as_ref(), kept.r.as_ref());
        assert!((&identity - Mat::<f64>::identity(3, 3)).norm_max() < 1e-12);
    }

    #[test]
    fn a_collinear_column_takes_nothing_from_those_behind_it() {
        // An exact multiple leaves a column of zeros, at which reflections without pivots are no numbers.
        let wave = |i: usize, j: usize| (((i + 1) * (j + 3)) as f64 * 0.7).sin();
        for at in 1..4 {
            let x = Mat::from_fn(20, 5, |i, j| if j == at { 2.0 * wave(i, 0) } else { wave(i, j) });
            let qr = thin_qr(x.as_ref());
            assert_eq!(qr.collinear, [at]);
            assert!((&qr.q * &qr.r - &x).norm_max() < 1e-14);
        }
        let zero = Mat::from_fn(20, 3, |i, j| if j == 0 { 0.0 } else { wave(i, j) });
        assert_eq!(thin_qr(zero.as_ref()).collinear, [0]);
        // More columns than rows: the first that are independent are kept.
        let wide = Mat::from_fn(3, 5, |i, j| if j == 1 { wave(i, 0) } else { wave(i, j) });
        assert_eq!(thin_qr(wide.as_ref()).collinear, [1, 4]);
    }

    #[test]
    fn a_singular_covariance_is_refused() {
        let a = Mat::from_fn(2, 2, |_, _| 4.0);
        assert!(Factor::new(a.as_ref(), "S").is_err());
        let b = Mat::from_fn(2, 2, |i, j| if i == j { 4.0 } else { 1.0 });
        let form = Factor::new(b.as_ref(), "S").expect("regular").quadratic_form(&[1.0, 2.0]);
        assert!((form - 16.0 / 15.0).abs() < 1e-13);
    }
}
