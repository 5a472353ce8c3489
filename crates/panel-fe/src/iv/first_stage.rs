//! First-stage statistics of each endogenous regressor.

use super::moments::{IvDof, MomentCovariance};
use super::system::IvSystem;
use crate::coefficients::{NoStandardError, standard_error};
use crate::dense::{Factor, column, pick, solve_upper, thin_qr, vector};
use crate::dof::per_degree;
use crate::error::{Error, Result};
use crate::linalg;
use crate::outcome::{TestOutcome, TestStat};
use faer::Mat;

/// Coefficient of one excluded instrument.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct InstrumentCoefficient {
    /// The instrument.
    pub name: String,
    /// Its coefficient.
    pub estimate: f64,
    /// Its standard error; not a number where `unavailable` says why there is none.
    pub se: f64,
    /// Why there is no standard error.
    pub unavailable: Option<NoStandardError>,
}

/// First stage of one endogenous regressor: D_j on W and all excluded instruments.
///
/// F statistics always carry the small-sample correction, whatever [`IvDof::small`] says, as in `ivreg2`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FirstStage {
    /// Name of the endogenous regressor.
    pub endog: String,
    /// Coefficients of the excluded instruments, in their order.
    pub instruments: Vec<InstrumentCoefficient>,
    /// F test of the excluded instruments, F(L₁, N−L−d−sd) or F(L₁, G−1).
    pub f: TestOutcome,
    /// Partial R² of the excluded instruments.
    pub partial_r2: f64,
    /// Shea (1997) partial R²: [(D̃'D̃)⁻¹]_jj / [(D̃'P_zD̃)⁻¹]_jj.
    pub shea_r2: f64,
    /// Root mean squared error of the first stage, divisor N−L−d−sd.
    pub rmse: f64,
    /// Sanderson & Windmeijer (2016) conditional F, F(L₁−K₁+1, ·).
    pub sanderson_windmeijer: TestOutcome,
    /// Its χ² form.
    pub sanderson_windmeijer_chi2: TestOutcome,
    /// Its partial R².
    pub sanderson_windmeijer_r2: f64,
    /// Angrist & Pischke (2009) multivariate F.
    pub angrist_pischke: TestOutcome,
    /// Its χ² form.
    pub angrist_pischke_chi2: TestOutcome,
    /// Its partial R².
    pub angrist_pischke_r2: f64,
}

/// First stages of all endogenous regressors, in their order.
///
/// With residual e of the auxiliary regression and r its coefficients in the orthonormal instrument basis,
/// Wald = r'Ω(Q_z, e)⁻¹r, F = Wald·c/df₁ with c of [`IvDof`], R² = r'r/(r'r + e'e).
///
/// # Errors
/// [`Error::Unsupported`] from the covariance.
pub fn first_stages(system: &IvSystem, covariance: &MomentCovariance<'_>, dof: &IvDof) -> Result<Vec<FirstStage>> {
    let (n, k1, l1) = (system.n, system.k1(), system.l1());
    let residuals = system.first_stage_residuals();
    let perfect = perfect_stages(system);
    let ols = inverse_diagonal(&thin_qr(system.d_tilde.as_ref()).r);
    let two_stage = inverse_diagonal(&thin_qr(system.a.as_ref()).r);
    let coefficients = solve_upper(system.r_z.as_ref(), system.a.as_ref());
    let r_inverse = solve_upper(system.r_z.as_ref(), Mat::<f64>::identity(l1, l1).as_ref());
    let mut stages = Vec::with_capacity(k1);
    for j in 0..k1 {
        let name = &system.endog_names()[j];
        let e = residuals.col_as_slice(j);
        let r: Vec<f64> = (0..l1).map(|i| system.a[(i, j)]).collect();
        let rss = linalg::dot(e, e);
        let meat = covariance.of(system, system.q_z.as_ref(), e, dof)?;
        let c = dof.wald_to_f(n, system.l(), covariance.clusters());
        let vcov = &r_inverse * &meat * r_inverse.transpose();
        let no_error = perfect[j].then_some(NoStandardError::PerfectFit);
        let instruments = system
            .excluded_names()
            .iter()
            .enumerate()
            .map(|(i, z)| {
                let se = no_error.map_or_else(|| standard_error(vcov[(i, i)] / c), Err);
                InstrumentCoefficient {
                    name: z.clone(),
                    estimate: coefficients[(i, j)],
                    se: se.unwrap_or(f64::NAN),
                    unavailable: se.err(),
                }
            })
            .collect();
        let f = Strength { null: format!("no excluded instrument explains {name}"), df: l1, label: "first-stage" };
        let plain = f.of(system, covariance, dof, &r, e)?;
        let others: Vec<usize> = (0..k1).filter(|&o| o != j).collect();
        let (sw, ap) = if k1 == 1 {
            (plain.clone(), plain.clone())
        } else {
            // b: D_j on the fitted values of the other endogenous regressors.
            let a_others = pick(system.a.as_ref(), &others);
            let qr = thin_qr(a_others.as_ref());
            let b = solve_upper(qr.r.as_ref(), (qr.q.transpose() * column(&r)).as_ref());
            let fitted = &a_others * &b;
            let r: Vec<f64> = (0..l1).map(|i| r[i] - fitted[(i, 0)]).collect();
            let explained = &system.q_z * column(&r);
            let sw_fit = pick(system.d_tilde.as_ref(), &others) * &b;
            let ap_fit = &system.q_z * &fitted;
            let left = |fit: &Mat<f64>| -> Vec<f64> {
                (0..system.rows).map(|i| system.d_tilde[(i, j)] - fit[(i, 0)] - explained[(i, 0)]).collect()
            };
            let df = l1 - k1 + 1;
            let null = format!("{name} is not identified apart from the other endogenous regressors");
            let sw = Strength { null: null.clone(), df, label: "Sanderson-Windmeijer" };
            let ap = Strength { null, df, label: "Angrist-Pischke" };
            (sw.of(system, covariance, dof, &r, &left(&sw_fit))?, ap.of(system, covariance, dof, &r, &left(&ap_fit))?)
        };
        stages.push(FirstStage {
            endog: name.clone(),
            instruments,
            f: plain.f,
            partial_r2: plain.r2,
            shea_r2: ols[j] / two_stage[j],
            rmse: per_degree(rss, dof.residual(n, system.l(), false)).sqrt(),
            sanderson_windmeijer: sw.f,
            sanderson_windmeijer_chi2: sw.chi2,
            sanderson_windmeijer_r2: sw.r2,
            angrist_pischke: ap.f,
            angrist_pischke_chi2: ap.chi2,
            angrist_pischke_r2: ap.r2,
        });
    }
    Ok(stages)
}

/// diag of (R'R)⁻¹: squared lengths of the rows of R⁻¹.
fn inverse_diagonal(r: &Mat<f64>) -> Vec<f64> {
    let p = r.nrows();
    let inverse = solve_upper(r.as_ref(), Mat::<f64>::identity(p, p).as_ref());
    (0..p).map(|i| vector(inverse.transpose().col(i).as_mat()).iter().map(|v| v * v).sum()).collect()
}

/// What a Wald test of the instruments is called, and its numerator degrees of freedom.
struct Strength {
    null: String,
    df: usize,
    label: &'static str,
}

#[derive(Clone)]
struct Statistics {
    f: TestOutcome,
    chi2: TestOutcome,
    r2: f64,
}

impl Strength {
    fn of(
        &self,
        system: &IvSystem,
        covariance: &MomentCovariance<'_>,
        dof: &IvDof,
        r: &[f64],
        e: &[f64],
    ) -> Result<Statistics> {
        let (explained, left) = (linalg::dot(r, r), linalg::dot(e, e));
        let r2 = explained / (explained + left);
        let (n, clusters) = (system.n, covariance.clusters());
        let (f_name, chi2_name) = (format!("{} F", self.label), format!("{} chi2", self.label));
        if left <= PERFECT * explained {
            return Ok(Statistics {
                f: TestOutcome::not_available(f_name, PERFECT_FIT),
                chi2: TestOutcome::not_available(chi2_name, PERFECT_FIT),
                r2,
            });
        }
        let meat = covariance.of(system, system.q_z.as_ref(), e, dof)?;
        let df = self.df as f64;
        Ok(match Factor::new(meat.as_ref(), "the covariance of the first-stage coefficients") {
            Ok(factor) => {
                let wald = factor.quadratic_form(r);
                let f = wald * dof.wald_to_f(n, system.l(), clusters) / df;
                let df2 = dof.f_denominator(n, system.l(), clusters);
                Statistics {
                    f: TestStat::f(f_name, self.null.clone(), f, df, df2).into(),
                    chi2: TestStat::chi_squared(chi2_name, self.null.clone(), wald, df).into(),
                    r2,
                }
            }
            Err(error) => Statistics {
                f: TestOutcome::not_available(f_name, reason(&error, clusters)),
                chi2: TestOutcome::not_available(chi2_name, reason(&error, clusters)),
                r2,
            },
        })
    }
}

/// Share of a squared first stage below which its residual is rounding.
pub(crate) const PERFECT: f64 = 1e-24;

/// Whether nothing but rounding is left of the first stage of each endogenous regressor. Rounding is not collinear with
/// anything, so that what is computed from it looks like a statistic.
pub(crate) fn perfect_stages(system: &IvSystem) -> Vec<bool> {
    let residuals = system.first_stage_residuals();
    let is_perfect = |j: usize| residuals.col(j).squared_norm_l2() <= PERFECT * system.d_tilde.col(j).squared_norm_l2();
    (0..system.k1()).map(is_perfect).collect()
}

/// Why there is no statistic where nothing but rounding is left of a first stage.
pub(crate) const PERFECT_FIT: &str =
    "the first stage fits perfectly but for rounding: the instruments repeat the endogenous regressor";

/// Why a covariance could not be inverted, with the usual cause.
pub(crate) fn reason(error: &Error, clusters: Option<f64>) -> String {
    match clusters.filter(|_| matches!(error, Error::Singular(_))) {
        Some(g) => format!("{error}: {g} clusters give it at most rank {g}"),
        None => error.to_string(),
    }
}
