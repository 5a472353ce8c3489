//! HTML fragments whose rules survive being pasted into Word.

use super::xml::escape;
use crate::table::{Grid, GridCell, Line, RowKind, Rule, TextAlign};
use crate::{Lang, Result, Table};

/// A table as an HTML fragment: `<figure>` with caption, table and notes.
///
/// The rules are inline styles of the cells, because a pasted table loses style sheets and row borders.
///
/// # Errors
/// As [`Table::validate`].
pub fn html(table: &Table, lang: Lang) -> Result<String> {
    let grid = table.grid(lang)?;
    let mut out = format!(
        "<figure class=\"table\" id=\"{}-{}\" lang=\"{}\">\n<div class=\"scroll\">\n<table style=\"border-collapse:collapse;margin:0 auto\">\n",
        escape(&table.id),
        lang.code(),
        lang.tag(),
    );
    if !grid.caption.is_empty() {
        out.push_str(&format!("<caption>{}</caption>\n", escape(&grid.caption)));
    }
    push_header(&mut out, &grid);
    push_body(&mut out, &grid);
    out.push_str("</table>\n</div>\n");
    if !grid.notes.is_empty() {
        out.push_str("<figcaption class=\"notes\">\n");
        for note in &grid.notes {
            out.push_str(&format!("<p>{}</p>\n", escape(note)));
        }
        out.push_str("</figcaption>\n");
    }
    out.push_str("</figure>\n");
    Ok(out)
}

/// Inline style of a cell: alignment, and the rules above and below it. Lengths are in points: LibreOffice drops the
/// rules of a cell whose padding is in em.
fn style(align: TextAlign, above: Rule, below: Rule) -> String {
    let mut style = String::from(match align {
        TextAlign::Left => "text-align:left;padding:2pt 7pt",
        TextAlign::Center => "text-align:center;padding:2pt 7pt",
    });
    for (side, rule) in [("top", above), ("bottom", below)] {
        if rule != Rule::None {
            style.push_str(&format!(";border-{side}:{}pt solid #000", rule.points()));
        }
    }
    style
}

fn push_header(out: &mut String, grid: &Grid) {
    let (top, below, _) = grid.rules;
    let last = grid.header.len().saturating_sub(1);
    out.push_str("<thead>\n");
    for (i, row) in grid.header.iter().enumerate() {
        out.push_str("<tr>");
        let mut column = 0;
        for label in row {
            let above = if i == 0 { top } else { Rule::None };
            let under = match (i == last, label.underlined) {
                (true, _) => below,
                (false, true) => Rule::Light,
                (false, false) => Rule::None,
            };
            let span = if label.span > 1 { format!(" colspan=\"{}\"", label.span) } else { String::new() };
            out.push_str(&format!(
                "<th scope=\"col\"{span} style=\"font-weight:normal;{}\">{}</th>",
                style(grid.align[column], above, under),
                escape(&label.text)
            ));
            column += label.span;
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</thead>\n");
}

fn push_body(out: &mut String, grid: &Grid) {
    let last = grid.lines.len().saturating_sub(1);
    out.push_str("<tbody>\n");
    for (i, line) in grid.lines.iter().enumerate() {
        let below = if i == last { grid.rules.2 } else { Rule::None };
        match line {
            Line::Group { label, rule_above } => out.push_str(&format!(
                "<tr class=\"group\"><th scope=\"colgroup\" colspan=\"{}\" style=\"font-weight:normal;font-style:italic;{}\">{}</th></tr>\n",
                grid.n_columns,
                style(TextAlign::Left, *rule_above, below),
                escape(label)
            )),
            Line::Row { stub, cells, kind, indented, rule_above } => {
                let class = match kind {
                    RowKind::Plain => "",
                    RowKind::Below => " class=\"below\"",
                    RowKind::Emphasis => " class=\"differs\"",
                };
                let indent = if *indented { ";padding-left:18pt" } else { "" };
                out.push_str(&format!(
                    "<tr{class}><th scope=\"row\" style=\"font-weight:normal;{}{indent}\">{}</th>",
                    style(TextAlign::Left, *rule_above, below),
                    escape(stub)
                ));
                for (cell, align) in cells.iter().zip(&grid.align[1..]) {
                    push_cell(out, cell, *align, &style(*align, *rule_above, below));
                }
                out.push_str("</tr>\n");
            }
        }
    }
    out.push_str("</tbody>\n");
}

fn push_cell(out: &mut String, cell: &GridCell, align: TextAlign, style: &str) {
    let title = cell.missing.as_ref().map(|reason| format!(" title=\"{}\"", escape(reason))).unwrap_or_default();
    // A true minus sign: a hyphen is too short beside digits, and browsers break lines after it.
    let text = if cell.numeric { escape(&cell.text).replace('-', "−") } else { escape(&cell.text) };
    // Centered words are short (yes, no, a number with its mark); only ragged columns may break their lines.
    let nowrap = if align == TextAlign::Center && !cell.text.is_empty() { ";white-space:nowrap" } else { "" };
    let stars = if cell.stars.is_empty() { String::new() } else { format!("<sup>{}</sup>", cell.stars) };
    out.push_str(&format!("<td{title} style=\"{style}{nowrap}\">{text}{stars}</td>"));
}
