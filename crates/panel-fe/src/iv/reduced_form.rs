//! The reduced form: y and each endogenous regressor on all instruments.

use super::first_stage::{PERFECT, reason};
use super::moments::{IvDof, MomentCovariance};
use super::system::IvSystem;
use crate::coefficients::NoStandardError;
use crate::dense::{Factor, beside, column, solve_upper, symmetrise, vector};
use crate::dof::per_degree;
use crate::error::Result;
use crate::linalg;
use crate::outcome::{TestOutcome, TestStat};
use faer::{Mat, Scale};

/// One reduced-form equation.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReducedForm {
    /// The variable that is explained.
    pub response: String,
    /// Names of the instruments: the excluded ones, then the exogenous regressors.
    pub names: Vec<String>,
    /// Coefficients of the excluded instruments, then of the exogenous regressors.
    pub coef: Vec<f64>,
    /// Their covariance, always with the small-sample correction (as `ivreg2, saverf`); zero where the fit is perfect.
    pub vcov: Mat<f64>,
    /// Root mean squared error, divisor N−L−d−sd.
    pub rmse: f64,
    /// F test of the excluded instruments.
    pub f: TestOutcome,
}

/// Reduced forms of y and of each endogenous regressor, in this order.
///
/// # Errors
/// [`crate::Error::Unsupported`] from the covariance.
pub fn reduced_form(system: &IvSystem, covariance: &MomentCovariance<'_>, dof: &IvDof) -> Result<Vec<ReducedForm>> {
    let (l1, k2, n) = (system.l1(), system.k2(), system.n);
    let clusters = covariance.clusters();
    let small = dof.wald_to_f(n, system.l(), clusters);
    let basis = beside(system.q_z.as_ref(), system.q_w.as_ref());
    // (a, v) in the orthonormal basis → (π, γ): π = R_z⁻¹a, γ = R_w⁻¹(v − Q_w'Z π).
    let r_inverse = solve_upper(system.r_z.as_ref(), Mat::<f64>::identity(l1, l1).as_ref());
    let lower = Scale(-1.0) * (system.q_w.transpose() * &system.z * &r_inverse);
    let right = beside(lower.as_ref(), Mat::<f64>::identity(k2, k2).as_ref());
    let gamma = solve_upper(system.r_w.as_ref(), right.as_ref());
    let map = Mat::from_fn(l1 + k2, l1 + k2, |i, j| match (i < l1, j < l1) {
        (true, true) => r_inverse[(i, j)],
        (true, false) => 0.0,
        (false, _) => gamma[(i - l1, j)],
    });
    let names: Vec<String> = system.excluded_names().iter().chain(system.exog_names()).cloned().collect();
    let first = system.first_stage_residuals();
    let equation = |name: &str, projected: Vec<f64>, on_w: Vec<f64>, residual: &[f64]| -> Result<ReducedForm> {
        let tilde: Vec<f64> = projected.iter().chain(&on_w).copied().collect();
        let coef = vector((&map * column(&tilde)).as_ref());
        let f_name = format!("reduced-form F of {name}");
        let left = linalg::dot(residual, residual);
        if left <= PERFECT * linalg::dot(&tilde, &tilde) {
            let f = TestOutcome::not_available(f_name, NoStandardError::PerfectFit.to_string());
            let vcov = Mat::zeros(l1 + k2, l1 + k2);
            return Ok(ReducedForm { response: name.into(), names: names.clone(), coef, vcov, rmse: 0.0, f });
        }
        let meat = covariance.of(system, basis.as_ref(), residual, dof)?;
        let mut vcov = Scale(1.0 / small) * (&map * &meat * map.transpose());
        symmetrise(&mut vcov);
        let f = match Factor::new(meat.submatrix(0, 0, l1, l1), "the covariance of the reduced form") {
            Ok(factor) => {
                let stat = factor.quadratic_form(&projected) * small / l1 as f64;
                let df2 = dof.f_denominator(n, system.l(), clusters);
                TestStat::f(f_name, format!("no excluded instrument explains {name}"), stat, l1 as f64, df2).into()
            }
            Err(error) => TestOutcome::not_available(f_name, reason(&error, clusters)),
        };
        let rmse = per_degree(left, dof.residual(n, system.l(), false)).sqrt();
        Ok(ReducedForm { response: name.into(), names: names.clone(), coef, vcov, rmse, f })
    };
    let mut out = vec![equation("the outcome", system.c.clone(), system.f_y.clone(), &system.reduced_form_residual())?];
    for (j, name) in system.endog_names().iter().enumerate() {
        let projected = (0..l1).map(|i| system.a[(i, j)]).collect();
        let on_w = (0..k2).map(|i| system.f[(i, j)]).collect();
        out.push(equation(name, projected, on_w, first.col_as_slice(j))?);
    }
    Ok(out)
}
