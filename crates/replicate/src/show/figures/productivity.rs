//! Productivity: its distribution in every period, and cumulated index and components by group.

use super::{Place, Scene, Sketch, axis, count};
use gtfp_ebm::{Index as ProductivityIndex, Reference};
use panel_core::transform::quantile;
use report::figure::{CurvePoint, Distributions, Sample, Series, XyPanel, XyPlot};
use report::numfmt::{Format, number};
use report::{Lang, Text};
use study::indices::gtfp::Gtfp;
use study::indices::{Index, Made};

/// Most periods that are drawn one below the other.
const RIDGES: usize = 12;

/// The figures of the first specification.
pub(super) fn sketches(scene: &Scene<'_>) -> Vec<Sketch> {
    let computed = &scene.results.computed;
    let found = scene.study.indices.gtfp.iter().find_map(|spec| Some((spec, computed.index(&spec.stage())?)));
    let Some((spec, result)) = found else { return Vec::new() };
    let mut sketches = vec![distribution(scene, spec, result)];
    if ratios(scene, spec, result).is_some() {
        sketches.push(cumulative(scene, spec, result));
    }
    sketches
}

/// The index of a specification, where it is a ratio and some row has one.
fn ratios<'a>(scene: &Scene<'_>, spec: &Gtfp, result: &'a Made) -> Option<&'a [f64]> {
    let periods = scene.panel.n_periods();
    if matches!(spec.choices.index(periods), ProductivityIndex::None | ProductivityIndex::Luenberger) {
        return None;
    }
    let values = result.column(spec.choices.index_name(periods));
    values.iter().any(|value| value.is_finite()).then_some(values)
}

fn distribution(scene: &Scene<'_>, spec: &Gtfp, result: &Made) -> Sketch {
    let panel = scene.panel;
    let growth = ratios(scene, spec, result);
    let index = growth.is_some();
    let values = growth.unwrap_or_else(|| result.column(spec.choices.score_name()));
    let mut by_period: Vec<Vec<f64>> = vec![Vec::new(); panel.n_periods()];
    for (row, &period) in panel.time_of_row().iter().enumerate() {
        if values[row].is_finite() {
            by_period[period as usize].push(values[row]);
        }
    }
    let mut periods: Vec<(String, Vec<f64>)> =
        panel.times().labels().iter().cloned().zip(by_period).filter(|(_, values)| !values.is_empty()).collect();
    if periods.len() > RIDGES {
        // Evenly spaced, ends kept.
        let last = periods.len() - 1;
        let kept: Vec<usize> = (0..RIDGES).map(|i| i * last / (RIDGES - 1)).collect();
        periods = periods.into_iter().enumerate().filter(|(i, _)| kept.contains(i)).map(|(_, p)| p).collect();
    }
    let n: usize = periods.iter().map(|(_, values)| values.len()).sum();
    let median = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        quantile(&sorted, 0.5)
    };
    let label = scene.names.get(spec.variable());
    let title = match (periods.first(), periods.last()) {
        (Some(first), Some(last)) if periods.len() > 1 => {
            let (from, to) = (number(median(&first.1), Format::Fixed(3)), number(median(&last.1), Format::Fixed(3)));
            Text::build(|lang| match lang {
                Lang::Zh => {
                    let (start, end) = (axis::words(&first.0, lang), axis::words(&last.0, lang));
                    format!("{}的中位数由 {start}的 {from} 变为 {end}的 {to}", label.get(lang))
                }
                Lang::En => {
                    format!("The median of {} goes from {from} in {} to {to} in {}", label.get(lang), first.0, last.0)
                }
            })
        }
        _ => label.map(|lang, label| match lang {
            Lang::Zh => format!("{label}的分布"),
            Lang::En => format!("Distribution of {label}"),
        }),
    };
    let caption = Text::build(|lang| {
        let n = count(n, lang);
        match lang {
            Lang::Zh => format!(
                "核密度（Silverman 带宽）；粗线为四分位距，圆点为中位数；横轴截于 0.5% 与 99.5% 分位数；无固定效应，无标准误。n = {n}。"
            ),
            Lang::En => format!(
                "Kernel densities (Silverman's bandwidth); bars span the quartiles, dots are medians; the axis ends at the 0.5 and 99.5% quantiles; raw values, no fixed effects. n = {n}."
            ),
        }
    });
    let plot = Distributions {
        frame: scene.frame("gtfp-distribution", title, caption),
        x: label.map(|lang, label| match (index, lang) {
            (true, Lang::Zh) => format!("{label}（上期 = 1）"),
            (true, Lang::En) => format!("{label} (previous period = 1)"),
            (false, _) => label.to_owned(),
        }),
        samples: periods.into_iter().map(|(label, values)| Sample { label: Text::from(label), values }).collect(),
        reference: index.then_some(1.0),
    };
    Sketch::new(Place::Indices, move |lang| plot.draw(lang))
}

fn cumulative(scene: &Scene<'_>, spec: &Gtfp, result: &Made) -> Sketch {
    let panel = scene.panel;
    let index = ratios(scene, spec, result).unwrap_or_default();
    let [efficiency, technical] = ["ec", "tc"].map(|name| result.column(name));
    let at = axis::places(panel);
    let regions = scene.regions();
    // 1 in the first period; then times the geometric mean of the group's indices, period by period.
    let line = |values: &[f64], rows: &[bool]| -> Vec<CurvePoint> {
        let (mut sums, mut counts) = (vec![0.0; panel.n_periods()], vec![0_usize; panel.n_periods()]);
        for (row, &period) in panel.time_of_row().iter().enumerate() {
            // A decomposition may lack a part.
            let value = values.get(row).copied().unwrap_or(f64::NAN);
            if rows[row] && value > 0.0 && value.is_finite() {
                sums[period as usize] += value.ln();
                counts[period as usize] += 1;
            }
        }
        let Some(start) = counts.iter().position(|&count| count > 0) else { return Vec::new() };
        let mut log = 0.0;
        let mut points = vec![CurvePoint::new(at[start.saturating_sub(1)], 1.0)];
        if start == 0 {
            points.clear();
        }
        for period in start..counts.len() {
            if counts[period] > 0 {
                log += sums[period] / counts[period] as f64;
                points.push(CurvePoint::new(at[period], f64::exp(log)));
            }
        }
        points
    };
    let all = vec![true; panel.n_rows()];
    let end = |values: &[f64]| line(values, &all).last().map_or(f64::NAN, |point| point.y);
    let (total, ec, tc) = (end(index), end(efficiency), end(technical));
    let drawn = |title: (&str, &str), values: &[f64]| XyPanel {
        title: title.into(),
        series: regions
            .iter()
            .map(|(label, rows)| Series {
                label: if regions.len() > 1 { label.clone() } else { Text::default() },
                points: line(values, rows),
            })
            .collect(),
        references: vec![1.0],
        ..XyPanel::default()
    };
    let global = spec.choices.reference == Reference::Global;
    let change = if global { ("最佳实践差距变化 BPC", "BPC") } else { ("技术变化 TC", "TC") };
    let parts = [(("累计指数", "Index"), index), (("效率变化 EC", "EC"), efficiency), (change, technical)];
    let panels = parts.into_iter().filter(|(_, values)| !values.is_empty()).map(|(title, values)| drawn(title, values));
    let panels = panels.collect();
    let direction = |value: f64| if value >= 1.0 { ("上升", "rises") } else { ("下降", "falls") };
    let three = |value: f64| number(value, Format::Fixed(3));
    let short = change.1;
    let title = Text::new(
        format!("累计指数{}至 {}：EC 为 {}，{short} 为 {}", direction(total).0, three(total), three(ec), three(tc)),
        format!("The index {} to {}: EC {}, {short} {}", direction(total).1, three(total), three(ec), three(tc)),
    );
    let n = index.iter().filter(|value| value.is_finite()).count();
    let caption = Text::build(|lang| {
        let n = count(n, lang);
        match lang {
            Lang::Zh => format!(
                "各组个体的几何平均逐期累乘，首期 = 1；指数 = EC × {short}；无固定效应，无标准误。n = {n} 个变化。"
            ),
            Lang::En => format!(
                "Geometric means over the entities of a group, cumulated, first period = 1; index = EC × {short}; raw values, no fixed effects. n = {n} transitions."
            ),
        }
    });
    let plot = XyPlot { frame: scene.frame("gtfp-cumulative", title, caption), panels, share_y: true };
    Sketch::new(Place::Indices, move |lang| plot.draw(lang))
}
