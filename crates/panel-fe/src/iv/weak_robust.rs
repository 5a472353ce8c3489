//! Inference that stays valid under weak instruments: Anderson-Rubin and Stock-Wright.

use super::first_stage::{PERFECT, reason};
use super::gmm::instrument_basis;
use super::inversion::accepted;
use super::moments::{IvDof, MomentCovariance};
use super::system::IvSystem;
use crate::dense::{Factor, column};
use crate::error::{Error, Result};
use crate::linalg;
use crate::outcome::{TestOutcome, TestStat};
use faer::{Mat, Scale};
use panel_core::distribution::f_critical;

/// Anderson-Rubin test in its F and χ² forms.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AndersonRubin {
    /// F(L₁, N−L−d−sd), or F(L₁, G−1) under clustering.
    pub f: TestOutcome,
    /// χ²(L₁).
    pub chi2: TestOutcome,
}

/// Anderson & Rubin (1949) test of δ = δ₀ (zero, unless given): that no excluded instrument explains y − Dδ₀.
///
/// Wald = r'Ω(Q_z, e)⁻¹r for r = c − Aδ₀ and e = M_z(ỹ − D̃δ₀); valid whatever the strength of the instruments.
///
/// # Errors
/// [`Error::Shape`] for a δ₀ of the wrong length; [`Error::Unsupported`] from the covariance.
pub fn anderson_rubin(
    system: &IvSystem,
    at: Option<&[f64]>,
    covariance: &MomentCovariance<'_>,
    dof: &IvDof,
) -> Result<AndersonRubin> {
    let k1 = system.k1();
    let zero = vec![0.0; k1];
    let delta = at.unwrap_or(&zero);
    if delta.len() != k1 {
        return Err(Error::Shape { what: "the hypothesised coefficients".into(), expected: k1, got: delta.len() });
    }
    let null =
        format!("the coefficients of {} are {delta:?}, and the instruments are valid", system.endog_names().join(", "));
    let (f_name, chi2_name) = ("Anderson-Rubin Wald F", "Anderson-Rubin Wald chi2");
    let fitted = &system.a * column(delta);
    let r: Vec<f64> = system.c.iter().enumerate().map(|(i, c)| c - fitted[(i, 0)]).collect();
    let e_d = &system.first_stage_residuals() * column(delta);
    let e: Vec<f64> = system.reduced_form_residual().iter().enumerate().map(|(i, e)| e - e_d[(i, 0)]).collect();
    // At the coefficients of a perfect fit both sides of the quotient are rounding.
    let size: f64 = (0..k1).map(|j| delta[j] * delta[j] * system.d_tilde.col(j).squared_norm_l2()).sum();
    let left = linalg::dot(&e, &e) + linalg::dot(&r, &r);
    if left <= PERFECT * (size + linalg::dot(&system.y_tilde, &system.y_tilde)) {
        let none = |name: &str| TestOutcome::not_available(name, "nothing but rounding is left of the outcome");
        return Ok(AndersonRubin { f: none(f_name), chi2: none(chi2_name) });
    }
    let meat = covariance.of(system, system.q_z.as_ref(), &e, dof)?;
    let (clusters, l1) = (covariance.clusters(), system.l1() as f64);
    Ok(match Factor::new(meat.as_ref(), "the covariance of the reduced form") {
        Ok(factor) => {
            let wald = factor.quadratic_form(&r);
            let f = wald * dof.wald_to_f(system.n, system.l(), clusters) / l1;
            let df2 = dof.f_denominator(system.n, system.l(), clusters);
            AndersonRubin {
                f: TestStat::f(f_name, null.clone(), f, l1, df2).into(),
                chi2: TestStat::chi_squared(chi2_name, null, wald, l1).into(),
            }
        }
        Err(error) => AndersonRubin {
            f: TestOutcome::not_available(f_name, reason(&error, clusters)),
            chi2: TestOutcome::not_available(chi2_name, reason(&error, clusters)),
        },
    })
}

/// Stock & Wright (2000) S ~ χ²(L₁): J of the model with all endogenous coefficients at zero and γ from OLS.
///
/// # Errors
/// [`Error::Unsupported`] from the covariance.
pub fn stock_wright(system: &IvSystem, covariance: &MomentCovariance<'_>, dof: &IvDof) -> Result<TestOutcome> {
    let name = "Stock-Wright LM S";
    let null =
        format!("the coefficients of {} are zero, and the instruments are valid", system.endog_names().join(", "));
    let basis = instrument_basis(system);
    let s = covariance.of(system, basis.as_ref(), &system.y_tilde, dof)?;
    let moments: Vec<f64> = std::iter::repeat_n(0.0, system.k2()).chain(system.c.iter().copied()).collect();
    Ok(match Factor::new(s.as_ref(), "the covariance of the moment conditions") {
        Ok(factor) => TestStat::chi_squared(name, null, factor.quadratic_form(&moments), system.l1() as f64).into(),
        Err(error) => TestOutcome::not_available(name, reason(&error, covariance.clusters())),
    })
}

/// Confidence set of the coefficient of a single endogenous regressor by inversion of the Anderson-Rubin F.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AndersonRubinSet {
    /// Level, such as .95.
    pub level: f64,
    /// Disjoint intervals in ascending order; infinite ends are possible, and an empty list rejects the model.
    pub intervals: Vec<(f64, f64)>,
}

/// Number of steps of the search over arctan((β − β̂)/scale).
const STEPS: usize = 4000;

/// All β that the Anderson-Rubin F does not reject, for one endogenous regressor.
///
/// Ω(β) is quadratic in β, so it is computed from three covariances; the set is searched on the projective line
/// (4000 steps, turning points by golden section, ends by bisection), so unbounded sets, unions and slivers are
/// found as such.
///
/// # Errors
/// [`Error::Specification`] for several endogenous regressors, a level outside (0, 1), a singular covariance of the
/// reduced form (fewer clusters than instruments) or no degrees of freedom; [`Error::Unsupported`].
pub fn anderson_rubin_set(
    system: &IvSystem,
    level: f64,
    covariance: &MomentCovariance<'_>,
    dof: &IvDof,
) -> Result<AndersonRubinSet> {
    if system.k1() != 1 {
        return Err(Error::Specification(format!(
            "the Anderson-Rubin set is for one endogenous regressor, got {}",
            system.k1()
        )));
    }
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::Specification(format!("a confidence level lies between 0 and 1, got {level}")));
    }
    let e_y = system.reduced_form_residual();
    let first = system.first_stage_residuals();
    let e_d = first.col_as_slice(0);
    let a = system.a.col_as_slice(0);
    let aa = linalg::dot(a, a);
    let (center, scale) = {
        let center = linalg::dot(a, &system.c) / aa;
        let u: Vec<f64> = e_y.iter().zip(e_d).map(|(y, d)| y - center * d).collect();
        (center, (linalg::dot(&u, &u) / dof.large(system.n) / aa).sqrt())
    };
    // Work with β = center + scale·t: residual e = e0 − t e1.
    let e0: Vec<f64> = e_y.iter().zip(e_d).map(|(y, d)| y - center * d).collect();
    let e1: Vec<f64> = e_d.iter().map(|d| scale * d).collect();
    let both: Vec<f64> = e0.iter().zip(&e1).map(|(x, y)| x + y).collect();
    let covariance_of = |e: &[f64]| covariance.of(system, system.q_z.as_ref(), e, dof);
    let (m0, m1) = (covariance_of(&e0)?, covariance_of(&e1)?);
    let cross: Mat<f64> = covariance_of(&both)? - &m0 - &m1;
    let r0: Vec<f64> = system.c.iter().zip(a).map(|(c, a)| c - center * a).collect();
    let r1: Vec<f64> = a.iter().map(|a| scale * a).collect();
    let clusters = covariance.clusters();
    let l1 = system.l1() as f64;
    let factor = dof.wald_to_f(system.n, system.l(), clusters) / l1;
    let df2 = dof.f_denominator(system.n, system.l(), clusters);
    if df2.is_nan() || df2 <= 0.0 {
        return Err(Error::Specification(format!("the Anderson-Rubin test has {df2} degrees of freedom")));
    }
    // Where the covariance is singular at the estimate and at infinity, it is everywhere.
    for (place, omega) in [("the estimate", &m0), ("infinity", &m1)] {
        if let Err(error) = Factor::new(omega.as_ref(), "the covariance of the reduced form") {
            let why = reason(&error, clusters);
            return Err(Error::Specification(format!("no Anderson-Rubin set: at {place}, {why}")));
        }
    }
    let critical = f_critical(1.0 - level, l1, df2);
    // Homogeneous in (cos θ, sin θ), t = tan θ.
    let excess = |theta: f64| -> f64 {
        let (s, c) = theta.sin_cos();
        let r: Vec<f64> = r0.iter().zip(&r1).map(|(x, y)| c * x - s * y).collect();
        let omega = Scale(c * c) * &m0 - Scale(s * c) * &cross + Scale(s * s) * &m1;
        match Factor::new(omega.as_ref(), "the covariance of the reduced form") {
            Ok(omega) => omega.quadratic_form(&r) * factor - critical,
            // A direction without variance cannot be rejected.
            Err(_) => -critical,
        }
    };
    let intervals = accepted(&excess, &|theta: f64| center + scale * theta.tan(), STEPS);
    Ok(AndersonRubinSet { level, intervals })
}
