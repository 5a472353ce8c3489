//! How sure a location quotient is.

use crate::data::Employment;
use crate::error::{Error, Result};
use crate::location_quotient::location_quotient;
use panel_core::random::Stream;
use panel_core::sum::compensated_sum;
use panel_core::transform::quantile;
use rand::rand_core::TryRng;
use rand_distr::{Binomial, Distribution};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// Resamples of one unit of parallel work.
const CHUNK: usize = 16;

/// A percentile interval; `NaN` where there is no quotient.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QuotientInterval {
    /// The quotient.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Standard deviation over resamples.
    pub sd: f64,
}

/// Choices of [`quotient_intervals`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct IntervalSpec {
    /// Heads per unit of the data: 10 000 for data in 10⁴ persons.
    pub persons_per_unit: f64,
    /// Resamples, at least 20.
    pub resamples: usize,
    /// Share of resamples within the interval.
    pub level: f64,
    /// Seed.
    pub seed: u64,
}

impl Default for IntervalSpec {
    fn default() -> Self {
        Self { persons_per_unit: 1.0, resamples: 999, level: 0.95, seed: 1 }
    }
}

/// Bootstrap intervals of location quotients.
///
/// Every resample draws each row's sector employment from a binomial with its own head count and share, in all
/// entities at once, and recomputes the quotients, so that the country's share varies, too. The interval holds the
/// middle `level` of the resampled quotients (percentiles interpolated as R's type 7). It says how far chance in the
/// assignment of employees to sectors carries, nothing about errors of the source.
///
/// `persons_per_unit` turns the unit of the data into heads: 10 000 for data in 10⁴ persons, 1000 for thousands.
/// A row with sector employment above the total is drawn at share 1.
///
/// **Cost**: resamples × rows. The same for any number of threads: resample b uses stream b of ChaCha8.
///
/// # Errors
/// As [`location_quotient`]; [`Error::Specification`] for a level outside (0, 1), fewer than 20 resamples, or
/// `persons_per_unit` that is not positive.
///
/// **Source**: Efron & Tibshirani (1993), ch. 6 and 13.
pub fn quotient_intervals(data: &Employment<'_>, spec: &IntervalSpec) -> Result<Vec<QuotientInterval>> {
    let IntervalSpec { persons_per_unit, resamples, level, seed } = *spec;
    let estimate = location_quotient(data)?.values;
    if !(level > 0.0 && level < 1.0) || resamples < 20 || !(persons_per_unit > 0.0 && persons_per_unit.is_finite()) {
        return Err(Error::Specification(format!(
            "intervals with level = {level}, resamples = {resamples}, persons_per_unit = {persons_per_unit}: expected a level between 0 and 1, at least 20 resamples, a positive number of persons"
        )));
    }
    let rows: Vec<usize> = (0..estimate.len()).filter(|&row| !estimate[row].is_nan()).collect();
    let laws: Vec<Binomial> = rows
        .iter()
        .map(|&row| {
            let heads = (data.total[row] * persons_per_unit).round().max(1.0) as u64;
            let share = (data.sector[row] / data.total[row]).min(1.0);
            Binomial::new(heads, share).map_err(|error| Error::Specification(format!("binomial of row {row}: {error}")))
        })
        .collect::<Result<_>>()?;
    let periods = data.keys.times().len();
    let mut heads = vec![0.0; periods];
    rows.iter().for_each(|&row| heads[data.keys.time()[row] as usize] += data.total[row] * persons_per_unit);
    let draw = |unit: usize| -> Vec<f64> {
        let mut rng = Bits(Stream::new(seed, unit as u64));
        let drawn: Vec<f64> = laws.iter().map(|law| law.sample(&mut rng) as f64).collect();
        let mut sums = vec![0.0; periods];
        rows.iter().zip(&drawn).for_each(|(&row, count)| sums[data.keys.time()[row] as usize] += count);
        rows.iter()
            .zip(&drawn)
            .map(|(&row, count)| {
                let t = data.keys.time()[row] as usize;
                count / (data.total[row] * persons_per_unit) / (sums[t] / heads[t])
            })
            .collect()
    };
    let draws: Vec<Vec<f64>> = (0..resamples).into_par_iter().with_min_len(CHUNK).map(draw).collect();
    let nan = f64::NAN;
    let mut out: Vec<QuotientInterval> =
        estimate.iter().map(|&estimate| QuotientInterval { estimate, low: nan, high: nan, sd: nan }).collect();
    for (k, &row) in rows.iter().enumerate() {
        let mut values: Vec<f64> = draws.iter().map(|draw| draw[k]).filter(|value| value.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        let n = values.len() as f64;
        let mean = compensated_sum(values.iter().copied()) / n;
        let squares = compensated_sum(values.iter().map(|value| (value - mean) * (value - mean)));
        out[row].sd = (squares / (n - 1.0)).sqrt();
        out[row].low = quantile(&values, 0.5 * (1.0 - level));
        out[row].high = quantile(&values, 0.5 * (1.0 + level));
    }
    Ok(out)
}

/// A stream as the random numbers that a distribution draws from.
struct Bits(Stream);

impl TryRng for Bits {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next_u64() as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let bits = self.0.next_u64().to_le_bytes();
            chunk.copy_from_slice(&bits[..chunk.len()]);
        }
        Ok(())
    }
}
