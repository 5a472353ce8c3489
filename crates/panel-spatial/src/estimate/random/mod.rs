//! Random effects of units: the quasi-demeaned likelihood.
//!
//! With α_i independent of the regressors, variance σ_μ², φ² = σ²/(σ² + Tσ_μ²), P the means of units over time and Q = I - P, the
//! errors v = R(Sy - Zb) of a unit have the covariance σ²(Q + P/φ²), and
//!
//! $$ \ell = -\frac N2 \Big(\ln 2\pi + 1 + \ln\frac{e'e}N\Big) + n^* \ln\varphi + T\big(\ln|S| + \ln|R|\big),
//!    \qquad e = (Q + \varphi P)\, R (S y - Z b) $$
//!
//! Effects of time beside them are fixed and swept out first, as in the other models: then n* = n - 1 under the transformation and
//! -T ln(1 - ρc) comes to the log-determinant.

mod profile;

use super::information::AtEstimate;
use super::likelihood::remark_second;
use super::log_det::LogDet;
use super::maximise::{maximise, scan};
use super::smooth::Smooth;
use super::swept::Swept;
use crate::error::{Error, Result};
use crate::linalg::{Square, add_scaled};
use crate::logdet::Prepared;
use crate::panel::{SpatialPanel, means_by_unit, sweep};
use crate::result::RandomFit;
use crate::spec::{Approach, FixedEffects, Information, Like, Model, SpatialSpec};
use profile::Profile;

/// Estimates a spatial model with random effects of units by maximum likelihood: SLX, SAR, SEM, SDM, SDEM.
///
/// `beside` are the effects that are fixed beside the random ones: none (then there is a constant), or those of time. In models with λ
/// the effects of units are in the error that is spatially correlated, u = λWu + α + e (Kapoor, Kelejian & Prucha 2007).
///
/// # Errors
/// As [`fit`](crate::fit); [`Error::Specification`] for fixed effects of units, a panel of one period, the SAC, or conventions of a program
/// whose random effects are not here.
///
/// **Source**: Elhorst (2014), Spatial Econometrics, section 3.3.2; Kapoor, Kelejian & Prucha (2007), Journal of Econometrics 140, 97–130;
/// the quasi-demeaned regression is that of Breusch (1987), Journal of Econometrics 36, 383–389.
pub fn random_effects(
    panel: &SpatialPanel,
    prepared: &Prepared,
    beside: FixedEffects,
    spec: &SpatialSpec,
) -> Result<RandomFit> {
    check(panel, beside, spec)?;
    let swept = Swept::new(panel, prepared, beside, spec)?;
    let log_det = LogDet { prepared, periods: swept.periods, removed: swept.removed };
    let parameters = swept.names.len() + 2;
    if swept.observations <= parameters as f64 {
        return Err(Error::Specification(format!(
            "{} observations without the effects are too few for {parameters} parameters",
            swept.observations
        )));
    }
    let profile = Profile::new(&swept, log_det);
    let mut remarks = Vec::new();
    let model = spec.model;
    let name = if model.has_rho() { "rho" } else { "lambda" };
    let spatial = model.has_rho() || model.has_lambda();
    profile.check(name)?;
    let r = if spatial {
        let smooth = Smooth::new(log_det, prepared.bounds())?;
        let peak = maximise(
            name,
            prepared.bounds(),
            &scan(prepared.bounds(), 60),
            |r| Ok(profile.at(r)?.value + smooth.value(r)?),
            |r| profile.value(r),
            |r| profile.score(r),
        )?;
        remark_second(name, &peak, &mut remarks);
        peak.at
    } else {
        0.0
    };
    let best = profile.at(r)?;
    let sigma2 = best.ssr / swept.observations;
    let units = swept.observations / swept.periods;
    let mut loglik = -0.5 * swept.observations * ((2.0 * std::f64::consts::PI).ln() + 1.0 + sigma2.ln());
    loglik += units * best.phi.ln() + if spatial { log_det.value(r)? } else { 0.0 };
    let quasi = quasi_demeaned(&swept, best.phi);
    let lags = (if model.has_rho() { r } else { 0.0 }, if model.has_lambda() { r } else { 0.0 });
    let at = AtEstimate::new(&quasi, prepared, model, lags, &best.beta, sigma2)?;
    let covariances = Covariances::new(&at, best.phi, units, swept.t as f64, model)?;
    let (mut names, mut coefficients) = (swept.names.clone(), best.beta.clone());
    if spatial {
        names.push(name.to_owned());
        coefficients.push(r);
    }
    Ok(RandomFit {
        spec: spec.clone(),
        beside,
        outcome: panel.outcome.clone(),
        names,
        coefficients,
        sigma2,
        unit_variance: sigma2 * (1.0 / (best.phi * best.phi) - 1.0) / swept.t as f64,
        phi: best.phi,
        expected: covariances.expected,
        observed: covariances.observed,
        conditional: covariances.conditional,
        loglik,
        observations: swept.observations,
        units: swept.n,
        periods: swept.t,
        weights: prepared.weights().description().to_owned(),
        diagnostics: remarks,
    })
}

fn check(panel: &SpatialPanel, beside: FixedEffects, spec: &SpatialSpec) -> Result<()> {
    let refuse = |text: &str| Err(Error::Specification(text.into()));
    if beside.entity() {
        return refuse("effects of units are fixed or random, not both");
    }
    if panel.t() < 2 {
        return refuse("random effects of units need at least 2 periods, there is 1");
    }
    if spec.model == Model::Sac {
        return refuse("random effects are there for SLX, SAR, SEM, SDM and SDEM, not for the SAC");
    }
    if spec.information == Information::Qml {
        return refuse(
            "random effects have no covariance for errors that are not normal: use information = \"expected\"",
        );
    }
    match spec.like {
        Like::Exact if beside.time() && spec.approach == Approach::Corrected => {
            refuse("there is no correction of random effects beside effects of time; use approach = \"transform\"")
        }
        Like::Splm if beside.time() => refuse("splm has random effects without effects of time only"),
        Like::Exact | Like::Splm => Ok(()),
        Like::Sdpdmod | Like::Spatialreg | Like::Spreg | Like::Xsmle => {
            refuse("random effects follow like = \"exact\" or \"splm\" only")
        }
    }
}

/// Q v.
fn within(column: &[f64], n: usize) -> Vec<f64> {
    let mut column = column.to_vec();
    sweep(&mut column, n, FixedEffects::Entity);
    column
}

/// P v: the mean of its unit in every row.
fn between(column: &[f64], n: usize) -> Vec<f64> {
    let means = means_by_unit(column, n);
    (0..column.len()).map(|row| means[row % n]).collect()
}

/// (Q + φP) of all columns.
fn quasi_demeaned(swept: &Swept, phi: f64) -> Swept {
    let quasi = |column: &Vec<f64>| {
        let mut column = column.clone();
        let means = between(&column, swept.n);
        add_scaled(&mut column, phi - 1.0, &means);
        column
    };
    Swept {
        y: quasi(&swept.y),
        wy: quasi(&swept.wy),
        z: swept.z.iter().map(quasi).collect(),
        wz: swept.wz.iter().map(quasi).collect(),
        ..swept.clone()
    }
}

/// Covariances over the coefficients, ρ or λ, σ² and σ_μ².
struct Covariances {
    expected: Square,
    observed: Square,
    conditional: Square,
}

impl Covariances {
    fn new(at: &AtEstimate<'_>, phi: f64, units: f64, periods: f64, model: Model) -> Result<Self> {
        let n = at.swept.n;
        let (expected, observed) = at.random_information(phi, units, |column| between(column, n));
        let name = format!("the information matrix of the {} with random effects", model.name());
        let size = expected.size();
        // From 1/φ² to σ_μ², with 1/φ² = 1 + Tσ_μ²/σ².
        let invert = |information: &Square| -> Result<Square> {
            let (sigma, effect) = (size - 2, size - 1);
            let inverse = (1.0 / (phi * phi) - 1.0, at.sigma2);
            let mut jacobian = Square::zeros(size);
            (0..effect).for_each(|i| jacobian[(i, i)] = 1.0);
            jacobian[(effect, sigma)] = -inverse.0 / inverse.1;
            jacobian[(effect, effect)] = periods / inverse.1;
            let moved = jacobian.transposed().product(information).product(&jacobian);
            if phi < 1.0 {
                return moved.inverse_spd(&name);
            }
            // At a variance of 0 the estimate is that of the model without effects.
            let places: Vec<usize> = (0..effect).collect();
            let part = moved.select(&places).inverse_spd(&name)?;
            let mut covariance = Square::zeros(size);
            for i in 0..effect {
                for j in 0..effect {
                    covariance[(i, j)] = part[(i, j)];
                }
            }
            Ok(covariance)
        };
        let coefficients: Vec<usize> = (0..at.beta.len()).collect();
        Ok(Self {
            expected: invert(&expected)?,
            observed: invert(&observed)?,
            conditional: expected.select(&coefficients).inverse_spd(&name)?,
        })
    }
}
