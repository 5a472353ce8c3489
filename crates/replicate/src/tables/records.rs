//! Estimates as they are written to `results/estimates.json`: plain records that no refactoring of an estimator moves.

use serde::Serialize;
use serde_json::Value;

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EstimateRecord {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
    /// Formula as written.
    pub formula: String,
    /// Filter as written.
    pub sample: Option<String>,
    /// Observations used.
    pub n_obs: usize,
    /// Entities used.
    pub n_entities: usize,
    /// Residual degrees of freedom (of t).
    pub df_resid: Value,
    /// Degrees of freedom of t, which p and intervals follow; null for the normal.
    pub df_t: Value,
    /// Coefficients, in formula order.
    pub coef: Vec<CoefRecord>,
    /// R².
    pub r2: Value,
    /// Within R², partialled of all fixed effects.
    pub r2_within: Value,
    /// Within R² as xtreg prints it: city-demeaned, other effects count as regressors.
    pub r2_within_entity: Value,
    /// Adjusted R².
    pub adj_r2: Value,
    /// Root mean squared error by the rule of `like`.
    pub rmse: Value,
    /// Covariance estimator.
    pub vcov: String,
    /// Degrees-of-freedom rule.
    pub like: String,
    /// Small-sample multiplier of the covariance.
    pub multiplier: Value,
    /// What was left out.
    pub dropped: DroppedRecord,
    /// First stages of IV columns.
    pub first_stage: Vec<FirstStageRecord>,
    /// Under-identification.
    pub under_id: Value,
    /// Cragg-Donald Wald F.
    pub weak_id: Value,
    /// Kleibergen-Paap rk Wald F.
    pub weak_id_robust: Value,
    /// Over-identification.
    pub over_id: Value,
    /// Endogeneity.
    pub endogeneity: Value,
    /// U test.
    pub utest: Value,
    /// Moderated turning point.
    pub moderation: Value,
    /// Bound on the error of the coefficients from absorption.
    pub error_bound: Value,
}

/// A coefficient.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CoefRecord {
    /// Name as written in the formula.
    pub name: String,
    /// Estimate.
    pub estimate: Value,
    /// Standard error.
    pub se: Value,
    /// t.
    pub t: Value,
    /// p.
    pub p: Value,
    /// Lower end of the 95 % interval.
    pub ci_low: Value,
    /// Upper end of the 95 % interval.
    pub ci_high: Value,
}

/// What a column left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DroppedRecord {
    /// Collinear terms.
    pub collinear: Vec<String>,
    /// Rows with a missing used value.
    pub missing_rows: usize,
    /// Singleton rows.
    pub singleton_rows: usize,
}

/// A first stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirstStageRecord {
    /// Endogenous variable.
    pub endog: String,
    /// F of the excluded instruments.
    pub f: Value,
    /// Its numerator degrees of freedom.
    pub df1: Value,
    /// Its denominator degrees of freedom.
    pub df2: Value,
    /// Its p.
    pub p: Value,
    /// Partial R² of the excluded instruments.
    pub partial_r2: Value,
    /// Shea's partial R².
    pub shea_partial_r2: Value,
    /// Sanderson-Windmeijer F.
    pub sw_f: Value,
    /// Angrist-Pischke F.
    pub ap_f: Value,
    /// Coefficients.
    pub coef: Vec<CoefRecord>,
}
