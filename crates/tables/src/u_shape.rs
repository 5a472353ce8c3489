//! The quadratic of a column: its U test, its turning point, and what a moderator does to it.

use panel_core::Panel;
use panel_fe::moderation::Moderation;
use panel_fe::turning_point::FiellerSet;
use panel_fe::utest::{Curve, Shape, UTest, utest_of};
use panel_fe::{Coefficient, Estimate, record};
use report::Text;
use report::numfmt::{Format, number, percent};
use report::utest::UTestRecord;
use study::{ModerationSpec, bare};

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
    let test = u_test(fit, x, fit.options().level).ok()??;
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

/// The Lind-Mehlum test of `x` and `x^2` over the range of the estimation sample, intervals of the turning point at a level;
/// `None` where `x` is no regressor.
///
/// # Errors
/// When a term is not in the column.
pub fn u_test(fit: &Estimate, x: &str, level: f64) -> panel_fe::Result<Option<UTest>> {
    let Some(range) = fit.sample_range(x) else { return Ok(None) };
    utest_of(&fit.coefficients(), x, &format!("{x}^2"), range, Curve::Quadratic, level).map(Some)
}

/// The test as a record of the results.
#[must_use]
pub fn utest_record(test: Option<&UTest>, fit: &Estimate, x: &str) -> record::UTestRecord {
    match test {
        Some(test) => record::UTestRecord::new(fit, x, test),
        None => record::UTestRecord::missing(format!("`{x}` is not a regressor of this column")),
    }
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
        reason: match test.shape {
            Shape::Flat => Text::new("两端斜率均为 0，曲线没有形状", "both slopes are 0: a flat curve has no shape"),
            _ => Text::new("极值点在区间之外", "the extremum lies outside the interval"),
        },
        share_beyond: quadratic(fit, x).map(|q| q.share_beyond),
        ..UTestRecord::default()
    };
    if let Ok(point) = &test.turning_point {
        shown.level = Some(point.level);
        shown.turning_point = Some(point.estimate.value);
        shown.delta = Some(point.delta);
        match point.fieller {
            FiellerSet::Interval { low, high } => shown.fieller = Some((low, high)),
            FiellerSet::Complement { low, high } => {
                let share = percent(1.0 - point.level);
                let [low, high] = [low, high].map(|end| number(end, Format::Legible(2)));
                shown.fieller_reason = Text::new(
                    format!("Fieller 集合为 ({low}, {high}) 之外：平方项在 {share}% 水平上不显著异于零"),
                    format!("the Fieller set is all outside ({low}, {high}): the square does not differ from zero"),
                );
            }
            // The whole line: a turning point has a square.
            _ => shown.fieller = Some((f64::NEG_INFINITY, f64::INFINITY)),
        }
    }
    shown
}

/// The moderated curve of a column, whichever way round its interactions are written; a line where the column has no
/// square of x.
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
    if fit.coefficient(&square).is_none() {
        return Moderation::linear(&fit.coefficients(), x, &interaction);
    }
    let squared = fit.coefficient(&squared).map(|_| squared);
    Moderation::new(&fit.coefficients(), x, &square, &interaction, squared.as_deref())
}

/// What a moderator does: turning point, its shift and the curvature of a curve at the moderator's mean and one standard
/// deviation around it; slopes of a line there and where they differ from zero, of a curve on request.
///
/// # Errors
/// When a term is not in the column.
pub fn moderated(
    fit: &Estimate,
    panel: &Panel,
    spec: &ModerationSpec,
) -> panel_fe::Result<(Option<record::ModerationRecord>, Option<record::SlopesRecord>)> {
    let (x, moderator, level) = (&spec.x, &spec.moderator, fit.options().level);
    let model = moderation_model(fit, spec)?;
    let values = panel.float(bare(moderator)).map_err(panel_fe::Error::from)?;
    let used: Vec<f64> = fit.rows.iter().map(|&row| values[row as usize]).collect();
    if fit.coefficient(&format!("{x}^2")).is_none() {
        return Ok((None, Some(record::SlopesRecord::new(&model, (x, None), moderator, &used, level)?)));
    }
    let curve = record::ModerationRecord::new(&model, x, moderator, &used, level)?;
    let mean = fit.sample_values(x).map(|values| mean_sd(values).0);
    let slopes = match spec.slopes {
        true => Some(record::SlopesRecord::new(&model, (x, mean), moderator, &used, level)?),
        false => None,
    };
    Ok((Some(curve), slopes))
}
