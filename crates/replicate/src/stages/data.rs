//! Stage `data`: sources to one panel.

use super::reshape;
use crate::error::{Error, Result};
use crate::output::{FileRecord, file_record};
use crate::study::{Loaded, SourceSpec};
use panel_core::expr::Expr;
use panel_core::io::{RawTable, ReadOptions, Rows, Source, assemble, read_bytes};
use panel_core::{Column, Diagnostic, Diagnostics, Panel};

/// The panel and where it came from.
#[derive(Debug, Clone)]
pub struct Data {
    /// The panel.
    pub panel: Panel,
    /// Files read, with their hashes.
    pub inputs: Vec<FileRecord>,
    /// Remarks of readers and joins.
    pub diagnostics: Diagnostics,
}

/// Reads, reshapes and joins the sources of a study.
///
/// # Errors
/// [`Error::Stage`] naming file, line, key, column and value.
pub fn load(loaded: &Loaded) -> Result<Data> {
    let study = &loaded.study;
    let (entity, time) = (study.study.entity.as_str(), study.study.time.as_deref());
    let mut inputs = Vec::new();
    let mut sources = Vec::new();
    for spec in &study.sources {
        let path = loaded.resolve(&spec.file);
        let bytes = std::fs::read(&path).map_err(|error| {
            let reason = match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                _ => error.to_string(),
            };
            Error::stage("data", format!("source `{}` (`{}`): {reason}", spec.file, path.display()))
        })?;
        inputs.push(file_record(&spec.file, &bytes));
        let source = prepare(spec, &bytes, entity, time)?;
        sources.push(source);
    }
    let assembled = assemble(entity, time, sources, Rows::First).map_err(|error| Error::stage("data", error))?;
    let mut diagnostics = assembled.diagnostics;
    if let panel_core::Balance::Unbalanced { gaps, ragged } = assembled.panel.balance() {
        diagnostics.push(Diagnostic::note(
            "unbalanced",
            format!(
                "the panel is unbalanced: {} rows of {} × {}; {} gaps inside, {ragged} cells before or after",
                assembled.panel.n_rows(),
                assembled.panel.n_entities(),
                assembled.panel.n_periods(),
                gaps.len()
            ),
        ));
    }
    Ok(Data { panel: assembled.panel, inputs, diagnostics })
}

fn prepare(spec: &SourceSpec, bytes: &[u8], entity: &str, time: Option<&str>) -> Result<Source> {
    let failed = |error: panel_core::Error| Error::stage("data", error);
    let options = ReadOptions {
        encoding: spec.encoding.clone(),
        sheet: spec.sheet.clone(),
        header_rows: spec.header_rows.unwrap_or(1),
        ..ReadOptions::default()
    };
    let mut table = read_bytes(&spec.file, bytes, &options).map_err(failed)?;
    table.rename(spec.rename.iter().map(|(new, old)| (old.as_str(), new.as_str()))).map_err(failed)?;
    if let Some(filter) = &spec.filter {
        table = filtered(&table, filter)?;
    }
    let keyed = |name: &str| spec.keys.as_ref().map(|keys| keys.iter().any(|key| key == name));
    let entity_column = spec.entity.clone().unwrap_or_else(|| entity.to_owned());
    let time_column = time.map(|time| spec.time.clone().unwrap_or_else(|| time.to_owned()));
    let wide = spec.reshape.as_ref().is_some_and(reshape::makes_time);
    let has_entity = keyed(entity).unwrap_or_else(|| table.has(&entity_column) || spec.entity.is_some());
    let has_time = time.is_some_and(|time| {
        keyed(time).unwrap_or_else(|| {
            wide || spec.time.is_some() || time_column.as_deref().is_some_and(|name| table.has(name))
        })
    });
    if !has_entity && !has_time {
        return Err(Error::stage(
            "data",
            format!(
                "source `{}` has neither key: no column `{entity_column}`{}; its columns are {}",
                spec.file,
                time_column.as_ref().map(|name| format!(" and no column `{name}`")).unwrap_or_default(),
                table.names().join(", ")
            ),
        ));
    }
    let keys = reshape::Keys {
        entity: has_entity.then_some(entity_column.as_str()),
        time: has_time.then_some(()).and(time_column.as_deref()),
    };
    if let Some(how) = &spec.reshape {
        table = reshape::reshape(&table, how, keys).map_err(failed)?;
    }
    if let Some(how) = &spec.aggregate {
        table = reshape::aggregate(&table, how, keys)?;
    }
    if spec.lag != 0 {
        table = moved_on(&table, keys.time, spec.lag)?;
    }
    if let Some(columns) = &spec.columns {
        let kept: Vec<&str> =
            keys.entity.into_iter().chain(keys.time).chain(columns.iter().map(String::as_str)).collect();
        table = table.select(&kept).map_err(failed)?;
    }
    Ok(Source { entity: keys.entity.map(str::to_owned), time: keys.time.map(str::to_owned), table })
}

/// The table with its time key moved on by `lag` whole periods.
fn moved_on(table: &RawTable, time: Option<&str>, lag: i64) -> Result<RawTable> {
    let failed = |message: String| Error::stage("data", format!("source `{}`, lag = {lag}: {message}", table.file()));
    let time = time.ok_or_else(|| failed("there is no time key to move".into()))?;
    let labels = table.key_text(time).map_err(|error| failed(error.to_string()))?;
    let moved: Vec<Option<String>> = (0..table.n_rows())
        .map(|row| match labels.get(row) {
            None => Ok(None),
            Some(label) => match label.parse::<i64>() {
                Ok(period) => Ok(Some((period + lag).to_string())),
                Err(_) => {
                    Err(failed(format!("column `{time}`, value `{label}`: expected a whole number, such as a year")))
                }
            },
        })
        .collect::<Result<_>>()?;
    let columns = table
        .names()
        .iter()
        .zip(table.columns())
        .map(|(name, column)| (name.clone(), if name == time { Column::from(moved.clone()) } else { column.clone() }))
        .collect();
    RawTable::new(table.file(), columns).map_err(|error| failed(error.to_string()))
}

/// The rows of a table for which an expression over its own columns holds.
fn filtered(table: &RawTable, filter: &str) -> Result<RawTable> {
    let place = |error: panel_core::Error| {
        Error::stage("data", format!("source `{}`, filter `{filter}`: {error}", table.file()))
    };
    let expression = Expr::parse(filter).map_err(place)?;
    let mut builder =
        Panel::builder("row", "period").keys((0..table.n_rows()).map(|row| row.to_string()), vec!["0"; table.n_rows()]);
    for (name, column) in table.names().iter().zip(table.columns()) {
        builder = builder.column(name.clone(), column.clone());
    }
    let panel = builder.build().map_err(place)?;
    let keep = expression.eval_mask(&panel).map_err(place)?;
    Ok(table.take(&(0..keep.len()).filter(|&row| keep[row]).collect::<Vec<_>>()))
}
