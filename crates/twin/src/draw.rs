//! Seeded draws made of additions, multiplications, divisions and square roots only.
//!
//! IEEE 754 fixes the result of these operations to the last bit, while `ln`, `exp` and `cos` come from the
//! platform's mathematics library. So the twin is the same on every machine.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Number of years of the twin, 2013–2020.
pub(super) const YEARS: usize = 8;
/// First year of the twin.
pub(super) const FIRST_YEAR: i32 = 2013;

/// One variable's own stream of random numbers: adding a variable never moves another one's draws.
#[derive(Debug)]
pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    /// Stream number `stream` of `seed`.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Uniform on [0, 1), 53 bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Nearly normal, mean 0, variance 1: the sum of twelve uniforms less six (bounded by ±6).
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// How a variable splits into a city's level, a city's trend and a shock that fades.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dynamics {
    /// Standard deviation of the city's own trend over the whole period (from -1/2 to +1/2 of it).
    pub(crate) trend: f64,
    /// Standard deviation of the shock.
    pub(crate) shock: f64,
    /// Autocorrelation of the shock.
    pub(crate) memory: f64,
    /// Common change from the first to the last year.
    pub(crate) drift: f64,
}

/// City level plus drift, own trend and shock; `level` has one value per city, the result `YEARS` values per
/// city, city by city.
pub(crate) fn panel(stream: &mut Stream, level: &[f64], how: Dynamics) -> Vec<f64> {
    let mut out = Vec::with_capacity(level.len() * YEARS);
    let fresh = (1.0 - how.memory * how.memory).sqrt();
    for &base in level {
        let slope = how.drift + how.trend * stream.normal();
        let mut shock = stream.normal();
        for year in 0..YEARS {
            if year > 0 {
                shock = how.memory * shock + fresh * stream.normal();
            }
            let clock = year as f64 / (YEARS - 1) as f64 - 0.5;
            out.push(base + slope * clock + how.shock * shock);
        }
    }
    out
}

/// Shifts and stretches `values` to the mean and (n-1) standard deviation wanted.
pub(crate) fn standardize(values: &mut [f64], mean: f64, sd: f64) {
    let n = values.len() as f64;
    let now = values.iter().sum::<f64>() / n;
    let spread = (values.iter().map(|v| (v - now) * (v - now)).sum::<f64>() / (n - 1.0)).sqrt();
    for v in values.iter_mut() {
        *v = mean + sd * (*v - now) / spread;
    }
}

/// Turns normal scores into positive, right-skewed values with about the mean and standard deviation wanted and
/// nothing below `floor`.
pub(crate) fn skewed(scores: &[f64], mean: f64, sd: f64, floor: f64) -> Vec<f64> {
    let mut z = scores.to_vec();
    standardize(&mut z, 0.0, 1.0);
    let shape = ln(1.0 + (sd / mean) * (sd / mean)).sqrt();
    let mut out: Vec<f64> = z.iter().map(|v| exp(shape * v)).collect();
    standardize(&mut out, mean, sd);
    for v in out.iter_mut() {
        *v = v.max(floor);
    }
    out
}

/// Natural exponential by argument reduction and a Taylor polynomial (relative error below 1e-15 for |x| < 700).
pub(crate) fn exp(x: f64) -> f64 {
    let k = (x / std::f64::consts::LN_2).round();
    let r = x - k * std::f64::consts::LN_2;
    // Halve the argument once more so that eighteen terms are plenty.
    let half = r / 2.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    for i in 1..=18 {
        term *= half / f64::from(i);
        sum += term;
    }
    let mut value = sum * sum;
    let step = if k >= 0.0 { 2.0 } else { 0.5 };
    for _ in 0..(k.abs() as u32) {
        value *= step;
    }
    value
}

/// Natural logarithm of a positive number by Newton's method on [`exp`].
pub(crate) fn ln(x: f64) -> f64 {
    let mut y = 0.0;
    let mut scaled = x;
    while scaled > 1.5 {
        scaled /= 2.0;
        y += std::f64::consts::LN_2;
    }
    while scaled < 0.75 {
        scaled *= 2.0;
        y -= std::f64::consts::LN_2;
    }
    let mut z = scaled - 1.0;
    for _ in 0..6 {
        let e = exp(z);
        z -= 2.0 * (e - scaled) / (e + scaled);
    }
    y + z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_ln_agree_with_the_library() {
        for i in -200..=200 {
            let x = f64::from(i) / 10.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-14, "exp({x})");
        }
        for i in 1..=400 {
            let x = f64::from(i) * 0.37;
            assert!((ln(x) - x.ln()).abs() < 1e-13, "ln({x})");
        }
    }

    #[test]
    fn draws_have_the_moments_asked_for() {
        let mut stream = Stream::new(7, 1);
        let z: Vec<f64> = (0..4000).map(|_| stream.normal()).collect();
        let mean = z.iter().sum::<f64>() / 4000.0;
        assert!(mean.abs() < 0.06);
        let mut y = skewed(&z, 2.6, 1.25, 0.1);
        standardize(&mut y, 2.6, 1.25);
        assert!((y.iter().sum::<f64>() / 4000.0 - 2.6).abs() < 1e-12);
    }
}
