//! Delimited text to a [`RawTable`].
//!
//! The text is cut into pieces of a fixed size at record ends. A first pass parses every cell as a number and finds
//! the columns that hold text; a second one codes the texts of those. Both run over the pieces in parallel and are
//! put together in order, so the result does not depend on the number of threads.

mod body;
pub(super) mod notes;
mod records;
mod separators;
mod shape;

use super::decode::decode;
use super::header;
use super::layout::{composite, is_units_row, units_remark};
use super::options::ReadOptions;
use super::table::RawTable;
use super::typed::{Fractions, Typed, asked, both_readings, undecided, words};
use crate::column::Column;
use crate::diagnostics::Diagnostic;
use crate::error::{Error, Result};
use crate::number::trim;
use crate::numerals::{Evidence, Numerals, Verdict, verdict};
use body::{Numbers, Problem, Texts, evidence, numbers, pieces, sniff, texts};
use rayon::prelude::*;
pub use records::csv_records;
use records::{OpenQuote, Records, cell};
use shape::{Look, Start};
use std::collections::BTreeMap;

/// Reads delimited text. Lines of a single cell below the table (its source, notes) are left out with a warning.
///
/// # Errors
/// [`Error::Read`] naming the line: no header, an open quote, a row with too few or too many cells; encoding errors of the
/// decoder; [`Error::Layout`] where titles stand above the header; [`Error::UnknownColumn`] for a column asked for that is
/// not there.
pub(super) fn read(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<(RawTable, Numerals)> {
    let fail = |reason: String| Error::Read { file: file.to_owned(), reason };
    let mut table = RawTable { file: file.to_owned(), ..RawTable::default() };
    let text = decode(file, bytes, options.encoding.as_deref(), &mut table.diagnostics)?;
    if trim(&text).is_empty() {
        return Err(fail("the file is empty".into()));
    }
    if text.as_bytes().iter().take(4096).any(|&b| b == 0) {
        return Err(fail(
            "this is not a text file, or one of UTF-32; is its extension right? A text is saved as UTF-8 best".into(),
        ));
    }
    let (text, remark) = separators::usual(text, options);
    table.diagnostics.extend(remark.map(|message| Diagnostic::note("separators", format!("`{file}`: {message}"))));
    let start = shape::start(file, &text, options)?;
    let delimiter = start.delimiter;
    let mut numerals = asked(options)?;
    let Head { names, body, first_line } = head(&mut table, &start, options)?;
    let (names, body, first_line) =
        below_header(&mut table, names, body, [start.line, first_line], delimiter, options, &numerals)?;
    let open = |quote: OpenQuote, before: usize| open_quote(file, quote, before);
    let wanted = wanted(&table, &names, options)?;
    let as_text: Vec<bool> = names.iter().map(|name| options.text.contains(name)).collect();

    // First pass: numbers, and which columns are not
    let pieces = pieces(body, delimiter).map_err(|quote| open(quote, first_line))?;
    settle(&mut table, &names, &pieces, delimiter, &wanted, options, &mut numerals)?;
    let mut sniffed = as_text.clone();
    sniff(body, delimiter, &wanted, &numerals, &mut sniffed);
    let parsed: Vec<Numbers> =
        pieces.par_iter().map(|&piece| numbers(piece, delimiter, &wanted, &sniffed, &numerals)).collect();
    let mut before = first_line;
    for (index, part) in parsed.iter().enumerate() {
        if let Some(problem) = &part.problem {
            return Err(match *problem {
                Problem::Quote(quote) => open(quote, before),
                Problem::Width { line, got, last } => {
                    let cut = last && index + 1 == pieces.len() && !body.ends_with(['\n', '\r']);
                    fail(width_message(before + line + 1, got, names.len(), cut))
                }
            });
        }
        table.lines.extend(part.lines.iter().map(|&line| (before + line + 1) as u32));
        before += part.n_lines;
    }
    if table.lines.is_empty() {
        return Err(fail("there is a header but no row of data".into()));
    }
    collect(&mut table, names, parsed, &pieces, delimiter, &wanted, &as_text, sniffed, &numerals);
    Ok((table, numerals))
}

/// Puts the columns of both passes into the table.
#[allow(clippy::too_many_arguments, reason = "the state of one reading")]
fn collect(
    table: &mut RawTable,
    names: Vec<String>,
    parsed: Vec<Numbers>,
    pieces: &[&str],
    delimiter: u8,
    wanted: &[bool],
    as_text: &[bool],
    sniffed: Vec<bool>,
    numerals: &Numerals,
) {
    let is_text: Vec<bool> = (0..names.len())
        .map(|c| {
            let dress = parsed.iter().fold(0, |all, part| all | part.dress[c]);
            wanted[c] && (sniffed[c] || undecided(dress, numerals) || parsed.iter().any(|part| part.text[c]))
        })
        .collect();
    let written: Vec<bool> =
        (0..names.len()).map(|c| wanted[c] && !is_text[c] && prints_otherwise(&parsed, c)).collect();

    // Second pass: texts
    let coded: Vec<usize> = (0..names.len()).filter(|&c| is_text[c] || written[c]).collect();
    let mut texts: BTreeMap<usize, Texts> = texts(pieces, delimiter, &coded);
    let mut parsed: Vec<Vec<Vec<f64>>> = parsed.into_iter().map(|part| part.values).collect();
    for (c, name) in names.into_iter().enumerate().filter(|(c, _)| wanted[*c]) {
        let of_text = texts.remove(&c);
        let column = match of_text {
            Some(text) if is_text[c] => words(&text.column, numerals, as_text[c], text.bare_na),
            of_text => {
                let mut values = Vec::with_capacity(table.lines.len());
                for part in &mut parsed {
                    values.append(&mut part[c]);
                }
                Typed { written: of_text.map(|text| text.column), ..Typed::from(Column::from(values)) }
            }
        };
        // A nameless column that holds nothing is the trace of a trailing separator.
        if !name.is_empty() || column.column.n_missing() < column.column.len() {
            let name = if name.is_empty() { format!("unnamed_{}", c + 1) } else { name };
            table.push_typed(name, column, String::new());
        }
    }
}

/// Whether the numbers of a column print otherwise than they are written.
fn prints_otherwise(parsed: &[Numbers], c: usize) -> bool {
    let mut fractions = Fractions::default();
    parsed.iter().for_each(|part| fractions.merge(part.fractions[c]));
    fractions.are_of_codes() || parsed.iter().any(|part| part.written[c])
}

fn open_quote(file: &str, quote: OpenQuote, before: usize) -> Error {
    let reason = format!("a quote opened at line {} is never closed", before + quote.line + 1);
    Error::Read { file: file.to_owned(), reason }
}

/// The names of the columns, and what stands below them.
struct Head<'a> {
    names: Vec<String>,
    body: &'a str,
    /// Lines before the body.
    first_line: usize,
}

fn head<'a>(table: &mut RawTable, start: &Start<'a>, options: &ReadOptions) -> Result<Head<'a>> {
    let file = table.file.clone();
    let mut walker = Records::new(start.body.as_bytes(), start.delimiter);
    let mut cells = Vec::new();
    let mut rows = Vec::new();
    let wanted = options.header_rows.max(1);
    for _ in 0..wanted {
        match walker.next(&mut cells).map_err(|quote| open_quote(&file, quote, start.line))? {
            Some(_) => rows.push(cells.iter().map(|&span| cell(start.body, span).into_owned()).collect()),
            None => {
                let reason = format!("expected {wanted} header row(s), found {}", rows.len());
                return Err(Error::Read { file, reason });
            }
        }
    }
    let header = header::names(&file, &rows)?;
    table.left_out.extend(header.left_out);
    Ok(Head { names: header.names, body: &start.body[walker.position..], first_line: start.line + walker.line })
}

/// What is told by the rows below the header: whether it is the header, whether it lacks a name, units, notes.
fn below_header<'a>(
    table: &mut RawTable,
    mut names: Vec<String>,
    body: &'a str,
    [start, mut first_line]: [usize; 2],
    delimiter: u8,
    options: &ReadOptions,
    numerals: &Numerals,
) -> Result<(Vec<String>, &'a str, usize)> {
    let file = table.file.clone();
    let found: Look = shape::look(body, delimiter);
    if found.has_row_names(names.len()) {
        names.insert(0, String::new());
        let message = "the header is one cell short, so the first column was taken for row names, as R writes them";
        table.diagnostics.push(Diagnostic::note("row-names", format!("`{file}`: {message}")));
    } else if options.header_rows <= 1
        && let Some(error) = found.title_above(&file, names.len(), first_line, first_line - start)
    {
        return Err(error);
    }
    let (mut body, notes) =
        if names.len() > 1 { notes::split(body, delimiter, names.len()) } else { (body, Vec::new()) };
    if let Some(note) = notes.first() {
        let start: String = note.chars().take(40).collect();
        table.diagnostics.push(Diagnostic::warning(
            "notes-below",
            format!("`{file}`: {} line(s) of a single cell below the table were left out: `{start}`", notes.len()),
        ));
    }
    if let Some(((_, units), below)) = found.rows.split_first() {
        let below: Vec<Vec<String>> = below.iter().map(|(_, cells)| cells.clone()).collect();
        let is_units = || units.len() == names.len() && is_units_row(units, &below, numerals);
        if options.units_row.unwrap_or_else(is_units) {
            let mut walker = Records::filled(body.as_bytes(), delimiter);
            // The record was read before.
            let _ = walker.next(&mut Vec::new());
            body = &body[walker.position..];
            first_line += walker.line;
            table.diagnostics.push(units_remark(&file, units));
        }
    }
    Ok((names, body, first_line))
}

/// Finds out which sign is the decimal one, where the text has any cell that could be read in two ways.
fn settle(
    table: &mut RawTable,
    names: &[String],
    pieces: &[&str],
    delimiter: u8,
    wanted: &[bool],
    options: &ReadOptions,
    numerals: &mut Numerals,
) -> Result<()> {
    // A comma inside a cell of a comma-separated file stands in quotes.
    let sign = if delimiter == b',' { b'"' } else { b',' };
    let semicolon = delimiter == b';';
    let has = |sign: u8| pieces.par_iter().any(|piece| piece.as_bytes().contains(&sign));
    if options.decimal.is_some() || !(has(sign) || has(b'.')) {
        return Ok(());
    }
    // Most files show at once that their points are decimal signs; without commas in cells nothing else can be.
    let shown = |pieces| {
        let seen = evidence(pieces, delimiter, wanted, numerals);
        seen.iter().any(|e| !e.other && e.point.decimal.is_some()) && !seen.iter().any(Evidence::contradicts_points)
    };
    if !semicolon && !has(sign) && shown(&pieces[..1.min(pieces.len())]) {
        return Ok(());
    }
    let seen = evidence(pieces, delimiter, wanted, numerals);
    let kept: Vec<usize> = (0..names.len()).filter(|&c| wanted[c] && !options.text.contains(&names[c])).collect();
    match verdict(kept.iter().map(|&c| (names[c].as_str(), &seen[c])), semicolon) {
        Verdict::Point => {}
        Verdict::Comma { by_separator } => {
            numerals.decimal_comma = true;
            let why = match by_separator {
                None => "as its numbers show".to_owned(),
                Some((column, cell)) => {
                    format!(
                        "as in files with semicolons (`{cell}` in `{column}`); `decimal = \".\"` reads it otherwise"
                    )
                }
            };
            let message = format!("`{}`: the comma was read as the decimal sign, {why}", table.file);
            table.diagnostics.push(Diagnostic::note("decimal-comma", message));
        }
        Verdict::Open { column, cell, also } => {
            return Err(both_readings(&table.file, &column, &cell, also.as_deref()));
        }
    }
    Ok(())
}

fn width_message(line: usize, got: usize, expected: usize, cut: bool) -> String {
    // The last record of a file that does not end in a line break is the usual victim of a truncated download.
    let hint = match (got < expected, cut) {
        (true, true) if got == 1 => "; the file may be truncated, or a note may stand below the table",
        (true, true) => "; the file may be truncated",
        (true, false) => "; notes among the rows must be removed",
        (false, _) if got == expected + 1 => {
            "; a cell that contains the separator must stand in quotes, and every column needs a name"
        }
        (false, _) => "; a cell that contains the separator must stand in quotes",
    };
    format!("line {line} has {got} cells, the header has {expected}{hint}")
}

/// The first of the text's first lines, 1-based, that has a cell of that text, whichever separator the file has.
pub(super) fn row_with(file: &str, bytes: &[u8], options: &ReadOptions, text: &str, within: usize) -> Option<usize> {
    // A few lines decide, and a file may be large.
    let start = bytes.split_inclusive(|&byte| byte == b'\n').take(within).map(<[u8]>::len).sum();
    let start = decode(file, &bytes[..start], options.encoding.as_deref(), &mut Vec::new()).ok()?;
    let says = |line: &str| line.split([',', ';', '\t']).any(|cell| trim(trim(cell).trim_matches('"')) == text);
    start.lines().position(says).map(|line| line + 1)
}

/// Which columns are kept.
fn wanted(table: &RawTable, names: &[String], options: &ReadOptions) -> Result<Vec<bool>> {
    let Some(columns) = &options.columns else { return Ok(vec![true; names.len()]) };
    let parts = names.first().and_then(|name| composite(name)).unwrap_or_default();
    let known = RawTable {
        file: table.file.clone(),
        names: names.iter().cloned().chain(parts.iter().map(|&part| part.to_owned())).collect(),
        left_out: table.left_out.clone(),
        ..RawTable::default()
    };
    let mut wanted = vec![false; names.len()];
    for column in columns {
        if options.where_there && !known.has(column) {
            continue;
        }
        let place = known.index(column)?;
        wanted[if place < names.len() { place } else { 0 }] = true;
    }
    Ok(wanted)
}
