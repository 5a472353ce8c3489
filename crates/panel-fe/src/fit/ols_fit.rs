//! Least squares put into an estimate.

use crate::absorb;
use crate::coefficients::Dropped;
use crate::dof::Dof;
use crate::error::{Error, Result};
use crate::fit::assemble::{Parts, assemble, check_degrees, deviations, nothing_left};
use crate::fit::leverage::leverages;
use crate::fit::ols;
use crate::fit::repair::Repair;
use crate::fit::result::Estimate;
use crate::fit::sandwich::Sandwich;
use crate::fit::state::{Kind, State};
use crate::vcov::{Covariance, Vcov};
use panel_core::Diagnostic;
use std::sync::Arc;

/// The estimate of a least-squares fit under a covariance.
pub(crate) fn finish(
    state: Arc<State>,
    residuals: Vec<f64>,
    covariance: &Covariance,
    dof: Dof,
    mut diagnostics: Vec<Diagnostic>,
) -> Result<Estimate> {
    let Kind::Ols(fit) = &state.kind else { return Err(Error::Specification("not a least-squares fit".into())) };
    let frame = &state.frame;
    let small = dof.small_sample(fit.coef.len(), covariance);
    check_degrees(&dof, small.k)?;
    let leverage = match covariance.spec {
        Vcov::Hc2 | Vcov::Hc3 => Some(leverages(&state, fit)?),
        _ => None,
    };
    let x = state.kept(fit);
    let sandwich = Sandwich {
        x: &x,
        bread: &fit.bread,
        residuals: &residuals,
        weights: frame.weight_values(),
        ssr: fit.ssr,
        n_obs: dof.n_obs as f64,
        leverage: leverage.as_deref(),
    };
    let names: Vec<String> = fit.kept.iter().map(|&j| frame.exog[j].name.clone()).collect();
    let sigma2 = fit.ssr / dof.n_obs as f64;
    let iid: Vec<f64> = (0..names.len()).map(|j| sigma2 * fit.bread[(j, j)]).collect();
    let repair = Repair {
        like: dof.like,
        covariance,
        deviations: &deviations(&state, &fit.kept),
        iid: &iid,
        none: nothing_left(&state, fit.ssr, &fit.coef, &fit.kept),
    };
    let repaired = repair.apply(sandwich.covariance(covariance, &small)?, &names, &mut diagnostics)?;
    let dropped = dropped(&state, &fit.kept, &mut diagnostics);
    let columns = &state.columns;
    let errors: Vec<f64> = fit.kept.iter().map(|&j| columns.exog[j].report.error).collect();
    let sizes: Vec<f64> = fit.kept.iter().map(|&j| columns.exog[j].size).collect();
    let absorption = ols::error_bounds(&fit.coef, &fit.bread, &errors, columns.y.report.error, fit.total.sqrt());
    let rounding = ols::cancellation(&fit.coef, &fit.bread, &sizes, columns.y.size, fit.ssr.sqrt());
    let parts = Parts {
        names,
        places: fit.kept.clone(),
        estimates: fit.coef.clone(),
        vcov: repaired.vcov,
        variances: repaired.variances,
        ssr: fit.ssr,
        residuals,
        dropped,
        bounds: absorption.iter().zip(rounding).map(|(one, other)| one + other).collect(),
        iv: None,
    };
    Ok(assemble(state.clone(), covariance, dof, small, parts, diagnostics))
}

fn dropped(state: &State, kept: &[usize], diagnostics: &mut Vec<Diagnostic>) -> Vec<Dropped> {
    let frame = &state.frame;
    let dropped: Vec<Dropped> = (0..frame.exog.len())
        .filter(|j| !kept.contains(j))
        .map(|j| {
            let column = &state.columns.exog[j];
            let tolerance = state.options.collinearity;
            let absorbed = absorb::norm(&column.values, frame.weight_values()) <= tolerance * column.size;
            let name = &frame.exog[j].name;
            let reason = match (absorbed, frame.effects.is_empty()) {
                (true, false) => "it does not vary within the fixed effects".to_owned(),
                (true, true) => "it is zero".to_owned(),
                (false, _) => match two_valued(state, name) {
                    Some(base) => format!(
                        "it is a combination of the regressors before it: `{base}` takes two values in the sample, and \
                         a curve needs three"
                    ),
                    None => "it is a combination of the regressors before it".to_owned(),
                },
            };
            Dropped::new(name, reason)
        })
        .collect();
    for Dropped { name, reason } in &dropped {
        diagnostics.push(Diagnostic::warning("collinear-dropped", format!("`{name}` was left out: {reason}")));
    }
    dropped
}

/// The variable of a power `x^p`, if it takes two values.
fn two_valued<'a>(state: &State, name: &'a str) -> Option<&'a str> {
    let (base, power) = name.rsplit_once('^')?;
    power.parse::<u32>().ok()?;
    let variable = state.variables().find(|variable| variable.name == base)?;
    let first = *variable.values.first()?;
    let second = variable.values.iter().find(|value| **value != first)?;
    variable.values.iter().all(|value| *value == first || value == second).then_some(base)
}
