//! The table as shown, comma-separated.

use crate::csv::push_record;
use crate::table::Line;
use crate::{Lang, Result, Table};

/// A table as CSV (RFC 4180, UTF-8, `\n`): header rows with spanners repeated over their columns, then the body.
///
/// Title and notes are left out. The numbers are those of the page; [`json`](super::json()) has full precision.
///
/// # Errors
/// As [`Table::validate`].
pub fn csv(table: &Table, lang: Lang) -> Result<String> {
    let grid = table.grid(lang)?;
    let mut out = String::new();
    for row in &grid.header {
        let labels = row.iter().flat_map(|label| std::iter::repeat_n(label.text.as_str(), label.span));
        push_record(&mut out, labels);
    }
    for line in &grid.lines {
        match line {
            Line::Group { label, .. } => {
                let blanks = std::iter::repeat_n("", grid.n_columns - 1);
                push_record(&mut out, std::iter::once(label.as_str()).chain(blanks));
            }
            Line::Row { stub, cells, .. } => {
                let joined: Vec<String> = cells.iter().map(|cell| cell.joined()).collect();
                push_record(&mut out, std::iter::once(stub.as_str()).chain(joined.iter().map(String::as_str)));
            }
        }
    }
    Ok(out)
}
