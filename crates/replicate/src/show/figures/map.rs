//! Entities at their coordinates, colored by their mean of virtual agglomeration.

use super::{Attempt, Place, Scene, Sketch, count};
use panel_core::Column;
use report::figure::{GeoPoint, PointMap};
use report::numfmt::{Format, number};
use report::{Lang, Text};
use stages::variables::sample;
use study::Result;
use study::indices::{Index, places};

/// How many of the largest values are named.
const NAMED: usize = 8;

/// The map, where the study has `[va]`.
pub(super) fn sketch(scene: &Scene<'_>) -> Option<Attempt> {
    let va = scene.study.indices.va.first()?;
    scene.results.computed.index(&va.stage())?;
    let drawn = map(scene).map(|map| Sketch::new(Place::Indices, move |lang| map.draw(lang)));
    Some(drawn.map_err(|error| error.to_string()))
}

fn map(scene: &Scene<'_>) -> Result<PointMap> {
    let missing = || crate::Error::stage("report", "the map needs [va]");
    let spec = scene.study.indices.va.first().ok_or_else(missing)?;
    let index = scene.results.computed.index(&spec.stage()).ok_or_else(missing)?;
    let va = index.column("va");
    let panel = scene.panel;
    let keep = sample(panel, spec.sample(), "va")?.keep;
    let at = places(panel, &spec.own.lat, &spec.own.lon, "va")?;
    let english = scene.study.report.names_en.as_ref().and_then(|name| match panel.column(name) {
        Ok(Column::Text(text)) => Some(text),
        _ => None,
    });
    let n = panel.n_entities();
    let (mut sums, mut counts) = (vec![0.0; n], vec![0_usize; n]);
    let mut names: Vec<Text> = panel.entities().iter().map(|name| Text::from(name.clone())).collect();
    for row in (0..panel.n_rows()).filter(|&row| keep[row]) {
        let entity = panel.entity_of_row()[row] as usize;
        if va[row].is_finite() {
            sums[entity] += va[row];
            counts[entity] += 1;
        }
        if let Some(name) = english.and_then(|text| text.get(row)) {
            names[entity] = Text::new(panel.entities()[entity].clone(), name);
        }
    }
    let points: Vec<GeoPoint> = (0..n)
        .filter(|&i| counts[i] > 0)
        .filter_map(|i| {
            let place = at[i]?;
            Some(GeoPoint { name: names[i].clone(), lon: place.lon, lat: place.lat, value: sums[i] / counts[i] as f64 })
        })
        .collect();
    let name = scene.names.get(spec.variable());
    let periods = panel.times().labels();
    let span = match (scene.study.study.time.is_some(), periods) {
        (true, [first, .., last]) => format!("{first}–{last}"),
        (true, [only]) => only.clone(),
        _ => String::new(),
    };
    let caption = Text::build(|lang| {
        let (count, borders) = (count(points.len(), lang), scene.borders(lang));
        match lang {
            Lang::Zh if span.is_empty() => format!("每点为一个个体，n = {count}；Albers 等积投影；{borders}。"),
            Lang::Zh => format!("每点为一个个体的 {span} 年均值，n = {count}；Albers 等积投影；{borders}。"),
            Lang::En if span.is_empty() => {
                format!("Each point is an entity, n = {count}; Albers equal-area projection; {borders}.")
            }
            Lang::En => format!(
                "Each point is the {span} mean of an entity, n = {count}; Albers equal-area projection; {borders}."
            ),
        }
    });
    Ok(PointMap {
        frame: scene.frame("va-map", title(&name, &points), caption),
        legend: name.map(|lang, name| match lang {
            Lang::Zh => format!("{name}，五分位"),
            Lang::En => format!("{name}, quintiles"),
        }),
        points,
        named: NAMED,
        classes: Vec::new(),
        outlines: scene.outlines(),
    })
}

/// How unequal the index is: the top fifth against the bottom fifth.
fn title(name: &Text, points: &[GeoPoint]) -> Text {
    let mut values: Vec<f64> = points.iter().map(|point| point.value).collect();
    values.sort_unstable_by(f64::total_cmp);
    let fifth = (values.len() / 5).max(1).min(values.len());
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let ratio = mean(&values[values.len() - fifth..]) / mean(&values[..fifth]);
    let top = points.iter().max_by(|a, b| a.value.total_cmp(&b.value));
    Text::build(|lang| {
        let ratio = number(ratio, Format::Fixed(1));
        let place = top.map_or_else(String::new, |point| {
            format!("{} ({})", point.name.get(lang), number(point.value, Format::Legible(2)))
        });
        match lang {
            Lang::Zh => format!("{}：最高的五分之一为最低五分之一的 {ratio} 倍，最高为{place}", name.get(lang)),
            Lang::En => format!(
                "{}: the top fifth has {ratio} times the mean of the bottom fifth; the highest is {place}",
                name.get(lang)
            ),
        }
    })
}
