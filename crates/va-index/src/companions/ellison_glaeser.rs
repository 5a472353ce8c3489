//! The Ellison-Glaeser index.

use super::non_negative;
use crate::error::{Error, Result};
use panel_core::InputError;
use panel_core::sum::compensated_sum;
use serde::Serialize;

/// Agglomeration of a sector beyond that of its plants.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EllisonGlaeser {
    /// γ: 0 where plants settle by chance, above 0.05 highly agglomerated.
    pub gamma: f64,
    /// Raw concentration G = Σ (s_i - x_i)².
    pub raw: f64,
    /// 1 - Σ x_i², what raw concentration is measured by.
    pub scale: f64,
}

/// Ellison and Glaeser's index of a sector,
///
/// γ = (G / (1 - Σ x_i²) - H) / (1 - H),  G = Σ_i (s_i - x_i)²
///
/// with s_i an entity's share of the sector, x_i its share of all employment, H the plants' Herfindahl index (0 when
/// plants are many and small; γ is then G / (1 - Σ x²)).
///
/// # Errors
/// [`Error::Input`]; [`Error::Undefined`] with the reason: a value that is missing, infinite or negative, no
/// employment, all employment at one place, H outside [0, 1).
///
/// **Source**: Ellison & Glaeser (1997), Journal of Political Economy 105, 889–927, eq. 5.
///
/// ```
/// use va_index::companions::ellison_glaeser;
/// // Shares of the sector ¾, ¼, of all ½, ½: G = 1/8, 1 - Σ x² = ½, so γ = (¼ - 0.1) / 0.9.
/// let index = ellison_glaeser(&[3.0, 1.0], &[10.0, 10.0], 0.1)?;
/// assert!((index.gamma - 0.15 / 0.9).abs() < 1e-15);
/// # Ok::<(), va_index::Error>(())
/// ```
pub fn ellison_glaeser(sector: &[f64], total: &[f64], plant_herfindahl: f64) -> Result<EllisonGlaeser> {
    let statistic = "the Ellison-Glaeser index";
    let undefined = |reason: &str| Err(Error::Undefined { statistic, reason: reason.into() });
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
    if !(0.0..1.0).contains(&plant_herfindahl) {
        return undefined("the plants' Herfindahl index must be at least 0 and below 1");
    }
    let (all_sector, all) = (compensated_sum(sector.iter().copied()), compensated_sum(total.iter().copied()));
    if all_sector <= 0.0 || all <= 0.0 {
        return undefined("there is no employment");
    }
    let gap = |(s, x): (&f64, &f64)| (s / all_sector - x / all) * (s / all_sector - x / all);
    let raw = compensated_sum(sector.iter().zip(total).map(gap));
    let scale = 1.0 - compensated_sum(total.iter().map(|x| (x / all) * (x / all)));
    if scale <= 0.0 {
        return undefined("all employment is at one place");
    }
    Ok(EllisonGlaeser { gamma: (raw / scale - plant_herfindahl) / (1.0 - plant_herfindahl), raw, scale })
}
