//! Typst.

use crate::lang::display_width;
use crate::table::{GridCell, Line, Rule, TextAlign};
use crate::{Lang, Result, Table};

/// Tables with more columns than this are set smaller.
const WIDE: usize = 8;
/// Labels of rows up to this width are not broken.
const LONG: usize = 34;

/// A table as a Typst `#figure` with caption above and notes below.
///
/// # Errors
/// As [`Table::validate`].
pub fn typst(table: &Table, lang: Lang) -> Result<String> {
    let grid = table.grid(lang)?;
    let align: Vec<&str> = grid.align.iter().map(|a| if *a == TextAlign::Left { "left" } else { "center" }).collect();
    let mut out = String::from("#block(breakable: true)[\n");
    if grid.n_columns > WIDE {
        out.push_str("#set text(size: 0.8em)\n");
    }
    if !grid.caption.is_empty() {
        out.push_str(&format!("#align(center)[#strong[{}]]\n", escape(&grid.caption)));
    }
    out.push_str(&format!(
        "#align(center, table(\n  columns: {},\n  align: ({}),\n  stroke: none,\n",
        grid.n_columns,
        align.join(", ")
    ));
    push_rule(&mut out, grid.rules.0);
    out.push_str("  table.header(\n");
    for row in &grid.header {
        let mut column = 0;
        let mut rules = String::new();
        out.push_str("    ");
        for label in row {
            if label.span > 1 {
                out.push_str(&format!("table.cell(colspan: {}, align: center)[{}], ", label.span, escape(&label.text)));
            } else {
                out.push_str(&format!("[{}], ", escape(&label.text)));
            }
            if label.underlined {
                rules.push_str(&format!(
                    "    table.hline(start: {column}, end: {}, stroke: 0.5pt),\n",
                    column + label.span
                ));
            }
            column += label.span;
        }
        out.push('\n');
        out.push_str(&rules);
    }
    out.push_str("  ),\n");
    push_rule(&mut out, grid.rules.1);
    for line in &grid.lines {
        match line {
            Line::Group { label, rule_above } => {
                push_rule(&mut out, *rule_above);
                out.push_str(&format!(
                    "  table.cell(colspan: {}, align: left)[#emph[{}]],\n",
                    grid.n_columns,
                    escape(label)
                ));
            }
            Line::Row { stub, cells, indented, rule_above, .. } => {
                push_rule(&mut out, *rule_above);
                let indent = if *indented { "#h(1em)" } else { "" };
                out.push_str(&format!("  [{indent}{}], ", unbroken(stub)));
                for cell in cells {
                    out.push_str(&format!("[{}], ", body_cell(cell)));
                }
                out.push('\n');
            }
        }
    }
    push_rule(&mut out, grid.rules.2);
    out.push_str("))\n");
    for note in &grid.notes {
        out.push_str(&format!("#text(size: 0.85em)[{}]\n\n", escape(note)));
    }
    out.push_str("]\n");
    Ok(out)
}

/// A label that stays on one line unless it is long: narrow columns of numbers leave room for it.
fn unbroken(stub: &str) -> String {
    if stub.is_empty() || display_width(stub) > LONG { escape(stub) } else { format!("#box[{}]", escape(stub)) }
}

fn push_rule(out: &mut String, rule: Rule) {
    if rule != Rule::None {
        out.push_str(&format!("  table.hline(stroke: {}pt),\n", rule.points()));
    }
}

fn body_cell(cell: &GridCell) -> String {
    let text = if cell.numeric { escape(&cell.text.replace('-', "−")) } else { escape(&cell.text) };
    if cell.stars.is_empty() { text } else { format!("{text}#super[{}]", escape(&cell.stars)) }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '#' | '*' | '_' | '$' | '[' | ']' | '@' | '<' | '>' | '`' | '~' | '/' | '=' | '+') {
            out.push('\\');
        }
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}
