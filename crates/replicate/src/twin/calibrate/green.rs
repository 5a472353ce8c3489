//! Table 4's urban services, moved so that the entropy index gives Table 3 (2).

use super::mediators::rows;
use super::steer::steer;
use super::variables::{self, compute};
use super::wishes;
use crate::twin::calibration::Calibration;
use crate::twin::cities::City;
use crate::twin::error::Result;

/// Sets the services' shifts. Comes last: energy intensity, SO2 and waste water are indicators, too.
pub(super) fn services(cities: &[City], calibration: &mut Calibration) -> Result<()> {
    let v = compute(cities, calibration);
    let (designs, wishes) = wishes::green(cities, &v)?;
    let start = variables::entropy(&v.green);
    let target = steer(&start, &vec![0.01; start.len()], &designs, &wishes)?;
    let mut shift = vec![0.0; start.len()];
    let index = |calibration: &Calibration| variables::entropy(&compute(cities, calibration).green);
    let step = 0.05;
    for _ in 0..8 {
        calibration.services = rows(cities, &shift);
        let now = index(calibration);
        let ahead: Vec<f64> = shift.iter().map(|s| s + step).collect();
        calibration.services = rows(cities, &ahead);
        let next = index(calibration);
        for k in 0..shift.len() {
            let slope = ((next[k] - now[k]) / step).max(1e-3);
            shift[k] = (shift[k] + (target[k] - now[k]) / slope).clamp(-2.5, 2.5);
        }
    }
    calibration.services = rows(cities, &shift);
    Ok(())
}
