//! Moderated curves at a low, the mean and a high value of the moderator.

use super::{Place, Scene, Sketch};
use crate::error::Result;
use crate::study::{ColumnSpec, ModerationSpec, TableSpec};
use crate::tables::u_shape::moderation_model;
use panel_core::transform::quantile;
use report::figure::{CurvePoint, Mark, Series, XyPanel, XyPlot};
use report::numfmt::{Format, number};
use report::{Lang, Text};

/// Points of a curve.
const POINTS: usize = 81;

/// One figure per moderated column.
pub(super) fn sketches(scene: &Scene<'_>) -> Vec<Result<Sketch>> {
    let mut sketches = Vec::new();
    for table in &scene.study.tables {
        let mut count = 0;
        for (name, column) in table.named_columns() {
            let Some(moderation) = &column.moderation else { continue };
            count += 1;
            let id = match count {
                1 => format!("moderation-{}", table.id),
                _ => format!("moderation-{}-{count}", table.id),
            };
            sketches.push(figure(scene, table, &name, column, moderation, id));
        }
    }
    sketches
}

fn figure(
    scene: &Scene<'_>,
    table: &TableSpec,
    name: &str,
    column: &ColumnSpec,
    spec: &ModerationSpec,
    id: String,
) -> Result<Sketch> {
    let failed = |error: panel_fe::Error| crate::Error::stage("report", error);
    let fit = scene.refit(column)?;
    let model = moderation_model(&fit, spec).map_err(failed)?;
    let of = |name: &str| fit.coefficient(name).map_or(0.0, |c| c.estimate);
    let either = |left: &str| of(&format!("{left}:{}", spec.moderator)) + of(&format!("{}:{left}", spec.moderator));
    let square = format!("{}^2", spec.x);
    let (b1, b2, b3, b4) = (of(&spec.x), of(&square), either(&spec.x), either(&square));

    let values = scene.panel.float(&spec.moderator).map_err(|error| crate::Error::stage("report", error))?;
    let used: Vec<f64> = fit.rows.iter().map(|&row| values[row as usize]).collect();
    let mean = used.iter().sum::<f64>() / used.len() as f64;
    let sd = (used.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (used.len() as f64 - 1.0)).sqrt();

    let mut xs = fit.sample_values(&spec.x).unwrap_or_default().to_vec();
    xs.sort_unstable_by(f64::total_cmp);
    let center = xs.iter().sum::<f64>() / xs.len() as f64;
    let (low, high) = (quantile(&xs, 0.01), quantile(&xs, 0.99));
    let curve = |z: f64| move |x: f64| (b1 + b3 * z) * (x - center) + (b2 + b4 * z) * (x * x - center * center);

    let z = scene.names.get(&spec.moderator);
    let levels =
        [(mean - sd, "均值 − 标准差", "mean − sd"), (mean, "均值", "mean"), (mean + sd, "均值 + 标准差", "mean + sd")];
    let mut panel = XyPanel {
        x: scene.names.get(&spec.x),
        y: scene.names.get(&fit.response).map(|lang, label| match lang {
            Lang::Zh => format!("对{label}的效应"),
            Lang::En => format!("Effect on {label}"),
        }),
        references: vec![0.0],
        ..XyPanel::default()
    };
    for (level, zh, en) in levels {
        let at = curve(level);
        let points = (0..POINTS).map(|i| low + (high - low) * i as f64 / (POINTS - 1) as f64);
        let text = number(level, Format::Fixed(2));
        panel.series.push(Series {
            label: Text::new(format!("{zh} {text}"), format!("{en} {text}")),
            points: points.map(|x| CurvePoint::new(x, at(x))).collect(),
        });
        let turn = model.at(level).turning_point.value;
        if (low..=high).contains(&turn) {
            let label = Text::same(number(turn, Format::Fixed(2)));
            panel.marks.push(Mark { x: turn, y: at(turn), label, below: b2 + b4 * level > 0.0 });
        }
    }
    let shift = model.shift_numerator();
    let flip = model.flip(0.95).map_err(failed)?.map(|(point, _)| point.value);
    let inside = flip.filter(|at| used.iter().any(|v| v < at) && used.iter().any(|v| v > at));
    let title = title(&z, shift.value, shift.p(), inside, b4);
    let what = Text::build(|lang| match lang {
        Lang::Zh => format!(
            "{name} 列；三条曲线为{}取均值及上下一个标准差时的拟合效应（相对{}的样本均值），圆点为拐点；横轴为样本的 1%–99% 分位数。",
            z.get(lang),
            panel.x.get(lang)
        ),
        Lang::En => format!(
            "Column {name}. Curves: fitted effect at the mean of {} and one standard deviation around it, relative to the mean of {}; dots: turning points; the axis spans the 1 to 99% quantiles.",
            z.get(lang),
            panel.x.get(lang)
        ),
    });
    let frame = scene.frame(id, title, scene.regression_caption(what, &fit, column));
    let plot = XyPlot::single(frame, panel);
    Ok(Sketch::new(Place::Table(table.id.clone()), move |lang| plot.draw(lang)))
}

/// Where the turning point moves and where the curve flips, without more certainty than there is.
fn title(z: &Text, shift: f64, p: f64, flip: Option<f64>, b4: f64) -> Text {
    Text::build(|lang| {
        let name = z.get(lang);
        let flip = flip.map(|at| number(at, Format::Fixed(2)));
        match lang {
            Lang::Zh => {
                let flips = match (flip, b4 < 0.0) {
                    (Some(at), true) => format!("，曲线在 {at} 处由 U 形变为倒 U 形"),
                    (Some(at), false) => format!("，曲线在 {at} 处由倒 U 形变为 U 形"),
                    (None, _) => String::new(),
                };
                let moves = match (p < 0.05, shift < 0.0) {
                    (true, true) => "拐点左移",
                    (true, false) => "拐点右移",
                    (false, _) => "拐点没有显著移动",
                };
                format!("{name}越高，{moves}{flips}")
            }
            Lang::En => {
                let flips = match (flip, b4 < 0.0) {
                    (Some(at), true) => format!("; the U turns into its inverse at {at}"),
                    (Some(at), false) => format!("; the inverse U turns into a U at {at}"),
                    (None, _) => String::new(),
                };
                let moves = match (p < 0.05, shift < 0.0) {
                    (true, true) => "the turning point moves left",
                    (true, false) => "the turning point moves right",
                    (false, _) => "the turning point does not move significantly",
                };
                format!("With more {name}, {moves}{flips}")
            }
        }
    })
}
