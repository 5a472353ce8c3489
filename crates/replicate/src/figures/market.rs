//! Segmentation over time: mean and the band from the 10 to the 90 % quantile.

use super::{Place, Scene, Sketch};
use report::figure::{CurvePoint, Panel, Series, XyPlot, quantile};
use report::numfmt::{Format, number};
use report::{Lang, Text};

/// The figure, where the study has `[market]` and a time key.
pub(super) fn sketch(scene: &Scene<'_>) -> Option<Sketch> {
    let market = scene.results.computed.market.as_ref()?;
    let spec = scene.study.market.as_ref()?;
    let time = scene.study.study.time.as_ref()?;
    let panel = scene.panel;
    let mut by_period: Vec<Vec<f64>> = vec![Vec::new(); panel.n_periods()];
    for (row, &period) in panel.time_of_row().iter().enumerate() {
        if market.seg[row].is_finite() {
            by_period[period as usize].push(market.seg[row]);
        }
    }
    let mut points = Vec::new();
    for (period, values) in by_period.iter_mut().enumerate().filter(|(_, values)| !values.is_empty()) {
        values.sort_unstable_by(f64::total_cmp);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let at = panel.times().ordinals()[period] as f64;
        points.push(CurvePoint::banded(at, mean, quantile(values, 0.1), quantile(values, 0.9)));
    }
    let (first, last) = (points.first()?, points.last()?);
    let n: usize = by_period.iter().map(Vec::len).sum();
    let name = scene.names.get(&spec.seg);
    let change = last.y / first.y - 1.0;
    let ends = (first.x, last.x);
    let title = Text::build(|lang| {
        let by = number(change.abs(), Format::Percent(0));
        let name = name.get(lang);
        match (change < 0.0, lang) {
            (true, Lang::Zh) => format!("{name}由 {:.0} 年至 {:.0} 年平均下降 {by}", ends.0, ends.1),
            (false, Lang::Zh) => format!("{name}由 {:.0} 年至 {:.0} 年平均上升 {by}", ends.0, ends.1),
            (true, Lang::En) => format!("Mean {name} falls by {by} from {:.0} to {:.0}", ends.0, ends.1),
            (false, Lang::En) => format!("Mean {name} rises by {by} from {:.0} to {:.0}", ends.0, ends.1),
        }
    });
    let goods = spec.prices.len();
    let caption = Text::build(|lang| {
        let n = number(n as f64, Format::Grouped);
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
        Panel {
            x: scene.names.get(time),
            y: name,
            series: vec![Series { label: Text::new("均值", "mean"), points }],
            ..Panel::default()
        },
    );
    Some(Sketch::new(Place::Indices, move |lang| plot.draw(lang)))
}
