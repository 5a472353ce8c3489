//! Units without a neighbour.

use super::Weights;
use crate::csr::Csr;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// What becomes of a unit without a neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Islands {
    /// An error names them.
    #[default]
    Refuse,
    /// Each is linked to the nearest other unit and back, with weight 1 before normalisation.
    Nearest,
    /// They keep an empty row: their lag is 0, and weights cannot be row-stochastic.
    Keep,
}

impl Islands {
    pub(crate) fn apply(self, weights: Weights, nearest: impl Fn(usize) -> Option<usize>) -> Result<Weights> {
        let islands = weights.islands();
        if islands.is_empty() || self == Self::Keep {
            return Ok(weights);
        }
        let refuse = |units: &[usize], advice| {
            Err(Error::Islands { units: units.iter().map(|&i| weights.labels[i].clone()).collect(), advice })
        };
        if self == Self::Refuse {
            return refuse(
                &islands,
                "drop them, link each to its nearest (islands = \"nearest\"), keep empty rows (islands = \"keep\"), or choose a wider band or k nearest neighbours",
            );
        }
        let mut rows: Vec<Vec<(usize, f64)>> = (0..weights.n()).map(|i| weights.row(i).collect()).collect();
        for &i in &islands {
            let Some(j) = nearest(i).filter(|&j| j != i) else {
                return refuse(&[i], "there is no nearest unit without coordinates");
            };
            for (a, b) in [(i, j), (j, i)] {
                if !rows[a].iter().any(|entry| entry.0 == b) {
                    rows[a].push((b, 1.0));
                    rows[a].sort_by_key(|entry| entry.0);
                }
            }
        }
        let standardise = weights.standardise;
        Weights { matrix: Csr::from_rows(rows), ..weights }.standardised(standardise)
    }
}
