//! Coefficients of the absorbed levels.

use super::{Absorber, Method};
use crate::error::{Error, Result};

pub(super) fn effects_of(absorber: &Absorber, part: &[f64]) -> Result<Vec<Vec<f64>>> {
    let mut levels = match &absorber.method {
        Method::Nothing => Vec::new(),
        Method::Schur(schur) => schur.coefficients(part)?,
        Method::Slopes(_) => return Err(Error::Unsupported("coefficients of effects with varying slopes".into())),
    };
    for f in 1..levels.len() {
        let shift = levels[f].first().copied().unwrap_or(0.0);
        levels[f].iter_mut().for_each(|value| *value -= shift);
        levels[0].iter_mut().for_each(|value| *value += shift);
    }
    Ok(levels)
}
