//! What to say of a column that is used as numbers and holds texts.

use crate::column::TextColumn;
use crate::numerals::{changing, remedies_for};
use crate::remedy::{Remedy, listed};

/// What is expected of a column that holds texts in the rows `words`, and what to write where that is certain: a few
/// words among numbers are mostly marks.
pub(super) fn number_wanted(text: &TextColumn, words: &[usize]) -> (String, Vec<Remedy>) {
    /// More are not marks of a missing value.
    const MARKS: usize = 3;
    let first = words.first().and_then(|&row| text.get(row)).unwrap_or_default();
    if first.starts_with('=') {
        let words = "a number; the cell holds a formula without its result: open the workbook in a spreadsheet program and save it, which stores the results";
        return (words.into(), Vec::new());
    }
    if first.parse().is_ok_and(f64::is_infinite) && first.contains(|c: char| c.is_ascii_digit()) {
        return ("a number below 1.8e308, the largest there is; correct the cell".into(), Vec::new());
    }
    if let Some(sign) = words.iter().find_map(|&row| changing(text.get(row).unwrap_or_default())) {
        let words = format!("a number; `{sign}` may change it (a sign, or a multiplier): write the numbers plainly");
        return (words, Vec::new());
    }
    if let Some(negative) = accounting_negative(first) {
        return (format!("a number; accounts write a negative like this: write {negative}"), Vec::new());
    }
    let remedies = remedies_for(first);
    let present = text.len() - text.codes().iter().filter(|&&code| code == TextColumn::MISSING).count();
    let few = 2 * words.len() < present;
    if let Some(remedy) = remedies.first() {
        // A unit in some cells only may be another unit.
        if words.len() < present && remedy.key == "strip" {
            return (format!("a number; correct the cell, or `{remedy}` where this is a mark"), Vec::new());
        }
        let other = if remedy.key == "percent" { " (`percent = \"share\"` divides by a hundred)" } else { "" };
        return (format!("a number; {} reads it as one{other}", listed(&remedies)), remedies);
    }
    let mut marks: Vec<&str> = Vec::new();
    for mark in words.iter().filter_map(|&row| text.get(row)) {
        if !marks.contains(&mark) {
            marks.push(mark);
        }
        if marks.len() > MARKS {
            break;
        }
    }
    if marks.len() > MARKS || !few {
        return ("a number (an empty cell where it is missing)".into(), Vec::new());
    }
    let remedy = Remedy::list("missing", &marks);
    let words = format!("a number; correct the cell, or `{remedy}` where this stands for a missing value");
    // A mark with digits may be a number that was written wrongly.
    let certain = !marks.iter().any(|mark| mark.contains(char::is_numeric));
    (words, if certain { vec![remedy] } else { Vec::new() })
}

/// The number that `(1,234)` and `1234-` stand for in accounts.
fn accounting_negative(text: &str) -> Option<f64> {
    let text = text.trim();
    let inside = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).or_else(|| text.strip_suffix('-'))?;
    crate::number::parse_number(inside).filter(|number| *number > 0.0).map(|number| -number)
}
