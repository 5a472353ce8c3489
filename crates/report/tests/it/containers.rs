//! Word and Excel files: structure, fixed dates, bytes.

use crate::support::{baseline, snapshot, spanned_spec};
use panel_report::regression::{Below, regression_table};
use panel_report::render::{docx, xlsx};
use panel_report::table::{Cell, Value};
use panel_report::{Lang, Table};
use std::io::{Cursor, Read};

fn table() -> Table {
    regression_table(&baseline(), &spanned_spec()).expect("a table")
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let mut text = String::new();
    archive.by_name(name).expect("the part").read_to_string(&mut text).expect("UTF-8");
    text
}

fn dates(bytes: &[u8]) -> Vec<(u16, u8, u8, u8)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    (0..archive.len())
        .map(|i| {
            let file = archive.by_index(i).expect("an entry");
            let date = file.last_modified().expect("a date");
            (date.year(), date.month(), date.day(), date.hour())
        })
        .collect()
}

#[test]
fn word_has_three_rules_and_both_fonts() {
    let bytes = docx(&[table()], Lang::Zh).expect("a document");
    let document = part(&bytes, "word/document.xml");
    // 12 eighths of a point are 1.5 pt, 6 are 0.75 pt; the light ones are the header rule and the spanner's.
    assert_eq!(document.matches("<w:top w:val=\"single\" w:sz=\"12\"").count(), 2);
    assert_eq!(document.matches("<w:bottom w:val=\"single\" w:sz=\"12\"").count(), 3);
    assert_eq!(document.matches("<w:bottom w:val=\"single\" w:sz=\"6\"").count(), 4);
    assert!(!document.contains("<w:left w:val") && !document.contains("<w:insideV"), "no vertical rules");
    let styles = part(&bytes, "word/styles.xml");
    assert!(styles.contains("w:ascii=\"Times New Roman\"") && styles.contains("w:eastAsia=\"宋体\""));
    snapshot(
        "docx_document_zh",
        "One table in WordprocessingML",
        &document.replace("<w:tr>", "\n<w:tr>").replace("<w:p>", "\n<w:p>"),
    );
}

#[test]
fn bytes_do_not_depend_on_the_clock_or_on_what_was_written_before() {
    let word = docx(&[table()], Lang::Zh).expect("a document");
    let excel = xlsx(&[table()], Lang::Zh).expect("a workbook");
    assert_eq!(word, docx(&[table()], Lang::Zh).expect("a document"));
    assert_eq!(excel, xlsx(&[table()], Lang::Zh).expect("a workbook"));
    assert!(dates(&word).iter().all(|date| *date == (1980, 1, 1, 0)), "{:?}", dates(&word));
    assert!(dates(&excel).iter().all(|date| *date == (1980, 1, 1, 0)), "{:?}", dates(&excel));
    assert!(part(&word, "docProps/core.xml").contains("2000-01-01T00:00:00Z"));
    assert!(part(&excel, "docProps/core.xml").contains("2000-01-01T00:00:00Z"));
}

#[test]
fn excel_keeps_numbers_as_numbers() {
    let bytes = xlsx(&[table()], Lang::En).expect("a workbook");
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<v>-0.0134</v>"), "full precision");
    let styles = part(&bytes, "xl/styles.xml");
    assert!(styles.contains("0.000&quot;**&quot;;-0.000&quot;**&quot;"), "stars are part of the format");
    assert!(styles.contains("&quot;(&quot;0.000&quot;)&quot;"), "so are parentheses");
}

#[test]
fn excel_keeps_p_values_as_numbers_and_shows_small_ones_as_such() {
    let mut spec = spanned_spec();
    spec.below = Below::P;
    let bytes = xlsx(&[regression_table(&baseline(), &spec).expect("a table")], Lang::En).expect("a workbook");
    assert!(part(&bytes, "xl/worksheets/sheet1.xml").contains("<v>0.0186</v>"), "full precision");
    let styles = part(&bytes, "xl/styles.xml");
    let format = "[&lt;0.001]&quot;[&lt;0.001]&quot;;&quot;[&quot;0.000&quot;]&quot;";
    assert!(styles.contains(format), "{styles}");
}

#[test]
fn a_p_value_that_is_none_has_a_reason() {
    let cell = Cell::p_value(f64::NAN);
    assert_eq!((cell.print(Lang::En), matches!(cell.value, Value::Missing { .. })), ("–".to_owned(), true));
}

#[test]
fn sheet_names_are_checked() {
    let mut long = table();
    long.id = "a/b".to_owned();
    let error = xlsx(&[long], Lang::En).expect_err("a slash").to_string();
    assert!(error.contains("sheet name `a/b`"), "{error}");
    assert!(xlsx(&[table(), table()], Lang::En).is_ok(), "tables of one name get sheets of their own");
}
