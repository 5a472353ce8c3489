//! The table that replicators read (Stata's command `repframe`): one row per path, the original first.

use super::universe::UniverseRecord;
use crate::grid::{ABSENT, Grid};
use serde::Serialize;
use serde_json::{Map, Value};

/// Published numbers of the result.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Original {
    /// Coefficient.
    pub beta: f64,
    /// Standard error.
    pub se: f64,
    /// Two-sided p; `None` where it was not published.
    pub pval: Option<f64>,
    /// Degrees of freedom.
    pub df: Option<f64>,
    /// Mean of y.
    pub mean: Option<f64>,
    /// The squared term: coefficient and standard error.
    pub square: Option<(f64, f64)>,
    /// Whether the published specification is a universe of the grid.
    pub in_multiverse: bool,
}

/// One path.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RepframeRow {
    /// Name of the result.
    pub result: String,
    /// Coefficient of x.
    pub beta: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// Two-sided p.
    pub pval: Option<f64>,
    /// beta/se.
    pub zscore: Option<f64>,
    /// Degrees of freedom.
    pub df: Option<f64>,
    /// Mean of y.
    pub mean: Option<f64>,
    /// Whether the unit is that of the original (1, 0).
    pub sameunits: u8,
    /// 1 for the published numbers.
    pub origpath: u8,
    /// Whether the published specification is in the multiverse (1, 0).
    pub orig_in_multiverse: u8,
    /// Coefficient of x².
    pub beta2: Option<f64>,
    /// Its standard error.
    pub se2: Option<f64>,
    /// Two-sided p.
    pub pval2: Option<f64>,
    /// beta2/se2.
    pub zscore2: Option<f64>,
    /// Options as numbers from 1, by choice; null where a choice does not exist.
    #[serde(flatten)]
    pub choices: Map<String, Value>,
}

/// One option in the file of labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RepframeLabel {
    /// Choice.
    pub choice: String,
    /// Number of the option.
    pub value: u16,
    /// Option.
    pub option: String,
    /// Name in print, Chinese.
    pub label_zh: String,
    /// Name in print, English.
    pub label_en: String,
}

/// What a path adds to its record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RepframeUniverse<'a> {
    /// Codes of the universe.
    pub codes: &'a [u16],
    /// Its record.
    pub record: &'a UniverseRecord,
    /// Mean of y over its rows.
    pub mean: Option<f64>,
}

/// Rows: the published numbers, where there are any, then every universe with an estimate. A universe has the unit of the
/// original where none of the choices named in `unit_choices` is away from its base.
#[must_use]
pub fn repframe(
    grid: &Grid,
    result: &str,
    original: Option<&Original>,
    universes: &[RepframeUniverse<'_>],
    unit_choices: &[&str],
) -> Vec<RepframeRow> {
    let in_multiverse = u8::from(original.is_some_and(|original| original.in_multiverse));
    let units: Vec<usize> = unit_choices.iter().filter_map(|id| grid.place(id)).collect();
    let published = original.map(|original| RepframeRow {
        result: result.to_owned(),
        beta: Some(original.beta),
        se: Some(original.se),
        pval: original.pval,
        zscore: Some(original.beta / original.se),
        df: original.df,
        mean: original.mean,
        sameunits: 1,
        origpath: 1,
        orig_in_multiverse: in_multiverse,
        beta2: original.square.map(|(beta, _)| beta),
        se2: original.square.map(|(_, se)| se),
        pval2: None,
        zscore2: original.square.map(|(beta, se)| beta / se),
        choices: numbers(grid, &grid.base(&grid.everything())),
    });
    let paths = universes.iter().filter(|universe| universe.record.b1.is_some()).map(|universe| {
        let record = universe.record;
        let ratio = |b: Option<f64>, se: Option<f64>| Some(b? / se?);
        RepframeRow {
            result: result.to_owned(),
            beta: record.b1,
            se: record.se1,
            pval: record.p1,
            zscore: ratio(record.b1, record.se1),
            df: record.df,
            mean: universe.mean,
            sameunits: u8::from(units.iter().all(|&choice| universe.codes[choice] <= 1)),
            origpath: 0,
            orig_in_multiverse: in_multiverse,
            beta2: record.b2,
            se2: record.se2,
            pval2: record.p2,
            zscore2: ratio(record.b2, record.se2),
            choices: numbers(grid, universe.codes),
        }
    });
    published.into_iter().chain(paths).collect()
}

/// The file of labels.
#[must_use]
pub fn repframe_labels(grid: &Grid) -> Vec<RepframeLabel> {
    grid.choices()
        .iter()
        .flat_map(|choice| {
            (1_u16..).zip(&choice.option).map(|(value, option)| {
                let label = option.label.clone().unwrap_or_default();
                let or_id = |text: &str| if text.is_empty() { option.id.clone() } else { text.to_owned() };
                RepframeLabel {
                    choice: choice.id.clone(),
                    value,
                    option: option.id.clone(),
                    label_zh: or_id(label.chinese()),
                    label_en: or_id(label.english()),
                }
            })
        })
        .collect()
}

fn numbers(grid: &Grid, codes: &[u16]) -> Map<String, Value> {
    let number = |(choice, &code): (&crate::declaration::Choice, &u16)| {
        (choice.id.clone(), if code == ABSENT { Value::Null } else { Value::from(code) })
    };
    grid.choices().iter().zip(codes).map(number).collect()
}
