//! Theil's index and its decomposition.

use super::non_negative;
use crate::error::{Error, Result};
use panel_core::InputError;
use panel_core::sum::compensated_sum;
use serde::Serialize;

/// Theil's T, and its parts where groups were given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Theil {
    /// T, from 0 to ln n.
    pub index: f64,
    /// The part between groups.
    pub between: Option<f64>,
    /// The part within groups.
    pub within: Option<f64>,
}

/// Theil's T of values, T = Σ_i s_i ln(s_i n), s_i = x_i / Σ x, with 0 ln 0 = 0.
///
/// With groups (provinces) T = Σ_g S_g ln(S_g n / n_g) + Σ_g S_g T_g, between and within.
///
/// # Errors
/// [`Error::Input`]; [`Error::Undefined`] with the reason: a value that is missing, infinite or negative; a sum of 0.
///
/// **Source**: Theil (1967), Economics and Information Theory, ch. 4.
///
/// ```
/// use va_index::companions::theil;
/// // Shares ¼ and ¾: T = ¼ ln ½ + ¾ ln 1½.
/// let index = theil(&[1.0, 3.0], None)?.index;
/// assert!((index - (0.25 * 0.5f64.ln() + 0.75 * 1.5f64.ln())).abs() < 1e-15);
/// # Ok::<(), va_index::Error>(())
/// ```
pub fn theil(values: &[f64], groups: Option<&[u32]>) -> Result<Theil> {
    let statistic = "Theil's index";
    non_negative(statistic, "value", values)?;
    if let Some(got) = groups.map(<[u32]>::len).filter(|&got| got != values.len()) {
        return Err(InputError::LengthMismatch { what: "groups".into(), expected: values.len(), got }.into());
    }
    let sum = compensated_sum(values.iter().copied());
    if sum <= 0.0 {
        return Err(Error::Undefined { statistic, reason: "the values add up to 0".into() });
    }
    let n = values.len() as f64;
    let entropy = |share: f64, times: f64| if share > 0.0 { share * (share * times).ln() } else { 0.0 };
    let index = compensated_sum(values.iter().map(|value| entropy(value / sum, n)));
    let Some(groups) = groups else { return Ok(Theil { index, between: None, within: None }) };
    let mut members: std::collections::BTreeMap<u32, Vec<f64>> = std::collections::BTreeMap::new();
    groups.iter().zip(values).for_each(|(&group, &value)| members.entry(group).or_default().push(value / sum));
    let between = compensated_sum(
        members.values().map(|shares| entropy(compensated_sum(shares.iter().copied()), n / shares.len() as f64)),
    );
    let within = compensated_sum(members.values().map(|shares| {
        let all = compensated_sum(shares.iter().copied());
        let times = shares.len() as f64;
        if all > 0.0 { all * compensated_sum(shares.iter().map(|share| entropy(share / all, times))) } else { 0.0 }
    }));
    Ok(Theil { index, between: Some(between), within: Some(within) })
}
