//! Patents, sector shares and prices that give the mediators' regressions.

use super::steer::steer;
use super::variables::{self, Variables};
use super::wishes::{self, Published};
use crate::calibration::{Calibration, Row, Rows, rounded};
use crate::cities::City;
use crate::draw::{Stream, YEARS};
use crate::error::Result;
use crate::{prices, yearbook};

const PATENTS: u64 = 203;
const STRUCTURE: u64 = 204;

/// One row per city from values city by city.
pub(super) fn rows(cities: &[City], values: &[f64]) -> Rows {
    let row = |c: &[f64]| {
        let mut out: Row = [0.0; YEARS];
        for (o, v) in out.iter_mut().zip(c) {
            *o = rounded(*v);
        }
        out
    };
    cities.iter().zip(values.chunks_exact(YEARS)).map(|(c, v)| (c.adcode.clone(), row(v))).collect()
}

/// Shocks of standard deviation `width` added to `values`.
fn shaken(seed: u64, stream: u64, values: &[f64], width: f64) -> Vec<f64> {
    let mut draws = Stream::new(seed, stream);
    values.iter().map(|v| v + width * draws.normal()).collect()
}

/// Table 7 (2): shifts of ln(1 + patents).
pub(super) fn patents(
    cities: &[City],
    v: &Variables,
    published: &Published,
    calibration: &mut Calibration,
) -> Result<()> {
    let (designs, wishes) = wishes::mediator(cities, v, published, "7(2)", (-1.82, 1.82))?;
    let start = shaken(calibration.global.seed, PATENTS, &v.ina, 0.45);
    let target = steer(&start, &vec![1.0; start.len()], &designs, &wishes)?;
    let shift: Vec<f64> = target.iter().zip(&v.ina).map(|(a, b)| a.max(0.75) - b).collect();
    calibration.patents = rows(cities, &shift);
    Ok(())
}

/// Table 7 (4): shifts between sectors that give the structure index wanted.
pub(super) fn structure(
    cities: &[City],
    v: &Variables,
    published: &Published,
    calibration: &mut Calibration,
) -> Result<()> {
    let (designs, wishes) = wishes::mediator(cities, v, published, "7(4)", (-3.3, 3.3))?;
    let start = shaken(calibration.global.seed, STRUCTURE, &v.ind, 0.22);
    let target = steer(&start, &vec![1.0; start.len()], &designs, &wishes)?;
    let book = yearbook::draw(cities, calibration);
    let odds = |share: f64, rest: f64| (share / rest).ln();
    let mut shift = Vec::with_capacity(target.len());
    for (k, wanted) in target.iter().enumerate() {
        let (p, t) = (book.primary[k], book.tertiary[k]);
        let (first, third) = (odds(p, 100.0 - p), odds(t, 100.0 - p - t));
        let index = |s: f64| {
            let (p, t) = yearbook::sector_shares(first, third, s);
            variables::structure(&[p], &[t])[0]
        };
        let (mut low, mut high) = (-3.0, 3.0);
        for _ in 0..50 {
            let middle = 0.5 * (low + high);
            if index(middle) < *wanted { low = middle } else { high = middle }
        }
        shift.push(0.5 * (low + high));
    }
    calibration.structure = rows(cities, &shift);
    Ok(())
}

/// Table 1's moments of Mar through the years' price noise, Table 7 (6) through the cities'.
pub(super) fn integration(
    cities: &[City],
    v: &Variables,
    published: &Published,
    calibration: &mut Calibration,
) -> Result<()> {
    let n = cities.len();
    let (mean, sd) = (8.142, 8.539);
    let now = |c: &Calibration| variables::integration(&prices::draw(cities, c), n);
    let moments = |m: &[f64]| {
        let centre = m.iter().sum::<f64>() / m.len() as f64;
        let square = m.iter().map(|x| (x - centre) * (x - centre)).sum::<f64>() / (m.len() - 1) as f64;
        (centre, square.sqrt())
    };
    for _ in 0..20 {
        let mar = now(calibration);
        let (centre, spread) = moments(&mar);
        // More noise in the first year pulls mean and spread down; more in the others mostly the mean.
        let noise = &mut calibration.global.price_noise;
        noise[0] = (1e4 * noise[0] * (spread / sd)).round() / 1e4;
        for other in noise[1..].iter_mut() {
            *other = (1e4 * *other * (centre / mean)).round() / 1e4;
        }
    }
    let (designs, wishes) = wishes::mediator(cities, v, published, "7(6)", (-1.85, 2.2))?;
    let start = now(calibration);
    let spread: Vec<f64> = {
        let mut years = [0.0; YEARS];
        for (k, m) in start.iter().enumerate() {
            years[k % YEARS] += m / n as f64;
        }
        (0..start.len()).map(|k| 0.15 * years[k % YEARS]).collect()
    };
    let target = steer(&start, &spread, &designs, &wishes)?;
    let mut shift = vec![0.0; start.len()];
    for _ in 0..30 {
        let mar = now(calibration);
        for (k, s) in shift.iter_mut().enumerate() {
            *s = (*s - 0.8 * (target[k].max(0.3) / mar[k]).ln()).clamp(-1.5, 1.5);
        }
        calibration.prices = rows(cities, &shift);
    }
    Ok(())
}
