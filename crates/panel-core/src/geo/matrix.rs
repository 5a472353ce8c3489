//! Distances between all pairs, held in memory.

use super::{LatLon, Metric};
use crate::error::{Error, Result};

/// Distances (or travel times) between n entities.
///
/// A symmetric matrix is packed: n(n-1)/2 values, no diagonal. A matrix from a user that is not symmetric, such as
/// travel times along one-way roads, is kept whole. For large n see [`weighted_sums`](super::weighted_sums), which
/// stores no pair.
#[derive(Debug, Clone, PartialEq)]
pub struct DistanceMatrix {
    n: usize,
    packed: bool,
    values: Vec<f64>,
}

impl DistanceMatrix {
    /// Distances between points.
    #[must_use]
    pub fn between(points: &[LatLon], metric: Metric) -> Self {
        let n = points.len();
        let mut values = Vec::with_capacity(n * n.saturating_sub(1) / 2);
        for i in 0..n {
            values.extend(points[i + 1..].iter().map(|&other| metric.km(points[i], other)));
        }
        Self { n, packed: true, values }
    }

    /// A user's matrix, row by row; entry (i, j) is the distance from i to j. The diagonal is not used.
    ///
    /// `labels` name the entities in messages and fix n.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] when there are not n² values; [`Error::Specification`] naming the pair when a
    /// distance is negative or not a number. Infinity is allowed and means "not connected".
    pub fn from_square(labels: &[String], values: &[f64]) -> Result<Self> {
        let n = labels.len();
        if values.len() != n * n {
            return Err(Error::LengthMismatch { what: "distance matrix".into(), expected: n * n, got: values.len() });
        }
        for i in 0..n {
            for j in (0..n).filter(|&j| j != i) {
                let value = values[i * n + j];
                if value.is_nan() || value < 0.0 {
                    return Err(Error::Specification(format!(
                        "distance from `{}` to `{}` is {}: expected a number of at least 0 (infinity where they are not connected)",
                        labels[i],
                        labels[j],
                        crate::number::show(value)
                    )));
                }
            }
        }
        let symmetric = (0..n).all(|i| (0..i).all(|j| values[i * n + j] == values[j * n + i]));
        if !symmetric {
            return Ok(Self { n, packed: false, values: values.to_vec() });
        }
        let values = (0..n).flat_map(|i| values[i * n + i + 1..(i + 1) * n].iter().copied()).collect();
        Ok(Self { n, packed: true, values })
    }

    /// Number of entities.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// Whether d(i, j) = d(j, i) throughout.
    #[must_use]
    pub fn is_symmetric(&self) -> bool {
        self.packed
    }

    /// Distance from i to j; 0 for i = j.
    #[inline]
    #[must_use]
    pub fn get(&self, i: usize, j: usize) -> f64 {
        if i == j {
            return 0.0;
        }
        if !self.packed {
            return self.values[i * self.n + j];
        }
        let (low, high) = if i < j { (i, j) } else { (j, i) };
        self.values[low * (2 * self.n - low - 1) / 2 + high - low - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(n: usize) -> Vec<String> {
        (0..n).map(|i| format!("c{i}")).collect()
    }

    #[test]
    fn packed_and_full_read_alike() {
        let points: Vec<LatLon> =
            [(30.0, 110.0), (31.0, 112.0), (35.0, 100.0), (22.0, 114.0)].map(|(lat, lon)| LatLon { lat, lon }).to_vec();
        let matrix = DistanceMatrix::between(&points, Metric::default());
        let square: Vec<f64> = (0..16).map(|k| matrix.get(k / 4, k % 4)).collect();
        for i in 0..4 {
            for j in 0..4 {
                assert_eq!(matrix.get(i, j), Metric::default().km(points[i], points[j]));
            }
        }
        assert_eq!(DistanceMatrix::from_square(&labels(4), &square).expect("valid"), matrix);
        let mut one_way = square;
        one_way[1] *= 2.0;
        let one_way = DistanceMatrix::from_square(&labels(4), &one_way).expect("valid");
        assert!(!one_way.is_symmetric());
        assert_eq!(one_way.get(0, 1), 2.0 * one_way.get(1, 0));
    }

    #[test]
    fn bad_distances_name_the_pair() {
        let error = DistanceMatrix::from_square(&labels(2), &[0.0, -1.0, 1.0, 0.0]).unwrap_err();
        assert!(error.to_string().contains("from `c0` to `c1` is -1"), "{error}");
        assert!(DistanceMatrix::from_square(&labels(2), &[0.0]).is_err());
    }
}
