//! 2SLS, LIML, Fuller, k-class and two-step GMM.

use super::gmm::{efficient_gmm, instrument_basis, regressors_in_basis};
use super::moments::{IvDof, MomentCovariance};
use super::system::IvSystem;
use crate::dense::{beside, column, solve_upper, solve_upper_transposed, symmetrise, thin_qr, vector};
use crate::dof::per_degree;
use crate::error::{Error, Result};
use crate::linalg;
use crate::outcome::TestOutcome;
use crate::wald::Wald;
use faer::{Mat, MatRef, Scale};

pub use crate::estimator::Estimator;

/// Estimated coefficients with their covariance.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct IvFit {
    /// The estimator.
    pub estimator: Estimator,
    /// Coefficients: the endogenous regressors, then the exogenous ones.
    pub coef: Vec<f64>,
    /// Their covariance, small-sample multiplier included.
    pub vcov: Mat<f64>,
    /// y − Xb, of the original rows.
    pub residuals: Vec<f64>,
    /// u'Wu.
    pub rss: f64,
    /// u'Wu/(N−d), or u'Wu/(N−K−d−sd) under `small`.
    pub sigma2: f64,
    /// The k of the k-class, where it was used.
    pub k: Option<f64>,
    /// κ of LIML and Fuller, minus one (it is close to one, and tests need the difference to full precision).
    pub kappa_minus_one: Option<f64>,
    /// J of two-step GMM at its own weights.
    pub gmm_j: Option<f64>,
    /// Multiplier that the small-sample rule put on the covariance.
    pub multiplier: f64,
    /// Degrees-of-freedom choices.
    pub dof: IvDof,
    /// √w u.
    pub(crate) weighted_residual: Vec<f64>,
}

/// Fits an estimator.
///
/// V is σ²(X'(I−kM_z)X)⁻¹ for iid errors, else H⁻¹X̂'ΩX̂H⁻¹ with X̂ = P_zX and H the k-class matrix (with `coviv`, that
/// of 2SLS: `ivreg2`'s option), and (X'ZS⁻¹Z'X)⁻¹ for GMM; times the multiplier of [`IvDof`].
/// Source: Baum, Schaffer & Stillman (2007), *Stata Journal* 7(4); Davidson & MacKinnon (1993), ch. 18.
///
/// # Errors
/// [`Error::Singular`] when the model is not identified or, for GMM, when the covariance of moments has no inverse;
/// [`Error::NoDegreesOfFreedom`].
pub fn fit(
    system: &IvSystem,
    estimator: Estimator,
    covariance: &MomentCovariance<'_>,
    dof: &IvDof,
    coviv: bool,
) -> Result<IvFit> {
    let (n, k) = (system.n, system.k());
    if dof.residual(n, k, false) <= 0.0 {
        let parameters = (n - dof.residual(n, k, false)) as usize;
        return Err(Error::NoDegreesOfFreedom { observations: system.rows, parameters });
    }
    let qr_a = thin_qr(system.a.as_ref());
    if let Some(&j) = qr_a.collinear.first() {
        let name = &system.endog_names()[j];
        return Err(Error::Singular(format!("the projection on the instruments of the endogenous `{name}`")));
    }
    let two_stage = solve_upper(qr_a.r.as_ref(), (qr_a.q.transpose() * column(&system.c)).as_ref());
    if matches!(estimator, Estimator::Gmm2s) {
        return two_step_gmm(system, &vector(two_stage.as_ref()), covariance, dof);
    }
    let kappa_minus_one = match estimator {
        Estimator::Liml | Estimator::Fuller(_) => Some(kappa_minus_one(system)?),
        _ => None,
    };
    let kappa = 1.0 + kappa_minus_one.unwrap_or(0.0);
    let k_value = match estimator {
        Estimator::Liml => Some(kappa),
        Estimator::Fuller(a) => Some(kappa - a / (dof.residual(n, system.l(), false) - dof.freed)),
        Estimator::KClass(k) => Some(k),
        _ => None,
    };
    let (delta, inverse) = match k_value {
        None => (vector(two_stage.as_ref()), None),
        Some(k) => {
            let (delta, inverse) = k_class(system, k)?;
            (delta, Some(inverse))
        }
    };
    // Covariance in the coordinates (δ, v = Fδ + R_wγ), where the bread is block diagonal.
    let residual = system.residual_at(&delta);
    let rss = linalg::dot(&residual, &residual);
    let r_inverse = solve_upper(qr_a.r.as_ref(), Mat::<f64>::identity(system.k1(), system.k1()).as_ref());
    let two_stage_bread = &r_inverse * r_inverse.transpose();
    let bread = match (&inverse, coviv) {
        (Some(h), false) => h.clone(),
        _ => two_stage_bread,
    };
    let tilde = if covariance.is_iid() {
        block_diagonal(&bread, system.k2(), rss / dof.large(n))
    } else {
        let projected = &system.q_z * &qr_a.q;
        let basis = beside(projected.as_ref(), system.q_w.as_ref());
        let meat = covariance.of(system, basis.as_ref(), &residual, dof)?;
        // Left factor: H⁻¹R_A' for δ, the identity for v.
        let left = &bread * qr_a.r.transpose();
        let left = block(&left, system.k2());
        &left * meat * left.transpose()
    };
    let multiplier = dof.vcov_multiplier(n, k, covariance.clusters());
    let vcov = to_coefficients(system, &tilde, multiplier);
    Ok(IvFit {
        estimator,
        coef: coefficients(system, &delta),
        vcov,
        residuals: system.unweighted(&residual),
        rss,
        sigma2: sigma2(rss, n, k, dof),
        k: k_value,
        kappa_minus_one,
        gmm_j: None,
        multiplier,
        dof: *dof,
        weighted_residual: residual,
    })
}

fn sigma2(rss: f64, n: f64, k: usize, dof: &IvDof) -> f64 {
    rss / if dof.small { dof.residual(n, k, false) } else { dof.large(n) }
}

fn two_step_gmm(system: &IvSystem, first: &[f64], covariance: &MomentCovariance<'_>, dof: &IvDof) -> Result<IvFit> {
    let (n, k) = (system.n, system.k());
    let basis = instrument_basis(system);
    let residual = system.residual_at(first);
    let s = covariance.of(system, basis.as_ref(), &residual, dof)?;
    let (x, y) = regressors_in_basis(system);
    let gmm = efficient_gmm(x.as_ref(), &y, s.as_ref())?;
    let delta = gmm.parameters[..system.k1()].to_vec();
    let v = &gmm.parameters[system.k1()..];
    let gamma = exogenous(system, &delta, v);
    let coef: Vec<f64> = delta.iter().chain(&gamma).copied().collect();
    let beta_d = &system.d * column(&delta);
    let beta_w = &system.w * column(&gamma);
    let residual: Vec<f64> = (0..system.rows).map(|i| system.y[i] - beta_d[(i, 0)] - beta_w[(i, 0)]).collect();
    let rss = linalg::dot(&residual, &residual);
    let multiplier = dof.vcov_multiplier(n, k, covariance.clusters());
    Ok(IvFit {
        estimator: Estimator::Gmm2s,
        coef,
        vcov: to_coefficients(system, &gmm.covariance, multiplier),
        residuals: system.unweighted(&residual),
        rss,
        sigma2: sigma2(rss, n, k, dof),
        k: None,
        kappa_minus_one: None,
        gmm_j: Some(gmm.j),
        multiplier,
        dof: *dof,
        weighted_residual: residual,
    })
}

/// κ − 1, the smallest eigenvalue of (E'E)⁻¹C'C with E = M_z[ỹ, D̃] and C = Q_z'[ỹ, D̃]; exactly 0 when L₁ = K₁.
pub(crate) fn kappa_minus_one(system: &IvSystem) -> Result<f64> {
    if system.l1() == system.k1() {
        return Ok(0.0);
    }
    let c = beside(column(&system.c).as_ref(), system.a.as_ref());
    let e = beside(column(&system.reduced_form_residual()).as_ref(), system.first_stage_residuals().as_ref());
    let qr = thin_qr(e.as_ref());
    if !qr.collinear.is_empty() {
        return Err(Error::Singular("the residual covariance of LIML".into()));
    }
    // C R_E⁻¹ = (R_E⁻ᵀ C')'.
    let scaled = solve_upper_transposed(qr.r.as_ref(), c.transpose());
    let singular = scaled.singular_values().map_err(|_| Error::Singular("the LIML eigenproblem".into()))?;
    // With fewer instruments than columns the smallest eigenvalue is zero.
    if system.l1() < system.k1() + 1 {
        return Ok(0.0);
    }
    Ok(singular.iter().fold(f64::INFINITY, |low, &s| low.min(s)).powi(2))
}

/// δ and H⁻¹ of the k-class, H = A'A + (1−k)E'E.
fn k_class(system: &IvSystem, k: f64) -> Result<(Vec<f64>, Mat<f64>)> {
    let e = system.first_stage_residuals();
    let e_y = column(&system.reduced_form_residual());
    let h = system.a.transpose() * &system.a + Scale(1.0 - k) * linalg::gram(e.as_ref(), None);
    let right = system.a.transpose() * column(&system.c) + Scale(1.0 - k) * (e.transpose() * &e_y);
    let what = "the k-class matrix X'(I - kM)X";
    let delta = linalg::solve_spd(h.as_ref(), right.as_ref(), what)?;
    let mut inverse = linalg::invert_spd(h.as_ref(), what)?;
    symmetrise(&mut inverse);
    Ok((vector(delta.as_ref()), inverse))
}

/// diag(top, I) of size K.
fn block(top: &Mat<f64>, k2: usize) -> Mat<f64> {
    let k1 = top.nrows();
    Mat::from_fn(k1 + k2, k1 + k2, |i, j| match (i < k1, j < k1) {
        (true, true) => top[(i, j)],
        (false, false) if i == j => 1.0,
        _ => 0.0,
    })
}

fn block_diagonal(top: &Mat<f64>, k2: usize, scale: f64) -> Mat<f64> {
    Scale(scale) * block(top, k2)
}

/// γ = R_w⁻¹(v − Fδ).
fn exogenous(system: &IvSystem, delta: &[f64], v: &[f64]) -> Vec<f64> {
    let fitted = &system.f * column(delta);
    let right: Vec<f64> = v.iter().enumerate().map(|(i, v)| v - fitted[(i, 0)]).collect();
    vector(solve_upper(system.r_w.as_ref(), column(&right).as_ref()).as_ref())
}

fn coefficients(system: &IvSystem, delta: &[f64]) -> Vec<f64> {
    let gamma = exogenous(system, delta, &system.f_y);
    delta.iter().chain(&gamma).copied().collect()
}

/// c · J Ṽ J' with J the map (δ, v) → (δ, γ).
fn to_coefficients(system: &IvSystem, tilde: &Mat<f64>, multiplier: f64) -> Mat<f64> {
    let (k1, k2) = (system.k1(), system.k2());
    let mut right = Mat::zeros(k2, k1 + k2);
    for i in 0..k2 {
        for j in 0..k1 {
            right[(i, j)] = -system.f[(i, j)];
        }
        right[(i, k1 + i)] = 1.0;
    }
    let lower = solve_upper(system.r_w.as_ref(), right.as_ref());
    let map =
        Mat::from_fn(k1 + k2, k1 + k2, |i, j| if i < k1 { f64::from(u8::from(i == j)) } else { lower[(i - k1, j)] });
    let mut v = Scale(multiplier) * (&map * tilde * map.transpose());
    symmetrise(&mut v);
    v
}

/// F test that the coefficients at `which` are all zero: b'V⁻¹b/q, with `parameters` coefficients in the equation.
///
/// A covariance without small-sample correction is corrected first, so that the F does not depend on `small`
/// (as `ivreg2` does). F(q, N−K−d−sd), or F(q, G−1) under clustering.
#[must_use]
pub fn wald_f(
    coef: &[f64],
    vcov: MatRef<'_, f64>,
    which: &[usize],
    n: f64,
    dof: &IvDof,
    clusters: Option<f64>,
) -> TestOutcome {
    let b: Vec<f64> = which.iter().map(|&j| coef[j]).collect();
    let v = Mat::from_fn(which.len(), which.len(), |i, j| vcov[(which[i], which[j])]);
    let factor = if dof.small { 1.0 } else { dof.wald_to_f(n, coef.len(), clusters) };
    let df = dof.f_denominator(n, coef.len(), clusters);
    Wald { factor, ..Wald::new("Wald F", "all slopes are zero", df) }.test(&b, v.as_ref())
}

/// Measures of fit of an instrumental-variable estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Goodness {
    /// 1 − u'u/Σ(y−ȳ)² with a constant, else the uncentred one.
    pub r2: f64,
    /// 1 − (1−R²)(N−c)/(N−K−d−sd), c = 1 with a constant.
    pub r2_adjusted: f64,
    /// 1 − u'u/Σy².
    pub r2_uncentered: f64,
    /// 1 − u'u/Σ(y−ȳ)².
    pub r2_centered: f64,
    /// √σ².
    pub rmse: f64,
}

/// See [`Goodness`]; `has_constant` says whether the regressors span the constant. R² of 2SLS can be negative.
#[must_use]
pub fn goodness(system: &IvSystem, fit: &IvFit, has_constant: bool) -> Goodness {
    let n = system.n;
    let total = linalg::dot(&system.y, &system.y);
    let weighted_sum: f64 = match &system.root_weight {
        None => linalg::sum(&system.y),
        Some(root) => linalg::dot(root, &system.y),
    };
    // Σwy²−(Σwy)²/Σw.
    let total_weight = system.root_weight.as_ref().map_or(n, |root| linalg::dot(root, root));
    let mean = weighted_sum / total_weight;
    let centred: f64 = match &system.root_weight {
        None => system.y.iter().map(|y| (y - mean).powi(2)).sum(),
        Some(root) => system.y.iter().zip(root).map(|(y, r)| (y - mean * r).powi(2)).sum(),
    };
    let (r2_uncentered, r2_centered) = (1.0 - fit.rss / total, 1.0 - fit.rss / centred);
    let (r2, c) = if has_constant { (r2_centered, 1.0) } else { (r2_uncentered, 0.0) };
    let r2_adjusted = 1.0 - per_degree((1.0 - r2) * (n - c), fit.dof.residual(n, system.k(), false));
    Goodness { r2, r2_adjusted, r2_uncentered, r2_centered, rmse: fit.sigma2.sqrt() }
}
