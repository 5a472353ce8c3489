//! The table as shown, comma-separated.

use crate::csv::push_record;
use crate::table::Line;
use crate::{Lang, Result, Table};
use std::borrow::Cow;

/// A table as CSV (RFC 4180, UTF-8, `\n`): header rows with spanners repeated over their columns, then the body.
///
/// Title and notes are left out. A text that a spreadsheet program would take for a formula, one that begins with `=` or
/// `@`, or with a sign before anything but a number, gets an apostrophe in front; numbers never do. The numbers are those of the page; [`json`](super::json()) has full precision.
///
/// # Errors
/// As [`Table::validate`].
pub fn csv(table: &Table, lang: Lang) -> Result<String> {
    let grid = table.grid(lang)?;
    let mut out = String::new();
    for row in &grid.header {
        let labels = row.iter().flat_map(|label| std::iter::repeat_n(inert(&label.text), label.span));
        push(&mut out, labels);
    }
    for line in &grid.lines {
        match line {
            Line::Group { label, .. } => {
                let blanks = std::iter::repeat_n(Cow::Borrowed(""), grid.n_columns - 1);
                push(&mut out, std::iter::once(inert(label)).chain(blanks));
            }
            Line::Row { stub, cells, .. } => {
                let shown = cells.iter().map(|cell| match cell.joined() {
                    text if cell.numeric => Cow::Owned(text),
                    text => Cow::Owned(inert(&text).into_owned()),
                });
                push(&mut out, std::iter::once(inert(stub)).chain(shown));
            }
        }
    }
    Ok(out)
}

fn push<'a>(out: &mut String, fields: impl Iterator<Item = Cow<'a, str>>) {
    let fields: Vec<Cow<'_, str>> = fields.collect();
    push_record(out, fields.iter().map(AsRef::as_ref));
}

/// A text that no spreadsheet program evaluates.
fn inert(text: &str) -> Cow<'_, str> {
    let mut chars = text.chars();
    let formula = match (chars.next(), chars.next()) {
        (Some('=' | '@'), _) => true,
        (Some('+' | '-'), Some(next)) => !(next.is_ascii_digit() || matches!(next, '.' | '∞' | ' ')),
        _ => false,
    };
    if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_would_be_formulas_are_kept_from_it() {
        for (text, shown) in [
            ("=SUM(A1:A9)", "'=SUM(A1:A9)"),
            ("@x", "'@x"),
            ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
            ("-0.051", "-0.051"),
            ("+ controls", "+ controls"),
            ("-∞", "-∞"),
            ("–", "–"),
            ("", ""),
            ("a=b", "a=b"),
        ] {
            assert_eq!(inert(text), shown);
        }
    }
}
