//! Stata files, releases 102 to 119.

use super::decode::{looks_like, named, read_as};
use super::dta_lengths::{self, Counted};
use super::guard;
use super::options::ReadOptions;
use super::table::RawTable;
use super::typed::{Typed, settled, typed};
use crate::column::{Column, TextColumn};
use crate::error::{Error, Result};
use crate::intern::Interner;
use crate::numerals::Numerals;
use ::dta::stata::dta::dta_error::DtaError;
use ::dta::stata::dta::dta_reader::DtaReader;
use ::dta::stata::dta::long_string_ref::LongStringRef;
use ::dta::stata::dta::long_string_table::LongStringTable;
use ::dta::stata::dta::value::Value;
use ::dta::stata::dta::value_label_table::ValueLabelTable;
use ::dta::stata::dta::variable::Variable;
use ::dta::stata::dta::variable_type::VariableType;
use ::dta::stata::temporal::TemporalKind;
use ::dta::stata::temporal::conversion as calendar;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Reads a Stata file.
///
/// Numbers keep their exact value (a four-byte float becomes the double equal to it), extended missings `.a` to `.z`
/// are missing. Dates become ISO text: `%td` and `%tc` days, `%tm` `2013-01`, `%tq` `2013Q1`, `%th` `2013H1`, `%tw` `2013w5`.
/// Labelled codes stay codes unless [`ReadOptions::value_labels`] asks for labels.
///
/// Texts that are not UTF-8 (files up to release 13) are read in the encoding that their bytes look like, with a remark.
///
/// # Errors
/// [`Error::Read`] for a damaged file or an unknown encoding.
pub(super) fn read(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<(RawTable, Numerals)> {
    let attempt = |encoding: &'static Encoding| {
        let mut short = false;
        let read = guard(file, || {
            Raw::read(file, bytes, encoding).map_err(|failure| {
                short = failure.is_short();
                failure.into_error(file)
            })
        });
        (read, short)
    };
    if let Some(name) = &options.encoding {
        return attempt(named(file, name)?).0?.into_table(file, options);
    }
    let (first, short) = attempt(UTF_8);
    let first = match first {
        Ok(raw) => return raw.into_table(file, options),
        // Another encoding does not make a file longer.
        Err(error) if short => return Err(error),
        Err(error) => error,
    };
    // Every byte is some letter of this encoding, so nothing of the texts is lost, and they tell what they are.
    let mut raw = match attempt(WINDOWS_1252) {
        (Ok(raw), _) => raw,
        // The text is only where the reader stopped first.
        (Err(error), true) => return Err(error),
        (Err(_), false) => return Err(first),
    };
    let texts = raw.bytes();
    let Some(encoding) = looks_like(&texts) else { return Err(first) };
    let remark = read_as(file, encoding, &texts);
    raw.transcode(encoding);
    let (mut table, numerals) = raw.into_table(file, options)?;
    table.diagnostics.insert(0, remark);
    Ok((table, numerals))
}

/// Why a file could not be read.
enum Failure {
    /// The reader says so.
    Stata(DtaError),
    /// A length does not fit into the file.
    Length(Error),
}

impl Failure {
    /// Whether the file ends too soon.
    fn is_short(&self) -> bool {
        match self {
            Self::Length(_) => true,
            Self::Stata(DtaError::Io { source, .. }) => source.kind() == std::io::ErrorKind::UnexpectedEof,
            Self::Stata(_) => false,
        }
    }

    fn into_error(self, file: &str) -> Error {
        let hint = if self.is_short() { "; the file looks truncated" } else { "" };
        match self {
            Self::Stata(error) => Error::Read {
                file: file.to_owned(),
                reason: format!("not a Stata file that can be understood: {error}{hint}"),
            },
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

/// A variable as it stands in the file.
struct Stored {
    name: String,
    label: String,
    /// The set of value labels.
    set: String,
    kind: Option<TemporalKind>,
    values: Values,
}

enum Values {
    Numbers(Vec<f64>),
    Texts(TextColumn),
}

/// A file as it stands, its texts in one encoding.
struct Raw {
    variables: Vec<Stored>,
    /// Codes and labels of each set; those of `.`, `.a`, … `.z` are left out.
    sets: BTreeMap<String, BTreeMap<i32, String>>,
}

impl Raw {
    fn read(file: &str, bytes: &[u8], encoding: &'static Encoding) -> Result<Self, Failure> {
        let (counted, position) = Counted::new(bytes);
        let lists = DtaReader::new().encoding(encoding).from_reader(counted).read_header()?;
        dta_lengths::variables(file, bytes, lists.header())?;
        let mut characteristics = lists.read_schema()?;
        let (header, variables) = (characteristics.header(), characteristics.schema().variables());
        dta_lengths::sections(file, bytes, position.get(), header, variables)?;
        characteristics.skip_to_end()?;
        let mut records = characteristics.into_record_reader()?;
        let variables: Vec<Variable> = records.schema().variables().to_vec();
        let growing = |variable: &Variable| match variable.variable_type() {
            VariableType::FixedString(_) => Growing::Text(Interner::default()),
            VariableType::LongString => Growing::Long(Vec::new()),
            _ => Growing::Number(Vec::new()),
        };
        let mut columns: Vec<Growing> = variables.iter().map(growing).collect();
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
        let stored = |(variable, column): (&Variable, Growing)| Stored {
            name: variable.name().to_owned(),
            label: variable.label().to_owned(),
            set: variable.value_label_name().to_owned(),
            kind: TemporalKind::from_format(variable.format()),
            values: finished(column, &long, encoding),
        };
        let sets = variables.iter().map(Variable::value_label_name).filter(|name| !name.is_empty());
        let sets = sets.filter_map(|name| Some((name.to_owned(), codes(&labels, name)?))).collect();
        Ok(Self { variables: variables.iter().zip(columns).map(stored).collect(), sets })
    }

    /// All texts of a file that was read as Windows-1252, as the bytes they are.
    fn bytes(&self) -> Vec<u8> {
        let mut all = Vec::new();
        let mut push = |text: &str| {
            all.extend_from_slice(&WINDOWS_1252.encode(text).0);
            all.push(b'\n');
        };
        for variable in &self.variables {
            push(&variable.name);
            push(&variable.label);
            if let Values::Texts(texts) = &variable.values {
                texts.labels().iter().for_each(|label| push(label));
            }
        }
        self.sets.values().flat_map(BTreeMap::values).for_each(|label| push(label));
        all
    }

    /// The same texts in the encoding that they are really in.
    fn transcode(&mut self, encoding: &'static Encoding) {
        if encoding == WINDOWS_1252 {
            return;
        }
        let decode = |text: &str| -> String {
            let bytes = WINDOWS_1252.encode(text).0;
            let strict = encoding.decode_without_bom_handling_and_without_replacement(&bytes);
            // A text of fixed width may end inside a character.
            let cut = || {
                let shortened = &bytes[..bytes.len().saturating_sub(1)];
                encoding.decode_without_bom_handling_and_without_replacement(shortened)
            };
            strict
                .or_else(cut)
                .map_or_else(|| encoding.decode_without_bom_handling(&bytes).0.into_owned(), Cow::into_owned)
        };
        for variable in &mut self.variables {
            variable.name = decode(&variable.name);
            variable.label = decode(&variable.label);
            variable.set = decode(&variable.set);
            if let Values::Texts(texts) = &mut variable.values {
                let labels: Vec<String> = texts.labels().iter().map(|label| decode(label)).collect();
                let rows: Vec<Option<&str>> =
                    texts.codes().iter().map(|&code| labels.get(code as usize).map(String::as_str)).collect();
                *texts = TextColumn::new(&rows);
            }
        }
        let sets = std::mem::take(&mut self.sets).into_iter();
        let decoded = |(name, set): (String, BTreeMap<i32, String>)| {
            (decode(&name), set.into_iter().map(|(code, label)| (code, decode(&label))).collect())
        };
        self.sets = sets.map(decoded).collect();
    }

    fn into_table(self, file: &str, options: &ReadOptions) -> Result<(RawTable, Numerals)> {
        let texts = self.variables.iter().filter_map(|variable| match &variable.values {
            Values::Texts(text) if !options.text.contains(&variable.name) => Some((variable.name.as_str(), text)),
            _ => None,
        });
        let numerals = settled(file, texts, options)?;
        let mut table = RawTable { file: file.to_owned(), ..RawTable::default() };
        for variable in self.variables {
            let keep_text = options.text.contains(&variable.name);
            let set = self.sets.get(&variable.set);
            let column = match variable.values {
                Values::Texts(text) => typed(text, &numerals, keep_text),
                Values::Numbers(values) => {
                    let labelled = set.filter(|set| !options.value_labels && has_one(set, &values));
                    if let Some(set) = labelled {
                        let codes = set.iter().map(|(code, label)| (*code, label.clone())).collect();
                        table.value_labels.insert(table.names.len(), codes);
                    }
                    let set = set.filter(|_| options.value_labels);
                    Typed::from(numbers(variable.kind, values, keep_text, set))
                }
            };
            table.push_typed(variable.name, column, variable.label);
        }
        Ok((table, numerals))
    }
}

fn finished(column: Growing, long: &LongStringTable, encoding: &'static Encoding) -> Values {
    match column {
        Growing::Number(values) => Values::Numbers(values),
        Growing::Text(texts) => Values::Texts(texts.finish()),
        Growing::Long(references) => {
            let mut texts = Interner::default();
            for reference in &references {
                let string = reference.as_ref().and_then(|reference| long.get(reference));
                let text = string.as_ref().and_then(|string| string.data_str(encoding));
                texts.push(text.as_deref().map(|text| text.trim_end_matches('\0')).filter(|text| !text.is_empty()));
            }
            Values::Texts(texts.finish())
        }
    }
}

/// Codes and labels of a set.
fn codes(labels: &ValueLabelTable, name: &str) -> Option<BTreeMap<i32, String>> {
    /// From here on the codes are those of `.`, `.a`, … `.z`.
    const MISSING: i32 = 2_147_483_621;
    let set = labels.get(name)?;
    let mut codes: BTreeMap<i32, String> = BTreeMap::new();
    for entry in set.entries().iter().filter(|entry| entry.value() < MISSING) {
        codes.entry(entry.value()).or_insert_with(|| entry.label().to_owned());
    }
    Some(codes)
}

/// Whether any value has a label.
fn has_one(set: &BTreeMap<i32, String>, values: &[f64]) -> bool {
    values.iter().any(|&value| value.fract() == 0.0 && set.contains_key(&(value as i32)))
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
    kind: Option<TemporalKind>,
    values: Vec<f64>,
    keep_text: bool,
    set: Option<&BTreeMap<i32, String>>,
) -> Column {
    let text = |show: &dyn Fn(f64) -> Option<String>| {
        let mut texts = Interner::default();
        for &value in &values {
            let shown = (!value.is_nan()).then(|| show(value).unwrap_or_else(|| value.to_string()));
            texts.push(shown.as_deref());
        }
        Column::Text(texts.finish())
    };
    let integer = |value: f64| (value.fract() == 0.0 && value.abs() < 1e9).then_some(value as i32);
    let day = |days: f64| integer(days).and_then(calendar::td_days_to_unix_days).map(iso_day);
    match kind {
        Some(TemporalKind::Date) => text(&day),
        Some(TemporalKind::DateTime) => text(&|value| day((value / 86_400_000.0).floor())),
        Some(TemporalKind::Month) => text(&|value| {
            integer(value).map(calendar::tm_months_to_year_month).map(|(year, month)| format!("{year}-{month:02}"))
        }),
        Some(TemporalKind::Quarter) => text(&|value| {
            integer(value).map(calendar::tq_quarters_to_year_quarter).map(|(year, quarter)| format!("{year}Q{quarter}"))
        }),
        Some(TemporalKind::HalfYear) => text(&|value| {
            integer(value).map(calendar::th_halves_to_year_half).map(|(year, half)| format!("{year}H{half}"))
        }),
        Some(TemporalKind::Week) => text(&|value| {
            integer(value).map(calendar::tw_weeks_to_year_week).map(|(year, week)| format!("{year}w{week}"))
        }),
        _ => match set {
            Some(set) => text(&|value| integer(value).and_then(|code| set.get(&code).cloned())),
            None if keep_text => Column::Text(super::table::number_labels(&values)),
            None => values.into(),
        },
    }
}

/// `YYYY-MM-DD` of a day counted from 1970-01-01.
fn iso_day(days: i32) -> String {
    let (year, month, day) = super::civil_from_days(i64::from(days));
    format!("{year:04}-{month:02}-{day:02}")
}
