//! First stages: what the instruments explain of each endogenous regressor once controls and effects are taken out.

use super::{Attempt, Place, Scene, Sketch};
use report::figure::{CurvePoint, Dots, Series, XyPanel, XyPlot, bin_means};
use report::numfmt::{Format, number};
use report::{Lang, Text};
use study::TableSpec;
use tables::plots::{FirstStage, FirstStages};

/// One figure per column with instruments.
pub(super) fn sketches(scene: &Scene<'_>) -> Vec<Attempt> {
    let mut sketches = Vec::new();
    for table in &scene.study.tables {
        let instrumented = table.named_columns().filter(|(_, column)| column.formula.is_iv());
        for (place, (name, _)) in instrumented.enumerate() {
            let id = match place {
                0 => format!("first-stage-{}", table.id),
                _ => format!("first-stage-{}-{}", table.id, place + 1),
            };
            let stages = scene.plots(&table.id, &name).and_then(|plots| plots.first_stages.as_ref());
            let drawn = |found: &FirstStages| figure(scene, table, &name, found, id);
            sketches.extend(stages.map(|found| found.as_ref().map(drawn).map_err(ToString::to_string)));
        }
    }
    sketches
}

fn figure(scene: &Scene<'_>, table: &TableSpec, name: &str, found: &FirstStages, id: String) -> Sketch {
    let panels = found.stages.iter().map(|stage| panel(scene, stage)).collect();
    let (title, what) = words(table, name, found);
    let caption = scene.column(&table.id, name).map(|shown| super::regression_caption(&what, shown));
    let plot = XyPlot { frame: scene.frame(id, title, caption.unwrap_or(what)), panels, share_y: false };
    Sketch::new(Place::Table(table.id.clone()), move |lang| plot.draw(lang))
}

fn panel(scene: &Scene<'_>, stage: &FirstStage) -> XyPanel {
    let (x, y) = (&stage.predicted, &stage.residual);
    let (low, high) = x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
    let bins = bin_means(x, y, scene.study.report.bins);
    let label = scene.names.get(&stage.endog);
    let f = stage.f.map_or_else(String::new, |(f, df, df2)| {
        let df2 = df2.map_or_else(String::new, |df2| format!(", {df2:.0}"));
        format!("F({df:.0}{df2}) = {}", number(f, Format::Fixed(2)))
    });
    let partial = stage.partial_r2.map_or_else(String::new, |r2| number(r2, Format::Fixed(3)));
    XyPanel {
        title: label.clone(),
        x: Text::new("由工具变量预测（残差化）", "Predicted by the instruments (residualized)"),
        y: label.map(|lang, label| match lang {
            Lang::Zh => format!("{label}（残差化）"),
            Lang::En => format!("{label} (residualized)"),
        }),
        series: vec![Series {
            label: Text::default(),
            points: vec![CurvePoint::new(low, low), CurvePoint::new(high, high)],
        }],
        dots: vec![Dots { label: Text::new("分箱", "bin"), points: bins.iter().map(|bin| (bin.x, bin.y)).collect() }],
        corner: Text::new(format!("{f}\n偏 R² = {partial}"), format!("{f}\npartial R² = {partial}")),
        ..XyPanel::default()
    }
}

/// Title, and what is shown.
fn words(table: &TableSpec, name: &str, found: &FirstStages) -> (Text, Text) {
    let title = match &found.weak_id {
        Some((name, stat)) => {
            let stat = number(*stat, Format::Fixed(1));
            Text::new(
                format!("工具变量对内生变量的解释力：{name} = {stat}"),
                format!("How far the instruments move the endogenous regressors: {name} = {stat}"),
            )
        }
        None => {
            let weakest =
                found.stages.iter().filter_map(|stage| stage.f).map(|(f, ..)| f).fold(f64::INFINITY, f64::min);
            let f = number(weakest, Format::Fixed(1));
            Text::new(format!("第一阶段 F 最小为 {f}"), format!("The smallest first-stage F is {f}"))
        }
    };
    let number = table.number_text();
    let what = Text::build(|lang| match lang {
        Lang::Zh => format!(
            "{} {name} 列的第一阶段；圆点为等量分箱均值，直线斜率按构造为 1，离散程度即工具变量未能解释的部分；控制变量与固定效应已剔除。",
            number.get(lang)
        ),
        Lang::En => format!(
            "First stages of {} column {name}. Dots: means of equal-count bins; the line has slope one by construction, the scatter around it is what the instruments leave; controls and effects partialled out.",
            if number.is_empty() { table.id.as_str() } else { number.get(lang) }
        ),
    });
    (title, what)
}
