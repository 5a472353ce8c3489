//! What Eq. 6 leaves open, as options; the defaults are the paper's (decision D11).

use crate::error::{Error, Result};
use panel_core::geo::Metric;
use serde::{Deserialize, Serialize};

/// What is measured of a pair's relative price change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// |ΔQ|, as in Eq. 6.
    #[default]
    Absolute,
    /// ΔQ with its sign. Its mean over ordered pairs is 0, so demeaning changes nothing and is not done.
    Signed,
}

/// Over which pairs the mean of |ΔQ| is taken, good by good and period by period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Demean {
    /// All pairs of the entity set, whatever pairs the index uses.
    #[default]
    AllPairs,
    /// The pairs the index uses.
    SelectedPairs,
    /// No demeaning.
    None,
}

/// Which pairs enter the index.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum PairRule {
    /// Every pair.
    #[default]
    All,
    /// Neighbours by an adjacency.
    Neighbours,
    /// Pairs at most this far apart.
    WithinKm {
        /// Largest distance, km.
        km: f64,
    },
    /// Pairs of one group (a province).
    WithinGroup,
}

/// The weight w_j of a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Weights {
    /// 1: an unnormalised sum over partners, the scale of the paper's Table 1.
    #[default]
    Sum,
    /// 1/N: the mean over the partners that have a variance.
    Mean,
    /// 1/d_ij.
    InverseDistance {
        /// Whether the weights are divided by their sum over partners.
        #[serde(default = "yes")]
        normalized: bool,
    },
    /// The partner's GDP in that period.
    Gdp {
        /// Whether the weights are divided by their sum over partners.
        #[serde(default = "yes")]
        normalized: bool,
    },
}

fn yes() -> bool {
    true
}

/// Divisor of the variance over goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Divisor {
    /// n - 1.
    #[default]
    Sample,
    /// n.
    Population,
}

/// Specification of the index.
///
/// ```
/// use market_seg::{PairRule, SegSpec, Weights};
/// let spec = SegSpec { pairs: PairRule::WithinKm { km: 300.0 }, weights: Weights::Mean, ..SegSpec::default() };
/// assert!(spec.validate().is_ok());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SegSpec {
    /// Absolute or signed changes.
    pub change: Change,
    /// Demeaning by good and period.
    pub demean: Demean,
    /// Pairs.
    pub pairs: PairRule,
    /// Weights of partners.
    pub weights: Weights,
    /// Divisor of the variance.
    pub divisor: Divisor,
    /// Goods a pair needs in a period, at least 2.
    pub min_goods: usize,
    /// Great circle or geodesic, for `within-km` and `inverse-distance`; not used with a user's matrix.
    pub metric: Metric,
    /// Shorter distances count as this one, km.
    pub min_km: Option<f64>,
}

impl Default for SegSpec {
    fn default() -> Self {
        Self {
            change: Change::default(),
            demean: Demean::default(),
            pairs: PairRule::default(),
            weights: Weights::default(),
            divisor: Divisor::default(),
            min_goods: 2,
            metric: Metric::default(),
            min_km: None,
        }
    }
}

impl SegSpec {
    /// Checks that every number makes sense.
    ///
    /// # Errors
    /// [`Error::Specification`] naming the option.
    pub fn validate(&self) -> Result<()> {
        if self.min_goods < 2 {
            return Err(Error::Specification(format!(
                "min_goods = {}: a variance over goods needs at least 2",
                self.min_goods
            )));
        }
        let radius = if let Metric::GreatCircle { radius_km } = self.metric { Some(radius_km) } else { None };
        let cutoff = if let PairRule::WithinKm { km } = self.pairs { Some(km) } else { None };
        for (name, value) in [("radius_km", radius), ("min_km", self.min_km), ("within-km: km", cutoff)] {
            if let Some(value) = value.filter(|value| !(*value > 0.0 && value.is_finite())) {
                return Err(Error::Specification(format!("{name} = {value}: expected a positive number")));
            }
        }
        Ok(())
    }

    /// Degrees of freedom taken from the number of goods.
    pub(crate) fn ddof(&self) -> f64 {
        match self.divisor {
            Divisor::Sample => 1.0,
            Divisor::Population => 0.0,
        }
    }
}
