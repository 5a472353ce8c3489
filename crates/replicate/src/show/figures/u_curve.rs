//! The fitted curve of the headline column, with band, turning point and a semi-linear binned scatter.

use super::{Place, Scene, Sketch, fit_on};
use crate::error::Result;
use crate::study::{ColumnSpec, Headline};
use crate::tables::column::fixed_effects;
use crate::tables::u_shape::{quadratic, u_test};
use panel_core::Panel;
use panel_fe::Estimate;
use panel_fe::binscatter::bin_indicators;
use panel_fe::coefficients::Derived;
use panel_fe::turning_point::FiellerSet;
use panel_fe::utest::Shape;
use report::figure::{CurvePoint, TurningPoint, UCurve};
use report::numfmt::{Format, number, p_equation};
use report::{Lang, Text};

/// Points of the curve.
const POINTS: usize = 121;
/// Level of band and intervals.
const LEVEL: f64 = 0.95;

/// The figure, where the headline has both terms.
pub(super) fn sketch(scene: &Scene<'_>) -> Option<Result<Sketch>> {
    let headline = scene.headline.as_ref()?;
    Some(curve(scene, headline).map(|curve| Sketch::new(Place::Headline, move |lang| curve.draw(lang))))
}

fn curve(scene: &Scene<'_>, headline: &Headline<'_>) -> Result<UCurve> {
    let failed = |error: panel_fe::Error| crate::Error::stage("report", error);
    let fit = scene.refit(headline.column)?;
    let (x, square) = (headline.x, format!("{}^2", headline.x));
    let (b, v) = fit.coefficients().pick(&[x, &square]).map_err(failed)?;
    let values = fit.sample_values(x).unwrap_or_default();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let mean_square = values.iter().map(|value| value * value).sum::<f64>() / n;
    let (low, high) = fit.sample_range(x).unwrap_or((f64::NAN, f64::NAN));
    let points = (0..POINTS).map(|i| {
        let at = low + (high - low) * i as f64 / (POINTS - 1) as f64;
        // Relative to the sample mean: a level is not identified beside fixed effects.
        let gradient = [at - mean, at * at - mean_square];
        let effect = Derived::new(b[0] * gradient[0] + b[1] * gradient[1], &gradient, v.as_ref(), fit.df_t);
        let (below, above) = effect.interval(LEVEL);
        CurvePoint::banded(at, effect.value, below, above)
    });
    let test = u_test(&fit, x).map_err(failed)?;
    let p = test.as_ref().and_then(|test| test.overall.available().and_then(|stat| stat.p));
    let turning_point = test.as_ref().and_then(|test| test.turning_point.as_ref().ok()).map(|point| {
        let (low, high) = match point.fieller {
            FiellerSet::Interval { low, high } => (low, high),
            // The smallest interval that holds the rest of a line, or all of it, is the line.
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        TurningPoint { at: point.estimate.value, low, high }
    });
    let (name, outcome) = (scene.names.get(x), scene.names.get(&fit.response));
    let shape = test.as_ref().map(|test| test.shape);
    let title = finding(&name, &outcome, shape, p, turning_point);
    let bins = if headline.column.is_iv() {
        Vec::new()
    } else {
        bins(scene.panel, headline, &fit, x, scene.study.report.bins)
    };
    let what = Text::new(
        "曲线为相对样本均值的拟合效应，阴影为逐点 95% 置信带；虚线与竖带为拐点及其 95% Fieller 区间；圆点为以分箱虚拟变量代替二次式、保留控制变量与固定效应的估计；底部短线为样本分布。",
        "Curve: fitted effect relative to its sample mean, with a pointwise 95% band; dashed line and strip: turning point with its 95% Fieller interval; dots: bin indicators in place of the quadratic, controls and effects kept; ticks: sample.",
    );
    Ok(UCurve {
        frame: scene.frame("u-curve", title, scene.regression_caption(what, &fit, headline.column)),
        y: outcome.map(|lang, label| match lang {
            Lang::Zh => format!("对{label}的效应"),
            Lang::En => format!("Effect on {label}"),
        }),
        x: name,
        curve: points.collect(),
        turning_point,
        bins,
        rug: values.to_vec(),
        share_beyond: quadratic(&fit, x).map(|q| q.share_beyond),
    })
}

/// What the curve says, in one sentence that does not claim more than the test.
pub(crate) fn finding(
    x: &Text,
    y: &Text,
    shape: Option<Shape>,
    p: Option<f64>,
    turning_point: Option<TurningPoint>,
) -> Text {
    let at = turning_point.map_or_else(String::new, |point| number(point.at, Format::Fixed(2)));
    Text::build(|lang| {
        let (x, y) = (x.get(lang), y.get(lang));
        match (shape, p, lang) {
            (Some(Shape::U), Some(p), Lang::Zh) if p < 0.05 => {
                format!("{x}对{y}先抑后扬，拐点为 {at}（U 形检验 {}）", p_equation(p))
            }
            (Some(Shape::InverseU), Some(p), Lang::Zh) if p < 0.05 => {
                format!("{x}对{y}先扬后抑，拐点为 {at}（倒 U 形检验 {}）", p_equation(p))
            }
            (Some(Shape::U), Some(p), Lang::En) if p < 0.05 => {
                format!("{x} first lowers, then raises {y}: it turns at {at} (U test {})", p_equation(p))
            }
            (Some(Shape::InverseU), Some(p), Lang::En) if p < 0.05 => {
                format!("{x} first raises, then lowers {y}: it turns at {at} (inverse U test {})", p_equation(p))
            }
            (_, Some(p), Lang::Zh) => format!("{x}与{y}：U 形在 5% 水平上不显著（{}）", p_equation(p)),
            (_, Some(p), Lang::En) => format!("{x} and {y}: no U at the 5% level ({})", p_equation(p)),
            (_, None, Lang::Zh) => format!("{x}与{y}：样本区间内没有拐点"),
            (_, None, Lang::En) => format!("{x} and {y}: no turning point inside the sample"),
        }
    })
}

/// Means of x per bin against the coefficients of bin indicators that replace the quadratic (Cattaneo, Crump, Farrell
/// and Feng 2024), moved so that their mean over rows is zero, as that of the curve is. Empty where it cannot be fitted.
fn bins(panel: &Panel, headline: &Headline<'_>, fit: &Estimate, x: &str, bins: usize) -> Vec<(f64, f64)> {
    semi_linear(panel, headline, fit, x, bins).unwrap_or_default()
}

fn semi_linear(
    panel: &Panel,
    headline: &Headline<'_>,
    fit: &Estimate,
    x: &str,
    bins: usize,
) -> Option<Vec<(f64, f64)>> {
    let values = fit.sample_values(x)?;
    let codes = bin_indicators(values, bins).ok()?;
    let count = codes.iter().max()? + 1;
    let name = |bin: usize| format!("bin_{bin}_of_{bins}");
    let mut wide = panel.clone();
    for bin in 1..count {
        let mut column = vec![f64::NAN; panel.n_rows()];
        for (&row, &code) in fit.rows.iter().zip(&codes) {
            column[row as usize] = f64::from(u8::from(code == bin));
        }
        wide.set(name(bin), column).ok()?;
    }
    let square = format!("{x}^2");
    let controls = fit.names.iter().filter(|term| *term != x && **term != square && !term.starts_with('('));
    let terms: Vec<String> = (1..count).map(name).chain(controls.cloned()).collect();
    let effects = fixed_effects(&headline.column.formula);
    let absorbed = if effects.is_empty() { String::new() } else { format!(" | {}", effects.join(" + ")) };
    let formula = format!("{} ~ {}{absorbed}", fit.response, terms.join(" + "));
    let rows = fit.esample(panel.n_rows());
    // Coefficients are all that is read, so the covariance is the cheapest.
    let column = ColumnSpec { vcov: "iid".into(), like: "reghdfe".into(), ..headline.column.clone() };
    let stepped = fit_on(&wide, &column, &formula, Some(&rows)).ok()?;
    let mut sums = vec![(0.0, 0_usize); count];
    for (&code, value) in codes.iter().zip(values) {
        sums[code].0 += value;
        sums[code].1 += 1;
    }
    let heights: Vec<f64> = (0..count)
        .map(|bin| if bin == 0 { 0.0 } else { stepped.coefficient(&name(bin)).map_or(f64::NAN, |c| c.estimate) })
        .collect();
    let present = || heights.iter().zip(&sums).filter(|(height, _)| !height.is_nan());
    let total: usize = present().map(|(_, sum)| sum.1).sum();
    let level = present().map(|(height, sum)| height * sum.1 as f64).sum::<f64>() / total as f64;
    Some(present().map(|(height, sum)| (sum.0 / sum.1 as f64, height - level)).collect())
}
