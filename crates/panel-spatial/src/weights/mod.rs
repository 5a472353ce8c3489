//! Spatial weights as a value: who counts how much for whom.
//!
//! | from | constructor |
//! |---|---|
//! | coordinates | [`Weights::from_kernel`], [`Weights::k_nearest`], [`Weights::band`] |
//! | borders | [`Weights::from_adjacency`] |
//! | a variable | [`Weights::economic`] |
//! | a file or a matrix | [`Weights::from_triplets`], [`Weights::from_square`] |
//! | other weights | [`Weights::product`] |
//! | a study | [`WeightsSpec`] |

mod build;
mod islands;
mod kernel;
mod lag;
mod similar;
mod spec;
mod standardise;

pub use build::EconomicForm;
pub use islands::Islands;
pub use kernel::Kernel;
pub use lag::LaggedColumn;
pub use spec::{At, Rule, WeightsFile, WeightsInputs, WeightsKind, WeightsSpec};
pub use standardise::Standardise;

pub(crate) use similar::symmetric_similar;

use crate::csr::Csr;
use crate::error::{Error, Result};

/// Relative spread of row sums up to which they count as equal: matrices read from files carry fifteen digits.
pub(crate) const ROW_SUM_TOLERANCE: f64 = 1e-9;

/// Spatial weights w_ij of n units: row i says whose values count for i. Zero diagonal, fixed over time.
///
/// ```
/// use panel_spatial::{Standardise, Weights};
/// let names: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
/// let weights = Weights::from_triplets(&names, &[(0, 1, 1.0), (1, 0, 1.0), (1, 2, 1.0), (2, 1, 1.0)])?
///     .standardised(Standardise::Row)?;
/// assert_eq!(weights.lag(&[1.0, 10.0, 100.0]), [10.0, 50.5, 10.0]);
/// # Ok::<(), panel_spatial::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    pub(crate) labels: Vec<String>,
    pub(crate) matrix: Csr,
    pub(crate) standardise: Standardise,
    pub(crate) description: String,
}

impl Weights {
    pub(crate) fn new(labels: &[String], matrix: Csr, description: impl Into<String>) -> Self {
        Self { labels: labels.to_vec(), matrix, standardise: Standardise::None, description: description.into() }
    }

    /// Number of units.
    #[must_use]
    pub fn n(&self) -> usize {
        self.matrix.n()
    }

    /// The units, in the order of rows and columns.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// What they are, for a note under a table.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The same weights under another description.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// How they are normalised.
    #[must_use]
    pub fn standardise(&self) -> Standardise {
        self.standardise
    }

    /// Number of weights that are not 0.
    #[must_use]
    pub fn nonzeros(&self) -> usize {
        self.matrix.nonzeros()
    }

    /// Neighbours and weights of unit `i`, ascending.
    pub fn row(&self, i: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.matrix.row(i)
    }

    /// w_ij.
    #[must_use]
    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.matrix.get(i, j)
    }

    /// Number of neighbours of unit `i`.
    #[must_use]
    pub fn degree(&self, i: usize) -> usize {
        self.matrix.starts[i + 1] - self.matrix.starts[i]
    }

    /// Units without a neighbour.
    #[must_use]
    pub fn islands(&self) -> Vec<usize> {
        (0..self.n()).filter(|&i| self.degree(i) == 0).collect()
    }

    /// c where every row sums to c (up to 10⁻⁹), as after [`Standardise::Row`] without islands.
    #[must_use]
    pub fn common_row_sum(&self) -> Option<f64> {
        let sums: Vec<f64> = (0..self.n()).map(|i| self.matrix.row_sum(i)).collect();
        let (low, high) = sums.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &s| (l.min(s), h.max(s)));
        let mean = 0.5 * (low + high);
        let same = high - low <= ROW_SUM_TOLERANCE * high.abs().max(low.abs());
        // A sum of 1 that lost its last digits in a file is 1.
        same.then(|| if (mean - 1.0).abs() <= ROW_SUM_TOLERANCE { 1.0 } else { mean })
    }

    /// Whether w_ij = w_ji throughout, up to rounding.
    #[must_use]
    pub fn is_symmetric(&self) -> bool {
        (0..self.n()).all(|i| self.row(i).all(|(j, weight)| (weight - self.get(j, i)).abs() <= 1e-12 * weight.abs()))
    }

    /// Σ_j w_ij x_j for every unit i.
    ///
    /// # Panics
    /// Where `x` has another length than the weights.
    #[must_use]
    pub fn lag(&self, x: &[f64]) -> Vec<f64> {
        assert_eq!(x.len(), self.n(), "one value per unit");
        self.matrix.times(x)
    }

    /// Number of groups of units that no chain of neighbours connects.
    #[must_use]
    pub fn components(&self) -> usize {
        let n = self.n();
        let mut parent: Vec<usize> = (0..n).collect();
        fn root(parent: &mut [usize], mut i: usize) -> usize {
            while parent[i] != i {
                parent[i] = parent[parent[i]];
                i = parent[i];
            }
            i
        }
        for i in 0..n {
            for (j, _) in self.matrix.row(i) {
                let (a, b) = (root(&mut parent, i), root(&mut parent, j));
                parent[a.max(b)] = a.min(b);
            }
        }
        (0..n).filter(|&i| parent[i] == i).count()
    }

    /// The weights among the units for which `keep` holds, normalised anew.
    ///
    /// A row that loses neighbours keeps its sum, since what is left is normalised again.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; under row normalisation [`Error::Islands`] for units that lose all their neighbours.
    pub fn subset(&self, keep: &[bool]) -> Result<Self> {
        if keep.len() != self.n() {
            return Err(Error::LengthMismatch { what: "units to keep".into(), expected: self.n(), got: keep.len() });
        }
        if keep.iter().all(|&keep| keep) {
            return Ok(self.clone());
        }
        let labels: Vec<String> =
            self.labels.iter().zip(keep).filter(|&(_, &keep)| keep).map(|(label, _)| label.clone()).collect();
        let was_island: Vec<bool> = (0..self.n()).filter(|&i| keep[i]).map(|i| self.degree(i) == 0).collect();
        let part = Self::new(&labels, self.matrix.subset(keep), self.description.clone());
        if self.standardise == Standardise::Row {
            let lost: Vec<String> =
                part.islands().into_iter().filter(|&i| !was_island[i]).map(|i| labels[i].clone()).collect();
            if !lost.is_empty() {
                return Err(Error::Islands {
                    units: lost,
                    advice: "all their neighbours are outside the sample; drop these units too, or use k nearest neighbours",
                });
            }
        }
        part.standardised(self.standardise)
    }

    /// The weights of the units named, in that order, normalised anew.
    ///
    /// # Errors
    /// [`Error::UnknownName`] for a name that has no weights; else as [`Weights::subset`].
    pub fn select(&self, names: &[String]) -> Result<Self> {
        if names == self.labels {
            return Ok(self.clone());
        }
        let place: std::collections::BTreeMap<&str, usize> =
            self.labels.iter().enumerate().map(|(i, label)| (label.as_str(), i)).collect();
        let mut order = Vec::with_capacity(names.len());
        for name in names {
            let known = place.get(name.as_str()).copied();
            order.push(known.ok_or_else(|| Error::UnknownName {
                what: "unit in the weights",
                name: name.clone(),
                known: self.labels.clone(),
            })?);
        }
        let mut keep = vec![false; self.n()];
        order.iter().for_each(|&i| keep[i] = true);
        if keep.iter().filter(|&&keep| keep).count() != names.len() {
            return Err(Error::Specification("a unit stands twice in the list".into()));
        }
        let part = self.subset(&keep)?;
        let mut rank = vec![0; self.n()];
        (0..self.n()).filter(|&i| keep[i]).enumerate().for_each(|(next, i)| rank[i] = next);
        let from: Vec<usize> = order.iter().map(|&i| rank[i]).collect();
        let mut to = vec![0; names.len()];
        from.iter().enumerate().for_each(|(new, &old)| to[old] = new);
        let matrix = Csr::from_rows(from.iter().map(|&old| {
            let mut row: Vec<(usize, f64)> = part.matrix.row(old).map(|(j, weight)| (to[j], weight)).collect();
            row.sort_by_key(|entry| entry.0);
            row
        }));
        Ok(Self { labels: names.to_vec(), matrix, ..part })
    }
}
