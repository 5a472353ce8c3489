//! Spatial association: Moran's scatter plot of the last period, and entities on a map by their class of local Moran.

use super::{Attempt, Place, Scene, Sketch, count};
use panel_spatial::association::LocalMoran;
use report::figure::{CurvePoint, Dots, GeoPoint, PointMap, Series, XyPanel, XyPlot};
use report::numfmt::{Format, number};
use report::{Lang, Text};
use study::Result;
use study::indices::places;
use study::spatial::residuals::label;
use tables::spatial::record::{Cell, Found, Scatter, Statistic, class};
use tables::spatial::statistics::table_id;

/// Classes of local Moran with the colors that maps of it have; the last is drawn first.
const CLASSES: [(&str, &str, &str, &str); 5] = [
    ("not-significant", "不显著", "not significant", "#d9d9d9"),
    ("low-high", "低—高", "low-high", "#abd9e9"),
    ("high-low", "高—低", "high-low", "#fdae61"),
    ("low-low", "低—低", "low-low", "#2c7bb6"),
    ("high-high", "高—高", "high-high", "#d7191c"),
];

/// One figure for each `[[spatial]]` entry of Moran's I, one for each variable of local Moran.
pub(super) fn sketches(scene: &Scene<'_>) -> Vec<Attempt> {
    let statistics = scene.results.tables.iter().flat_map(|tables| &tables.space.statistics);
    statistics
        .flat_map(|statistic| match &statistic.found {
            Found::Global(_) if statistic.scatter.is_empty() => Vec::new(),
            Found::Global(_) => vec![Ok(scatter(scene, statistic))],
            Found::Local(cells) => maps(scene, statistic, cells),
        })
        .collect()
}

fn scatter(scene: &Scene<'_>, statistic: &Statistic) -> Sketch {
    let panels = statistic.scatter.iter().map(|scatter| panel(scene, scatter)).collect();
    let title = Text::new("莫兰散点图", "Moran's scatter plot");
    let period = statistic.scatter.first().map(|scatter| scatter.period.clone()).unwrap_or_default();
    let caption = Text::new(
        format!("标准化的值与其空间滞后，{period}；直线的斜率由最小二乘得到（行标准化权重时即莫兰指数）。"),
        format!(
            "Standardised values against their spatial lags, {period}; the slope of the line is that of least squares, Moran's I where weights are row-standardised."
        ),
    );
    let plot = XyPlot {
        frame: scene.frame(format!("{}-scatter", table_id(&statistic.spec)), title, caption),
        panels,
        share_y: false,
    };
    Sketch::new(Place::Table(table_id(&statistic.spec)), move |lang| plot.draw(lang))
}

fn panel(scene: &Scene<'_>, scatter: &Scatter) -> XyPanel {
    let points: Vec<(f64, f64)> = scatter.points.iter().map(|point| (point.z, point.lag)).collect();
    let (low, high) =
        points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), point| (l.min(point.0), h.max(point.0)));
    let slope = scatter.slope;
    let label = label(&scatter.variable, &scene.names);
    XyPanel {
        title: label.clone(),
        x: Text::new("标准化的值", "Standardised value"),
        y: Text::new("空间滞后", "Spatial lag"),
        series: vec![Series {
            label: Text::default(),
            points: vec![CurvePoint::new(low, slope * low), CurvePoint::new(high, slope * high)],
        }],
        dots: vec![Dots { label, points }],
        references: vec![0.0],
        corner: Text::new(
            format!("斜率 = {}", number(slope, Format::Legible(3))),
            format!("slope = {}", number(slope, Format::Legible(3))),
        ),
        ..XyPanel::default()
    }
}

/// A map for each variable; none where the panel has no coordinates.
fn maps(scene: &Scene<'_>, statistic: &Statistic, cells: &[Cell<Vec<Option<LocalMoran>>>]) -> Vec<Attempt> {
    let Some(section) = scene.study.weights.iter().find(|section| section.spec.id == statistic.spec.weights) else {
        return Vec::new();
    };
    if !scene.panel.has(&section.lat) || !scene.panel.has(&section.lon) {
        return Vec::new();
    }
    let last = |variable: &String| cells.iter().rev().find(|cell| cell.variable == *variable && cell.result.is_ok());
    let variables = statistic.spec.variables.iter().filter_map(last).enumerate();
    variables
        .map(|(place, cell)| {
            let drawn = map(scene, statistic, cell, place, (&section.lat, &section.lon));
            drawn.map_err(|error| error.to_string())
        })
        .collect()
}

fn map(
    scene: &Scene<'_>,
    statistic: &Statistic,
    cell: &Cell<Vec<Option<LocalMoran>>>,
    place: usize,
    (lat, lon): (&str, &str),
) -> Result<Sketch> {
    let stage = format!("spatial/{}", statistic.spec.id);
    let at = places(scene.panel, lat, lon, &stage)?;
    let locals = cell.result.as_deref().unwrap_or_default();
    let points: Vec<GeoPoint> = at
        .iter()
        .zip(locals)
        .enumerate()
        .filter_map(|(i, (at, local))| {
            let (at, local) = (at.as_ref()?, local.as_ref()?);
            let code = CLASSES.iter().position(|(name, ..)| *name == class(local))?;
            let name = Text::from(statistic.entities[i].clone());
            Some(GeoPoint { name, lon: at.lon, lat: at.lat, value: code as f64 })
        })
        .collect();
    let variable = label(&cell.variable, &scene.names);
    let title = Text::build(|lang| match lang {
        Lang::Zh => format!("{}的局部莫兰类别，{}", variable.get(lang), cell.period),
        Lang::En => format!("Classes of local Moran of {}, {}", variable.get(lang), cell.period),
    });
    let caption = Text::build(|lang| {
        let (n, borders) = (count(points.len(), lang), scene.borders(lang));
        match lang {
            Lang::Zh => format!("单侧伪 p ≤ 0.05 者着色，未作多重检验修正；n = {n}；Albers 等积投影；{borders}。"),
            Lang::En => format!(
                "Coloured where the one-sided pseudo p is at most 0.05, each entity tested alone; n = {n}; Albers equal-area projection; {borders}."
            ),
        }
    });
    let id = match place {
        0 => format!("{}-map", table_id(&statistic.spec)),
        _ => format!("{}-map-{}", table_id(&statistic.spec), place + 1),
    };
    let map = PointMap {
        frame: scene.frame(id, title, caption),
        legend: Text::new("类别", "Class"),
        points,
        named: 0,
        outlines: scene.outlines(),
        classes: CLASSES.iter().map(|&(_, zh, en, color)| (Text::new(zh, en), color)).collect(),
    };
    Ok(Sketch::new(Place::Table(table_id(&statistic.spec)), move |lang| map.draw(lang)))
}
