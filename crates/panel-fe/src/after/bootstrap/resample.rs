//! Pairs, cluster and block bootstrap of any estimator.

use crate::coefficients::check_level;
use crate::error::{Error, Result};
use crate::vcov::Groups;
use panel_core::interrupt;
use panel_core::random::{Stream, check_replications};
use panel_core::transform::quantile;
use rayon::prelude::*;

/// What is drawn with replacement.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Resampling<'a> {
    /// Single observations.
    Pairs,
    /// Whole clusters (entities of a panel).
    Clusters(&'a Groups),
    /// Moving blocks of `length` consecutive periods, with all observations of those periods (Künsch 1989).
    Periods {
        /// Period of each observation, coded in chronological order.
        periods: &'a Groups,
        /// Periods per block.
        length: usize,
    },
}

/// One resample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resample {
    /// Rows of the original sample, repeated as often as they were drawn.
    pub rows: Vec<usize>,
    /// Which draw each row came with: a cluster drawn twice becomes two clusters, a block drawn twice two blocks.
    pub draw: Vec<u32>,
}

impl Resampling<'_> {
    fn members(&self, rows: usize) -> Result<Vec<Vec<usize>>> {
        let by_code = |groups: &Groups| -> Result<Vec<Vec<usize>>> {
            if groups.codes().len() != rows {
                return Err(Error::Shape { what: "the groups".into(), expected: rows, got: groups.codes().len() });
            }
            let mut members = vec![Vec::new(); groups.count()];
            for (i, &g) in groups.codes().iter().enumerate() {
                members[g as usize].push(i);
            }
            Ok(members)
        };
        match self {
            Self::Pairs => Ok((0..rows).map(|i| vec![i]).collect()),
            Self::Clusters(groups) => by_code(groups),
            Self::Periods { periods, length } => {
                if *length == 0 || *length > periods.count() {
                    return Err(Error::Specification(format!(
                        "blocks of {length} periods do not fit into {} periods",
                        periods.count()
                    )));
                }
                by_code(periods)
            }
        }
    }

    fn draw(&self, members: &[Vec<usize>], rng: &mut Stream) -> Resample {
        let count = members.len();
        let mut out = Resample { rows: Vec::new(), draw: Vec::new() };
        let mut take = |unit: usize, draw: usize| {
            out.rows.extend(&members[unit]);
            out.draw.extend(std::iter::repeat_n(draw as u32, members[unit].len()));
        };
        match self {
            Self::Pairs | Self::Clusters(_) => {
                for k in 0..count {
                    take(rng.below(count), k);
                }
            }
            Self::Periods { length, .. } => {
                let (mut taken, mut block) = (0, 0);
                while taken < count {
                    let start = rng.below(count - length + 1);
                    for offset in 0..(*length).min(count - taken) {
                        take(start + offset, block);
                        taken += 1;
                    }
                    block += 1;
                }
            }
        }
        out
    }
}

/// Draws of a statistic vector and what they say.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BootstrapSummary {
    /// The statistics on the original sample.
    pub estimate: Vec<f64>,
    /// Successful replications, in order.
    pub draws: Vec<Vec<f64>>,
    /// Replications in which the estimator failed (an identification lost in the resample).
    pub failed: usize,
}

impl BootstrapSummary {
    /// Draws of one statistic in ascending order; an error for a place that is none, or without draws.
    fn sorted(&self, which: usize) -> Result<Vec<f64>> {
        if which >= self.estimate.len() {
            return Err(Error::Specification(format!("no statistic {which} among {}", self.estimate.len())));
        }
        let mut values: Vec<f64> = self.draws.iter().map(|draw| draw[which]).collect();
        if values.is_empty() {
            return Err(Error::Specification("no bootstrap replication succeeded".into()));
        }
        values.sort_by(f64::total_cmp);
        Ok(values)
    }

    /// Standard deviation of the draws, divisor B−1.
    ///
    /// # Errors
    /// [`Error::Specification`] for fewer than two draws.
    pub fn se(&self, which: usize) -> Result<f64> {
        let values = self.sorted(which)?;
        let n = values.len() as f64;
        if n < 2.0 {
            return Err(Error::Specification("a standard error needs two successful replications, got 1".into()));
        }
        let mean = values.iter().sum::<f64>() / n;
        Ok((values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
    }

    /// Percentile interval (Efron 1979).
    ///
    /// # Errors
    /// [`Error::Specification`] for a level outside (0, 1) or without draws.
    pub fn percentile(&self, which: usize, level: f64) -> Result<(f64, f64)> {
        check_level(level)?;
        let tail = 0.5 * (1.0 - level);
        self.between(which, tail, 1.0 - tail)
    }

    /// Bias-corrected percentile interval: ends at Φ(2z₀ + z_{α/2}), Φ(2z₀ + z_{1−α/2}) with z₀ = Φ⁻¹(share of draws
    /// below the estimate) (Efron 1982), usual for indirect effects.
    ///
    /// # Errors
    /// [`Error::Specification`] for a level outside (0, 1) or without draws.
    pub fn bias_corrected(&self, which: usize, level: f64) -> Result<(f64, f64)> {
        use statrs::distribution::{ContinuousCDF, Normal};
        check_level(level)?;
        let normal = Normal::standard();
        let values = self.sorted(which)?;
        let below = values.iter().filter(|&&v| v < self.estimate[which]).count() as f64;
        // Half a draw at either end keeps z₀ finite.
        let share = (below.max(0.5)).min(values.len() as f64 - 0.5) / values.len() as f64;
        let z0 = normal.inverse_cdf(share);
        let z = normal.inverse_cdf(0.5 * (1.0 + level));
        self.between(which, normal.cdf(2.0 * z0 - z), normal.cdf(2.0 * z0 + z))
    }

    /// Empirical quantiles, linearly interpolated (type 7).
    fn between(&self, which: usize, low: f64, high: f64) -> Result<(f64, f64)> {
        let values = self.sorted(which)?;
        Ok((quantile(&values, low), quantile(&values, high)))
    }
}

/// Re-estimates on `replications` resamples of `rows` observations.
///
/// The estimator gets the resample (`None` for the original sample) and returns its statistics. Replication r uses
/// stream r of the seed, so results do not depend on the number of threads.
///
/// # Errors
/// Of the estimator on the original sample; [`Error::Shape`] and [`Error::Specification`] of the design;
/// [`Error::Interrupted`]. An estimator that fails on a resample only counts as failed.
pub fn bootstrap(
    rows: usize,
    resampling: &Resampling<'_>,
    replications: usize,
    seed: u64,
    estimator: impl Fn(Option<&Resample>) -> Result<Vec<f64>> + Sync,
) -> Result<BootstrapSummary> {
    check_replications(replications).map_err(Error::Specification)?;
    let members = resampling.members(rows)?;
    let estimate = estimator(None)?;
    let all: Vec<Option<Vec<f64>>> = (0..replications)
        .into_par_iter()
        .map(|replication| {
            interrupt::check().ok()?;
            let mut rng = Stream::new(seed, replication as u64);
            let draw = estimator(Some(&resampling.draw(&members, &mut rng))).ok()?;
            draw.iter().all(|v| v.is_finite()).then_some(draw)
        })
        .collect();
    interrupt::check()?;
    let draws: Vec<Vec<f64>> = all.into_iter().flatten().collect();
    Ok(BootstrapSummary { estimate, failed: replications - draws.len(), draws })
}
