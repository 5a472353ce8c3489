//! Spatial association as a study writes it: `[[spatial]]`.

use super::{GlobalTest, geary, moran};
use crate::error::Result;
use crate::weights::Weights;
use serde::{Deserialize, Serialize};

/// One `[[spatial]]` entry.
///
/// ```
/// use panel_spatial::association::{AssociationKind, AssociationSpec};
/// let spec: AssociationSpec = toml::from_str(r#"id = "moran"
/// kind = "moran"
/// variables = ["Va", "Gtfp"]
/// weights = "W_inv""#)?;
/// assert_eq!((spec.kind, spec.permutations), (AssociationKind::Moran, 999));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AssociationSpec {
    /// Name of the results file and figure.
    pub id: String,
    /// What is computed.
    pub kind: AssociationKind,
    /// Variables, or residuals of a table's column as `resid(table:column)`.
    pub variables: Vec<String>,
    /// Id of the weights.
    pub weights: String,
    /// Permutations; 0 for none.
    #[serde(default = "permutations")]
    pub permutations: usize,
    /// Seed of the permutations.
    #[serde(default = "seed")]
    pub seed: u64,
}

impl AssociationSpec {
    /// The seed where none is given.
    #[must_use]
    pub fn default_seed() -> u64 {
        seed()
    }
}

/// What a `[[spatial]]` entry computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AssociationKind {
    /// Moran's I by period.
    Moran,
    /// Geary's C by period.
    Geary,
    /// Local Moran statistics by period.
    Lisa,
}

fn permutations() -> usize {
    999
}

fn seed() -> u64 {
    20_132_020
}

/// A global test for every period of a column stacked by period; each period has its own permutations.
///
/// # Errors
/// As [`moran`] and [`geary`]; for a kind that is no global test [`Error::Specification`](crate::Error::Specification).
pub fn by_period(
    kind: AssociationKind,
    stacked: &[f64],
    weights: &Weights,
    permutations: usize,
    seed: u64,
) -> Result<Vec<GlobalTest>> {
    let test = |(period, values): (usize, &[f64])| {
        let seed = seed.wrapping_add(period as u64);
        match kind {
            AssociationKind::Moran => moran(values, weights, permutations, seed),
            AssociationKind::Geary => geary(values, weights, permutations, seed),
            other => Err(crate::Error::Specification(format!("{other:?} is no global test by period"))),
        }
    };
    stacked.chunks(weights.n()).enumerate().map(test).collect()
}
