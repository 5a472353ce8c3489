//! A panel as Parquet bytes, through polars.

use crate::column::{Column, TextColumn};
use crate::error::{Error, Result};
use crate::panel::Panel;
use polars::prelude::{Column as PolarsColumn, DataFrame, NamedFrom, PolarsError, Series};
use polars_io::prelude::{ParquetCompression, ParquetWriter};

/// Parquet with the two keys first; whole-number keys are 64-bit integers, other keys texts; missing is null.
///
/// # Errors
/// [`Error::Specification`] where polars refuses, which no valid panel brings about.
pub fn to_parquet(panel: &Panel) -> Result<Vec<u8>> {
    let fail = |error: PolarsError| Error::Specification(format!("cannot write Parquet: {error}"));
    let mut columns: Vec<PolarsColumn> = Vec::with_capacity(panel.names().len() + 2);
    columns.push(key(panel.entity_name(), panel.entities(), panel.entity_of_row()));
    columns.push(key(panel.time_name(), panel.times().labels(), panel.time_of_row()));
    for name in panel.names() {
        columns.push(match panel.column(name)? {
            Column::Float(values) => {
                // A column without gaps is copied whole; one with gaps goes value by value.
                if values.iter().any(|value| value.is_nan()) {
                    let values: Vec<Option<f64>> =
                        values.iter().map(|&value| (!value.is_nan()).then_some(value)).collect();
                    Series::new(name.as_str().into(), values).into()
                } else {
                    Series::new(name.as_str().into(), &values[..]).into()
                }
            }
            Column::Text(text) => texts(name, text),
        });
    }
    let mut frame = DataFrame::new(panel.n_rows(), columns).map_err(fail)?;
    let mut bytes = Vec::new();
    // A fixed row group size: the bytes must not depend on the number of threads.
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Snappy)
        .with_row_group_size(Some(1 << 17))
        .set_parallel(false)
        .finish(&mut frame)
        .map_err(fail)?;
    Ok(bytes)
}

fn key(name: &str, labels: &[String], codes: &[u32]) -> PolarsColumn {
    // `007` is a label, not a number: only what prints back the same is written as one.
    let whole = |label: &String| label.parse::<i64>().ok().filter(|value| value.to_string() == *label);
    match labels.iter().map(whole).collect::<Option<Vec<i64>>>() {
        Some(values) => {
            Series::new(name.into(), codes.iter().map(|&code| values[code as usize]).collect::<Vec<i64>>()).into()
        }
        None => {
            Series::new(name.into(), codes.iter().map(|&code| labels[code as usize].as_str()).collect::<Vec<&str>>())
                .into()
        }
    }
}

fn texts(name: &str, text: &TextColumn) -> PolarsColumn {
    Series::new(name.into(), (0..text.len()).map(|row| text.get(row)).collect::<Vec<Option<&str>>>()).into()
}
