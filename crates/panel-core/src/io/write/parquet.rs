//! A panel as Parquet bytes, through polars.

use crate::column::{Column, TextColumn};
use crate::error::{Error, Result};
use crate::number::whole_numbers;
use crate::panel::Panel;
use polars::prelude::{
    Column as PolarsColumn, DataFrame, Float64Chunked, IntoSeries, NamedFrom, NewChunkedArray, PolarsError, Series,
};
use polars_io::prelude::{ParquetCompression, ParquetWriter};
use std::io::Write;
use std::ops::Range;

/// Rows of a row group. It is fixed: the bytes must not depend on the number of threads.
const ROW_GROUP: usize = 1 << 17;

/// Parquet with the two keys first; whole-number keys are 64-bit integers, other keys texts; missing is null.
///
/// Row groups are made and written one by one, so that no second copy of the panel is held.
///
/// # Errors
/// [`Error::Specification`] where polars refuses, which no valid panel brings about.
pub fn to_parquet(panel: &Panel) -> Result<Vec<u8>> {
    let fail = |error: PolarsError| Error::Specification(format!("cannot write Parquet: {error}"));
    let entities = Key::new(panel.entity_name(), panel.entities());
    let times = Key::new(panel.time_name(), panel.times().labels());
    let frame = |rows: Range<usize>| -> Result<DataFrame> {
        let mut columns: Vec<PolarsColumn> = Vec::with_capacity(panel.names().len() + 2);
        columns.push(entities.column(&panel.entity_of_row()[rows.clone()]));
        columns.push(times.column(&panel.time_of_row()[rows.clone()]));
        for name in panel.names() {
            columns.push(match panel.column(name)? {
                Column::Float(values) => numbers(name, &values[rows.clone()]),
                Column::Text(text) => texts(name, text, rows.clone()),
            });
        }
        DataFrame::new(rows.len(), columns).map_err(fail)
    };
    let n = panel.n_rows();
    let group = |start: usize| start..(start + ROW_GROUP).min(n);
    let mut bytes = Vec::new();
    let first = frame(group(0))?;
    let writer = ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Snappy).set_parallel(false);
    let mut writer = writer.batched(first.schema()).map_err(fail)?;
    writer.write_batch(&first).map_err(fail)?;
    drop(first);
    for start in (ROW_GROUP..n).step_by(ROW_GROUP) {
        writer.write_batch(&frame(group(start))?).map_err(fail)?;
    }
    writer.finish().map_err(fail)?;
    drop(writer);
    Ok(bytes)
}

/// A column of a part of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum TableColumn {
    /// Numbers; `None` is null.
    Numbers(Vec<Option<f64>>),
    /// Texts; `None` is null.
    Texts(Vec<Option<String>>),
}

/// A table as Parquet, part by part: each part is a row group, written before the next one is asked for. All parts have
/// the same columns.
///
/// # Errors
/// [`Error::Specification`] where polars or `out` refuses, columns of different lengths among it.
pub fn table_to_parquet(
    out: impl Write,
    names: &[&str],
    mut parts: impl Iterator<Item = Vec<TableColumn>>,
) -> Result<()> {
    let fail = |error: PolarsError| Error::Specification(format!("cannot write Parquet: {error}"));
    let frame = |part: Vec<TableColumn>| -> Result<DataFrame> {
        let rows = part.first().map_or(0, |column| match column {
            TableColumn::Numbers(values) => values.len(),
            TableColumn::Texts(values) => values.len(),
        });
        let columns = names.iter().zip(part).map(|(&name, column)| match column {
            TableColumn::Numbers(values) => {
                Float64Chunked::from_iter_options(name.into(), values.into_iter()).into_series().into()
            }
            TableColumn::Texts(values) => Series::new(name.into(), values).into(),
        });
        DataFrame::new(rows, columns.collect()).map_err(fail)
    };
    let Some(first) = parts.next() else { return Ok(()) };
    let first = frame(first)?;
    let writer = ParquetWriter::new(out).with_compression(ParquetCompression::Snappy).set_parallel(false);
    let mut writer = writer.batched(first.schema()).map_err(fail)?;
    writer.write_batch(&first).map_err(fail)?;
    drop(first);
    for part in parts {
        writer.write_batch(&frame(part)?).map_err(fail)?;
    }
    writer.finish().map_err(fail)?;
    Ok(())
}

/// A key: its name, its labels, and the numbers they stand for where each is one.
struct Key<'a> {
    name: &'a str,
    labels: &'a [String],
    numbers: Option<Vec<i64>>,
}

impl<'a> Key<'a> {
    fn new(name: &'a str, labels: &'a [String]) -> Self {
        Self { name, labels, numbers: whole_numbers(labels) }
    }

    fn column(&self, codes: &[u32]) -> PolarsColumn {
        match &self.numbers {
            Some(numbers) => {
                let values: Vec<i64> = codes.iter().map(|&code| numbers[code as usize]).collect();
                Series::new(self.name.into(), values).into()
            }
            None => {
                let labels: Vec<&str> = codes.iter().map(|&code| self.labels[code as usize].as_str()).collect();
                Series::new(self.name.into(), labels).into()
            }
        }
    }
}

fn numbers(name: &str, values: &[f64]) -> PolarsColumn {
    // Values without gaps are copied whole; others go one by one.
    if values.iter().any(|value| value.is_nan()) {
        let values = values.iter().map(|&value| (!value.is_nan()).then_some(value));
        Float64Chunked::from_iter_options(name.into(), values).into_series().into()
    } else {
        Series::new(name.into(), values).into()
    }
}

fn texts(name: &str, text: &TextColumn, rows: Range<usize>) -> PolarsColumn {
    Series::new(name.into(), rows.map(|row| text.get(row)).collect::<Vec<Option<&str>>>()).into()
}
