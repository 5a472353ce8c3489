//! Stata files, releases 102 to 119.

use super::decode;
use super::dta_lengths::{self, Counted};
use super::guard;
use super::options::ReadOptions;
use super::table::RawTable;
use super::typed::typed;
use crate::column::Column;
use crate::diagnostics::Diagnostic;
use crate::error::{Error, Result};
use crate::intern::Interner;
use ::dta::stata::dta::dta_error::DtaError;
use ::dta::stata::dta::dta_reader::DtaReader;
use ::dta::stata::dta::long_string_ref::LongStringRef;
use ::dta::stata::dta::long_string_table::LongStringTable;
use ::dta::stata::dta::value::Value;
use ::dta::stata::dta::value_label_table::ValueLabelTable;
use ::dta::stata::dta::variable::Variable;
use ::dta::stata::temporal::TemporalKind;
use ::dta::stata::temporal::conversion::{td_days_to_unix_days, tm_months_to_year_month, tq_quarters_to_year_quarter};
use encoding_rs::{Encoding, GB18030, UTF_8, WINDOWS_1252};
use std::collections::BTreeMap;

/// Reads a Stata file.
///
/// Numbers keep their exact value (a four-byte float becomes the double equal to it), extended missings `.a` to `.z`
/// are missing. Dates become ISO text: `%td` and `%tc` days, `%tm` `2013-01`, `%tq` `2013Q1`. Labelled codes stay
/// codes unless [`ReadOptions::value_labels`] asks for labels.
///
/// # Errors
/// [`Error::Read`] for a damaged file or an unknown encoding.
pub(super) fn read(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<RawTable> {
    if let Some(name) = &options.encoding {
        let encoding = decode::named(file, name)?;
        return guard(file, || read_as(file, bytes, options, encoding).map_err(|failure| failure.into_error(file)));
    }
    let mut first = None;
    for encoding in [UTF_8, GB18030, WINDOWS_1252] {
        let mut cut = false;
        let attempt = guard(file, || {
            read_as(file, bytes, options, encoding).map_err(|failure| {
                cut = !matches!(failure, Failure::Stata(DtaError::Format { .. }));
                failure.into_error(file)
            })
        });
        match attempt {
            Ok(mut table) => {
                if encoding != UTF_8 {
                    let note = format!("the texts of `{file}` are not UTF-8 and were read as {}", encoding.name());
                    table.diagnostics.push(Diagnostic::note("read-as-legacy-encoding", note));
                }
                return Ok(table);
            }
            // Another encoding does not make a file longer.
            Err(error) if cut => return Err(error),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or_else(|| Error::Read { file: file.to_owned(), reason: "the file is damaged".into() }))
}

fn fail(file: &str, error: &DtaError) -> Error {
    let cut = matches!(error, DtaError::Io { source, .. } if source.kind() == std::io::ErrorKind::UnexpectedEof);
    let hint = if cut { "; the file looks truncated" } else { "" };
    Error::Read { file: file.to_owned(), reason: format!("not a Stata file that can be understood: {error}{hint}") }
}

/// Why a file could not be read.
enum Failure {
    /// The reader says so.
    Stata(DtaError),
    /// A length does not fit into the file.
    Length(Error),
}

impl Failure {
    fn into_error(self, file: &str) -> Error {
        match self {
            Self::Stata(error) => fail(file, &error),
            Self::Length(error) => error,
        }
    }
}

impl From<DtaError> for Failure {
    fn from(error: DtaError) -> Self {
        Self::Stata(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Length(error)
    }
}

/// A column while it is read.
enum Growing {
    Number(Vec<f64>),
    Text(Interner),
    Long(Vec<Option<LongStringRef>>),
}

fn read_as(file: &str, bytes: &[u8], options: &ReadOptions, encoding: &'static Encoding) -> Result<RawTable, Failure> {
    let (counted, position) = Counted::new(bytes);
    let lists = DtaReader::new().encoding(encoding).from_reader(counted).read_header()?;
    dta_lengths::variables(file, bytes, lists.header())?;
    let mut characteristics = lists.read_schema()?;
    let (header, variables) = (characteristics.header(), characteristics.schema().variables());
    dta_lengths::sections(file, bytes, position.get(), header, variables)?;
    characteristics.skip_to_end()?;
    let mut records = characteristics.into_record_reader()?;
    let variables: Vec<Variable> = records.schema().variables().to_vec();
    let mut columns: Vec<Growing> = variables
        .iter()
        .map(|variable| {
            use ::dta::stata::dta::variable_type::VariableType;
            match variable.variable_type() {
                VariableType::FixedString(_) => Growing::Text(Interner::default()),
                VariableType::LongString => Growing::Long(Vec::new()),
                _ => Growing::Number(Vec::new()),
            }
        })
        .collect();
    while let Some(record) = records.read_record()? {
        for (column, value) in columns.iter_mut().zip(record.values()) {
            match (column, value) {
                (Growing::Text(texts), Value::String(text)) => {
                    texts.push(Some(text.as_ref()).filter(|text| !text.is_empty()));
                }
                (Growing::Text(texts), _) => texts.push(None),
                (Growing::Long(references), Value::LongStringRef(reference)) => references.push(Some(*reference)),
                // Every column needs a value of every row.
                (Growing::Long(references), _) => references.push(None),
                (Growing::Number(values), value) => values.push(number(value)),
            }
        }
    }
    let mut long_strings = records.into_long_string_reader()?;
    let mut long = LongStringTable::for_reading();
    long_strings.read_remaining_into(&mut long)?;
    let mut labels = ValueLabelTable::new();
    long_strings.into_value_label_reader()?.read_remaining_into(&mut labels)?;

    let mut table = RawTable { file: file.to_owned(), ..RawTable::default() };
    for (variable, column) in variables.iter().zip(columns) {
        let name = variable.name().to_owned();
        let keep_text = options.text.contains(&name);
        let codes = match &column {
            Growing::Number(values) if !options.value_labels => labelled(variable, values, &labels),
            _ => None,
        };
        let (column, written) = match column {
            Growing::Number(values) => (numbers(variable, values, options, keep_text, &labels), None),
            Growing::Text(texts) => typed(texts.finish(), &options.missing, keep_text),
            Growing::Long(references) => {
                let mut texts = Interner::default();
                for reference in &references {
                    let string = reference.as_ref().and_then(|reference| long.get(reference));
                    let text = string.as_ref().and_then(|string| string.data_str(encoding));
                    texts.push(text.as_deref().map(|text| text.trim_end_matches('\0')).filter(|text| !text.is_empty()));
                }
                typed(texts.finish(), &options.missing, keep_text)
            }
        };
        if let Some(written) = written {
            table.written.insert(table.names.len(), written);
        }
        if let Some(codes) = codes {
            table.value_labels.insert(table.names.len(), codes);
        }
        table.push(name, column, variable.label().to_owned());
    }
    Ok(table)
}

/// Codes and labels of a variable, if any of its values has one.
fn labelled(variable: &Variable, values: &[f64], labels: &ValueLabelTable) -> Option<Vec<(i32, String)>> {
    /// From here on the codes are those of `.`, `.a`, … `.z`.
    const MISSING: i32 = 2_147_483_621;
    let set = labels.get(variable.value_label_name())?;
    let mut codes: BTreeMap<i32, String> = BTreeMap::new();
    for entry in set.entries().iter().filter(|entry| entry.value() < MISSING) {
        codes.entry(entry.value()).or_insert_with(|| entry.label().to_owned());
    }
    let has_one = values.iter().any(|&value| value.fract() == 0.0 && codes.contains_key(&(value as i32)));
    has_one.then(|| codes.into_iter().collect())
}

fn number(value: &Value<'_>) -> f64 {
    match value {
        Value::Byte(value) => value.present().map_or(f64::NAN, f64::from),
        Value::Int(value) => value.present().map_or(f64::NAN, f64::from),
        Value::Long(value) => value.present().map_or(f64::NAN, f64::from),
        Value::Float(value) => value.present().map_or(f64::NAN, f64::from),
        Value::Double(value) => value.present().unwrap_or(f64::NAN),
        Value::String(_) | Value::LongStringRef(_) => f64::NAN,
    }
}

/// Numbers as they are, as dates, or as their labels.
fn numbers(
    variable: &Variable,
    values: Vec<f64>,
    options: &ReadOptions,
    keep_text: bool,
    labels: &ValueLabelTable,
) -> Column {
    let text = |show: &dyn Fn(f64) -> Option<String>| {
        let mut texts = Interner::default();
        for &value in &values {
            texts.push(if value.is_nan() { None } else { show(value) }.as_deref());
        }
        Column::Text(texts.finish())
    };
    let whole = |value: f64| (value.fract() == 0.0 && value.abs() < 1e9).then_some(value as i32);
    match TemporalKind::from_format(variable.format()) {
        Some(TemporalKind::Date) => {
            return text(&|value| Some(whole(value).and_then(td_days_to_unix_days).map_or(value.to_string(), iso_day)));
        }
        Some(TemporalKind::DateTime) => {
            return text(&|value| {
                let days = (value / 86_400_000.0).floor();
                Some(whole(days).and_then(td_days_to_unix_days).map_or(value.to_string(), iso_day))
            });
        }
        Some(TemporalKind::Month) => {
            return text(&|value| {
                Some(
                    whole(value)
                        .map(tm_months_to_year_month)
                        .map_or(value.to_string(), |(year, month)| format!("{year}-{month:02}")),
                )
            });
        }
        Some(TemporalKind::Quarter) => {
            return text(&|value| {
                Some(
                    whole(value)
                        .map(tq_quarters_to_year_quarter)
                        .map_or(value.to_string(), |(year, quarter)| format!("{year}Q{quarter}")),
                )
            });
        }
        _ => {}
    }
    if options.value_labels && labels.get(variable.value_label_name()).is_some() {
        return text(&|value| {
            let label = whole(value).and_then(|code| labels.label_for(variable, code));
            Some(label.map_or_else(|| value.to_string(), str::to_owned))
        });
    }
    if keep_text {
        return Column::Text(super::table::number_labels(&values));
    }
    Column::Float(values)
}

/// `YYYY-MM-DD` of a day counted from 1970-01-01.
fn iso_day(days: i32) -> String {
    let (year, month, day) = super::civil_from_days(i64::from(days));
    format!("{year:04}-{month:02}-{day:02}")
}
