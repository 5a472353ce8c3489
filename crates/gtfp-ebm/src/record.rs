//! The record of a run: conventions in words, ε and w, counts.

use crate::calibration::CalibrationResult;
use crate::lp::LpStats;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the linear programs of a run did.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LpRecord {
    /// Programs solved.
    pub programs: usize,
    /// Simplex iterations in all.
    pub iterations: usize,
    /// Programs whose certificate the built-in engine could not close and HiGHS solved.
    pub fallbacks: usize,
    /// Programs proved infeasible.
    pub infeasible: usize,
    /// Programs without a closing certificate at the end.
    pub uncertified: usize,
    /// The worst part of any optimal program's certificate: residuals, complementarity and gap, all relative.
    pub worst_certificate: f64,
}

impl From<&LpStats> for LpRecord {
    fn from(stats: &LpStats) -> Self {
        Self {
            programs: stats.programs,
            iterations: stats.iterations,
            fallbacks: stats.fallbacks,
            infeasible: stats.infeasible,
            uncertified: stats.uncertified,
            worst_certificate: stats.worst_certificate,
        }
    }
}

/// The record of a whole-panel run, ready to be written beside its rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// Names of inputs.
    pub inputs: Vec<String>,
    /// Names of good outputs.
    pub goods: Vec<String>,
    /// Names of bad outputs.
    pub bads: Vec<String>,
    /// Rows of the data.
    pub rows: usize,
    /// Rows with a missing quantity.
    pub missing: usize,
    /// Entities.
    pub entities: usize,
    /// Periods, ascending.
    pub periods: Vec<i64>,
    /// Transitions with an index.
    pub transitions: usize,
    /// Rows without an index, by the reason of [`Transition`](crate::Transition); empty where no index was asked for.
    pub without_index: BTreeMap<String, usize>,
    /// ε, w, ρ and affinity: pooled first, then one per period where so calibrated. Empty for other models than EBM.
    pub calibration: Vec<CalibrationResult>,
    /// Every convention used, by name.
    pub conventions: BTreeMap<String, String>,
    /// Rows on their reference frontier (score 1, or distance 0).
    pub efficient: usize,
    /// Counts of the linear programs.
    pub lp: LpRecord,
}
