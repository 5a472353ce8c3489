//! Least squares put into an estimate.

use crate::coefficients::Dropped;
use crate::dof::Dof;
use crate::error::{Error, Result};
use crate::fit::assemble::{Parts, assemble, check_degrees, deviations, nothing_left};
use crate::fit::leverage::leverages;
use crate::fit::ols::{self, LeastSquares};
use crate::fit::repair::{Repair, Repaired};
use crate::fit::result::Estimate;
use crate::fit::sandwich::{Scores, sandwich};
use crate::fit::state::{Kind, State};
use crate::vcov::{Covariance, Vcov};
use faer::Mat;
use panel_core::Diagnostic;
use std::sync::Arc;

/// The estimate of a least-squares fit under a covariance, whose meat may be known.
pub(crate) fn finish(
    state: Arc<State>,
    meat: Option<Mat<f64>>,
    covariance: &Covariance,
    dof: Dof,
    mut diagnostics: Vec<Diagnostic>,
) -> Result<Estimate> {
    let Kind::Ols(fit) = &state.kind else { return Err(Error::Specification("not a least-squares fit".into())) };
    let frame = &state.frame;
    let small = dof.small_sample(fit.coef.len(), covariance);
    check_degrees(&dof, small.k)?;
    let names: Vec<String> = fit.kept.iter().map(|&j| frame.exog[j].name.clone()).collect();
    let meat = || match meat {
        Some(meat) => Ok(meat),
        None => meat_of(&state, fit, covariance),
    };
    let problem = Problem { state: &state, fit, covariance, dof: &dof, multiplier: small.multiplier, names: &names };
    let repaired = problem.covariance(meat, &|| deviations(&state, &fit.kept), &mut diagnostics)?;
    let dropped = dropped(&state, fit, &mut diagnostics);
    let (y, x) = (&state.absorbed[0], &state.absorbed[1..]);
    let errors: Vec<f64> = fit.kept.iter().map(|&j| x[j].report.error).collect();
    let sizes: Vec<f64> = fit.kept.iter().map(|&j| x[j].size).collect();
    let absorption = ols::error_bounds(&fit.coef, &fit.bread, &errors, y.report.error, fit.total.sqrt());
    let rounding = ols::cancellation(&fit.coef, &fit.bread, &sizes, y.size, fit.ssr.sqrt());
    let growth = state.absorber.amplification();
    let parts = Parts {
        names,
        places: fit.kept.clone(),
        estimates: fit.coef.clone(),
        vcov: repaired.vcov,
        variances: repaired.variances,
        ssr: fit.ssr,
        dropped,
        bounds: absorption.iter().zip(rounding).map(|(one, other)| one + growth * other).collect(),
        iv: None,
    };
    Ok(assemble(state.clone(), covariance, dof, small, parts, diagnostics))
}

/// What the covariance of a fit is made from, beside the meat.
pub(crate) struct Problem<'a> {
    pub(crate) state: &'a State,
    pub(crate) fit: &'a LeastSquares,
    pub(crate) covariance: &'a Covariance,
    pub(crate) dof: &'a Dof,
    /// c in V = c·BMB.
    pub(crate) multiplier: f64,
    /// Names of the coefficients.
    pub(crate) names: &'a [String],
}

impl Problem<'_> {
    /// V = c·BMB, repaired as the program of the rule does; `deviations` are those of the regressors.
    pub(crate) fn covariance(
        &self,
        meat: impl FnOnce() -> Result<Mat<f64>>,
        deviations: &dyn Fn() -> Vec<f64>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Repaired> {
        let Self { state, fit, covariance, dof, multiplier, names } = *self;
        let k = names.len();
        let sigma2 = fit.ssr / dof.n_obs as f64;
        let iid: Vec<f64> = (0..k).map(|j| sigma2 * fit.bread[(j, j)]).collect();
        let none = nothing_left(state, fit.ssr, &fit.coef, &fit.kept);
        let repair = Repair { like: dof.like, covariance, deviations, iid: &iid, none };
        let vcov = if covariance.is_iid() {
            let scale = multiplier * sigma2;
            Mat::from_fn(k, k, |i, j| scale * fit.bread[(i, j)])
        } else {
            sandwich(&fit.bread, &meat()?, multiplier)
        };
        repair.apply(vcov, names, diagnostics)
    }
}

/// The meat by another reading of the columns, else from residual columns.
pub(crate) fn meat_of(state: &State, fit: &LeastSquares, covariance: &Covariance) -> Result<Mat<f64>> {
    if fit.kept.is_empty() {
        return Ok(Mat::zeros(0, 0));
    }
    if let Some(meat) = state.meat(fit, covariance) {
        return Ok(meat);
    }
    let leverage = match covariance.spec {
        Vcov::Hc2 | Vcov::Hc3 => Some(leverages(state, fit)?),
        _ => None,
    };
    let scores = Scores {
        x: &state.kept(fit),
        residuals: state.residuals(),
        weights: state.frame.weight_values(),
        leverage: leverage.as_deref(),
    };
    scores.meat(covariance)
}

/// A share of its size that a column keeps within the fixed effects and that is more than rounding.
const VARIES: f64 = 1e-13;

fn dropped(state: &State, fit: &LeastSquares, diagnostics: &mut Vec<Diagnostic>) -> Vec<Dropped> {
    let frame = &state.frame;
    let dropped: Vec<Dropped> = (0..frame.exog.len())
        .filter(|j| !fit.kept.contains(j))
        .map(|j| {
            let absorbed = fit.norms[j] <= state.options.collinearity * state.absorbed[1 + j].size;
            let name = &frame.exog[j].name;
            let share = fit.norms[j] / state.absorbed[1 + j].size;
            let varies = share > VARIES && fit.norms[j] > 16.0 * state.absorbed[1 + j].report.error;
            let reason = match (absorbed, frame.effects.is_empty()) {
                (true, false) if varies => format!(
                    "what varies of it within the fixed effects is {share:.0e} of its size, too little to keep its digits: \
                     subtract a constant near its mean from the variable"
                ),
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
