//! Fixed-width text for a screen.

use crate::lang::display_width;
use crate::table::{Grid, Line, Rule, TextAlign};
use crate::{Lang, Result, Table};

/// Blank columns between two columns of the table.
const GAP: usize = 2;

/// A table for a fixed-width screen; East Asian characters count two columns.
///
/// # Errors
/// As [`Table::validate`].
pub fn terminal(table: &Table, lang: Lang) -> Result<String> {
    let grid = table.grid(lang)?;
    let widths = widths(&grid);
    let total = widths.iter().sum::<usize>() + GAP * (widths.len() - 1);
    let mut out = String::new();
    if !grid.caption.is_empty() {
        out.push_str(&grid.caption);
        out.push('\n');
    }
    push_rule(&mut out, grid.rules.0, total);
    for row in &grid.header {
        let mut column = 0;
        let mut line = String::new();
        for label in row {
            let width = widths[column..column + label.span].iter().sum::<usize>() + GAP * (label.span - 1);
            push_cell(&mut line, &label.text, width, grid.align[column], column > 0);
            column += label.span;
        }
        push_line(&mut out, &line);
    }
    push_rule(&mut out, grid.rules.1, total);
    for line in &grid.lines {
        match line {
            Line::Group { label, rule_above } => {
                push_rule(&mut out, *rule_above, total);
                push_line(&mut out, label);
            }
            Line::Row { stub, cells, indented, rule_above, .. } => {
                push_rule(&mut out, *rule_above, total);
                let mut text = String::new();
                push_cell(&mut text, &indent(stub, *indented), widths[0], TextAlign::Left, false);
                for (i, cell) in cells.iter().enumerate() {
                    push_cell(&mut text, &cell.joined(), widths[i + 1], grid.align[i + 1], true);
                }
                push_line(&mut out, &text);
            }
        }
    }
    push_rule(&mut out, grid.rules.2, total);
    for note in &grid.notes {
        push_line(&mut out, note);
    }
    Ok(out)
}

/// Width of each column: its widest cell, widened where a spanner needs more.
fn widths(grid: &Grid) -> Vec<usize> {
    let mut widths = vec![0; grid.n_columns];
    for row in &grid.header {
        let mut column = 0;
        for label in row {
            if label.span == 1 {
                widths[column] = widths[column].max(display_width(&label.text));
            }
            column += label.span;
        }
    }
    for line in &grid.lines {
        if let Line::Row { stub, cells, indented, .. } = line {
            widths[0] = widths[0].max(display_width(&indent(stub, *indented)));
            for (width, cell) in widths[1..].iter_mut().zip(cells) {
                *width = (*width).max(display_width(&cell.joined()));
            }
        }
    }
    for row in &grid.header {
        let mut column = 0;
        for label in row {
            let have = widths[column..column + label.span].iter().sum::<usize>() + GAP * (label.span - 1);
            widths[column + label.span - 1] += display_width(&label.text).saturating_sub(have);
            column += label.span;
        }
    }
    widths
}

fn indent(stub: &str, indented: bool) -> String {
    if indented && !stub.is_empty() { format!("  {stub}") } else { stub.to_owned() }
}

fn push_cell(line: &mut String, text: &str, width: usize, align: TextAlign, gap: bool) {
    let blank = width.saturating_sub(display_width(text));
    let left = if align == TextAlign::Center { blank / 2 } else { 0 };
    let before = left + if gap { GAP } else { 0 };
    line.extend(std::iter::repeat_n(' ', before));
    line.push_str(text);
    line.extend(std::iter::repeat_n(' ', blank - left));
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

fn push_rule(out: &mut String, rule: Rule, width: usize) {
    match rule {
        Rule::None => {}
        Rule::Light => push_line(out, &"─".repeat(width)),
        Rule::Heavy => push_line(out, &"━".repeat(width)),
    }
}
