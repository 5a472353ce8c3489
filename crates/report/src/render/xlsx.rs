//! Excel workbooks: numbers stay numbers, the printed digits and stars are their format.

use crate::lang::display_width;
use crate::numfmt::{self, Format as Digits};
use crate::table::{Align, Cell, Grid, HeaderCell, Rule, Value, Wrap};
use crate::{Error, Lang, Result, Table};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// Most characters of the name of a sheet.
const LONGEST: usize = 31;

/// Tables as one workbook, a sheet each, named by the tables' ids.
///
/// # Errors
/// As [`xlsx_workbook`].
pub fn xlsx(tables: &[Table], lang: Lang) -> Result<Vec<u8>> {
    let mut named: Vec<(String, &Table)> = Vec::with_capacity(tables.len());
    for table in tables {
        named.push((sheet_name(&table.id, &named), table));
    }
    xlsx_workbook(&named, lang)
}

/// A workbook of named sheets, created on a fixed date.
///
/// # Errors
/// As [`Table::validate`]; [`Error::Specification`] when a sheet name is empty, longer than 31 characters, repeated or
/// has one of `[ ] : * ? / \`; [`Error::Render`] when the workbook cannot be written.
pub fn xlsx_workbook(sheets: &[(String, &Table)], lang: Lang) -> Result<Vec<u8>> {
    let fail = |error: XlsxError| Error::Render { format: "xlsx", reason: error.to_string() };
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(fail)?;
    workbook.set_properties(&DocProperties::new().set_author("panel-report").set_creation_datetime(&created));
    for (i, (name, table)) in sheets.iter().enumerate() {
        check_name(name, &sheets[..i])?;
        let grid = table.grid(lang)?;
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).map_err(fail)?;
        Sheet { sheet, table, grid: &grid, lang }.write().map_err(fail)?;
    }
    workbook.save_to_buffer().map_err(fail)
}

/// The id as the name of a sheet: its first 31 characters, numbered where an earlier sheet has them.
fn sheet_name(id: &str, before: &[(String, &Table)]) -> String {
    let cut = |length: usize| id.chars().take(length).collect::<String>();
    let free = |name: &String| !before.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    let numbered = (2..=before.len() + 2).map(|n| {
        let mark = format!("~{n}");
        cut(LONGEST - mark.len()) + &mark
    });
    std::iter::once(cut(LONGEST)).chain(numbered).find(free).unwrap_or_default()
}

fn check_name(name: &str, before: &[(String, &Table)]) -> Result<()> {
    let length = name.chars().count();
    let forbidden = name.contains(['[', ']', ':', '*', '?', '/', '\\']);
    let repeated = before.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    if length == 0 || length > LONGEST || forbidden || repeated {
        return Err(Error::Specification(format!(
            "sheet name `{name}`: expected 1 to 31 characters, none of [ ] : * ? / \\, and no name twice"
        )));
    }
    Ok(())
}

struct Sheet<'a> {
    sheet: &'a mut Worksheet,
    table: &'a Table,
    grid: &'a Grid,
    lang: Lang,
}

impl Sheet<'_> {
    fn write(&mut self) -> Result<(), XlsxError> {
        let mut row: u32 = 0;
        if !self.grid.caption.is_empty() {
            self.sheet.write_with_format(row, 0, &self.grid.caption, &font(&self.grid.caption).set_bold())?;
            row += 1;
        }
        for i in 0..self.grid.header.len() {
            self.header_row(row, i)?;
            row += 1;
        }
        self.sheet.set_freeze_panes(row, 1)?;
        row = self.body(row)?;
        for note in &self.grid.notes {
            self.sheet.write_with_format(row, 0, note, &font(note).set_font_size(9))?;
            row += 1;
        }
        self.widths()
    }

    fn header_row(&mut self, row: u32, index: usize) -> Result<(), XlsxError> {
        let (top, below, _) = self.grid.rules;
        let above = if index == 0 { top } else { Rule::None };
        let last = index + 1 == self.grid.header.len();
        let mut column = 0;
        for label in &self.grid.header[index] {
            let under = match (last, label.underlined) {
                (true, _) => below,
                (false, true) => Rule::Light,
                (false, false) => Rule::None,
            };
            let format = ruled(font(&label.text), above, under).set_align(header_align(column));
            if label.span > 1 {
                let end = column + label.span as u16 - 1;
                self.sheet.merge_range(row, column, row, end, &label.text, &format)?;
            } else {
                self.sheet.write_with_format(row, column, &label.text, &format)?;
            }
            column += label.span as u16;
        }
        Ok(())
    }

    fn body(&mut self, mut row: u32) -> Result<u32, XlsxError> {
        let groups = &self.table.groups;
        for (g, group) in groups.iter().enumerate() {
            let mut above = group.rule_above;
            let last_group = g + 1 == groups.len();
            if let Some(label) = &group.label {
                let under = if last_group && group.rows.is_empty() { self.grid.rules.2 } else { Rule::None };
                let text = label.get(self.lang);
                self.sheet.write_with_format(row, 0, text, &ruled(font(text).set_italic(), above, under))?;
                for column in 1..self.grid.n_columns as u16 {
                    self.sheet.write_blank(row, column, &ruled(Format::new(), above, under))?;
                }
                above = Rule::None;
                row += 1;
            }
            for (i, line) in group.rows.iter().enumerate() {
                let under = if last_group && i + 1 == group.rows.len() { self.grid.rules.2 } else { Rule::None };
                let stub = line.stub.get(self.lang);
                let indent = u8::from(group.label.is_some());
                self.sheet.write_with_format(row, 0, stub, &ruled(font(stub).set_indent(indent), above, under))?;
                for (c, cell) in line.cells.iter().enumerate() {
                    let align = match self.table.align[c] {
                        Align::Left => FormatAlign::Left,
                        Align::Number | Align::Center => FormatAlign::Center,
                    };
                    self.cell(row, c as u16 + 1, cell, |format| ruled(format, above, under).set_align(align))?;
                }
                above = Rule::None;
                row += 1;
            }
        }
        Ok(row)
    }

    fn cell(&mut self, row: u32, column: u16, cell: &Cell, finish: impl Fn(Format) -> Format) -> Result<(), XlsxError> {
        match &cell.value {
            Value::Number { value, format } if value.is_finite() => {
                let code = number_format(*value, *format, cell, self.table.thousands);
                self.sheet.write_with_format(row, column, *value, &finish(font("").set_num_format(code)))?;
            }
            Value::PValue(p) if p.is_finite() => {
                let code = p_format(cell.wrap, cell.stars);
                self.sheet.write_with_format(row, column, *p, &finish(font("").set_num_format(code)))?;
            }
            Value::Empty => {
                self.sheet.write_blank(row, column, &finish(font("")))?;
            }
            _ => {
                let text = format!(
                    "{}{}",
                    cell.print_with(self.lang, self.table.thousands),
                    "*".repeat(usize::from(cell.stars))
                );
                self.sheet.write_with_format(row, column, &text, &finish(font(&text)))?;
            }
        }
        Ok(())
    }

    fn widths(&mut self) -> Result<(), XlsxError> {
        let mut widths = vec![8; self.grid.n_columns];
        for row in self.grid.header.iter().filter(|row| row.iter().all(|label: &HeaderCell| label.span == 1)) {
            for (width, label) in widths.iter_mut().zip(row) {
                *width = (*width).max(display_width(&label.text));
            }
        }
        for line in &self.grid.lines {
            if let crate::table::Line::Row { stub, cells, .. } = line {
                widths[0] = widths[0].max(display_width(stub) + 2);
                for (width, cell) in widths[1..].iter_mut().zip(cells) {
                    *width = (*width).max(display_width(&cell.joined()));
                }
            }
        }
        for (column, width) in widths.iter().enumerate() {
            self.sheet.set_column_width(column as u16, (*width).min(60) as f64 + 2.0)?;
        }
        Ok(())
    }
}

/// Times New Roman, or 宋体 where the text has East Asian characters: Excel knows one font per cell.
fn font(text: &str) -> Format {
    let wide = text.chars().any(|c| crate::lang::char_width(c) == 2);
    Format::new().set_font_name(if wide { "宋体" } else { "Times New Roman" }).set_font_size(10.5)
}

fn ruled(mut format: Format, above: Rule, below: Rule) -> Format {
    let border = |rule| match rule {
        Rule::None => None,
        Rule::Light => Some(FormatBorder::Thin),
        Rule::Heavy => Some(FormatBorder::Medium),
    };
    if let Some(border) = border(above) {
        format = format.set_border_top(border);
    }
    if let Some(border) = border(below) {
        format = format.set_border_bottom(border);
    }
    format
}

const fn header_align(column: u16) -> FormatAlign {
    if column == 0 { FormatAlign::Left } else { FormatAlign::Center }
}

/// An Excel number format that prints what [`numfmt::number`] prints, with brackets and stars as literal text.
fn number_format(value: f64, digits: Digits, cell: &Cell, thousands: bool) -> String {
    let decimals = |n: usize| if n == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(n)) };
    let core = match digits {
        Digits::Fixed(n) => decimals(usize::from(n)),
        Digits::Significant(_) | Digits::Legible(_) => {
            let text = numfmt::number(value, digits);
            match text.split_once('e') {
                Some((mantissa, _)) => {
                    let places = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
                    format!("{}E+0", decimals(places))
                }
                None => decimals(text.split_once('.').map_or(0, |(_, fraction)| fraction.len())),
            }
        }
        Digits::Integer => "0".to_owned(),
        Digits::Grouped => "#,##0".to_owned(),
        Digits::Percent(n) => format!("{}%", decimals(usize::from(n))),
        Digits::Scientific(n) => format!("{}E+00", decimals(usize::from(n))),
        Digits::Full => "General".to_owned(),
    };
    let core = match core.strip_prefix('0') {
        Some(rest) if thousands && !core.contains('E') => format!("#,##0{rest}"),
        _ => core,
    };
    let (open, close) = literals(cell.wrap, cell.stars);
    let (open, close) = (quoted(open), quoted(&close));
    // Excel would show -0.000 for a negative number that rounds to zero.
    let rounds_to_zero = value < 0.0 && !numfmt::number(value, digits).starts_with('-');
    let sign = if rounds_to_zero { "" } else { "-" };
    format!("{open}{core}{close};{open}{sign}{core}{close}")
}

/// The format that prints what [`numfmt::p_value`] prints.
fn p_format(wrap: Wrap, stars: u8) -> String {
    let (open, close) = literals(wrap, stars);
    let small = quoted(&format!("{open}<0.001{close}"));
    format!("[<0.001]{small};{}0.000{}", quoted(open), quoted(&close))
}

/// What stands before and after a number: brackets and stars.
fn literals(wrap: Wrap, stars: u8) -> (&'static str, String) {
    let (open, close) = match wrap {
        Wrap::None => ("", ""),
        Wrap::Parens => ("(", ")"),
        Wrap::Brackets => ("[", "]"),
    };
    (open, format!("{close}{}", "*".repeat(usize::from(stars))))
}

/// Literal text of a number format; one piece, since two quotes in a row would be a quote.
fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\"{text}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_ids_are_cut_and_told_apart() {
        let table = Table::default();
        let mut sheets: Vec<(String, &Table)> = Vec::new();
        for end in ["a", "b", "c"] {
            let name = sheet_name(&format!("robustness-of-the-baseline-columns-{end}"), &sheets);
            sheets.push((name, &table));
        }
        let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["robustness-of-the-baseline-colu", "robustness-of-the-baseline-co~2", "robustness-of-the-baseline-co~3"]
        );
        for (place, (name, _)) in sheets.iter().enumerate() {
            assert!(check_name(name, &sheets[..place]).is_ok());
        }
    }
}
