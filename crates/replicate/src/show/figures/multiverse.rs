//! Figures of a multiverse: the curve with its options, turning points, what moves the result, shares by option.

use super::{Attempt, Place, Scene, Sketch, count};
use panel_multiverse::record::{AttributionRecord, TurningDensity};
use report::figure::{CoefPanel, CoefPlot, CoefRow, CurvePoint, Estimate, Series, SpecificationCurve, XyPanel, XyPlot};
use report::{Lang, Text};
use study::multiverse_table_ids;
use tables::multiverse::{Multiverse, OptionBar};

/// All figures of all multiverses.
pub(super) fn sketches(scene: &Scene<'_>) -> Vec<Attempt> {
    scene
        .results
        .multiverses
        .iter()
        .flat_map(|multiverse| {
            [
                Some(curve(scene, multiverse)),
                multiverse.turning_points().map(|density| turning(scene, multiverse, &density)),
                shares(scene, multiverse),
                Some(options(scene, multiverse)),
            ]
        })
        .flatten()
        .map(Ok)
        .collect()
}

fn place(multiverse: &Multiverse) -> Place {
    Place::Table(multiverse_table_ids(&multiverse.spec).swap_remove(0))
}

fn id(multiverse: &Multiverse, what: &str) -> String {
    format!("multiverse-{}-{what}", multiverse.spec.id)
}

fn curve(scene: &Scene<'_>, multiverse: &Multiverse) -> Sketch {
    let (points, options) = multiverse.curve();
    let n = points.len();
    let first = points.iter().filter(|point| point.group == 0).count();
    let names = multiverse.verdict_names();
    let title = Text::build(|lang| {
        let name = names[0].get(lang);
        match lang {
            Lang::Zh => format!("{n} 个估计中 {first} 个为{name}"),
            Lang::En => format!("{} of {} estimates: {name}", count(first, lang), count(n, lang)),
        }
    });
    let null = points.iter().any(|point| point.null.is_some());
    let caption = Text::new(
        format!(
            "估计按效应大小排列，色带为 95% 置信区间{}；圆圈为基准。下方每行标出采用该选项的估计所在位置。",
            if null { "，灰带为零假设下同名次效应的 5–95%" } else { "" }
        ),
        format!(
            "Estimates in order of the effect, with 95% intervals{}; the circle is the base. Below: where the estimates with each option stand.",
            if null { " and, in grey, the 5–95% band of each rank under the null" } else { "" }
        ),
    );
    let plot = SpecificationCurve {
        frame: scene.frame(id(multiverse, "curve"), title, caption),
        y: multiverse.effect_text(),
        groups: names,
        points,
        options,
    };
    Sketch::new(place(multiverse), move |lang| plot.draw(lang))
}

fn turning(scene: &Scene<'_>, multiverse: &Multiverse, density: &TurningDensity) -> Sketch {
    let inside: f64 = density.bins.iter().map(|bin| bin.share).sum();
    let percent = |share: f64| format!("{:.0}%", 100.0 * share);
    let x = scene.names.get(&multiverse.spec.x);
    let title = Text::build(|lang| match lang {
        Lang::Zh => format!("{} 的估计在{}的取值之内转折", percent(inside), x.get(lang)),
        Lang::En => format!("{} of the estimates turn within the values of {}", percent(inside), x.get(lang)),
    });
    let caption = Text::new(
        format!(
            "拐点在 x 分布中的百分位；低于最小值 {}，不低于最大值 {}，没有拐点 {}。",
            percent(density.below),
            percent(density.above),
            percent(density.none)
        ),
        format!(
            "Turning points as percentiles of x; {} below its smallest value, {} at or above its largest, {} without one.",
            percent(density.below),
            percent(density.above),
            percent(density.none)
        ),
    );
    let points = density
        .bins
        .iter()
        .flat_map(|bin| [CurvePoint::new(bin.low, 100.0 * bin.share), CurvePoint::new(bin.high, 100.0 * bin.share)]);
    let panel = XyPanel {
        x: Text::new("x 的百分位", "Percentile of x"),
        y: Text::new("估计占比（%）", "Share of estimates (%)"),
        series: vec![Series { label: Text::default(), points: points.collect() }],
        references: vec![0.0],
        ..XyPanel::default()
    };
    let plot = XyPlot::single(scene.frame(id(multiverse, "turning"), title, caption), panel);
    Sketch::new(place(multiverse), move |lang| plot.draw(lang))
}

fn shares(scene: &Scene<'_>, multiverse: &Multiverse) -> Option<Sketch> {
    let found = multiverse.shares();
    let (_, first) = found.first()?;
    let rows = first.choices.iter().enumerate().map(|(row, choice)| {
        let estimate = |record: &AttributionRecord| {
            let row = &record.choices[row];
            Some(Estimate { value: row.share, low: row.low.unwrap_or(row.share), high: row.high.unwrap_or(row.share) })
        };
        CoefRow {
            group: Text::default(),
            label: multiverse.factor_text(&choice.choice),
            estimates: found.iter().map(|(_, record)| estimate(record)).collect(),
            highlight: false,
        }
    });
    let largest = first.choices.iter().max_by(|a, b| a.share.total_cmp(&b.share))?;
    let (name, share) = (multiverse.factor_text(&largest.choice), 100.0 * largest.share);
    let title = Text::build(|lang| match lang {
        Lang::Zh => format!("{}最能改变结果（效应方差的 {share:.0}%）", name.get(lang)),
        Lang::En => format!("What moves the result most: {} ({share:.0}% of the effect's variance)", name.get(lang)),
    });
    let caption = Text::new(
        "各选择对方差的有序 Shapley 份额；线为按整群重抽样的 5–95%，不必以点为中心。",
        "Ordered Shapley shares of the variance over the estimates; lines: 5–95% over draws of whole clusters, which need not be centred.",
    );
    let panels = found.iter().map(|(title, _)| CoefPanel { title: title.clone(), reference: None }).collect();
    let frame = scene.frame(id(multiverse, "shares"), title, caption);
    let plot = CoefPlot { frame, panels, rows: rows.collect() };
    Some(Sketch::new(place(multiverse), move |lang| plot.draw(lang)))
}

fn options(scene: &Scene<'_>, multiverse: &Multiverse) -> Sketch {
    let verdict = multiverse.verdict_names().swap_remove(0);
    let row = |OptionBar { choice, option, share }: OptionBar| CoefRow {
        group: choice,
        label: option,
        estimates: vec![Some(Estimate { value: share, low: share, high: share })],
        highlight: false,
    };
    let rows: Vec<CoefRow> = multiverse.option_bars().into_iter().map(row).collect();
    let title = verdict.map(|lang, verdict| match lang {
        Lang::Zh => format!("采用每个选项时{verdict}的占比"),
        Lang::En => format!("Share with the verdict \"{verdict}\" by option"),
    });
    let caption = Text::new(
        "每行为采用该选项的全部估计中结论成立的占比。",
        "Each row: of all estimates with this option, the share with the verdict.",
    );
    let panels = vec![CoefPanel { title: verdict, reference: None }];
    let plot = CoefPlot { frame: scene.frame(id(multiverse, "options"), title, caption), panels, rows };
    Sketch::new(place(multiverse), move |lang| plot.draw(lang))
}
