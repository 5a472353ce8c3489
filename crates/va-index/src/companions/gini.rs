//! Gini coefficients.

use super::non_negative;
use crate::error::{Error, Result};
use panel_core::InputError;
use panel_core::sum::compensated_sum;

/// Gini coefficient of values: Σ_i Σ_j |x_i - x_j| / (2 n² x̄), from 0 to 1 - 1/n.
///
/// # Errors
/// [`Error::Undefined`] with the reason: a value that is missing, infinite or negative; a sum of 0.
///
/// **Source**: Gini (1912); computed from sorted values in O(n log n).
///
/// ```
/// use va_index::companions::gini;
/// // |1-2|, |1-3|, |2-3| twice each: 8 / (2 · 9 · 2).
/// assert!((gini(&[1.0, 2.0, 3.0])? - 8.0 / 36.0).abs() < 1e-15);
/// # Ok::<(), va_index::Error>(())
/// ```
pub fn gini(values: &[f64]) -> Result<f64> {
    let statistic = "the Gini coefficient";
    non_negative(statistic, "value", values)?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let sum = compensated_sum(sorted.iter().copied());
    if sum <= 0.0 {
        return Err(Error::Undefined { statistic, reason: "the values add up to 0".into() });
    }
    Ok(compensated_sum(sorted.iter().enumerate().map(|(r, x)| (2.0 * r as f64 + 1.0 - n) * x)) / (n * sum))
}

/// Locational Gini coefficient of a sector: twice the area between the diagonal and the Lorenz curve of sector
/// employment over all employment, entities in ascending order of their location quotient.
///
/// 0 where the sector is spread like all employment. Entities without any employment do not matter.
///
/// # Errors
/// [`Error::Input`]; [`Error::Undefined`] with the reason, as [`gini`]; also for sector employment where there is no total.
///
/// **Source**: Krugman (1991), Geography and Trade, p. 55; Hoover (1936).
///
/// ```
/// use va_index::companions::locational_gini;
/// // Half of all employment has a quarter of the sector: the curve runs through (½, ¼), area ¼ / 2 · 2.
/// assert!((locational_gini(&[1.0, 3.0], &[10.0, 10.0])? - 0.25).abs() < 1e-15);
/// # Ok::<(), va_index::Error>(())
/// ```
pub fn locational_gini(sector: &[f64], total: &[f64]) -> Result<f64> {
    let statistic = "the locational Gini coefficient";
    if sector.len() != total.len() {
        return Err(InputError::LengthMismatch {
            what: "total employment".into(),
            expected: sector.len(),
            got: total.len(),
        }
        .into());
    }
    non_negative(statistic, "sector employment", sector)?;
    non_negative(statistic, "total employment", total)?;
    if let Some(i) = (0..sector.len()).find(|&i| total[i] == 0.0 && sector[i] > 0.0) {
        let reason = format!("entity {i} (counted from 0) has sector employment and no total employment");
        return Err(Error::Undefined { statistic, reason });
    }
    let mut order: Vec<usize> = (0..sector.len()).filter(|&i| total[i] > 0.0).collect();
    order.sort_by(|&a, &b| (sector[a] / total[a]).total_cmp(&(sector[b] / total[b])).then(a.cmp(&b)));
    let (all_sector, all) = (compensated_sum(sector.iter().copied()), compensated_sum(total.iter().copied()));
    if all_sector <= 0.0 {
        return Err(Error::Undefined { statistic, reason: "there is no sector employment".into() });
    }
    // 1 - 2 × area under the curve, by trapezes.
    let mut height = 0.0;
    let under = compensated_sum(order.iter().map(|&i| {
        let before = height;
        height += sector[i] / all_sector;
        total[i] / all * (before + height)
    }));
    Ok((1.0 - under).max(0.0))
}
