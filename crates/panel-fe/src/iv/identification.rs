//! Under-identification and weak identification: Anderson, Cragg-Donald, Kleibergen-Paap, redundancy.

use super::first_stage::{PERFECT, PERFECT_FIT, perfect_stages, reason};
use super::moments::{IvDof, MomentCovariance, scores};
use super::system::IvSystem;
use crate::dense::{Factor, beside, pick, residualise, solve_upper, solve_upper_transposed, thin_qr, vector};
use crate::error::{Error, Result};
use crate::outcome::{TestOutcome, TestStat};
use faer::{Mat, MatRef};

const UNDER_NULL: &str = "the equation is under-identified";
const WEAK_NULL: &str = "the instruments are weak";

/// Canonical correlations of D̃ and Z̃ through Θ = Q_z'Q_D, D̃ = Q_D R_D.
struct Canonical {
    r_d: Mat<f64>,
    theta: Mat<f64>,
    u: Mat<f64>,
    singular: Vec<f64>,
    v: Mat<f64>,
}

fn canonical(system: &IvSystem) -> Result<Canonical> {
    if system.k1() == 0 {
        return Err(Error::Specification("identification is of endogenous regressors, and there are none".into()));
    }
    let qr_d = thin_qr(system.d_tilde.as_ref());
    // Θ = A R_D⁻¹, by solving R_D'Θ' = A'.
    let theta = solve_upper_transposed(qr_d.r.as_ref(), system.a.transpose()).transpose().to_owned();
    let svd = theta.svd().map_err(|_| Error::Singular("the canonical correlations".into()))?;
    let singular = (0..system.k1()).map(|j| svd.S().column_vector()[j]).collect();
    Ok(Canonical { r_d: qr_d.r, u: svd.U().to_owned(), v: svd.V().to_owned(), singular, theta })
}

impl Canonical {
    /// The smallest squared canonical correlation.
    fn smallest(&self) -> f64 {
        let low = self.singular.iter().fold(f64::INFINITY, |low, &s| low.min(s));
        low * low
    }
}

/// Whether nothing but rounding is left of every first stage.
fn is_perfect(system: &IvSystem) -> bool {
    perfect_stages(system).into_iter().all(|perfect| perfect)
}

/// Anderson (1951) canonical-correlations LM statistic (N−d)ρ²_min ~ χ²(L₁−K₁+1), for iid errors.
///
/// # Errors
/// [`Error::Singular`] when the singular values cannot be computed.
pub fn anderson_lm(system: &IvSystem, dof: &IvDof) -> Result<TestOutcome> {
    let stat = dof.large(system.n) * canonical(system)?.smallest();
    let df = (system.l1() - system.k1() + 1) as f64;
    Ok(TestStat::chi_squared("Anderson canonical correlations LM", UNDER_NULL, stat, df).into())
}

/// Cragg & Donald (1993) Wald F = ρ²_min/(1−ρ²_min)·(N−L−d−sd)/L₁, compared with Stock & Yogo (2005).
///
/// The absorbed degrees of freedom count through `sd`. (fixest's `fitstat(~cd)` leaves them out.)
///
/// # Errors
/// [`Error::Singular`] when the singular values cannot be computed.
pub fn cragg_donald(system: &IvSystem, dof: &IvDof) -> Result<TestOutcome> {
    let name = "Cragg-Donald Wald F";
    let lambda = canonical(system)?.smallest();
    let df2 = dof.residual(system.n, system.l(), false);
    if df2 <= 0.0 {
        return Ok(TestOutcome::not_available(name, format!("{df2} residual degrees of freedom in the first stage")));
    }
    if is_perfect(system) {
        return Ok(TestOutcome::not_available(name, PERFECT_FIT));
    }
    // 1 − ρ² from the residuals would be more precise near one; there the instruments are not weak.
    let stat = lambda / (1.0 - lambda) * df2 / system.l1() as f64;
    Ok(TestStat::tabulated(name, WEAK_NULL, stat, system.l1() as f64, Some(df2)).into())
}

/// χ² of the rank statistic at rank K₁−1, and its degrees of freedom.
///
/// Kleibergen & Paap (2006): λ = vec(U₂'ΘV₂) for the smallest singular values of Θ; its covariance is that of the
/// scores (U₂'Q_z,i)·(V̂_i R_D⁻¹V₂), where V̂ is D̃ for the LM and M_zD̃ for the Wald statistic.
fn rank_statistic(system: &IvSystem, covariance: &MomentCovariance<'_>, wald: bool) -> Result<(f64, f64)> {
    let canonical = canonical(system)?;
    let (l1, k1) = (system.l1(), system.k1());
    let first = k1 - 1;
    let u2 = canonical.u.subcols(first, l1 - first);
    let v2 = canonical.v.subcols(first, 1);
    let lambda = vector((u2.transpose() * &canonical.theta * v2).as_ref());
    let basis = &system.q_z * u2;
    let direction = solve_upper(canonical.r_d.as_ref(), v2);
    let source = if wald { system.first_stage_residuals() } else { system.d_tilde.clone() };
    let residual = vector((&source * &direction).as_ref());
    // The rank test knows no dofminus: large-sample N.
    let variance = covariance.of(system, basis.as_ref(), &residual, &IvDof::default())?;
    let factor = Factor::new(variance.as_ref(), "the covariance of the reduced-rank restrictions")?;
    Ok((factor.quadratic_form(&lambda), (l1 - first) as f64))
}

/// Kleibergen & Paap (2006) rk LM statistic ~ χ²(L₁−K₁+1); times (N−d)/N without clusters (as `ivreg2`).
///
/// With a kernel covariance `ivreg2` always uses the Bartlett window here, whatever window was asked for; pass that
/// covariance to reproduce it.
///
/// # Errors
/// [`Error::Singular`] when the singular values cannot be computed; [`Error::Unsupported`] from the covariance.
pub fn kleibergen_paap_lm(system: &IvSystem, covariance: &MomentCovariance<'_>, dof: &IvDof) -> Result<TestOutcome> {
    let name = "Kleibergen-Paap rk LM";
    match rank_statistic(system, covariance, false) {
        Ok((chi2, df)) => {
            let factor = if covariance.clusters().is_some() { 1.0 } else { dof.large(system.n) / system.n };
            Ok(TestStat::chi_squared(name, UNDER_NULL, chi2 * factor, df).into())
        }
        Err(error @ (Error::Singular(_) | Error::NotPositive(_) | Error::NoVariance(_))) => {
            Ok(TestOutcome::not_available(name, reason(&error, covariance.clusters())))
        }
        Err(error) => Err(error),
    }
}

/// Kleibergen & Paap (2006) rk Wald F.
///
/// χ²/N·(N−L−d−sd)/L₁, or χ²/(N−1)·(N−L−sd)·(G−1)/G/L₁ under clustering. Stock-Yogo values apply to it by convention
/// only.
///
/// # Errors
/// [`Error::Singular`] when the singular values cannot be computed; [`Error::Unsupported`] from the covariance.
pub fn kleibergen_paap_f(system: &IvSystem, covariance: &MomentCovariance<'_>, dof: &IvDof) -> Result<TestOutcome> {
    let name = "Kleibergen-Paap rk Wald F";
    let (n, clusters) = (system.n, covariance.clusters());
    if is_perfect(system) {
        return Ok(TestOutcome::not_available(name, PERFECT_FIT));
    }
    match rank_statistic(system, covariance, true) {
        Ok((chi2, _)) => {
            let factor = match clusters {
                None => dof.residual(n, system.l(), false) / n,
                Some(_) => dof.wald_to_f(n, system.l(), clusters),
            };
            let df2 = dof.f_denominator(n, system.l(), clusters);
            let stat = chi2 * factor / system.l1() as f64;
            Ok(TestStat::tabulated(name, WEAK_NULL, stat, system.l1() as f64, Some(df2)).into())
        }
        Err(error @ (Error::Singular(_) | Error::NotPositive(_) | Error::NoVariance(_))) => {
            Ok(TestOutcome::not_available(name, reason(&error, covariance.clusters())))
        }
        Err(error) => Err(error),
    }
}

/// Anderson's LM for iid errors, else Kleibergen-Paap's rk LM.
///
/// # Errors
/// As of the two.
pub fn under_identification(system: &IvSystem, covariance: &MomentCovariance<'_>, dof: &IvDof) -> Result<TestOutcome> {
    if covariance.is_iid() { anderson_lm(system, dof) } else { kleibergen_paap_lm(system, covariance, dof) }
}

/// LM test that the named excluded instruments are redundant: that they do not help to explain D once W and the other
/// instruments are accounted for ~ χ²(K₁·number tested) (Hall & Peixe 2003; `ivreg2, redundant()`).
///
/// Not available where the other instruments explain a regressor but for rounding, or several of them together.
///
/// iid: (N−d)·Σρ² over all canonical correlations; else g'V⁻¹g for g = vec(Q_t'D̃), times (N−d)/N without clusters.
///
/// # Errors
/// [`Error::UnknownOption`] for a name that is no excluded instrument.
pub fn redundancy(
    system: &IvSystem,
    tested: &[String],
    covariance: &MomentCovariance<'_>,
    dof: &IvDof,
) -> Result<TestOutcome> {
    let name = "instrument redundancy LM";
    let null = format!("{} are redundant", tested.join(", "));
    let which = positions(system.excluded_names(), tested, "excluded instrument")?;
    let kept: Vec<usize> = (0..system.l1()).filter(|j| !which.contains(j)).collect();
    let partial = beside(system.w.as_ref(), pick(system.z.as_ref(), &kept).as_ref());
    let q = thin_qr(partial.as_ref()).q;
    let d = residualise(q.as_ref(), system.d.as_ref());
    let z = thin_qr(residualise(q.as_ref(), pick(system.z.as_ref(), &which).as_ref()).as_ref()).q;
    let explained = (0..system.k1())
        .find(|&j| d.col(j).squared_norm_l2() <= PERFECT * system.d_tilde.col(j).squared_norm_l2())
        .or_else(|| thin_qr(d.as_ref()).collinear.first().copied());
    if let Some(j) = explained {
        let why = format!("the other instruments explain {} but for rounding", system.endog_names()[j]);
        return Ok(TestOutcome::not_available(name, why));
    }
    let df = (system.k1() * which.len()) as f64;
    let large = dof.large(system.n);
    let moments = z.transpose() * &d;
    let chi2 = match covariance {
        MomentCovariance::Iid => {
            let qr = thin_qr(d.as_ref());
            let theta = solve_upper_transposed(qr.r.as_ref(), moments.transpose());
            Ok(large * theta.squared_norm_l2())
        }
        MomentCovariance::Autocorrelation(_) if system.k1() > 1 => {
            return Ok(TestOutcome::not_available(
                name,
                "not defined here for autocorrelation with several endogenous",
            ));
        }
        _ => {
            let variance = if covariance.is_homoskedastic() {
                covariance.of(system, z.as_ref(), d.col_as_slice(0), &IvDof::default())?
            } else {
                covariance.of_scores(kronecker_scores(z.as_ref(), &d).as_ref())?
            };
            let g: Vec<f64> = (0..d.ncols())
                .flat_map(|j| (0..z.ncols()).map(move |i| (i, j)))
                .map(|(i, j)| moments[(i, j)])
                .collect();
            let factor = if covariance.clusters().is_some() { 1.0 } else { large / system.n };
            Factor::new(variance.as_ref(), "the covariance of the first-stage moments")
                .map(|v| v.quadratic_form(&g) * factor)
        }
    };
    Ok(match chi2 {
        Ok(stat) => TestStat::chi_squared(name, null, stat, df).into(),
        Err(error) => TestOutcome::not_available(name, error.to_string()),
    })
}

fn kronecker_scores(z: MatRef<'_, f64>, d: &Mat<f64>) -> Mat<f64> {
    let mut out = Mat::zeros(z.nrows(), z.ncols() * d.ncols());
    for j in 0..d.ncols() {
        out.subcols_mut(j * z.ncols(), z.ncols()).copy_from(scores(z, d.col_as_slice(j)));
    }
    out
}

/// Places of names in a list.
///
/// # Errors
/// [`Error::UnknownOption`]; [`Error::Specification`] without names, or for a name that comes twice.
pub(crate) fn positions(names: &[String], wanted: &[String], what: &'static str) -> Result<Vec<usize>> {
    if wanted.is_empty() {
        return Err(Error::Specification(format!("which {what}? One of: {}", names.join(", "))));
    }
    if let Some(twice) = (1..wanted.len()).find(|&i| wanted[..i].contains(&wanted[i])) {
        return Err(Error::Specification(format!("the {what} `{}` is named twice", wanted[twice])));
    }
    wanted
        .iter()
        .map(|name| {
            names.iter().position(|other| other == name).ok_or_else(|| Error::UnknownOption {
                what,
                got: name.clone(),
                expected: names.join(", "),
            })
        })
        .collect()
}
