//! The specification as the flat keys of a study's section.

use crate::choices::{Change, Demean, Divisor, PairRule, Weights};
use crate::error::Error;
use crate::prices::PriceKind;
use panel_core::geo::MetricName;
use serde::{Deserialize, Serialize};

/// Name of a kind of prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    #[default]
    Chained,
    Level,
}

panel_core::words!(Kind, "kind", { "chained" => Kind::Chained, "level" => Kind::Level });

/// Name of a rule for pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Pairs {
    #[default]
    All,
    Neighbours,
    WithinKm,
    WithinGroup,
}

panel_core::words!(Pairs, "pairs", {
    "all" => Pairs::All,
    "neighbours" => Pairs::Neighbours,
    "within-km" => Pairs::WithinKm,
    "within-group" => Pairs::WithinGroup,
});

/// Every key of [`SegSpec`](crate::SegSpec), absent where it has its default.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SegKeys {
    pub(crate) kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lag: Option<i64>,
    pub(crate) difference: Change,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) demean: Option<Demean>,
    pub(crate) pairs: Pairs,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) weights: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) normalised: Option<bool>,
    pub(crate) divisor: Divisor,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_goods: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) distance: Option<MetricName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) radius_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_km: Option<f64>,
}

impl SegKeys {
    pub(crate) fn pairs_word(&self) -> &'static str {
        self.pairs.word()
    }

    pub(crate) fn kind(&self) -> Result<PriceKind, Error> {
        match (self.kind, self.base, self.lag) {
            (Kind::Chained, base, None) => Ok(PriceKind::Chained { base: base.unwrap_or(100.0) }),
            (Kind::Level, None, lag) => Ok(PriceKind::Levels { lag: lag.unwrap_or(1) }),
            (Kind::Chained, _, Some(_)) => Err(Error::idle("lag", "kind = \"chained\"", "kind = \"level\"")),
            (Kind::Level, Some(_), _) => Err(Error::idle("base", "kind = \"level\"", "kind = \"chained\"")),
        }
    }

    pub(crate) fn pairs(&self) -> Result<PairRule, Error> {
        let under = format!("pairs = \"{}\"", self.pairs);
        match (self.pairs, self.km) {
            (Pairs::WithinKm, Some(km)) => Ok(PairRule::WithinKm { km }),
            (Pairs::WithinKm, None) => Err(Error::Specification("pairs = \"within-km\" needs km".into())),
            (_, Some(_)) => Err(Error::idle("km", &under, "pairs = \"within-km\"")),
            (Pairs::All, None) => Ok(PairRule::All),
            (Pairs::Neighbours, None) => Ok(PairRule::Neighbours),
            (Pairs::WithinGroup, None) => Ok(PairRule::WithinGroup),
        }
    }

    pub(crate) fn weights(&self) -> Result<Weights, Error> {
        let word = self.weights.as_deref().unwrap_or("sum");
        let normalized = self.normalised.unwrap_or(true);
        let weights = match word {
            "sum" => Weights::Sum,
            "mean" => Weights::Mean,
            "inverse-distance" => Weights::InverseDistance { normalized },
            column => Weights::Gdp { column: column.to_owned(), normalized },
        };
        if self.normalised.is_some() && matches!(weights, Weights::Sum | Weights::Mean) {
            let under = format!("weights = \"{word}\"");
            return Err(Error::idle("normalised", &under, "weights = \"inverse-distance\" or a column"));
        }
        Ok(weights)
    }
}
