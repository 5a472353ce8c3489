//! The specification as the flat keys of a study's section.

use crate::error::Error;
use crate::prices::PriceKind;
use crate::spec::{Change, Demean, Divisor, PairRule, SegSpec, Weights};
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

/// Every key of [`SegSpec`], absent where it has its default.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SegKeys {
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lag: Option<i64>,
    difference: Change,
    #[serde(skip_serializing_if = "Option::is_none")]
    demean: Option<Demean>,
    pairs: Pairs,
    #[serde(skip_serializing_if = "Option::is_none")]
    km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    normalised: Option<bool>,
    divisor: Divisor,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_goods: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<MetricName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    radius_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_km: Option<f64>,
}

impl SegKeys {
    pub(crate) fn pairs_word(&self) -> &'static str {
        self.pairs.word()
    }

    fn kind(&self) -> Result<PriceKind, Error> {
        match (self.kind, self.base, self.lag) {
            (Kind::Chained, base, None) => Ok(PriceKind::Chained { base: base.unwrap_or(100.0) }),
            (Kind::Level, None, lag) => Ok(PriceKind::Levels { lag: lag.unwrap_or(1) }),
            (Kind::Chained, _, Some(_)) => Err(Error::idle("lag", "kind = \"chained\"", "kind = \"level\"")),
            (Kind::Level, Some(_), _) => Err(Error::idle("base", "kind = \"level\"", "kind = \"chained\"")),
        }
    }

    fn pairs(&self) -> Result<PairRule, Error> {
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

    fn weights(&self) -> Result<Weights, Error> {
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

impl TryFrom<SegKeys> for SegSpec {
    type Error = Error;

    fn try_from(keys: SegKeys) -> Result<Self, Error> {
        if keys.demean.is_some_and(|demean| demean != Demean::None) && keys.difference == Change::Signed {
            return Err(Error::idle("demean", "difference = \"signed\"", "difference = \"absolute\""));
        }
        let (pairs, weights) = (keys.pairs()?, keys.weights()?);
        let metric = keys.distance.unwrap_or_default().metric(keys.radius_km).ok_or_else(|| {
            Error::idle("radius_km", "distance = \"geodesic\"", "distance = \"great-circle\"")
        })?;
        let spec = Self {
            kind: keys.kind()?,
            change: keys.difference,
            demean: keys.demean.unwrap_or_default(),
            pairs,
            weights,
            divisor: keys.divisor,
            min_goods: keys.min_goods.unwrap_or(2),
            metric,
            min_km: keys.min_km,
        };
        for (key, given) in [("distance", keys.distance.is_some()), ("radius_km", keys.radius_km.is_some())] {
            if given && !spec.uses_distances() {
                return Err(spec.idle_distance(key));
            }
        }
        spec.validate()?;
        Ok(spec)
    }
}

impl From<SegSpec> for SegKeys {
    fn from(spec: SegSpec) -> Self {
        let mut keys = Self {
            difference: spec.change,
            demean: Some(spec.demean).filter(|_| spec.change == Change::Absolute),
            divisor: spec.divisor,
            min_goods: Some(spec.min_goods),
            min_km: spec.min_km,
            ..Self::default()
        };
        match spec.kind {
            PriceKind::Chained { base } => keys.base = Some(base),
            PriceKind::Levels { lag } => (keys.kind, keys.lag) = (Kind::Level, Some(lag)),
        }
        match spec.pairs {
            PairRule::All => {}
            PairRule::Neighbours => keys.pairs = Pairs::Neighbours,
            PairRule::WithinGroup => keys.pairs = Pairs::WithinGroup,
            PairRule::WithinKm { km } => (keys.pairs, keys.km) = (Pairs::WithinKm, Some(km)),
        }
        let (weights, normalised) = match spec.weights {
            Weights::Sum => ("sum".to_owned(), None),
            Weights::Mean => ("mean".to_owned(), None),
            Weights::InverseDistance { normalized } => ("inverse-distance".to_owned(), Some(normalized)),
            Weights::Gdp { column, normalized } => (column, Some(normalized)),
        };
        (keys.weights, keys.normalised) = (Some(weights), normalised);
        let (name, radius) = MetricName::of(spec.metric);
        (keys.distance, keys.radius_km) = (Some(name).filter(|&name| name != MetricName::default()), radius);
        keys
    }
}
