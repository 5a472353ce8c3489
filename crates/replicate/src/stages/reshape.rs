//! Files that are not one row per key: categories in rows, periods in columns, months to be merged into years.

use crate::error::{Error, Result};
use crate::study::{Aggregate, Reshape};
use panel_core::io::RawTable;
use panel_core::io::reshape::{WideVariable, to_long};
use panel_core::{Cell, Column, TextColumn};
use std::collections::BTreeMap;

/// Key columns of a source.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// Entity column.
    pub entity: Option<&'a str>,
    /// Time column.
    pub time: Option<&'a str>,
}

/// Whether a reshape makes the time key.
#[must_use]
pub fn makes_time(how: &Reshape) -> bool {
    matches!(how, Reshape::WideToLong { .. })
}

/// Turns a table into one row per key.
///
/// # Errors
/// Unknown columns, a key and category that stand twice.
pub fn reshape(table: &RawTable, how: &Reshape, keys: Keys<'_>) -> panel_core::Result<RawTable> {
    match how {
        Reshape::WideToLong { prefixes, variables } => {
            let named = variables.iter().map(|(name, stub)| WideVariable::new(stub.clone(), name.clone()));
            let found: Vec<WideVariable> = prefixes
                .iter()
                .map(|prefix| WideVariable::new(prefix.clone(), prefix.trim_end_matches(['_', '-', '.', ' '])))
                .chain(named)
                .collect();
            if found.is_empty() || found.iter().any(|variable| variable.name.is_empty()) {
                return Err(panel_core::Error::Specification(format!(
                    "reshape of `{}`: expected `variables = {{ name = \"what stands before the year\" }}`, or prefixes",
                    table.file()
                )));
            }
            to_long(table, keys.time.unwrap_or("time"), &found)
        }
        Reshape::LongToWide { name, value, prefix } => long_to_wide(table, name, value, prefix, keys),
    }
}

/// Labels of the key columns, row by row.
fn key_columns(table: &RawTable, keys: Keys<'_>) -> panel_core::Result<Vec<(String, TextColumn)>> {
    keys.entity
        .into_iter()
        .chain(keys.time)
        .map(|name| Ok((name.to_owned(), table.key_text(name)?.into_owned())))
        .collect()
}

fn key_of(columns: &[(String, TextColumn)], row: usize) -> Vec<String> {
    columns.iter().map(|(_, column)| column.get(row).unwrap_or_default().to_owned()).collect()
}

fn long_to_wide(
    table: &RawTable,
    name: &str,
    value: &str,
    prefix: &str,
    keys: Keys<'_>,
) -> panel_core::Result<RawTable> {
    let key_columns = key_columns(table, keys)?;
    let categories = table.key_text(name)?.into_owned();
    let Column::Float(values) = table.column(value)? else {
        return Err(panel_core::Error::WrongType { column: value.to_owned(), expected: "numbers", got: "text" });
    };
    let width = categories.labels().len();
    let mut rows: BTreeMap<Vec<String>, Vec<f64>> = BTreeMap::new();
    let mut first: BTreeMap<(Vec<String>, u32), usize> = BTreeMap::new();
    for row in 0..table.n_rows() {
        let key = key_of(&key_columns, row);
        let code = categories.codes()[row];
        if code == TextColumn::MISSING {
            continue;
        }
        if let Some(earlier) = first.insert((key.clone(), code), row) {
            return Err(panel_core::Error::DuplicateKey {
                cell: Box::new(Cell {
                    file: Some(table.file().to_owned()),
                    entity: keys.entity.and(key.first().cloned()),
                    time: keys.time.and(key.last().cloned()),
                    column: categories.get(row).map(str::to_owned),
                    ..Cell::default()
                }),
                first: table.line(earlier),
                second: table.line(row),
            });
        }
        rows.entry(key).or_insert_with(|| vec![f64::NAN; width])[code as usize] = values[row];
    }
    let mut columns = keys_out(&key_columns, rows.keys());
    for (code, category) in categories.labels().iter().enumerate() {
        columns.push((format!("{prefix}{category}"), Column::Float(rows.values().map(|cells| cells[code]).collect())));
    }
    RawTable::new(table.file(), columns)
}

/// Merges periods of a table with one row per key.
///
/// # Errors
/// An unknown unit or rule; time labels that are no dates.
pub fn aggregate(table: &RawTable, how: &Aggregate, keys: Keys<'_>) -> Result<RawTable> {
    let failed = |message: String| Error::stage("data", format!("source `{}`, aggregate: {message}", table.file()));
    if how.to != "year" {
        return Err(failed(format!("to = `{}`: expected `year`", how.to)));
    }
    let rule: fn(&[f64]) -> f64 = match how.with.as_str() {
        "mean" => |values| values.iter().sum::<f64>() / values.len() as f64,
        "sum" => |values| values.iter().sum(),
        "last" => |values| values[values.len() - 1],
        other => return Err(failed(format!("with = `{other}`: expected `mean`, `sum` or `last`"))),
    };
    let time = keys.time.ok_or_else(|| failed("there is no time key".into()))?;
    let key_columns = key_columns(table, keys).map_err(|error| failed(error.to_string()))?;
    let mut groups: BTreeMap<Vec<String>, Vec<(String, usize)>> = BTreeMap::new();
    for row in 0..table.n_rows() {
        let mut key = key_of(&key_columns, row);
        let full = key.pop().unwrap_or_default();
        let year = full.get(..4).filter(|year| year.chars().all(|c| c.is_ascii_digit())).ok_or_else(|| {
            failed(format!("column `{time}`, value `{full}`: expected a date that begins with the year"))
        })?;
        key.push(year.to_owned());
        groups.entry(key).or_default().push((full, row));
    }
    groups.values_mut().for_each(|rows| rows.sort());
    let full_year = groups.values().map(Vec::len).max().unwrap_or(0);
    let at_least = how.at_least.unwrap_or(full_year);
    let mut columns = keys_out(&key_columns, groups.keys());
    for (name, column) in table.names().iter().zip(table.columns()) {
        let Column::Float(values) = column else { continue };
        if key_columns.iter().any(|(key, _)| key == name) {
            continue;
        }
        let merged = groups
            .values()
            .map(|rows| {
                let present: Vec<f64> =
                    rows.iter().map(|&(_, row)| values[row]).filter(|value| !value.is_nan()).collect();
                if present.is_empty() || present.len() < at_least { f64::NAN } else { rule(&present) }
            })
            .collect();
        columns.push((name.clone(), Column::Float(merged)));
    }
    RawTable::new(table.file(), columns).map_err(|error| failed(error.to_string()))
}

/// Key columns of the new rows.
fn keys_out<'a>(
    old: &[(String, TextColumn)],
    keys: impl Iterator<Item = &'a Vec<String>> + Clone,
) -> Vec<(String, Column)> {
    old.iter()
        .enumerate()
        .map(|(i, (name, _))| {
            let labels: Vec<Option<&str>> = keys.clone().map(|key| Some(key[i].as_str())).collect();
            (name.clone(), Column::Text(TextColumn::new(&labels)))
        })
        .collect()
}
