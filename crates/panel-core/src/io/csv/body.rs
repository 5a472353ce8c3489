//! The two passes over the rows of a text file: numbers first, then the texts of the columns that hold any.

use super::records::{OpenQuote, Records, Span, cell};
use crate::column::TextColumn;
use crate::intern::{Interner, merge};
use crate::io::typed::{Fractions, loses_digits};
use crate::number::trim;
use crate::numerals::{Dress, Evidence, Numerals, PLAIN, Reading};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Bytes per piece. Fixed, so that nothing depends on the machine.
const PIECE: usize = 1 << 21;

/// Cuts text into pieces that end where records end.
pub(super) fn pieces(body: &str, delimiter: u8) -> Result<Vec<&str>, OpenQuote> {
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

pub(super) enum Problem {
    Quote(OpenQuote),
    /// A record that is not as wide as the header, and whether it is the last one of its piece.
    Width {
        line: usize,
        got: usize,
        last: bool,
    },
}

/// What the first pass finds in a piece.
pub(super) struct Numbers {
    pub(super) values: Vec<Vec<f64>>,
    /// Columns in which some cell is not a number.
    pub(super) text: Vec<bool>,
    /// Columns in which some number prints differently (a code such as `0012`): their text is kept, too.
    pub(super) written: Vec<bool>,
    /// What was taken off the numbers of each column.
    pub(super) dress: Vec<Dress>,
    /// How many digits stand behind the point.
    pub(super) fractions: Vec<Fractions>,
    /// Line of each record, from the start of the piece.
    pub(super) lines: Vec<usize>,
    pub(super) n_lines: usize,
    pub(super) problem: Option<Problem>,
}

pub(super) fn numbers(piece: &str, delimiter: u8, wanted: &[bool], sniffed: &[bool], numerals: &Numerals) -> Numbers {
    let width = wanted.len();
    let mut out = Numbers {
        values: vec![Vec::new(); width],
        text: sniffed.to_vec(),
        written: vec![false; width],
        dress: vec![0; width],
        fractions: vec![Fractions::default(); width],
        lines: Vec::new(),
        n_lines: 0,
        problem: None,
    };
    let mut walker = Records::filled(piece.as_bytes(), delimiter);
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
            match numerals.read(&text) {
                Reading::Number(value, dress) => {
                    out.dress[c] |= dress;
                    out.fractions[c].see(&text);
                    out.written[c] = out.written[c] || dress & !PLAIN != 0 || loses_digits(&text);
                    out.values[c].push(value);
                }
                Reading::Missing => out.values[c].push(f64::NAN),
                Reading::Text => {
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
pub(super) fn sniff(body: &str, delimiter: u8, wanted: &[bool], numerals: &Numerals, text: &mut [bool]) {
    let mut walker = Records::filled(body.as_bytes(), delimiter);
    let mut cells = Vec::new();
    for _ in 0..64 {
        let Ok(Some(_)) = walker.next(&mut cells) else { break };
        for (c, &span) in cells.iter().enumerate().take(text.len()) {
            text[c] |= wanted[c] && numerals.read(&cell(body, span)) == Reading::Text;
        }
    }
}

/// What the cells of each column say about the decimal sign.
pub(super) fn evidence(pieces: &[&str], delimiter: u8, wanted: &[bool], numerals: &Numerals) -> Vec<Evidence> {
    let of_piece = |&piece: &&str| {
        let mut seen = vec![Evidence::default(); wanted.len()];
        let mut walker = Records::filled(piece.as_bytes(), delimiter);
        let mut cells = Vec::with_capacity(wanted.len());
        while let Ok(Some(_)) = walker.next(&mut cells) {
            for (c, &span) in cells.iter().enumerate().take(wanted.len()).filter(|(c, _)| wanted[*c]) {
                seen[c].see(&cell(piece, span), numerals);
            }
        }
        seen
    };
    let parts: Vec<Vec<Evidence>> = pieces.par_iter().map(of_piece).collect();
    let mut all = vec![Evidence::default(); wanted.len()];
    for part in parts {
        all.iter_mut().zip(part).for_each(|(all, part)| all.merge(part));
    }
    all
}

/// The texts of a column as they stand, and whether it writes texts in quotes and `NA` in none, as R does.
pub(super) struct Texts {
    pub(super) column: TextColumn,
    pub(super) bare_na: bool,
}

/// Codes the texts of the columns `coded`.
pub(super) fn texts(pieces: &[&str], delimiter: u8, coded: &[usize]) -> BTreeMap<usize, Texts> {
    if coded.is_empty() {
        return BTreeMap::new();
    }
    /// What is known of quotes in a column.
    #[derive(Clone, Copy, Default)]
    struct Quotes {
        others: bool,
        bare_na: bool,
    }
    let parts: Vec<(Vec<Interner>, Vec<Quotes>)> = pieces
        .par_iter()
        .map(|&piece| {
            let mut interners = vec![Interner::default(); coded.len()];
            let mut quotes = vec![Quotes::default(); coded.len()];
            let mut walker = Records::filled(piece.as_bytes(), delimiter);
            let mut cells: Vec<Span> = Vec::new();
            while let Ok(Some(_)) = walker.next(&mut cells) {
                for ((interner, quotes), &c) in interners.iter_mut().zip(&mut quotes).zip(coded) {
                    let text = cells.get(c).map_or("".into(), |&span| cell(piece, span));
                    let text = trim(&text);
                    let quoted = cells.get(c).is_some_and(|span| span.quoted);
                    quotes.others |= quoted && text != "NA";
                    quotes.bare_na |= !quoted && text == "NA";
                    interner.push(Some(text).filter(|text| !text.is_empty()));
                }
            }
            (interners, quotes)
        })
        .collect();
    let column = |(k, &c): (usize, &usize)| {
        let column = merge(&parts.iter().map(|(interners, _)| &interners[k]).collect::<Vec<_>>());
        let any = |test: fn(&Quotes) -> bool| parts.iter().any(|(_, quotes)| test(&quotes[k]));
        (c, Texts { column, bare_na: any(|quotes| quotes.others) && any(|quotes| quotes.bare_na) })
    };
    coded.iter().enumerate().map(column).collect()
}
