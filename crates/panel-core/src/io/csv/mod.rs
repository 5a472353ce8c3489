//! Delimited text to a [`RawTable`].
//!
//! The text is cut into pieces of a fixed size at record ends. A first pass parses every cell as a number and finds
//! the columns that hold text; a second one codes the texts of those. Both run over the pieces in parallel and are
//! put together in order, so the result does not depend on the number of threads.

mod notes;
mod records;

use super::decode::decode;
use super::header;
use super::options::ReadOptions;
use super::table::RawTable;
use super::typed::{is_missing, loses_digits};
use crate::column::{Column, TextColumn};
use crate::diagnostics::Diagnostic;
use crate::error::{Error, Result};
use crate::intern::{Interner, merge};
use crate::number::{CellKind, classify, trim};
use rayon::prelude::*;
pub use records::csv_records;
use records::{OpenQuote, Records, Span, cell};
use std::collections::BTreeMap;

/// Bytes per piece. Fixed, so that nothing depends on the machine.
const PIECE: usize = 1 << 21;

/// Reads delimited text. Lines of a single cell below the table (its source, notes) are left out with a warning.
///
/// # Errors
/// [`Error::Read`] naming the line: no header, a name twice, an open quote, a row with too few or too many cells;
/// encoding errors of the decoder; [`Error::UnknownColumn`] for a column asked for that is not there.
pub(super) fn read(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<RawTable> {
    let fail = |reason: String| Error::Read { file: file.to_owned(), reason };
    let mut table = RawTable { file: file.to_owned(), ..RawTable::default() };
    let text = decode(file, bytes, options.encoding.as_deref(), &mut table.diagnostics)?;
    let text: &str = &text;
    if trim(text).is_empty() {
        return Err(fail("the file is empty".into()));
    }
    if text.as_bytes().iter().take(4096).any(|&b| b == 0) {
        return Err(fail("this is not a text file; is its extension right?".into()));
    }
    let (body, first_line) = skip_lines(text, options.skip_rows);
    let delimiter = delimiter(file, body, options)?;
    let open = |quote: OpenQuote, before: usize| {
        fail(format!("a quote opened at line {} is never closed", before + quote.line + 1))
    };

    // Header
    let mut walker = Records::new(body.as_bytes(), delimiter);
    let mut cells = Vec::new();
    let mut rows = Vec::new();
    for _ in 0..options.header_rows.max(1) {
        match walker.next(&mut cells).map_err(|quote| open(quote, first_line))? {
            Some(_) => rows.push(cells.iter().map(|&span| cell(body, span).into_owned()).collect()),
            None => {
                return Err(fail(format!(
                    "expected {} header row(s), found {}",
                    options.header_rows.max(1),
                    rows.len()
                )));
            }
        }
    }
    let names = header::names(file, &rows)?;
    let body = &body[walker.position..];
    let first_line = first_line + walker.line;
    let (body, notes) = if names.len() > 1 { notes::split(body, delimiter) } else { (body, Vec::new()) };
    if let Some(note) = notes.first() {
        let start: String = note.chars().take(40).collect();
        table.diagnostics.push(Diagnostic::warning(
            "notes-below",
            format!("`{file}`: {} line(s) of a single cell below the table were left out: `{start}`", notes.len()),
        ));
    }
    let wanted = wanted(file, &names, options)?;
    let as_text: Vec<bool> = names.iter().map(|name| options.text.contains(name)).collect();

    // First pass: numbers, and which columns are not
    let pieces = pieces(body, delimiter).map_err(|quote| open(quote, first_line))?;
    let mut sniffed = as_text.clone();
    sniff(body, delimiter, &wanted, options, &mut sniffed);
    let parsed: Vec<Numbers> =
        pieces.par_iter().map(|&piece| numbers(piece, delimiter, &wanted, &sniffed, options)).collect();
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
    let is_text: Vec<bool> =
        (0..names.len()).map(|c| wanted[c] && (sniffed[c] || parsed.iter().any(|part| part.text[c]))).collect();
    let written: Vec<bool> =
        (0..names.len()).map(|c| wanted[c] && !is_text[c] && parsed.iter().any(|part| part.written[c])).collect();

    // Second pass: texts
    let coded: Vec<usize> = (0..names.len()).filter(|&c| is_text[c] || written[c]).collect();
    let mut texts = texts(&pieces, delimiter, &coded, &as_text, options);
    let mut parsed: Vec<Vec<Vec<f64>>> = parsed.into_iter().map(|part| part.values).collect();
    for (c, name) in names.into_iter().enumerate().filter(|(c, _)| wanted[*c]) {
        if is_text[c] {
            let column = texts.remove(&c).unwrap_or_default();
            // A nameless column that holds nothing is the trace of a trailing separator.
            if !name.is_empty() || !column.labels().is_empty() {
                table.push(or_numbered(name, c), Column::Text(column), String::new());
            }
            continue;
        }
        let mut values = Vec::with_capacity(table.lines.len());
        for part in &mut parsed {
            values.append(&mut part[c]);
        }
        if name.is_empty() && values.iter().all(|value| value.is_nan()) {
            continue;
        }
        if let Some(written) = texts.remove(&c) {
            table.written.insert(table.names.len(), written);
        }
        table.push(or_numbered(name, c), Column::Float(values), String::new());
    }
    Ok(table)
}

fn or_numbered(name: String, c: usize) -> String {
    if name.is_empty() { format!("unnamed_{}", c + 1) } else { name }
}

fn width_message(line: usize, got: usize, expected: usize, cut: bool) -> String {
    // The last record of a file that does not end in a line break is the usual victim of a truncated download.
    let hint = match (got < expected, cut) {
        (true, true) if got == 1 => "; the file may be truncated, or a note may stand below the table",
        (true, true) => "; the file may be truncated",
        (true, false) => "; notes among the rows must be removed",
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

fn skip_lines(text: &str, n: usize) -> (&str, usize) {
    let mut rest = text;
    for skipped in 0..n {
        match rest.find('\n') {
            Some(at) => rest = &rest[at + 1..],
            None => return (if skipped == 0 && n == 0 { text } else { "" }, skipped),
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
    if matches!(extension.as_str(), "tsv" | "tab") {
        return Ok(b'\t');
    }
    let mut best = (0, b',');
    for candidate in [b',', b'\t', b';'] {
        let mut cells = Vec::new();
        // An open quote counts as no cell; the error comes later, with its line.
        let _ = Records::new(body.as_bytes(), candidate).next(&mut cells);
        if cells.len() > best.0 {
            best = (cells.len(), candidate);
        }
    }
    Ok(best.1)
}

/// Which columns are kept.
fn wanted(file: &str, names: &[String], options: &ReadOptions) -> Result<Vec<bool>> {
    let Some(columns) = &options.columns else { return Ok(vec![true; names.len()]) };
    let known = RawTable { file: file.to_owned(), names: names.to_vec(), ..RawTable::default() };
    let mut wanted = vec![false; names.len()];
    for column in columns {
        wanted[known.index(column)?] = true;
    }
    Ok(wanted)
}

/// Cuts text into pieces that end where records end.
fn pieces(body: &str, delimiter: u8) -> Result<Vec<&str>, OpenQuote> {
    let bytes = body.as_bytes();
    let mut cuts = vec![0];
    if bytes.contains(&b'"') {
        let mut walker = Records::new(bytes, delimiter);
        let mut cells = Vec::new();
        while walker.next(&mut cells)?.is_some() {
            if walker.position - cuts[cuts.len() - 1] >= PIECE {
                cuts.push(walker.position);
            }
        }
    } else {
        let mut at = PIECE;
        while at < bytes.len() {
            match bytes[at..].iter().position(|&b| b == b'\n') {
                Some(offset) => cuts.push(at + offset + 1),
                None => break,
            }
            at = cuts[cuts.len() - 1] + PIECE;
        }
    }
    if cuts[cuts.len() - 1] != bytes.len() {
        cuts.push(bytes.len());
    }
    Ok(cuts.windows(2).map(|cut| &body[cut[0]..cut[1]]).collect())
}

enum Problem {
    Quote(OpenQuote),
    /// A record that is not as wide as the header, and whether it is the last one of its piece.
    Width {
        line: usize,
        got: usize,
        last: bool,
    },
}

/// What the first pass finds in a piece.
struct Numbers {
    values: Vec<Vec<f64>>,
    /// Columns in which some cell is not a number.
    text: Vec<bool>,
    /// Columns in which some number prints differently (a code such as `0012`): their text is kept, too.
    written: Vec<bool>,
    /// Line of each record, from the start of the piece.
    lines: Vec<usize>,
    n_lines: usize,
    problem: Option<Problem>,
}

fn numbers(piece: &str, delimiter: u8, wanted: &[bool], sniffed: &[bool], options: &ReadOptions) -> Numbers {
    let width = wanted.len();
    let mut out = Numbers {
        values: vec![Vec::new(); width],
        text: sniffed.to_vec(),
        written: vec![false; width],
        lines: Vec::new(),
        n_lines: 0,
        problem: None,
    };
    let mut walker = Records::new(piece.as_bytes(), delimiter);
    let mut cells: Vec<Span> = Vec::with_capacity(width);
    loop {
        match walker.next(&mut cells) {
            Ok(Some(line)) => {
                if !fits(piece, &mut cells, width) {
                    out.problem = Some(Problem::Width { line, got: cells.len(), last: walker.position >= piece.len() });
                    break;
                }
                out.lines.push(line);
            }
            Ok(None) => break,
            Err(quote) => {
                out.problem = Some(Problem::Quote(quote));
                break;
            }
        }
        for (c, &span) in cells.iter().enumerate() {
            if !wanted[c] || out.text[c] {
                continue;
            }
            let text = cell(piece, span);
            match classify(&text, &options.missing) {
                CellKind::Number(value) => {
                    out.written[c] = out.written[c] || loses_digits(&text);
                    out.values[c].push(value);
                }
                CellKind::Missing => out.values[c].push(f64::NAN),
                CellKind::Text => {
                    out.text[c] = true;
                    out.values[c] = Vec::new();
                }
            }
        }
    }
    out.n_lines = walker.line;
    out
}

/// Whether a record has the header's width; empty cells beyond it are cut off.
fn fits(piece: &str, cells: &mut Vec<Span>, width: usize) -> bool {
    while cells.len() > width && cells.last().is_some_and(|&span| trim(&cell(piece, span)).is_empty()) {
        cells.pop();
    }
    cells.len() == width
}

/// Marks columns that hold text in the first records, so that the first pass need not try them.
fn sniff(body: &str, delimiter: u8, wanted: &[bool], options: &ReadOptions, text: &mut [bool]) {
    let mut walker = Records::new(body.as_bytes(), delimiter);
    let mut cells = Vec::new();
    for _ in 0..64 {
        let Ok(Some(_)) = walker.next(&mut cells) else { break };
        for (c, &span) in cells.iter().enumerate().take(text.len()) {
            text[c] |= wanted[c] && classify(&cell(body, span), &options.missing) == CellKind::Text;
        }
    }
}

/// Codes the texts of the columns `coded`.
fn texts(
    pieces: &[&str],
    delimiter: u8,
    coded: &[usize],
    as_text: &[bool],
    options: &ReadOptions,
) -> BTreeMap<usize, TextColumn> {
    if coded.is_empty() {
        return BTreeMap::new();
    }
    let parts: Vec<Vec<Interner>> = pieces
        .par_iter()
        .map(|&piece| {
            let mut interners = vec![Interner::default(); coded.len()];
            let mut walker = Records::new(piece.as_bytes(), delimiter);
            let mut cells = Vec::with_capacity(as_text.len());
            while let Ok(Some(_)) = walker.next(&mut cells) {
                for (interner, &c) in interners.iter_mut().zip(coded) {
                    let text = cells.get(c).map_or("".into(), |&span| cell(piece, span));
                    let text = trim(&text);
                    interner.push(Some(text).filter(|text| !is_missing(text, &options.missing, as_text[c])));
                }
            }
            interners
        })
        .collect();
    coded.iter().enumerate().map(|(k, &c)| (c, merge(&parts.iter().map(|part| &part[k]).collect::<Vec<_>>()))).collect()
}
