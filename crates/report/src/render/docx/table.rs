//! One table in WordprocessingML.

use super::{paragraph, run};
use crate::lang::display_width;
use crate::table::{Grid, GridCell, HeaderCell, Line, RowKind, Rule, TextAlign};
use crate::{Lang, Result, Table};

/// Width between the margins of A4 with 2.5 cm on both sides, in twentieths of a point.
const TEXT_WIDTH: usize = 9072;
/// A table of at most this many lines is kept on one page.
const KEEP_TOGETHER: usize = 40;

/// Caption, table, notes.
pub(super) fn xml(table: &Table, lang: Lang) -> Result<String> {
    let grid = table.grid(lang)?;
    let mut out = String::new();
    if !grid.caption.is_empty() {
        out.push_str(&paragraph("TableCaption", "", &grid.caption));
    }
    let widths = widths(&grid);
    out.push_str(
        "<w:tbl><w:tblPr><w:tblW w:w=\"5000\" w:type=\"pct\"/><w:jc w:val=\"center\"/>\
         <w:tblLayout w:type=\"autofit\"/><w:tblCellMar><w:left w:w=\"57\" w:type=\"dxa\"/>\
         <w:right w:w=\"57\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>",
    );
    for width in &widths {
        out.push_str(&format!("<w:gridCol w:w=\"{width}\"/>"));
    }
    out.push_str("</w:tblGrid>");
    let style = if grid.n_columns > 8 { "TableTextSmall" } else { "TableText" };
    let writer = Writer { grid: &grid, widths: &widths, style };
    for (i, row) in grid.header.iter().enumerate() {
        writer.header_row(&mut out, row, i);
    }
    for (i, line) in grid.lines.iter().enumerate() {
        writer.line(&mut out, line, i);
    }
    out.push_str("</w:tbl>");
    for (i, note) in grid.notes.iter().enumerate() {
        let keep = if i + 1 < grid.notes.len() { "<w:keepNext/>" } else { "" };
        out.push_str(&paragraph("TableNote", keep, note));
    }
    // Word joins two tables that touch.
    out.push_str("<w:p><w:pPr><w:pStyle w:val=\"TableNote\"/></w:pPr></w:p>");
    Ok(out)
}

/// Column widths in proportion to the widest text of a column; columns of numbers share one width.
fn widths(grid: &Grid) -> Vec<usize> {
    let mut widest = vec![4; grid.n_columns];
    let mut numeric = vec![false; grid.n_columns];
    for row in &grid.header {
        let mut column = 0;
        for label in row {
            if label.span == 1 {
                widest[column] = widest[column].max(heading_width(&label.text));
            }
            column += label.span;
        }
    }
    for line in &grid.lines {
        if let Line::Row { stub, cells, .. } = line {
            widest[0] = widest[0].max(display_width(stub));
            for (i, cell) in cells.iter().enumerate() {
                widest[i + 1] = widest[i + 1].max(display_width(&cell.joined()));
                numeric[i + 1] |= cell.numeric;
            }
        }
    }
    let shared = widest.iter().zip(&numeric).filter(|(_, n)| **n).map(|(w, _)| *w).max().unwrap_or(0);
    let units: Vec<usize> =
        widest.iter().zip(&numeric).map(|(w, n)| (if *n { shared } else { *w }).min(60) + 2).collect();
    let total: usize = units.iter().sum();
    units.iter().map(|unit| unit * TEXT_WIDTH / total.max(1)).collect()
}

/// Width that a heading asks for: a long one stands in two lines, so that it does not squeeze the stub.
fn heading_width(text: &str) -> usize {
    let width = display_width(text);
    if width > 16 { width.div_ceil(2) } else { width }
}

struct Writer<'a> {
    grid: &'a Grid,
    widths: &'a [usize],
    style: &'static str,
}

impl Writer<'_> {
    fn header_row(&self, out: &mut String, row: &[HeaderCell], index: usize) {
        let (top, below, _) = self.grid.rules;
        let last = index + 1 == self.grid.header.len();
        out.push_str("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
        let mut column = 0;
        for label in row {
            let above = if index == 0 { top } else { Rule::None };
            let under = match (last, label.underlined) {
                (true, _) => below,
                (false, true) => Rule::Light,
                (false, false) => Rule::None,
            };
            self.cell(out, column, label.span, (above, under), true, &run("", &label.text), 0);
            column += label.span;
        }
        out.push_str("</w:tr>");
    }

    fn line(&self, out: &mut String, line: &Line, index: usize) {
        let next_is_below = matches!(self.grid.lines.get(index + 1), Some(Line::Row { kind: RowKind::Below, .. }));
        let last = index + 1 == self.grid.lines.len();
        // The last row stays with the first note.
        let keep = match last {
            true => !self.grid.notes.is_empty(),
            false => next_is_below || self.grid.lines.len() <= KEEP_TOGETHER,
        };
        let under = if last { self.grid.rules.2 } else { Rule::None };
        out.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        match line {
            Line::Group { label, rule_above } => {
                let content = run("<w:i/>", label);
                self.cell(out, 0, self.grid.n_columns, (*rule_above, under), keep || !last, &content, 0);
            }
            Line::Row { stub, cells, kind, indented, rule_above } => {
                let emphasis = if *kind == RowKind::Emphasis { "<w:b/>" } else { "" };
                let indent = if *indented { 210 } else { 0 };
                self.cell(out, 0, 1, (*rule_above, under), keep, &run(emphasis, stub), indent);
                for (i, cell) in cells.iter().enumerate() {
                    self.cell(out, i + 1, 1, (*rule_above, under), keep, &cell_runs(cell), 0);
                }
            }
        }
        out.push_str("</w:tr>");
    }

    /// One cell; `rules` are those above and below it.
    fn cell(
        &self,
        out: &mut String,
        column: usize,
        span: usize,
        rules: (Rule, Rule),
        keep: bool,
        runs: &str,
        indent: u32,
    ) {
        let width: usize = self.widths[column..column + span].iter().sum();
        out.push_str(&format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>"));
        if span > 1 {
            out.push_str(&format!("<w:gridSpan w:val=\"{span}\"/>"));
        }
        if rules != (Rule::None, Rule::None) {
            out.push_str("<w:tcBorders>");
            for (side, rule) in [("top", rules.0), ("bottom", rules.1)] {
                if rule != Rule::None {
                    // Word counts rules in eighths of a point.
                    let size = (rule.points() * 8.0) as u32;
                    out.push_str(&format!(
                        "<w:{side} w:val=\"single\" w:sz=\"{size}\" w:space=\"0\" w:color=\"000000\"/>"
                    ));
                }
            }
            out.push_str("</w:tcBorders>");
        }
        let left = span < self.grid.n_columns && self.grid.align[column] == TextAlign::Left || column == 0;
        let justify = if left { "left" } else { "center" };
        let keep = if keep { "<w:keepNext/>" } else { "" };
        let indent = if indent > 0 { format!("<w:ind w:left=\"{indent}\"/>") } else { String::new() };
        out.push_str(&format!(
            "<w:vAlign w:val=\"top\"/></w:tcPr><w:p><w:pPr><w:pStyle w:val=\"{}\"/>{keep}{indent}\
             <w:jc w:val=\"{justify}\"/></w:pPr>{runs}</w:p></w:tc>",
            self.style
        ));
    }
}

fn cell_runs(cell: &GridCell) -> String {
    // A true minus: a hyphen is too short beside digits.
    let text = if cell.numeric { cell.text.replace('-', "−") } else { cell.text.clone() };
    let mut runs = run("", &text);
    runs.push_str(&run("<w:vertAlign w:val=\"superscript\"/>", &cell.stars));
    runs
}
