//! Workbooks: xlsx, xlsb, xls and ods.

use super::options::ReadOptions;
use super::table::RawTable;
use super::typed::typed;
use super::{civil_from_days, guard, header};
use crate::column::Column;
use crate::diagnostics::Diagnostic;
use crate::error::{Error, Result};
use crate::intern::Interner;
use crate::number::trim;
use crate::suggest;
use crate::time_axis::days_from_civil;
use calamine::{Data, Dimensions, Range, Reader, Sheets, open_workbook_auto_from_rs};
use std::io::Cursor;

/// Reads one sheet of a workbook.
///
/// Blank rows are passed over. Numbers stored as text are numbers, dates become ISO text, formulas their stored
/// result, error cells (`#DIV/0!`) missing with a note. The table's file is `book.xlsx [sheet]` where a sheet was asked for
/// or the workbook has several. Merged cells (xlsx) repeat their value over the merged area in the
/// header, and downwards in the rows below it: what is merged across the columns there is a note, not a value of each.
///
/// # Errors
/// [`Error::Read`] for a damaged workbook, an unknown sheet (with the nearest name) and an empty one.
pub(super) fn read(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<RawTable> {
    let Opened { mut range, merged, sheet, sheets } = guard(file, || open(file, bytes, options))?;
    let workbook = file;
    // A workbook may be read more than once, sheet by sheet.
    let named = options.sheet.is_some() || sheets.len() > 1;
    let file = &if named { format!("{workbook} [{sheet}]") } else { workbook.to_owned() };
    let mut table = RawTable { file: file.clone(), ..RawTable::default() };
    let n_header = options.header_rows.max(1);
    if !merged.is_empty() {
        repeat_down(&mut range, &merged);
        let header: Vec<u32> =
            filled_rows(&range, options.skip_rows).take(n_header).map(|(row, _)| row as u32).collect();
        repeat_across(&mut range, &merged, &header);
        table.diagnostics.push(Diagnostic::note(
            "merged-cells",
            format!(
                "`{file}`: the values of {} merged areas were repeated over their cells, below the header only downwards",
                merged.len()
            ),
        ));
    }
    let mut rows = filled_rows(&range, options.skip_rows);
    let head: Vec<Vec<String>> =
        rows.by_ref().take(n_header).map(|(_, cells)| cells.iter().map(shown).collect()).collect();
    // The first sheet of a workbook is often a note, so the others are named.
    let fail = |reason: String| {
        let others = if sheets.len() > 1 {
            format!("; the workbook has the sheets {}", sheets.join(", "))
        } else {
            String::new()
        };
        Error::Read { file: workbook.to_owned(), reason: format!("sheet `{sheet}`: {reason}{others}") }
    };
    if head.len() < n_header {
        return Err(fail(format!("expected {n_header} header row(s), found {}", head.len())));
    }
    let names = header::names(file, &head)?;
    let body: Vec<(usize, &[Data])> = rows.collect();
    if body.is_empty() {
        return Err(fail("there is a header but no row of data".into()));
    }
    table.lines = body.iter().map(|(row, _)| *row as u32 + 1).collect();
    let mut errors = 0;
    for (c, name) in names.into_iter().enumerate() {
        let cells = || body.iter().map(|(_, cells)| cells.get(c).unwrap_or(&Data::Empty));
        errors += cells().filter(|cell| matches!(cell, Data::Error(_))).count();
        let keep_text = options.text.contains(&name);
        let (column, written) = column(cells(), &options.missing, keep_text);
        if name.is_empty() && column.n_missing() == column.len() {
            continue;
        }
        if let Some(written) = written {
            table.written.insert(table.names.len(), written);
        }
        table.push(if name.is_empty() { format!("unnamed_{}", c + 1) } else { name }, column, String::new());
    }
    if errors > 0 {
        table.diagnostics.push(Diagnostic::warning(
            "error-cells",
            format!("`{file}`: {errors} cells hold an Excel error and were read as missing"),
        ));
    }
    Ok(table)
}

/// The first of the sheet's first rows, 1-based, that has a cell of that text.
pub(super) fn row_with(file: &str, bytes: &[u8], options: &ReadOptions, text: &str, within: usize) -> Option<usize> {
    let Opened { range, .. } = guard(file, || open(file, bytes, options)).ok()?;
    let found = filled_rows(&range, 0).find(|(_, cells)| cells.iter().any(|cell| trim(&shown(cell)) == text));
    found.map(|(row, _)| row + 1).filter(|row| *row <= within)
}

/// A sheet, its merged areas, its name and those of all sheets.
struct Opened {
    range: Range<Data>,
    merged: Vec<Dimensions>,
    sheet: String,
    sheets: Vec<String>,
}

/// The sheet asked for, else the first that holds anything.
fn open(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<Opened> {
    let fail = |reason: String| Error::Read { file: file.to_owned(), reason };
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes))
        .map_err(|error| fail(format!("not a workbook that can be understood: {error}")))?;
    let sheets = book.sheet_names();
    let wanted: Vec<String> = match &options.sheet {
        Some(sheet) if sheets.contains(sheet) => vec![sheet.clone()],
        Some(sheet) => {
            let hint = suggest::hint(suggest::nearest(sheet, sheets.iter().map(String::as_str)));
            return Err(fail(format!("no sheet `{sheet}`{hint}; there are {}", sheets.join(", "))));
        }
        None => sheets.clone(),
    };
    for sheet in wanted {
        let range = book.worksheet_range(&sheet).map_err(|error| fail(format!("sheet `{sheet}`: {error}")))?;
        if range.is_empty() {
            continue;
        }
        let merged = match &mut book {
            Sheets::Xlsx(book) => book.merge_cells_by_sheet_name(&sheet).unwrap_or_default(),
            _ => Vec::new(),
        };
        return Ok(Opened { range, merged, sheet, sheets });
    }
    Err(fail("the sheet is empty".into()))
}

/// Rows that hold anything, with their place in the sheet, without the first `skip` of the sheet.
fn filled_rows(range: &Range<Data>, skip: usize) -> impl Iterator<Item = (usize, &[Data])> {
    let first = range.start().unwrap_or_default().0 as usize;
    range
        .rows()
        .enumerate()
        .map(move |(i, row)| (first + i, row))
        .filter(move |(row, cells)| *row >= skip && !cells.iter().all(is_blank))
}

fn is_blank(cell: &Data) -> bool {
    match cell {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => trim(text).is_empty(),
        Data::Error(_) | Data::Empty => true,
        _ => false,
    }
}

/// Copies the value of each merged area's first cell down its first column.
fn repeat_down(range: &mut Range<Data>, merged: &[Dimensions]) {
    let Some(end) = range.end() else { return };
    for area in merged {
        let Some(value) = first_cell(range, area) else { continue };
        // Areas may reach beyond the used range; nothing is read there.
        for row in area.start.0..=area.end.0.min(end.0) {
            range.set_value((row, area.start.1), value.clone());
        }
    }
}

/// Copies the value of each merged area's first cell across its columns, in the rows `rows`.
fn repeat_across(range: &mut Range<Data>, merged: &[Dimensions], rows: &[u32]) {
    let Some(end) = range.end() else { return };
    for area in merged {
        let Some(value) = first_cell(range, area) else { continue };
        for &row in rows.iter().filter(|row| (area.start.0..=area.end.0).contains(*row)) {
            for column in area.start.1..=area.end.1.min(end.1) {
                range.set_value((row, column), value.clone());
            }
        }
    }
}

/// The value of a merged area that begins inside the used range.
fn first_cell(range: &Range<Data>, area: &Dimensions) -> Option<Data> {
    range.get_value(area.start).filter(|value| **value != Data::Empty).cloned()
}

fn column<'a>(
    cells: impl Iterator<Item = &'a Data> + Clone,
    missing: &[String],
    keep_text: bool,
) -> (Column, Option<crate::column::TextColumn>) {
    let number = |cell: &Data| match cell {
        Data::Int(value) => Some(*value as f64),
        Data::Float(value) if value.is_finite() => Some(*value),
        Data::Empty | Data::Error(_) | Data::Float(_) => Some(f64::NAN),
        _ => None,
    };
    if !keep_text
        && missing.is_empty()
        && let Some(values) = cells.clone().map(number).collect::<Option<Vec<f64>>>()
    {
        return (Column::Float(values), None);
    }
    let mut texts = Interner::default();
    for cell in cells {
        let text = shown(cell);
        texts.push(Some(trim(&text)).filter(|text| !text.is_empty()));
    }
    typed(texts.finish(), missing, keep_text)
}

/// A cell as text; errors and empty cells as nothing.
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
            let (year, month, day) = civil_from_days(days);
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
