//! The specification curve: the headline under one change at a time, in order of its first coefficient.

use super::{Place, Scene, Sketch, count};
use report::figure::{CoefPanel, CoefPlot, CoefRow, Estimate};
use report::{Lang, Text};
use tables::curve::{Point, PointEstimate, Term};

/// The figure, where the study has `[curve]` and the column could be estimated.
pub(super) fn sketch(scene: &Scene<'_>) -> Option<Sketch> {
    let spec = scene.study.curve.as_ref()?;
    let points = &scene.results.tables.as_ref()?.curve;
    let estimated: Vec<(&Point, &PointEstimate)> =
        points.iter().filter_map(|point| point.result.as_ref().ok().map(|q| (point, q))).collect();
    // What every change is compared with.
    points.first()?.result.as_ref().ok()?;
    let base = estimated.first().map(|(_, q)| *q)?;
    let rows: Vec<CoefRow> = estimated.iter().map(|(point, q)| row(point, q)).collect();
    let comparable = || estimated[1..].iter().filter(|(point, _)| point.same_outcome);
    let changes = comparable().count();
    let held = comparable().filter(|(_, q)| q.u == base.u && q.utest_p.is_some_and(|p| p < 0.05)).count();
    let others = estimated.len() - 1 - changes;
    let failed = points.len() - estimated.len();
    let shape = if base.u { ("U 形", "U") } else { ("倒 U 形", "inverse U") };
    let title = Text::new(
        format!("逐一改变 {changes} 个未定选择，{}在其中 {held} 个下成立（5% 水平）", shape.0),
        format!("The {} survives {held} of {changes} single changes (5% level)", shape.1),
    );
    let x = scene.names.get(&spec.x);
    let caption = Text::build(|lang| match lang {
        Lang::Zh => format!(
            "每行只改变一个选择并从原始数据重新计算；系数乘以该设定下{}的标准差（平方项乘以其平方），以便不同量纲可比；线为 95% 置信区间；标准误与固定效应同表 {} 的 {} 列（D13 各行除外）。n = {}{}。",
            x.get(lang),
            spec.table,
            spec.column,
            base.n_obs,
            [(failed, "项无法估计"), (others, "行以其他变量为因变量，不计入标题")]
                .iter()
                .filter(|(number, _)| *number > 0)
                .map(|(number, what)| format!("；{number} {what}"))
                .collect::<String>()
        ),
        Lang::En => format!(
            "Each row changes one choice and recomputes everything from raw data. Coefficients are per standard deviation of {} under that choice (its square for the square), so that units do not matter; lines: 95% intervals; fixed effects and standard errors as in table {}, column {}, but where they are the change. n = {} as in the study{}.",
            x.get(lang),
            spec.table,
            spec.column,
            count(base.n_obs, lang),
            [(failed, "could not be estimated"), (others, "have another outcome and do not count in the headline")]
                .iter()
                .filter(|(number, _)| *number > 0)
                .map(|(number, what)| format!("; {number} {what}"))
                .collect::<String>()
        ),
    });
    let scaled = |label: Text| {
        label.map(|lang, label| match lang {
            Lang::Zh => format!("{label}（每标准差）"),
            Lang::En => format!("{label} (per sd)"),
        })
    };
    let panels = vec![
        CoefPanel { title: scaled(x.clone()), reference: Some(base.linear.estimate * base.x_sd) },
        CoefPanel {
            title: scaled(scene.names.get(&format!("{}^2", spec.x))),
            reference: Some(base.square.estimate * base.x_sd.powi(2)),
        },
    ];
    let plot = CoefPlot { frame: scene.frame("specifications", title, caption), panels, rows }.sorted();
    let place = Place::Table(spec.id.clone());
    Some(Sketch::new(place, move |lang| plot.draw(lang)))
}

fn row(point: &Point, q: &PointEstimate) -> CoefRow {
    let scaled =
        |c: &Term, by: f64| Some(Estimate { value: c.estimate * by, low: c.ci_low * by, high: c.ci_high * by });
    let label = point.label.map(|_, label| format!("{} {label}", point.choice).trim().to_owned());
    CoefRow {
        group: Text::default(),
        label,
        estimates: vec![scaled(&q.linear, q.x_sd), scaled(&q.square, q.x_sd.powi(2))],
        highlight: point.choice.is_empty(),
    }
}
