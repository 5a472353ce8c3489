//! Table 7 (6): widths of the cities' price changes that give the integration index wanted.
//!
//! Segmentation sums over pairs, so a pair counts for both of its cities. Two things follow. The smallest Mar, one city's
//! with prices in error, bounds everyone's in its year, which therefore is a year of little integration. And Mar's printed
//! spread needs years that differ, and within a year the widths of [`crate::prices`].

use super::mediators::rows;
use super::moments::{Extremes, Moments, confine};
use super::polish::{Outcome, polish};
use super::published::Published;
use super::steer::{Room, steer};
use super::variables::{Variables, integration_of_year};
use super::wishes;
use crate::calibration::{Calibration, rounded};
use crate::cities::City;
use crate::draw::{Stream, YEARS, skewed};
use crate::error::Result;
use crate::prices::{Draws, GOODS};
use std::rc::Rc;

const STREAM: u64 = 205;
const POLISH: u64 = 207;
/// Scores of the years, of a city's own level and of its shocks.
const PATTERN: [f64; YEARS] = [-0.15, 0.1, -0.05, 0.25, 0.05, 0.3, 0.15, 0.0];
const CITY: f64 = 0.45;
const SHOCK: f64 = 0.9;
/// Values in the year of the error: least, share kept of the start, most.
const BOUND_YEAR: [f64; 3] = [1.8, 0.38, 6.0];
const ROUNDS: usize = 40;
const REFINEMENTS: usize = 25;
const PROPOSALS: usize = 24000;

/// Sets the widths of price changes and the size of the one error.
pub(super) fn integration(
    cities: &[City],
    v: &Variables,
    published: &Published,
    calibration: &mut Calibration,
) -> Result<()> {
    let n = cities.len();
    let (erring, year, error) = calibration.global.price_error.clone();
    let low = cities.iter().position(|city| city.adcode == erring).unwrap_or(0) * YEARS + year;
    let moments = published.moments("Mar")?;
    let start = start(calibration.global.seed, n, year, moments);
    let high = (0..start.len()).filter(|k| k % YEARS != year).fold(0, |a, k| if start[k] > start[a] { k } else { a });
    let extremes = Extremes { low, high };
    let (designs, wishes) = wishes::outcome(v, published, "Mar")?;
    let narrow = |k: usize| if k % YEARS == year { 0.03 } else { 0.4 };
    let mut spread: Vec<f64> = (0..start.len()).map(|k| narrow(k) * moments.sd).collect();
    (spread[low], spread[high]) = (0.0, 0.0);
    let mut begun = start;
    confine(&mut begun, moments, extremes);
    let target = steer(&begun, Room { spread: &spread, moments, extremes }, &designs, &wishes, ROUNDS)?;

    let draws = Draws::new(calibration.global.seed, n);
    let mut market = Market::new(draws, &first_widths(&target, n), error, extremes, moments);
    market.refine(&target);
    let mut draws = Stream::new(calibration.global.seed, POLISH);
    polish(&mut market, &designs[0], &wishes, PROPOSALS, |market| market.change(&mut draws))?;
    calibration.prices = rows(cities, &market.widths);
    calibration.global.price_error.2 = market.error;
    Ok(())
}

/// Skewed values with years that differ, low ones in the year of the error.
fn start(seed: u64, cities: usize, bound: usize, moments: Moments) -> Vec<f64> {
    let mut draws = Stream::new(seed, STREAM);
    let mut scores = Vec::with_capacity(cities * YEARS);
    for _ in 0..cities {
        let city = CITY * draws.normal();
        scores.extend(PATTERN.map(|year| city + year + SHOCK * draws.normal()));
    }
    let mut out = skewed(&scores, moments.mean, moments.sd, 2.2);
    let [least, share, most] = BOUND_YEAR;
    out.iter_mut().skip(bound).step_by(YEARS).for_each(|value| *value = (1.5 + share * *value).clamp(least, most));
    out
}

/// Log widths to start from. Narrower than all others, a city has Seg = n times its width squared; a width counts for
/// those above it, too.
fn first_widths(target: &[f64], n: usize) -> Vec<f64> {
    let mut width = vec![0.0; target.len()];
    for t in 0..YEARS {
        let mut order: Vec<usize> = (0..n).map(|i| i * YEARS + t).collect();
        order.sort_by(|a, b| target[*b].total_cmp(&target[*a]));
        let (mut below, mut least) = (0.0, 0.0);
        for (rank, k) in order.into_iter().enumerate() {
            let seg = 1e4 / (target[k] * target[k]);
            let square: f64 = ((seg - below) / (n - 1 - rank).max(1) as f64).max(least);
            width[k] = (0.5 * square.ln()).clamp(-4.0, 3.0);
            (below, least) = (below + square, square);
        }
    }
    width
}

/// Prices and the integration index that they give.
#[derive(Debug, Clone)]
struct Market {
    draws: Rc<Draws>,
    /// Log widths, as the calibration file keeps them.
    widths: Vec<f64>,
    error: f64,
    mar: Vec<f64>,
    extremes: Extremes,
    moments: Moments,
}

impl Market {
    fn new(draws: Draws, widths: &[f64], error: f64, extremes: Extremes, moments: Moments) -> Self {
        let widths: Vec<f64> = widths.iter().map(|width| rounded(*width)).collect();
        let mar = vec![0.0; widths.len()];
        let mut market = Self { draws: Rc::new(draws), widths, error, mar, extremes, moments };
        (0..YEARS).for_each(|year| market.compute(year));
        market
    }

    /// Computes the index of a year anew.
    fn compute(&mut self, year: usize) {
        let mut prices = Vec::with_capacity(self.widths.len() / YEARS * GOODS.len());
        for (city, widths) in self.widths.chunks_exact(YEARS).enumerate() {
            let error = if city * YEARS + year == self.extremes.low { self.error } else { 0.0 };
            prices.extend(self.draws.indices(city, year, widths[year], error));
        }
        for (city, mar) in integration_of_year(&prices).into_iter().enumerate() {
            self.mar[city * YEARS + year] = mar;
        }
    }

    /// Widths and the size of the error, repeated until the index is the one wanted up to the rounding of prices.
    fn refine(&mut self, target: &[f64]) {
        let mut best = (self.widths.clone(), vec![f64::INFINITY; target.len()]);
        for _ in 0..REFINEMENTS {
            for (k, wanted) in target.iter().enumerate() {
                let gap = (wanted / self.mar[k]).ln();
                if k == self.extremes.low {
                    self.error = size(self.error * (-gap).exp());
                    continue;
                }
                if gap.abs() < best.1[k] {
                    (best.0[k], best.1[k]) = (self.widths[k], gap.abs());
                }
                self.widths[k] = rounded((self.widths[k] - 0.8 * gap).clamp(-4.0, 3.0));
            }
            (0..YEARS).for_each(|year| self.compute(year));
        }
        self.widths = best.0;
        (0..YEARS).for_each(|year| self.compute(year));
    }

    /// Moves one width, or the size of the error; more often where an extreme is wanted.
    fn change(&mut self, draws: &mut Stream) {
        let Extremes { low, high } = self.extremes;
        let chance = draws.uniform();
        let step = draws.normal() * 0.03 * 0.02_f64.powf(draws.uniform());
        let any = (draws.uniform() * self.widths.len() as f64) as usize;
        let k = if chance < 0.1 {
            low
        } else if chance < 0.2 {
            high
        } else if chance < 0.3 {
            any / YEARS * YEARS + high % YEARS
        } else {
            any
        };
        if k == low {
            self.error = size(self.error * step.exp());
        } else {
            self.widths[k] = rounded(self.widths[k] + step);
        }
        self.compute(k % YEARS);
    }
}

impl Outcome for Market {
    fn values(&self) -> &[f64] {
        &self.mar
    }

    /// How far the extremes are from the printed ones, in the tolerance of the other wishes.
    fn besides(&self) -> f64 {
        let gap = |at: usize, wanted: f64| (self.mar[at] - wanted).abs() / 2e-5;
        gap(self.extremes.low, self.moments.min) + gap(self.extremes.high, self.moments.max)
    }
}

/// The size of the error as the calibration file keeps it.
fn size(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
