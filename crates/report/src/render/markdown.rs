//! GitHub Markdown, padded so that it reads well unrendered and a changed number changes one line.

use crate::lang::display_width;
use crate::table::{Grid, Line, TextAlign};
use crate::{Lang, Result, Table};

/// A table as GitHub Markdown: bold caption, pipe table, notes.
///
/// Markdown knows one header row, so header rows are joined with `<br>` and a spanner is repeated over its columns.
///
/// # Errors
/// As [`Table::validate`].
pub fn markdown(table: &Table, lang: Lang) -> Result<String> {
    let grid = table.grid(lang)?;
    let mut rows = vec![header(&grid)];
    for line in &grid.lines {
        rows.push(match line {
            Line::Group { label, .. } => {
                let mut row = vec![String::new(); grid.n_columns];
                row[0] = format!("*{}*", cell(label));
                row
            }
            Line::Row { stub, cells, .. } => {
                std::iter::once(cell(stub)).chain(cells.iter().map(|c| cell(&c.joined()))).collect()
            }
        });
    }
    let widths: Vec<usize> =
        (0..grid.n_columns).map(|c| rows.iter().map(|row| display_width(&row[c])).max().unwrap_or(0).max(3)).collect();

    let mut out = String::new();
    if !grid.caption.is_empty() {
        out.push_str(&format!("**{}**\n\n", prose(&grid.caption)));
    }
    for (i, row) in rows.iter().enumerate() {
        push_row(&mut out, row, &widths, &grid.align);
        if i == 0 {
            push_delimiter(&mut out, &widths, &grid.align);
        }
    }
    for note in &grid.notes {
        out.push_str(&format!("\n{}\n", prose(note)));
    }
    Ok(out)
}

fn header(grid: &Grid) -> Vec<String> {
    let mut labels: Vec<Vec<String>> = vec![Vec::new(); grid.n_columns];
    for row in &grid.header {
        let mut column = 0;
        for label in row {
            for _ in 0..label.span {
                if !label.text.is_empty() {
                    labels[column].push(cell(&label.text));
                }
                column += 1;
            }
        }
    }
    labels.into_iter().map(|parts| parts.join("<br>")).collect()
}

fn push_row(out: &mut String, row: &[String], widths: &[usize], align: &[TextAlign]) {
    for ((text, &width), align) in row.iter().zip(widths).zip(align) {
        let blank = width - display_width(text);
        let left = if *align == TextAlign::Center { blank / 2 } else { 0 };
        out.push_str("| ");
        out.extend(std::iter::repeat_n(' ', left));
        out.push_str(text);
        out.extend(std::iter::repeat_n(' ', blank - left + 1));
    }
    out.push_str("|\n");
}

fn push_delimiter(out: &mut String, widths: &[usize], align: &[TextAlign]) {
    for (&width, align) in widths.iter().zip(align) {
        let (open, close) = if *align == TextAlign::Center { (':', ':') } else { (':', '-') };
        out.push_str(&format!("|{open}{}{close}", "-".repeat(width)));
    }
    out.push_str("|\n");
}

/// A cell: stars after a digit cannot open emphasis, so only the pipe needs care.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// Running text, where stars could open emphasis.
fn prose(text: &str) -> String {
    text.replace('*', "\\*")
}
