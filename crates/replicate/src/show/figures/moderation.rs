//! Moderated curves at a low, the mean and a high value of the moderator.

use super::{Attempt, Place, Scene, Sketch};
use report::figure::{Mark, Series, XyPanel, XyPlot};
use report::numfmt::{Format, number, whole_percent};
use report::{Lang, Text};
use study::{ColumnSpec, ModerationSpec, TableSpec};
use tables::plots::ModeratedCurves;

/// One figure per moderated column.
pub(super) fn sketches(scene: &Scene<'_>) -> Vec<Attempt> {
    let mut sketches = Vec::new();
    for table in &scene.study.tables {
        let moderated =
            table.named_columns().filter_map(|(name, column)| Some((name, column, column.moderation.as_ref()?)));
        for (place, (name, column, spec)) in moderated.enumerate() {
            let id = match place {
                0 => format!("moderation-{}", table.id),
                _ => format!("moderation-{}-{}", table.id, place + 1),
            };
            let curves = scene.plots(&table.id, &name).and_then(|plots| plots.moderated.as_ref());
            let drawn = |found: &ModeratedCurves| figure(scene, table, &name, column, spec, found, id);
            sketches.extend(curves.map(|found| found.as_ref().map(drawn).map_err(ToString::to_string)));
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
    found: &ModeratedCurves,
    id: String,
) -> Sketch {
    let z = scene.names.get(&spec.moderator);
    let levels = [("均值 − 标准差", "mean − sd"), ("均值", "mean"), ("均值 + 标准差", "mean + sd")];
    let mut panel = XyPanel {
        x: scene.names.get(&spec.x),
        y: scene.names.get(&column.formula.response.name).map(|lang, label| match lang {
            Lang::Zh => format!("对{label}的效应"),
            Lang::En => format!("Effect on {label}"),
        }),
        references: vec![0.0],
        ..XyPanel::default()
    };
    for ((zh, en), curve) in levels.into_iter().zip(&found.levels) {
        let text = number(curve.level, Format::Legible(2));
        let label = Text::new(format!("{zh} {text}"), format!("{en} {text}"));
        panel.series.push(Series { label, points: curve.points.clone() });
        panel.marks.extend(curve.turn.map(|(x, y)| {
            let label = Text::same(number(x, Format::Legible(2)));
            Mark { x, y, label, below: curve.convex }
        }));
    }
    let title = title(&z, found.shift.0, found.shift.1, found.flip, found.squared_interaction);
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
    let caption = scene.column(&table.id, name).map(|shown| super::regression_caption(&what, shown));
    let plot = XyPlot::single(scene.frame(id, title, caption.unwrap_or(what)), panel);
    Sketch::new(Place::Table(table.id.clone()), move |lang| plot.draw(lang))
}

/// Where the turning point moves and where the curve flips, with how much of the sample lies beyond.
fn title(z: &Text, shift: f64, p: f64, flip: Option<(f64, f64)>, b4: f64) -> Text {
    Text::build(|lang| {
        let name = z.get(lang);
        let flip = flip.map(|(at, beyond)| (number(at, Format::Legible(2)), whole_percent(beyond)));
        match lang {
            Lang::Zh => {
                let change = if b4 < 0.0 { "U 形变为倒 U 形" } else { "倒 U 形变为 U 形" };
                let flips = flip.map_or_else(String::new, |(at, share)| {
                    format!("，曲线在 {at} 处由{change}（其右侧 {share} 的样本）")
                });
                let moves = match (p < 0.05, shift < 0.0) {
                    (true, true) => "拐点左移",
                    (true, false) => "拐点右移",
                    (false, _) => "拐点没有显著移动",
                };
                format!("{name}越高，{moves}{flips}")
            }
            Lang::En => {
                let change = if b4 < 0.0 { "the U turns into its inverse" } else { "the inverse U turns into a U" };
                let flips = flip.map_or_else(String::new, |(at, share)| {
                    format!("; {change} at {at} ({share} of the sample beyond)")
                });
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
