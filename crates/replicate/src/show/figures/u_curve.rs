//! The fitted curve of the headline column, with band, turning point and a semi-linear binned scatter.

use super::{Attempt, Place, Scene, Sketch};
use crate::show::beyond_turning_point;
use panel_fe::utest::Shape;
use report::figure::UCurve;
use report::numfmt::{Format, number, p_equation};
use report::{Lang, ModelColumn, Text};
use study::Headline;
use tables::plots::FittedCurve;

/// The figure, where the headline has both terms.
pub(super) fn sketch(scene: &Scene<'_>) -> Option<Attempt> {
    let headline = scene.headline.as_ref()?;
    let plots = scene.plots(&headline.table.id, &headline.name)?;
    let shown = scene.column(&headline.table.id, &headline.name)?;
    let drawn = plots.curve.as_ref()?.as_ref().map(|fitted| {
        let figure = figure(scene, headline, fitted, shown);
        Sketch::new(Place::Headline, move |lang| figure.draw(lang))
    });
    Some(drawn.map_err(ToString::to_string))
}

fn figure(scene: &Scene<'_>, headline: &Headline<'_>, fitted: &FittedCurve, shown: &ModelColumn) -> UCurve {
    let (name, outcome) = (scene.names.get(headline.x), scene.names.get(&headline.column.formula.response.name));
    let title = finding(&name, &outcome, fitted);
    let what = Text::new(
        "曲线为相对样本均值的拟合效应，阴影为逐点 95% 置信带；虚线与竖带为拐点及其 95% Fieller 区间；圆点为以分箱虚拟变量代替二次式、保留控制变量与固定效应的估计；底部短线为样本分布。",
        "Curve: fitted effect relative to its sample mean, with a pointwise 95% band; dashed line and strip: turning point with its 95% Fieller interval; dots: bin indicators in place of the quadratic, controls and effects kept; ticks: sample.",
    );
    UCurve {
        frame: scene.frame("u-curve", title, super::regression_caption(&what, shown)),
        y: outcome.map(|lang, label| match lang {
            Lang::Zh => format!("对{label}的效应"),
            Lang::En => format!("Effect on {label}"),
        }),
        x: name,
        curve: fitted.points.clone(),
        turning_point: fitted.turning_point,
        bins: fitted.bins.clone(),
        rug: fitted.values.clone(),
        share_beyond: fitted.share_beyond,
    }
}

/// What the curve says, in one sentence that does not claim more than the test, nor leaves out how much of the sample lies
/// beyond the turning point.
fn finding(x: &Text, y: &Text, fitted: &FittedCurve) -> Text {
    let FittedCurve { shape, p, turning_point, share_beyond, .. } = fitted;
    let at = turning_point.map_or_else(String::new, |point| number(point.at, Format::Legible(2)));
    let beyond = beyond_turning_point(*share_beyond);
    Text::build(|lang| {
        let (x, y) = (x.get(lang), y.get(lang));
        let beyond = beyond.get(lang);
        match (shape, *p, lang) {
            (Some(Shape::U), Some(p), Lang::Zh) if p < 0.05 => {
                format!("{x}对{y}先抑后扬，拐点为 {at}{beyond}（U 形检验 {}）", p_equation(p))
            }
            (Some(Shape::InverseU), Some(p), Lang::Zh) if p < 0.05 => {
                format!("{x}对{y}先扬后抑，拐点为 {at}{beyond}（倒 U 形检验 {}）", p_equation(p))
            }
            (Some(Shape::U), Some(p), Lang::En) if p < 0.05 => {
                format!("{x} first lowers, then raises {y}: it turns at {at}{beyond} (U test {})", p_equation(p))
            }
            (Some(Shape::InverseU), Some(p), Lang::En) if p < 0.05 => {
                format!(
                    "{x} first raises, then lowers {y}: it turns at {at}{beyond} (inverse U test {})",
                    p_equation(p)
                )
            }
            (_, Some(p), Lang::Zh) => format!("{x}与{y}：U 形在 5% 水平上不显著（{}）", p_equation(p)),
            (_, Some(p), Lang::En) => format!("{x} and {y}: no U at the 5% level ({})", p_equation(p)),
            (_, None, Lang::Zh) => format!("{x}与{y}：样本区间内没有拐点"),
            (_, None, Lang::En) => format!("{x} and {y}: no turning point inside the sample"),
        }
    })
}
