//! What Eq. 6 leaves open, as options; the defaults are the paper's (decision D11).

use crate::choices::{Change, Demean, Divisor, PairRule, Weights};
use crate::error::{Error, Result};
use crate::keys::{Kind, Pairs, SegKeys};
use crate::prices::PriceKind;
use panel_core::geo::{EARTH_RADIUS_KM, Metric, MetricName};
use serde::{Deserialize, Serialize};

/// Specification of the index.
///
/// It reads and writes itself (serde) as flat keys, those of a study's section `[market]`. A key without effect, an
/// unknown key and an unknown word are errors that name the key and the choices.
///
/// | key | value | default |
/// |---|---|---|
/// | `kind` | `chained`, `level` | the first |
/// | `base` | value of "no change" of `chained` | 100 |
/// | `lag` | periods back of `level` | 1 |
/// | `difference` | `absolute`, `signed` | the first |
/// | `demean` | `all-pairs`, `selected-pairs`, `none`, of `absolute` | the first |
/// | `pairs` | `all`, `neighbours`, `within-km`, `within-group` | the first |
/// | `km` | radius of `within-km` | needed there |
/// | `weights` | `sum`, `mean`, `inverse-distance`, or the name of a column (GDP) | the first |
/// | `normalised` | whether the weights of the last two are divided by their sum | true |
/// | `divisor` | `n-1`, `n` | the first |
/// | `min_goods` | goods that a pair needs | 2 |
/// | `distance`, `radius_km` | `great-circle` with its radius, `geodesic`; of `within-km` and `inverse-distance` | the first, 6371.0088 |
/// | `min_km` | smallest distance of `inverse-distance` | none |
///
/// The columns of prices, groups, neighbours and coordinates, the sample, and the names of what is made are the
/// caller's; [`SegSpec::check_given`] says which of them the choices need.
///
/// ```
/// use market_seg::{PairRule, SegSpec, Weights};
/// let spec = SegSpec { pairs: PairRule::WithinKm { km: 300.0 }, weights: Weights::Mean, ..SegSpec::default() };
/// assert!(spec.validate().is_ok());
/// let read: SegSpec = serde_json::from_str(r#"{ "pairs": "within-km", "km": 300, "weights": "mean" }"#).unwrap();
/// assert_eq!(read, spec);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "SegKeys", into = "SegKeys")]
pub struct SegSpec {
    /// What the prices are; for [`PriceChanges`](crate::PriceChanges), which the index is computed from.
    pub kind: PriceKind,
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
    /// Shorter distances count as this one, km, in inverse-distance weights. Without it, two places nearer than
    /// [`SegSpec::NEAREST_KM`] are an error there.
    pub min_km: Option<f64>,
}

impl Default for SegSpec {
    fn default() -> Self {
        Self {
            kind: PriceKind::default(),
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

/// Which facts about entities a caller has at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Given {
    /// Lists of neighbours, key `neighbours`.
    pub neighbours: bool,
    /// Groups, key `group`.
    pub group: bool,
    /// Coordinates, keys `lat` and `lon`.
    pub coordinates: bool,
}

impl SegSpec {
    /// The keys of a study's section that this specification reads; every other key is the caller's.
    pub const KEYS: &'static [&'static str] = &[
        "kind",
        "base",
        "lag",
        "difference",
        "demean",
        "pairs",
        "km",
        "weights",
        "normalised",
        "divisor",
        "min_goods",
        "distance",
        "radius_km",
        "min_km",
    ];

    /// Two places nearer than this have no inverse distance unless `min_km` is given.
    pub const NEAREST_KM: f64 = panel_core::geo::NEAREST_KM;

    /// The words of the key `weights` that are no column.
    pub const WEIGHTS: &'static [&'static str] = &["sum", "mean", "inverse-distance"];

    /// Checks that every number makes sense and that every choice has an effect.
    ///
    /// # Errors
    /// [`Error::Specification`] naming the key; [`Error::Idle`] for a key without effect.
    pub fn validate(&self) -> Result<()> {
        if self.min_goods < 2 {
            return Err(Error::Specification(format!(
                "min_goods = {}: a variance over goods needs at least 2",
                self.min_goods
            )));
        }
        self.kind.validate()?;
        let radius = if let Metric::GreatCircle { radius_km } = self.metric { Some(radius_km) } else { None };
        let cutoff = if let PairRule::WithinKm { km } = self.pairs { Some(km) } else { None };
        for (key, value) in [("radius_km", radius), ("min_km", self.min_km), ("km", cutoff)] {
            if let Some(value) = value.filter(|value| !(*value > 0.0 && value.is_finite())) {
                return Err(Error::Specification(format!("{key} = {value}: expected a positive number")));
            }
        }
        if self.change == Change::Signed && self.demean == Demean::SelectedPairs {
            return Err(Error::idle("demean", "difference = \"signed\"", "difference = \"absolute\""));
        }
        if self.pairs == PairRule::All && self.demean == Demean::SelectedPairs {
            let with = "pairs = \"neighbours\", \"within-km\" or \"within-group\"";
            return Err(Error::idle("demean = \"selected-pairs\"", "pairs = \"all\"", with));
        }
        if self.min_km.is_some() && !matches!(self.weights, Weights::InverseDistance { .. }) {
            let under = format!("weights = \"{}\"", self.weights.word());
            return Err(Error::idle("min_km", &under, "weights = \"inverse-distance\""));
        }
        match self.metric {
            _ if self.uses_distances() => Ok(()),
            Metric::Geodesic => Err(self.idle_distance("distance")),
            Metric::GreatCircle { radius_km } if radius_km != EARTH_RADIUS_KM => Err(self.idle_distance("radius_km")),
            Metric::GreatCircle { .. } => Ok(()),
        }
    }

    /// Checks that what a study gives is what the choices need: no more and no less.
    ///
    /// # Errors
    /// [`Error::Missing`] or [`Error::Idle`] naming the key.
    pub fn check_given(&self, given: Given) -> Result<()> {
        let under = |key: &str| match key {
            "lat and lon" => self.distance_choices(),
            _ => format!("pairs = \"{}\"", SegKeys::from(self.clone()).pairs_word()),
        };
        let facts = [
            ("neighbours", given.neighbours, self.pairs == PairRule::Neighbours, "pairs = \"neighbours\""),
            ("group", given.group, self.pairs == PairRule::WithinGroup, "pairs = \"within-group\""),
            ("lat and lon", given.coordinates, self.uses_distances(), NEEDS_DISTANCES),
        ];
        for (key, given, used, with) in facts {
            match (given, used) {
                (true, false) => return Err(Error::idle(key, &under(key), with)),
                (false, true) => return Err(Error::Missing { option: under(key), needs: key }),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether distances decide about pairs or weights.
    #[must_use]
    pub fn uses_distances(&self) -> bool {
        matches!(self.pairs, PairRule::WithinKm { .. }) || matches!(self.weights, Weights::InverseDistance { .. })
    }

    /// The same pairs and demeaning with every partner of weight 1.
    pub(crate) fn unweighted(&self) -> Self {
        let by_distance = matches!(self.pairs, PairRule::WithinKm { .. });
        let metric = if by_distance { self.metric } else { Metric::default() };
        Self { weights: Weights::Sum, min_km: None, metric, ..self.clone() }
    }

    pub(crate) fn idle_distance(&self, key: &'static str) -> Error {
        Error::idle(key, &self.distance_choices(), NEEDS_DISTANCES)
    }

    /// The rule for pairs as a study says it.
    pub(crate) fn pairs_in_words(&self) -> String {
        match self.pairs {
            PairRule::WithinKm { km } => format!("pairs = \"within-km\", km = {km}"),
            _ => format!("pairs = \"{}\"", SegKeys::from(self.clone()).pairs_word()),
        }
    }

    fn distance_choices(&self) -> String {
        let pairs = SegKeys::from(self.clone()).pairs_word();
        format!("pairs = \"{pairs}\" and weights = \"{}\"", self.weights.word())
    }

    /// Degrees of freedom taken from the number of goods.
    pub(crate) fn ddof(&self) -> f64 {
        match self.divisor {
            Divisor::Sample => 1.0,
            Divisor::Population => 0.0,
        }
    }
}

const NEEDS_DISTANCES: &str = "pairs = \"within-km\" or weights = \"inverse-distance\"";

impl TryFrom<SegKeys> for SegSpec {
    type Error = Error;

    fn try_from(keys: SegKeys) -> Result<Self> {
        if keys.demean.is_some_and(|demean| demean != Demean::None) && keys.difference == Change::Signed {
            return Err(Error::idle("demean", "difference = \"signed\"", "difference = \"absolute\""));
        }
        let (pairs, weights) = (keys.pairs()?, keys.weights()?);
        let metric = keys
            .distance
            .unwrap_or_default()
            .metric(keys.radius_km)
            .ok_or_else(|| Error::idle("radius_km", "distance = \"geodesic\"", "distance = \"great-circle\""))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use panel_core::words::Word;

    fn read(text: &str) -> std::result::Result<SegSpec, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn the_keys_of_a_study_are_read() {
        assert_eq!(read(""), Ok(SegSpec::default()));
        let monthly = SegSpec {
            kind: PriceKind::Levels { lag: 12 },
            change: Change::Signed,
            pairs: PairRule::WithinKm { km: 300.0 },
            weights: Weights::InverseDistance { normalized: true },
            divisor: Divisor::Population,
            min_goods: 3,
            metric: Metric::Geodesic,
            min_km: Some(2.0),
            ..SegSpec::default()
        };
        let text = "kind = 'level'\nlag = 12\ndifference = 'signed'\npairs = 'within-km'\nkm = 300\n\
                    weights = 'inverse-distance'\ndivisor = 'n'\nmin_goods = 3\ndistance = 'geodesic'\nmin_km = 2";
        assert_eq!(read(text), Ok(monthly.clone()));
        let sized = SegSpec {
            kind: PriceKind::Chained { base: 1.0 },
            demean: Demean::SelectedPairs,
            pairs: PairRule::Neighbours,
            weights: Weights::Gdp { column: "gdp".into(), normalized: false },
            ..SegSpec::default()
        };
        let text = "base = 1\ndemean = 'selected-pairs'\npairs = 'neighbours'\nweights = 'gdp'\nnormalised = false";
        assert_eq!(read(text), Ok(sized.clone()));
        let grouped = SegSpec { pairs: PairRule::WithinGroup, weights: Weights::Mean, ..SegSpec::default() };
        assert_eq!(read("pairs = 'within-group'\nweights = 'mean'"), Ok(grouped.clone()));
        for spec in [SegSpec::default(), monthly, sized, grouped] {
            let json = serde_json::to_string(&spec).expect("plain data");
            assert_eq!(serde_json::from_str::<SegSpec>(&json).expect("its own text"), spec, "{json}");
        }
    }

    #[test]
    fn every_word_is_read_and_written() {
        fn round<W: Word + PartialEq + std::fmt::Debug + std::fmt::Display>() {
            for (word, choice) in W::WORDS {
                assert_eq!((W::from_word(word), choice.to_string()), (Ok(*choice), (*word).to_owned()));
            }
            assert!(W::from_word("").is_err_and(|message| message.contains(W::KEY)));
        }
        round::<Change>();
        round::<Demean>();
        round::<Divisor>();
        round::<crate::keys::Kind>();
        round::<crate::keys::Pairs>();
        round::<panel_core::geo::MetricName>();
        for word in SegSpec::WEIGHTS {
            assert_eq!(read(&format!("weights = '{word}'")).expect("a word").weights.word(), *word);
        }
        let message = read("colour = 1").expect_err("no such key");
        let known: Vec<&str> = message.split('`').skip(1).step_by(2).skip(1).collect();
        assert_eq!(known, SegSpec::KEYS, "{message}");
    }

    #[test]
    fn keys_without_effect_are_errors() {
        for (text, key, with) in [
            ("km = 300", "km", "within-km"),
            ("lag = 12", "lag", "level"),
            ("kind = 'level'\nbase = 100", "base", "chained"),
            ("difference = 'signed'\ndemean = 'all-pairs'", "demean", "absolute"),
            ("demean = 'selected-pairs'", "demean = \"selected-pairs\"", "within-group"),
            ("weights = 'mean'\nnormalised = true", "normalised", "inverse-distance"),
            ("min_km = 1", "min_km", "inverse-distance"),
            ("distance = 'great-circle'", "distance", "within-km"),
            ("radius_km = 6371.0088", "radius_km", "within-km"),
            ("pairs = 'within-km'\nkm = 9\ndistance = 'geodesic'\nradius_km = 6371", "radius_km", "great-circle"),
        ] {
            let message = read(text).expect_err(text);
            assert!(message.starts_with(&format!("{key} has no effect")) && message.contains(with), "{message}");
        }
        let none = Given::default();
        let by_list = SegSpec { pairs: PairRule::Neighbours, ..SegSpec::default() };
        let by_group = SegSpec { pairs: PairRule::WithinGroup, ..SegSpec::default() };
        let by_place = SegSpec { pairs: PairRule::WithinKm { km: 1.0 }, ..SegSpec::default() };
        for (spec, good, key) in [
            (&by_list, Given { neighbours: true, ..none }, "neighbours"),
            (&by_group, Given { group: true, ..none }, "group"),
            (&by_place, Given { coordinates: true, ..none }, "lat and lon"),
        ] {
            assert_eq!(spec.check_given(good), Ok(()));
            assert!(spec.check_given(none).is_err_and(|error| error.to_string().ends_with(&format!("needs {key}"))));
            let idle = SegSpec::default().check_given(good).expect_err("no use");
            assert!(idle.to_string().starts_with(&format!("{key} has no effect with pairs = \"all\"")), "{idle}");
        }
    }

    #[test]
    fn a_slip_lists_the_choices() {
        for (text, parts) in [
            ("kind = 'levels'", ["kind = \"levels\"", "did you mean `level`?"]),
            ("pairs = 'near'", ["pairs = \"near\"", "all, neighbours, within-km, within-group"]),
            ("divisor = 'N'", ["divisor = \"N\"", "n-1, n"]),
            ("pairs = 'within-km'", ["pairs = \"within-km\"", "needs km"]),
            ("pairs = 'within-km'\nkm = -3", ["km = -3", "positive"]),
            ("kind = 'level'\nlag = 0", ["lag = 0", "at least 1"]),
            ("base = 0", ["base = 0", "positive"]),
            ("min_goods = 1", ["min_goods = 1", "at least 2"]),
            ("change = 'signed'", ["`change`", "`difference`"]),
        ] {
            let message = read(text).expect_err(text);
            assert!(parts.iter().all(|part| message.contains(part)), "{message}");
        }
    }

    /// A section is the specification flattened beside the caller's own keys.
    #[test]
    fn a_section_holds_the_keys_beside_its_own() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Section {
            prices: Vec<String>,
            #[serde(flatten)]
            index: SegSpec,
        }
        let section: Section = toml::from_str("prices = ['a', 'b']\nweights = 'gdp'").expect("valid");
        assert_eq!((section.prices.len(), section.index.weights.word()), (2, "gdp"));
        let unknown = toml::from_str::<Section>("prices = ['a']\nwights = 'gdp'").expect_err("no such key");
        assert!(unknown.message().contains("wights"), "{unknown}");
    }
}
