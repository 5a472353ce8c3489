//! Patents, sector shares and prices that give the mediators' moments and regressions.

use super::moments::{Extremes, shape};
use super::published::Published;
use super::steer::{Room, steer};
use super::variables::{self, Variables};
use super::wishes;
use crate::calibration::{Calibration, Row, Rows, rounded};
use crate::cities::City;
use crate::draw::{Stream, YEARS, skewed};
use crate::error::Result;
use crate::{prices, yearbook};

const PATENTS: u64 = 203;
const STRUCTURE: u64 = 204;
const INTEGRATION: u64 = 205;
/// Least of the vector-angle index that the twin has: the printed 1.226 is below its bound, 4.712.
const LEAST_STRUCTURE: f64 = 4.75;
const ROUNDS: usize = 25;

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
fn moved(v: &Variables, published: &Published, name: &str, start: &[f64], low: Option<usize>) -> Result<Vec<f64>> {
    let (designs, wishes) = wishes::outcome(v, published, name)?;
    let mut moments = published.moments(name)?;
    if name == "Ind" {
        moments.min = LEAST_STRUCTURE;
    }
    let mut extremes = Extremes::of(start);
    extremes.low = low.unwrap_or(extremes.low);
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
    let shape = Shape { stream: PATENTS, between: 0.55, trend: 3.9, shocks: 0.95 };
    let start = shape.of(calibration.global.seed, &v.ina);
    let target = moved(v, published, "Ina", &start, None)?;
    let shift: Vec<f64> = target.iter().zip(&v.ina).map(|(a, b)| a - b).collect();
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
    let target = moved(v, published, "Ind", &start, None)?;
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

/// Table 7 (6): widths of the cities' price changes that give the integration index wanted.
pub(super) fn integration(
    cities: &[City],
    v: &Variables,
    published: &Published,
    calibration: &mut Calibration,
) -> Result<()> {
    let n = cities.len();
    let moments = published.moments("Mar")?;
    let mut draws = Stream::new(calibration.global.seed, INTEGRATION);
    let scores: Vec<f64> = (0..n * YEARS).map(|k| draws.normal() + 0.1 * (k % YEARS) as f64).collect();
    let start = skewed(&scores, moments.mean, moments.sd, 2.2);
    let (erring, year, _) = &calibration.global.price_error;
    let erring = cities.iter().position(|city| city.adcode == *erring).map(|i| i * YEARS + year);
    let target = moved(v, published, "Mar", &start, erring)?;
    // Narrower than all others, a city has Seg = n times its width squared; a width counts for those above it, too.
    let mut width = vec![0.0; target.len()];
    for t in 0..YEARS {
        let mut order: Vec<usize> = (0..n).map(|i| i * YEARS + t).collect();
        order.sort_by(|a, b| target[*b].total_cmp(&target[*a]));
        let (mut below, mut least) = (0.0, 0.0);
        for (rank, k) in order.into_iter().enumerate() {
            let seg = 1e4 / (target[k] * target[k]);
            let square: f64 = ((seg - below) / (n - 1 - rank).max(1) as f64).max(least);
            width[k] = 0.5 * square.ln();
            (below, least) = (below + square, square);
        }
    }
    calibration.prices = rows(cities, &width);
    refine(cities, &target, &mut width, erring, calibration);
    Ok(())
}

/// Widths, and the size of the one error, repeated until the index is the one wanted up to the rounding of prices.
fn refine(cities: &[City], target: &[f64], width: &mut [f64], erring: Option<usize>, calibration: &mut Calibration) {
    let n = cities.len();
    let mut best = (width.to_vec(), vec![f64::INFINITY; width.len()]);
    for round in 0..60 {
        let mar = variables::integration(&prices::draw(cities, calibration), n);
        for (k, w) in width.iter_mut().enumerate() {
            let gap = (target[k] / mar[k]).ln();
            if Some(k) == erring {
                calibration.global.price_error.2 =
                    (1e4 * calibration.global.price_error.2 * (-gap).exp()).round() / 1e4;
                continue;
            }
            if gap.abs() < best.1[k] {
                (best.0[k], best.1[k]) = (*w, gap.abs());
            }
            // Ever smaller steps from the best width: a price moves by tenths only.
            let step = if round < 20 { 0.8 } else { 0.4 };
            *w = (if round < 20 { *w } else { best.0[k] + 0.01 * ((round * 7 + k) % 11) as f64 - 0.05 } - step * gap)
                .clamp(-4.0, 3.0);
        }
        calibration.prices = rows(cities, width);
    }
    for (k, w) in width.iter_mut().enumerate() {
        if Some(k) != erring {
            *w = best.0[k];
        }
    }
    calibration.prices = rows(cities, width);
}
