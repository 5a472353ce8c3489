//! The yearly index that the frontier shall yield: noise, moved until the regressions come out as wanted.

use super::design::Design;
use super::steer::{Wish, steer};
use crate::draw::{Stream, YEARS};
use crate::error::Result;

const CITY: u64 = 201;
const SHOCK: u64 = 202;

/// Mean of the index less one after the first year.
const MEAN: f64 = -0.0145;
/// Standard deviations of the city's own pace, of the years and of the shock.
const PACE: f64 = 0.042;
const YEAR: f64 = 0.018;
const SHOCKS: f64 = 0.042;
/// The years' pattern, mean zero.
const PATTERN: [f64; YEARS] = [0.0, 1.2, -0.6, -1.3, 0.9, -0.9, 0.3, 0.4];

/// Index less one of every city-year; 0 in the first year (D8). Cities that decide the coefficients of Va have the
/// smaller shocks, which is what the published standard errors imply.
pub(super) fn target(seed: u64, designs: &[Design], wishes: &[Wish]) -> Result<Vec<f64>> {
    let (one, two) = (designs[1].leverage(0)?, designs[1].leverage(1)?);
    let raw: Vec<f64> = one.iter().zip(&two).map(|(a, b)| 1.0 / (1.0 + 5.0 * (a + b))).collect();
    let mean = raw.iter().sum::<f64>() / raw.len() as f64;
    let width: Vec<f64> = raw.iter().map(|v| SHOCKS * (v / mean).sqrt()).collect();
    let mut pace = Stream::new(seed, CITY);
    let mut shock = Stream::new(seed, SHOCK);
    let (mut start, mut spread) = (Vec::new(), Vec::new());
    for w in &width {
        let own = PACE * pace.normal();
        for (t, pattern) in PATTERN.iter().enumerate() {
            let draw = shock.normal();
            start.push(if t == 0 { 0.0 } else { MEAN + YEAR * pattern + own + w * draw });
            spread.push(if t == 0 { 0.0 } else { *w });
        }
    }
    steer(&start, &spread, designs, wishes)
}
