//! What the format of a cell says of its number, in workbooks of other programs (`golden/formats`).

use crate::golden;
use panel_core::io::{RawTable, ReadOptions, read_table};
use panel_core::{Column, Percent};

/// The files, and whether the program that wrote them knows raised marks.
const FILES: [(&str, bool); 3] = [("formats.ods", true), ("formats.xls", true), ("loaded.xlsb", false)];

fn read(file: &str, percent: Option<Percent>) -> RawTable {
    let sheet = Some("data".to_owned());
    read_table(golden("formats").join(file), &ReadOptions { percent, sheet, ..ReadOptions::default() }).unwrap()
}

fn numbers(table: &RawTable, name: &str) -> Vec<f64> {
    match table.column(name).unwrap() {
        Column::Float(values) => values[..4].to_vec(),
        Column::Text(text) => panic!("{name} of {}: {:?}", table.file(), text.labels()),
    }
}

#[test]
fn cells_shown_as_percentages_are_known_in_every_kind_of_workbook() {
    for (file, _) in FILES {
        let table = read(file, None);
        let Column::Text(rate) = table.column("rate").unwrap() else { panic!("{file}: both kinds are numbers") };
        assert_eq!([0, 1, 2, 3, 4].map(|row| rate.get(row)), [Some("7%"), Some("12.5"), Some("0"), Some("8%"), None]);
        assert_eq!(numbers(&table, "share"), [0.125, -0.29, 0.005, 0.08], "{file}");
        let count = |code: &str| table.diagnostics().iter().filter(|remark| remark.code == code).count();
        assert_eq!(count("percent-formats"), 2, "{file}: {:?}", table.diagnostics());
        let points = read(file, Some(Percent::Points));
        assert_eq!(numbers(&points, "rate"), [7.0, 12.5, 0.0, 8.0], "{file}");
        assert_eq!(numbers(&points, "share"), [12.5, -29.0, 0.5, 8.0], "{file}");
        assert_eq!(numbers(&read(file, Some(Percent::Share)), "rate"), [0.07, 12.5, 0.0, 0.08], "{file}");
    }
}

/// SheetJS leaves the columns of cells out where they follow one another.
#[test]
fn cells_in_a_short_form_are_not_passed_over() {
    let options = ReadOptions { sheet: Some("data".into()), ..ReadOptions::default() };
    let error = read_table(golden("formats/formats.xlsb"), &options).unwrap_err().to_string();
    assert!(error.contains("short form") && error.ends_with("save it as xlsx"), "{error}");
}

/// The text of the last row has the letters of the first one and no mark.
#[test]
fn a_raised_mark_is_no_digit_of_the_number_in_its_cell() {
    for (file, _) in FILES.into_iter().filter(|(_, raised)| *raised) {
        let table = read(file, None);
        let Column::Float(gdp) = table.column("gdp").unwrap() else { panic!("{file}: marks are left out") };
        assert_eq!(gdp, &[1290.0, 3400.0, 129.0, 12901.0, 12901.0], "{file}");
        let marks: Vec<_> = table.diagnostics().iter().filter(|remark| remark.code == "marks-left-out").collect();
        assert!(matches!(marks[..], [one] if one.message.contains("1290¹")), "{file}: {:?}", table.diagnostics());
    }
}
