//! Sums over weighted pairs, whatever the geography.

use crate::data::Geography;
use crate::decay::Decay;
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::spec::VaSpec;
use panel_core::InputError;
use panel_core::geo::{
    DistanceMatrix, EARTH_RADIUS_KM, LatLon, Metric, NEAREST_KM, NearIndex, Sphere, nearest_pair, weighted_sums,
};
use panel_core::sum::{CompensatedSum, compensated_sum};
use rayon::prelude::*;

/// Rows of one unit of parallel work.
const CHUNK: usize = 64;

/// A tree is used for a cutoff that leaves fewer than one pair in this many.
const SPARSE: f64 = 50.0;

/// The off-diagonal weights of all pairs, never stored unless the user gave a matrix.
#[derive(Debug)]
pub(crate) struct Links<'a> {
    n: usize,
    /// Entities with a place; the parts below count only them.
    place: Vec<usize>,
    decay: Decay,
    kind: Kind<'a>,
    nearest: Option<(usize, usize, f64)>,
}

#[derive(Debug)]
enum Kind<'a> {
    /// Every pair, great circle.
    Sweep(Box<Sphere>),
    /// Pairs within the cutoff.
    Tree(NearIndex, Metric),
    /// The k nearest.
    Nearest(NearIndex, usize, Metric),
    /// Every pair, geodesic.
    Points(Vec<LatLon>, Metric),
    /// Every pair of a user's matrix.
    Matrix(&'a DistanceMatrix),
    /// The k nearest by a user's matrix.
    NearestInMatrix(&'a DistanceMatrix, usize),
}

impl<'a> Links<'a> {
    pub(crate) fn new(geography: &Geography<'a>, labels: &[String], spec: &VaSpec) -> Result<Self> {
        spec.validate()?;
        let n = labels.len();
        let decay = Decay::new(spec);
        let singular = spec.kernel.is_singular() && decay.floor == 0.0;
        match *geography {
            Geography::Matrix(matrix) => {
                if matrix.n() != n {
                    return Err(InputError::LengthMismatch {
                        what: "distance matrix (rows)".into(),
                        expected: n,
                        got: matrix.n(),
                    }
                    .into());
                }
                if spec.metric != Metric::default() {
                    return Err(Error::Idle {
                        key: if spec.metric == Metric::Geodesic { "distance" } else { "radius_km" },
                        under: "a matrix of distances".into(),
                        with: "coordinates",
                    });
                }
                if singular {
                    let zero = (0..n)
                        .flat_map(|i| (0..n).map(move |j| (i, j)))
                        .find(|&(i, j)| i != j && matrix.get(i, j) == 0.0);
                    if let Some((i, j)) = zero {
                        return Err(Error::ZeroDistance { from: labels[i].clone(), to: labels[j].clone() });
                    }
                }
                let kind = match spec.kernel {
                    Kernel::KNearest { k } => Kind::NearestInMatrix(matrix, k),
                    _ => Kind::Matrix(matrix),
                };
                Ok(Self { n, place: (0..n).collect(), decay, kind, nearest: None })
            }
            Geography::Points(points) => {
                if points.len() != n {
                    return Err(
                        InputError::LengthMismatch { what: "points".into(), expected: n, got: points.len() }.into()
                    );
                }
                for (point, label) in points.iter().zip(labels) {
                    if let Some(point) = point {
                        LatLon::new(point.lat, point.lon)
                            .map_err(|error| Error::Specification(format!("coordinates of `{label}`: {error}")))?;
                    }
                }
                let nearest = nearest_pair(points, spec.metric);
                let (place, known): (Vec<usize>, Vec<LatLon>) =
                    points.iter().enumerate().filter_map(|(i, point)| point.map(|point| (i, point))).unzip();
                let kind = Kind::of_points(known, spec, &decay);
                let links = Self { n, place, decay, kind, nearest };
                match nearest {
                    Some((i, j, km)) if singular && km < NEAREST_KM => Err(links.too_near(labels, i, j, km)),
                    _ => Ok(links),
                }
            }
        }
    }

    /// Two places too near for an inverse distance, and what it would do to the entity that it matters most to.
    fn too_near(&self, labels: &[String], i: usize, j: usize, km: f64) -> Error {
        let share = |from: usize, to: usize| {
            let row = self.row(from);
            let weight = row.iter().find(|&&(k, _)| k == to).map_or(0.0, |&(_, weight)| weight);
            if weight.is_infinite() { 1.0 } else { weight / compensated_sum(row.iter().map(|&(_, weight)| weight)) }
        };
        let (first, second) = (labels[i].clone(), labels[j].clone());
        Error::TooNear { first, second, km, share: share(i, j).max(share(j, i)) }
    }

    /// The nearest two entities, where coordinates are known.
    pub(crate) fn nearest(&self) -> Option<(usize, usize, f64)> {
        self.nearest
    }

    /// Entities that have no place.
    pub(crate) fn placeless(&self) -> Vec<usize> {
        let mut has = vec![false; self.n];
        self.place.iter().for_each(|&i| has[i] = true);
        (0..self.n).filter(|&i| !has[i]).collect()
    }

    /// Σ_{j ≠ i} w_ij x_j for columns x of n values each, one after the other; `NaN` for entities without a place.
    ///
    /// Values of entities without a place are not used.
    pub(crate) fn sums(&self, columns: &[f64]) -> Vec<f64> {
        let (n, known) = (self.n, self.place.len());
        if n == 0 || known == 0 {
            return vec![f64::NAN; columns.len()];
        }
        let m = columns.len() / n;
        let packed: Vec<f64> =
            (0..m).flat_map(|column| self.place.iter().map(move |&i| columns[column * n + i])).collect();
        let sums = match &self.kind {
            Kind::Sweep(sphere) => weighted_sums(sphere, &self.decay, &packed),
            _ => self.row_sums(&packed, m),
        };
        let mut out = vec![f64::NAN; n * m];
        for column in 0..m {
            for (k, &i) in self.place.iter().enumerate() {
                out[column * n + i] = sums[column * known + k];
            }
        }
        out
    }

    /// Row by row, each row on its own.
    fn row_sums(&self, packed: &[f64], m: usize) -> Vec<f64> {
        let known = self.place.len();
        let rows: Vec<Vec<f64>> = (0..known.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let mut part = Vec::with_capacity(CHUNK * m);
                let mut row = Vec::new();
                for i in chunk * CHUNK..((chunk + 1) * CHUNK).min(known) {
                    self.packed_row(i, &mut row);
                    for column in 0..m {
                        let x = &packed[column * known..(column + 1) * known];
                        part.push(compensated_sum(row.iter().map(|&(j, weight)| weight * x[j])));
                    }
                }
                part
            })
            .collect();
        let mut out = vec![0.0; known * m];
        for (k, values) in rows.iter().flat_map(|part| part.chunks_exact(m.max(1))).enumerate() {
            for (column, &value) in values.iter().enumerate() {
                out[column * known + k] = value;
            }
        }
        out
    }

    /// Weights of entity `i` (in the labels' order), as (j, w_ij) with w_ij > 0.
    pub(crate) fn row(&self, i: usize) -> Vec<(usize, f64)> {
        let Ok(k) = self.place.binary_search(&i) else { return Vec::new() };
        let mut row = Vec::new();
        self.packed_row(k, &mut row);
        row.into_iter().map(|(j, weight)| (self.place[j], weight)).collect()
    }

    /// Whether w_ij = w_ji throughout.
    pub(crate) fn is_symmetric(&self) -> bool {
        match &self.kind {
            Kind::Nearest(..) | Kind::NearestInMatrix(..) => false,
            Kind::Matrix(matrix) => matrix.is_symmetric(),
            _ => true,
        }
    }

    /// Σ_i w_ij for every j; rows are added in order.
    pub(crate) fn column_sums(&self) -> Vec<f64> {
        if self.is_symmetric() {
            return self.sums(&vec![1.0; self.n]);
        }
        let mut sums = vec![CompensatedSum::new(); self.n];
        for &i in &self.place {
            self.row(i).into_iter().for_each(|(j, weight)| sums[j].add(weight));
        }
        sums.into_iter().map(CompensatedSum::value).collect()
    }

    fn packed_row(&self, i: usize, row: &mut Vec<(usize, f64)>) {
        row.clear();
        let known = self.place.len();
        let decay = &self.decay;
        let all = (0..known).filter(|&j| j != i);
        match &self.kind {
            Kind::Sweep(sphere) => {
                let mut weights = vec![0.0; known];
                sphere.haversines(i, 0, &mut weights);
                panel_core::geo::PairWeight::weigh(decay, &mut weights);
                row.extend(all.map(|j| (j, weights[j])));
            }
            Kind::Points(points, metric) => row.extend(all.map(|j| (j, decay.at(metric.km(points[i], points[j]))))),
            Kind::Matrix(matrix) => row.extend(all.map(|j| (j, decay.at(matrix.get(i, j))))),
            Kind::Tree(index, metric) => {
                row.extend(near(index, i, decay.cutoff, *metric).into_iter().map(|(j, d)| (j, decay.at(d))));
            }
            Kind::Nearest(index, k, metric) => {
                row.extend(nearest(index, i, *k, *metric).into_iter().map(|(j, d)| (j, decay.at(d))));
                row.sort_unstable_by_key(|&(j, _)| j);
            }
            Kind::NearestInMatrix(matrix, k) => {
                let mut order: Vec<(usize, f64)> =
                    all.map(|j| (j, matrix.get(i, j))).filter(|(_, d)| d.is_finite()).collect();
                order.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
                row.extend(order.into_iter().take(*k).map(|(j, d)| (j, decay.at(d))));
                row.sort_unstable_by_key(|&(j, _)| j);
            }
        }
        row.retain(|&(_, weight)| weight > 0.0);
    }
}

impl Kind<'_> {
    fn of_points(points: Vec<LatLon>, spec: &VaSpec, decay: &Decay) -> Self {
        if let Kernel::KNearest { k } = spec.kernel {
            return Self::Nearest(NearIndex::new(&points), k, spec.metric);
        }
        if decay.cutoff.is_finite() {
            let index = NearIndex::new(&points);
            if index.expected_within(on_earth(decay.cutoff, spec.metric)) * SPARSE < points.len() as f64 {
                return Self::Tree(index, spec.metric);
            }
        }
        match spec.metric {
            Metric::GreatCircle { .. } => Self::Sweep(Box::new(Sphere::new(&points))),
            Metric::Geodesic => Self::Points(points, spec.metric),
        }
    }
}

/// A great-circle distance on earth that surely covers `km` by the metric.
fn on_earth(km: f64, metric: Metric) -> f64 {
    match metric {
        Metric::GreatCircle { radius_km } => km * (EARTH_RADIUS_KM / radius_km) * (1.0 + 1e-12),
        // The ellipsoid and the sphere differ by less than the flattening, 1/298.
        Metric::Geodesic => km * 1.01,
    }
}

/// Points within `cutoff` by the metric, ascending by index.
fn near(index: &NearIndex, i: usize, cutoff: f64, metric: Metric) -> Vec<(usize, f64)> {
    let points = index.points();
    index
        .within(i, on_earth(cutoff, metric))
        .into_iter()
        .map(|(j, _)| (j, metric.km(points[i], points[j])))
        .filter(|&(_, d)| d <= cutoff)
        .collect()
}

/// The k nearest by the metric, nearest first.
fn nearest(index: &NearIndex, i: usize, k: usize, metric: Metric) -> Vec<(usize, f64)> {
    let found = index.nearest(i, k);
    if let Metric::GreatCircle { radius_km } = metric {
        return found.into_iter().map(|(j, d)| (j, d * (radius_km / EARTH_RADIUS_KM))).collect();
    }
    // The k nearest by geodesic are among those not much farther than the k-th by great circle.
    let reach = found.last().map_or(0.0, |&(_, d)| d * 1.02);
    let mut all = near(index, i, reach, metric);
    all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    all.truncate(k);
    all
}
