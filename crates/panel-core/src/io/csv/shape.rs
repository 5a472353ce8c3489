//! How a text file is laid out before its cells are read: separator, header, what stands above and beside it.

use super::records::{Records, Span, cell};
use crate::error::{Error, Result};
use crate::io::layout::LOOK;
use crate::io::options::ReadOptions;
use crate::number::{parse_number, trim};
use crate::remedy::Remedy;

/// Records at the top that have one width where they are separated rightly.
const EVEN: usize = 4;

/// Where a table begins, and what separates its fields.
pub(super) struct Start<'a> {
    pub(super) body: &'a str,
    /// Lines before the body.
    pub(super) line: usize,
    pub(super) delimiter: u8,
}

/// Passes over the rows to skip and the line by which a file tells spreadsheet programs its separator (`sep=;`).
pub(super) fn start<'a>(file: &str, text: &'a str, options: &ReadOptions) -> Result<Start<'a>> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let told = trim(first).trim_matches('"').trim_start_matches('\u{feff}');
    let sep = told.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="));
    let told = told.get(4..).filter(|_| sep).map(|sign| sign.trim_end_matches(['\r', ' '])).and_then(|sign| {
        let sign = if sign.is_empty() { "\t" } else { sign };
        u8::try_from(sign.chars().next()?).ok().filter(|b| sign.len() == 1 && b.is_ascii() && *b != b'"')
    });
    let (body, line) = match (told, options.skip_rows) {
        (Some(_), 0) => (rest, 1),
        (_, n) => skip_lines(text, n),
    };
    let delimiter = match (options.delimiter, told) {
        (None, Some(told)) => told,
        _ => delimiter(file, body, options)?,
    };
    Ok(Start { body, line, delimiter })
}

pub(super) fn skip_lines(text: &str, n: usize) -> (&str, usize) {
    let mut rest = text;
    for skipped in 0..n {
        match rest.find('\n') {
            Some(at) => rest = &rest[at + 1..],
            None => return ("", skipped),
        }
    }
    (rest, n)
}

fn delimiter(file: &str, body: &str, options: &ReadOptions) -> Result<u8> {
    if let Some(delimiter) = options.delimiter {
        return u8::try_from(delimiter).ok().filter(|b| b.is_ascii() && !matches!(b, b'"' | b'\n' | b'\r')).ok_or_else(
            || {
                Error::Specification(format!(
                    "`{delimiter}` cannot separate fields: a single ASCII character other than a quote is needed"
                ))
            },
        );
    }
    let extension = file.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    let header = || body.lines().find(|line| !trim(line).is_empty()).unwrap_or_default();
    if matches!(extension.as_str(), "tsv" | "tab") && (header().contains('\t') || !header().contains([',', ';', '|'])) {
        return Ok(b'\t');
    }
    // A sign by which the header and the rows below it have one width above one separates them, whatever else stands inside
    // their cells.
    let width = |candidate: u8| {
        let mut walker = Records::new(body.as_bytes(), candidate);
        let mut cells = Vec::new();
        let mut widths = Vec::new();
        while widths.len() < EVEN && matches!(walker.next(&mut cells), Ok(Some(_))) {
            widths.push(cells.len());
        }
        let first = *widths.first()?;
        (widths.len() > 1 && first > 1 && widths.iter().all(|width| *width == first)).then_some((first, candidate))
    };
    let even = [b'|', b';', b'\t', b','].into_iter().filter_map(width).max_by_key(|(width, _)| *width);
    if let Some((_, candidate)) = even {
        return Ok(candidate);
    }
    // The header decides, and where it has one cell in any reading (a title stands above it), the first records do.
    let cells = |candidate: u8, records: usize| {
        let mut walker = Records::new(body.as_bytes(), candidate);
        let (mut cells, mut sum) = (Vec::new(), 0);
        // An open quote counts as no cell; the error comes later, with its line.
        for _ in 0..records {
            if !matches!(walker.next(&mut cells), Ok(Some(_))) {
                break;
            }
            sum += cells.len();
        }
        sum
    };
    let most = |records: usize| {
        let counts = [b',', b'\t', b';'].map(|candidate| (cells(candidate, records), candidate));
        counts.into_iter().rev().max_by_key(|(count, _)| *count).unwrap_or((0, b','))
    };
    let (count, by_header) = most(1);
    if count > 1 {
        return Ok(by_header);
    }
    Ok(if are_parted_by_blanks(body) { b' ' } else { most(LOOK).1 })
}

/// Whether single blanks separate the fields, as where R's `write.table` was told nothing else: no other sign could, and all
/// records have one width, at most one above the header's, and numbers in one of their columns.
pub(super) fn are_parted_by_blanks(body: &str) -> bool {
    let lines = || body.lines().take(LOOK).filter(|line| !trim(line).is_empty());
    if lines().any(|line| line.contains([',', ';', '\t', '|'])) {
        return false;
    }
    let look = look(body, b' ');
    let Some(((_, header), rows)) = look.rows.split_first() else { return false };
    let Some((_, first)) = rows.first() else { return false };
    let even = rows.iter().all(|(_, cells)| cells.len() == first.len());
    let fits = first.len() >= 3 && (header.len() == first.len() || header.len() + 1 == first.len());
    let numbers = |column: usize| rows.iter().all(|(_, cells)| parse_number(&cells[column]).is_some());
    rows.len() >= 2 && even && fits && (1..first.len()).any(numbers)
}

/// The first records of a table.
pub(super) struct Look {
    /// Line of each, from the start of the body, and its cells.
    pub(super) rows: Vec<(usize, Vec<String>)>,
    /// Whether the first cell of each stands in quotes.
    quoted: bool,
}

pub(super) fn look(body: &str, delimiter: u8) -> Look {
    let mut walker = Records::filled(body.as_bytes(), delimiter);
    let mut cells: Vec<Span> = Vec::new();
    let mut out = Look { rows: Vec::new(), quoted: true };
    while let Ok(Some(line)) = walker.next(&mut cells)
        && out.rows.len() < LOOK
    {
        out.quoted &= cells[0].quoted;
        out.rows.push((line, cells.iter().map(|&span| cell(body, span).into_owned()).collect()));
    }
    out
}

impl Look {
    /// Whether the header lacks a name for a first column of row names, as R's `write.table` leaves it out: rows are one
    /// cell wider, and begin with 1, 2, … or with different texts in quotes.
    pub(super) fn has_row_names(&self, header: usize) -> bool {
        let wide = |(_, cells): &(usize, Vec<String>)| cells.len() == header + 1;
        let any_last = self.rows.iter().any(|(_, cells)| cells.last().is_some_and(|cell| !trim(cell).is_empty()));
        if self.rows.len() < 2 || !self.rows.iter().all(wide) || !any_last {
            return false;
        }
        let mut first: Vec<&str> = self.rows.iter().map(|(_, cells)| cells[0].as_str()).collect();
        let counted = first.iter().enumerate().all(|(i, cell)| *cell == (i + 1).to_string());
        first.sort_unstable();
        first.dedup();
        counted || self.quoted && first.len() == self.rows.len()
    }

    /// How many cells most of the rows have.
    pub(super) fn width(&self) -> usize {
        let widths = || self.rows.iter().map(|(_, cells)| cells.len());
        let count = |width: usize| widths().filter(|&other| other == width).count();
        widths().max_by_key(|&width| (count(width), width)).unwrap_or(0)
    }

    /// The error about a header that is narrower than the table: titles stand above the real one, which has the width of
    /// most rows.
    pub(super) fn title_above(&self, file: &str, header: usize, first_line: usize, lines: usize) -> Option<Error> {
        let width = self.width();
        let wide = self.rows.iter().filter(|(_, cells)| cells.len() == width).count();
        let (line, cells) = self.rows.iter().find(|(_, cells)| cells.len() == width)?;
        if width < header + 1 || width < 2 || 2 * wide < self.rows.len() || wide < 2 {
            return None;
        }
        // A header that is one cell short lacks a name.
        let at = first_line + line;
        if at == first_line && header > 1 && header + 1 == width {
            return None;
        }
        let shown: Vec<&str> = cells.iter().map(|cell| trim(cell)).filter(|cell| !cell.is_empty()).collect();
        let reason = format!(
            "line {} has {header} cell{}, most rows have {width}; the first of {width} is line {} ({})",
            first_line - lines + 1,
            if header == 1 { "" } else { "s" },
            at + 1,
            crate::suggest::some(&shown)
        );
        let remedies = vec![Remedy::plain("skip_rows", at)];
        Some(Error::Layout { file: file.to_owned(), reason, remedies })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(text: &str) -> (u8, usize) {
        let start = start("t.csv", text, &ReadOptions::default()).unwrap();
        (start.delimiter, start.line)
    }

    #[test]
    fn separators_are_told_or_counted() {
        assert_eq!(from("sep=;\na;b\n1;2\n"), (b';', 1));
        assert_eq!(from("\"sep=,\"\r\na,b\n"), (b',', 1));
        assert_eq!(from("a\tb\n1,5\t2\n"), (b'\t', 0));
        assert_eq!(from("Title\n\na;b;c\n1;2;3\n"), (b';', 0), "a title has no separator");
        assert_eq!(from("a\n1\n"), (b',', 0));
        let tsv = |text| start("t.tsv", text, &ReadOptions::default()).unwrap().delimiter;
        assert_eq!([tsv("a,b\tc\n1\t2\n"), tsv("a,b\n1,2\n"), tsv("a\n1\n")], [b'\t', b',', b'\t']);
        assert_eq!(from("SEP=;\na;b\n1;2\n"), (b';', 1));
        let by_r = "\"city\" \"year\" \"y\"\n\"1\" \"New York\" 2013 1.5\n\"2\" \"Paris\" 2014 2.5\n";
        assert_eq!(from(by_r), (b' ', 0));
        assert_eq!(from("city year y\nParis 2013 1\nRome 2014 2\n"), (b' ', 0));
        assert_eq!(from("name of city\nNew York City\nRio de Janeiro\n"), (b',', 0), "no numbers");
        assert_eq!(from("a title\ncity year y\nParis 2013 1\n"), (b',', 0), "records of two widths");
    }

    #[test]
    fn row_names_are_counted_or_quoted() {
        let rows = |text: &str, header| look(text, b',').has_row_names(header);
        assert!(rows("1,a,2\n2,b,3\n", 2) && rows("\"Fiat\",a,2\n\"Ford\",b,3\n", 2));
        assert!(!rows("Fiat,a,2\nFord,b,3\n", 2), "a name may be missing anywhere");
        assert!(!rows("1,a,\n2,b,\n", 2), "separators at the end of rows");
        assert!(!rows("1,a\n2,b\n", 2) && !rows("1,a,2\n3,b,3\n", 2));
    }
}
