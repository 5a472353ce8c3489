//! Tables of Arrow as panels, and panels as tables of Arrow (feature `arrow`).
//!
//! | Arrow | column |
//! |---|---|
//! | integers, floats, decimals of any width, null | numbers; null is missing |
//! | text (any layout), dictionaries of text | text; null and the empty text are missing |
//! | boolean | the texts `True` and `False`, which count as 1 and 0 where numbers are wanted |
//! | dates, timestamps | ISO text; the clock is left out at midnight |
//!
//! These are the rules of the Parquet reader. Other types (lists, structs, durations) are refused where they are used.

use crate::column::{Column, TextColumn};
use crate::error::{Error, Result};
use crate::floats::Floats;
use crate::intern::Interner;
use crate::io::{iso, number_labels};
use crate::number::EXACT_WHOLE;
use crate::panel::Panel;
use crate::suggest;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchReader, StringArray};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use std::sync::Arc;

/// The crate whose types are read and written here.
pub use arrow_array;

/// A column from its chunks. A single chunk of doubles without nulls is shared, not copied.
///
/// # Errors
/// [`Error::Specification`] for a type that is neither numbers nor text, and for whole numbers that a double cannot hold.
pub fn column(name: &str, chunks: &[ArrayRef]) -> Result<Column> {
    let rows = chunks.iter().map(|chunk| chunk.len()).sum();
    let dtype = chunks.first().map_or(&DataType::Null, |chunk| chunk.data_type());
    if is_text(dtype) {
        let mut texts = Interner::default();
        chunks.iter().try_for_each(|chunk| push_texts(&mut texts, name, &**chunk))?;
        return Ok(Column::Text(texts.finish()));
    }
    if let [only] = chunks
        && only.null_count() == 0
        && let Some(numbers) = only.as_primitive_opt::<Float64Type>()
    {
        return Ok(Column::Float(Floats::shared(numbers.values().clone())));
    }
    let mut numbers = Vec::with_capacity(rows);
    chunks.iter().try_for_each(|chunk| push_numbers(&mut numbers, name, &**chunk))?;
    Ok(numbers.into())
}

/// A column as labels, for a key: whole numbers of any size keep their digits.
///
/// # Errors
/// As [`column`].
pub fn key(name: &str, chunks: &[ArrayRef]) -> Result<TextColumn> {
    let integer_chunks: Option<Vec<Vec<Option<i64>>>> = chunks.iter().map(|chunk| integers(&**chunk)).collect();
    if let Some(parts) = integer_chunks {
        return Ok(coded(&parts.concat()));
    }
    match column(name, chunks)? {
        Column::Text(text) => Ok(text),
        Column::Float(values) => Ok(number_labels(&values)),
    }
}

/// Whole numbers as labels, without a text for every row.
fn coded(values: &[Option<i64>]) -> TextColumn {
    let mut distinct: Vec<i64> = values.iter().flatten().copied().collect();
    // Panels are mostly sorted by one key, and periods are few: runs go first.
    distinct.dedup();
    distinct.sort_unstable();
    distinct.dedup();
    let mut last = (None, TextColumn::MISSING);
    let code = |value: &Option<i64>| {
        if last.0 != *value {
            let place = value.and_then(|value| distinct.binary_search(&value).ok());
            last = (*value, place.map_or(TextColumn::MISSING, |place| place as u32));
        }
        last.1
    };
    let codes = values.iter().map(code).collect();
    TextColumn::from_codes(codes, distinct.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

/// The values of an array of whole numbers of up to 64 bits.
fn integers(array: &dyn Array) -> Option<Vec<Option<i64>>> {
    fn of<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array) -> Vec<Option<i64>> {
        array.as_primitive::<T>().iter().map(|value| value.map(Into::into)).collect()
    }
    Some(match array.data_type() {
        DataType::Int8 => of::<Int8Type>(array),
        DataType::Int16 => of::<Int16Type>(array),
        DataType::Int32 => of::<Int32Type>(array),
        DataType::Int64 => of::<Int64Type>(array),
        DataType::UInt8 => of::<UInt8Type>(array),
        DataType::UInt16 => of::<UInt16Type>(array),
        DataType::UInt32 => of::<UInt32Type>(array),
        _ => return None,
    })
}

fn is_text(dtype: &DataType) -> bool {
    match dtype {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Boolean => true,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

fn push_numbers(out: &mut Vec<f64>, name: &str, array: &dyn Array) -> Result<()> {
    fn of<T: ArrowPrimitiveType>(out: &mut Vec<f64>, array: &dyn Array, number: impl Fn(T::Native) -> f64) {
        let array = array.as_primitive::<T>();
        match array.null_count() {
            0 => out.extend(array.values().iter().map(|&value| number(value))),
            _ => out.extend(array.iter().map(|value| value.map_or(f64::NAN, &number))),
        }
    }
    let start = out.len();
    match array.data_type() {
        DataType::Float64 if array.null_count() == 0 => {
            out.extend_from_slice(array.as_primitive::<Float64Type>().values());
        }
        DataType::Float64 => of::<Float64Type>(out, array, |value| value),
        DataType::Float32 => of::<Float32Type>(out, array, f64::from),
        DataType::Float16 => of::<Float16Type>(out, array, f64::from),
        DataType::Int8 => of::<Int8Type>(out, array, f64::from),
        DataType::Int16 => of::<Int16Type>(out, array, f64::from),
        DataType::Int32 => of::<Int32Type>(out, array, f64::from),
        DataType::UInt8 => of::<UInt8Type>(out, array, f64::from),
        DataType::UInt16 => of::<UInt16Type>(out, array, f64::from),
        DataType::UInt32 => of::<UInt32Type>(out, array, f64::from),
        DataType::Int64 => of::<Int64Type>(out, array, |value| value as f64),
        DataType::UInt64 => of::<UInt64Type>(out, array, |value| value as f64),
        DataType::Decimal32(_, scale) => of::<Decimal32Type>(out, array, |value| decimal(i128::from(value), *scale)),
        DataType::Decimal64(_, scale) => of::<Decimal64Type>(out, array, |value| decimal(i128::from(value), *scale)),
        DataType::Decimal128(_, scale) => of::<Decimal128Type>(out, array, |value| decimal(value, *scale)),
        DataType::Null => out.resize(start + array.len(), f64::NAN),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let mut values = Vec::new();
            push_numbers(&mut values, name, &**dictionary.values())?;
            let keys = dictionary.normalized_keys();
            let number = |(row, &key): (usize, &usize)| if array.is_null(row) { f64::NAN } else { values[key] };
            out.extend(keys.iter().enumerate().map(number));
        }
        other => return Err(refused(name, other)),
    }
    let is_integer = matches!(array.data_type(), DataType::Int64 | DataType::UInt64);
    if let Some(value) = out[start..].iter().find(|value| is_integer && value.abs() >= EXACT_WHOLE) {
        return Err(Error::Specification(format!(
            "column `{name}` holds whole numbers such as {value}: from 2^53 on a double cannot tell them apart; use it as a key, or make numbers of it that are near enough"
        )));
    }
    Ok(())
}

/// value / 10^scale, correctly rounded where both are exact.
fn decimal(value: i128, scale: i8) -> f64 {
    match scale {
        0..=22 if value.unsigned_abs() < 1 << 53 => value as f64 / 10_f64.powi(i32::from(scale)),
        _ => format!("{value}e{}", -i32::from(scale)).parse().unwrap_or(f64::NAN),
    }
}

fn push_texts(out: &mut Interner, name: &str, array: &dyn Array) -> Result<()> {
    fn of<T: ArrowPrimitiveType<Native: Into<i64>>>(out: &mut Interner, array: &dyn Array, per_day: i64) {
        for value in array.as_primitive::<T>().iter() {
            out.push(value.map(|count| iso(count.into(), per_day)).as_deref());
        }
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().for_each(|text| push(out, text)),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().for_each(|text| push(out, text)),
        DataType::Utf8View => array.as_string_view().iter().for_each(|text| push(out, text)),
        DataType::Boolean => {
            let word = |truth: bool| if truth { "True" } else { "False" };
            array.as_boolean().iter().for_each(|truth| push(out, truth.map(word)));
        }
        DataType::Date32 => of::<Date32Type>(out, array, 1),
        DataType::Date64 => of::<Date64Type>(out, array, 86_400_000),
        DataType::Timestamp(TimeUnit::Second, _) => of::<TimestampSecondType>(out, array, 86_400),
        DataType::Timestamp(TimeUnit::Millisecond, _) => of::<TimestampMillisecondType>(out, array, 86_400_000),
        DataType::Timestamp(TimeUnit::Microsecond, _) => of::<TimestampMicrosecondType>(out, array, 86_400_000_000),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => of::<TimestampNanosecondType>(out, array, 86_400_000_000_000),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let mut values = Interner::default();
            push_texts(&mut values, name, &**dictionary.values())?;
            let values = values.finish();
            for (row, &key) in dictionary.normalized_keys().iter().enumerate() {
                push(out, if array.is_null(row) { None } else { values.get(key) });
            }
        }
        other => return Err(refused(name, other)),
    }
    Ok(())
}

fn push(out: &mut Interner, text: Option<&str>) {
    out.push(text.filter(|text| !text.is_empty()));
}

fn refused(name: &str, dtype: &DataType) -> Error {
    Error::Specification(format!(
        "column `{name}`: type {dtype} is not supported; make it a number, text, boolean, date or timestamp"
    ))
}

fn failed(error: &ArrowError) -> Error {
    Error::Read { file: "(Arrow table)".into(), reason: error.to_string() }
}

impl Panel {
    /// A panel from a table of Arrow, all of its columns; `entity` and `time` name the keys.
    ///
    /// # Errors
    /// [`Error::UnknownColumn`] for a key that is not there; a producer that fails; columns as [`column`] and keys as
    /// [`PanelBuilder::build`](crate::PanelBuilder::build) have it.
    pub fn from_arrow(reader: impl RecordBatchReader, entity: &str, time: &str) -> Result<Self> {
        let schema = reader.schema();
        let batches = reader.collect::<std::result::Result<Vec<RecordBatch>, ArrowError>>();
        let batches = batches.map_err(|error| failed(&error))?;
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let chunks =
            |at: usize| -> Vec<ArrayRef> { batches.iter().map(|batch| Arc::clone(batch.column(at))).collect() };
        let keyed = |key_name: &str| -> Result<TextColumn> {
            let at = names.iter().position(|name| *name == key_name).ok_or_else(|| Error::UnknownColumn {
                column: key_name.to_owned(),
                suggestion: suggest::nearest(key_name, names.iter().copied()).map(str::to_owned),
                available: names.iter().map(|name| (*name).to_owned()).collect(),
            })?;
            key(key_name, &chunks(at))
        };
        let mut builder = Self::builder(entity, time).coded_keys(keyed(entity)?, keyed(time)?);
        for (at, name) in names.iter().enumerate().filter(|(_, name)| **name != entity && **name != time) {
            builder = builder.column(*name, column(name, &chunks(at))?);
        }
        builder.build()
    }

    /// The panel as a table of Arrow, keys first: whole-number keys are 64-bit integers, other keys and text columns
    /// texts, numbers doubles; missing is null.
    ///
    /// # Errors
    /// [`Error::Read`] where Arrow refuses, which no valid panel brings about.
    pub fn to_arrow(&self) -> Result<RecordBatch> {
        let mut columns: Vec<(&str, ArrayRef, bool)> = vec![
            (self.entity_name(), labels(self.entities(), self.entity_of_row()), false),
            (self.time_name(), labels(self.times().labels(), self.time_of_row()), false),
        ];
        for name in self.names() {
            let array: ArrayRef = match self.column(name)? {
                Column::Float(values) if values.iter().any(|value| value.is_nan()) => {
                    let known = values.iter().map(|&value| (!value.is_nan()).then_some(value));
                    Arc::new(known.collect::<Float64Array>())
                }
                Column::Float(values) => Arc::new(Float64Array::from(values.to_vec())),
                Column::Text(text) => Arc::new((0..text.len()).map(|row| text.get(row)).collect::<StringArray>()),
            };
            columns.push((name, array, true));
        }
        RecordBatch::try_from_iter_with_nullable(columns).map_err(|error| failed(&error))
    }
}

/// The labels of a key, as numbers where each is one that prints back the same.
fn labels(labels: &[String], codes: &[u32]) -> ArrayRef {
    match crate::number::whole_numbers(labels) {
        Some(numbers) => Arc::new(codes.iter().map(|&code| numbers[code as usize]).collect::<Int64Array>()),
        None => Arc::new(codes.iter().map(|&code| Some(labels[code as usize].as_str())).collect::<StringArray>()),
    }
}
