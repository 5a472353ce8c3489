//! Which points are near.

use super::sphere::unit_vector;
use super::tree::Tree;
use super::{EARTH_RADIUS_KM, LatLon, Metric, great_circle_km};
use crate::Diagnostic;

/// A k-d tree over points of the earth, for cutoffs and nearest neighbours by great-circle distance.
///
/// The points are searched as unit vectors: a chord c in space belongs to the central angle 2 asin(c/2), and the
/// order of chords is the order of great circles. No seam at the date line, no distortion at the poles.
#[derive(Debug)]
pub struct NearIndex {
    tree: Tree,
    points: Vec<LatLon>,
}

/// Slack on squared chords, so that rounding in the tree loses no neighbour; the exact distance decides afterwards.
const SLACK: f64 = 1e-12;

impl NearIndex {
    /// Builds the tree: O(n log n) time, O(n) memory.
    #[must_use]
    pub fn new(points: &[LatLon]) -> Self {
        Self { tree: Tree::new(points.iter().map(|&point| unit_vector(point)).collect()), points: points.to_vec() }
    }

    /// Number of points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there is no point.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The points.
    #[must_use]
    pub fn points(&self) -> &[LatLon] {
        &self.points
    }

    /// Points at most `km` from point `i`, without `i` itself, as (index, km) in ascending order of index.
    #[must_use]
    pub fn within(&self, i: usize, km: f64) -> Vec<(usize, f64)> {
        let half = (0.5 * km / EARTH_RADIUS_KM).clamp(0.0, std::f64::consts::FRAC_PI_2);
        let chord = 2.0 * half.sin();
        let mut near = self.within_chord(i, chord * chord * (1.0 + SLACK) + 1e-15);
        near.retain(|&(_, distance)| distance <= km);
        near.sort_unstable_by_key(|&(j, _)| j);
        near
    }

    /// The `k` points nearest to point `i`, without `i` itself, nearest first; ties go to the lower index.
    ///
    /// Fewer than `k` when there are not so many points.
    #[must_use]
    pub fn nearest(&self, i: usize, k: usize) -> Vec<(usize, f64)> {
        let count = k.saturating_add(1).min(self.len());
        if k == 0 || count < 2 {
            return Vec::new();
        }
        // The tree breaks ties as it likes: take everything as near as the last one and order it here.
        let radius = if 4 * count < self.len() {
            self.tree.squared_reach(&unit_vector(self.points[i]), count)
        } else {
            f64::INFINITY
        };
        let mut near = self.within_chord(i, radius * (1.0 + SLACK) + 1e-15);
        near.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        near.truncate(k);
        near
    }

    /// Mean number of neighbours within `km`, from at most 64 evenly spaced points.
    #[must_use]
    pub fn expected_within(&self, km: f64) -> f64 {
        let step = self.len().div_ceil(64).max(1);
        let sample: Vec<usize> = (0..self.len()).step_by(step).map(|i| self.within(i, km).len()).collect();
        sample.iter().sum::<usize>() as f64 / sample.len().max(1) as f64
    }

    fn within_chord(&self, i: usize, squared_chord: f64) -> Vec<(usize, f64)> {
        let mut near = Vec::new();
        self.tree.within(&unit_vector(self.points[i]), squared_chord, |j| {
            if j != i {
                near.push((j, great_circle_km(self.points[i], self.points[j])));
            }
        });
        near
    }
}

/// Two places nearer than this, in km, are in all likelihood one place written twice, or a geocoder's slip: an inverse
/// distance between them says nothing about cities.
pub const NEAREST_KM: f64 = 0.1;

/// Two places nearer than this, in km, are remarked upon where distances weigh: cities do not lie so near each other.
pub const REMARKABLE_KM: f64 = 1.0;

/// The remark about two places that are nearer than [`REMARKABLE_KM`] but not refused: `effect` says what their nearness
/// does, `floor` is the distance that shorter ones count as. `None` for places that lie as far apart as cities do.
///
/// One sentence for every method that weighs by distance, so that all of them say it, and alike.
#[must_use]
pub fn near_pair_remark(
    (first, second): (&str, &str),
    km: f64,
    floor: Option<f64>,
    effect: &str,
) -> Option<Diagnostic> {
    let counts =
        floor.filter(|&floor| floor > km).map_or_else(String::new, |floor| format!("; it counts as min_km = {floor}"));
    (km < REMARKABLE_KM).then(|| {
        Diagnostic::warning(
            "near-pair",
            format!(
                "`{first}` and `{second}` are {} apart{counts}: {effect}; are both coordinates right?",
                show_km(km)
            ),
        )
    })
}

/// The nearest two of all places, as (first, second, km); `None` without two places.
///
/// Found by distance, not by digits: 180° and -180°, any two longitudes at a pole, and 0 and -0 are one place. Of equal
/// distances the pair with the lower indices counts.
///
/// ```
/// use panel_core::geo::{LatLon, Metric, nearest_pair};
/// let at = |lat, lon| Some(LatLon { lat, lon });
/// let (i, j, km) = nearest_pair(&[at(-16.5, 180.0), None, at(10.0, 0.0), at(-16.5, -180.0)], Metric::default()).unwrap();
/// assert!((i, j) == (0, 3) && km < 1e-9);
/// ```
#[must_use]
pub fn nearest_pair(points: &[Option<LatLon>], metric: Metric) -> Option<(usize, usize, f64)> {
    let (place, known): (Vec<usize>, Vec<LatLon>) =
        points.iter().enumerate().filter_map(|(i, point)| point.map(|point| (i, point))).unzip();
    let index = NearIndex::new(&known);
    let mut best: Option<(usize, usize, f64)> = None;
    for i in 0..known.len() {
        let Some(&(j, by_great_circle)) = index.nearest(i, 1).first() else { continue };
        if best.is_none_or(|(_, _, km)| by_great_circle < km) {
            best = Some((i.min(j), i.max(j), by_great_circle));
        }
    }
    best.map(|(i, j, _)| (place[i], place[j], metric.km(known[i], known[j])))
}

/// A distance in the unit that a person would use: `12.3 km`, `85 m`, `1.1 cm`.
#[must_use]
pub fn show_km(km: f64) -> String {
    let metres = 1000.0 * km;
    match metres {
        _ if metres == 0.0 => "0 m".into(),
        _ if metres >= 9950.0 => format!("{km:.1} km"),
        _ if metres >= 995.0 => format!("{km:.2} km"),
        _ if metres >= 1.0 => format!("{metres:.0} m"),
        _ if metres >= 0.001 => format!("{:.1} cm", 100.0 * metres),
        _ => "less than 0.1 cm".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Vec<LatLon> {
        let mut points = Vec::new();
        for lat in (-80..=80).step_by(20) {
            for lon in (-180..180).step_by(15) {
                points.push(LatLon { lat: f64::from(lat), lon: f64::from(lon) });
            }
        }
        points.push(points[0]);
        points
    }

    #[test]
    fn the_tree_finds_what_brute_force_finds() {
        let points = grid();
        let index = NearIndex::new(&points);
        for i in 0..points.len() {
            let all: Vec<(usize, f64)> =
                (0..points.len()).filter(|&j| j != i).map(|j| (j, great_circle_km(points[i], points[j]))).collect();
            for km in [0.0, 300.0, 2500.0, 30_000.0] {
                let want: Vec<_> = all.iter().copied().filter(|&(_, d)| d <= km).collect();
                assert_eq!(index.within(i, km), want);
            }
            let mut sorted = all;
            sorted.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
            for k in [0, 1, 3, 10, 500] {
                assert_eq!(index.nearest(i, k), sorted[..k.min(sorted.len())], "{i} {k}");
            }
        }
        // Every fourth of 217 points, the two that stand at one place among them.
        assert_eq!(index.expected_within(0.0), 2.0 / 55.0);
    }

    #[test]
    fn no_point_and_one_point() {
        assert!(NearIndex::new(&[]).is_empty());
        let one = NearIndex::new(&[LatLon { lat: 1.0, lon: 1.0 }]);
        assert!(one.nearest(0, 3).is_empty() && one.within(0, 1e5).is_empty());
        assert_eq!(nearest_pair(&[Some(LatLon { lat: 1.0, lon: 1.0 }), None], Metric::default()), None);
    }

    #[test]
    fn one_place_in_two_spellings_is_found() {
        let at = |lat, lon| Some(LatLon { lat, lon });
        for (a, b) in [
            (at(-16.5, 180.0), at(-16.5, -180.0)),
            (at(90.0, 0.0), at(90.0, 120.0)),
            (at(-90.0, 0.0), at(-90.0, -77.0)),
            (at(-0.0, 5.0), at(0.0, 5.0)),
            (at(30.0, 110.0), at(30.0, 110.000_000_1)),
        ] {
            for metric in [Metric::default(), Metric::Geodesic] {
                let found = nearest_pair(&[at(60.0, 60.0), a, None, b, at(60.5, 60.0)], metric);
                assert!(found.is_some_and(|(i, j, km)| (i, j) == (1, 3) && km < 2e-5), "{a:?} {b:?} {found:?}");
            }
        }
        let (i, j, km) = nearest_pair(&[at(0.0, 0.0), at(0.0, 2.0), at(0.0, 1.0)], Metric::default()).expect("three");
        assert!((i, j) == (0, 2) && (km - EARTH_RADIUS_KM.to_radians()).abs() < 1e-9);
    }

    #[test]
    fn distances_read_well() {
        let shown = [0.0, 1e-8, 1.1e-5, 0.085, 0.9951, 9.949, 12.34].map(show_km);
        assert_eq!(shown, ["0 m", "less than 0.1 cm", "1.1 cm", "85 m", "1.00 km", "9.95 km", "12.3 km"]);
    }
}
