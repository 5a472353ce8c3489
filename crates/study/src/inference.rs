//! `inference` of a column: resampling beside the covariance.

use panel_core::random::check_replications;
use panel_fe::Vcov;
use panel_fe::bootstrap::WildWeights;
use serde::{Deserialize, Serialize};

/// `inference = { wild = 9999, weights = "webb", seed = 1 }`, `{ pairs = 999, by = "city" }` or
/// `{ block = 999, length = 3 }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(try_from = "Written", into = "Written")]
pub struct Inference {
    /// What is drawn.
    pub method: Method,
    /// Replications.
    pub replications: usize,
    /// Clusters that are drawn, or that draw one weight each; the key of `vcov` where it is absent. `pairs` draws single
    /// observations where `vcov` does not cluster.
    pub by: Option<String>,
    /// Terms that it is for; all but the constant where it is empty.
    pub of: Vec<String>,
    /// Intervals of `pairs` and `block`; a wild bootstrap inverts its test.
    pub interval: Interval,
    /// Seed.
    pub seed: u64,
}

/// A bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Wild cluster bootstrap of t tests.
    Wild {
        /// Distribution of the weights.
        draw: Draw,
        /// Whether residuals are those under the null.
        restricted: bool,
    },
    /// Observations or whole clusters, drawn with replacement.
    Pairs,
    /// Moving blocks of this many periods, with all observations of those periods.
    Block(usize),
}

/// How the draws of a resampling bootstrap make an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Interval {
    /// Quantiles of the draws.
    #[default]
    Percentile,
    /// Quantiles corrected for the share of draws below the estimate (Efron 1982).
    BiasCorrected,
}

impl Interval {
    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Percentile => "percentile",
            Self::BiasCorrected => "bias-corrected",
        }
    }
}

/// Distribution of the weights of a wild bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Draw {
    /// ±1.
    #[default]
    Rademacher,
    /// Webb's six points, for few clusters.
    Webb,
}

impl Draw {
    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rademacher => "rademacher",
            Self::Webb => "webb",
        }
    }
}

impl From<Draw> for WildWeights {
    fn from(draw: Draw) -> Self {
        match draw {
            Draw::Rademacher => Self::Rademacher,
            Draw::Webb => Self::Webb,
        }
    }
}

/// [`Inference`] as it is written.
#[derive(Debug, Clone, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Written {
    /// Replications of a wild cluster bootstrap of t tests; its intervals invert the test.
    #[serde(skip_serializing_if = "Option::is_none")]
    wild: Option<usize>,
    /// Replications of a bootstrap that draws observations, or whole clusters with `by`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pairs: Option<usize>,
    /// Replications of a bootstrap that draws moving blocks of `length` periods.
    #[serde(skip_serializing_if = "Option::is_none")]
    block: Option<usize>,
    /// Distribution of the weights of `wild`; `rademacher` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<Draw>,
    /// Whether the residuals of `wild` are those under the null; they are where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    restricted: Option<bool>,
    /// Periods of a block of `block`.
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<usize>,
    /// How the draws of `pairs` and `block` make an interval; `percentile` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<Interval>,
    /// Clusters that `pairs` draws, or that draw one weight each under `wild`: the key of `vcov` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// Terms that it is for; all but the constant where it is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    of: Vec<String>,
    /// Seed of the draws; 1 where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
}

/// Fewer replications cannot reject at 5 %.
const FEWEST: usize = 19;

impl TryFrom<Written> for Inference {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written { wild, pairs, block, weights, restricted, length, interval, by, of: coefficients, seed } = written;
        let idle = |key: &str, needs: &str| Err(format!("inference: `{key}` has no effect without {needs}"));
        if weights.is_some() && wild.is_none() {
            return idle("weights", "`wild`");
        }
        if restricted.is_some() && wild.is_none() {
            return idle("restricted", "`wild`");
        }
        if length.is_some() && block.is_none() {
            return idle("length", "`block`");
        }
        if interval.is_some() && wild.is_some() {
            return idle("interval", "`pairs` or `block`; `wild` inverts its test");
        }
        let (method, replications) = match (wild, pairs, block) {
            (Some(replications), None, None) => {
                let (draw, restricted) = (weights.unwrap_or_default(), restricted.unwrap_or(true));
                (Method::Wild { draw, restricted }, replications)
            }
            (None, Some(replications), None) => (Method::Pairs, replications),
            (None, None, Some(replications)) => {
                let length = length.ok_or("inference: `block` needs `length`, the periods of a block")?;
                if by.is_some() {
                    return Err("inference: `by` has no effect with `block`, which draws periods".into());
                }
                (Method::Block(length), replications)
            }
            _ => return Err("inference: expected one of `wild`, `pairs`, `block`, the number of replications".into()),
        };
        if replications < FEWEST {
            return Err(format!("inference: {replications} replications, expected at least {FEWEST}"));
        }
        check_replications(replications).map_err(|message| format!("inference: {message}"))?;
        Ok(Self {
            method,
            replications,
            by,
            of: coefficients,
            interval: interval.unwrap_or_default(),
            seed: seed.unwrap_or(1),
        })
    }
}

impl From<Inference> for Written {
    fn from(inference: Inference) -> Self {
        let Inference { method, replications, by, of: coefficients, interval, seed } = inference;
        let mut written = Self { by, of: coefficients, seed: Some(seed), ..Self::default() };
        match method {
            Method::Wild { draw, restricted } => {
                (written.wild, written.weights) = (Some(replications), Some(draw));
                written.restricted = Some(restricted).filter(|restricted| !restricted);
            }
            Method::Pairs => written.pairs = Some(replications),
            Method::Block(length) => (written.block, written.length) = (Some(replications), Some(length)),
        }
        written.interval = Some(interval).filter(|interval| *interval != Interval::default());
        written
    }
}

impl Inference {
    /// The clusters that are drawn or weighted: `by`, else the one key of `vcov`.
    #[must_use]
    pub fn cluster_key<'a>(&'a self, vcov: &'a Vcov) -> Option<&'a str> {
        match (&self.by, vcov) {
            (Some(by), _) => Some(by),
            (None, Vcov::Cluster(keys)) if keys.len() == 1 => Some(&keys[0]),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Inference, String> {
        toml::from_str::<Inference>(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn one_method_with_its_own_keys() {
        let webb = read("wild = 9999\nweights = \"webb\"\nseed = 3\n").unwrap();
        assert_eq!(
            (webb.method, webb.replications, webb.seed),
            (Method::Wild { draw: Draw::Webb, restricted: true }, 9999, 3)
        );
        assert_eq!(read("block = 99\nlength = 3\n").unwrap().method, Method::Block(3));
        let written = toml::to_string(&webb).unwrap();
        assert_eq!(read(&written).unwrap(), webb);
        for (text, says) in [
            ("pairs = 99\nweights = \"webb\"\n", "`weights` has no effect without `wild`"),
            ("wild = 99\nlength = 2\n", "`length` has no effect without `block`"),
            ("wild = 99\npairs = 99\n", "expected one of `wild`, `pairs`, `block`"),
            ("pairs = 99\nrestricted = false\n", "`restricted` has no effect without `wild`"),
            ("wild = 99\ninterval = \"percentile\"\n", "inverts its test"),
            ("block = 99\n", "`block` needs `length`"),
            ("block = 99\nlength = 2\nby = \"city\"\n", "`by` has no effect"),
            ("wild = 9\n", "at least 19"),
            ("seed = 1\n", "expected one of"),
            ("wild = 99\nweights = \"weeb\"\n", "unknown variant `weeb`"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
