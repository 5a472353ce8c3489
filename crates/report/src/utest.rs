//! The table of U-tests: is the curve really falling on one side and rising on the other?

use crate::numfmt::{Format, percent};
use crate::table::{Cell, Row, Wrap};
use crate::{Error, Lang, Result, StarRule, Table, Text};
use serde::{Deserialize, Serialize};

/// A Lind-Mehlum test of one fitted curve as a plain record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UTestRecord {
    /// Head of its column.
    pub heading: Text,
    /// Interval of x over which the slopes are tested, usually the observed range.
    pub interval: (f64, f64),
    /// Slopes at both ends.
    pub slopes: (f64, f64),
    /// One-sided p-values of both slopes.
    pub slope_p: Option<(f64, f64)>,
    /// p-value of the test, the larger of the two.
    pub p: Option<f64>,
    /// Why there is no p-value (the extreme point lies outside the interval).
    pub reason: Text,
    /// Level of the intervals of the extreme point, where it is stated.
    pub level: Option<f64>,
    /// Extreme point.
    pub turning_point: Option<f64>,
    /// Fieller interval of the extreme point; infinite ends where it is open.
    pub fieller: Option<(f64, f64)>,
    /// Why there is no Fieller interval (the set is not an interval).
    pub fieller_reason: Text,
    /// Delta-method interval of the extreme point.
    pub delta: Option<(f64, f64)>,
    /// Share of observations beyond the extreme point.
    pub share_beyond: Option<f64>,
}

const DIGITS: Format = Format::Legible(3);

/// A table with one column per test: interval, slopes with stars of their one-sided p-values, overall p, extreme point
/// with Fieller and delta-method intervals, share of observations beyond it (Lind and Mehlum 2010; Fieller 1954).
///
/// # Errors
/// [`Error::Shape`] without tests.
pub fn u_test_table(id: &str, title: impl Into<Text>, tests: &[UTestRecord], stars: &StarRule) -> Result<Table> {
    if tests.is_empty() {
        return Err(Error::Shape { what: format!("table `{id}`, tests"), expected: 1, got: 0 });
    }
    let header = tests.iter().map(|test| test.heading.clone()).collect();
    let mut table = Table::new(id, title, "", header);
    table.push_rows(rows(tests, stars));
    table.push_note(Text::build(|lang| {
        let rule = stars.note(lang);
        match lang {
            Lang::Zh => {
                let rule = rule.map(|rule| format!("斜率的星号来自单侧检验；{rule}。")).unwrap_or_default();
                format!("{rule}零假设：单调或倒 U 形（与拟合形状相反）。")
            }
            Lang::En => {
                let rule = rule.map(|rule| format!("Stars of slopes are one-sided; {rule}. ")).unwrap_or_default();
                format!("{rule}Null: monotone, or the inverse of the fitted shape.")
            }
        }
    }));
    Ok(table)
}

fn rows(tests: &[UTestRecord], stars: &StarRule) -> Vec<Row> {
    let row = |label: Text, cell: &dyn Fn(&UTestRecord) -> Cell| Row::new(label, tests.iter().map(cell).collect());
    let interval = |ends: Option<(f64, f64)>, reason: &Text| match ends {
        Some((low, high)) => Cell::interval(low, high, DIGITS).wrapped(Wrap::Brackets),
        None if reason.is_empty() => Cell::missing(("区间未给出", "no interval given")),
        None => Cell::missing(reason.clone()),
    };
    let slope = |value: f64, p: Option<f64>| Cell::number(value, DIGITS).with_stars(p.map_or(0, |p| stars.count(p)));
    let none = ("未计算", "not computed");
    // One level of all intervals stands in their labels; several have a row.
    let mut levels: Vec<f64> = tests.iter().filter_map(|test| test.level).collect();
    levels.dedup();
    let level = match levels.as_slice() {
        [level] => format!("{}% ", percent(*level)),
        _ => String::new(),
    };
    let of_level = |zh: &str, en: &str| Text::new(format!("{level}{zh}"), format!("{level}{en}"));
    let mut rows = vec![
        row(Text::new("检验区间", "Interval"), &|t| {
            Cell::interval(t.interval.0, t.interval.1, DIGITS).wrapped(Wrap::Brackets)
        }),
        row(Text::new("左端斜率", "Slope at lower end"), &|t| slope(t.slopes.0, t.slope_p.map(|p| p.0))),
        row(Text::new("右端斜率", "Slope at upper end"), &|t| slope(t.slopes.1, t.slope_p.map(|p| p.1))),
        row(Text::new("U 形检验 p 值", "U-test p"), &|t| match t.p {
            Some(p) => Cell::p_value(p),
            None => Cell::missing(t.reason.clone()),
        }),
        row(Text::new("拐点", "Turning point"), &|t| Cell::optional(t.turning_point, DIGITS, none)),
        row(of_level("Fieller 区间", "Fieller interval"), &|t| interval(t.fieller, &t.fieller_reason)),
        row(
            of_level("delta 法区间", if level.is_empty() { "Delta-method interval" } else { "delta-method interval" }),
            &|t| interval(t.delta, &Text::default()),
        ),
    ];
    if levels.len() > 1 {
        rows.push(row(Text::new("区间的置信水平", "Level of these intervals"), &|t| match t.level {
            Some(level) => Cell::text(format!("{}%", percent(level))),
            None => Cell::missing(none),
        }));
    }
    rows.push(row(Text::new("拐点之外的观测占比", "Observations beyond it"), &|t| {
        Cell::optional(t.share_beyond, Format::Percent(1), none)
    }));
    rows
}
