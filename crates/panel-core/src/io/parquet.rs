//! Parquet files, through polars.

use super::guard;
use super::options::ReadOptions;
use super::table::{RawTable, number_labels};
use super::typed::typed;
use crate::column::Column;
use crate::error::{Error, Result};
use crate::intern::Interner;
use polars::prelude::{Column as PolarsColumn, DataType, PolarsError};
use polars_io::prelude::{ParquetReader, SerReader};
use std::io::Cursor;

/// Reads a Parquet file.
///
/// Numbers of any width become doubles (a column with an infinity becomes text); booleans the texts `True` and `False`,
/// as they stand in a CSV file; categories (pandas' `category`) their labels.
///
/// # Errors
/// [`Error::Read`] for a damaged file and for a column of another type (nested, decimal, time);
/// [`Error::UnknownColumn`] for a column asked for that is not there.
pub(super) fn read(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<RawTable> {
    guard(file, || {
        let fail = |error: PolarsError| Error::Read {
            file: file.to_owned(),
            reason: format!("not a Parquet file that can be understood: {error}"),
        };
        let mut reader = ParquetReader::new(Cursor::new(bytes));
        let names: Vec<String> = reader.schema().map_err(fail)?.iter_names().map(ToString::to_string).collect();
        let mut table = RawTable { file: file.to_owned(), names, ..RawTable::default() };
        if let Some(columns) = &options.columns {
            columns.iter().try_for_each(|column| table.index(column).map(|_| ()))?;
        }
        table.names.clear();
        let frame = reader.with_columns(options.columns.clone()).finish().map_err(fail)?;
        if frame.height() == 0 {
            return Err(Error::Read { file: file.to_owned(), reason: "there is a header but no row of data".into() });
        }
        for column in frame.columns() {
            let name = column.name().to_string();
            let (values, written) = convert(file, column, options, options.text.contains(&name))?;
            if let Some(written) = written {
                table.written.insert(table.names.len(), written);
            }
            table.push(name, values, String::new());
        }
        Ok(table)
    })
}

fn convert(
    file: &str,
    column: &PolarsColumn,
    options: &ReadOptions,
    keep_text: bool,
) -> Result<(Column, Option<crate::TextColumn>)> {
    let fail =
        |reason: String| Error::Read { file: file.to_owned(), reason: format!("column `{}`: {reason}", column.name()) };
    let polars = |error: PolarsError| fail(error.to_string());
    match column.dtype() {
        DataType::String | DataType::Categorical(..) | DataType::Enum(..) => {
            let mut texts = Interner::default();
            let column = column.cast(&DataType::String).map_err(polars)?;
            for text in column.str().map_err(polars)?.iter() {
                texts.push(text.filter(|text| !text.is_empty()));
            }
            Ok(typed(texts.finish(), &options.missing, keep_text))
        }
        DataType::Boolean => {
            let mut texts = Interner::default();
            for value in column.bool().map_err(polars)?.iter() {
                texts.push(value.map(|value| if value { "True" } else { "False" }));
            }
            Ok((Column::Text(texts.finish()), None))
        }
        dtype if dtype.is_primitive_numeric() => {
            let floats = column.cast(&DataType::Float64).map_err(polars)?;
            let floats = floats.f64().map_err(polars)?;
            let mut values = Vec::with_capacity(floats.len());
            for chunk in floats.downcast_iter() {
                if chunk.validity().is_none() {
                    values.extend_from_slice(chunk.values());
                } else {
                    values.extend(chunk.iter().map(|value| value.copied().unwrap_or(f64::NAN)));
                }
            }
            // An infinity is no datum. As text it is named, with its key, as soon as the column is used as a number.
            let infinite = values.iter().any(|value| value.is_infinite());
            Ok((if keep_text || infinite { Column::Text(number_labels(&values)) } else { Column::Float(values) }, None))
        }
        other => Err(fail(format!("type {other} is not supported; numbers, texts and booleans are"))),
    }
}
