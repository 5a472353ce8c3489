//! Krugman's index of specialisation.

use super::non_negative;
use crate::error::Result;
use panel_core::InputError;
use panel_core::sum::compensated_sum;

/// What a city's structure is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reference {
    /// All entities together, the city included.
    All,
    /// All other entities together, as in Krugman's pairs.
    #[default]
    Others,
}

panel_core::words!(Reference, "reference", { "others" => Reference::Others, "all" => Reference::All });

/// Krugman's specialisation index of every entity,
///
/// K_i = Σ_k |s_ik - s̄_k|,  s_ik = e_ik / Σ_k e_ik
///
/// with s̄ the structure of the reference: 0 for the same structure, 2 for no sector in common.
///
/// **Shapes**: `employment` holds `sectors` values per entity, entity by entity. An entity without employment has no
/// index (`None`), and with [`Reference::Others`] so has one that is alone.
///
/// # Errors
/// [`Error::Input`]; [`Error::Undefined`] for a value that is missing, infinite or negative.
///
/// **Source**: Krugman (1991), Geography and Trade, p. 75.
///
/// ```
/// use va_index::companions::{Reference, krugman};
/// // Shares (½, ½) and (0, 1): |½ - 0| + |½ - 1| = 1 for both.
/// let index = krugman(&[5.0, 5.0, 0.0, 20.0], 2, Reference::Others)?;
/// assert_eq!(index, [Some(1.0), Some(1.0)]);
/// # Ok::<(), va_index::Error>(())
/// ```
pub fn krugman(employment: &[f64], sectors: usize, reference: Reference) -> Result<Vec<Option<f64>>> {
    if sectors == 0 || !employment.len().is_multiple_of(sectors) {
        return Err(InputError::LengthMismatch {
            what: format!("employment of {sectors} sectors"),
            expected: employment.len() / sectors.max(1) * sectors,
            got: employment.len(),
        }
        .into());
    }
    non_negative("Krugman's index", "value", employment)?;
    let columns: Vec<f64> =
        (0..sectors).map(|k| compensated_sum(employment.iter().skip(k).step_by(sectors).copied())).collect();
    Ok(employment
        .chunks_exact(sectors)
        .map(|own| {
            let against: Vec<f64> = match reference {
                Reference::All => columns.clone(),
                Reference::Others => columns.iter().zip(own).map(|(all, own)| (all - own).max(0.0)).collect(),
            };
            let (mine, theirs) = (compensated_sum(own.iter().copied()), compensated_sum(against.iter().copied()));
            (mine > 0.0 && theirs > 0.0)
                .then(|| compensated_sum(own.iter().zip(&against).map(|(a, b)| (a / mine - b / theirs).abs())))
        })
        .collect())
}
