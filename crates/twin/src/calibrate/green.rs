//! Table 4's urban services, moved so that the entropy index gives Table 3 (2).

use super::mediators::rows;
use super::moments::{Extremes, Moments};
use super::published::Published;
use super::steer::{Room, distance, steer};
use super::variables::{self, compute};
use super::wishes;
use crate::calibration::Calibration;
use crate::cities::City;
use crate::error::Result;

/// Sets the services' shifts. Comes last: energy and waste water over GDP, SO2 and the tertiary share are indicators,
/// too.
pub(super) fn services(cities: &[City], published: &Published, calibration: &mut Calibration) -> Result<()> {
    let v = compute(cities, calibration);
    let (designs, wishes) = wishes::outcome(&v, published, "Green")?;
    let start = variables::entropy(&v.green);
    let (moments, extremes) = (Moments { mean: 0.0, sd: 0.0, min: 0.0, max: 1.0 }, Extremes::of(&start));
    let mut spread = vec![0.01; start.len()];
    for k in [extremes.low, extremes.high] {
        spread[k] = 0.0;
    }
    let target = steer(&start, Room { spread: &spread, moments, extremes }, &designs, &wishes, 40)?;
    let mut shift = vec![0.0; start.len()];
    let mut now = start;
    // One slope for all: how the index answers to the shifts where they last changed.
    let mut slope = 0.05;
    // The nearest of all rounds: the index answers to the shifts together, so that later rounds may lead away again.
    let mut best = (f64::INFINITY, Vec::new());
    for _ in 0..80 {
        let step: Vec<f64> =
            target.iter().zip(&now).map(|(wanted, has)| (0.8 * (wanted - has) / slope).clamp(-0.5, 0.5)).collect();
        for (s, d) in shift.iter_mut().zip(&step) {
            *s += d;
        }
        calibration.services = rows(cities, &shift);
        let next = variables::entropy(&compute(cities, calibration).green);
        let answer: f64 = step.iter().zip(next.iter().zip(&now)).map(|(d, (b, a))| d * (b - a)).sum();
        let size: f64 = step.iter().map(|d| d * d).sum();
        if size > 1e-8 {
            slope = (answer / size).clamp(0.005, 0.3);
        }
        now = next;
        let (_, most) = distance(&now, &designs[0], &wishes)?;
        if most < best.0 {
            best = (most, shift.clone());
        }
    }
    calibration.services = rows(cities, &best.1);
    Ok(())
}
