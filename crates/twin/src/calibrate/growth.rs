//! The yearly index that the frontier shall yield: noise, moved until the regressions come out as wanted.

use super::controls::{PEAK, SLUMP, swing};
use super::design::Design;
use super::moments::{Extremes, confine};
use super::published::Published;
use super::steer::{Room, Wish, steer};
use super::variables::Variables;
use crate::cities::City;
use crate::draw::{Stream, YEARS};
use crate::error::Result;

const CITY: u64 = 201;
const SHOCK: u64 = 202;
/// Mean of the index less one after the first year.
const MEAN: f64 = -0.0145;
/// Standard deviations of the city's own pace, of the years, of the shock, and of what each control carries. The pace is
/// small: how much R² rises with each mediator, beside its coefficient, says how much the index varies within cities.
const PACE: f64 = 0.012;
const YEAR: f64 = 0.010;
const SHOCKS: f64 = 0.050;
const CARRIED: f64 = 0.010;
/// The years' pattern, mean zero.
const PATTERN: [f64; YEARS] = [0.0, 1.2, -0.6, -1.3, 0.9, -0.9, 0.3, 0.4];
const ROUNDS: usize = 60;

/// Index of every city-year; 1 in the first year (D8). Cities that decide the coefficients of Va have the smaller shocks,
/// which is what the published standard errors imply.
pub(super) fn target(
    seed: u64,
    cities: &[City],
    v: &Variables,
    published: &Published,
    designs: &[Design],
    wishes: &[Wish],
) -> Result<Vec<f64>> {
    let (one, two) = (designs[1].leverage(0)?, designs[1].leverage(1)?);
    let raw: Vec<f64> = one.iter().zip(&two).map(|(a, b)| 1.0 / (1.0 + 5.0 * (a + b))).collect();
    let mean = raw.iter().sum::<f64>() / raw.len() as f64;
    let width: Vec<f64> = raw.iter().map(|v| SHOCKS * (v / mean).sqrt()).collect();
    let carried: Vec<Vec<f64>> = v.controls.iter().map(|x| within(x)).collect();
    let mut pace = Stream::new(seed, CITY);
    let mut shock = Stream::new(seed, SHOCK);
    let (mut start, mut spread) = (Vec::new(), Vec::new());
    for (i, w) in width.iter().enumerate() {
        let own = PACE * pace.normal();
        for (t, pattern) in PATTERN.iter().enumerate() {
            let draw = shock.normal();
            // Fina up, Gov down, as the swinging city has them; lntech and Edu up, the others not at all.
            let [fina, _, tech, edu, _, gov] = [0, 1, 2, 3, 4, 5].map(|j| carried[j][i * YEARS + t]);
            let lean = CARRIED * (fina + tech + edu - gov);
            start.push(if t == 0 { 1.0 } else { 1.0 + MEAN + YEAR * pattern + own + w * draw + lean });
            spread.push(if t == 0 { 0.0 } else { *w });
        }
    }
    let extremes = Extremes { low: swing(cities, SLUMP)?, high: swing(cities, PEAK)? };
    let moments = published.moments("Gtfp")?;
    confine(&mut start, moments, extremes);
    for k in [extremes.low, extremes.high] {
        spread[k] = 0.0;
    }
    (0..start.len()).step_by(YEARS).for_each(|first| start[first] = 1.0);
    steer(&start, Room { spread: &spread, moments, extremes }, designs, wishes, ROUNDS)
}

/// Values less their city and year means, in standard deviations, at most three of them either way.
fn within(values: &[f64]) -> Vec<f64> {
    let n = (values.len() / YEARS) as f64;
    let year = |t: usize| values.iter().skip(t).step_by(YEARS).sum::<f64>() / n;
    let years: Vec<f64> = (0..YEARS).map(year).collect();
    let overall = years.iter().sum::<f64>() / YEARS as f64;
    let mut out = Vec::with_capacity(values.len());
    for city in values.chunks_exact(YEARS) {
        let mean = city.iter().sum::<f64>() / YEARS as f64;
        out.extend(city.iter().zip(&years).map(|(v, y)| v - mean - y + overall));
    }
    let sd = (out.iter().map(|v| v * v).sum::<f64>() / out.len() as f64).sqrt();
    out.iter_mut().for_each(|v| *v = (*v / sd).clamp(-3.0, 3.0));
    out
}
