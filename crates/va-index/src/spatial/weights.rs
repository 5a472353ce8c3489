//! Spatial weights held in memory.

use crate::data::Geography;
use crate::error::{Error, Result};
use crate::links::Links;
use crate::spec::VaSpec;
use panel_core::geo::Adjacency;
use panel_core::sum::compensated_sum;

/// Weights w_ij of n entities in compressed rows, without diagonal.
#[derive(Debug, Clone, PartialEq)]
pub struct SpatialWeights {
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f64>,
}

impl SpatialWeights {
    /// 1 for neighbours, 0 for others.
    #[must_use]
    pub fn from_adjacency(adjacency: &Adjacency) -> Self {
        Self::from_rows(
            (0..adjacency.n()).map(|i| adjacency.neighbours(i).iter().map(|&j| (j as usize, 1.0)).collect()),
        )
    }

    /// The weights of an index: kernel, unit, cutoff and metric of `spec`, not its normalisation or own weight.
    ///
    /// Memory is that of the weights above 0, up to n² without a cutoff.
    ///
    /// # Errors
    /// As [`virtual_agglomeration`](crate::virtual_agglomeration).
    pub fn from_kernel(geography: &Geography<'_>, labels: &[String], spec: &VaSpec) -> Result<Self> {
        let links = Links::new(geography, labels, spec)?;
        Ok(Self::from_rows((0..labels.len()).map(|i| links.row(i))))
    }

    /// Weights from triplets (i, j, w); several for one pair are added, the diagonal is left out.
    ///
    /// # Errors
    /// [`Error::Specification`] for an index not below `n` or a weight that is negative or not finite.
    pub fn from_triplets(n: usize, triplets: &[(usize, usize, f64)]) -> Result<Self> {
        let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); n];
        for &(i, j, weight) in triplets {
            if i >= n || j >= n || !(weight >= 0.0 && weight.is_finite()) {
                return Err(Error::Specification(format!(
                    "weight ({i}, {j}) = {weight}: expected indices below {n} and a finite weight of at least 0"
                )));
            }
            if i != j {
                rows[i].push((j, weight));
            }
        }
        Ok(Self::from_rows(rows.into_iter().map(|mut row| {
            row.sort_by_key(|&(j, _)| j);
            row.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, same.iter().map(|entry| entry.1).sum())).collect()
        })))
    }

    /// Every row divided by its sum; empty rows stay empty.
    #[must_use]
    pub fn row_standardized(mut self) -> Self {
        for i in 0..self.n() {
            let row = &mut self.values[self.starts[i]..self.starts[i + 1]];
            let sum = compensated_sum(row.iter().copied());
            if sum > 0.0 {
                row.iter_mut().for_each(|weight| *weight /= sum);
            }
        }
        self
    }

    /// The weights among the entities for which `keep` holds, renumbered.
    #[must_use]
    pub fn subset(&self, keep: &[bool]) -> Self {
        let mut place = vec![usize::MAX; self.n()];
        let kept = (0..self.n()).filter(|&i| keep.get(i) == Some(&true));
        kept.enumerate().for_each(|(next, i)| place[i] = next);
        Self::from_rows((0..self.n()).filter(|&i| place[i] != usize::MAX).map(|i| {
            self.row(i).filter(|&(j, _)| place[j] != usize::MAX).map(|(j, weight)| (place[j], weight)).collect()
        }))
    }

    /// Number of entities.
    #[must_use]
    pub fn n(&self) -> usize {
        self.starts.len() - 1
    }

    /// Neighbours and weights of entity `i`, ascending.
    pub fn row(&self, i: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.starts[i]..self.starts[i + 1];
        self.columns[range.clone()].iter().map(|&j| j as usize).zip(self.values[range].iter().copied())
    }

    /// Number of neighbours of entity `i`.
    #[must_use]
    pub fn degree(&self, i: usize) -> usize {
        self.starts[i + 1] - self.starts[i]
    }

    /// Σ_j w_ij x_j.
    #[must_use]
    pub fn lag(&self, i: usize, x: &[f64]) -> f64 {
        compensated_sum(self.row(i).map(|(j, weight)| weight * x[j]))
    }

    /// S0 = Σ w_ij, S1 = ½ Σ (w_ij + w_ji)², S2 = Σ_i (w_i. + w_.i)² (Cliff & Ord 1981).
    pub(crate) fn moments(&self) -> (f64, f64, f64) {
        let n = self.n();
        let (mut out, mut into) = (vec![0.0; n], vec![0.0; n]);
        for i in 0..n {
            for (j, weight) in self.row(i) {
                out[i] += weight;
                into[j] += weight;
            }
        }
        let s0 = compensated_sum(out.iter().copied());
        // ½ Σ (w_ij + w_ji)² = Σ w_ij² + Σ w_ij w_ji.
        let s1 = compensated_sum(
            (0..n).flat_map(|i| self.row(i).map(move |(j, weight)| weight * (weight + self.get(j, i)))),
        );
        let s2 = compensated_sum(out.iter().zip(&into).map(|(a, b)| (a + b) * (a + b)));
        (s0, s1, s2)
    }

    fn get(&self, i: usize, j: usize) -> f64 {
        let range = self.starts[i]..self.starts[i + 1];
        self.columns[range.clone()].binary_search(&(j as u32)).map_or(0.0, |at| self.values[range.start + at])
    }

    fn from_rows(rows: impl Iterator<Item = Vec<(usize, f64)>>) -> Self {
        let mut weights = Self { starts: vec![0], columns: Vec::new(), values: Vec::new() };
        for row in rows {
            for (j, weight) in row.into_iter().filter(|&(_, weight)| weight > 0.0) {
                weights.columns.push(j as u32);
                weights.values.push(weight);
            }
            weights.starts.push(weights.columns.len());
        }
        weights
    }
}
