//! The specification curve as a table and as records: one column of one table under one change at a time.

use super::closing;
use super::records::finite;
use report::numfmt::Format;
use report::table::{Align, Cell, Row, RowKind};
use report::{Table, Text};
use serde::Serialize;
use study::{Label, Result, SpecificationCurve, Study};

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
    pub result: Result<PointEstimate>,
}

/// The quadratic b₁ x + b₂ x² of the column under one change.
#[derive(Debug, Clone, PartialEq)]
pub struct PointEstimate {
    /// b₁.
    pub linear: Term,
    /// b₂.
    pub square: Term,
    /// p of the U test; none where the extremum lies outside the interval.
    pub utest_p: Option<f64>,
    /// Whether the test is one of a U, not of its inverse.
    pub u: bool,
    /// −b₁/(2 b₂).
    pub turning_point: f64,
    /// Share of observations beyond the turning point.
    pub share_beyond: f64,
    /// Standard deviation of x in the sample.
    pub x_sd: f64,
    /// Observations.
    pub n_obs: usize,
}

/// A coefficient of a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// Estimate.
    pub estimate: f64,
    /// Standard error.
    pub se: f64,
    /// Two-sided p.
    pub p: f64,
    /// Lower end of the interval at the column's level.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
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

/// The curve as a table, one row per point.
#[must_use]
pub fn table(spec: &SpecificationCurve, study: &Study, points: &[Point]) -> Table {
    let names = study.labels();
    let (name, square) = (names.get(&spec.x), names.get(&format!("{}^2", spec.x)));
    let error = |variable: &Text| {
        variable.map(|lang, _| if lang == report::Lang::Zh { "标准误".into() } else { "s.e.".into() })
    };
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
