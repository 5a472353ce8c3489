//! The Herfindahl index.

use super::non_negative;
use crate::error::{Error, Result};
use panel_core::sum::compensated_sum;
use serde::Serialize;

/// Concentration of shares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Herfindahl {
    /// Σ s², from 1/n to 1.
    pub index: f64,
    /// (H - 1/n) / (1 - 1/n), from 0 to 1; `None` for n = 1.
    pub normalized: Option<f64>,
    /// 1 / H, the number of equal parts with the same index.
    pub effective_number: f64,
}

/// Herfindahl index of values, H = Σ_i s_i², s_i = x_i / Σ x.
///
/// **Missing values** are an error: a share needs the whole.
///
/// # Errors
/// [`Error::Undefined`] with the reason: a value that is missing, infinite or negative; a sum of 0.
///
/// **Source**: Herfindahl (1950), Concentration in the Steel Industry.
///
/// ```
/// use va_index::companions::herfindahl;
/// let shares = herfindahl(&[1.0, 1.0, 2.0])?;
/// assert_eq!(shares.index, 0.375);
/// assert!((shares.normalized.unwrap() - 0.0625).abs() < 1e-15);
/// # Ok::<(), va_index::Error>(())
/// ```
pub fn herfindahl(values: &[f64]) -> Result<Herfindahl> {
    let statistic = "the Herfindahl index";
    non_negative(statistic, "value", values)?;
    let sum = compensated_sum(values.iter().copied());
    if sum <= 0.0 {
        return Err(Error::Undefined { statistic, reason: "the values add up to 0".into() });
    }
    let index = compensated_sum(values.iter().map(|value| (value / sum) * (value / sum)));
    let n = values.len() as f64;
    let normalized = (n > 1.0).then(|| (index - 1.0 / n) / (1.0 - 1.0 / n));
    Ok(Herfindahl { index, normalized, effective_number: 1.0 / index })
}
