//! Patents and sector shares that give the mediators' moments and regressions.

use super::moments::{Extremes, shape};
use super::polish::polish;
use super::published::Published;
use super::steer::{Room, steer};
use super::variables::{self, Variables};
use super::wishes;
use crate::calibration::{Calibration, Row, Rows, rounded};
use crate::cities::City;
use crate::draw::{Stream, YEARS};
use crate::error::Result;
use crate::yearbook;

const PATENTS: u64 = 203;
const STRUCTURE: u64 = 204;
const ROUNDING: u64 = 206;
/// Least of the vector-angle index that the twin has: the printed 1.226 is below its bound, 4.712.
const LEAST_STRUCTURE: f64 = 4.75;
const ROUNDS: usize = 25;
const PROPOSALS: usize = 3000;

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

/// What a mediator starts from. The printed R² and standard errors ask for strong trends and large shocks, and so, the
/// standard deviation being printed, too, for cities that differ less.
struct Shape {
    stream: u64,
    /// Share of the differences between cities that is kept.
    between: f64,
    /// Change from the first to the last year.
    trend: f64,
    /// Standard deviation of the shocks.
    shocks: f64,
}

impl Shape {
    fn of(&self, seed: u64, values: &[f64]) -> Vec<f64> {
        let mut draws = Stream::new(seed, self.stream);
        let mut out = Vec::with_capacity(values.len());
        for city in values.chunks_exact(YEARS) {
            let mean = city.iter().sum::<f64>() / YEARS as f64;
            for t in 0..YEARS {
                let clock = t as f64 / (YEARS - 1) as f64 - 0.5;
                out.push(self.between * mean + self.trend * clock + self.shocks * draws.normal());
            }
        }
        out
    }
}

/// A start with the moments of Table 1, moved to the regression of Table 7.
fn moved(v: &Variables, published: &Published, name: &str, start: &[f64]) -> Result<Vec<f64>> {
    let (designs, wishes) = wishes::outcome(v, published, name)?;
    let mut moments = published.moments(name)?;
    if name == "Ind" {
        moments.min = LEAST_STRUCTURE;
    }
    let extremes = Extremes::of(start);
    let start = shape(start, moments, extremes)?;
    let mut spread = vec![0.4 * moments.sd; start.len()];
    for k in [extremes.low, extremes.high] {
        spread[k] = 0.0;
    }
    steer(&start, Room { spread: &spread, moments, extremes }, &designs, &wishes, ROUNDS)
}

/// Table 7 (2): shifts of ln(1 + patents).
pub(super) fn patents(
    cities: &[City],
    v: &Variables,
    published: &Published,
    calibration: &mut Calibration,
) -> Result<()> {
    let shape = Shape { stream: PATENTS, between: 0.48, trend: 3.9, shocks: 0.95 };
    let start = shape.of(calibration.global.seed, &v.ina);
    let target = moved(v, published, "Ina", &start)?;
    let patents = whole_patents(calibration.global.seed, v, published, &target)?;
    // The yearbook's own draw, before it is rounded: shifts start from there.
    let book = yearbook::draw(cities, calibration);
    let shift: Vec<f64> = patents.iter().zip(&book.patents).map(|(a, b)| a - b.ln_1p()).collect();
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
    let shape = Shape { stream: STRUCTURE, between: 0.5, trend: 1.15, shocks: 0.22 };
    let start = shape.of(calibration.global.seed, &v.ind);
    let target = moved(v, published, "Ind", &start)?;
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
        let (mut low, mut high) = (-6.0, 6.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if index(middle) < *wanted { low = middle } else { high = middle }
        }
        shift.push(0.5 * (low + high));
    }
    calibration.structure = rows(cities, &shift);
    Ok(())
}

/// Values of ln(1 + patents) for whole patents: rounding moves the regression, and single patents of small cities move it
/// back.
fn whole_patents(seed: u64, v: &Variables, published: &Published, target: &[f64]) -> Result<Vec<f64>> {
    let (designs, wishes) = wishes::outcome(v, published, "Ina")?;
    let mut rounded: Vec<f64> = target.iter().map(|v| v.exp_m1().round().max(1.0).ln_1p()).collect();
    let few: Vec<usize> = (0..rounded.len()).filter(|k| (2.0..200.0).contains(&rounded[*k].exp_m1())).collect();
    let mut draws = Stream::new(seed, ROUNDING);
    polish(&mut rounded, &designs[0], &wishes, PROPOSALS, |values| {
        let k = few[(draws.uniform() * few.len() as f64) as usize];
        let step = if draws.uniform() < 0.5 { -1.0 } else { 1.0 };
        values[k] = (values[k].exp_m1().round() + step).max(2.0).ln_1p();
    })?;
    Ok(rounded)
}
