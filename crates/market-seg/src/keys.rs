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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SegKeys {
    /// What the prices are: `chained` (previous period = base) or `level`.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = words::<Kind>())))]
    pub(crate) kind: Kind,
    /// Value of "no change" of `kind = "chained"`; 100 where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<f64>,
    /// Periods back of `kind = "level"`; 1 where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lag: Option<i64>,
    /// Absolute or signed changes of relative prices.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = words::<Change>())))]
    pub(crate) difference: Change,
    /// What changes are demeaned by, of `difference = "absolute"`; `all-pairs` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("enum" = words::<Demean>())))]
    pub(crate) demean: Option<Demean>,
    /// Which pairs of entities count.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = words::<Pairs>())))]
    pub(crate) pairs: Pairs,
    /// Radius of `pairs = "within-km"`, km.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) km: Option<f64>,
    /// Weights of pairs: `sum`, `mean`, `inverse-distance`, or the name of a column (GDP); `sum` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) weights: Option<String>,
    /// Whether the weights of `inverse-distance` or a column are divided by their sum; yes where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) normalised: Option<bool>,
    /// Divisor of the variance over goods.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = words::<Divisor>())))]
    pub(crate) divisor: Divisor,
    /// Goods that a pair needs; 2 where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_goods: Option<usize>,
    /// How distance is measured; `great-circle` where distances decide and it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("enum" = words::<MetricName>())))]
    pub(crate) distance: Option<MetricName>,
    /// Radius of the sphere of `distance = "great-circle"`, km; 6371.0088 where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) radius_km: Option<f64>,
    /// Shorter distances count as this one, km, of `weights = "inverse-distance"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_km: Option<f64>,
}

/// The words of a choice, for the schema of a study.
#[cfg(feature = "schema")]
pub(crate) fn words<W: panel_core::words::Word>() -> Vec<&'static str> {
    W::WORDS.iter().map(|(word, _)| *word).collect()
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
