//! An estimate as plain data to be written: what a file holds does not follow the inside of an estimator.

use crate::outcome::{Distribution, TestOutcome};
use crate::result::{Estimate, IvResult};
use serde::{Deserialize, Serialize};

/// Version of [`EstimateRecord`]: raised when a field changes its meaning or goes; a new field does not raise it.
pub const SCHEMA: u32 = 1;

/// An estimate without its sample. Numbers that are not finite are absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EstimateRecord {
    /// [`SCHEMA`] of the writer.
    pub schema: u32,
    /// The formula as written.
    pub formula: String,
    /// Left-hand side.
    pub response: String,
    /// Covariance, as it is written in [`crate::Vcov`]'s text form.
    pub vcov: String,
    /// Whose degrees-of-freedom rule.
    pub like: String,
    /// Estimator: `ols`, or that of the instrumental variables.
    pub estimator: String,
    /// Small-sample multiplier of the covariance; absent where it has none.
    pub multiplier: Option<f64>,
    /// K: coefficients, absorbed ones included.
    pub k: usize,
    /// K as the small-sample multiplier counts it.
    pub k_star: usize,
    /// G: groups, the fewest of several ways of clustering.
    pub groups: Option<usize>,
    /// Level of the confidence intervals.
    pub level: f64,
    /// Observations.
    pub n_obs: usize,
    /// Distinct entities.
    pub n_entities: usize,
    /// Distinct periods.
    pub n_periods: usize,
    /// Rows left out for a missing value.
    pub n_missing: usize,
    /// Rows left out as singletons.
    pub n_singletons: usize,
    /// Degrees of freedom of t; absent for the normal.
    pub df: Option<f64>,
    /// Coefficient table.
    pub coefficients: Vec<CoefficientRecord>,
    /// Their covariance, row by row.
    pub covariance: Vec<Vec<Option<f64>>>,
    /// Joint test of the slopes.
    pub wald: TestRecord,
    /// Fixed effects, as written.
    pub effects: Vec<String>,
    /// Residual sum of squares.
    pub ssr: Option<f64>,
    /// Overall R².
    pub r2: Option<f64>,
    /// R² within all fixed effects.
    pub r2_within: Option<f64>,
    /// R² within entities, as `xtreg` prints it.
    pub r2_within_entity: Option<f64>,
    /// Adjusted R².
    pub r2_adjusted: Option<f64>,
    /// Root mean squared error.
    pub rmse: Option<f64>,
    /// Regressors left out: name and reason.
    pub dropped: Vec<(String, String)>,
    /// Bound on the relative error that absorption and rounding can have caused.
    pub error_bound: Option<f64>,
    /// What instruments bring with them.
    pub iv: Option<IvRecord>,
}

/// A test, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TestRecord {
    /// Name.
    pub name: String,
    /// The null hypothesis in words.
    pub null: Option<String>,
    /// The statistic.
    pub statistic: Option<f64>,
    /// `chi2`, `f`, `t`, `z` or `tabulated`.
    pub distribution: Option<String>,
    /// Degrees of freedom, those of the denominator second; none for the normal.
    pub df: Vec<f64>,
    /// Probability.
    pub p: Option<f64>,
    /// Why it is not available.
    pub reason: Option<String>,
}

/// Instruments and their tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IvRecord {
    /// Endogenous regressors.
    pub endogenous: Vec<String>,
    /// Excluded instruments.
    pub instruments: Vec<String>,
    /// Over-identification, under-identification, weak instruments (Cragg-Donald, Kleibergen-Paap), Anderson-Rubin (F,
    /// chi-squared), Stock-Wright and endogeneity, in this order.
    pub tests: Vec<TestRecord>,
    /// First-stage F and partial R² of each endogenous regressor.
    pub first_stage: Vec<FirstStageRecord>,
}

/// One first stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirstStageRecord {
    /// The endogenous regressor.
    pub endogenous: String,
    /// F of the excluded instruments.
    pub f: TestRecord,
    /// Partial R².
    pub partial_r2: Option<f64>,
    /// Shea's partial R².
    pub shea_r2: Option<f64>,
}

/// One row of the coefficient table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CoefficientRecord {
    /// As written in the formula.
    pub name: String,
    /// Estimate.
    pub estimate: f64,
    /// Standard error.
    pub se: Option<f64>,
    /// t or z.
    pub t: Option<f64>,
    /// Two-sided p.
    pub p: Option<f64>,
    /// Ends of the confidence interval.
    pub ci: Option<(f64, f64)>,
}

impl From<&Estimate> for EstimateRecord {
    fn from(estimate: &Estimate) -> Self {
        let k = estimate.coef.len();
        Self {
            schema: SCHEMA,
            formula: estimate.formula.clone(),
            response: estimate.response.clone(),
            vcov: estimate.vcov_spec.to_string(),
            like: estimate.like.to_string(),
            estimator: estimate.iv.as_ref().map_or_else(|| "ols".into(), |iv| iv.fit.estimator.to_string()),
            multiplier: finite(estimate.small_sample.multiplier),
            k: estimate.small_sample.k,
            k_star: estimate.small_sample.k_star,
            groups: estimate.small_sample.groups,
            level: estimate.options().level,
            n_obs: estimate.n_obs,
            n_entities: estimate.n_entities,
            n_periods: estimate.n_periods,
            n_missing: estimate.n_missing,
            n_singletons: estimate.n_singletons,
            df: finite(estimate.df_t),
            coefficients: estimate
                .coef
                .iter()
                .map(|row| CoefficientRecord {
                    name: row.name.clone(),
                    estimate: row.estimate,
                    se: finite(row.se),
                    t: finite(row.t),
                    p: finite(row.p),
                    ci: finite(row.ci_low).zip(finite(row.ci_high)),
                })
                .collect(),
            covariance: (0..k).map(|i| (0..k).map(|j| finite(estimate.vcov[(i, j)])).collect()).collect(),
            wald: TestRecord::from(&estimate.wald),
            effects: estimate.frame().effect_names.clone(),
            ssr: finite(estimate.ssr),
            r2: finite(estimate.r2.overall),
            r2_within: estimate.r2.within.and_then(finite),
            r2_within_entity: estimate.r2.within_entity.and_then(finite),
            r2_adjusted: finite(estimate.r2.adjusted),
            rmse: finite(estimate.rmse),
            dropped: estimate.dropped.iter().map(|term| (term.name.clone(), term.reason.clone())).collect(),
            error_bound: finite(estimate.error_bound),
            iv: estimate.iv.as_ref().map(IvRecord::from),
        }
    }
}

impl From<&TestOutcome> for TestRecord {
    fn from(outcome: &TestOutcome) -> Self {
        let empty = Self {
            name: outcome.name().to_owned(),
            null: None,
            statistic: None,
            distribution: None,
            df: Vec::new(),
            p: None,
            reason: None,
        };
        match outcome {
            TestOutcome::NotAvailable { reason, .. } => Self { reason: Some(reason.clone()), ..empty },
            TestOutcome::Available(test) => {
                let distribution = match test.distribution {
                    Distribution::ChiSquared => "chi2",
                    Distribution::F => "f",
                    Distribution::StudentT => "t",
                    Distribution::Normal => "z",
                    Distribution::Tabulated => "tabulated",
                };
                Self {
                    null: Some(test.null.clone()),
                    statistic: finite(test.stat),
                    distribution: Some(distribution.into()),
                    df: finite(test.df).into_iter().chain(test.df2.and_then(finite)).collect(),
                    p: test.p.and_then(finite),
                    ..empty
                }
            }
        }
    }
}

impl From<&IvResult> for IvRecord {
    fn from(iv: &IvResult) -> Self {
        let d = &iv.diagnostics;
        let tests = [
            &d.over_id,
            &d.under_id,
            &d.weak_id,
            &d.weak_id_robust,
            &d.anderson_rubin.f,
            &d.anderson_rubin.chi2,
            &d.stock_wright,
            &d.endogeneity,
        ];
        Self {
            endogenous: iv.endogenous.clone(),
            instruments: iv.instruments.clone(),
            tests: tests.into_iter().map(TestRecord::from).collect(),
            first_stage: d
                .first_stage
                .iter()
                .map(|stage| FirstStageRecord {
                    endogenous: stage.endog.clone(),
                    f: TestRecord::from(&stage.f),
                    partial_r2: finite(stage.partial_r2),
                    shea_r2: finite(stage.shea_r2),
                })
                .collect(),
        }
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use panel_core::Panel;

    #[test]
    fn a_record_says_what_the_estimate_says() {
        let panel = Panel::builder("firm", "year")
            .keys(["a", "a", "a", "b", "b", "b"], ["1", "2", "3", "1", "2", "3"])
            .column("y", vec![1.0, 2.0, 4.0, 3.0, 1.0, 2.0])
            .column("x", vec![0.0, 1.0, 3.0, 2.0, 1.0, 1.0])
            .build()
            .expect("valid");
        let estimate = crate::Model::new("y ~ x | firm").expect("parses").fit(&panel).expect("fits");
        let record = EstimateRecord::from(&estimate);
        assert_eq!((record.schema, record.n_obs, record.coefficients.len()), (SCHEMA, 6, 1));
        assert_eq!(record.coefficients[0].estimate, estimate.coef[0].estimate);
        assert_eq!(record.covariance[0][0], Some(estimate.vcov[(0, 0)]));
        assert_eq!(
            (record.estimator.as_str(), record.k, record.effects.as_slice()),
            ("ols", 3, &["firm".to_owned()][..])
        );
        let text = serde_json::to_string(&record).expect("serialises");
        assert!(!text.contains("null,\"covariance") && text.starts_with("{\"schema\":1"), "{text}");
        let back = serde_json::from_str::<EstimateRecord>(&text).expect("reads back");
        assert_eq!((back.vcov, back.effects, back.wald.name), (record.vcov, record.effects, record.wald.name));
    }
}
