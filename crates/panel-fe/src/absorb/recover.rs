//! Coefficients of the absorbed levels.

use super::{Absorber, FixedEffect, Method};
use crate::error::{Error, Result};

pub(super) fn effects_of(absorber: &Absorber, part: &[f64], effects: &[FixedEffect]) -> Result<Vec<Vec<f64>>> {
    let mut levels = match &absorber.method {
        Method::Nothing => Vec::new(),
        // A column that is constant within levels has their means as coefficients, weighted or not.
        Method::OneWay(_) => vec![means(part, &effects[0])],
        Method::Balanced(_) => {
            let first = means(part, &effects[0]);
            let left: Vec<f64> =
                part.iter().zip(&effects[0].codes).map(|(p, &code)| p - first[code as usize]).collect();
            vec![first, means(&left, &effects[1])]
        }
        Method::Schur(schur) => schur.coefficients(part),
        Method::Slopes(_) => return Err(Error::Unsupported("coefficients of effects with varying slopes".into())),
    };
    for f in 1..levels.len() {
        let shift = levels[f].first().copied().unwrap_or(0.0);
        levels[f].iter_mut().for_each(|value| *value -= shift);
        levels[0].iter_mut().for_each(|value| *value += shift);
    }
    Ok(levels)
}

fn means(values: &[f64], effect: &FixedEffect) -> Vec<f64> {
    let mut sums = vec![0.0; effect.levels];
    let mut counts = vec![0.0; effect.levels];
    for (&code, value) in effect.codes.iter().zip(values) {
        sums[code as usize] += value;
        counts[code as usize] += 1.0;
    }
    sums.iter().zip(&counts).map(|(sum, count)| sum / count).collect()
}
