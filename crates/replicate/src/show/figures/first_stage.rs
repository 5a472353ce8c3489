//! First stages: what the instruments explain of each endogenous regressor once controls and effects are taken out.

use super::{Place, Scene, Sketch};
use crate::error::Result;
use crate::study::{ColumnSpec, TableSpec};
use panel_fe::{Estimate, Formula};
use report::figure::{CurvePoint, Dots, Series, XyPanel, XyPlot, bin_means};
use report::numfmt::{Format, number};
use report::{Lang, Text};

/// One figure per column with instruments.
pub(super) fn sketches(scene: &Scene<'_>) -> Vec<Result<Sketch>> {
    let mut sketches = Vec::new();
    for table in &scene.study.tables {
        let instrumented: Vec<(String, &ColumnSpec)> =
            table.named_columns().filter(|(_, column)| column.is_iv()).collect();
        for (place, (name, column)) in instrumented.iter().enumerate() {
            let id = match place {
                0 => format!("first-stage-{}", table.id),
                _ => format!("first-stage-{}-{}", table.id, place + 1),
            };
            sketches.push(figure(scene, table, name, column, id));
        }
    }
    sketches
}

fn figure(scene: &Scene<'_>, table: &TableSpec, name: &str, column: &ColumnSpec, id: String) -> Result<Sketch> {
    let second = scene.refit(column)?;
    let Some(iv) = &second.iv else {
        return Err(crate::Error::stage("report", format!("table `{}`, column {name} has no instruments", table.id)));
    };
    let rows = second.esample(scene.panel.n_rows());
    let mut panels = Vec::new();
    let mut weakest = f64::INFINITY;
    for (place, endog) in iv.endogenous.iter().enumerate() {
        let (x, y) = partialled(scene, column, endog, &rows)?;
        let (low, high) = x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        let bins = bin_means(&x, &y, scene.study.report.bins);
        let stage = iv.diagnostics.first_stage.get(place);
        let f = stage.and_then(|stage| stage.f.available());
        weakest = f.map_or(weakest, |f| weakest.min(f.stat));
        let label = scene.names.get(endog);
        let corner = Text::build(|lang| {
            let f = f.map_or_else(String::new, |f| {
                let df2 = f.df2.map_or_else(String::new, |df2| format!(", {df2:.0}"));
                format!("F({:.0}{df2}) = {}", f.df, number(f.stat, Format::Fixed(2)))
            });
            let partial = stage.map_or_else(String::new, |stage| number(stage.partial_r2, Format::Fixed(3)));
            match lang {
                Lang::Zh => format!("{f}\n偏 R² = {partial}"),
                Lang::En => format!("{f}\npartial R² = {partial}"),
            }
        });
        panels.push(XyPanel {
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
            dots: vec![Dots {
                label: Text::new("分箱", "bin"),
                points: bins.iter().map(|bin| (bin.x, bin.y)).collect(),
            }],
            corner,
            ..XyPanel::default()
        });
    }
    let (title, caption) = words(scene, table, name, column, &second, weakest);
    let plot = XyPlot { frame: scene.frame(id, title, caption), panels, share_y: false };
    Ok(Sketch::new(Place::Table(table.id.clone()), move |lang| plot.draw(lang)))
}

/// Ẑπ̂ and the endogenous regressor, both less what controls and effects explain (Frisch, Waugh and Lovell): with
/// residuals u of endog on controls and v of endog on controls and instruments, these are u − v and u.
fn partialled(scene: &Scene<'_>, column: &ColumnSpec, endog: &str, rows: &[bool]) -> Result<(Vec<f64>, Vec<f64>)> {
    let missing = || crate::Error::stage("report", format!("`{}` has no first stage of {endog}", column.formula));
    let formula = Formula::parse(&column.formula).map_err(|error| crate::Error::stage("report", error))?;
    let place = formula.endogenous.iter().position(|term| term.name == endog).ok_or_else(missing)?;
    let first = formula.first_stage(place).ok_or_else(missing)?;
    let mut controls: Vec<&str> = vec![if formula.intercept { "1" } else { "0" }];
    controls.extend(formula.regressors.iter().map(|term| term.name.as_str()));
    let effects = if formula.effects.is_empty() { "0".to_owned() } else { formula.effect_names().join(" + ") };
    let without = scene.fit(column, &format!("{endog} ~ {} | {effects}", controls.join(" + ")), Some(rows))?;
    let with = scene.fit(column, &first.source, Some(rows))?;
    let fitted = without.residuals.iter().zip(&with.residuals).map(|(u, v)| u - v).collect();
    Ok((fitted, without.residuals))
}

fn words(
    scene: &Scene<'_>,
    table: &TableSpec,
    name: &str,
    column: &ColumnSpec,
    second: &Estimate,
    weakest: f64,
) -> (Text, Text) {
    let diagnostics = second.iv.as_ref().map(|iv| &iv.diagnostics);
    let weak_id = diagnostics.and_then(|d| d.weak_id.available()).map(|stat| stat.stat);
    let title = match weak_id {
        Some(stat) => {
            let stat = number(stat, Format::Fixed(1));
            Text::new(
                format!("工具变量对内生变量的解释力：Cragg-Donald F = {stat}"),
                format!("How far the instruments move the endogenous regressors: Cragg-Donald F = {stat}"),
            )
        }
        None => {
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
    (title, scene.regression_caption(what, second, column))
}
