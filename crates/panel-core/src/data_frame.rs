//! Data frames of polars as panels, and panels as data frames (feature `polars`).
//!
//! | polars | column |
//! |---|---|
//! | integers, floats, decimals, null | numbers; null is missing |
//! | strings, categories, enums | text; null and the empty text are missing |
//! | booleans | the texts `True` and `False`, which count as 1 and 0 where numbers are wanted |
//! | dates, times of a day and year | ISO text; the clock is left out at midnight |
//!
//! These are the rules of `Panel::from_arrow` (feature `arrow`) and of the Parquet reader. Other types (lists, structs,
//! durations) are refused. The version of polars is part of this interface: take it from [`polars`].

use crate::column::{Column, TextColumn};
use crate::error::{Error, Result};
use crate::floats::Floats;
use crate::intern::Interner;
use crate::io::{iso, number_labels};
use crate::number::EXACT_WHOLE;
use crate::panel::Panel;
use crate::suggest;
use polars::prelude::{Column as PolarsColumn, DataFrame, DataType, Float64Chunked, PolarsError, TimeUnit};

/// The crate whose types are read and written here.
pub use polars;

impl Panel {
    /// A panel from a data frame, all of its columns; `entity` and `time` name the keys. A column of doubles in one
    /// piece without nulls is shared, not copied, where the rows are in the order of the keys.
    ///
    /// # Errors
    /// [`Error::UnknownColumn`] for a key that is not there; [`Error::Specification`] for a type that is neither numbers
    /// nor text, and for whole numbers that a double cannot hold outside the keys; keys as
    /// [`PanelBuilder::build`](crate::PanelBuilder::build) has it.
    pub fn from_polars(frame: &DataFrame, entity: &str, time: &str) -> Result<Self> {
        let keyed = |name: &str| -> Result<TextColumn> {
            let found = frame.columns().iter().find(|column| column.name() == name);
            let names = || frame.columns().iter().map(|column| column.name().as_str());
            key(found.ok_or_else(|| Error::UnknownColumn {
                column: name.to_owned(),
                suggestion: suggest::nearest(name, names()).map(str::to_owned),
                available: names().map(str::to_owned).collect(),
            })?)
        };
        let mut builder = Self::builder(entity, time).coded_keys(keyed(entity)?, keyed(time)?);
        for column in frame.columns().iter().filter(|column| column.name() != entity && column.name() != time) {
            builder = builder.column(column.name().as_str(), converted(column)?);
        }
        builder.build()
    }

    /// The panel as a data frame, keys first: whole-number keys are 64-bit integers, other keys and text columns strings,
    /// numbers doubles; missing is null.
    ///
    /// # Errors
    /// [`Error::Read`] where polars refuses, which no valid panel brings about.
    pub fn to_polars(&self) -> Result<DataFrame> {
        let mut columns = vec![
            labels(self.entity_name(), self.entities(), self.entity_of_row()),
            labels(self.time_name(), self.times().labels(), self.time_of_row()),
        ];
        for name in self.names() {
            columns.push(match self.column(name)? {
                Column::Float(values) if values.iter().any(|value| value.is_nan()) => {
                    let known = values.iter().map(|&value| (!value.is_nan()).then_some(value));
                    PolarsColumn::new(name.into(), known.collect::<Vec<_>>())
                }
                Column::Float(values) => PolarsColumn::new(name.into(), &**values),
                Column::Text(text) => {
                    PolarsColumn::new(name.into(), (0..text.len()).map(|row| text.get(row)).collect::<Vec<_>>())
                }
            });
        }
        DataFrame::new(self.n_rows(), columns).map_err(|error| failed(&error))
    }
}

/// The labels of a key, as whole numbers where each is one that prints back the same.
fn labels(name: &str, labels: &[String], codes: &[u32]) -> PolarsColumn {
    match crate::number::whole_numbers(labels) {
        Some(numbers) => {
            PolarsColumn::new(name.into(), codes.iter().map(|&code| numbers[code as usize]).collect::<Vec<_>>())
        }
        None => {
            let label = |&code: &u32| labels[code as usize].as_str();
            PolarsColumn::new(name.into(), codes.iter().map(label).collect::<Vec<_>>())
        }
    }
}

fn failed(error: &PolarsError) -> Error {
    Error::Read { file: "(data frame)".into(), reason: error.to_string() }
}

/// A column of polars whose numbers lie in one piece.
struct InOnePiece(Float64Chunked);

impl AsRef<[f64]> for InOnePiece {
    fn as_ref(&self) -> &[f64] {
        self.0.cont_slice().unwrap_or_default()
    }
}

/// A column of numbers or text.
fn converted(column: &PolarsColumn) -> Result<Column> {
    match column.dtype() {
        dtype if dtype.is_numeric() || *dtype == DataType::Null => numbers(column).map(Column::Float),
        _ => texts(column).map(Column::Text),
    }
}

fn numbers(column: &PolarsColumn) -> Result<Floats> {
    let failed = |error| failed(&error);
    let floats = column.cast(&DataType::Float64).map_err(failed)?;
    let floats = floats.f64().map_err(failed)?;
    if column.dtype().is_integer()
        && let Some(value) = floats.iter().flatten().find(|value| value.abs() >= EXACT_WHOLE)
    {
        return Err(Error::Specification(format!(
            "column `{}` holds whole numbers such as {value}: from 2^53 on a double cannot tell them apart; use it as a key, or make numbers of it that are near enough",
            column.name()
        )));
    }
    if floats.cont_slice().is_ok() {
        return Ok(Floats::shared(InOnePiece(floats.clone())));
    }
    Ok(floats.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}

fn texts(column: &PolarsColumn) -> Result<TextColumn> {
    let failed = |error| failed(&error);
    let mut texts = Interner::default();
    match column.dtype() {
        DataType::String | DataType::Categorical(..) | DataType::Enum(..) => {
            let strings = column.cast(&DataType::String).map_err(failed)?;
            for text in strings.str().map_err(failed)?.iter() {
                texts.push(text.filter(|text| !text.is_empty()));
            }
        }
        DataType::Boolean => {
            for truth in column.bool().map_err(failed)?.iter() {
                texts.push(truth.map(|truth| if truth { "True" } else { "False" }));
            }
        }
        DataType::Date | DataType::Datetime(..) => {
            let seconds = match column.dtype() {
                DataType::Datetime(TimeUnit::Nanoseconds, _) => 1_000_000_000,
                DataType::Datetime(TimeUnit::Microseconds, _) => 1_000_000,
                DataType::Datetime(TimeUnit::Milliseconds, _) => 1000,
                _ => 0,
            };
            let per_day = if seconds == 0 { 1 } else { 86_400 * seconds };
            let counts = column.to_physical_repr().cast(&DataType::Int64).map_err(failed)?;
            for count in counts.i64().map_err(failed)?.iter() {
                texts.push(count.map(|count| iso(count, per_day)).as_deref());
            }
        }
        other => {
            return Err(Error::Specification(format!(
                "column `{}`: type {other} is not supported; make it a number, text, boolean, date or timestamp",
                column.name()
            )));
        }
    }
    Ok(texts.finish())
}

/// A column as labels: whole numbers of any size keep their digits.
fn key(column: &PolarsColumn) -> Result<TextColumn> {
    let dtype = column.dtype();
    if !dtype.is_numeric() {
        return texts(column);
    }
    if !dtype.is_integer() {
        return Ok(number_labels(&numbers(column)?));
    }
    let mut labels = Interner::default();
    for value in column.as_materialized_series().iter() {
        labels.push((!value.is_null()).then(|| value.to_string()).as_deref());
    }
    Ok(labels.finish())
}
