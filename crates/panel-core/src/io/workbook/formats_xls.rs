//! The cells of an old workbook (xls) that are shown as percentages, by the formats that its records name, and those with a
//! raised footnote mark, by the fonts of their parts.

use super::compound::{BEGINS, Compound, ENDS, ROW_OF_CELLS, SHEET, records, u16_at, u32_at};
use super::percent::{KNOWN, scales_by_hundred};
use super::raised_xls::{self, Fonts};
use super::sheet::Sheet;
use std::collections::{BTreeMap, BTreeSet};

/// A format, and a style, which names one.
const FORMAT: u16 = 0x041e;
const STYLE: u16 = 0x00e0;
/// Records of one number: row, column, style, value. The first is a formula with its result.
const NUMBERS: [u16; 3] = [0x0006, 0x0203, 0x027e];
/// A cell of a shared text, and one that holds its text with the fonts of its parts.
const SHARED_TEXT: u16 = 0x00fd;
const TEXT_IN_PARTS: u16 = 0x00d6;

/// Marks the cells of a sheet that are shown as percentages, and gives texts with a raised part their marks; nothing where
/// the file is of another kind or damaged, which the reader reports.
pub(super) fn apply(bytes: &[u8], name: &str, sheet: &mut Sheet) {
    let stream = Compound::open(bytes).and_then(|compound| compound.workbook()).unwrap_or_default();
    let looks = Looks::of(&stream);
    let globals = records(&stream, 0).take_while(|(kind, _)| *kind != ENDS);
    let is_sheet = |content: &&[u8]| self::name(content, looks.is_wide).as_deref() == Some(name);
    let start = globals.filter(|(kind, _)| *kind == SHEET).map(|(_, content)| content).find(is_sheet);
    let Some(start) = start.and_then(|content| u32_at(content, 0)) else { return };
    for ((row, column), look) in looks.of_cells(&stream, start as usize) {
        let (rows, columns) = (row..row + 1, column..column + 1);
        match look {
            Look::Percent => sheet.show_as_percent(rows, columns),
            Look::Marked(text) => sheet.replace_text(rows, columns, &text),
        }
    }
}

/// What the format of a cell says of it.
#[derive(Debug, PartialEq)]
enum Look {
    Percent,
    /// A number with a raised mark.
    Marked(String),
}

/// What the records above the sheets say of formats.
#[derive(Debug, Default)]
struct Looks {
    /// Whether texts are of characters that say how wide they are.
    is_wide: bool,
    /// Whether a style shows a percentage.
    styles: Vec<bool>,
    raised: Fonts,
    /// Shared texts with a raised mark, by their place.
    shared: BTreeMap<u32, String>,
}

impl Looks {
    fn of(stream: &[u8]) -> Self {
        let is_wide = records(stream, 0).next().and_then(|(_, head)| u16_at(head, 0)) == Some(0x0600);
        let globals = || records(stream, 0).take_while(|(kind, _)| *kind != ENDS);
        let mut formats: BTreeSet<u16> = KNOWN.into();
        for (_, content) in globals().filter(|(kind, _)| *kind == FORMAT) {
            let code = text(content, 2, is_wide);
            if let Some(number) = u16_at(content, 0) {
                // A file may give a known number another meaning.
                formats.remove(&number);
                formats.extend(code.filter(|code| scales_by_hundred(code)).map(|_| number));
            }
        }
        let styles = globals().filter(|(kind, _)| *kind == STYLE).map(|(_, content)| u16_at(content, 2));
        let styles = styles.map(|format| format.is_some_and(|format| formats.contains(&format))).collect();
        let raised = Fonts::raised(globals());
        let shared = if raised.is_empty() { BTreeMap::new() } else { raised_xls::shared(globals(), &raised) };
        Self { is_wide, styles, raised, shared }
    }

    /// Places of the cells of a sheet whose format says anything.
    fn of_cells(&self, stream: &[u8], start: usize) -> Vec<((u32, u32), Look)> {
        let mut found = Vec::new();
        if !self.styles.contains(&true) && self.raised.is_empty() {
            return found;
        }
        let mut depth = 0_usize;
        for (kind, content) in records(stream, start) {
            let Some((row, column)) = u16_at(content, 0).zip(u16_at(content, 2)) else {
                match kind {
                    ENDS if depth <= 1 => break,
                    ENDS => depth -= 1,
                    _ => {}
                }
                continue;
            };
            let mut see = |column: u16, look: Option<Look>| {
                found.extend(look.map(|look| ((u32::from(row), u32::from(column)), look)));
            };
            match kind {
                BEGINS => depth += 1,
                // Charts within a sheet have cells of their own.
                _ if depth > 1 => {}
                SHARED_TEXT => {
                    let text = u32_at(content, 6).and_then(|place| self.shared.get(&place));
                    see(column, text.map(|text| Look::Marked(text.clone())));
                }
                TEXT_IN_PARTS => {
                    let text = raised_xls::in_cell(&content[4..], &self.raised, self.is_wide);
                    see(column, text.map(Look::Marked));
                }
                _ if NUMBERS.contains(&kind) => see(column, self.percent(content, 4)),
                ROW_OF_CELLS => {
                    let cells = content[4..].chunks_exact(6).map(|cell| self.percent(cell, 0));
                    (column..).zip(cells).for_each(|(column, look)| see(column, look));
                }
                _ => {}
            }
        }
        found
    }

    fn percent(&self, content: &[u8], at: usize) -> Option<Look> {
        let style = usize::from(u16_at(content, at)?);
        self.styles.get(style).copied().unwrap_or(false).then_some(Look::Percent)
    }
}

/// The name of a sheet.
fn name(content: &[u8], is_wide: bool) -> Option<String> {
    let length = usize::from(*content.get(6)?);
    if is_wide { characters(content.get(7..)?, length) } else { latin(content.get(7..7 + length)?) }
}

/// A text behind its length: of 16 bits and with a byte that says how wide its characters are, or of 8 bits.
fn text(content: &[u8], at: usize, is_wide: bool) -> Option<String> {
    if is_wide {
        return characters(content.get(at + 2..)?, usize::from(u16_at(content, at)?));
    }
    let length = usize::from(*content.get(at)?);
    latin(content.get(at + 1..at + 1 + length)?)
}

/// Characters behind a byte that says whether each takes two bytes or one.
fn characters(content: &[u8], length: usize) -> Option<String> {
    let (wide, rest) = content.split_first()?;
    if wide & 1 == 0 {
        return latin(rest.get(..length)?);
    }
    let units: Vec<u16> =
        rest.get(..2 * length)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Some(String::from_utf16_lossy(&units))
}

fn latin(bytes: &[u8]) -> Option<String> {
    Some(bytes.iter().map(|&byte| char::from(byte)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, content: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(content.len() as u16).to_le_bytes(), content].concat()
    }

    #[test]
    fn cells_of_a_percent_style_are_found() {
        let cell =
            |row: u16, column: u16, style: u16| [row.to_le_bytes(), column.to_le_bytes(), style.to_le_bytes()].concat();
        let number = |row, column, style| record(0x0203, &[cell(row, column, style), vec![0; 8]].concat());
        let many = [&[4, 0, 1, 0][..], &[0, 0, 9, 9, 9, 9], &[1, 0, 9, 9, 9, 9], &[2, 0]].concat();
        let stream = [
            record(BEGINS, &[0, 6, 0x10, 0]),
            number(0, 0, 1),
            number(1, 2, 0),
            // A chart, whose cells are none of the sheet.
            record(BEGINS, &[0, 6, 0x20, 0]),
            number(2, 2, 1),
            record(ENDS, &[]),
            record(ROW_OF_CELLS, &many),
            record(ENDS, &[]),
            number(9, 9, 1),
        ];
        let looks = Looks { styles: vec![false, true], ..Looks::default() };
        let percents = [(0, 0), (4, 2)].map(|place| (place, Look::Percent));
        assert_eq!(looks.of_cells(&stream.concat(), 0), percents);
    }

    #[test]
    fn texts_of_both_kinds() {
        assert_eq!(text(&[164, 0, 2, 0, 0, b'0', b'%'], 2, true).as_deref(), Some("0%"));
        assert_eq!(text(&[164, 0, 2, 0, 1, b'0', 0, b'%', 0], 2, true).as_deref(), Some("0%"));
        assert_eq!(text(&[164, 0, 2, b'0', b'%'], 2, false).as_deref(), Some("0%"));
        assert_eq!(name(&[0, 0, 0, 0, 0, 0, 1, 1, 0x2c, 0x4e], true).as_deref(), Some("丬"));
        assert_eq!(text(&[164, 0, 9, 0, 0, b'0'], 2, true), None);
    }
}
