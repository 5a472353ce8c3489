//! Who is next to whom.

use super::LatLon;
use super::near::NearIndex;
use super::polygon::{Contiguity, Ring, shared_borders};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Error, Result};
use std::collections::BTreeSet;

/// What lists are separated by where they are not separated by `;`.
const OTHER_SEPARATORS: [&str; 9] = ["、", ",", "，", "|", "/", "\n", "\t", "  ", " "];

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

    /// From one text per entity that lists its neighbours, separated by `;` (half or full width), as a column of a table
    /// holds it; an empty text has none.
    ///
    /// Names of `elsewhere` (entities outside the sample) are passed over. Others that are no entity are named in a
    /// warning. The relation is made symmetric. `column` is what messages call the lists.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Specification`] where a name becomes known when it is taken apart at another
    /// separator (`、`, a comma, `|`, `/`, a blank), and where no name of the lists is known at all.
    pub fn from_lists(
        labels: &[String],
        lists: &[&str],
        elsewhere: &[String],
        column: &str,
    ) -> Result<(Self, Diagnostics)> {
        if lists.len() != labels.len() {
            return Err(Error::LengthMismatch {
                what: format!("lists of `{column}`"),
                expected: labels.len(),
                got: lists.len(),
            });
        }
        let split: Vec<Vec<String>> = lists
            .iter()
            .map(|list| {
                list.split([';', '；']).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
            })
            .collect();
        let known: BTreeSet<&str> = labels.iter().chain(elsewhere).map(String::as_str).collect();
        for (label, names) in labels.iter().zip(&split) {
            for name in names.iter().filter(|name| !known.contains(name.as_str())) {
                let found = OTHER_SEPARATORS.iter().find_map(|&other| {
                    let mut parts = name.split(other).map(str::trim).filter(|part| known.contains(part));
                    let first = parts.next()?;
                    // One known word of a name in words is no list.
                    (!other.trim().is_empty() || parts.next().is_some()).then_some((other, first))
                });
                if let Some((other, part)) = found {
                    return Err(Error::Specification(format!(
                        "column `{column}` of `{label}`: there is no `{name}`, but there is `{part}`; names are separated by `;`, here by `{other}`"
                    )));
                }
            }
        }
        let (adjacency, mut unknown) = Self::from_names(labels, &split);
        let all: usize = split.iter().map(Vec::len).sum();
        unknown.retain(|name| !known.contains(name.as_str()));
        let mut diagnostics = Diagnostics::new();
        if unknown.is_empty() {
            return Ok((adjacency, diagnostics));
        }
        let listed = crate::suggest::some(&unknown);
        if all > 0 && !split.iter().flatten().any(|name| known.contains(name.as_str())) {
            return Err(Error::Specification(format!(
                "column `{column}`: none of its names is an entity ({listed}); entities are called {}",
                crate::suggest::some(labels)
            )));
        }
        let near = unknown
            .iter()
            .filter(|name| name.chars().count() > 2)
            .find_map(|name| Some((name, crate::suggest::nearest(name, known.iter().copied())?)))
            .map_or_else(String::new, |(name, near)| format!("; did you mean `{near}` by `{name}`?"));
        diagnostics.push(Diagnostic::warning(
            "neighbours-unknown",
            format!("{} names in column `{column}` are no entity and give no neighbour: {listed}{near}", unknown.len()),
        ));
        Ok((adjacency, diagnostics))
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
    fn lists_with_another_separator_or_strange_names_are_named() {
        let labels: Vec<String> = ["A", "B", "C", "San Juan"].map(str::to_owned).to_vec();
        let elsewhere = ["Z".to_owned()];
        let read = |lists: &[&str; 4]| Adjacency::from_lists(&labels, lists, &elsewhere, "nb");
        let (adjacency, remarks) = read(&["B; C；Z", "", " A;", "C;;"]).expect("valid");
        assert_eq!(adjacency.pairs().collect::<Vec<_>>(), [(0, 1), (0, 2), (2, 3)]);
        assert!(remarks.is_empty(), "{remarks:?}");
        for separator in ["、", ",", "，", "|", "/", "\n", "\t", " "] {
            let list = format!("B{separator}C");
            let error = read(&[list.as_str(), "", "", ""]).unwrap_err().to_string();
            assert!(
                error.contains("column `nb` of `A`") && error.contains(&format!("here by `{separator}`")),
                "{error}"
            );
        }
        let (adjacency, remarks) = read(&["B;San Jaun", "Q", "", "B town"]).expect("a warning");
        assert_eq!(adjacency.n_pairs(), 1);
        assert!(remarks[0].code == "neighbours-unknown" && remarks[0].message.starts_with("3 names in column `nb`"));
        assert!(
            remarks[0].message.ends_with("B town, Q, San Jaun; did you mean `San Juan` by `San Jaun`?"),
            "{remarks:?}"
        );
        let error = read(&["x", "y", "", ""]).unwrap_err().to_string();
        assert!(error.contains("none of its names is an entity (x, y)") && error.contains("A, B, C"), "{error}");
        assert!(Adjacency::from_lists(&labels, &["B"], &[], "nb").is_err());
        assert_eq!(read(&[""; 4]).expect("no neighbours").0.n_pairs(), 0);
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
