//! What to say of a column that is used as numbers and holds texts.

use super::Panel;
use crate::column::TextColumn;
use crate::numerals::{accounting_negative, changing, remedies_for, unit_of};
use crate::remedy::{Remedy, bare, listed, quoted};
use crate::time_axis::is_period;

/// What is expected of a column that holds texts in the rows `words`, and what to write where that is certain: a few
/// words among numbers are mostly marks.
pub(super) fn number_wanted(text: &TextColumn, rows: &[usize]) -> (String, Vec<Remedy>) {
    /// More are not marks of a missing value.
    const MARKS: usize = 3;
    let first = rows.first().and_then(|&row| text.get(row)).unwrap_or_default();
    if first.starts_with('=') {
        let expected = "a number; the cell holds a formula without its result: open the workbook in a spreadsheet program and save it, which stores the results";
        return (expected.into(), Vec::new());
    }
    if first.parse().is_ok_and(f64::is_infinite) && first.contains(|c: char| c.is_ascii_digit()) {
        return ("a number below 1.8e308, the largest there is; correct the cell".into(), Vec::new());
    }
    if let Some(sign) = rows.iter().find_map(|&row| changing(text.get(row).unwrap_or_default())) {
        let expected = format!("a number; `{sign}` may change it (a sign, or a multiplier): write the numbers plainly");
        return (expected, Vec::new());
    }
    let present = text.len() - text.codes().iter().filter(|&&code| code == TextColumn::MISSING).count();
    let few = 2 * rows.len() < present;
    // In a few cells only they are rather marks.
    if let (false, Some((unit, other))) = (few, two_units(text, rows)) {
        let expected =
            format!("a number; some cells are in `{unit}` and some in `{other}`: write them in one unit, without it");
        return (expected, Vec::new());
    }
    if let Some(negative) = accounting_negative(first) {
        return (format!("a number; accounts write a negative like this: write {negative}"), Vec::new());
    }
    let remedies = remedies_for(first);
    if let Some(remedy) = remedies.first() {
        // A unit in some cells only may be another unit.
        if rows.len() < present && remedy.key == "strip" {
            return (format!("a number; correct the cell, or `{remedy}` where this is a mark"), Vec::new());
        }
        let other = if remedy.key == "percent" { " (`percent = \"share\"` divides by a hundred)" } else { "" };
        return (format!("a number; {} reads it as one{other}", listed(&remedies)), remedies);
    }
    let mut marks: Vec<&str> = Vec::new();
    for mark in rows.iter().filter_map(|&row| text.get(row)) {
        if !marks.contains(&mark) {
            marks.push(mark);
        }
        if marks.len() > MARKS {
            break;
        }
    }
    if marks.len() > MARKS || !few {
        return ("a number (an empty cell where it is missing)".into(), Vec::new());
    }
    let remedy = Remedy::list("missing", &marks);
    let expected = format!("a number; correct the cell, or `{remedy}` where this stands for a missing value");
    // A mark with digits may be a number that was written wrongly.
    let certain = !marks.iter().any(|mark| mark.contains(char::is_numeric));
    (expected, if certain { vec![remedy] } else { Vec::new() })
}

impl Panel {
    /// What to say where the only text of a column stands in a row whose period is a word as well: a second header.
    pub(super) fn second_header(&self, row: usize) -> Option<(String, Vec<Remedy>)> {
        let time = self.time_label(row);
        let others = self.times.labels().iter().filter(|label| *label != time);
        let is_header = !is_period(time) && self.n_periods() > 2 && others.clone().all(|label| is_period(label));
        if !self.is_keyed() || !is_header {
            return None;
        }
        let name = bare(self.time_name());
        let name = if name.starts_with('"') { format!("`{}`", self.time_name()) } else { name };
        let remedy = Remedy::plain("filter", format!("'{name} != {}'", quoted(time)));
        let expected = format!("a number; the row of `{time}` looks like a second header: `{remedy}` leaves it out");
        Some((expected, vec![remedy]))
    }
}

/// Two different units behind the numbers of a column.
fn two_units<'a>(text: &'a TextColumn, rows: &[usize]) -> Option<(&'a str, &'a str)> {
    let mut units = rows.iter().filter_map(|&row| unit_of(text.get(row)?));
    let first = units.next()?;
    units.find(|unit| *unit != first).map(|other| (first, other))
}

#[cfg(test)]
mod tests {
    use crate::io::{ReadOptions, read_bytes};

    /// What is said of `x` where it is used as numbers.
    fn said(rows: &str) -> String {
        let text = format!("city,year,x\n{rows}");
        let table = read_bytes("d.csv", text.as_bytes(), &ReadOptions::default()).expect("a table");
        let panel = table.into_panel(Some("city"), Some("year")).expect("a panel");
        panel.float("x").expect_err("no numbers").to_string()
    }

    #[test]
    fn units_are_named() {
        let message = said("a,1,12 cm\na,2,13 mm\n");
        assert!(message.contains("some cells are in `cm` and some in `mm`: write them in one unit"), "{message}");
        let message = said("a,1,5 d\na,2,6 s\n");
        assert!(message.contains("in `d` and some in `s`"), "{message}");
        let message = said("a,1,1025 b\na,2,1003 b\n");
        assert!(message.contains("`b` may change it"), "{message}");
        let message = said("a,1,1.025 bn\na,2,1002 mn\n");
        assert!(message.contains("may change it"), "{message}");
        // Flags stand behind some numbers.
        let table = read_bytes("d.csv", b"city,year,x\na,1,5 b\na,2,6\n", &ReadOptions::default()).expect("a table");
        assert!(table.into_panel(Some("city"), Some("year")).expect("a panel").float("x").is_ok());
    }

    #[test]
    fn a_second_header_is_left_out_by_a_filter() {
        let message = said("城市,年份,产出\na,2013,1\na,2014,2\n");
        assert!(message.contains("`filter = 'year != \"年份\"'` leaves it out"), "{message}");
        let message = said("a,2012,n.d.\na,2013,1\na,2014,2\n");
        assert!(message.contains("missing = [\"n.d.\"]"), "{message}");
    }

    #[test]
    fn a_forgotten_period_is_named() {
        let table = read_bytes("d.csv", b"city,year,x\na,1,5\na,2,6\n", &ReadOptions::default()).expect("a table");
        let message = table.into_panel(Some("city"), None).expect_err("twice").to_string();
        assert!(message.contains("`time = \"year\"` is missing in [study]"), "{message}");
    }
}
