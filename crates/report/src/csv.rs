//! A small CSV reader and writer (RFC 4180): quotes, commas and line breaks inside quotes.

use crate::{Error, Result};

/// Appends one record and a line feed; fields are quoted where they must be.
pub fn push_record<'a>(out: &mut String, fields: impl IntoIterator<Item = &'a str>) {
    for (i, field) in fields.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        // Byte by byte sought, which is quick for the millions of short fields that a multiverse writes.
        if b",\"\n\r".iter().any(|special| field.as_bytes().contains(special)) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(field);
        }
    }
    out.push('\n');
}

/// A CSV text with a header: names, and records with the line each begins at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvTable {
    /// Header names.
    pub names: Vec<String>,
    /// Line (1-based) and fields of each record; as many fields as names.
    pub records: Vec<(usize, Vec<String>)>,
}

impl CsvTable {
    /// Reads a CSV text; a byte-order mark and blank lines are skipped.
    ///
    /// `what` names the text in messages.
    ///
    /// # Errors
    /// [`Error::Csv`] for an open quote, a record of the wrong length or an empty text.
    pub fn parse(text: &str, what: &str) -> Result<Self> {
        let fail = |line: usize, reason: String| Error::Csv { what: what.to_owned(), line, reason };
        let mut records = panel_core::io::csv_records(text)
            .map_err(|line| fail(line, "a quote is never closed".to_owned()))?
            .into_iter();
        let (_, names) = records.next().ok_or_else(|| fail(1, "no header".to_owned()))?;
        let records: Vec<(usize, Vec<String>)> = records.collect();
        for (line, fields) in &records {
            if fields.len() != names.len() {
                return Err(fail(*line, format!("{} fields, the header has {}", fields.len(), names.len())));
            }
        }
        Ok(Self { names, records })
    }

    /// Index of a column, if there is one of this name.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let mut text = String::new();
        push_record(&mut text, ["a", "b"]);
        push_record(&mut text, ["1,5 \"x\"", "two\nlines"]);
        let table = CsvTable::parse(&text, "a test").expect("well formed");
        assert_eq!(table.records, vec![(2, vec!["1,5 \"x\"".to_owned(), "two\nlines".to_owned()])]);
    }

    #[test]
    fn a_short_record_and_an_open_quote_name_their_line() {
        let short = CsvTable::parse("a,b\r\n1,2\r\n3\r\n", "a test").expect_err("short");
        assert_eq!(short.to_string(), "a test, line 3: 1 fields, the header has 2");
        assert!(CsvTable::parse("a\n\"x", "a test").expect_err("open").to_string().contains("line 2"));
    }
}
