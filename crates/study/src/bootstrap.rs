//! `bootstrap = { draws = 999, seed = 1 }`: how a mediation chain is resampled.

use panel_core::random::check_replications;
use panel_fe::Vcov;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `bootstrap = { draws = 999, seed = 1 }` of `[[mediation]]`: what `vcov` clusters by is drawn with replacement, whole
/// entities where it does not cluster.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BootstrapSpec {
    /// Resamples.
    pub draws: usize,
    /// Seed.
    #[serde(default = "one")]
    pub seed: u64,
    /// Interval.
    #[serde(default)]
    pub interval: IntervalKind,
    /// Level of the intervals.
    #[serde(default = "usual")]
    pub level: f64,
}

fn one() -> u64 {
    1
}

fn usual() -> f64 {
    0.95
}

/// An interval from the draws of a statistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IntervalKind {
    /// Bias-corrected percentiles (Efron 1982), usual for indirect effects.
    #[default]
    BiasCorrected,
    /// Percentiles (Efron 1979).
    Percentile,
}

/// Fewest resamples from which the ends of an interval can be read.
const FEWEST: usize = 20;

impl BootstrapSpec {
    /// Checks numbers, and that there is one way of clustering to draw from.
    ///
    /// # Errors
    /// A sentence that names value and expectation.
    pub fn check(&self, vcov: &Vcov) -> Result<(), String> {
        if self.draws < FEWEST {
            return Err(format!("draws = {}: expected at least {FEWEST}", self.draws));
        }
        check_replications(self.draws).map_err(|message| format!("draws: {message}"))?;
        if !(self.level > 0.5 && self.level < 1.0) {
            return Err(format!("level = {}: expected a number between 0.5 and 1, such as 0.95", self.level));
        }
        match vcov {
            Vcov::Cluster(keys) if keys.len() > 1 || keys.iter().any(|key| key.contains('^')) => {
                Err(format!("it draws the clusters of one key, and vcov = \"{vcov}\" has more"))
            }
            _ => Ok(()),
        }
    }
}
