//! The specification curve: one column of one table under one change at a time, each through the whole pipeline.

use super::closing;
use super::column::estimate;
use super::records::finite;
use super::u_shape::Quadratic;
use rayon::prelude::*;
use report::numfmt::Format;
use report::table::{Align, Cell, Row, RowKind};
use report::{Table, Text};
use serde::Serialize;
use stages::compute::{Cache, Scope, compute};
use stages::progress::Progress;
use study::names;
use study::{ColumnSpec, Label, Loaded, SpecificationCurve};
use study::{Error, Result};

/// One point of the curve.
#[derive(Debug)]
pub struct Point {
    /// The open choice, such as `D1`; empty for the study as it stands.
    pub choice: String,
    /// What is changed, in words.
    pub label: Text,
    /// Whether it is about the outcome of the column as it stands: a choice may touch another column, which then stands in
    /// its place.
    pub same_outcome: bool,
    /// The column under this change, or why there is none.
    pub result: Result<Quadratic>,
}

/// Computes the curve; the first point is the study as it stands.
///
/// # Errors
/// When the column is not there or the study itself cannot be estimated. A change that cannot be carried out is a row
/// with its reason.
pub fn curve(spec: &SpecificationCurve, loaded: &Loaded, cache: &Cache) -> Result<(Vec<Point>, Table)> {
    column_of(spec, loaded)?;
    let as_it_stands = match point(spec, loaded, cache) {
        Err(error) if !matches!(error, Error::NotComputed { .. }) => return Err(error),
        result => result,
    };
    let base = Point {
        choice: String::new(),
        label: Text::new("基准", "as in the study"),
        same_outcome: true,
        result: as_it_stands,
    };
    let mut points = vec![base];
    let changed: Vec<Point> = spec
        .variants
        .par_iter()
        .map(|variant| {
            let changed = loaded.with(&variant.set);
            let response = |loaded: &Loaded| column_of(spec, loaded).map(|column| column.formula.response.name.clone());
            let same_outcome = changed.as_ref().is_ok_and(|changed| response(changed).ok() == response(loaded).ok());
            let result = changed.and_then(|changed| point(spec, &changed, cache));
            Point { choice: variant.choice.clone(), label: variant.label.text(), same_outcome, result }
        })
        .collect();
    points.extend(changed);
    let table = table(spec, loaded, &points);
    Ok((points, table))
}

fn column_of<'a>(spec: &SpecificationCurve, loaded: &'a Loaded) -> Result<&'a ColumnSpec> {
    spec.column_in(&loaded.study.tables).map_err(|error| Error::stage("tables", error))
}

fn point(spec: &SpecificationCurve, loaded: &Loaded, cache: &Cache) -> Result<Quadratic> {
    let column = column_of(spec, loaded)?;
    let names = names::with_sources(&loaded.study, names::of_column(column));
    // Every point has a cache of its own that starts from the study's, so that the order of points cannot matter.
    let mut cache = cache.clone();
    let computed = compute(loaded, Scope::Variables(&names), &mut cache, &mut Progress::silent())?;
    let column = ColumnSpec { utest: Some(spec.x.clone()), ..column.clone() };
    let fitted = estimate(&computed.panel, &loaded.study, &column, &spec.table, &spec.column)?;
    fitted.quadratic.ok_or_else(|| Error::stage("tables", format!("the column has no `{0}` and `{0}^2`", spec.x)))
}

/// A point as a record of the results.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PointRecord {
    /// The open choice.
    pub choice: String,
    /// What is changed.
    pub change: String,
    /// The quadratic under it.
    #[serde(flatten)]
    pub result: PointOutcome,
}

/// The quadratic of a point, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum PointOutcome {
    /// It was estimated.
    Estimated {
        /// b₁.
        linear: Option<f64>,
        /// Its standard error.
        linear_se: Option<f64>,
        /// Its p.
        linear_p: Option<f64>,
        /// b₂.
        square: Option<f64>,
        /// Its standard error.
        square_se: Option<f64>,
        /// Its p.
        square_p: Option<f64>,
        /// p of the U test.
        utest_p: Option<f64>,
        /// Where the curve turns.
        turning_point: Option<f64>,
        /// Share of observations beyond.
        share_beyond: Option<f64>,
        /// Observations.
        n_obs: usize,
    },
    /// It could not be.
    Failed {
        /// Why.
        reason: String,
    },
}

impl From<&Point> for PointRecord {
    fn from(point: &Point) -> Self {
        let result = match &point.result {
            Ok(q) => PointOutcome::Estimated {
                linear: finite(q.linear.estimate),
                linear_se: finite(q.linear.se),
                linear_p: finite(q.linear.p),
                square: finite(q.square.estimate),
                square_se: finite(q.square.se),
                square_p: finite(q.square.p),
                utest_p: q.utest_p.and_then(finite),
                turning_point: finite(q.turning_point),
                share_beyond: finite(q.share_beyond),
                n_obs: q.n_obs,
            },
            Err(error) => PointOutcome::Failed { reason: error.to_string() },
        };
        Self { choice: point.choice.clone(), change: point.label.get(report::Lang::En).to_owned(), result }
    }
}

fn table(spec: &SpecificationCurve, loaded: &Loaded, points: &[Point]) -> Table {
    let study = &loaded.study;
    let names = study.labels();
    let (name, square) = (names.get(&spec.x), names.get(&format!("{}^2", spec.x)));
    let error = |of: &Text| of.map(|lang, _| if lang == report::Lang::Zh { "标准误".into() } else { "s.e.".into() });
    let (name_error, square_error) = (error(&name), error(&square));
    let mut header = vec![
        Text::new("选择", "Choice"),
        name,
        name_error,
        square,
        square_error,
        Text::new("U 检验 p", "U test p"),
        Text::new("拐点", "Turning point"),
        Text::new("拐点右侧占比", "Share beyond"),
        Text::new("观测值", "Observations"),
    ];
    let failed = points.iter().any(|point| point.result.is_err());
    if failed {
        header.push(Text::new("说明", "Remark"));
    }
    let title = spec.title.as_ref().map_or_else(|| Text::from(spec.id.clone()), Label::text);
    let mut table = Table::new(&spec.id, title, ("改变", "Change"), header);
    table.align[0] = Align::Left;
    if failed {
        table.align[9] = Align::Left;
    }
    let stars = &study.report.stars;
    let rows = points.iter().enumerate().map(|(place, point)| {
        let mut cells = vec![Cell::text(point.choice.clone())];
        match &point.result {
            Ok(q) => cells.extend([
                Cell::number(q.linear.estimate, Format::Legible(4)).with_stars(stars.count(q.linear.p)),
                Cell::number(q.linear.se, Format::Legible(4)),
                Cell::number(q.square.estimate, Format::Legible(4)).with_stars(stars.count(q.square.p)),
                Cell::number(q.square.se, Format::Legible(4)),
                match q.utest_p {
                    Some(p) => Cell::p_value(p),
                    None => Cell::missing(("极值在区间之外", "extremum outside the interval")),
                },
                Cell::number(q.turning_point, Format::Legible(3)),
                Cell::number(q.share_beyond, Format::Fixed(3)),
                Cell::count(q.n_obs),
            ]),
            Err(error) => {
                cells.extend((0..8).map(|_| Cell::empty()));
                cells.push(Cell::text(error.to_string()));
            }
        }
        if failed && point.result.is_ok() {
            cells.push(Cell::empty());
        }
        let kind = if place == 0 { RowKind::Emphasis } else { RowKind::Plain };
        Row::new(point.label.clone(), cells).kind(kind)
    });
    table.push_rows(rows.collect());
    table.push_note(Text::new(
        format!("每行只改变一个选择，从原始数据重新计算；对象为表 {} 的 {} 列。", spec.table, spec.column),
        format!(
            "Each row changes one choice and recomputes everything from raw data; table {}, column {}.",
            spec.table, spec.column
        ),
    ));
    closing::close(&mut table, study);
    table
}
