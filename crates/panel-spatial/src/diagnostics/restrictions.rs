//! Does the Durbin model reduce to a smaller one.

use super::ChiSquared;
use crate::error::{Error, Result};
use crate::linalg::Square;
use crate::result::SpatialFit;
use crate::spec::Model;

/// 2(ℓ_large - ℓ_small), with the difference in parameters as degrees of freedom.
///
/// # Errors
/// [`Error::Specification`] where the two are not nested, are of different samples, effects, approaches, weights or
/// conventions, or have no likelihood that can be compared.
pub fn likelihood_ratio(large: &SpatialFit, small: &SpatialFit) -> Result<ChiSquared> {
    let refuse = |text: String| Err(Error::Specification(text));
    let (a, b) = (large.spec.model, small.spec.model);
    let nested = matches!(
        (a, b),
        (Model::Sdm, Model::Sar | Model::Sem | Model::Slx)
            | (Model::Sdem, Model::Sem | Model::Slx)
            | (Model::Sac, Model::Sar | Model::Sem)
    );
    if !nested {
        return refuse(format!("{} is not nested in {}: compare them by information criteria", b.name(), a.name()));
    }
    let same = large.observations == small.observations
        && large.effects == small.effects
        && large.outcome == small.outcome
        && large.weights == small.weights
        && large.spec.like == small.spec.like
        && large.spec.approach == small.spec.approach;
    if !same {
        return refuse("a likelihood ratio needs one sample, one W, one approach and one program's conventions".into());
    }
    let incomplete = matches!(large.spec.like, crate::Like::Splm | crate::Like::Spreg);
    if incomplete && large.spec.model.has_lambda() != small.spec.model.has_lambda() {
        return refuse(
            "this program's log-likelihoods of lag and error models have different constants: use like = \"exact\""
                .into(),
        );
    }
    let (Some(l), Some(s)) = (large.loglik, small.loglik) else {
        return refuse(
            "a corrected estimate maximises no likelihood: use a Wald test, or approach = \"transform\"".into(),
        );
    };
    let df = large.coefficients.len().saturating_sub(small.coefficients.len());
    Ok(ChiSquared::new(
        format!("LR {} → {}", a.name(), b.name()),
        format!("the {} suffices", b.name()),
        2.0 * (l - s),
        df,
    ))
}

/// θ = 0: the Durbin model reduces to a model without WX (SDM → SAR, SDEM → SEM).
///
/// # Errors
/// [`Error::Specification`] for a model without WX.
pub fn wald_to_sar(fit: &SpatialFit) -> Result<ChiSquared> {
    let lags: Vec<usize> = fit.places.iter().filter_map(|place| place.2).collect();
    if lags.is_empty() {
        return Err(Error::Specification(format!("{} has no lagged regressors", fit.spec.model.name())));
    }
    let values: Vec<f64> = lags.iter().map(|&j| fit.coefficients[j]).collect();
    let statistic = quadratic(&values, &fit.covariance().select(&lags))?;
    let target = if fit.spec.model.has_lambda() { "SEM" } else { "SAR" };
    let name = format!("Wald {} → {target}", fit.spec.model.name());
    Ok(ChiSquared::new(name, "the coefficients of WX are 0", statistic, lags.len()))
}

/// θ + ρb = 0: the common factors under which the SDM is an SEM.
///
/// # Errors
/// [`Error::Specification`] for another model.
pub fn wald_to_sem(fit: &SpatialFit) -> Result<ChiSquared> {
    if fit.spec.model != Model::Sdm {
        return Err(Error::Specification(format!(
            "common factors are tested in an SDM, not in a {}",
            fit.spec.model.name()
        )));
    }
    let pairs: Vec<(usize, usize)> = fit.places.iter().filter_map(|place| place.2.map(|lag| (place.1, lag))).collect();
    let rho = fit.regressors();
    let (b, size) = (&fit.coefficients, fit.expected.size());
    let values: Vec<f64> = pairs.iter().map(|&(own, lag)| b[lag] + b[rho] * b[own]).collect();
    let rows: Vec<Vec<f64>> = pairs
        .iter()
        .map(|&(own, lag)| {
            let mut row = vec![0.0; size];
            row[own] = b[rho];
            row[lag] = 1.0;
            row[rho] = b[own];
            row
        })
        .collect();
    let mut covariance = Square::zeros(rows.len());
    for i in 0..rows.len() {
        for j in 0..=i {
            covariance.set_both(i, j, fit.covariance().form(&rows[i], &rows[j]));
        }
    }
    Ok(ChiSquared::new(
        "Wald SDM → SEM",
        "common factors, theta + rho b = 0",
        quadratic(&values, &covariance)?,
        rows.len(),
    ))
}

pub(crate) fn quadratic(values: &[f64], covariance: &Square) -> Result<f64> {
    Ok(covariance.inverse_spd("the covariance of the restrictions")?.form(values, values))
}
