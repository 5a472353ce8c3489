//! Who is next to whom.

use super::LatLon;
use super::near::NearIndex;
use super::polygon::{Contiguity, Ring, shared_borders};
use crate::error::{Error, Result};

/// Neighbours of each of n entities, in compressed rows; ascending, without the entity itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjacency {
    starts: Vec<usize>,
    neighbours: Vec<u32>,
}

impl Adjacency {
    /// From pairs of indices; each pair counts in both directions, repeats once, an entity paired with itself never.
    ///
    /// # Errors
    /// [`Error::Specification`] when an index is not below `n`.
    pub fn from_pairs(n: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Result<Self> {
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); n];
        for (i, j) in pairs {
            if let Some(&index) = [i, j].iter().find(|&&index| index >= n) {
                return Err(Error::Specification(format!(
                    "adjacency names entity {index}, there are {n} (counted from 0)"
                )));
            }
            if i != j {
                rows[i].push(j as u32);
                rows[j].push(i as u32);
            }
        }
        Ok(Self::from_rows(rows))
    }

    /// From one list of neighbours' names per entity, as in a column `border_neighbours` with names split at `;`.
    ///
    /// Names that are not among `labels` are returned: neighbours outside the sample are usual, typing errors look
    /// the same. The relation is made symmetric.
    #[must_use]
    pub fn from_names(labels: &[String], lists: &[Vec<String>]) -> (Self, Vec<String>) {
        let index: std::collections::BTreeMap<&str, u32> =
            labels.iter().enumerate().map(|(i, label)| (label.as_str(), i as u32)).collect();
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); labels.len()];
        let mut unknown = Vec::new();
        for (i, names) in lists.iter().enumerate().take(labels.len()) {
            for name in names {
                match index.get(name.as_str()) {
                    Some(&j) if j as usize != i => {
                        rows[i].push(j);
                        rows[j as usize].push(i as u32);
                    }
                    Some(_) => {}
                    None => unknown.push(name.clone()),
                }
            }
        }
        unknown.sort_unstable();
        unknown.dedup();
        (Self::from_rows(rows), unknown)
    }

    /// From polygons: entities are neighbours when their rings share a border ([`Contiguity`]), up to `tolerance` degrees.
    ///
    /// # Errors
    /// [`Error::Specification`] when the tolerance is not positive, or naming the entity whose ring has no area or a
    /// vertex out of range.
    pub fn from_polygons(
        labels: &[String],
        polygons: &[Vec<Ring>],
        contiguity: Contiguity,
        tolerance: f64,
    ) -> Result<Self> {
        Self::from_pairs(polygons.len(), shared_borders(labels, polygons, contiguity, tolerance)?)
    }

    /// Entities within `km` of each other by great circle; without coordinates there are no neighbours.
    #[must_use]
    pub fn within_km(points: &[Option<LatLon>], km: f64) -> Self {
        let (place, known) = present(points);
        let index = NearIndex::new(&known);
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); points.len()];
        for (k, &i) in place.iter().enumerate() {
            rows[i] = index.within(k, km).into_iter().map(|(j, _)| place[j] as u32).collect();
        }
        Self::from_rows(rows)
    }

    /// Entities one of which is among the `k` nearest of the other.
    #[must_use]
    pub fn k_nearest(points: &[Option<LatLon>], k: usize) -> Self {
        let (place, known) = present(points);
        let index = NearIndex::new(&known);
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); points.len()];
        for (here, &i) in place.iter().enumerate() {
            for (j, _) in index.nearest(here, k) {
                rows[i].push(place[j] as u32);
                rows[place[j]].push(i as u32);
            }
        }
        Self::from_rows(rows)
    }

    /// Number of entities.
    #[must_use]
    pub fn n(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of unordered pairs of neighbours.
    #[must_use]
    pub fn n_pairs(&self) -> usize {
        self.neighbours.len() / 2
    }

    /// Neighbours of entity `i`, ascending.
    #[must_use]
    pub fn neighbours(&self, i: usize) -> &[u32] {
        &self.neighbours[self.starts[i]..self.starts[i + 1]]
    }

    /// Whether `i` and `j` are neighbours.
    #[must_use]
    pub fn contains(&self, i: usize, j: usize) -> bool {
        self.neighbours(i).binary_search(&(j as u32)).is_ok()
    }

    /// Unordered pairs (i, j) with i < j, in ascending order.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.n())
            .flat_map(|i| self.neighbours(i).iter().map(|&j| j as usize).filter(move |&j| j > i).map(move |j| (i, j)))
    }

    /// Entities without a neighbour.
    #[must_use]
    pub fn islands(&self) -> Vec<usize> {
        (0..self.n()).filter(|&i| self.neighbours(i).is_empty()).collect()
    }

    fn from_rows(rows: Vec<Vec<u32>>) -> Self {
        let mut starts = vec![0];
        let mut neighbours = Vec::new();
        for mut row in rows {
            row.sort_unstable();
            row.dedup();
            neighbours.extend(row);
            starts.push(neighbours.len());
        }
        Self { starts, neighbours }
    }
}

fn present(points: &[Option<LatLon>]) -> (Vec<usize>, Vec<LatLon>) {
    points.iter().enumerate().filter_map(|(i, point)| point.map(|point| (i, point))).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_pairs_and_islands() {
        let labels: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        let lists = vec![vec!["b".to_owned(), "z".to_owned()], vec![], vec![]];
        let (adjacency, unknown) = Adjacency::from_names(&labels, &lists);
        assert_eq!(unknown, ["z"]);
        assert_eq!(adjacency, Adjacency::from_pairs(3, [(1, 0), (0, 1), (2, 2)]).expect("valid"));
        assert!(adjacency.contains(1, 0) && !adjacency.contains(0, 2));
        assert_eq!(adjacency.islands(), [2]);
        assert_eq!(adjacency.pairs().collect::<Vec<_>>(), [(0, 1)]);
        assert!(Adjacency::from_pairs(2, [(0, 2)]).is_err());
    }

    #[test]
    fn nearness_is_symmetric() {
        let at = |lon| Some(LatLon { lat: 0.0, lon });
        let points = [at(0.0), at(1.0), None, at(3.0)];
        let within = Adjacency::within_km(&points, 150.0);
        assert_eq!(within.pairs().collect::<Vec<_>>(), [(0, 1)]);
        let nearest = Adjacency::k_nearest(&points, 1);
        assert_eq!(nearest.pairs().collect::<Vec<_>>(), [(0, 1), (1, 3)]);
        assert_eq!(nearest.islands(), [2]);
    }
}
