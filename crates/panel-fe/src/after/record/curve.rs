//! Records of curves: U tests, turning points, moderation.

use super::{TestRecord, finite};
use crate::after::moderation::Moderation;
use crate::after::turning_point::{FiellerSet, TurningPoint};
use crate::after::utest::{EndSlope, Shape, UTest};
use crate::coefficients::Derived;
use crate::error::Result;
use crate::fit::result::Estimate;
use crate::weights::WeightKind;
use serde::{Deserialize, Serialize};

/// A U test, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum UTestRecord {
    /// It was computed.
    Computed(Box<CurveRecord>),
    /// It cannot be computed.
    Missing {
        /// Why.
        reason: String,
    },
}

/// The shape of a curve and its test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CurveRecord {
    /// The variable.
    pub x: String,
    /// `u` or `inverse-u`; `flat` where both slopes are 0.
    pub shape: String,
    /// Slope at the lower end of the sample.
    pub low: EndRecord,
    /// Slope at the upper end.
    pub high: EndRecord,
    /// The test against monotonicity.
    #[serde(flatten)]
    pub test: TestRecord,
    /// Where the curve turns.
    pub turning_point: TurningPointRecord,
    /// Share of the observations beyond the turning point.
    pub share_beyond: Option<f64>,
}

/// Slope of a curve at one end of the sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EndRecord {
    /// The end.
    pub at: Option<f64>,
    /// Slope there.
    pub slope: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// slope/se.
    pub t: Option<f64>,
    /// One-sided p, in the direction that the slope has.
    pub p: Option<f64>,
}

/// A turning point, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TurningPointRecord {
    /// It was computed.
    Computed {
        /// Estimate.
        estimate: Option<f64>,
        /// Its standard error by the delta method.
        se: Option<f64>,
        /// Level of the sets below.
        level: Option<f64>,
        /// Delta-method interval.
        delta: (Option<f64>, Option<f64>),
        /// Fieller set.
        fieller: FiellerRecord,
    },
    /// The curve has none.
    Missing {
        /// Why.
        reason: String,
    },
}

/// A Fieller set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FiellerRecord {
    /// `[low, high]`.
    Interval {
        /// Lower end.
        low: Option<f64>,
        /// Upper end.
        high: Option<f64>,
    },
    /// `(-∞, low] ∪ [high, ∞)`.
    Complement {
        /// End of the left ray.
        low: Option<f64>,
        /// Start of the right ray.
        high: Option<f64>,
    },
    /// No number.
    Empty,
    /// All numbers.
    WholeLine,
}

/// What a moderator does to a curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModerationRecord {
    /// The variable of the curve.
    pub x: String,
    /// The moderator.
    pub moderator: String,
    /// The curve at the moderator's mean and one standard deviation around it.
    pub at: Vec<AtModeratorRecord>,
    /// Numerator of the shift of the turning point.
    pub shift_numerator: DerivedRecord,
    /// Change of the curvature per unit of the moderator.
    pub curvature_change: Option<DerivedRecord>,
    /// Where a U becomes an inverse U.
    pub flip: Option<FlipRecord>,
}

/// A moderated curve at one value of the moderator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AtModeratorRecord {
    /// The value.
    pub moderator: Option<f64>,
    /// Turning point.
    pub turning_point: DerivedRecord,
    /// Its shift per unit of the moderator.
    pub shift: DerivedRecord,
    /// Curvature at the turning point.
    pub curvature: DerivedRecord,
}

/// A number derived from coefficients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DerivedRecord {
    /// Its value.
    pub estimate: Option<f64>,
    /// Standard error by the delta method.
    pub se: Option<f64>,
    /// estimate/se.
    pub t: Option<f64>,
    /// Two-sided p.
    pub p: Option<f64>,
    /// Lower end of the interval.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
}

/// The moderator at which a curve changes its shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FlipRecord {
    /// The value of the moderator.
    pub at: DerivedRecord,
    /// Its Fieller set.
    pub fieller: FiellerRecord,
    /// Share of the observations beyond it.
    pub share_beyond: Option<f64>,
}

/// Slopes in x at values of a moderator, and where they differ from zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SlopesRecord {
    /// The variable whose slope it is.
    pub x: String,
    /// The moderator.
    pub moderator: String,
    /// Where on the curve: the mean of x; `None` of a line, whose slope is the same everywhere.
    pub at_x: Option<f64>,
    /// Slopes at the mean of the moderator and one standard deviation around it.
    pub at: Vec<SlopeRecord>,
    /// Level of intervals and regions.
    pub level: f64,
    /// Johnson-Neyman: the moderators for which the slope does not differ from zero.
    pub insignificant: FiellerRecord,
    /// Share of the observations whose moderator lies outside that region.
    pub share_significant: Option<f64>,
    /// The same region for the curvature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curvature_insignificant: Option<FiellerRecord>,
}

/// A slope at one value of the moderator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SlopeRecord {
    /// The value.
    pub moderator: Option<f64>,
    /// The slope.
    pub slope: DerivedRecord,
}

impl SlopesRecord {
    /// Slopes at x (of a line: anywhere) over the sample's values of the moderator.
    ///
    /// # Errors
    /// [`crate::Error::Specification`] for a level outside (0, 1).
    pub fn new(
        model: &Moderation,
        (x, at_x): (&str, Option<f64>),
        moderator: &str,
        values: &[f64],
        level: f64,
    ) -> Result<Self> {
        let place = at_x.unwrap_or(0.0);
        let (mean, sd) = mean_sd(values);
        let slope =
            |z: f64| SlopeRecord { moderator: finite(z), slope: DerivedRecord::new(&model.slope(place, z), level) };
        let region = model.johnson_neyman_slope(place, level)?;
        let outside = values.iter().filter(|&&z| !region.contains(z)).count();
        Ok(Self {
            x: x.to_owned(),
            moderator: moderator.to_owned(),
            at_x: at_x.and_then(finite),
            at: [mean - sd, mean, mean + sd].map(slope).into(),
            level,
            insignificant: FiellerRecord::from(&region),
            share_significant: finite(outside as f64 / values.len() as f64),
            curvature_insignificant: model.johnson_neyman_curvature(level)?.as_ref().map(FiellerRecord::from),
        })
    }
}

/// Mean and standard deviation with n − 1.
fn mean_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

impl UTestRecord {
    /// The U test of `x` over the sample of an estimate.
    #[must_use]
    pub fn new(estimate: &Estimate, x: &str, test: &UTest) -> Self {
        let beyond = match (&test.turning_point, estimate.sample_values(x)) {
            (Ok(point), Some(values)) => finite(share_beyond(values, frequencies(estimate), point.estimate.value)),
            _ => None,
        };
        Self::Computed(Box::new(CurveRecord {
            x: x.to_owned(),
            shape: match test.shape {
                Shape::U => "u".into(),
                Shape::InverseU => "inverse-u".into(),
                Shape::Flat => "flat".into(),
            },
            low: EndRecord::from(&test.ends[0]),
            high: EndRecord::from(&test.ends[1]),
            test: TestRecord::from(&test.overall),
            turning_point: match &test.turning_point {
                Ok(point) => TurningPointRecord::from(point),
                Err(reason) => TurningPointRecord::Missing { reason: reason.clone() },
            },
            share_beyond: beyond,
        }))
    }

    /// Why an estimate has no U test.
    #[must_use]
    pub fn missing(reason: impl Into<String>) -> Self {
        Self::Missing { reason: reason.into() }
    }
}

/// How many observations each row of the sample stands for, where it stands for several.
fn frequencies(estimate: &Estimate) -> Option<&[f64]> {
    let weights = estimate.options().weights.as_ref()?;
    if weights.kind == WeightKind::Frequency { estimate.frame().weight_values() } else { None }
}

/// Share of the observations beyond a point.
fn share_beyond(values: &[f64], frequencies: Option<&[f64]>, point: f64) -> f64 {
    let Some(frequencies) = frequencies else {
        return values.iter().filter(|&&value| value > point).count() as f64 / values.len() as f64;
    };
    let beyond = values.iter().zip(frequencies).filter(|(value, _)| **value > point).map(|(_, count)| count);
    beyond.sum::<f64>() / frequencies.iter().sum::<f64>()
}

impl From<&EndSlope> for EndRecord {
    fn from(end: &EndSlope) -> Self {
        Self { at: finite(end.at), slope: finite(end.slope), se: finite(end.se), t: finite(end.t), p: finite(end.p) }
    }
}

impl From<&TurningPoint> for TurningPointRecord {
    fn from(point: &TurningPoint) -> Self {
        Self::Computed {
            estimate: finite(point.estimate.value),
            se: finite(point.estimate.se),
            level: finite(point.level),
            delta: (finite(point.delta.0), finite(point.delta.1)),
            fieller: FiellerRecord::from(&point.fieller),
        }
    }
}

impl From<&FiellerSet> for FiellerRecord {
    fn from(set: &FiellerSet) -> Self {
        match *set {
            FiellerSet::Interval { low, high } => Self::Interval { low: finite(low), high: finite(high) },
            FiellerSet::Complement { low, high } => Self::Complement { low: finite(low), high: finite(high) },
            FiellerSet::WholeLine => Self::WholeLine,
            FiellerSet::Empty => Self::Empty,
        }
    }
}

impl DerivedRecord {
    /// A derived number with its interval at a level.
    #[must_use]
    pub fn new(derived: &Derived, level: f64) -> Self {
        let (low, high) = derived.interval(level);
        Self {
            estimate: finite(derived.value),
            se: finite(derived.se),
            t: finite(derived.t()),
            p: finite(derived.p()),
            ci_low: finite(low),
            ci_high: finite(high),
        }
    }
}

impl ModerationRecord {
    /// The curve in `x` of an estimate at the mean of the moderator and one standard deviation around it; `values` are
    /// those of the moderator in the sample.
    ///
    /// # Errors
    /// [`crate::Error::Specification`] for a level outside (0, 1).
    pub fn new(model: &Moderation, x: &str, moderator: &str, values: &[f64], level: f64) -> Result<Self> {
        let (mean, sd) = mean_sd(values);
        let derived = |d: &Derived| DerivedRecord::new(d, level);
        let at = [mean - sd, mean, mean + sd].map(|z| {
            let here = model.at(z);
            AtModeratorRecord {
                moderator: finite(z),
                turning_point: derived(&here.turning_point),
                shift: derived(&here.shift),
                curvature: derived(&here.curvature),
            }
        });
        let flip = model.flip(level)?.map(|(point, set)| FlipRecord {
            at: derived(&point),
            fieller: FiellerRecord::from(&set),
            share_beyond: finite(share_beyond(values, None, point.value)),
        });
        Ok(Self {
            x: x.to_owned(),
            moderator: moderator.to_owned(),
            at: at.into(),
            shift_numerator: derived(&model.shift_numerator()),
            curvature_change: model.curvature_change().as_ref().map(derived),
            flip,
        })
    }
}
