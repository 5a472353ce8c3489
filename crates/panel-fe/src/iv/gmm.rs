//! Efficient GMM for given weights: the inner step of two-step GMM, Hansen's J and C statistics.

use super::system::IvSystem;
use crate::dense::{Factor, beside, column, solve_upper, thin_qr, vector};
use crate::error::{Error, Result};
use faer::{Mat, MatRef};

/// A solved efficient-GMM problem.
pub(crate) struct Gmm {
    pub(crate) parameters: Vec<f64>,
    /// (X'ZS⁻¹Z'X)⁻¹.
    pub(crate) covariance: Mat<f64>,
    /// min over b of (Z'y − Z'Xb)'S⁻¹(Z'y − Z'Xb).
    pub(crate) j: f64,
}

/// Minimises (g − Gb)'S⁻¹(g − Gb) for moments g = Z'y (L), G = Z'X (L×K) and their covariance S (L×L).
///
/// # Errors
/// [`Error::Singular`] when S has no inverse or the weighted G is of deficient rank.
pub(crate) fn efficient_gmm(x: MatRef<'_, f64>, y: &[f64], s: MatRef<'_, f64>) -> Result<Gmm> {
    let factor = Factor::new(s, "the covariance of the moment conditions")?;
    let white_x = factor.whiten(x);
    let white_y = factor.whiten(column(y).as_ref());
    let qr = thin_qr(white_x.as_ref());
    if !qr.collinear.is_empty() {
        return Err(Error::Singular("the weighted moment matrix X'Z".into()));
    }
    let projection = qr.q.transpose() * &white_y;
    let parameters = vector(solve_upper(qr.r.as_ref(), projection.as_ref()).as_ref());
    let residual = &white_y - &qr.q * &projection;
    let r_inverse = solve_upper(qr.r.as_ref(), Mat::<f64>::identity(x.ncols(), x.ncols()).as_ref());
    Ok(Gmm { parameters, covariance: &r_inverse * r_inverse.transpose(), j: residual.squared_norm_l2() })
}

/// Q = [Q_w, Q_z], an orthonormal basis of all instruments.
pub(crate) fn instrument_basis(system: &IvSystem) -> Mat<f64> {
    beside(system.q_w.as_ref(), system.q_z.as_ref())
}

/// Q'[D, W] and Q'y in the coordinates (δ, v = Fδ + R_wγ), where they are [[0, I], [A, 0]] and (Q_w'y, c).
pub(crate) fn regressors_in_basis(system: &IvSystem) -> (Mat<f64>, Vec<f64>) {
    let (k1, k2) = (system.k1(), system.k2());
    let x = Mat::from_fn(system.l(), system.k(), |i, j| match (i < k2, j < k1) {
        (true, false) if j - k1 == i => 1.0,
        (false, true) => system.a[(i - k2, j)],
        _ => 0.0,
    });
    (x, system.f_y.iter().chain(&system.c).copied().collect())
}
