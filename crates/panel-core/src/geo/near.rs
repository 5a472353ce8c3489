//! Which points are near.

use super::sphere::unit_vector;
use super::{EARTH_RADIUS_KM, LatLon, great_circle_km};
use kiddo::{ImmutableKdTree, SquaredEuclidean};
use std::num::NonZeroUsize;

/// A k-d tree over points of the earth, for cutoffs and nearest neighbours by great-circle distance.
///
/// The points are searched as unit vectors: a chord c in space belongs to the central angle 2 asin(c/2), and the
/// order of chords is the order of great circles. No seam at the date line, no distortion at the poles.
pub struct NearIndex {
    /// Absent for no points, and where the tree cannot be built (more points than it can number): then all are compared.
    tree: Option<ImmutableKdTree<f64, 3>>,
    points: Vec<LatLon>,
}

impl std::fmt::Debug for NearIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NearIndex").field("points", &self.points.len()).finish_non_exhaustive()
    }
}

/// Slack on squared chords, so that rounding in the tree loses no neighbour; the exact distance decides afterwards.
const SLACK: f64 = 1e-12;

impl NearIndex {
    /// Builds the tree: O(n log n) time, O(n) memory.
    #[must_use]
    pub fn new(points: &[LatLon]) -> Self {
        let vectors: Vec<[f64; 3]> = points.iter().map(|&point| unit_vector(point)).collect();
        Self {
            tree: ImmutableKdTree::new_from_slice(&vectors).ok().filter(|_| !points.is_empty()),
            points: points.to_vec(),
        }
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
        let Some(count) = NonZeroUsize::new(k.saturating_add(1).min(self.len())).filter(|_| k > 0) else {
            return Vec::new();
        };
        // The tree breaks ties as it likes: take everything as near as the last one and order it here.
        let radius = self.tree.as_ref().map_or(f64::INFINITY, |tree| {
            let found = tree.query(&unit_vector(self.points[i])).nearest_n::<SquaredEuclidean<f64>>(count).execute();
            found.iter().map(|item| item.distance).fold(0.0, f64::max)
        });
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
        let near: Vec<usize> = match &self.tree {
            None => (0..self.len()).collect(),
            Some(tree) => tree
                .query(&unit_vector(self.points[i]))
                .within::<SquaredEuclidean<f64>>(squared_chord)
                .unsorted()
                .execute()
                .into_iter()
                .map(|item| item.item as usize)
                .collect(),
        };
        let others = near.into_iter().filter(|&j| j != i);
        others.map(|j| (j, great_circle_km(self.points[i], self.points[j]))).collect()
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
        let (index, linear) = (NearIndex::new(&points), NearIndex { tree: None, points: points.clone() });
        for i in 0..points.len() {
            let all: Vec<(usize, f64)> =
                (0..points.len()).filter(|&j| j != i).map(|j| (j, great_circle_km(points[i], points[j]))).collect();
            for km in [0.0, 300.0, 2500.0, 30_000.0] {
                let want: Vec<_> = all.iter().copied().filter(|&(_, d)| d <= km).collect();
                assert_eq!((index.within(i, km), linear.within(i, km)), (want.clone(), want));
            }
            let mut sorted = all;
            sorted.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
            for k in [0, 1, 3, 10, 500] {
                assert_eq!(index.nearest(i, k), sorted[..k.min(sorted.len())], "{i} {k}");
                assert_eq!(linear.nearest(i, k), index.nearest(i, k), "{i} {k}");
            }
        }
    }

    #[test]
    fn no_point_and_one_point() {
        assert!(NearIndex::new(&[]).is_empty());
        let one = NearIndex::new(&[LatLon { lat: 1.0, lon: 1.0 }]);
        assert!(one.nearest(0, 3).is_empty() && one.within(0, 1e5).is_empty());
    }
}
