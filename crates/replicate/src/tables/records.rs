//! Estimates as plain data, as `results/estimates.json` holds them: no refactoring of an estimator moves them. Numbers that
//! are not finite are absent.

use crate::study::ColumnSpec;
use panel_fe::iv::{FirstStage, InstrumentCoefficient};
use panel_fe::{Coefficient, Estimate, TestOutcome, TestStat};
use serde::Serialize;

/// A number of a record; zero has no sign.
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value + 0.0)
}

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
    pub df_resid: Option<f64>,
    /// Degrees of freedom of t, which p and intervals follow; absent for the normal.
    pub df_t: Option<f64>,
    /// Coefficients, in formula order.
    pub coef: Vec<CoefRecord>,
    /// R².
    pub r2: Option<f64>,
    /// Within R², partialled of all fixed effects.
    pub r2_within: Option<f64>,
    /// Within R² as xtreg prints it: city-demeaned, other effects count as regressors.
    pub r2_within_entity: Option<f64>,
    /// Adjusted R².
    pub adj_r2: Option<f64>,
    /// Root mean squared error by the rule of `like`.
    pub rmse: Option<f64>,
    /// Covariance estimator.
    pub vcov: String,
    /// Degrees-of-freedom rule.
    pub like: String,
    /// Small-sample multiplier of the covariance.
    pub multiplier: Option<f64>,
    /// What was left out.
    pub dropped: DroppedRecord,
    /// First stages of IV columns.
    pub first_stage: Vec<FirstStageRecord>,
    /// Under-identification.
    pub under_id: Option<TestRecord>,
    /// Cragg-Donald Wald F.
    pub weak_id: Option<TestRecord>,
    /// Kleibergen-Paap rk Wald F.
    pub weak_id_robust: Option<TestRecord>,
    /// Over-identification.
    pub over_id: Option<TestRecord>,
    /// Endogeneity.
    pub endogeneity: Option<TestRecord>,
    /// U test.
    pub utest: Option<super::u_shape::UTestOutcome>,
    /// Moderated turning point.
    pub moderation: Option<super::u_shape::ModerationRecord>,
    /// Bound on the error of the coefficients from absorption.
    pub error_bound: Option<f64>,
}

/// A column or a chain that could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotComputedRecord {
    /// Table.
    pub table: String,
    /// Column; absent where it is the whole table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Why.
    pub reason: String,
}

/// An entry of `results/estimates.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Entry<'a> {
    /// An estimate.
    Estimate(&'a EstimateRecord),
    /// Why there is none.
    NotComputed(&'a NotComputedRecord),
}

/// A coefficient.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CoefRecord {
    /// Name as written in the formula.
    pub name: String,
    /// Estimate.
    pub estimate: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// t.
    pub t: Option<f64>,
    /// p.
    pub p: Option<f64>,
    /// Lower end of the 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper end of the 95 % interval.
    pub ci_high: Option<f64>,
}

impl From<&Coefficient> for CoefRecord {
    fn from(c: &Coefficient) -> Self {
        Self {
            name: c.name.clone(),
            estimate: finite(c.estimate),
            se: finite(c.se),
            t: finite(c.t),
            p: finite(c.p),
            ci_low: finite(c.ci_low),
            ci_high: finite(c.ci_high),
        }
    }
}

/// A test, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum TestRecord {
    /// The test.
    Available {
        /// Its name.
        name: String,
        /// The null hypothesis.
        null: String,
        /// The statistic.
        stat: Option<f64>,
        /// Degrees of freedom, of the numerator where there are two.
        df: Option<f64>,
        /// Probability.
        p: Option<f64>,
        /// Degrees of freedom of the denominator.
        #[serde(skip_serializing_if = "Option::is_none")]
        df2: Option<f64>,
    },
    /// Why there is none.
    NotAvailable {
        /// Its name.
        name: String,
        /// The reason.
        reason: String,
    },
}

impl From<&TestOutcome> for TestRecord {
    fn from(outcome: &TestOutcome) -> Self {
        match outcome {
            TestOutcome::Available(TestStat { name, null, stat, df, df2, p, .. }) => Self::Available {
                name: name.clone(),
                null: null.clone(),
                stat: finite(*stat),
                df: finite(*df),
                p: p.and_then(finite),
                df2: *df2,
            },
            TestOutcome::NotAvailable { name, reason } => {
                Self::NotAvailable { name: name.clone(), reason: reason.clone() }
            }
        }
    }
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
    /// Coefficients of the instruments.
    pub coef: Vec<CoefRecord>,
}

impl From<&FirstStage> for FirstStageRecord {
    fn from(stage: &FirstStage) -> Self {
        let stat = |test: &TestOutcome| test.available().and_then(|test| finite(test.stat));
        let f = stage.f.available();
        let coefficient = |instrument: &InstrumentCoefficient| CoefRecord {
            name: instrument.name.clone(),
            estimate: finite(instrument.estimate),
            se: finite(instrument.se),
            t: finite(instrument.estimate / instrument.se),
            p: None,
            ci_low: None,
            ci_high: None,
        };
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
            coef: stage.instruments.iter().map(coefficient).collect(),
        }
    }
}

impl EstimateRecord {
    /// The record of a column; what is asked beside the regression is absent.
    #[must_use]
    pub fn new(fit: &Estimate, spec: &ColumnSpec, table: &str, column: &str) -> Self {
        let iv = fit.iv.as_ref().map(|iv| &iv.diagnostics);
        let test = |test: Option<&TestOutcome>| test.map(TestRecord::from);
        Self {
            table: table.to_owned(),
            column: column.to_owned(),
            formula: spec.formula.text().to_owned(),
            sample: spec.sample.as_ref().map(ToString::to_string),
            n_obs: fit.n_obs,
            n_entities: fit.n_entities,
            df_resid: finite(fit.df_resid),
            df_t: finite(fit.df_t),
            coef: fit.coef.iter().map(CoefRecord::from).collect(),
            r2: finite(fit.r2.overall),
            r2_within: fit.r2.within.and_then(finite),
            r2_within_entity: fit.r2.within_entity.and_then(finite),
            adj_r2: finite(fit.r2.adjusted),
            rmse: finite(fit.rmse),
            vcov: spec.vcov.text().to_owned(),
            like: spec.like.text().to_owned(),
            multiplier: finite(fit.small_sample.multiplier),
            dropped: DroppedRecord {
                collinear: fit.dropped.iter().map(|dropped| dropped.name.clone()).collect(),
                missing_rows: fit.n_missing,
                singleton_rows: fit.n_singletons,
            },
            first_stage: iv.iter().flat_map(|iv| &iv.first_stage).map(FirstStageRecord::from).collect(),
            under_id: test(iv.map(|iv| &iv.under_id)),
            weak_id: test(iv.map(|iv| &iv.weak_id)),
            weak_id_robust: test(iv.map(|iv| &iv.weak_id_robust)),
            over_id: test(iv.map(|iv| &iv.over_id)),
            endogeneity: test(iv.map(|iv| &iv.endogeneity)),
            utest: None,
            moderation: None,
            error_bound: finite(fit.error_bound),
        }
    }
}
