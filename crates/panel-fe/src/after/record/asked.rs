//! Records of what is asked beside a regression: tests, bootstraps, sets.

use super::{CoefficientRecord, TestRecord, finite, in_first_stage};
use crate::after::bootstrap::{BootstrapSummary, WildResult};
use crate::after::diagnostics::PesaranCd;
use crate::after::influence::{Influence, VarianceInflation};
use crate::after::two_lines::{Line, TwoLines};
use crate::after::utest::Shape;
use crate::coefficients::standard_error;
use crate::error::Result;
use crate::iv::{AndersonRubinSet, InstrumentCoefficient, Projection, ReducedForm};
use panel_core::distribution::normal_two_sided;
use serde::{Deserialize, Serialize};

/// What a diagnostic says of an estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum DiagnosticRecord {
    /// Dependence between entities.
    CrossSection {
        /// Pesaran's CD.
        #[serde(flatten)]
        test: TestRecord,
        /// Mean correlation of two entities' residuals.
        average: Option<f64>,
        /// Mean absolute correlation.
        average_absolute: Option<f64>,
        /// Pairs of entities that enter.
        pairs: usize,
    },
    /// The numbers for which an Anderson-Rubin test is not rejected.
    Set {
        /// Level.
        level: f64,
        /// Intervals in ascending order; an end that is `None` is infinite, and no interval at all rejects the model.
        intervals: Vec<(Option<f64>, Option<f64>)>,
    },
    /// Projections of an Anderson-Rubin set of two coefficients.
    Projections {
        /// Level.
        level: f64,
        /// One set for each coefficient, and for the turning point of x and x².
        sets: Vec<ProjectionRecord>,
    },
    /// Observations that the estimate leans on.
    Influence {
        /// Mean leverage.
        mean_leverage: Option<f64>,
        /// Largest leverage.
        max_leverage: Option<f64>,
        /// Largest Cook's distance.
        max_cook: Option<f64>,
        /// Largest absolute studentised residual.
        max_studentized: Option<f64>,
        /// Observations with a Cook's distance above 4/N.
        above_4_over_n: usize,
    },
    /// Variance inflation factors.
    Inflation {
        /// By regressor.
        factors: Vec<InflationRecord>,
        /// Their mean.
        mean: Option<f64>,
    },
    /// Response and endogenous regressors on the instruments.
    ReducedForms {
        /// One equation each, the response first.
        equations: Vec<ReducedFormRecord>,
    },
    /// A test.
    Test(TestRecord),
}

/// One variance inflation factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InflationRecord {
    /// The regressor.
    pub name: String,
    /// 1/(1 - R²) of the regressor on the others, after absorption.
    pub vif: Option<f64>,
}

/// One reduced form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReducedFormRecord {
    /// Its left-hand side.
    pub response: String,
    /// F of the excluded instruments.
    pub f: TestRecord,
    /// Instruments with their coefficients: the excluded ones, then the exogenous regressors.
    pub coef: Vec<CoefficientRecord>,
}

/// A bootstrap of a column's coefficients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InferenceRecord {
    /// `wild`, `pairs` or `block`.
    pub method: String,
    /// Distribution of the weights of a wild bootstrap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// Periods of a block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
    /// Key whose groups are drawn, or draw one weight each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<String>,
    /// Level of the intervals.
    pub level: f64,
    /// `inverted`, `percentile` or `bias-corrected`.
    pub interval: String,
    /// Replications asked for.
    pub replications: usize,
    /// Replications that count: every vector of weights where they are enumerated, those that could be estimated.
    pub used: usize,
    /// Seed.
    pub seed: u64,
    /// Coefficients.
    pub coef: Vec<BootstrapRecord>,
}

/// A coefficient under a bootstrap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BootstrapRecord {
    /// As written in the formula.
    pub name: String,
    /// Estimate.
    pub estimate: Option<f64>,
    /// Standard deviation of the draws; a wild bootstrap has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub se: Option<f64>,
    /// Share of |t*| above |t| of a wild bootstrap, else the two-sided normal p of estimate/se.
    pub p: Option<f64>,
    /// Lower end of the interval.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
}

/// Two lines instead of a quadratic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TwoLinesRecord {
    /// The variable.
    pub x: String,
    /// `u` or `inverse-u`.
    pub shape: String,
    /// Where the lines meet.
    pub breakpoint: Option<f64>,
    /// Line left of the break.
    pub left: LineRecord,
    /// Line right of it.
    pub right: LineRecord,
    /// The smaller |t| with the larger p, or why the lines are no U.
    #[serde(flatten)]
    pub test: TestRecord,
}

/// The slope of one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineRecord {
    /// Average slope.
    pub slope: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// slope/se.
    pub t: Option<f64>,
    /// Two-sided p.
    pub p: Option<f64>,
}

impl DiagnosticRecord {
    /// A summary of the influence of single observations.
    #[must_use]
    pub fn influence(rows: &[Influence]) -> Self {
        let largest = |value: fn(&Influence) -> f64| finite(rows.iter().map(value).fold(0.0, f64::max));
        let n = rows.len() as f64;
        Self::Influence {
            mean_leverage: finite(rows.iter().map(|row| row.leverage).sum::<f64>() / n),
            max_leverage: largest(|row| row.leverage),
            max_cook: largest(|row| row.cook),
            max_studentized: largest(|row| row.studentized.abs()),
            above_4_over_n: rows.iter().filter(|row| row.cook > 4.0 / n).count(),
        }
    }

    /// Variance inflation factors with their mean.
    #[must_use]
    pub fn inflation(factors: &[VarianceInflation]) -> Self {
        let mean = factors.iter().map(|factor| factor.factor).sum::<f64>() / factors.len() as f64;
        let record =
            |factor: &VarianceInflation| InflationRecord { name: factor.name.clone(), vif: finite(factor.factor) };
        Self::Inflation { factors: factors.iter().map(record).collect(), mean: finite(mean) }
    }

    /// Reduced forms.
    #[must_use]
    pub fn reduced_forms(forms: &[ReducedForm]) -> Self {
        let equation = |form: &ReducedForm| ReducedFormRecord {
            response: form.response.clone(),
            f: TestRecord::from(&form.f),
            coef: (0..form.names.len()).map(|place| in_reduced_form(form, place)).collect(),
        };
        Self::ReducedForms { equations: forms.iter().map(equation).collect() }
    }
}

fn in_reduced_form(form: &ReducedForm, place: usize) -> CoefficientRecord {
    let variance = standard_error(form.vcov[(place, place)]);
    let row = InstrumentCoefficient {
        name: form.names[place].clone(),
        estimate: form.coef[place],
        se: variance.unwrap_or(f64::NAN),
        unavailable: variance.err(),
    };
    in_first_stage(&row, form.f.available().and_then(|f| f.df2))
}

impl From<&PesaranCd> for DiagnosticRecord {
    fn from(cd: &PesaranCd) -> Self {
        Self::CrossSection {
            test: TestRecord::from(&cd.test),
            average: cd.average.and_then(finite),
            average_absolute: cd.average_absolute.and_then(finite),
            pairs: cd.pairs,
        }
    }
}

impl From<&AndersonRubinSet> for DiagnosticRecord {
    fn from(set: &AndersonRubinSet) -> Self {
        Self::Set { level: set.level, intervals: ends(set) }
    }
}

/// Ends of the intervals of a set; an infinite one is `None`.
fn ends(set: &AndersonRubinSet) -> Vec<(Option<f64>, Option<f64>)> {
    set.intervals.iter().map(|&(low, high)| (finite(low), finite(high))).collect()
}

/// One projection of an Anderson-Rubin set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectionRecord {
    /// A coefficient by its name, or `turning point`.
    pub of: String,
    /// Intervals in ascending order; an end that is `None` is infinite, and no interval at all rejects the model.
    pub intervals: Vec<(Option<f64>, Option<f64>)>,
}

impl DiagnosticRecord {
    /// The projections of a set at a level.
    #[must_use]
    pub fn projections(level: f64, projections: &[Projection]) -> Self {
        let record =
            |projection: &Projection| ProjectionRecord { of: projection.of.clone(), intervals: ends(&projection.set) };
        Self::Projections { level, sets: projections.iter().map(record).collect() }
    }
}

impl BootstrapRecord {
    /// A coefficient under a wild bootstrap.
    #[must_use]
    pub fn wild(name: &str, result: &WildResult) -> Self {
        Self {
            name: name.to_owned(),
            estimate: finite(result.estimate),
            se: None,
            p: finite(result.p),
            ci_low: result.interval.and_then(|(low, _)| finite(low)),
            ci_high: result.interval.and_then(|(_, high)| finite(high)),
        }
    }

    /// A statistic of a resampling bootstrap by its place, with an interval.
    ///
    /// # Errors
    /// [`crate::Error::Specification`] for fewer than two draws.
    pub fn resampled(name: &str, summary: &BootstrapSummary, place: usize, interval: (f64, f64)) -> Result<Self> {
        let (estimate, se) = (summary.estimate[place], summary.se(place)?);
        Ok(Self {
            name: name.to_owned(),
            estimate: finite(estimate),
            se: finite(se),
            p: finite(normal_two_sided(estimate / se)),
            ci_low: finite(interval.0),
            ci_high: finite(interval.1),
        })
    }
}

impl TwoLinesRecord {
    /// The test in x.
    #[must_use]
    pub fn new(x: &str, lines: &TwoLines) -> Self {
        Self {
            x: x.to_owned(),
            shape: match lines.shape {
                Shape::U => "u".into(),
                Shape::InverseU => "inverse-u".into(),
                Shape::Flat => "flat".into(),
            },
            breakpoint: finite(lines.breakpoint),
            left: LineRecord::from(&lines.left),
            right: LineRecord::from(&lines.right),
            test: TestRecord::from(&lines.test),
        }
    }
}

impl From<&Line> for LineRecord {
    fn from(line: &Line) -> Self {
        Self { slope: finite(line.slope), se: finite(line.se), t: finite(line.t), p: finite(line.p) }
    }
}
