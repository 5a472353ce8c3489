//! Parquet files, through polars.

use super::guard;
use super::options::ReadOptions;
use super::parquet_footer as footer;
use super::parquet_types::{Stored, as_stored, stored};
use super::table::{RawTable, number_labels};
use super::typed::{Typed, settled, typed};
use crate::column::{Column, TextColumn};
use crate::diagnostics::Diagnostic;
use crate::error::{Error, Result};
use crate::intern::Interner;
use crate::number::EXACT_WHOLE;
use crate::numerals::Numerals;
use polars::prelude::{Column as PolarsColumn, DataType, PolarsError};
use polars_io::prelude::{ParquetReader, SerReader};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

/// Reads a Parquet file.
///
/// Numbers of any width and decimals become doubles (a column with an infinity becomes text; whole numbers that a double
/// cannot hold keep their digits for keys); booleans the texts `True` and `False`, as they stand in a CSV file;
/// categories (pandas' `category`) their labels; dates and times ISO text. A column of another type (nested, duration)
/// is left out with a warning.
///
/// # Errors
/// [`Error::Read`] for a damaged file and for a column of another type that is asked for; [`Error::UnknownColumn`] for a
/// column asked for that is not there.
pub(super) fn read(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<(RawTable, Numerals)> {
    guard(file, || {
        let fail = |error: PolarsError| not_understood(file, &error.to_string());
        footer::check_lengths(file, bytes)?;
        let mut reader = ParquetReader::new(Cursor::new(bytes));
        let schema = reader.schema().map_err(fail)?;
        let metadata = reader.get_metadata().map_err(fail)?;
        footer::check(file, bytes, metadata)?;
        let kinds: BTreeMap<String, Stored> = stored(&schema, metadata);
        let names: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
        let mut table = RawTable { file: file.to_owned(), names, ..RawTable::default() };
        let wanted = wanted(&mut table, &kinds, options)?;
        table.names.clear();
        if wanted.is_empty() {
            return Err(Error::Read { file: file.to_owned(), reason: "no column can be read".into() });
        }
        let mut plain = ParquetReader::new(Cursor::new(bytes)).with_columns(Some(wanted));
        plain.set_metadata(Arc::new(as_stored(metadata, &kinds)));
        let frame = plain.finish().map_err(fail)?;
        if frame.height() == 0 {
            return Err(Error::Read { file: file.to_owned(), reason: "there is a header but no row of data".into() });
        }
        if frame.columns().iter().any(|column| column.len() != frame.height()) {
            return Err(Error::Read { file: file.to_owned(), reason: "its columns are not of one length".into() });
        }
        let read = frame.columns().par_iter().map(|column| convert(file, column, &kinds, options));
        let read: Vec<Read> = read.collect::<Result<_>>()?;
        let names = frame.columns().iter().map(|column| column.name().to_string());
        let numerals = push(&mut table, names.zip(read).collect(), options)?;
        Ok((table, numerals))
    })
}

/// Puts the columns that were read into the table, texts as numbers where they are numbers.
pub(super) fn push(table: &mut RawTable, read: Vec<(String, Read)>, options: &ReadOptions) -> Result<Numerals> {
    let texts = read.iter().filter_map(|(name, read)| match read {
        Read::Texts { text, keep: false } => Some((name.as_str(), text)),
        _ => None,
    });
    let numerals = settled(&table.file, texts, options)?;
    for (name, read) in read {
        let typed = match read {
            Read::Texts { text, keep } => typed(text, &numerals, keep),
            Read::Done(typed) => typed,
        };
        table.push_typed(name, typed, String::new());
    }
    Ok(numerals)
}

pub(super) fn not_understood(file: &str, reason: &str) -> Error {
    Error::Read { file: file.to_owned(), reason: format!("not a Parquet file that can be understood: {reason}") }
}

/// The columns to read: those asked for, or all that can be read, with a warning for each of the others.
pub(super) fn wanted(
    table: &mut RawTable,
    kinds: &BTreeMap<String, Stored>,
    options: &ReadOptions,
) -> Result<Vec<String>> {
    let unreadable = |name: &String| match kinds.get(name) {
        Some(Stored::Other(kind)) => Some(kind.clone()),
        _ => None,
    };
    let mut wanted: Vec<String> = Vec::new();
    if let Some(columns) = &options.columns {
        for column in columns {
            if options.where_there && !table.has(column) {
                continue;
            }
            table.index(column)?;
            if let Some(kind) = unreadable(column) {
                let reason = not_supported(column, &kind);
                return Err(Error::Read { file: table.file.clone(), reason });
            }
            if !wanted.contains(column) {
                wanted.push(column.clone());
            }
        }
        return Ok(wanted);
    }
    for name in &table.names {
        let Some(kind) = unreadable(name) else {
            wanted.push(name.clone());
            continue;
        };
        let message = format!("`{}`: column `{name}` was left out, since its type {kind} is not supported", table.file);
        table.diagnostics.push(Diagnostic::warning("column-left-out", message));
        table.left_out.insert(name.clone(), not_supported(name, &kind));
    }
    Ok(wanted)
}

/// A column as it was read.
pub(super) enum Read {
    Done(Typed),
    /// Texts that may be numbers.
    Texts {
        text: TextColumn,
        keep: bool,
    },
}

/// What to say where a column of a type that cannot be read is used.
fn not_supported(column: &str, kind: &str) -> String {
    format!(
        "column `{column}`: type {kind} is not supported; write it as a number, text, boolean, date or 64-bit timestamp"
    )
}

/// A column as it was read, by how the file stores it.
pub(super) fn convert(
    file: &str,
    column: &PolarsColumn,
    kinds: &BTreeMap<String, Stored>,
    options: &ReadOptions,
) -> Result<Read> {
    let name = column.name().as_str();
    let kind = kinds.get(name).unwrap_or(&Stored::Plain);
    let keep_text = options.text.iter().any(|text| text == name);
    let done = |column: Column| Ok(Read::Done(Typed::from(column)));
    let fail =
        |reason: String| Error::Read { file: file.to_owned(), reason: format!("column `{}`: {reason}", column.name()) };
    let polars = |error: PolarsError| fail(error.to_string());
    if let Stored::Date { .. } = kind {
        let mut texts = Interner::default();
        let counts = column.cast(&DataType::Int64).map_err(polars)?;
        for count in counts.i64().map_err(polars)?.iter() {
            texts.push(count.map(|count| kind.iso(count)).as_deref());
        }
        return done(Column::Text(texts.finish()));
    }
    let scale = if let Stored::Decimal { scale } = kind { 10_f64.powi(*scale) } else { 1.0 };
    match column.dtype() {
        DataType::String | DataType::Categorical(..) | DataType::Enum(..) => {
            let mut texts = Interner::default();
            let column = column.cast(&DataType::String).map_err(polars)?;
            for text in column.str().map_err(polars)?.iter() {
                texts.push(text.filter(|text| !text.is_empty()));
            }
            Ok(Read::Texts { text: texts.finish(), keep: keep_text })
        }
        DataType::Boolean => {
            let mut texts = Interner::default();
            for value in column.bool().map_err(polars)?.iter() {
                texts.push(value.map(|value| if value { "True" } else { "False" }));
            }
            done(Column::Text(texts.finish()))
        }
        DataType::Binary if matches!(kind, Stored::Decimal { .. }) => {
            let number = |bytes: Option<&[u8]>| bytes.map_or(f64::NAN, |bytes| big_endian(bytes) / scale);
            done(numbers(column.binary().map_err(polars)?.iter().map(number).collect(), keep_text))
        }
        DataType::Binary if *kind == Stored::Half => {
            let number = |bytes: Option<&[u8]>| bytes.map_or(f64::NAN, half);
            done(numbers(column.binary().map_err(polars)?.iter().map(number).collect(), keep_text))
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
            if scale != 1.0 {
                values.iter_mut().for_each(|value| *value /= scale);
                return done(numbers(values, keep_text));
            }
            let long = values.iter().any(|value| value.abs() >= EXACT_WHOLE);
            let written = match dtype {
                DataType::Int64 if long => Some(digits(column.i64().map_err(polars)?.iter())),
                DataType::UInt64 if long => Some(digits(column.u64().map_err(polars)?.iter())),
                _ => None,
            };
            match written {
                Some(written) if keep_text => done(Column::Text(written)),
                Some(_) => Ok(Read::Done(Typed { written, ..Typed::from(Column::from(values)) })),
                None => done(numbers(values, keep_text)),
            }
        }
        other => Err(fail(format!("type {other} is not supported; numbers, texts, booleans and dates are"))),
    }
}

/// Numbers, or text where they are wanted as text. An infinity is no datum: as text it is named, with its key, as soon as
/// the column is used as a number.
fn numbers(values: Vec<f64>, keep_text: bool) -> Column {
    let infinite = values.iter().any(|value| value.is_infinite());
    if keep_text || infinite { Column::Text(number_labels(&values)) } else { values.into() }
}

/// A number of sixteen bits (IEEE 754 binary16), its bytes the least first.
fn half(bytes: &[u8]) -> f64 {
    let &[low, high] = bytes else { return f64::NAN };
    let bits = u16::from_le_bytes([low, high]);
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    let size = match exponent {
        0 => fraction * 2_f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2_f64.powi(exponent - 15),
    };
    if bits & 0x8000 == 0 { size } else { -size }
}

/// The digits of whole numbers.
fn digits<T: ToString>(values: impl Iterator<Item = Option<T>>) -> TextColumn {
    let mut texts = Interner::default();
    values.for_each(|value| texts.push(value.map(|value| value.to_string()).as_deref()));
    texts.finish()
}

/// A whole number as its bytes in two's complement, the largest first.
fn big_endian(bytes: &[u8]) -> f64 {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    if bytes.len() > 16 {
        // Beyond 128 bits a double has no exact value to lose.
        let size = bytes.iter().fold(0.0, |sum, byte| sum * 256.0 + f64::from(if negative { !byte } else { *byte }));
        return if negative { -(size + 1.0) } else { size };
    }
    let start = if negative { -1_i128 } else { 0 };
    bytes.iter().fold(start, |sum, byte| (sum << 8) | i128::from(*byte)) as f64
}
