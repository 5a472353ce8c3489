//! From a residualised sample to the instrumental-variable estimators and back.

use crate::absorb;
use crate::collinear;
use crate::dof::{Dof, Like};
use crate::error::{Error, Result};
use crate::estimation::{self, Columns, Kind, Parts, Residualized, State};
use crate::frame::{Frame, Variable};
use crate::iv::{self, IvData, IvDof, IvSystem, MomentCovariance};
use crate::linalg;
use crate::result::{Dropped, Estimate, IvResult};
use crate::vcov::sandwich::{self, positive_semidefinite};
use crate::vcov::{Covariance, Structure, Vcov};
use faer::Mat;
use panel_core::Diagnostic;
use std::sync::Arc;

/// The instrumental-variable problem of a sample.
#[derive(Debug)]
pub(crate) struct IvState {
    system: IvSystem,
    dropped: Vec<Dropped>,
    /// ‖E‖/‖x̃‖ of the worst column.
    worst: f64,
}

impl IvState {
    pub(crate) fn system(&self) -> &IvSystem {
        &self.system
    }
}

/// Drops what is collinear and builds the system.
pub(crate) fn prepare(frame: &Frame, columns: &Columns, tolerance: f64) -> Result<IvState> {
    let weights = frame.weight_values();
    let regressors: Vec<&Residualized> = columns.exog.iter().chain(&columns.endog).map(AsRef::as_ref).collect();
    let x: Vec<&[f64]> = regressors.iter().map(|column| column.values.as_slice()).collect();
    let sizes: Vec<f64> = regressors.iter().map(|column| column.size).collect();
    let kept = collinear::independent(&x, weights, &sizes, &linalg::gram_columns(&x, weights), tolerance);
    let split = columns.exog.len();
    let exog: Vec<usize> = kept.iter().copied().filter(|&j| j < split).collect();
    let endog: Vec<usize> = kept.iter().copied().filter(|&j| j >= split).map(|j| j - split).collect();
    let varies = |column: &Residualized| absorb::norm(&column.values, weights) > tolerance * column.size;
    let excluded: Vec<usize> = (0..columns.instruments.len()).filter(|&j| varies(&columns.instruments[j])).collect();

    let mut dropped = Vec::new();
    let mut leave_out = |variables: &[Variable], residualized: &[Arc<Residualized>], kept: &[usize], what: &str| {
        for j in (0..variables.len()).filter(|j| !kept.contains(j)) {
            let reason = if varies(&residualized[j]) {
                format!("{what}, it is a combination of the regressors before it")
            } else {
                format!("{what}, it does not vary within the fixed effects")
            };
            dropped.push(Dropped { name: variables[j].name.clone(), reason });
        }
    };
    leave_out(&frame.exog, &columns.exog, &exog, "exogenous");
    leave_out(&frame.endog, &columns.endog, &endog, "endogenous");
    leave_out(&frame.instruments, &columns.instruments, &excluded, "an instrument");
    if endog.is_empty() {
        return Err(Error::NoRegressor(
            "no endogenous regressor varies within the fixed effects and the exogenous ones".into(),
        ));
    }

    let matrix = |columns: &[Arc<Residualized>], kept: &[usize]| {
        let mut matrix = Mat::zeros(frame.rows.len(), kept.len());
        for (target, &j) in kept.iter().enumerate() {
            matrix.col_as_slice_mut(target).copy_from_slice(&columns[j].values);
        }
        matrix
    };
    let names = |variables: &[Variable], kept: &[usize]| -> Vec<String> {
        kept.iter().map(|&j| variables[j].name.clone()).collect()
    };
    let (d, w, z) =
        (matrix(&columns.endog, &endog), matrix(&columns.exog, &exog), matrix(&columns.instruments, &excluded));
    let weights = match weights {
        None => iv::Weights::None,
        Some(values) if estimation::is_frequency(frame) => iv::Weights::Frequency(values),
        Some(values) => iv::Weights::Analytic(values),
    };
    let system = IvSystem::new(&IvData {
        y: &columns.y.values,
        endog: d.as_ref(),
        exog: w.as_ref(),
        excluded: z.as_ref(),
        weights,
        endog_names: &names(&frame.endog, &endog),
        exog_names: &names(&frame.exog, &exog),
        excluded_names: &names(&frame.instruments, &excluded),
    })?;
    for name in system.dropped() {
        let reason = "an instrument, it is a combination of the exogenous regressors and earlier instruments";
        dropped.push(Dropped { name: name.clone(), reason: reason.into() });
    }
    let used = std::iter::once(&columns.y)
        .chain(exog.iter().map(|&j| &columns.exog[j]))
        .chain(endog.iter().map(|&j| &columns.endog[j]))
        .chain(excluded.iter().map(|&j| &columns.instruments[j]));
    let worst = used
        .map(|column| column.report.error / absorb::norm(&column.values, frame.weight_values()))
        .fold(0.0, f64::max);
    Ok(IvState { system, dropped, worst })
}

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
    // ivreg2 and its forks leave negative eigenvalues in; reghdfe and fixest set them to zero.
    let several = match &covariance.meat.structure {
        Structure::Cluster(partitions) => partitions.len() > 1,
        Structure::Conley { .. } => true,
        _ => false,
    };
    if several && !matches!(dof.like, Like::Ivreghdfe | Like::Xtivreg2) {
        fit.vcov = positive_semidefinite(fit.vcov, sandwich::eigenvalue_floor(dof.like), &mut diagnostics)?;
    }
    let iv_diagnostics = iv::diagnose(system, &fit, &moments, &rule)?;
    let names: Vec<String> = system.endog_names().iter().chain(system.exog_names()).cloned().collect();
    estimation::check_degrees(&dof, small.k)?;
    for Dropped { name, reason } in &iv_state.dropped {
        diagnostics.push(Diagnostic::warning("collinear-dropped", format!("`{name}` was left out: {reason}")));
    }
    let bounds = names
        .iter()
        .enumerate()
        .map(|(j, _)| {
            let spread = fit.coef[j].abs() + fit.vcov[(j, j)].max(0.0).sqrt() * (dof.n_obs as f64).sqrt();
            (4.0 * f64::EPSILON + 16.0 * iv_state.worst * iv_state.worst) * spread
        })
        .collect();
    let parts = Parts {
        names,
        estimates: fit.coef.clone(),
        vcov: fit.vcov.clone(),
        ssr: fit.rss,
        residuals: fit.residuals.clone(),
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
    Ok(estimation::assemble(state.clone(), covariance.spec.clone(), dof, small, parts, diagnostics))
}
