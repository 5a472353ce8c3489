//! Table 4's urban services, moved so that the entropy index gives Table 3 (2).

use super::mediators::rows;
use super::moments::{Extremes, Moments};
use super::published::Published;
use super::steer::{Room, steer};
use super::variables::{self, compute};
use super::wishes;
use crate::calibration::Calibration;
use crate::cities::City;
use crate::error::Result;

const ROUNDS: usize = 20;
const PROBE: f64 = 0.05;

/// Sets the services' shifts. Comes last: energy and waste water over GDP, SO2 and the tertiary share are indicators,
/// too.
pub(super) fn services(cities: &[City], published: &Published, calibration: &mut Calibration) -> Result<()> {
    let v = compute(cities, calibration);
    let (designs, wishes) = wishes::outcome(&v, published, "Green")?;
    let start = variables::entropy(&v.green);
    let (moments, extremes) = (Moments { mean: 0.0, sd: 0.0, min: 0.0, max: 1.0 }, Extremes::of(&start));
    let mut spread = vec![0.01; start.len()];
    // Extremes of the index, and of the indicators that move, stay: they set the scale of all others.
    let moving = [3, 5, 6].map(|indicator: usize| Extremes::of(&v.green[indicator]));
    for Extremes { low, high } in moving.into_iter().chain([extremes]) {
        (spread[low], spread[high]) = (0.0, 0.0);
    }
    let target = steer(&start, Room { spread: &spread, moments, extremes }, &designs, &wishes, 40)?;
    let mut shift = vec![0.0; start.len()];
    let mut at = |shift: &[f64]| {
        calibration.services = rows(cities, shift);
        variables::entropy(&compute(cities, calibration).green)
    };
    // How each value answers to its own shift, by a small step of all; weights move little.
    for _ in 0..ROUNDS {
        let now = at(&shift);
        let near: Vec<f64> = shift.iter().zip(&spread).map(|(s, w)| if *w > 0.0 { s + PROBE } else { *s }).collect();
        let answers = at(&near);
        for (k, s) in shift.iter_mut().enumerate().filter(|(k, _)| spread[*k] > 0.0) {
            let slope = ((answers[k] - now[k]) / PROBE).max(0.005);
            *s += (0.8 * (target[k] - now[k]) / slope).clamp(-0.3, 0.3);
        }
    }
    at(&shift);
    Ok(())
}
