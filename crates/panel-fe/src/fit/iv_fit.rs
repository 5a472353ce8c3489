//! The instrumental-variable estimators put into an estimate.

use crate::coefficients::Dropped;
use crate::dof::{Dof, Like};
use crate::error::{Error, Result};
use crate::fit::assemble::{Parts, assemble, check_degrees, deviations, nothing_left};
use crate::fit::repair::Repair;
use crate::fit::result::{Estimate, IvResult};
use crate::fit::state::{Kind, State};
use crate::iv::{self, IvDof, IvFit, MomentCovariance};
use crate::vcov::{Covariance, Structure, Vcov};
use panel_core::Diagnostic;
use std::sync::Arc;

/// ivreg2's degrees-of-freedom choices under the rule of `dof`.
pub(crate) fn iv_dof(dof: &Dof, covariance: &Covariance) -> IvDof {
    let sdofminus = dof.sdofminus(covariance) as f64;
    // reghdfe and fixest count the constant when an effect is nested in the clusters, ivreghdfe does not.
    let nested = matches!(covariance.meat.structure, Structure::Cluster(_))
        && dof.small_sample(0, covariance).k_star < dof.absorbed_count();
    let extra = if nested && dof.like != Like::Ivreghdfe && dof.like != Like::Xtivreg2 { 1.0 } else { 0.0 };
    IvDof {
        dofminus: dof.dofminus() as f64,
        sdofminus: sdofminus - extra,
        vcov_extra: extra,
        freed: dof.sdofminus(&Covariance::iid()) as f64 - (sdofminus - extra),
        small: dof.like != Like::Xtivreg2,
    }
}

/// Fits the chosen estimator under a covariance and reports its diagnostics.
pub(crate) fn finish(
    state: Arc<State>,
    covariance: &Covariance,
    dof: Dof,
    mut diagnostics: Vec<Diagnostic>,
) -> Result<Estimate> {
    let Kind::Iv(iv_state) = &state.kind else {
        return Err(Error::Specification("not an instrumental-variable fit".into()));
    };
    if matches!(covariance.spec, Vcov::Hc2 | Vcov::Hc3) {
        return Err(Error::Unsupported(format!("{} with instrumental variables; use hc1", covariance.spec)));
    }
    let system = &iv_state.system;
    let moments = if covariance.is_iid() { MomentCovariance::Iid } else { MomentCovariance::Meat(&covariance.meat) };
    let rule = iv_dof(&dof, covariance);
    let mut fit = iv::fit(system, state.options.estimator, &moments, &rule, false)?;
    let small = dof.small_sample(system.k(), covariance);
    // fixest counts periods under Newey-West as it does clusters; the moment covariance knows no such factor.
    if dof.like == Like::Fixest && matches!(covariance.meat.structure, Structure::NeweyWest { .. }) {
        fit.vcov *= faer::Scale(small.multiplier / rule.vcov_multiplier(system.n(), system.k(), moments.clusters()));
    }
    let names: Vec<String> = system.endog_names().iter().chain(system.exog_names()).cloned().collect();
    let iid = iv::fit(system, state.options.estimator, &MomentCovariance::Iid, &rule, false)?;
    let repair = Repair {
        like: dof.like,
        covariance,
        deviations: &|| deviations(&state, &iv_state.places),
        iid: &(0..names.len()).map(|j| iid.vcov[(j, j)]).collect::<Vec<_>>(),
        none: nothing_left(&state, fit.rss, &fit.coef, &iv_state.places),
    };
    let repaired = repair.apply(fit.vcov.clone(), &names, &mut diagnostics)?;
    let mut iv_diagnostics = iv::diagnose_named(system, iv_state.named(), &fit, &moments, &rule)?;
    if let Some(reason) = repair.none {
        iv_diagnostics.without_residuals(reason);
    }
    check_degrees(&dof, small.k)?;
    for Dropped { name, reason } in &iv_state.dropped {
        diagnostics.push(Diagnostic::warning("collinear-dropped", format!("`{name}` was left out: {reason}")));
    }
    diagnostics.extend(iv_diagnostics.weak_instruments());
    let bounds = bounds(&state, &fit, iv_state.worst, &iv_state.places, dof.n_obs as f64);
    fit.vcov = repaired.vcov.clone();
    let parts = Parts {
        names,
        places: iv_state.places.clone(),
        estimates: fit.coef.clone(),
        vcov: repaired.vcov,
        variances: repaired.variances,
        ssr: fit.rss,
        dropped: iv_state.dropped.clone(),
        bounds,
        iv: Some(IvResult {
            endogenous: system.endog_names().to_vec(),
            instruments: system.excluded_names().to_vec(),
            fit,
            diagnostics: iv_diagnostics,
            covariance: covariance.clone(),
        }),
    };
    Ok(assemble(state.clone(), covariance, dof, small, parts, diagnostics))
}

/// Bounds on the errors of the coefficients: absorption to second order, and half a unit in the last place of every
/// value to first, through √B_jj = se/σ.
fn bounds(state: &State, fit: &IvFit, worst: f64, places: &[usize], n: f64) -> Vec<f64> {
    let sizes: Vec<f64> = state.absorbed[1..].iter().map(|column| column.size).collect();
    let spread: f64 = places.iter().zip(&fit.coef).map(|(&place, b)| sizes[place] * b.abs()).sum();
    let rounding = 0.5 * f64::EPSILON * (state.absorbed[0].size + spread) / (fit.rss / n).sqrt();
    (0..fit.coef.len())
        .map(|j| {
            let se = fit.vcov[(j, j)].max(0.0).sqrt();
            let absorption = (4.0 * f64::EPSILON + 16.0 * worst * worst) * (fit.coef[j].abs() + se * n.sqrt());
            absorption + if rounding.is_finite() { se * rounding } else { 0.0 }
        })
        .collect()
}
