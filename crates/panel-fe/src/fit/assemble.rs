//! An estimate put together from its parts.

use crate::coefficients::{CentredCoefficients, Dropped, NoStandardError};
use crate::dof::{Dof, Like, SmallSample, per_degree};
use crate::error::{Error, Result};
use crate::fit::goodness::{distinct, r_squared};
use crate::fit::result::{ClusterCount, Estimate, IvResult, table};
use crate::fit::state::State;
use crate::linalg;
use crate::sample::frame::{Frame, INTERCEPT};
use crate::vcov::{Covariance, Structure, Vcov};
use crate::wald::Wald;
use faer::Mat;
use panel_core::Diagnostic;
use std::sync::Arc;

/// A relative error of a coefficient, or of its standard error, that a reader has to know of.
const IMPRECISE: f64 = 1e-6;

/// What differs between estimators when an estimate is put together.
pub(crate) struct Parts {
    pub(crate) names: Vec<String>,
    /// Places of the coefficients among exogenous, then endogenous variables.
    pub(crate) places: Vec<usize>,
    /// Estimates, of centred terms where the sample has them.
    pub(crate) estimates: Vec<f64>,
    pub(crate) vcov: Mat<f64>,
    /// The variance of each, or why it has none.
    pub(crate) variances: Vec<Result<f64, NoStandardError>>,
    pub(crate) ssr: f64,
    pub(crate) dropped: Vec<Dropped>,
    pub(crate) bounds: Vec<f64>,
    pub(crate) iv: Option<IvResult>,
}

pub(crate) fn check_degrees(dof: &Dof, k: usize) -> Result<()> {
    if dof.n_obs <= k {
        return Err(Error::NoDegreesOfFreedom { observations: dof.n_obs, parameters: k });
    }
    Ok(())
}

/// Standard deviations of the regressors at `places` (of exogenous, then endogenous variables); 1 for the intercept.
pub(crate) fn deviations(state: &State, places: &[usize]) -> Vec<f64> {
    let frame = &state.frame;
    let deviation = |&place: &usize| {
        let variable = frame.exog.iter().chain(&frame.endog).nth(place);
        let Some(variable) = variable.filter(|variable| variable.name != INTERCEPT) else { return 1.0 };
        let n = variable.values.len() as f64;
        let first = variable.values[0];
        let mean = variable.values.iter().map(|v| v - first).sum::<f64>() / n;
        let square: f64 = variable.values.iter().map(|v| (v - first - mean).powi(2)).sum();
        let deviation = (square / (n - 1.0)).sqrt();
        if deviation > 0.0 { deviation } else { 1.0 }
    };
    places.iter().map(deviation).collect()
}

/// Why no coefficient has a standard error: rounding is all that the effects, or the regressors, leave of the response.
pub(crate) fn nothing_left(state: &State, ssr: f64, estimates: &[f64], places: &[usize]) -> Option<NoStandardError> {
    let total = state.total.sqrt();
    let y = &state.absorbed[0];
    if total <= (256.0 * f64::EPSILON * y.size).max(4.0 * y.report.error) {
        return Some(NoStandardError::Explained);
    }
    let sizes: f64 = places.iter().zip(estimates).map(|(&place, b)| b.abs() * state.absorbed[1 + place].size).sum();
    let rounding = (1e-13 * total).max(4.0 * f64::EPSILON * (y.size + sizes));
    (ssr.sqrt() <= rounding).then_some(NoStandardError::PerfectFit)
}

/// Remarks on a response of which nothing, or everything, is explained.
fn remark_on_fit(state: &State, parts: &Parts, diagnostics: &mut Vec<Diagnostic>) {
    let y = &state.frame.y.name;
    match parts.variances.first() {
        Some(Err(NoStandardError::Explained)) => {
            let message = if state.frame.effects.is_empty() {
                format!("`{y}` is zero in every row: there is nothing to explain")
            } else {
                format!(
                    "the fixed effects explain `{y}` but for rounding: the coefficients are what rounding makes of \
                     nothing, and they have no standard errors"
                )
            };
            diagnostics.push(Diagnostic::warning("response-explained", message));
        }
        Some(Err(NoStandardError::PerfectFit)) => {
            let message = format!(
                "the fit of `{y}` is perfect but for rounding: a regressor repeats it, or is computed from it; the \
                 coefficients have no standard errors"
            );
            diagnostics.push(Diagnostic::warning("perfect-fit", message));
        }
        _ => {}
    }
}

/// Estimates of centred terms mapped back to those of the formula, β = S'γ, V_β = S'V_γS, with those about the centres and S.
pub(crate) fn map_back(
    frame: &Frame,
    places: &[usize],
    (estimates, vcov, variances): (&mut Vec<f64>, &mut Mat<f64>, &mut Vec<Result<f64, NoStandardError>>),
) -> Option<(CentredCoefficients, Mat<f64>)> {
    let centred = frame.centred.as_ref()?;
    let s = centred.map(places);
    let k = places.len();
    let gamma = Mat::from_fn(k, 1, |i, _| estimates[i]);
    let beta = s.transpose() * &gamma;
    let mapped = s.transpose() * &*vcov * &s;
    *variances = (0..k)
        .map(|j| {
            let sources: Vec<usize> = (0..k).filter(|&i| s[(i, j)] != 0.0).collect();
            match sources.iter().find_map(|&i| variances[i].err()) {
                Some(reason) => Err(reason),
                None => crate::coefficients::standard_error(mapped[(j, j)]).map(|_| mapped[(j, j)]),
            }
        })
        .collect();
    let estimates = std::mem::replace(estimates, (0..k).map(|j| beta[(j, 0)]).collect());
    let covariance = std::mem::replace(vcov, mapped);
    let centres = centred.centres.iter().map(|center| (center.name.clone(), center.value)).collect();
    Some((CentredCoefficients { centres, estimates, covariance }, s))
}

/// The joint test of the slopes, about centres where there are any: zero slopes are zero there, too.
fn joint_test(parts: &Parts, df: f64) -> crate::outcome::TestOutcome {
    let slopes: Vec<usize> = (0..parts.names.len()).filter(|&j| parts.names[j] != INTERCEPT).collect();
    let wald = Wald::new("Wald", "all slopes are zero", df);
    if let Some(reason) = slopes.iter().find_map(|&j| parts.variances[j].err()) {
        return crate::outcome::TestOutcome::not_available(
            wald.name,
            format!("a slope has no standard error: {reason}"),
        );
    }
    let b: Vec<f64> = slopes.iter().map(|&j| parts.estimates[j]).collect();
    let v = Mat::from_fn(slopes.len(), slopes.len(), |i, j| parts.vcov[(slopes[i], slopes[j])]);
    wald.test(&b, v.as_ref())
}

fn clusters(covariance: &Covariance) -> Vec<ClusterCount> {
    match (&covariance.spec, &covariance.meat.structure) {
        (Vcov::Cluster(keys), Structure::Cluster(partitions)) => {
            let counts = keys.iter().zip(partitions);
            counts.map(|(key, groups)| ClusterCount { key: key.clone(), groups: groups.count() }).collect()
        }
        _ => Vec::new(),
    }
}

/// Warns where double precision leaves too few digits.
fn remark_on_precision(parts: &Parts, diagnostics: &mut Vec<Diagnostic>) {
    let rows = parts.names.iter().zip(&parts.bounds).zip(parts.estimates.iter().zip(&parts.variances));
    let lost: Vec<String> = rows
        .filter_map(|((name, bound), (b, variance))| {
            let size = b.abs().max((*variance).map_or(0.0, f64::sqrt));
            let share = bound / size;
            (variance.is_ok() && share > IMPRECISE).then(|| format!("`{name}` (up to {share:.0e} of its size)"))
        })
        .collect();
    if !lost.is_empty() {
        let message = format!(
            "double precision leaves few digits of {}: subtract a constant near their values from the variables that \
             lie far from zero",
            lost.join(", ")
        );
        diagnostics.push(Diagnostic::warning("precision", message));
    }
}

pub(crate) fn assemble(
    state: Arc<State>,
    covariance: &Covariance,
    dof: Dof,
    small: SmallSample,
    mut parts: Parts,
    mut diagnostics: Vec<Diagnostic>,
) -> Estimate {
    let frame = &state.frame;
    let r2 = r_squared(&state, parts.ssr, &dof, &small);
    if !r2.overall.is_finite() {
        let message = format!("`{}` does not vary, so that R2 is not defined", frame.y.name);
        diagnostics.push(Diagnostic::warning("r2-undefined", message));
    }
    remark_on_fit(&state, &parts, &mut diagnostics);
    let wald = joint_test(&parts, small.df_t);
    let numbers = (&mut parts.estimates, &mut parts.vcov, &mut parts.variances);
    let centred = map_back(frame, &parts.places, numbers).map(|(centred, s)| {
        let bound = |j: usize| (0..parts.bounds.len()).map(|i| s[(i, j)].abs() * parts.bounds[i]).sum();
        parts.bounds = (0..parts.bounds.len()).map(bound).collect();
        centred
    });
    if let Some(iv) = parts.iv.as_mut().filter(|_| centred.is_some()) {
        iv.fit.coef.clone_from(&parts.estimates);
        iv.fit.vcov.clone_from(&parts.vcov);
    }
    remark_on_precision(&parts, &mut diagnostics);
    let relative = parts.bounds.iter().zip(&parts.estimates);
    let relative = relative.map(|(bound, b)| if *b == 0.0 { *bound } else { bound / b.abs() });
    let error_bound = relative.fold(0.0, f64::max);
    let iterations = state.absorbed.iter().map(|column| column.report.iterations).max().unwrap_or(0);
    // fixest divides by the sum of weights.
    let rmse_divisor = match frame.weight_values() {
        Some(weights) if dof.like == Like::Fixest => linalg::sum(weights),
        _ => small.df_rmse,
    };
    Estimate {
        formula: state.formula.clone(),
        response: frame.y.name.clone(),
        coef: table(&parts.names, &parts.estimates, &parts.variances, small.df_t, state.options.level),
        names: parts.names,
        estimates: parts.estimates,
        vcov: parts.vcov,
        vcov_spec: covariance.spec.clone(),
        like: dof.like,
        clusters: clusters(covariance),
        n_obs: dof.n_obs,
        n_entities: frame.entity.1.count(),
        n_periods: distinct(&frame.time.1).max(1),
        n_missing: frame.n_missing,
        n_singletons: frame.n_singletons,
        df_resid: dof.n_obs as f64 - small.k as f64,
        df_t: small.df_t,
        r2,
        rmse: per_degree(parts.ssr, rmse_divisor).sqrt(),
        ssr: parts.ssr,
        wald,
        dropped: parts.dropped,
        rows: frame.rows.clone(),
        error_bound,
        error_bounds: parts.bounds,
        iterations,
        iv: parts.iv,
        diagnostics,
        small_sample: small,
        dof,
        centred,
        unavailable: parts.variances.iter().map(|variance| variance.err()).collect(),
        state,
    }
}
