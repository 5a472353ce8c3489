//! The quadratic of a column: its U test, its turning point, and what a moderator does to it.

use super::records::{TestRecord, finite};
use crate::study::ModerationSpec;
use panel_core::Panel;
use panel_fe::coefficients::Derived;
use panel_fe::moderation::Moderation;
use panel_fe::turning_point::{FiellerSet, TurningPoint};
use panel_fe::utest::{Curve, EndSlope, Shape, UTest, utest_of};
use panel_fe::{Coefficient, Estimate};
use report::Text;
use report::utest::UTestRecord;
use serde::Serialize;

/// Level of intervals.
const LEVEL: f64 = 0.95;

/// The quadratic b₁ x + b₂ x² of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Quadratic {
    /// b₁.
    pub linear: Coefficient,
    /// b₂.
    pub square: Coefficient,
    /// p of the U test; none where the extremum lies outside the interval.
    pub utest_p: Option<f64>,
    /// Whether the test is one of a U, not of its inverse.
    pub u: bool,
    /// −b₁/(2 b₂).
    pub turning_point: f64,
    /// Share of observations beyond the turning point.
    pub share_beyond: f64,
    /// Standard deviation of x in the sample.
    pub x_sd: f64,
    /// Observations.
    pub n_obs: usize,
}

/// The quadratic in `x`, where the column has both terms.
#[must_use]
pub fn quadratic(fit: &Estimate, x: &str) -> Option<Quadratic> {
    let (linear, square) = (fit.coefficient(x)?.clone(), fit.coefficient(&format!("{x}^2"))?.clone());
    let test = u_test(fit, x).ok()??;
    let values = fit.sample_values(x)?;
    let turning_point = -linear.estimate / (2.0 * square.estimate);
    Some(Quadratic {
        utest_p: test.overall.available().and_then(|stat| stat.p),
        u: test.shape == Shape::U,
        share_beyond: share_beyond(values, turning_point),
        turning_point,
        x_sd: mean_sd(values).1,
        n_obs: fit.n_obs,
        linear,
        square,
    })
}

/// Share of values above a number.
pub(super) fn share_beyond(values: &[f64], at: f64) -> f64 {
    values.iter().filter(|&&value| value > at).count() as f64 / values.len() as f64
}

/// Mean and standard deviation with n − 1.
pub(super) fn mean_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

/// The Lind-Mehlum test of `x` and `x^2` over the range of the estimation sample; `None` where `x` is no regressor.
///
/// # Errors
/// When a term is not in the column.
pub fn u_test(fit: &Estimate, x: &str) -> panel_fe::Result<Option<UTest>> {
    let Some(range) = fit.sample_range(x) else { return Ok(None) };
    utest_of(&fit.coefficients(), x, &format!("{x}^2"), range, Curve::Quadratic, LEVEL).map(Some)
}

/// The U test of a column, or why it has none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum UTestOutcome {
    /// It was tested.
    Tested(Box<UTestValues>),
    /// It was not.
    NotTested {
        /// Why.
        reason: String,
    },
}

/// A U test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UTestValues {
    /// The variable.
    pub x: String,
    /// The shape that is tested.
    pub shape: ShapeWord,
    /// Slope at the smallest value.
    pub low: EndRecord,
    /// Slope at the largest value.
    pub high: EndRecord,
    /// The test itself.
    #[serde(flatten)]
    pub overall: TestRecord,
    /// Where the curve turns.
    pub turning_point: TurningPointOutcome,
    /// Share of observations beyond the turning point.
    pub share_beyond: Option<f64>,
}

/// A shape, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShapeWord {
    /// It falls, then rises.
    U,
    /// It rises, then falls.
    InverseU,
}

/// The slope at one end of the sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EndRecord {
    /// The end.
    pub at: Option<f64>,
    /// The slope.
    pub slope: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// t.
    pub t: Option<f64>,
    /// One-sided p.
    pub p: Option<f64>,
}

impl From<&EndSlope> for EndRecord {
    fn from(end: &EndSlope) -> Self {
        Self { at: finite(end.at), slope: finite(end.slope), se: finite(end.se), t: finite(end.t), p: finite(end.p) }
    }
}

/// A turning point, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum TurningPointOutcome {
    /// The turning point.
    At {
        /// Where.
        estimate: Option<f64>,
        /// Its standard error by the delta method.
        se: Option<f64>,
        /// Level of the intervals.
        level: Option<f64>,
        /// Interval by the delta method.
        delta: [Option<f64>; 2],
        /// Fieller's set.
        fieller: FiellerRecord,
    },
    /// There is none.
    None {
        /// Why.
        reason: String,
    },
}

impl From<&Result<TurningPoint, String>> for TurningPointOutcome {
    fn from(outcome: &Result<TurningPoint, String>) -> Self {
        match outcome {
            Ok(point) => Self::At {
                estimate: finite(point.estimate.value),
                se: finite(point.estimate.se),
                level: finite(point.level),
                delta: [finite(point.delta.0), finite(point.delta.1)],
                fieller: point.fieller.into(),
            },
            Err(reason) => Self::None { reason: reason.clone() },
        }
    }
}

/// Fieller's set.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FiellerRecord {
    /// All between.
    Interval {
        /// Lower end.
        low: Option<f64>,
        /// Upper end.
        high: Option<f64>,
    },
    /// All outside.
    Complement {
        /// Lower end of what is left out.
        low: Option<f64>,
        /// Upper end of what is left out.
        high: Option<f64>,
    },
    /// Nothing.
    Empty,
    /// Everything.
    WholeLine,
}

impl From<FiellerSet> for FiellerRecord {
    fn from(set: FiellerSet) -> Self {
        match set {
            FiellerSet::Interval { low, high } => Self::Interval { low: finite(low), high: finite(high) },
            FiellerSet::Complement { low, high } => Self::Complement { low: finite(low), high: finite(high) },
            FiellerSet::Empty => Self::Empty,
            _ => Self::WholeLine,
        }
    }
}

/// The test as a record of the results.
#[must_use]
pub fn utest_record(test: Option<&UTest>, fit: &Estimate, x: &str) -> UTestOutcome {
    let Some(test) = test else {
        return UTestOutcome::NotTested { reason: format!("`{x}` is not a regressor of this column") };
    };
    UTestOutcome::Tested(Box::new(UTestValues {
        x: x.to_owned(),
        shape: match test.shape {
            Shape::U => ShapeWord::U,
            Shape::InverseU => ShapeWord::InverseU,
        },
        low: (&test.ends[0]).into(),
        high: (&test.ends[1]).into(),
        overall: (&test.overall).into(),
        turning_point: (&test.turning_point).into(),
        share_beyond: quadratic(fit, x).and_then(|q| finite(q.share_beyond)),
    }))
}

/// The test as a table shows it.
#[must_use]
pub fn u_test_shown(test: &UTest, fit: &Estimate, x: &str, heading: Text) -> UTestRecord {
    let [low, high] = &test.ends;
    let mut shown = UTestRecord {
        heading,
        interval: (low.at, high.at),
        slopes: (low.slope, high.slope),
        slope_p: Some((low.p, high.p)),
        p: test.overall.available().and_then(|stat| stat.p),
        reason: Text::new("极值点在区间之外", "the extremum lies outside the interval"),
        share_beyond: quadratic(fit, x).map(|q| q.share_beyond),
        ..UTestRecord::default()
    };
    if let Ok(point) = &test.turning_point {
        shown.turning_point = Some(point.estimate.value);
        shown.delta = Some(point.delta);
        match point.fieller {
            FiellerSet::Interval { low, high } => shown.fieller = Some((low, high)),
            FiellerSet::Complement { low, high } => {
                shown.fieller_reason = Text::new(
                    format!("Fieller 集合为 ({low:.2}, {high:.2}) 之外：平方项在 5% 水平上不显著异于零"),
                    format!(
                        "the Fieller set is all outside ({low:.2}, {high:.2}): the square does not differ from zero"
                    ),
                );
            }
            // The whole line: a turning point has a square.
            _ => shown.fieller = Some((f64::NEG_INFINITY, f64::INFINITY)),
        }
    }
    shown
}

/// A quantity that follows from coefficients.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectRecord {
    /// The quantity.
    pub estimate: Option<f64>,
    /// Its standard error by the delta method.
    pub se: Option<f64>,
    /// t.
    pub t: Option<f64>,
    /// p.
    pub p: Option<f64>,
    /// Lower end of its interval.
    pub ci_low: Option<f64>,
    /// Upper end of its interval.
    pub ci_high: Option<f64>,
}

impl From<&Derived> for EffectRecord {
    fn from(d: &Derived) -> Self {
        let (low, high) = d.interval(LEVEL);
        Self {
            estimate: finite(d.value),
            se: finite(d.se),
            t: finite(d.t()),
            p: finite(d.p()),
            ci_low: finite(low),
            ci_high: finite(high),
        }
    }
}

/// What a moderator does to a quadratic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModerationRecord {
    /// The variable with the quadratic.
    pub x: String,
    /// The moderator.
    pub moderator: String,
    /// At its mean and one standard deviation around it.
    pub at: Vec<AtRecord>,
    /// Numerator of the shift of the turning point.
    pub shift_numerator: EffectRecord,
    /// Change of the curvature, where the square is moderated.
    pub curvature_change: Option<EffectRecord>,
    /// Where the curve changes its shape.
    pub flip: Option<FlipRecord>,
}

/// The curve at one value of the moderator.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AtRecord {
    /// The value.
    pub moderator: Option<f64>,
    /// Where the curve turns.
    pub turning_point: EffectRecord,
    /// How that moves with the moderator.
    pub shift: EffectRecord,
    /// The second derivative.
    pub curvature: EffectRecord,
}

/// Where a curve changes its shape.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlipRecord {
    /// The value of the moderator.
    pub at: EffectRecord,
    /// Fieller's set.
    pub fieller: FiellerRecord,
    /// Share of the sample beyond it.
    pub share_beyond: Option<f64>,
}

/// The moderated quadratic of a column, whichever way round its interactions are written.
///
/// # Errors
/// When a term is not in the column.
pub fn moderation_model(fit: &Estimate, spec: &ModerationSpec) -> panel_fe::Result<Moderation> {
    let (x, z) = (&spec.x, &spec.moderator);
    let square = format!("{x}^2");
    let named = |left: &str| {
        let (one, other) = (format!("{left}:{z}"), format!("{z}:{left}"));
        if fit.coefficient(&one).is_some() { one } else { other }
    };
    let (interaction, squared) = (named(x), named(&square));
    let squared = fit.coefficient(&squared).map(|_| squared);
    Moderation::new(&fit.coefficients(), x, &square, &interaction, squared.as_deref())
}

/// Turning point, its shift and the curvature at the moderator's mean and one standard deviation around it.
///
/// # Errors
/// When a term is not in the column.
pub fn moderation_record(fit: &Estimate, panel: &Panel, spec: &ModerationSpec) -> panel_fe::Result<ModerationRecord> {
    let model = moderation_model(fit, spec)?;
    let values = panel.float(&spec.moderator).map_err(panel_fe::Error::from)?;
    let used: Vec<f64> = fit.rows.iter().map(|&row| values[row as usize]).collect();
    let (mean, sd) = mean_sd(&used);
    let at = |level: f64| {
        let here = model.at(level);
        AtRecord {
            moderator: finite(level),
            turning_point: (&here.turning_point).into(),
            shift: (&here.shift).into(),
            curvature: (&here.curvature).into(),
        }
    };
    Ok(ModerationRecord {
        x: spec.x.clone(),
        moderator: spec.moderator.clone(),
        at: [mean - sd, mean, mean + sd].map(at).into(),
        shift_numerator: (&model.shift_numerator()).into(),
        curvature_change: model.curvature_change().as_ref().map(EffectRecord::from),
        flip: model.flip(LEVEL)?.map(|(point, set)| FlipRecord {
            at: (&point).into(),
            fieller: set.into(),
            share_beyond: finite(share_beyond(&used, point.value)),
        }),
    })
}
