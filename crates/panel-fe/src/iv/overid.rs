//! Over-identifying restrictions: Sargan, Hansen, C, endogeneity, Anderson-Rubin LIML, Basmann, Wu-Hausman.

use super::estimate::{Estimator, IvFit};
use super::first_stage::{PERFECT_FIT, perfect_stages, reason};
use super::gmm::{efficient_gmm, instrument_basis, regressors_in_basis};
use super::identification::positions;
use super::moments::{IvDof, MomentCovariance};
use super::system::IvSystem;
use crate::dense::{ThinQr, beside, column, pick, solve_upper, thin_qr, vector};
use crate::error::Result;
use crate::linalg;
use crate::outcome::{TestOutcome, TestStat};
use faer::{Mat, MatRef};

const VALID: &str = "the instruments are valid";

/// Sargan's u'P_zu/σ² for iid errors, else Hansen's J ~ χ²(L−K).
///
/// J is re-minimised with S from the residuals of the estimate given (two-step GMM keeps its own), as `ivreg2` does.
///
/// # Errors
/// [`Error::Unsupported`] from the covariance.
pub fn over_identification(
    system: &IvSystem,
    fit: &IvFit,
    covariance: &MomentCovariance<'_>,
    dof: &IvDof,
) -> Result<TestOutcome> {
    let name = if covariance.is_homoskedastic() { "Sargan" } else { "Hansen J" };
    let df = system.l() - system.k();
    if df == 0 {
        return Ok(TestOutcome::not_available(name, "the equation is exactly identified"));
    }
    let u = &fit.weighted_residual;
    let stat = if let Some(j) = fit.gmm_j {
        Ok(j)
    } else if covariance.is_iid() {
        let moments = system.q_z.transpose() * column(u);
        Ok(moments.squared_norm_l2() / (linalg::dot(u, u) / dof.large(system.n)))
    } else {
        let s = covariance.of(system, instrument_basis(system).as_ref(), u, dof)?;
        let (x, y) = regressors_in_basis(system);
        efficient_gmm(x.as_ref(), &y, s.as_ref()).map(|gmm| gmm.j)
    };
    Ok(match stat {
        Ok(stat) => TestStat::chi_squared(name, VALID, stat, df as f64).into(),
        Err(error) => TestOutcome::not_available(name, reason(&error, covariance.clusters())),
    })
}

/// Basmann (1960) F form of the Sargan test: (u'P_zu/(L−K)) / (u'M_zu/(N−L−d−sd)).
#[must_use]
pub fn basmann(system: &IvSystem, fit: &IvFit, dof: &IvDof) -> TestOutcome {
    let name = "Basmann F";
    let df = system.l() - system.k();
    if df == 0 {
        return TestOutcome::not_available(name, "the equation is exactly identified");
    }
    let u = &fit.weighted_residual;
    let explained = (system.q_z.transpose() * column(u)).squared_norm_l2();
    let df2 = dof.residual(system.n, system.l(), false);
    let stat = (explained / df as f64) / ((linalg::dot(u, u) - explained) / df2);
    TestStat::f(name, VALID, stat, df as f64, df2).into()
}

/// Anderson & Rubin (1950) over-identification statistics of LIML, for iid errors.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LimlOveridentification {
    /// (N−d) ln κ ~ χ²(L−K).
    pub likelihood_ratio: TestOutcome,
    /// (N−d)(κ−1) ~ χ²(L−K).
    pub linearized: TestOutcome,
}

/// See [`LimlOveridentification`].
#[must_use]
pub fn liml_overidentification(system: &IvSystem, fit: &IvFit, dof: &IvDof) -> LimlOveridentification {
    let df = (system.l() - system.k()) as f64;
    let (ratio, linear) = ("Anderson-Rubin LIML LR", "Anderson-Rubin LIML linearized");
    let Some(excess) = fit.kappa_minus_one else {
        let why = "the estimator is not LIML or Fuller";
        return LimlOveridentification {
            likelihood_ratio: TestOutcome::not_available(ratio, why),
            linearized: TestOutcome::not_available(linear, why),
        };
    };
    if df == 0.0 {
        let why = "the equation is exactly identified";
        return LimlOveridentification {
            likelihood_ratio: TestOutcome::not_available(ratio, why),
            linearized: TestOutcome::not_available(linear, why),
        };
    }
    let large = dof.large(system.n);
    LimlOveridentification {
        likelihood_ratio: TestStat::chi_squared(ratio, VALID, large * excess.ln_1p(), df).into(),
        linearized: TestStat::chi_squared(linear, VALID, large * excess, df).into(),
    }
}

/// C = J(all) − J(without the tested instruments), both weighted by S of the full set, so that C ≥ 0
/// (Hayashi 2000, p. 220) ~ χ²(number tested).
///
/// `tested` may name excluded instruments and included exogenous regressors; the latter become endogenous in the
/// restricted model. S is taken at the residuals of `fit`.
///
/// # Errors
/// [`Error::UnknownOption`] for a name that is neither; [`Error::Unsupported`] from the covariance.
pub fn orthogonality(
    system: &IvSystem,
    fit: &IvFit,
    tested: &[String],
    covariance: &MomentCovariance<'_>,
    dof: &IvDof,
) -> Result<TestOutcome> {
    let name = "C statistic (orthogonality)";
    let null = format!("{} are exogenous", tested.join(", "));
    let all: Vec<String> = system.exog_names().iter().chain(system.excluded_names()).cloned().collect();
    let which = positions(&all, tested, "instrument")?;
    if which.len() + system.k() > system.l() {
        let why = format!(
            "without the tested instruments {} are left for {} regressors",
            system.l() - which.len(),
            system.k()
        );
        return Ok(TestOutcome::not_available(name, why));
    }
    let instruments = beside(system.w.as_ref(), system.z.as_ref());
    let kept: Vec<usize> = (0..system.l()).filter(|j| !which.contains(j)).collect();
    // As estimated: 2SLS residuals for two-step GMM, whose own weights were made from them.
    let residual = if matches!(fit.estimator, Estimator::Gmm2s) {
        two_stage_residual(system)
    } else {
        fit.weighted_residual.clone()
    };
    c_statistic(
        (name, null),
        system,
        pick(instruments.as_ref(), &kept).as_ref(),
        pick(instruments.as_ref(), &which).as_ref(),
        &residual,
        covariance,
        dof,
    )
}

/// Endogeneity test: C for the orthogonality of the named endogenous regressors, added to the instruments
/// (`ivreg2, endog()`; for iid errors numerically the Durbin-Wu-Hausman test with the efficient model's σ²)
/// ~ χ²(number tested).
///
/// # Errors
/// [`Error::UnknownOption`] for a name that is no endogenous regressor; [`Error::Unsupported`] from the covariance.
pub fn endogeneity(
    system: &IvSystem,
    tested: &[String],
    covariance: &MomentCovariance<'_>,
    dof: &IvDof,
) -> Result<TestOutcome> {
    let name = "endogeneity (C statistic)";
    let null = format!("{} are exogenous", tested.join(", "));
    let which = positions(system.endog_names(), tested, "endogenous regressor")?;
    let instruments = beside(system.w.as_ref(), system.z.as_ref());
    let added = pick(system.d.as_ref(), &which);
    let all = beside(instruments.as_ref(), added.as_ref());
    let x = beside(system.d.as_ref(), system.w.as_ref());
    let ThinQr { q, collinear, .. } = thin_qr(all.as_ref());
    if !collinear.is_empty() {
        return Ok(TestOutcome::not_available(
            name,
            "the tested regressors are linear combinations of the instruments",
        ));
    }
    // 2SLS with the larger instrument set.
    let projected = q.transpose() * &x;
    let qr = thin_qr(projected.as_ref());
    let b = solve_upper(qr.r.as_ref(), (qr.q.transpose() * (q.transpose() * column(&system.y))).as_ref());
    let fitted = &x * &b;
    let residual: Vec<f64> = system.y.iter().enumerate().map(|(i, y)| y - fitted[(i, 0)]).collect();
    c_statistic((name, null), system, instruments.as_ref(), added.as_ref(), &residual, covariance, dof)
}

/// C for instruments [kept, tested]: in an orthonormal basis of them in this order the leading block of S belongs to
/// the kept ones.
fn c_statistic(
    (name, null): (&str, String),
    system: &IvSystem,
    kept: MatRef<'_, f64>,
    tested: MatRef<'_, f64>,
    residual: &[f64],
    covariance: &MomentCovariance<'_>,
    dof: &IvDof,
) -> Result<TestOutcome> {
    let all = beside(kept, tested);
    let ThinQr { q, collinear, .. } = thin_qr(all.as_ref());
    if !collinear.is_empty() {
        return Ok(TestOutcome::not_available(name, "the instruments are collinear"));
    }
    let x: Mat<f64> = q.transpose() * beside(system.d.as_ref(), system.w.as_ref());
    let y = vector((q.transpose() * column(&system.y)).as_ref());
    let s = covariance.of(system, q.as_ref(), residual, dof)?;
    let p = kept.ncols();
    let both = efficient_gmm(x.as_ref(), &y, s.as_ref()).and_then(|full| {
        let part = efficient_gmm(x.subrows(0, p), &y[..p], s.submatrix(0, 0, p, p))?;
        Ok(full.j - part.j)
    });
    Ok(match both {
        Ok(stat) => TestStat::chi_squared(name, null, stat.max(0.0), tested.ncols() as f64).into(),
        Err(error) => TestOutcome::not_available(name, reason(&error, covariance.clusters())),
    })
}

fn two_stage_residual(system: &IvSystem) -> Vec<f64> {
    let qr = thin_qr(system.a.as_ref());
    let delta = solve_upper(qr.r.as_ref(), (qr.q.transpose() * column(&system.c)).as_ref());
    system.residual_at(&vector(delta.as_ref()))
}

/// Wu-Hausman F: the first-stage residuals added to OLS, F(K₁, N−K−K₁−d−sd), for iid errors
/// (Wu 1973; Hausman 1978); not available when a first stage fits perfectly.
#[must_use]
pub fn wu_hausman(system: &IvSystem, dof: &IvDof) -> TestOutcome {
    let name = "Wu-Hausman F";
    let null = format!("{} are exogenous", system.endog_names().join(", "));
    let k1 = system.k1();
    if perfect_stages(system).contains(&true) {
        return TestOutcome::not_available(name, PERFECT_FIT);
    }
    let rss = |x: &Mat<f64>| -> Option<f64> {
        let qr = thin_qr(x.as_ref());
        if !qr.collinear.is_empty() {
            return None;
        }
        let fit = &qr.q * (qr.q.transpose() * column(&system.y_tilde));
        Some(system.y_tilde.iter().enumerate().map(|(i, y)| (y - fit[(i, 0)]).powi(2)).sum())
    };
    let both = rss(&system.d_tilde).zip(rss(&beside(system.d_tilde.as_ref(), system.first_stage_residuals().as_ref())));
    let Some((restricted, augmented)) = both else {
        return TestOutcome::not_available(name, "residuals of the first stages are collinear");
    };
    let df2 = dof.residual(system.n, system.k() + k1, false);
    if df2 <= 0.0 {
        return TestOutcome::not_available(name, format!("{df2} residual degrees of freedom"));
    }
    let stat = ((restricted - augmented) / k1 as f64) / (augmented / df2);
    TestStat::f(name, null, stat, k1 as f64, df2).into()
}
