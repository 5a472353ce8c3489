//! An estimate as plain data to be written: what a file holds does not follow the inside of an estimator.
//!
//! The fields, their names and their order are those of `results/estimates.json`.

mod asked;
mod curve;

pub use asked::{
    BootstrapRecord, DiagnosticRecord, InferenceRecord, InflationRecord, LineRecord, ProjectionRecord,
    ReducedFormRecord, TwoLinesRecord,
};
pub use curve::{
    AtModeratorRecord, CurveRecord, DerivedRecord, EndRecord, FiellerRecord, FlipRecord, ModerationRecord, SlopeRecord,
    SlopesRecord, TurningPointRecord, UTestRecord,
};

use crate::fit::result::{Coefficient, Estimate};
use crate::iv::{FirstStage, InstrumentCoefficient};
use crate::outcome::TestOutcome;
use crate::streaming::Streamed;
use panel_core::distribution;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of [`EstimateRecord`]: raised when a field changes its meaning or goes; a new field does not raise it.
pub const SCHEMA: u32 = 2;

/// An estimate without its sample. Numbers that are not finite are `None`; minus zero is zero.
///
/// Its fields are open, so that an estimator of another crate can fill what it has and leave the rest as `Default` has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EstimateRecord {
    /// Table that the estimate is a column of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Name of the column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Formula as written.
    pub formula: String,
    /// Filter of the sample as written.
    pub sample: Option<String>,
    /// Observations.
    pub n_obs: usize,
    /// Distinct entities.
    pub n_entities: usize,
    /// N - K.
    pub df_resid: Option<f64>,
    /// Degrees of freedom of t, which p and intervals follow; `None` for the normal.
    pub df_t: Option<f64>,
    /// Coefficients.
    pub coef: Vec<CoefficientRecord>,
    /// Overall R².
    pub r2: Option<f64>,
    /// R² within all fixed effects.
    pub r2_within: Option<f64>,
    /// R² within entities, as `xtreg` prints it.
    pub r2_within_entity: Option<f64>,
    /// Adjusted R².
    pub adj_r2: Option<f64>,
    /// Root mean squared error.
    pub rmse: Option<f64>,
    /// Covariance, in the text form of [`crate::Vcov`].
    pub vcov: String,
    /// Whose degrees-of-freedom rule.
    pub like: String,
    /// Small-sample multiplier of the covariance.
    pub multiplier: Option<f64>,
    /// What was left out.
    pub dropped: DroppedRecord,
    /// First stages.
    pub first_stage: Vec<FirstStageRecord>,
    /// Anderson's LM for iid errors, else Kleibergen-Paap rk LM.
    pub under_id: Option<TestRecord>,
    /// Cragg-Donald Wald F.
    pub weak_id: Option<TestRecord>,
    /// Kleibergen-Paap rk Wald F.
    pub weak_id_robust: Option<TestRecord>,
    /// Sargan or Hansen J.
    pub over_id: Option<TestRecord>,
    /// C test of the endogenous regressors.
    pub endogeneity: Option<TestRecord>,
    /// U test, where one was asked for.
    pub utest: Option<UTestRecord>,
    /// Moderated turning point, where one was asked for.
    pub moderation: Option<ModerationRecord>,
    /// Slopes under a moderator, where they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slopes: Option<SlopesRecord>,
    /// Bound on the relative error of the coefficients.
    pub error_bound: Option<f64>,
    /// Estimator of the instrumental variables, where one was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimator: Option<String>,
    /// Level of the intervals of coefficients, where one was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<f64>,
    /// Tests of coefficients and of instruments, in the order asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<TestRecord>,
    /// Diagnostics that were asked for, by the word that asks for them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub diagnostics: BTreeMap<String, DiagnosticRecord>,
    /// Bootstrap, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inference: Option<InferenceRecord>,
    /// Two-lines test, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub two_lines: Option<TwoLinesRecord>,
    /// More of the estimate, where it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<DetailsRecord>,
}

/// What an estimate knows beside what a table shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DetailsRecord {
    /// [`SCHEMA`] of the writer.
    pub schema: u32,
    /// Left-hand side.
    pub response: String,
    /// Estimator: `ols`, or that of the instrumental variables.
    pub estimator: String,
    /// Fixed effects, as written.
    pub effects: Vec<String>,
    /// K: coefficients, absorbed ones included.
    pub k: usize,
    /// K as the small-sample multiplier counts it.
    pub k_star: usize,
    /// Clusters of every key.
    pub clusters: Vec<ClusterRecord>,
    /// Level of the confidence intervals.
    pub level: f64,
    /// Distinct periods.
    pub n_periods: usize,
    /// Covariance of the coefficients, row by row.
    pub covariance: Vec<Vec<Option<f64>>>,
    /// Joint test of the slopes.
    pub wald: TestRecord,
    /// Residual sum of squares.
    pub ssr: Option<f64>,
    /// Why each collinear term was left out.
    pub reasons: Vec<String>,
    /// Effective F of Montiel Olea and Pflueger, for one endogenous regressor.
    pub effective_f: Option<TestRecord>,
    /// Anderson-Rubin test that the endogenous coefficients are zero.
    pub anderson_rubin: Option<TestRecord>,
    /// Stock-Wright S of the same null.
    pub stock_wright: Option<TestRecord>,
}

/// Clusters of one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClusterRecord {
    /// The key.
    pub key: String,
    /// Its groups in the sample.
    pub groups: usize,
}

/// A coefficient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoefficientRecord {
    /// As written in the formula.
    pub name: String,
    /// Estimate.
    pub estimate: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// t or z.
    pub t: Option<f64>,
    /// Two-sided p.
    pub p: Option<f64>,
    /// Lower end of the confidence interval.
    pub ci_low: Option<f64>,
    /// Upper end of the confidence interval.
    pub ci_high: Option<f64>,
    /// Why there is no standard error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What an estimate left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedRecord {
    /// Collinear terms.
    pub collinear: Vec<String>,
    /// Rows with a missing used value.
    pub missing_rows: usize,
    /// Singleton rows.
    pub singleton_rows: usize,
}

/// A first stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FirstStageRecord {
    /// The endogenous regressor.
    pub endog: String,
    /// F of the excluded instruments.
    pub f: Option<f64>,
    /// Its numerator degrees of freedom.
    pub df1: Option<f64>,
    /// Its denominator degrees of freedom.
    pub df2: Option<f64>,
    /// Its p.
    pub p: Option<f64>,
    /// Partial R² of the excluded instruments.
    pub partial_r2: Option<f64>,
    /// Shea's partial R².
    pub shea_partial_r2: Option<f64>,
    /// Sanderson-Windmeijer F.
    pub sw_f: Option<f64>,
    /// Angrist-Pischke F.
    pub ap_f: Option<f64>,
    /// Coefficients of the excluded instruments.
    pub coef: Vec<CoefficientRecord>,
    /// Why there is no F.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A test, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TestRecord {
    /// It was computed.
    Computed {
        /// Name.
        name: String,
        /// The null hypothesis in words.
        null: String,
        /// The statistic.
        stat: Option<f64>,
        /// Degrees of freedom; `None` for the normal.
        df: Option<f64>,
        /// Probability; `None` where critical values are tabulated.
        p: Option<f64>,
        /// Degrees of freedom of the denominator, for F.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        df2: Option<f64>,
    },
    /// It cannot be computed.
    Missing {
        /// Name.
        name: String,
        /// Why.
        reason: String,
    },
}

impl From<&Estimate> for EstimateRecord {
    fn from(estimate: &Estimate) -> Self {
        let iv = estimate.iv.as_ref().map(|iv| &iv.diagnostics);
        let test = |test: Option<&TestOutcome>| test.map(TestRecord::from);
        Self {
            formula: estimate.formula.clone(),
            n_obs: estimate.n_obs,
            n_entities: estimate.n_entities,
            df_resid: finite(estimate.df_resid),
            df_t: finite(estimate.df_t),
            coef: estimate.coef.iter().map(CoefficientRecord::from).collect(),
            r2: finite(estimate.r2.overall),
            r2_within: estimate.r2.within.and_then(finite),
            r2_within_entity: estimate.r2.within_entity.and_then(finite),
            adj_r2: finite(estimate.r2.adjusted),
            rmse: finite(estimate.rmse),
            vcov: estimate.vcov_spec.to_string(),
            like: estimate.like.to_string(),
            multiplier: finite(estimate.small_sample.multiplier),
            dropped: DroppedRecord {
                collinear: estimate.dropped.iter().map(|dropped| dropped.name.clone()).collect(),
                missing_rows: estimate.n_missing,
                singleton_rows: estimate.n_singletons,
            },
            first_stage: iv.iter().flat_map(|iv| &iv.first_stage).map(FirstStageRecord::from).collect(),
            under_id: test(iv.map(|iv| &iv.under_id)),
            weak_id: test(iv.map(|iv| &iv.weak_id)),
            weak_id_robust: test(iv.map(|iv| &iv.weak_id_robust)),
            over_id: test(iv.map(|iv| &iv.over_id)),
            endogeneity: test(iv.map(|iv| &iv.endogeneity)),
            error_bound: finite(estimate.error_bound),
            ..Self::default()
        }
    }
}

impl From<&Streamed> for EstimateRecord {
    fn from(estimate: &Streamed) -> Self {
        Self {
            formula: estimate.formula.clone(),
            n_obs: estimate.n_obs,
            n_entities: estimate.n_entities,
            df_resid: finite(estimate.df_resid),
            df_t: finite(estimate.df_t),
            coef: estimate.coef.iter().map(CoefficientRecord::from).collect(),
            r2: finite(estimate.r2.overall),
            r2_within: estimate.r2.within.and_then(finite),
            r2_within_entity: estimate.r2.within_entity.and_then(finite),
            adj_r2: finite(estimate.r2.adjusted),
            rmse: finite(estimate.rmse),
            vcov: estimate.vcov_spec.to_string(),
            like: estimate.like.to_string(),
            multiplier: finite(estimate.multiplier),
            dropped: DroppedRecord {
                collinear: estimate.dropped.iter().map(|dropped| dropped.name.clone()).collect(),
                missing_rows: estimate.n_missing,
                singleton_rows: estimate.n_singletons,
            },
            error_bound: finite(estimate.error_bound),
            ..Self::default()
        }
    }
}

impl EstimateRecord {
    /// The record as a column of a table on a filtered sample.
    #[must_use]
    pub fn in_table(self, table: impl Into<String>, column: impl Into<String>, sample: Option<String>) -> Self {
        Self { table: Some(table.into()), column: Some(column.into()), sample, ..self }
    }

    /// The record with everything else that the estimate knows.
    #[must_use]
    pub fn with_details(self, estimate: &Estimate) -> Self {
        Self { details: Some(DetailsRecord::from(estimate)), ..self }
    }
}

impl From<&Estimate> for DetailsRecord {
    fn from(estimate: &Estimate) -> Self {
        let k = estimate.coef.len();
        let iv = estimate.iv.as_ref();
        let clusters = estimate.clusters.iter();
        Self {
            schema: SCHEMA,
            response: estimate.response.clone(),
            estimator: iv.map_or_else(|| "ols".into(), |iv| iv.fit.estimator.to_string()),
            effects: estimate.frame().effect_names.clone(),
            k: estimate.small_sample.k,
            k_star: estimate.small_sample.k_star,
            clusters: clusters.map(|c| ClusterRecord { key: c.key.clone(), groups: c.groups }).collect(),
            level: estimate.options().level,
            n_periods: estimate.n_periods,
            covariance: (0..k).map(|i| (0..k).map(|j| finite(estimate.vcov[(i, j)])).collect()).collect(),
            wald: TestRecord::from(&estimate.wald),
            ssr: finite(estimate.ssr),
            reasons: estimate.dropped.iter().map(|dropped| dropped.reason.clone()).collect(),
            effective_f: iv.and_then(|iv| iv.diagnostics.effective_f.as_ref()).map(|f| TestRecord::from(&f.test)),
            anderson_rubin: iv.map(|iv| TestRecord::from(&iv.diagnostics.anderson_rubin.f)),
            stock_wright: iv.map(|iv| TestRecord::from(&iv.diagnostics.stock_wright)),
        }
    }
}

impl From<&Coefficient> for CoefficientRecord {
    fn from(row: &Coefficient) -> Self {
        Self {
            name: row.name.clone(),
            estimate: finite(row.estimate),
            se: finite(row.se),
            t: finite(row.t),
            p: finite(row.p),
            ci_low: finite(row.ci_low),
            ci_high: finite(row.ci_high),
            reason: row.unavailable.map(|reason| reason.to_string()),
        }
    }
}

/// A coefficient of a first stage. Its t² is the F of one instrument, so that its p and its interval (of 95 %) take the
/// degrees of freedom of that F's denominator.
fn in_first_stage(row: &InstrumentCoefficient, df: Option<f64>) -> CoefficientRecord {
    let t = row.estimate / row.se;
    let half = df.map_or(f64::NAN, |df| distribution::t_critical(0.95, df) * row.se);
    CoefficientRecord {
        name: row.name.clone(),
        estimate: finite(row.estimate),
        se: finite(row.se),
        t: finite(t),
        p: df.and_then(|df| finite(distribution::t_two_sided(t, df))),
        ci_low: finite(row.estimate - half),
        ci_high: finite(row.estimate + half),
        reason: row.unavailable.map(|reason| reason.to_string()),
    }
}

impl From<&FirstStage> for FirstStageRecord {
    fn from(stage: &FirstStage) -> Self {
        let stat = |test: &TestOutcome| test.available().and_then(|test| finite(test.stat));
        let f = stage.f.available();
        Self {
            endog: stage.endog.clone(),
            f: stat(&stage.f),
            df1: f.and_then(|f| finite(f.df)),
            df2: f.and_then(|f| f.df2).and_then(finite),
            p: f.and_then(|f| f.p).and_then(finite),
            partial_r2: finite(stage.partial_r2),
            shea_partial_r2: finite(stage.shea_r2),
            sw_f: stat(&stage.sanderson_windmeijer),
            ap_f: stat(&stage.angrist_pischke),
            coef: stage.instruments.iter().map(|row| in_first_stage(row, f.and_then(|f| f.df2))).collect(),
            reason: match &stage.f {
                TestOutcome::NotAvailable { reason, .. } => Some(reason.clone()),
                TestOutcome::Available(_) => None,
            },
        }
    }
}

impl From<&TestOutcome> for TestRecord {
    fn from(outcome: &TestOutcome) -> Self {
        match outcome {
            TestOutcome::Available(test) => Self::Computed {
                name: test.name.clone(),
                null: test.null.clone(),
                stat: finite(test.stat),
                df: finite(test.df),
                p: test.p.and_then(finite),
                df2: test.df2.and_then(finite),
            },
            TestOutcome::NotAvailable { name, reason } => Self::Missing { name: name.clone(), reason: reason.clone() },
        }
    }
}

/// The number, if it is one; minus zero is zero.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::after::moderation::Moderation;
    use panel_core::Panel;

    fn panel() -> Panel {
        Panel::builder("firm", "year")
            .keys(["a", "a", "a", "b", "b", "b", "c", "c", "c"], ["1", "2", "3", "1", "2", "3", "1", "2", "3"])
            .column("y", vec![1.0, 2.0, 4.0, 3.0, 1.0, 2.0, 2.0, 5.0, 4.0])
            .column("x", vec![0.0, 1.0, 3.0, 2.0, 1.0, 1.0, 0.0, 2.0, 4.0])
            .column("z", vec![0.5, 1.0, 2.0, 2.0, 1.5, 1.0, 0.0, 2.5, 3.0])
            .build()
            .expect("valid")
    }

    #[test]
    fn the_fields_of_the_contract_in_their_order() {
        let estimate = crate::Model::new("y ~ 1 | firm | x ~ z").expect("parses").fit(&panel()).expect("fits");
        let record = EstimateRecord::from(&estimate).in_table("main", "(1)", Some("y > 0".into()));
        let text = serde_json::to_string(&record).expect("serialises");
        let keys = [
            "table",
            "column",
            "formula",
            "sample",
            "n_obs",
            "n_entities",
            "df_resid",
            "df_t",
            "coef",
            "name",
            "estimate",
            "se",
            "t",
            "p",
            "ci_low",
            "ci_high",
            "r2",
            "r2_within",
            "r2_within_entity",
            "adj_r2",
            "rmse",
            "vcov",
            "like",
            "multiplier",
            "dropped",
            "collinear",
            "missing_rows",
            "singleton_rows",
            "first_stage",
            "endog",
            "f",
            "df1",
            "df2",
            "p",
            "partial_r2",
            "shea_partial_r2",
            "sw_f",
            "ap_f",
            "coef",
            "name",
            "estimate",
            "se",
            "t",
            "p",
            "ci_low",
            "ci_high",
            "under_id",
            "name",
            "null",
            "stat",
            "df",
            "p",
            "weak_id",
            "name",
            "null",
            "stat",
            "df",
            "p",
            "df2",
            "weak_id_robust",
            "name",
            "reason",
            "over_id",
            "name",
            "reason",
            "endogeneity",
            "name",
            "null",
            "stat",
            "df",
            "p",
            "utest",
            "moderation",
            "error_bound",
        ];
        let found: Vec<&str> =
            text.split('"').skip(1).step_by(2).filter(|key| text.contains(&format!("\"{key}\":"))).collect();
        assert_eq!(found, keys, "{text}");
        let back = serde_json::from_str::<EstimateRecord>(&text).expect("reads back");
        // The reader of JSON may miss the last bit of a number, so that structures are compared and not every digit.
        let again = serde_json::to_string(&back).expect("serialises");
        assert_eq!(again.matches("\":").count(), text.matches("\":").count(), "{again}");
        assert_eq!(record.coef[0].estimate, Some(estimate.coef[0].estimate));
        assert!(text.contains("\"sample\":\"y > 0\"") && text.contains("\"df_resid\":5.0"), "{text}");
    }

    #[test]
    fn curves_and_details() {
        let formula = "y ~ x + x^2 + x:z + x^2:z + z";
        let estimate = crate::Model::new(formula).expect("parses").fit(&panel()).expect("fits");
        let mut record = EstimateRecord::from(&estimate).with_details(&estimate);
        let test = estimate.utest("x", "x^2", crate::utest::Curve::Quadratic, 0.95).expect("a curve");
        record.utest = Some(UTestRecord::new(&estimate, "x", &test));
        let model = Moderation::new(&estimate.coefficients(), "x", "x^2", "x:z", Some("x^2:z")).expect("terms");
        let values = estimate.sample_values("z").expect("there");
        record.moderation = Some(ModerationRecord::new(&model, "x", "z", values, 0.95).expect("a level"));
        let text = serde_json::to_string(&record).expect("serialises");
        let back = serde_json::from_str::<EstimateRecord>(&text).expect("reads back");
        let (one, other) = (back.coef[0].estimate.expect("a number"), record.coef[0].estimate.expect("a number"));
        assert!((one - other).abs() <= 1e-15 * other.abs(), "{one} {other}");
        assert_eq!((back.coef.len(), &back.vcov), (record.coef.len(), &record.vcov));
        assert!(
            text.contains("\"fieller\":{\"kind\":\"") && text.contains("\"flip\":{\"at\":{\"estimate\":"),
            "{text}"
        );
        assert!(text.contains("\"schema\":2,\"response\":\"y\",\"estimator\":\"ols\""), "{text}");
    }
}
