//! An estimate by instruments as a spatial fit, which knows effects and turning points.

use super::{Gs2slsSpec, RHO};
use crate::error::{Error, Result};
use crate::estimate::{CONSTANT, multipliers_at};
use crate::linalg::{Square, dot};
use crate::logdet::Prepared;
use crate::panel::SpatialPanel;
use crate::result::SpatialFit;
use crate::spec::{FixedEffects, SpatialSpec};
use panel_core::Diagnostic;

/// Coefficients of the equation y = ρWy + Zb + e, from whatever program estimated it on the columns of [`iv_columns`](super::iv_columns).
#[derive(Debug, Clone, PartialEq)]
pub struct LagEstimates {
    /// Names: `(Intercept)` where effects leave a constant, those of the regressors, `W:` before those of their lags, and
    /// [`RHO`] among them.
    pub names: Vec<String>,
    /// Coefficients, in the order of the names.
    pub coefficients: Vec<f64>,
    /// Their covariance.
    pub covariance: Square,
    /// Residuals, stacked by period.
    pub residuals: Vec<f64>,
    /// σ².
    pub sigma2: f64,
    /// Observations that carry information.
    pub observations: f64,
}

/// An estimate as a fit, for its effects, turning points and U tests: constant, X, WX, ρ in the order of a likelihood fit; σ²
/// has no variance.
///
/// # Errors
/// [`Error::UnknownName`] where ρ is not among the names; [`Error::LengthMismatch`].
pub fn from_coefficients(
    panel: &SpatialPanel,
    prepared: &Prepared,
    effects: FixedEffects,
    spec: &Gs2slsSpec,
    estimates: LagEstimates,
) -> Result<SpatialFit> {
    let LagEstimates { names: places, coefficients: b, covariance, residuals, sigma2, observations } = estimates;
    for (what, expected, got) in [
        ("coefficients", places.len(), b.len()),
        ("covariance", places.len(), covariance.size()),
        ("residuals", panel.y.len(), residuals.len()),
    ] {
        if expected != got {
            return Err(Error::LengthMismatch { what: what.into(), expected, got });
        }
    }
    let find = |name: &str| places.iter().position(|known| known == name);
    let Some(lag) = find(RHO) else {
        return Err(Error::UnknownName { what: "coefficient", name: RHO.into(), known: places });
    };
    let (mut order, regressors) = ordered(&panel.names, find);
    order.push(lag);
    let k = order.len();
    let mut padded = Square::zeros(k + 1);
    let part = covariance.select(&order);
    for i in 0..k {
        for j in 0..k {
            padded[(i, j)] = part[(i, j)];
        }
    }
    let coefficients: Vec<f64> = order.iter().map(|&at| b[at]).collect();
    let mut remarks = Vec::new();
    let rho = coefficients[k - 1];
    let (low, high) = prepared.bounds();
    let multipliers = if low < rho && rho < high {
        multipliers_at(prepared, rho).map_err(|error| error.to_string())
    } else {
        let text = format!(
            "rho = {rho:.4} lies outside ({low:.4}, {high:.4}): the instruments are weak, or the model does not fit"
        );
        remarks.push(Diagnostic::warning("spatial-rho-outside", text.clone()));
        Err(text)
    };
    Ok(SpatialFit {
        spec: SpatialSpec { model: spec.model, durbin: spec.durbin.clone(), ..SpatialSpec::default() },
        effects,
        outcome: panel.outcome.clone(),
        names: order.iter().map(|&at| places[at].clone()).collect(),
        coefficients,
        sigma2,
        expected: padded.clone(),
        observed: padded,
        qml: None,
        loglik: None,
        ssr: dot(&residuals, &residuals),
        observations,
        cells: panel.y.len(),
        units: panel.n(),
        periods: panel.t(),
        weights: prepared.weights().description().to_owned(),
        standardise: prepared.weights().standardise(),
        log_det: "none (instruments)",
        bounds: prepared.bounds(),
        residuals,
        r2: None,
        diagnostics: remarks,
        multipliers,
        places: regressors,
    })
}

/// Where the constant, X and WX stand among the estimates, in this order, and each regressor with the places of its own
/// coefficient and of that of its lag in it.
#[allow(clippy::type_complexity, reason = "the form in which a fit has its places")]
fn ordered(
    names: &[String],
    find: impl Fn(&str) -> Option<usize>,
) -> (Vec<usize>, Vec<(String, usize, Option<usize>)>) {
    let mut order: Vec<usize> = find(CONSTANT).into_iter().collect();
    let mut regressors: Vec<(String, usize, Option<usize>)> = Vec::new();
    for name in names {
        if let Some(at) = find(name) {
            regressors.push((name.clone(), order.len(), None));
            order.push(at);
        }
    }
    for (name, _, lagged) in &mut regressors {
        if let Some(at) = find(&format!("W:{name}")) {
            *lagged = Some(order.len());
            order.push(at);
        }
    }
    (order, regressors)
}
