//! A panel as Stata bytes (release 118, which Stata 14 and later read), without a timestamp.

use crate::column::Column;
use crate::error::{Error, Result};
use crate::number::whole_numbers;
use crate::panel::Panel;
use ::dta::stata::dta::byte_order::ByteOrder;
use ::dta::stata::dta::dta_error::DtaError;
use ::dta::stata::dta::dta_writer::DtaWriter;
use ::dta::stata::dta::header::Header;
use ::dta::stata::dta::release::Release;
use ::dta::stata::dta::schema::Schema;
use ::dta::stata::dta::value::Value;
use ::dta::stata::dta::variable::{Variable, VariableBuilder};
use ::dta::stata::dta::variable_type::VariableType;
use ::dta::stata::missing_value::MissingValue;
use ::dta::stata::stata_double::StataDouble;
use std::io::Cursor;

/// Longest text a Stata string variable holds, in bytes.
const MAX_TEXT: usize = 2045;

/// Stata bytes: the two keys first (whole numbers as doubles, else texts), then the columns. Names that Stata does
/// not allow are changed (`_` for other signs and before reserved words, 32 characters) and kept in the variable label.
///
/// # Errors
/// [`Error::Specification`] for a text longer than 2045 bytes, and where the format refuses.
pub fn to_dta(panel: &Panel) -> Result<Vec<u8>> {
    let mut fields: Vec<Field<'_>> = vec![
        Field::key(panel.entities(), panel.entity_of_row()),
        Field::key(panel.times().labels(), panel.time_of_row()),
    ];
    for name in panel.names() {
        fields.push(match panel.column(name)? {
            Column::Float(values) => Field::Number(values.iter().copied().map(f64_or_missing).collect()),
            Column::Text(text) => Field::Text((0..text.len()).map(|row| text.get(row).unwrap_or_default()).collect()),
        });
    }
    let originals: Vec<&str> =
        [panel.entity_name(), panel.time_name()].into_iter().chain(panel.names().iter().map(String::as_str)).collect();
    let mut names: Vec<String> = Vec::with_capacity(originals.len());
    for original in &originals {
        names.push(stata_name(original, &names));
    }
    for (original, field) in originals.iter().zip(&fields) {
        if let Field::Text(texts) = field
            && let Some(long) = texts.iter().find(|text| text.len() > MAX_TEXT)
        {
            return Err(Error::Specification(format!(
                "column `{original}` holds a text of {} bytes; Stata strings hold {MAX_TEXT}",
                long.len()
            )));
        }
    }
    write(panel.n_rows(), &originals, &names, &fields)
        .map_err(|error| Error::Specification(format!("cannot write a Stata file: {error}")))
}

enum Field<'a> {
    Number(Vec<StataDouble>),
    Text(Vec<&'a str>),
}

impl<'a> Field<'a> {
    fn key(labels: &'a [String], codes: &[u32]) -> Self {
        // A double has every whole number below 2⁵³.
        let exact = |values: &Vec<i64>| values.iter().all(|value| value.unsigned_abs() < 1 << 53);
        match whole_numbers(labels).filter(exact) {
            Some(values) => {
                Self::Number(codes.iter().map(|&code| f64_or_missing(values[code as usize] as f64)).collect())
            }
            None => Self::Text(codes.iter().map(|&code| labels[code as usize].as_str()).collect()),
        }
    }

    fn variable(&self, name: &str, original: &str) -> VariableBuilder {
        let builder = match self {
            Self::Number(_) => Variable::builder(VariableType::Double, name).format("%10.0g"),
            Self::Text(texts) => {
                let width = texts.iter().map(|text| text.len()).max().unwrap_or(0).clamp(1, MAX_TEXT);
                Variable::builder(VariableType::FixedString(width as u16), name).format(format!("%{width}s"))
            }
        };
        // Labels hold 80 characters.
        if name == original { builder } else { builder.label(original.chars().take(80).collect::<String>()) }
    }
}

fn f64_or_missing(value: f64) -> StataDouble {
    // Doubles from 2^1023 on are Stata's missing values.
    if value.is_nan() || value.abs() >= 8.98e307 {
        StataDouble::Missing(MissingValue::System)
    } else {
        StataDouble::Present(value)
    }
}

fn write(
    n_rows: usize,
    originals: &[&str],
    names: &[String],
    fields: &[Field<'_>],
) -> std::result::Result<Vec<u8>, DtaError> {
    let mut schema = Schema::builder();
    for ((original, name), field) in originals.iter().zip(names).zip(fields) {
        schema = schema.add_variable(field.variable(name, original));
    }
    let mut bytes = Cursor::new(Vec::new());
    let header = Header::builder(Release::V118, ByteOrder::LittleEndian).build();
    let mut records = DtaWriter::new()
        .from_writer(&mut bytes)
        .write_header(header)?
        .write_schema(schema.build()?)?
        .into_record_writer()?;
    let mut record = Vec::with_capacity(fields.len());
    for row in 0..n_rows {
        record.clear();
        record.extend(fields.iter().map(|field| match field {
            Field::Number(values) => Value::Double(values[row]),
            Field::Text(texts) => Value::string(texts[row]),
        }));
        records.write_record(&record)?;
    }
    records.into_long_string_writer()?.into_value_label_writer()?.finish()?;
    Ok(bytes.into_inner())
}

/// Words that Stata keeps for itself (`help reserved`), beside `str1` to `str2045`.
const RESERVED: [&str; 25] = [
    "_all", "_b", "_coef", "_cons", "_n", "_N", "_pi", "_pred", "_rc", "_skip", "byte", "double", "float", "if", "in",
    "int", "long", "strL", "using", "with", "alias", "_se", "_r", "_newline", "_dup",
];

/// A name that Stata allows and `taken` does not hold.
fn stata_name(original: &str, taken: &[String]) -> String {
    let mut name: String =
        original.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).take(32).collect();
    let numbered_text =
        name.strip_prefix("str").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    if name.chars().next().is_none_or(|c| c.is_numeric()) || numbered_text || RESERVED.contains(&name.as_str()) {
        name = std::iter::once('_').chain(name.chars()).take(32).collect();
    }
    let stem = name.clone();
    let mut n = 1;
    while taken.contains(&name) {
        n += 1;
        let suffix = format!("_{n}");
        name = stem.chars().take(32 - suffix.len()).collect::<String>() + &suffix;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_legal_and_unique() {
        let taken = vec!["Va_sq".to_owned()];
        assert_eq!(stata_name("Va", &taken), "Va");
        assert_eq!(stata_name("Va^sq", &taken), "Va_sq_2");
        assert_eq!(stata_name("2013", &taken), "_2013");
        for (word, name) in [("if", "_if"), ("_n", "__n"), ("str20", "_str20"), ("str", "str"), ("If", "If")] {
            assert_eq!(stata_name(word, &taken), name);
        }
        assert_eq!(stata_name("生产总值", &taken), "生产总值");
    }
}
