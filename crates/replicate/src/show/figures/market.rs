//! Segmentation over time: mean and the band from the 10 to the 90 % quantile.

use super::{Place, Scene, Sketch, axis, count};
use panel_core::transform::quantile;
use report::figure::{CurvePoint, Series, XyPanel, XyPlot};
use report::numfmt::{Format, number};
use report::{Lang, Text};
use study::indices::Index;

/// The figure, where the study has `[market]` and a time key.
pub(super) fn sketch(scene: &Scene<'_>) -> Option<Sketch> {
    let spec = scene.study.indices.market.first()?;
    let index = scene.results.computed.index(&spec.stage())?;
    let seg = index.column("seg");
    let time = scene.study.study.time.as_ref()?;
    let panel = scene.panel;
    let mut by_period: Vec<Vec<f64>> = vec![Vec::new(); panel.n_periods()];
    for (row, &period) in panel.time_of_row().iter().enumerate() {
        if seg[row].is_finite() {
            by_period[period as usize].push(seg[row]);
        }
    }
    let at = axis::places(panel);
    let (mut points, mut drawn) = (Vec::new(), Vec::new());
    for (period, values) in by_period.iter_mut().enumerate().filter(|(_, values)| !values.is_empty()) {
        values.sort_unstable_by(f64::total_cmp);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        drawn.push(period);
        points.push(CurvePoint::banded(at[period], mean, quantile(values, 0.1), quantile(values, 0.9)));
    }
    let (first, last) = (points.first()?, points.last()?);
    let n: usize = by_period.iter().map(Vec::len).sum();
    let name = scene.names.get(spec.variable());
    let ends = (*first, *last);
    let label = |period: Option<&usize>| period.map_or("", |&period| panel.times().labels()[period].as_str());
    let (start, end) = (label(drawn.first()), label(drawn.last()));
    let title = Text::build(|lang| {
        let [from, to] = [ends.0.y, ends.1.y].map(|value| number(value, Format::Significant(2)));
        match lang {
            Lang::Zh => {
                let (start, end) = (axis::words(start, lang), axis::words(end, lang));
                format!("{}的均值由 {start}的 {from} 变为 {end}的 {to}", name.get(lang))
            }
            Lang::En => {
                format!("Mean {} goes from {from} in {start} to {to} in {end}", name.get(lang))
            }
        }
    });
    let goods = spec.own.prices.len();
    let caption = Text::build(|lang| {
        let n = count(n, lang);
        match lang {
            Lang::Zh => format!(
                "线为均值，阴影为 10% 至 90% 分位数；{goods} 类商品的相对价格方差；无固定效应，无标准误。n = {n}。"
            ),
            Lang::En => format!(
                "Line: mean; band: 10 to 90% quantiles; variance of relative prices over {goods} goods; raw values, no fixed effects. n = {n}."
            ),
        }
    });
    let plot = XyPlot::single(
        scene.frame("segmentation", title, caption),
        XyPanel {
            x: scene.names.get(time),
            y: name,
            series: vec![Series { label: Text::new("均值", "mean"), points }],
            ..XyPanel::default()
        },
    );
    Some(Sketch::new(Place::Indices, move |lang| plot.draw(lang)))
}
