//! The cells of one sheet that hold anything, row by row.
//!
//! A stray cell at the far end of a sheet makes its area billions of cells wide and long, so cells are kept by row and
//! column and never laid out as an area.

use crate::error::{Error, Result};
use crate::number::trim;
use crate::time_axis::days_from_civil;
use calamine::{Data, Dimensions};
use std::collections::HashMap;
use std::ops::Range;

/// Cells that a sheet may hold; beyond, memory would be short before they are a table.
const MOST_CELLS: usize = 30_000_000;

/// Values that a table may have, empty ones included.
const MOST_VALUES: usize = 100_000_000;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    Number(f64),
    /// A number that is shown as a percentage: 0.125 as 12.5 %.
    Percent(f64),
    /// A text, by its place among those of the sheet.
    Text(u32),
}

/// A row with a cell that holds anything.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// Its place in the sheet, from 0.
    pub(super) place: u32,
    /// Cells by column, in ascending order.
    cells: Vec<(u32, Cell)>,
}

/// A sheet while it is read and after.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) rows: Vec<Row>,
    texts: Vec<String>,
    known: HashMap<String, u32>,
    n_cells: usize,
    /// Cells that hold an error such as `#DIV/0!`.
    pub(super) errors: usize,
    /// Cells that hold a formula without its result.
    pub(super) formulas: usize,
}

impl Sheet {
    /// Adds a cell; cells may come in any order, and the last of a place counts.
    ///
    /// # Errors
    /// A sentence where there are too many.
    pub(super) fn push(&mut self, place: (u32, u32), value: &Data) -> Result<(), String> {
        let cell = match value {
            Data::Empty => return Ok(()),
            Data::Error(_) => {
                self.errors += 1;
                return Ok(());
            }
            Data::Float(value) if !value.is_finite() => return Ok(()),
            Data::Float(value) => Cell::Number(*value),
            Data::Int(value) if value.unsigned_abs() < 1 << 53 => Cell::Number(*value as f64),
            Data::String(text) if trim(text).is_empty() => return Ok(()),
            Data::String(text) => Cell::Text(self.text(text)),
            other => {
                let text = shown(other);
                if trim(&text).is_empty() {
                    return Ok(());
                }
                Cell::Text(self.text(&text))
            }
        };
        self.n_cells += 1;
        if self.n_cells > MOST_CELLS {
            return Err(format!("it holds more than {MOST_CELLS} cells; save it as a text or Parquet file"));
        }
        self.row(place.0).set(place.1, cell);
        Ok(())
    }

    /// Adds a formula that was stored without its result, as a text that begins with `=`.
    pub(super) fn push_formula(&mut self, place: (u32, u32), formula: &str) -> Result<(), String> {
        self.formulas += 1;
        self.push(place, &Data::String(format!("={formula}")))
    }

    /// Says of the numbers of an area that they are shown as percentages; of none other than 0, which is the same in every
    /// unit.
    pub(super) fn show_as_percent(&mut self, rows: Range<u32>, columns: Range<u32>) {
        for (_, cell) in self.area(rows, columns) {
            if let Cell::Number(value) = *cell
                && value != 0.0
            {
                *cell = Cell::Percent(value);
            }
        }
    }

    /// Puts another text in the place of those of an area.
    pub(super) fn replace_text(&mut self, rows: Range<u32>, columns: Range<u32>, text: &str) {
        let new = Cell::Text(self.text(text));
        for (_, cell) in self.area(rows, columns).filter(|(_, cell)| matches!(cell, Cell::Text(_))) {
            *cell = new;
        }
    }

    /// The cells of an area that hold anything.
    fn area(&mut self, rows: Range<u32>, columns: Range<u32>) -> impl Iterator<Item = &mut (u32, Cell)> {
        let from = self.rows.partition_point(|row| row.place < rows.start);
        let rows = self.rows[from..].iter_mut().take_while(move |row| row.place < rows.end);
        rows.flat_map(move |row| {
            let from = row.cells.partition_point(|(column, _)| *column < columns.start);
            let end = columns.end;
            row.cells[from..].iter_mut().take_while(move |(column, _)| *column < end)
        })
    }

    /// Puts other texts in the place of those that are keys of `others`.
    pub(super) fn replace_texts(&mut self, others: &HashMap<String, String>) {
        for text in &mut self.texts {
            if let Some(other) = others.get(text) {
                text.clone_from(other);
            }
        }
    }

    fn text(&mut self, text: &str) -> u32 {
        if let Some(&known) = self.known.get(text) {
            return known;
        }
        let place = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.known.insert(text.to_owned(), place);
        place
    }

    fn row(&mut self, place: u32) -> &mut Row {
        // Cells mostly come row by row.
        let at = match self.rows.last() {
            Some(last) if last.place == place => self.rows.len() - 1,
            Some(last) if last.place > place => match self.rows.binary_search_by_key(&place, |row| row.place) {
                Ok(at) => at,
                Err(at) => {
                    self.rows.insert(at, Row { place, cells: Vec::new() });
                    at
                }
            },
            _ => {
                self.rows.push(Row { place, cells: Vec::new() });
                self.rows.len() - 1
            }
        };
        &mut self.rows[at]
    }

    /// The columns that hold anything in some row from `from` on, in ascending order.
    pub(super) fn columns(&self, from: usize) -> Vec<u32> {
        let mut columns: Vec<u32> = Vec::new();
        let mut seen = vec![false; 1 << 14];
        for (column, _) in self.rows[from.min(self.rows.len())..].iter().flat_map(|row| &row.cells) {
            match seen.get_mut(*column as usize) {
                Some(seen) if *seen => continue,
                Some(seen) => *seen = true,
                None if columns.contains(column) => continue,
                None => {}
            }
            columns.push(*column);
        }
        columns.sort_unstable();
        columns
    }

    /// Whether a table of so many rows and columns is small enough to be read.
    ///
    /// # Errors
    /// A sentence that names both.
    pub(super) fn check_size(&self, rows: usize, columns: usize) -> Result<(), String> {
        if rows.saturating_mul(columns) <= MOST_VALUES {
            return Ok(());
        }
        Err(format!(
            "its cells lie in {rows} rows and {columns} columns, more than {MOST_VALUES} values; delete stray cells, or save it as a text file"
        ))
    }

    /// A cell's text; the empty one where there is none.
    pub(super) fn shown(&self, row: &Row, column: u32) -> String {
        match row.get(column) {
            None => String::new(),
            Some(Cell::Number(value) | Cell::Percent(value)) => value.to_string(),
            Some(Cell::Text(text)) => self.texts[text as usize].clone(),
        }
    }

    /// The text of a code.
    pub(super) fn of(&self, text: u32) -> &str {
        &self.texts[text as usize]
    }

    /// Copies the value of each merged area's first cell down its first column, into rows that hold anything.
    ///
    /// # Errors
    /// [`Error::Read`] where the areas overlap without end.
    pub(super) fn repeat_down(&mut self, file: &str, merged: &[Dimensions]) -> Result<()> {
        let mut copied = 0;
        for area in merged {
            let Some(value) = self.first_cell(area) else { continue };
            let (from, to) = self.between(area);
            copied += to - from;
            if copied > MOST_CELLS {
                return Err(Error::Read {
                    file: file.to_owned(),
                    reason: "its merged areas overlap without end".into(),
                });
            }
            self.rows[from..to].iter_mut().for_each(|row| row.set(area.start.1, value));
        }
        Ok(())
    }

    /// Copies the value of each merged area's first cell across its columns, in the first `n` of the rows from `from` on.
    pub(super) fn repeat_across(&mut self, merged: &[Dimensions], from: usize, n: usize) {
        let header = from..(from + n).min(self.rows.len());
        let Some(last) = self.rows[header.clone()]
            .iter()
            .chain(self.rows.iter().skip(header.end).take(50))
            .filter_map(|row| row.cells.last())
            .map(|(column, _)| *column)
            .max()
        else {
            return;
        };
        for area in merged {
            let Some(value) = self.first_cell(area) else { continue };
            for row in &mut self.rows[header.clone()] {
                if (area.start.0..=area.end.0).contains(&row.place) {
                    // Areas may reach beyond the table; nothing is read there.
                    (area.start.1..=area.end.1.min(last)).for_each(|column| row.set(column, value));
                }
            }
        }
    }

    fn first_cell(&self, area: &Dimensions) -> Option<Cell> {
        let at = self.rows.binary_search_by_key(&area.start.0, |row| row.place).ok()?;
        self.rows[at].get(area.start.1)
    }

    /// The rows of an area, by their places among those that hold anything.
    fn between(&self, area: &Dimensions) -> (usize, usize) {
        let from = self.rows.partition_point(|row| row.place < area.start.0);
        (from, self.rows.partition_point(|row| row.place <= area.end.0).max(from))
    }
}

impl Row {
    pub(super) fn get(&self, column: u32) -> Option<Cell> {
        self.cells.binary_search_by_key(&column, |(known, _)| *known).ok().map(|at| self.cells[at].1)
    }

    fn set(&mut self, column: u32, cell: Cell) {
        match self.cells.last() {
            Some((last, _)) if *last >= column => match self.cells.binary_search_by_key(&column, |(known, _)| *known) {
                Ok(at) => self.cells[at].1 = cell,
                Err(at) => self.cells.insert(at, (column, cell)),
            },
            _ => self.cells.push((column, cell)),
        }
    }

    /// How many cells hold anything.
    pub(super) fn filled(&self) -> usize {
        self.cells.len()
    }
}

/// A cell as text.
fn shown(cell: &Data) -> String {
    match cell {
        Data::Int(value) => value.to_string(),
        Data::Float(value) => value.to_string(),
        Data::String(text) => text.clone(),
        Data::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
            let clock = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
            // Times are fractions of a day, so a whole second may come out a millisecond short, or midnight a day early.
            let seconds = clock + i64::from(milli >= 500);
            let days = days_from_civil(i64::from(year), i64::from(month), i64::from(day)) + seconds / 86_400;
            let (year, month, day) = super::super::civil_from_days(days);
            let clock = match seconds % 86_400 {
                0 => String::new(),
                s => format!("T{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60),
            };
            format!("{year:04}-{month:02}-{day:02}{clock}")
        }
        Data::DateTime(duration) => duration.as_f64().to_string(),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Error(_) | Data::Empty => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_kept_where_they_are_however_far() {
        let mut sheet = Sheet::default();
        for (place, value) in [((1_048_575, 16_383), 1.0), ((0, 1), 2.0), ((0, 0), 3.0), ((0, 1), 4.0)] {
            sheet.push(place, &Data::Float(value)).expect("few");
        }
        assert_eq!((sheet.rows.len(), sheet.columns(0), sheet.columns(1)), (2, vec![0, 1, 16_383], vec![16_383]));
        assert_eq!(sheet.rows[0].get(1), Some(Cell::Number(4.0)));
        assert!(sheet.check_size(1 << 20, 1 << 14).is_err());
    }

    #[test]
    fn merged_values_reach_rows_that_hold_anything() {
        let mut sheet = Sheet::default();
        for (place, text) in [((0, 0), "city"), ((1, 0), "a"), ((1, 1), "1"), ((3, 1), "2"), ((900, 1), "3")] {
            sheet.push(place, &Data::String(text.into())).expect("few");
        }
        let area = Dimensions { start: (1, 0), end: (1_048_575, 16_383) };
        sheet.repeat_down("f", &[area]).expect("few");
        assert_eq!(sheet.shown(&sheet.rows[3], 0), "a");
        assert!(sheet.repeat_down("f", &vec![area; 20_000_000]).is_err());
    }
}
