//! Moran's scatter plot.

use super::Quadrant;
use crate::error::{Error, Result};
use crate::weights::Weights;
use serde::Serialize;

/// One unit of Moran's scatter plot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ScatterPoint {
    /// Standardised value, (x - mean)/sd with divisor n.
    pub z: f64,
    /// Its lag.
    pub lag: f64,
    /// Where it lies.
    pub quadrant: Quadrant,
}

/// Standardised values against their lags; with row-standardised weights the slope of the plot is Moran's I.
///
/// # Errors
/// [`Error::LengthMismatch`]; [`Error::Undefined`] for a missing value or values that are all equal.
pub fn moran_scatter(values: &[f64], weights: &Weights) -> Result<Vec<ScatterPoint>> {
    let n = values.len();
    if n != weights.n() {
        return Err(Error::LengthMismatch { what: "values".into(), expected: weights.n(), got: n });
    }
    let undefined = |reason: String| Error::Undefined { statistic: "Moran's scatter plot", reason };
    if let Some(i) = values.iter().position(|value| !value.is_finite()) {
        return Err(undefined(format!("the value of `{}` is {}", weights.labels()[i], values[i])));
    }
    let mean = values.iter().sum::<f64>() / n as f64;
    let sd = (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n as f64).sqrt();
    if sd == 0.0 {
        return Err(undefined("all values are equal".into()));
    }
    let z: Vec<f64> = values.iter().map(|x| (x - mean) / sd).collect();
    let lags = weights.lag(&z);
    Ok(z.into_iter().zip(lags).map(|(z, lag)| ScatterPoint { z, lag, quadrant: Quadrant::of(z, lag) }).collect())
}
