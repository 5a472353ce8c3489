//! The cells of a workbook of LibreOffice (ods) that are shown as percentages, and those with a raised footnote mark.

use super::markup::{attribute, decoded, name, tags};
use super::raised::Parts;
use super::sheet::Sheet;
use std::collections::BTreeSet;
use std::io::{Cursor, Read};

/// Bytes of `content.xml` that are looked through.
const MOST: u64 = 1 << 30;

/// Marks the cells of a sheet that are shown as percentages, and gives texts with a raised part their marks; nothing where
/// the file is damaged, which the reader reports.
pub(super) fn apply(bytes: &[u8], name: &str, sheet: &mut Sheet) {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return };
    let mut xml = Vec::new();
    if archive.by_name("content.xml").is_ok_and(|entry| entry.take(MOST).read_to_end(&mut xml).is_ok()) {
        of_content(&String::from_utf8_lossy(&xml), name, sheet);
    }
}

fn of_content(xml: &str, wanted: &str, sheet: &mut Sheet) {
    let mut styles = Styles::default();
    let mut walk = None::<Walk>;
    for (tag, content) in tags(xml) {
        let element = name(tag);
        match (&mut walk, element) {
            (None, "table:table") if attribute(tag, "table:name").as_deref() == Some(wanted) => {
                walk = Some(Walk::default());
            }
            (None, _) => styles.see(element, tag),
            (Some(_), "table:table") => break,
            (Some(walk), _) => walk.see(element, tag, content, &styles, sheet),
        }
    }
}

/// Styles of texts that are raised or lowered.
#[derive(Default)]
struct Styles {
    raised: BTreeSet<String>,
    last: String,
}

impl Styles {
    fn see(&mut self, element: &str, tag: &str) {
        if element == "style:style" {
            self.last = attribute(tag, "style:name").unwrap_or_default().into_owned();
        }
        // `super 58%`, `sub 58%`, or by how much of its height: `33% 58%`, `-33% 58%`, `0% 100%`.
        let position = (element == "style:text-properties").then(|| attribute(tag, "style:text-position")).flatten();
        if position.is_some_and(|position| !position.starts_with("0%")) {
            self.raised.insert(self.last.clone());
        }
    }
}

/// Where in a sheet its tags are.
#[derive(Default)]
struct Walk {
    row: u32,
    column: u32,
    /// How often the row repeats.
    rows: u32,
    cell: Option<Cell>,
    /// Whether the texts within each other that are open are raised.
    spans: Vec<bool>,
    /// Remarks beside the cell that are open.
    remarks: usize,
}

/// The cell that is open.
struct Cell {
    columns: u32,
    percent: bool,
    paragraphs: usize,
    parts: Parts,
}

impl Walk {
    fn see(&mut self, element: &str, tag: &str, content: &str, styles: &Styles, sheet: &mut Sheet) {
        if !tag.starts_with('/') {
            self.open(element, tag, styles);
        }
        if tag.starts_with('/') || tag.ends_with('/') {
            self.close(element, sheet);
        }
        if let (Some(cell), 0) = (&mut self.cell, self.remarks) {
            let raised = self.spans.last().copied().unwrap_or(false);
            cell.parts.add(&decoded(content), raised);
        }
    }

    fn open(&mut self, element: &str, tag: &str, styles: &Styles) {
        let repeated = |name: &str| attribute(tag, name).and_then(|n| n.parse().ok()).unwrap_or(1);
        match element {
            "table:table-row" => (self.rows, self.column) = (repeated("table:number-rows-repeated"), 0),
            "table:table-cell" | "table:covered-table-cell" => {
                self.cell = Some(Cell {
                    columns: repeated("table:number-columns-repeated"),
                    percent: attribute(tag, "office:value-type").as_deref() == Some("percentage"),
                    paragraphs: 0,
                    parts: Parts::default(),
                });
            }
            "office:annotation" => self.remarks += 1,
            "text:p" => {
                self.spans.clear();
                if let (Some(cell), 0) = (&mut self.cell, self.remarks) {
                    cell.paragraphs += 1;
                }
            }
            "text:span" => {
                let style = attribute(tag, "text:style-name").unwrap_or_default();
                let raised = styles.raised.contains(&*style) || self.spans.last() == Some(&true);
                self.spans.push(raised);
            }
            _ => {}
        }
    }

    fn close(&mut self, element: &str, sheet: &mut Sheet) {
        match element {
            "table:table-row" => self.row = self.row.saturating_add(self.rows),
            "table:table-cell" | "table:covered-table-cell" => {
                let Some(cell) = self.cell.take() else { return };
                let columns = self.column..self.column.saturating_add(cell.columns);
                let rows = self.row..self.row.saturating_add(self.rows);
                self.column = columns.end;
                if cell.percent {
                    sheet.show_as_percent(rows, columns);
                } else if let (Some(text), 1) = (cell.parts.marked(), cell.paragraphs) {
                    sheet.replace_text(rows, columns, text);
                }
            }
            "office:annotation" => self.remarks = self.remarks.saturating_sub(1),
            "text:span" => _ = self.spans.pop(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Cell;
    use super::*;
    use calamine::Data;

    fn sheet(cells: &[(u32, u32, Data)]) -> Sheet {
        let mut sheet = Sheet::default();
        cells.iter().for_each(|(row, column, value)| sheet.push((*row, *column), value).expect("few"));
        sheet
    }

    #[test]
    fn repeated_cells_and_rows_are_where_the_reader_puts_them() {
        let text = |text: &str| Data::String(text.into());
        let mut read = sheet(&[
            (2, 0, text("12901")),
            (2, 1, Data::Float(0.5)),
            (3, 2, Data::Float(0.5)),
            (3, 3, Data::Float(0.5)),
            (4, 2, Data::Float(0.25)),
            (6, 0, text("12901")),
        ]);
        let span = |style: &str, text: &str| format!("<text:span text:style-name='{style}'>{text}</text:span>");
        let styles = "<style:style style:name='T1'><style:text-properties style:text-position=\"super 58%\"/></style:style><style:style style:name='T2'><style:text-properties style:text-position='0% 100%'/></style:style>";
        let percent = "<table:table-cell table:number-columns-repeated=\"2\" office:value-type=\"percentage\" office:value=\"0.5\"><text:p>50 %</text:p></table:table-cell>";
        let other = "<table:table table:name=\"a\"><table:table-row><table:table-cell office:value-type=\"percentage\"/></table:table-row></table:table>";
        let rows = [
            "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"9\"/></table:table-row>".to_owned(),
            format!("<table:table-header-rows><table:table-row><table:table-cell f=\"1>0\"><office:annotation><text:p>7</text:p></office:annotation><text:p>1290{}{}</text:p></table:table-cell><table:table-cell office:value-type=\"float\"/></table:table-row></table:table-header-rows>", span("T1", "1"), span("T2", "")),
            format!("<table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"2\"/>{percent}</table:table-row>"),
            "<table:table-row/>".to_owned(),
            format!("<table:table-row><table:table-cell><text:p>{}</text:p></table:table-cell></table:table-row>", span("T2", "12901")),
        ];
        of_content(
            &format!("{styles}{other}<table:table table:name=\"b\">{}</table:table>", rows.concat()),
            "b",
            &mut read,
        );
        let at = |row: usize, column: u32| read.rows[row].get(column);
        assert_eq!(at(0, 1), Some(Cell::Number(0.5)));
        assert_eq!([at(1, 2), at(1, 3)], [Some(Cell::Percent(0.5)); 2]);
        assert_eq!(at(2, 2), Some(Cell::Percent(0.25)));
        assert_eq!(read.shown(&read.rows[0], 0), "1290¹");
        assert_eq!(read.shown(&read.rows[3], 0), "12901");
    }
}
