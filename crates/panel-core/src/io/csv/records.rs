//! Records and cells of delimited text (RFC 4180, leniently: a quote inside an unquoted cell is a letter).

use std::borrow::Cow;

/// One cell as a range of the text, quotes included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) quoted: bool,
}

impl Span {
    /// Whether it is a pair of quotes around nothing.
    fn is_empty(&self) -> bool {
        self.quoted && self.end - self.start == 2
    }
}

/// A quote that is never closed, by the line on which it opens (counted from the start of the piece).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenQuote {
    pub(super) line: usize,
}

/// Walks over the records of a piece of text.
#[derive(Debug, Clone)]
pub(super) struct Records<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    /// Whether records of nothing but empty cells (`,,,`) are passed over like blank lines.
    filled_only: bool,
    /// Where the next record starts.
    pub(super) position: usize,
    /// Line breaks passed so far.
    pub(super) line: usize,
}

impl<'a> Records<'a> {
    pub(super) fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        Self { bytes, delimiter, filled_only: false, position: 0, line: 0 }
    }

    /// The records that hold anything.
    pub(super) fn filled(bytes: &'a [u8], delimiter: u8) -> Self {
        Self { filled_only: true, ..Self::new(bytes, delimiter) }
    }

    /// Reads the cells of the next record that is not a blank line; returns its line (0-based), `None` at the end.
    pub(super) fn next(&mut self, cells: &mut Vec<Span>) -> Result<Option<usize>, OpenQuote> {
        loop {
            cells.clear();
            if self.position >= self.bytes.len() {
                return Ok(None);
            }
            let line = self.line;
            self.record(cells)?;
            let empty = |span: &Span| !span.quoted && is_blank(&self.bytes[span.start..span.end]);
            let blank = cells.len() == 1 && empty(&cells[0]);
            let unfilled =
                self.filled_only && cells.len() > 1 && cells.iter().all(|span| empty(span) || span.is_empty());
            if !blank && !unfilled {
                return Ok(Some(line));
            }
        }
    }

    fn record(&mut self, cells: &mut Vec<Span>) -> Result<(), OpenQuote> {
        let bytes = self.bytes;
        let mut at = self.position;
        loop {
            let start = at;
            let mut quoted = false;
            if bytes.get(at) == Some(&b'"') {
                quoted = true;
                at = self.closing_quote(at)?;
            }
            // Whatever follows a closing quote belongs to the cell, too.
            while at < bytes.len() && bytes[at] != self.delimiter && bytes[at] != b'\n' && bytes[at] != b'\r' {
                at += 1;
            }
            cells.push(Span { start, end: at, quoted });
            match bytes.get(at) {
                Some(&b) if b == self.delimiter => at += 1,
                Some(b'\r') => {
                    at += if bytes.get(at + 1) == Some(&b'\n') { 2 } else { 1 };
                    break;
                }
                Some(_) => {
                    at += 1;
                    break;
                }
                None => break,
            }
        }
        self.line += 1;
        self.position = at;
        Ok(())
    }

    /// Position behind the quote that closes the one at `open`.
    fn closing_quote(&mut self, open: usize) -> Result<usize, OpenQuote> {
        let (bytes, opened_on) = (self.bytes, self.line);
        let mut at = open + 1;
        while at < bytes.len() {
            match bytes[at] {
                b'"' if bytes.get(at + 1) == Some(&b'"') => at += 2,
                b'"' => return Ok(at + 1),
                b'\n' => {
                    self.line += 1;
                    at += 1;
                }
                _ => at += 1,
            }
        }
        Err(OpenQuote { line: opened_on })
    }
}

pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| matches!(b, b' ' | b'\t'))
}

/// The text of a cell: quotes removed, doubled quotes made single.
pub(super) fn cell<'a>(text: &'a str, span: Span) -> Cow<'a, str> {
    // Spans end at ASCII bytes, so they are character boundaries.
    let raw = text.get(span.start..span.end).unwrap_or("");
    if !span.quoted {
        return Cow::Borrowed(raw);
    }
    let inner = raw.strip_prefix('"').unwrap_or(raw);
    match inner.rfind('"') {
        Some(end) if inner[..end].contains("\"\"") => {
            Cow::Owned(inner[..end].replace("\"\"", "\"") + &inner[end + 1..])
        }
        Some(end) if end + 1 == inner.len() => Cow::Borrowed(&inner[..end]),
        Some(end) => Cow::Owned(inner[..end].to_owned() + &inner[end + 1..]),
        None => Cow::Borrowed(inner),
    }
}

/// Line (1-based) and cells of every record of comma-separated text, the header among them; a byte-order mark and blank
/// lines are skipped. For small files whose cells are texts; [`read_table`](crate::io::read_table) reads tables of numbers.
///
/// # Errors
/// The line on which a quote opens that is never closed.
pub fn csv_records(text: &str) -> Result<Vec<(usize, Vec<String>)>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = Records::new(text.as_bytes(), b',');
    let (mut spans, mut out) = (Vec::new(), Vec::new());
    while let Some(line) = records.next(&mut spans).map_err(|open| open.line + 1)? {
        out.push((line + 1, spans.iter().map(|&span| cell(text, span).into_owned()).collect()));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_blank_lines_and_line_ends() {
        let text = "a,\"b, \"\"c\"\"\",\r\n\r\n\"two\nlines\",5\" pipe,x\rlast,,";
        let expected: Vec<(usize, Vec<&str>)> =
            vec![(1, vec!["a", "b, \"c\"", ""]), (3, vec!["two\nlines", "5\" pipe", "x"]), (5, vec!["last", "", ""])];
        let got = csv_records(text).expect("closed quotes");
        assert_eq!(got.len(), 3);
        for ((line, cells), (expected_line, expected_cells)) in got.iter().zip(&expected) {
            assert_eq!(
                (line, cells.iter().map(String::as_str).collect::<Vec<_>>()),
                (expected_line, expected_cells.clone())
            );
        }
    }

    #[test]
    fn an_open_quote_names_its_line() {
        let mut records = Records::new(b"a\nb,\"c\nd", b',');
        let mut cells = Vec::new();
        assert_eq!(records.next(&mut cells), Ok(Some(0)));
        assert_eq!(records.next(&mut cells), Err(OpenQuote { line: 1 }));
    }
}
