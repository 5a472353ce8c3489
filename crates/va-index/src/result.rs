//! Results.

use panel_core::Diagnostics;
use serde::Serialize;

/// The index and its parts, one value per row of the data; missing is `NaN`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct VaIndex {
    /// The index in the form asked for.
    pub va: Vec<f64>,
    /// Location quotient.
    pub location_quotient: Vec<f64>,
    /// Own part, w_ii LQ_i.
    pub own: Vec<f64>,
    /// Spillover, Σ_{j ≠ i} w_ij LQ_j, in every form.
    pub spillover: Vec<f64>,
    /// Sum of an entity's weights, own weight included; one value per entity.
    pub weight_sum: Vec<f64>,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

impl VaIndex {
    /// Rows in descending order of the index; rows without one are left out, ties keep the order of rows.
    #[must_use]
    pub fn ranking(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..self.va.len()).filter(|&row| !self.va[row].is_nan()).collect();
        rows.sort_by(|&a, &b| self.va[b].total_cmp(&self.va[a]));
        rows
    }
}

/// What one entity gives to another's index.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Contribution {
    /// The giving entity (index of its label).
    pub entity: u32,
    /// Its weight.
    pub weight: f64,
    /// Its location quotient.
    pub location_quotient: f64,
    /// Its part of the index.
    pub amount: f64,
    /// The amount over the sum of all amounts.
    pub share: f64,
}
