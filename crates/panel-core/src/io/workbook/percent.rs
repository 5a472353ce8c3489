//! Cells of a workbook that are shown as a percentage.
//!
//! A cell of 0.125 with a percent format is shown as 12.5 %, and a cell of 12.5 without one beside it as 12.5: the same
//! number to whoever typed them, a hundredfold apart in the file. The format of a cell is no part of its value, so it is
//! looked up for itself.

use super::sheet::{Cell, Sheet};
use crate::diagnostics::Diagnostic;
use crate::number::show;
use crate::numerals::{Numerals, PERCENT, Percent, Reading};
use calamine::{Xlsx, XlsxError};
use std::io::{Read, Seek};

/// Marks the cells of a sheet whose format shows them as a percentage.
pub(super) fn mark<R: Read + Seek>(book: &mut Xlsx<R>, name: &str, sheet: &mut Sheet) -> Result<(), XlsxError> {
    let mut cells = book.worksheet_cells_reader(name)?;
    let is_percent = |style: &calamine::Style| {
        style.number_format.as_ref().is_some_and(|format| scales_by_hundred(&format.format_code))
    };
    let styles: Vec<bool> = cells.styles().iter().map(is_percent).collect();
    if !styles.contains(&true) {
        return Ok(());
    }
    while let Some((row, column, style)) = cells.next_style_id()? {
        if styles.get(style) == Some(&true) {
            sheet.show_as_percent(row..row + 1, column..column + 1);
        }
    }
    Ok(())
}

/// The formats of percentages that every program knows by their numbers: `0%` and `0.00%`.
pub(super) const KNOWN: [u16; 2] = [9, 10];

/// Whether a format has a percent sign that is one: in quotes, or behind a backslash, it is shown and changes nothing.
pub(super) fn scales_by_hundred(format: &str) -> bool {
    let mut quoted = false;
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            // The sign behind a backslash is shown, that behind `_` as a blank, that behind `*` as often as there is room.
            '\\' | '_' | '*' if !quoted => _ = chars.next(),
            '%' if !quoted => return true,
            _ => {}
        }
    }
    false
}

/// What becomes of the cells of a column that are shown as percentages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// The stored number: 0.125.
    Stored,
    /// The number that is shown: 12.5.
    Points,
    /// The text that is shown, `12.5%`, since other cells have another format: who uses the column says what it means.
    Text,
}

/// A column with cells that are shown as percentages.
#[derive(Debug, Clone)]
pub(super) struct Percents {
    shown: Shown,
    name: String,
    /// Place and value of the first of them.
    first: (u32, f64),
    n: usize,
    /// Numbers of the column that have no such format.
    n_others: usize,
}

/// What becomes of them by the other cells of the column and by what the user says of percent signs; `None` where no cell
/// of the column is one.
pub(super) fn of_column(
    sheet: &Sheet,
    name: &str,
    cells: impl Iterator<Item = (u32, Option<Cell>)>,
    numerals: &Numerals,
) -> Option<Percents> {
    let mut first = None;
    let (mut n, mut n_others, mut n_signs) = (0, 0, 0);
    for (row, cell) in cells {
        match cell {
            Some(Cell::Percent(value)) => {
                first.get_or_insert((row, value));
                n += 1;
            }
            // Nothing is nothing in every unit.
            Some(Cell::Number(value)) if value != 0.0 => n_others += 1,
            // A text with the sign says the same as such a cell.
            Some(Cell::Text(text)) => match numerals.read(sheet.of(text)) {
                Reading::Number(_, dress) if dress & PERCENT != 0 => n_signs += 1,
                Reading::Number(..) => n_others += 1,
                _ => {}
            },
            _ => {}
        }
    }
    let shown = match numerals.percent {
        Some(Percent::Points) => Shown::Points,
        Some(Percent::Share) => Shown::Stored,
        None if n_others + n_signs == 0 => Shown::Stored,
        None => Shown::Text,
    };
    first.map(|first| Percents { shown, name: name.to_owned(), first, n, n_others })
}

/// Remarks on such columns where the user says nothing of percent signs: one about those that are settled by their cells, one
/// about those that are not.
pub(super) fn remarks(file: &str, columns: &[Percents]) -> Vec<Diagnostic> {
    let about = |mixed: bool| {
        let is_of_kind = |column: &&Percents| match column.shown {
            Shown::Text => mixed && column.n_others > 0,
            Shown::Stored => !mixed,
            Shown::Points => false,
        };
        let mut alike = columns.iter().filter(is_of_kind);
        let Percents { name, first: (row, value), n, n_others, .. } = alike.next()?;
        let more = match alike.count() {
            0 => String::new(),
            1 => " (and of one more column)".to_owned(),
            more => format!(" (and of {more} more columns)"),
        };
        let (stored, points) = (show(*value), show(hundredfold(*value)));
        let remedy = format!("`percent = \"points\"` reads {points}, `percent = \"share\"` {stored}");
        Some(if mixed {
            let message = format!(
                "`{file}`: {n} cell(s) of `{name}`{more} are shown as percentages ({stored} in row {} as {points} %) and {n_others} are not, so it is no column of numbers until that is settled: {remedy}, and the other cells stay as they are",
                row + 1
            );
            Diagnostic::warning("percent-formats", message)
        } else {
            let message = format!(
                "`{file}`: the cells of `{name}`{more} are shown as percentages and were read as they are stored, {stored} where {points} % is shown; {remedy}"
            );
            Diagnostic::note("percent-formats", message)
        })
    };
    [true, false].into_iter().filter_map(about).collect()
}

/// The number of a cell that is shown as a percentage, where its column settles which.
pub(super) fn as_number(value: f64, column: Option<&Percents>) -> Option<f64> {
    match column.map_or(Shown::Stored, |column| column.shown) {
        Shown::Stored => Some(value),
        Shown::Points => Some(hundredfold(value)),
        Shown::Text => None,
    }
}

/// The same as a text.
pub(super) fn as_text(value: f64, column: Option<&Percents>) -> String {
    match as_number(value, column) {
        Some(value) => value.to_string(),
        None => format!("{}%", hundredfold(value)),
    }
}

/// A hundred times a number, as its decimal digits say.
pub(super) fn hundredfold(value: f64) -> f64 {
    format!("{value:e}")
        .split_once('e')
        .and_then(|(digits, power)| {
            let power: i32 = power.parse().ok()?;
            format!("{digits}e{}", power + 2).parse().ok()
        })
        .unwrap_or(value * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_sign_in_quotes_scales_nothing() {
        for format in ["0%", "0.00%", "0.0\\ %", "[=0]\"-\";0.0%", "#,##0.0%;[Red]-#,##0.0%", "\"a\"0%"] {
            assert!(scales_by_hundred(format), "{format}");
        }
        for format in ["General", "0.00", "0.0\"%\"", "0.0\\%", "0_%", "0*%"] {
            assert!(!scales_by_hundred(format), "{format}");
        }
    }

    #[test]
    fn a_hundredfold_has_the_same_digits() {
        // 0.07 * 100 is 7.000000000000001 in doubles.
        for (value, expected) in [(0.07, 7.0), (0.125, 12.5), (-0.29, -29.0), (1e-320, 1e-318), (5.0, 500.0)] {
            assert_eq!(hundredfold(value), expected, "{value}");
        }
    }
}
