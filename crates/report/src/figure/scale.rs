//! Linear scales and round ticks.

use crate::numfmt::{Format, number};
use crate::{Error, Result};

/// A linear map from data to pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    domain: (f64, f64),
    range: (f64, f64),
}

impl Scale {
    pub(super) fn new(domain: (f64, f64), range: (f64, f64)) -> Self {
        Self { domain, range }
    }

    /// Pixel of a value.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value - self.domain.0) / (self.domain.1 - self.domain.0);
        self.range.0 + share * (self.range.1 - self.range.0)
    }

    /// Round ticks inside the domain, about this many.
    pub(super) fn ticks(&self, about: usize) -> Vec<f64> {
        let (low, high) = self.domain;
        let step = step((high - low) / about.max(1) as f64);
        let first = (low / step - 1e-9).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        (first..=last).map(|i| i as f64 * step).collect()
    }
}

/// The nearest of 1, 2, 2.5, 5 times a power of ten.
fn step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    let candidates = [1.0, 2.0, 2.5, 5.0, 10.0];
    let best = candidates.into_iter().min_by(|a, b| {
        let distance = |c: &f64| (raw / (c * power)).ln().abs();
        distance(a).total_cmp(&distance(b))
    });
    best.unwrap_or(1.0) * power
}

/// Labels of ticks, all with the same decimals.
pub(super) fn labels(ticks: &[f64]) -> Vec<String> {
    let decimals = (0..=6u8)
        .find(|d| {
            let unit = 10f64.powi(i32::from(*d));
            ticks.iter().all(|t| ((t * unit).round() - t * unit).abs() < 1e-6 * unit.max(1.0) * t.abs().max(1e-3))
        })
        .unwrap_or(6);
    ticks.iter().map(|t| number(*t, Format::Fixed(decimals))).collect()
}

/// The range of finite values, widened by a share of itself on both sides.
pub(super) fn domain(values: impl Iterator<Item = f64>, pad: f64, figure: &str) -> Result<(f64, f64)> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values.filter(|v| v.is_finite()) {
        low = low.min(value);
        high = high.max(value);
    }
    if low > high {
        return Err(Error::nothing_to_draw(figure, "finite number to draw"));
    }
    if low == high {
        let half = if low == 0.0 { 1.0 } else { 0.1 * low.abs() };
        return Ok((low - half, high + half));
    }
    let more = pad * (high - low);
    Ok((low - more, high + more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let scale = Scale::new((0.2, 4.655), (0.0, 100.0));
        assert_eq!(scale.ticks(5), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(labels(&[0.0, 0.25, 0.5]), ["0.00", "0.25", "0.50"]);
        assert_eq!(labels(&[2013.0, 2015.0]), ["2013", "2015"]);
        let scale = Scale::new((-0.004, 0.003), (0.0, 100.0));
        assert_eq!(labels(&scale.ticks(4)), ["-0.004", "-0.002", "0.000", "0.002"]);
    }

    #[test]
    fn a_constant_gets_room_and_nothing_is_an_error() {
        assert_eq!(domain([2.0, 2.0].into_iter(), 0.1, "f").ok(), Some((1.8, 2.2)));
        assert!(domain([f64::NAN].into_iter(), 0.1, "f").is_err());
    }
}
