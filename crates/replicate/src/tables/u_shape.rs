//! The U test of a column, its turning point, and what a moderator does to it, as records.

use super::column::test_record;
use crate::store::json_number;
use crate::study::ModerationSpec;
use panel_core::Panel;
use panel_fe::Estimate;
use panel_fe::coefficients::Derived;
use panel_fe::moderation::Moderation;
use panel_fe::turning_point::FiellerSet;
use panel_fe::utest::{Curve, Shape, UTest, utest_of};
use report::Text;
use report::utest::UTestRecord;
use serde_json::{Value, json};

/// Level of intervals.
const LEVEL: f64 = 0.95;

/// The quadratic b₁ x + b₂ x² of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quadratic {
    /// b₁.
    pub linear: f64,
    /// Its standard error.
    pub linear_se: f64,
    /// Its p.
    pub linear_p: f64,
    /// Its 95 % interval.
    pub linear_ci: (f64, f64),
    /// b₂.
    pub square: f64,
    /// Its standard error.
    pub square_se: f64,
    /// Its p.
    pub square_p: f64,
    /// Its 95 % interval.
    pub square_ci: (f64, f64),
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
    let square_name = format!("{x}^2");
    let (linear, square) = (fit.coefficient(x)?, fit.coefficient(&square_name)?);
    let values = fit.sample_values(x)?;
    let n = values.len() as f64;
    let turning_point = -linear.estimate / (2.0 * square.estimate);
    let beyond = values.iter().filter(|&&value| value > turning_point).count();
    let mean = values.iter().sum::<f64>() / n;
    let x_sd = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let test = utest_of(&fit.coefficients(), x, &square_name, fit.sample_range(x)?, Curve::Quadratic, LEVEL).ok()?;
    Some(Quadratic {
        linear: linear.estimate,
        linear_se: linear.se,
        linear_p: linear.p,
        linear_ci: (linear.ci_low, linear.ci_high),
        square: square.estimate,
        square_se: square.se,
        square_p: square.p,
        square_ci: (square.ci_low, square.ci_high),
        utest_p: test.overall.available().and_then(|stat| stat.p),
        u: test.shape == Shape::U,
        turning_point,
        share_beyond: beyond as f64 / n,
        x_sd,
        n_obs: fit.n_obs,
    })
}

/// The Lind-Mehlum test of `x` and `x^2` over the range of the estimation sample; `None` where `x` is no regressor.
///
/// # Errors
/// When a term is not in the column.
pub fn u_test(fit: &Estimate, x: &str) -> panel_fe::Result<Option<UTest>> {
    let Some(range) = fit.sample_range(x) else { return Ok(None) };
    utest_of(&fit.coefficients(), x, &format!("{x}^2"), range, Curve::Quadratic, LEVEL).map(Some)
}

/// The test as a record of the results.
#[must_use]
pub fn utest_record(test: Option<&UTest>, fit: &Estimate, x: &str) -> Value {
    let Some(test) = test else {
        return json!({ "reason": format!("`{x}` is not a regressor of this column") });
    };
    let end = |end: &panel_fe::utest::EndSlope| json!({ "at": json_number(end.at), "slope": json_number(end.slope), "se": json_number(end.se), "t": json_number(end.t), "p": json_number(end.p) });
    let overall = test_record(&test.overall);
    let turning_point = match &test.turning_point {
        Ok(point) => json!({
            "estimate": json_number(point.estimate.value),
            "se": json_number(point.estimate.se),
            "level": json_number(point.level),
            "delta": [json_number(point.delta.0), json_number(point.delta.1)],
            "fieller": fieller(&point.fieller),
        }),
        Err(reason) => json!({ "reason": reason }),
    };
    let beyond = quadratic(fit, x).map_or(Value::Null, |q| json_number(q.share_beyond));
    let mut record = json!({
        "x": x,
        "shape": match test.shape { Shape::U => "u", Shape::InverseU => "inverse-u" },
        "low": end(&test.ends[0]),
        "high": end(&test.ends[1]),
    });
    if let (Some(record), Value::Object(overall)) = (record.as_object_mut(), overall) {
        record.extend(overall);
    }
    record["turning_point"] = turning_point;
    record["share_beyond"] = beyond;
    record
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

fn fieller(set: &FiellerSet) -> Value {
    match set {
        FiellerSet::Interval { low, high } => {
            json!({ "kind": "interval", "low": json_number(*low), "high": json_number(*high) })
        }
        FiellerSet::Complement { low, high } => {
            json!({ "kind": "complement", "low": json_number(*low), "high": json_number(*high) })
        }
        FiellerSet::Empty => json!({ "kind": "empty" }),
        _ => json!({ "kind": "whole-line" }),
    }
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
pub fn moderation_record(fit: &Estimate, panel: &Panel, spec: &ModerationSpec) -> panel_fe::Result<Value> {
    let (x, z) = (&spec.x, &spec.moderator);
    let model = moderation_model(fit, spec)?;
    let values = panel.float(z).map_err(panel_fe::Error::from)?;
    let used: Vec<f64> = fit.rows.iter().map(|&row| values[row as usize]).collect();
    let mean = used.iter().sum::<f64>() / used.len() as f64;
    let sd = (used.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (used.len() as f64 - 1.0)).sqrt();
    let derived = |d: &Derived| {
        let (low, high) = d.interval(LEVEL);
        json!({ "estimate": json_number(d.value), "se": json_number(d.se), "t": json_number(d.t()), "p": json_number(d.p()), "ci_low": json_number(low), "ci_high": json_number(high) })
    };
    let at: Vec<Value> = [mean - sd, mean, mean + sd]
        .iter()
        .map(|&level| {
            let here = model.at(level);
            json!({ "moderator": json_number(level), "turning_point": derived(&here.turning_point), "shift": derived(&here.shift), "curvature": derived(&here.curvature) })
        })
        .collect();
    let flip = match model.flip(LEVEL)? {
        Some((point, set)) => {
            let beyond = used.iter().filter(|&&value| value > point.value).count() as f64 / used.len() as f64;
            json!({ "at": derived(&point), "fieller": fieller(&set), "share_beyond": json_number(beyond) })
        }
        None => Value::Null,
    };
    Ok(json!({
        "x": x,
        "moderator": z,
        "at": at,
        "shift_numerator": derived(&model.shift_numerator()),
        "curvature_change": model.curvature_change().as_ref().map_or(Value::Null, derived),
        "flip": flip,
    }))
}
