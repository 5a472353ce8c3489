//! What is known about pairs: distances, neighbours, groups, sizes.

use crate::choices::{PairRule, Weights};
use crate::error::{Error, Result};
use crate::prices::PriceChanges;
use crate::spec::SegSpec;
use panel_core::geo::{Adjacency, DistanceMatrix, LatLon, Metric, MetricName, near_pair_remark, nearest_pair};
use panel_core::sum::compensated_sum;
use panel_core::{Diagnostic, InputError};

/// ln of distances of something beside the index, shorter ones raised to a floor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogDistance {
    /// The section of a study that asks for them.
    key: &'static str,
    metric: Metric,
    floor: Option<f64>,
    /// Whether places or distances are known.
    placed: bool,
}

impl LogDistance {
    /// # Errors
    /// [`Error::Specification`] for a floor that is none; [`Error::Idle`] for a choice where no distance is known.
    pub(crate) fn new(
        key: &'static str,
        (name, min_km): (MetricName, Option<f64>),
        relations: &Relations<'_>,
    ) -> Result<Self> {
        if let Some(min_km) = min_km.filter(|km| !(*km > 0.0 && km.is_finite())) {
            return Err(Error::Specification(format!("{key}.min_km = {min_km}: expected a positive number")));
        }
        let by_places = name != MetricName::default();
        let placed = relations.points.is_some() || relations.distances.is_some();
        let no_places = "an index without lat and lon";
        if min_km.is_some() && !placed {
            return Err(Error::Idle { key: "min_km", under: format!("{key} of {no_places}"), with: "lat and lon" });
        }
        if by_places && (!placed || relations.distances.is_some()) {
            let under = if placed { "a matrix of distances" } else { no_places };
            return Err(Error::Idle { key: "distance", under: format!("{key} of {under}"), with: "lat and lon" });
        }
        Ok(Self { key, metric: name.metric(None).unwrap_or_default(), floor: min_km, placed })
    }

    /// Whether there is any to give.
    pub(crate) fn is_known(&self) -> bool {
        self.placed
    }

    /// `None` where the distance is not known.
    ///
    /// # Errors
    /// [`Error::NoLogDistance`] for two places that are one, unless a floor is set.
    pub(crate) fn of(
        &self,
        relations: &Relations<'_>,
        (i, j): (usize, usize),
        entities: &[String],
    ) -> Result<Option<f64>> {
        let km = relations.km(i, j, self.metric);
        if !km.is_finite() {
            return Ok(None);
        }
        // Distances of a matrix are the user's own; only the logarithm of 0 does not exist.
        let least = if relations.distances.is_some() { f64::MIN_POSITIVE } else { SegSpec::NEAREST_KM };
        match self.floor {
            None if km < least => {
                Err(Error::NoLogDistance { key: self.key, first: entities[i].clone(), second: entities[j].clone(), km })
            }
            floor => Ok(Some(km.max(floor.unwrap_or(0.0)).ln())),
        }
    }
}

/// Facts about the entities, in the order of the price changes' entities; only what the options use is needed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Relations<'a> {
    /// Coordinates, for `within-km` and `inverse-distance`; an entity without them has no such pair.
    pub points: Option<&'a [Option<LatLon>]>,
    /// A user's distances; they go before coordinates.
    pub distances: Option<&'a DistanceMatrix>,
    /// Neighbours.
    pub adjacency: Option<&'a Adjacency>,
    /// Group (province) code of each entity; [`Relations::NO_GROUP`] belongs to none.
    pub group: Option<&'a [u32]>,
    /// GDP, entity by entity and within it period by period (fastest); a missing value takes the partner out.
    pub gdp: Option<&'a [f64]>,
}

impl Relations<'_> {
    /// Group code of an entity that belongs to no group.
    pub const NO_GROUP: u32 = u32::MAX;

    /// Checks what the options need.
    pub(crate) fn validate(&self, changes: &PriceChanges, spec: &SegSpec) -> Result<()> {
        let n = changes.n_entities();
        let lengths = [
            ("points", self.points.map(<[_]>::len), n),
            ("distance matrix (rows)", self.distances.map(DistanceMatrix::n), n),
            ("adjacency (entities)", self.adjacency.map(Adjacency::n), n),
            ("groups", self.group.map(<[_]>::len), n),
            ("GDP", self.gdp.map(<[_]>::len), n * changes.n_periods()),
        ];
        for (what, got, expected) in lengths {
            if let Some(got) = got {
                InputError::check_length(what, got, expected)?;
            }
        }
        let missing = |option: &str, needs| Err(Error::Missing { option: option.to_owned(), needs });
        let placed = self.points.is_some() || self.distances.is_some();
        match spec.pairs {
            PairRule::Neighbours if self.adjacency.is_none() => {
                return missing("pairs = \"neighbours\"", "neighbours, an adjacency");
            }
            PairRule::WithinGroup if self.group.is_none() => {
                return missing("pairs = \"within-group\"", "group, a group of each entity");
            }
            PairRule::WithinKm { .. } if !placed => {
                return missing("pairs = \"within-km\"", "coordinates or distances");
            }
            _ => {}
        }
        match &spec.weights {
            Weights::InverseDistance { .. } if !placed => {
                return missing("weights = \"inverse-distance\"", "coordinates or distances");
            }
            Weights::Gdp { column, .. } if self.gdp.is_none() => {
                return missing(&format!("weights = \"{column}\""), "the size of each entity and period");
            }
            _ => {}
        }
        for (i, point) in self.points.unwrap_or_default().iter().enumerate() {
            if let Some(point) = point {
                LatLon::new(point.lat, point.lon).map_err(|error| {
                    Error::Specification(format!("coordinates of `{}`: {error}", changes.entities()[i]))
                })?;
            }
        }
        if matches!(spec.weights, Weights::InverseDistance { .. }) && spec.min_km.is_none() {
            self.no_zero_distance(changes, spec.metric)?;
        }
        if let Weights::Gdp { column, .. } = &spec.weights
            && let Some(cell) = self.gdp.unwrap_or_default().iter().position(|&gdp| gdp < 0.0 || gdp.is_infinite())
        {
            return Err(InputError::BadValue {
                entity: changes.entities()[cell / changes.n_periods()].clone(),
                time: changes.times()[cell % changes.n_periods()].clone(),
                column: column.clone(),
                value: self.gdp.unwrap_or_default()[cell],
                expected: "a finite number of at least 0".into(),
            }
            .into());
        }
        Ok(())
    }

    fn no_zero_distance(&self, changes: &PriceChanges, metric: Metric) -> Result<()> {
        let n = changes.n_entities();
        let label = |i: usize| changes.entities()[i].clone();
        if let Some(matrix) = self.distances {
            let zero =
                (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).find(|&(i, j)| i != j && matrix.get(i, j) == 0.0);
            return zero.map_or(Ok(()), |(i, j)| Err(Error::ZeroDistance { from: label(i), to: label(j) }));
        }
        match self.points.and_then(|points| nearest_pair(points, metric)) {
            Some((i, j, km)) if km < SegSpec::NEAREST_KM => {
                Err(Error::TooNear { first: label(i), second: label(j), km })
            }
            _ => Ok(()),
        }
    }

    /// A remark about the nearest two partners, where they are nearer than cities are and weights fall with distance.
    pub(crate) fn near_pair(
        &self,
        selected: Option<&Adjacency>,
        changes: &PriceChanges,
        spec: &SegSpec,
    ) -> Option<Diagnostic> {
        let points = self
            .points
            .filter(|_| self.distances.is_none() && matches!(spec.weights, Weights::InverseDistance { .. }))?;
        let (i, j, km) = match selected {
            None => nearest_pair(points, spec.metric)?,
            Some(pairs) => {
                pairs.pairs().map(|(i, j)| (i, j, self.km(i, j, spec.metric))).min_by(|a, b| a.2.total_cmp(&b.2))?
            }
        };
        let weight = |a: usize, b: usize| 1.0 / self.km(a, b, spec.metric).max(spec.min_km.unwrap_or(0.0));
        let share = |own: usize, other: usize| {
            let partners: Vec<usize> = match selected {
                None => (0..points.len()).filter(|&k| k != own).collect(),
                Some(pairs) => pairs.neighbours(own).iter().map(|&k| k as usize).collect(),
            };
            weight(own, other) / compensated_sum(partners.into_iter().map(|k| weight(own, k)))
        };
        let (own, other) = if share(i, j) >= share(j, i) { (i, j) } else { (j, i) };
        let label = |k: usize| changes.entities()[k].as_str();
        let effect =
            format!("`{}` has {:.1} % of the weights of `{}`", label(other), 100.0 * share(own, other), label(own));
        near_pair_remark((label(i), label(j)), km, spec.min_km, &effect)
    }

    /// Distance from i to j; infinite where it is not known.
    pub(crate) fn km(&self, i: usize, j: usize, metric: Metric) -> f64 {
        if let Some(matrix) = self.distances {
            return matrix.get(i, j);
        }
        match self.points.map(|points| (points[i], points[j])) {
            Some((Some(a), Some(b))) => metric.km(a, b),
            _ => f64::INFINITY,
        }
    }

    /// The pairs of a rule; `None` for all of them.
    pub(crate) fn selected(&self, n: usize, spec: &SegSpec) -> Result<Option<Adjacency>> {
        match spec.pairs {
            PairRule::All => Ok(None),
            PairRule::Neighbours => Ok(self.adjacency.cloned()),
            PairRule::WithinGroup => {
                let group = self.group.unwrap_or_default();
                let mut members: std::collections::BTreeMap<u32, Vec<usize>> = std::collections::BTreeMap::new();
                (0..n)
                    .filter(|&i| group[i] != Self::NO_GROUP)
                    .for_each(|i| members.entry(group[i]).or_default().push(i));
                let pairs = members.values().flat_map(|list| {
                    (0..list.len()).flat_map(move |a| list[a + 1..].iter().map(move |&b| (list[a], b)))
                });
                Ok(Some(Adjacency::from_pairs(n, pairs)?))
            }
            PairRule::WithinKm { km } => match (self.distances, self.points, spec.metric) {
                (None, Some(points), Metric::GreatCircle { radius_km }) => {
                    Ok(Some(Adjacency::within_km(points, km * (panel_core::geo::EARTH_RADIUS_KM / radius_km))))
                }
                _ => {
                    let near =
                        |i: usize, j: usize| self.km(i, j, spec.metric) <= km || self.km(j, i, spec.metric) <= km;
                    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).filter(|&(i, j)| near(i, j));
                    Ok(Some(Adjacency::from_pairs(n, pairs)?))
                }
            },
        }
    }
}
