//! Every figure from small made-up numbers: tested here, looked at with `cargo run --example gallery -- DIR`.

use panel_report::figure::{
    ArrowLabel, CoefPanel, CoefPlot, CoefRow, CurvePoint, Distributions, Dots, Estimate, Frame, GeoPoint, Mark,
    Mechanism, Mediator, Pipeline, PointMap, Sample, Series, Stage, Strip, TurningPoint, UCurve, XyPanel, XyPlot,
    bin_means, caption,
};
use panel_report::regression::{FitStat, Flag, ModelColumn, RegressionSpec, StdErrors, Term, regression_table};
use panel_report::table::Spanner;
use panel_report::{Figure, Lang, Result, StarRule, Table, Text};

/// A figure that draws itself in one language.
pub(crate) type Draw = Box<dyn Fn(Lang) -> Result<Figure>>;

/// Numbers that look random and are always the same (a linear congruential generator).
pub(crate) fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    (0..n)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        })
        .collect()
}

fn note() -> Text {
    caption(
        &Text::new("阴影为 95% 置信带。", "The band covers 95% pointwise."),
        2232,
        &[Text::new("城市固定效应", "city effects"), Text::new("年份固定效应", "year effects")],
        &StdErrors::clustered([(("城市", "city"), 279)]),
    )
}

/// All figures, by name.
pub(crate) fn all() -> Vec<(&'static str, Draw)> {
    vec![
        ("f01_u_curve", Box::new(|lang| u_curve().draw(lang))),
        ("f02_coefficients", Box::new(|lang| coefficients().draw(lang))),
        ("f03_map", Box::new(|lang| map().draw(lang))),
        ("f04_distributions", Box::new(|lang| distributions().draw(lang))),
        ("f05_indices", Box::new(|lang| indices().draw(lang))),
        ("f06_segmentation", Box::new(|lang| segmentation().draw(lang))),
        ("f07_first_stage", Box::new(|lang| first_stage().draw(lang))),
        ("f08_mechanism", Box::new(|lang| mechanism().draw(lang))),
        ("f09_moderation", Box::new(|lang| moderation().draw(lang))),
        ("f10_specifications", Box::new(|lang| specifications().draw(lang))),
        ("f11_pipeline", Box::new(|lang| pipeline().draw(lang))),
    ]
}

pub(crate) fn u_curve() -> UCurve {
    let rug: Vec<f64> = noise(300, 1).iter().map(|u| 0.2 + 0.3 / (0.07 + u)).collect();
    let y: Vec<f64> =
        rug.iter().zip(noise(300, 2)).map(|(x, u)| 0.006 * x * x - 0.013 * x + 0.02 * (u - 0.5)).collect();
    let curve = (0..=60).map(|i| {
        let x = 0.2 + 4.4 * f64::from(i) / 60.0;
        let fit = 0.006 * x * x - 0.013 * x;
        let half = 0.002 + 0.004 * (x - 0.8f64).powi(2);
        CurvePoint::banded(x, fit, fit - half, fit + half)
    });
    UCurve {
        frame: Frame::new(
            "f01_u_curve",
            (
                "虚拟集聚对绿色全要素生产率的影响先抑后扬，拐点在 1.08",
                "Virtual agglomeration first lowers, then raises green productivity: it turns at 1.08",
            ),
            note(),
        ),
        x: ("虚拟集聚", "Virtual agglomeration").into(),
        y: ("对 Gtfp 的偏效应", "Partial effect on Gtfp").into(),
        curve: curve.collect(),
        turning_point: Some(TurningPoint { at: 1.083, low: 0.71, high: 1.62 }),
        bins: bin_means(&rug, &y, 20).iter().map(|bin| (bin.x, bin.y)).collect(),
        rug,
        share_beyond: Some(0.19),
    }
}

fn estimate(value: f64, half: f64) -> Option<Estimate> {
    Some(Estimate { value, low: value - half, high: value + half })
}

fn coefficients() -> CoefPlot {
    let row = |group: (&str, &str), label: (&str, &str), a: f64, b: f64, half: f64, highlight| CoefRow {
        group: group.into(),
        label: label.into(),
        estimates: vec![estimate(a, half), estimate(b, half * 0.4)],
        highlight,
    };
    let (base, robust, sub) = (("基准", "Baseline"), ("稳健性", "Robustness"), ("分样本", "Subsamples"));
    CoefPlot {
        frame: Frame::new(
            "f02_coefficients",
            ("U 形在各检验中保持，但西部不显著", "The U holds in every check but is insignificant in the west"),
            note(),
        ),
        panels: vec![
            CoefPanel { title: "Va".into(), reference: Some(-0.013) },
            CoefPanel { title: "Va²".into(), reference: Some(0.006) },
        ],
        rows: vec![
            row(base, ("全样本，控制变量", "Full sample, controls"), -0.013, 0.006, 0.012, true),
            row(robust, ("剔除直辖市", "Without municipalities"), -0.011, 0.005, 0.012, false),
            row(robust, ("绿色发展水平（熵值法）", "Green development (entropy)"), -0.009, 0.003, 0.008, false),
            row(sub, ("东部", "East"), -0.037, 0.038, 0.043, false),
            row(sub, ("中部", "Central"), -0.211, 0.115, 0.15, false),
            row(sub, ("西部", "West"), -0.112, 0.030, 0.139, false),
        ],
    }
}

fn map() -> PointMap {
    let places = [
        ("北京", "Beijing", 116.4, 39.9, 4.4),
        ("上海", "Shanghai", 121.5, 31.2, 2.1),
        ("深圳", "Shenzhen", 114.1, 22.5, 2.6),
        ("成都", "Chengdu", 104.1, 30.7, 2.9),
        ("哈尔滨", "Harbin", 126.6, 45.8, 1.1),
        ("乌鲁木齐", "Urumqi", 87.6, 43.8, 0.9),
        ("海口", "Haikou", 110.3, 20.0, f64::NAN),
    ];
    let mut points: Vec<GeoPoint> = places
        .iter()
        .map(|(zh, en, lon, lat, value)| GeoPoint { name: Text::new(*zh, *en), lon: *lon, lat: *lat, value: *value })
        .collect();
    for ((u, v), w) in noise(120, 3).into_iter().zip(noise(120, 4)).zip(noise(120, 5)) {
        points.push(GeoPoint { name: "".into(), lon: 98.0 + 25.0 * u, lat: 22.0 + 20.0 * v, value: 0.2 + w });
    }
    PointMap {
        frame: Frame::new(
            "f03_map",
            ("虚拟集聚集中于少数中心城市", "Virtual agglomeration concentrates in a few centers"),
            (
                "每点为一个城市，2013–2020 年均值；不绘制边界。",
                "Each point is a city, mean of 2013–2020; no boundaries are drawn.",
            ),
        ),
        legend: ("五分位", "Quintile").into(),
        points,
        named: 5,
        ..PointMap::default()
    }
}

fn distributions() -> Distributions {
    let samples = (0..8u64).map(|t| Sample {
        label: Text::same((2013 + t).to_string()),
        values: noise(279, 10 + t)
            .iter()
            .zip(noise(279, 30 + t))
            .map(|(u, v)| 0.98 + 0.002 * t as f64 + 0.06 * (u + v - 1.0))
            .collect(),
    });
    Distributions {
        frame: Frame::new(
            "f04_distributions",
            (
                "绿色全要素生产率的分布逐年略向右移",
                "The distribution of green productivity moves slightly to the right",
            ),
            (
                "核密度（Silverman 带宽）；粗线为四分位距，圆点为中位数；横轴截于 0.5% 与 99.5% 分位数。",
                "Kernel densities (Silverman's bandwidth); bars span the quartiles, dots are medians; the axis ends at the 0.5 and 99.5% quantiles.",
            ),
        ),
        x: ("绿色全要素生产率指数（上年 = 1）", "Green productivity index (previous year = 1)").into(),
        samples: samples.collect(),
        reference: Some(1.0),
    }
}

fn indices() -> XyPlot {
    let regions = [("东部", "East", 1.004), ("中部", "Central", 0.996), ("西部", "West", 0.991)];
    let panel = |title: (&str, &str), bend: f64| XyPanel {
        title: title.into(),
        series: regions
            .iter()
            .map(|(zh, en, growth)| Series {
                label: Text::new(*zh, *en),
                points: (0..8).map(|t| CurvePoint::new(2013.0 + f64::from(t), (growth + bend).powi(t))).collect(),
            })
            .collect(),
        references: vec![1.0],
        ..XyPanel::default()
    };
    XyPlot {
        frame: Frame::new(
            "f05_indices",
            ("效率追赶而前沿后退", "Efficiency catches up while the frontier recedes"),
            (
                "各地区城市的几何平均，2013 年 = 1；GML = EC × BPC。",
                "Geometric means over the cities of a region, 2013 = 1; GML = EC × BPC.",
            ),
        ),
        panels: vec![panel(("GML", "GML"), -0.002), panel(("EC", "EC"), 0.004), panel(("BPC", "BPC"), -0.006)],
        share_y: true,
    }
}

fn segmentation() -> XyPlot {
    let points = (0..8).map(|t| {
        let y = 0.019 - 0.0013 * f64::from(t);
        CurvePoint::banded(2013.0 + f64::from(t), y, 0.6 * y, 1.7 * y)
    });
    let panel = XyPanel {
        x: ("年份", "Year").into(),
        y: ("市场分割指数", "Segmentation").into(),
        series: vec![Series { label: ("均值", "mean").into(), points: points.collect() }],
        ..XyPanel::default()
    };
    XyPlot::single(
        Frame::new(
            "f06_segmentation",
            ("市场分割逐年下降", "Segmentation falls year by year"),
            ("线为均值，阴影为 10% 至 90% 分位数。", "Line: mean; band: 10 to 90% quantiles."),
        ),
        panel,
    )
}

fn first_stage() -> XyPlot {
    let dots: Vec<(f64, f64)> = noise(20, 7)
        .iter()
        .enumerate()
        .map(|(i, u)| (0.1 * i as f64 - 1.0, 0.027 * i as f64 - 0.27 + 0.08 * (u - 0.5)))
        .collect();
    let line = (0..2).map(|i| {
        CurvePoint::banded(
            -1.0 + 1.9 * f64::from(i),
            -0.27 + 0.51 * f64::from(i),
            -0.3 + 0.49 * f64::from(i),
            -0.24 + 0.53 * f64::from(i),
        )
    });
    let panel = XyPanel {
        x: ("工具变量（残差）", "Instrument (residuals)").into(),
        y: ("虚拟集聚（残差）", "Virtual agglomeration (residuals)").into(),
        series: vec![Series { label: Text::default(), points: line.collect() }],
        dots: vec![Dots { label: "bin".into(), points: dots }],
        corner: "F = 12.47\nn = 2232".into(),
        ..XyPanel::default()
    };
    XyPlot::single(
        Frame::new(
            "f07_first_stage",
            ("工具变量与虚拟集聚正相关", "The instrument moves virtual agglomeration"),
            note(),
        ),
        panel,
    )
}

fn mechanism() -> Mechanism {
    let label = |name: &str, estimate, stars| ArrowLabel { name: name.into(), estimate, stars };
    let mediator = |zh: &str, en: &str, a: f64, b: f64, c: f64| Mediator {
        label: Text::new(zh, en),
        path: vec![label("Va", a, 1), label("Va²", b, 1)],
        effect: vec![label("", c, 3)],
    };
    Mechanism {
        frame: Frame::new("f08_mechanism", ("三条渠道都传导 U 形", "All three channels carry the U"), note()),
        treatment: ("虚拟集聚", "Virtual agglomeration").into(),
        outcome: ("绿色全要素生产率", "Green total factor productivity").into(),
        mediators: vec![
            mediator("技术创新", "Innovation", -0.227, 0.099, 0.006),
            mediator("产业结构优化", "Industrial structure", -0.235, 0.073, 0.017),
            mediator("市场整合", "Market integration", -1.692, 0.737, 0.078),
        ],
        direct: vec![label("Va", -0.013, 2), label("Va²", 0.006, 2)],
    }
}

fn moderation() -> XyPlot {
    let curve = |zh: &str, en: &str, m: f64| Series {
        label: Text::new(zh, en),
        points: (0..=40)
            .map(|i| {
                let x = 0.2 + 1.8 * f64::from(i) / 40.0;
                CurvePoint::new(x, (-0.843 + 0.180 * m) * x + (0.585 - 0.121 * m) * x * x)
            })
            .collect(),
    };
    let at = |m: f64| -(-0.843 + 0.180 * m) / (2.0 * (0.585 - 0.121 * m));
    let mark = |m: f64| {
        let x = at(m);
        Mark {
            x,
            y: (-0.843 + 0.180 * m) * x + (0.585 - 0.121 * m) * x * x,
            label: Text::same(format!("{x:.2}")),
            below: true,
        }
    };
    let panel = XyPanel {
        x: ("虚拟集聚", "Virtual agglomeration").into(),
        y: ("对 Gtfp 的偏效应", "Partial effect on Gtfp").into(),
        series: vec![
            curve("低（均值 - 1 sd）", "low (mean - 1 sd)", 3.4),
            curve("均值", "mean", 4.0),
            curve("高", "high", 4.3),
        ],
        marks: vec![mark(3.4), mark(4.0), mark(4.3)],
        strips: vec![Strip {
            low: 0.45,
            high: 1.0,
            at: None,
            label: ("样本的四分位距", "quartiles of the sample").into(),
        }],
        ..XyPanel::default()
    };
    XyPlot::single(
        Frame::new("f09_moderation", ("基础设施越好，曲线越平", "Better infrastructure flattens the curve"), note()),
        panel,
    )
}

fn specifications() -> CoefPlot {
    let mut rows: Vec<CoefRow> = noise(14, 8)
        .iter()
        .enumerate()
        .map(|(i, u)| CoefRow {
            group: Text::default(),
            label: Text::new(format!("D{}：换一个选项", i + 1), format!("D{}: another option of this choice", i + 1)),
            estimates: vec![estimate(-0.02 + 0.018 * u, 0.011), estimate(0.009 - 0.008 * u, 0.005)],
            highlight: false,
        })
        .collect();
    rows.push(CoefRow {
        group: Text::default(),
        label: ("默认设定", "Default specification").into(),
        estimates: vec![estimate(-0.013, 0.012), estimate(0.006, 0.005)],
        highlight: true,
    });
    CoefPlot {
        frame: Frame::new(
            "f10_specifications",
            ("换掉任何一个选项，U 形都在", "The U survives any single change"),
            note(),
        ),
        panels: vec![
            CoefPanel { title: "Va".into(), reference: Some(-0.013) },
            CoefPanel { title: "Va²".into(), reference: Some(0.006) },
        ],
        rows,
    }
    .sorted()
}

fn pipeline() -> Pipeline {
    let stage = |id: &str, label: (&str, &str), detail: (&str, &str)| Stage {
        id: id.into(),
        label: label.into(),
        detail: detail.into(),
    };
    Pipeline {
        frame: Frame::new("f11_pipeline", ("从原始数据到八张表", "From raw data to eight tables"), ""),
        columns: vec![
            vec![stage("data", ("数据", "Data"), ("年鉴，279 城市 × 8 年", "yearbook, 279 cities × 8 years"))],
            vec![
                stage("va", ("虚拟集聚", "VA"), ("区位熵 + 距离溢出", "location quotient, distance spillover")),
                stage("gtfp", ("绿色生产率", "GTFP"), ("EBM、GML", "EBM, GML")),
                stage("market", ("市场分割", "Market"), ("相对价格方差", "relative price variance")),
            ],
            vec![stage("tables", ("回归", "Tables"), ("双向固定效应、IV、U 检验", "two-way effects, IV, U-test"))],
            vec![stage("report", ("报告", "Report"), ("表、图、网页、对比", "tables, figures, page, comparison"))],
        ],
        edges: [
            ("data", "va"),
            ("data", "gtfp"),
            ("data", "market"),
            ("va", "tables"),
            ("gtfp", "tables"),
            ("market", "tables"),
            ("tables", "report"),
        ]
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .to_vec(),
    }
}

/// The paper's Table 2 as columns.
pub(crate) fn regression() -> Result<Table> {
    let term = |name: &str, estimate: f64, se: f64, p: f64| Term {
        name: name.to_owned(),
        estimate,
        se: Some(se),
        p: Some(p),
        ..Term::default()
    };
    let controls = ["Fina", "lnpop", "lntech", "Edu", "Er", "Gov"];
    let column = |full: bool| {
        let mut terms = vec![term("Va", -0.0131, 0.0059, 0.0272), term("Va^2", 0.0059, 0.0022, 0.0078)];
        if full {
            terms.extend(
                controls
                    .iter()
                    .enumerate()
                    .map(|(i, name)| term(name, 0.004 * i as f64 - 0.01, 0.006, 0.02 * i as f64)),
            );
        }
        ModelColumn {
            dependent: "Gtfp".into(),
            terms,
            n: Some(2232),
            fit: vec![FitStat::new("r2", if full { 0.184 } else { 0.038 })],
            flags: vec![Flag::new(("控制变量", "Controls"), full)],
            fixed_effects: vec![
                Flag::new(("城市固定效应", "City fixed effects"), true),
                Flag::new(("年份固定效应", "Year fixed effects"), true),
            ],
            std_errors: StdErrors::clustered([(("城市", "city"), 279)]),
            ..ModelColumn::default()
        }
    };
    let mut spec = RegressionSpec::new("t2", ("基准回归结果", "Baseline regressions"), StarRule::china()).labels(
        [("Va", ("虚拟集聚", "Virtual agglomeration")), ("Va^2", ("虚拟集聚平方", "Virtual agglomeration²"))]
            .into_iter()
            .collect(),
    );
    spec.number = Text::new("表 2", "Table 2");
    regression_table(&[column(false), column(true)], &spec)
}

/// Five columns under two spanners, some empty cells.
pub(crate) fn subsamples() -> Result<Table> {
    let column = |zh: &str, en: &str, b: f64, n: usize| ModelColumn {
        heading: Text::new(zh, en),
        dependent: "Gtfp".into(),
        terms: vec![Term { name: "Va".into(), estimate: b, se: Some(0.022), p: Some(0.04), ..Term::default() }],
        n: Some(n),
        fit: vec![
            FitStat::new("r2", 0.35),
            FitStat::missing("u_test_p", ("极值点在样本外", "the extreme point lies outside the sample")),
        ],
        fixed_effects: vec![Flag::new(("城市固定效应", "City fixed effects"), true)],
        std_errors: StdErrors::clustered([(("城市", "city"), n / 8)]),
        ..ModelColumn::default()
    };
    let columns = [
        column("东部", "East", -0.037, 800),
        column("中部", "Central", -0.211, 800),
        column("西部", "West", -0.112, 632),
        column("城市群", "Inside", -0.096, 1416),
        column("非城市群", "Outside", -0.076, 816),
    ];
    let mut spec = RegressionSpec::new("t6", ("异质性分析", "Heterogeneity"), StarRule::china());
    spec.number = Text::new("表 6", "Table 6");
    spec.spanners = vec![
        Spanner { label: Text::new("地区", "Region"), first: 0, last: 2 },
        Spanner { label: Text::new("城市群", "Agglomeration"), first: 3, last: 4 },
    ];
    regression_table(&columns, &spec)
}
