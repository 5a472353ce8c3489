//! Tests: does the non-spatial model miss a lag, does the Durbin model reduce to a smaller one.
//!
//! | question | test |
//! |---|---|
//! | is a spatial lag or error missing | [`lm_tests`] |
//! | SDM → SAR, SEM, SLX | [`likelihood_ratio`], [`wald_to_sar`], [`wald_to_sem`] |
//! | fixed or random effects of units | [`hausman`], [`mundlak`] |
//! | OLS or SEM | [`pace_lesage`] |
//! | are residuals still alike among neighbours | [`residual_moran`] |
//! | all of the first three at once | [`specification_tests`] |

mod hausman;
mod lm;
mod restrictions;
mod specification;

pub use hausman::{hausman, mundlak, pace_lesage};
pub use lm::{LmConvention, LmTests, lm_tests};
pub use restrictions::{likelihood_ratio, wald_to_sar, wald_to_sem};
pub use specification::{SpecificationTest, TestGroup, specification_tests};

use crate::association::{GlobalTest, moran};
use crate::error::Result;
use crate::weights::Weights;
use panel_core::distribution::chi_squared_upper;
use serde::Serialize;

/// A χ² test.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChiSquared {
    /// Its name.
    pub name: String,
    /// The null hypothesis.
    pub null: String,
    /// Statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: usize,
    /// P(χ²(df) ≥ statistic).
    pub p: f64,
    /// What to mind in reading it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

impl ChiSquared {
    pub(crate) fn new(name: impl Into<String>, null: impl Into<String>, statistic: f64, df: usize) -> Self {
        Self {
            name: name.into(),
            null: null.into(),
            statistic,
            df,
            p: chi_squared_upper(statistic, df as f64),
            remark: None,
        }
    }
}

/// Moran's I of residuals, period by period.
///
/// Its moments are those of values, not of residuals of a regression: a look at the residuals, not a test of the model; for that see
/// [`lm_tests`].
///
/// # Errors
/// As [`moran`].
pub fn residual_moran(residuals: &[f64], weights: &Weights, permutations: usize, seed: u64) -> Result<Vec<GlobalTest>> {
    residuals.chunks(weights.n()).map(|period| moran(period, weights, permutations, seed)).collect()
}
