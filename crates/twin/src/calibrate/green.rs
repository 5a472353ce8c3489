//! Table 4's urban services, moved so that the entropy index gives Table 3 (2).

use super::mediators::rows;
use super::steer::steer;
use super::variables::{self, compute};
use super::wishes;
use crate::calibration::Calibration;
use crate::cities::City;
use crate::error::Result;

/// Sets the services' shifts. Comes last: energy intensity, SO2 and waste water are indicators, too.
pub(super) fn services(cities: &[City], calibration: &mut Calibration) -> Result<()> {
    let v = compute(cities, calibration);
    let (designs, wishes) = wishes::green(cities, &v)?;
    let start = variables::entropy(&v.green);
    let target = steer(&start, &vec![0.01; start.len()], &designs, &wishes)?;
    let mut shift = vec![0.0; start.len()];
    let mut now = start;
    // One slope for all: how the index answers to the shifts where they last changed.
    let mut slope = 0.05;
    for _ in 0..30 {
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
            slope = (answer / size).clamp(0.01, 0.2);
        }
        now = next;
    }
    Ok(())
}
