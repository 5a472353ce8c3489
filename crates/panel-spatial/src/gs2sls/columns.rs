//! The columns of a lag equation and its instruments.

use super::Gs2slsSpec;
use crate::error::{Error, Result};
use crate::logdet::Prepared;
use crate::panel::{SpatialPanel, lag_columns};
use crate::spec::Model;

/// Name of the lag of the outcome among the regressors.
pub const RHO: &str = "rho";

/// The columns of the equation, not swept, for a program that tests instruments (underidentification, weak-instrument sets).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct IvColumns {
    /// Names and values of the regressors that are exogenous.
    pub exogenous: Vec<(String, Vec<f64>)>,
    /// Endogenous regressors; `rho` is the lag of the outcome, and the last.
    pub endogenous: Vec<(String, Vec<f64>)>,
    /// Excluded instruments.
    pub excluded: Vec<(String, Vec<f64>)>,
}

/// Columns of the equation and its instruments: X₁ and WX₁ as they stand in it, W^p X₁, outside instruments q and W^p q.
///
/// For an endogenous x with x², give q and q² (or the square of the first-stage fit), never the squared fit plugged in by hand.
///
/// # Errors
/// [`Error::Specification`], [`Error::UnknownName`], [`Error::LengthMismatch`].
pub fn iv_columns(
    panel: &SpatialPanel,
    prepared: &Prepared,
    instruments: &[(&str, &[f64])],
    spec: &Gs2slsSpec,
) -> Result<IvColumns> {
    if !matches!(spec.model, Model::Sar | Model::Sdm) {
        return Err(Error::Specification(format!("GS2SLS estimates SAR and SDM, not {}", spec.model.name())));
    }
    for name in &spec.endogenous {
        panel.column(name)?;
    }
    for &(name, column) in instruments {
        if column.len() != panel.y.len() {
            return Err(Error::LengthMismatch {
                what: format!("instrument `{name}`"),
                expected: panel.y.len(),
                got: column.len(),
            });
        }
    }
    let matrix = &prepared.weights().matrix;
    let lag = |columns: &[(String, Vec<f64>)], prefix: &str| -> Vec<(String, Vec<f64>)> {
        let slices: Vec<&[f64]> = columns.iter().map(|column| column.1.as_slice()).collect();
        let names = columns.iter().map(|column| format!("{prefix}{}", column.0));
        names.zip(lag_columns(matrix, &slices)).collect()
    };
    let is_durbin = |name: &String| spec.durbin.as_ref().is_none_or(|names| names.contains(name));
    let (mut exogenous, mut endogenous) = (Vec::new(), Vec::new());
    for (name, x) in panel.names.iter().zip(&panel.x) {
        if spec.endogenous.contains(name) { &mut endogenous } else { &mut exogenous }.push((name.clone(), x.clone()));
    }
    let own = exogenous.clone();
    if spec.model == Model::Sdm {
        for list in [&mut exogenous, &mut endogenous] {
            let lagged: Vec<(String, Vec<f64>)> = list.iter().filter(|column| is_durbin(&column.0)).cloned().collect();
            list.extend(lag(&lagged, "W:"));
        }
    }
    let lags = spec.lags.unwrap_or(if spec.model == Model::Sdm { 3 } else { 2 });
    let mut excluded: Vec<(String, Vec<f64>)> = Vec::new();
    let mut power = own;
    for p in 1..=lags {
        power = lag(&power, "W:");
        let included = |name: &String| exogenous.iter().any(|column| &column.0 == name);
        excluded.extend(power.iter().filter(|column| p > 1 || !included(&column.0)).cloned());
    }
    let mut power: Vec<(String, Vec<f64>)> =
        instruments.iter().map(|&(name, q)| (name.to_owned(), q.to_vec())).collect();
    excluded.extend(power.iter().cloned());
    for _ in 1..=spec.instrument_lags {
        power = lag(&power, "W:");
        excluded.extend(power.iter().cloned());
    }
    let wy = lag_columns(matrix, &[&panel.y]).pop().unwrap_or_default();
    endogenous.push((RHO.into(), wy));
    Ok(IvColumns { exogenous, endogenous, excluded })
}
