//! From the bytes of a workbook to the cells of one sheet.

use super::sheet::Sheet;
use super::{compound, formats_ods, formats_xls, formats_xlsb, percent, raised, unpacked};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Error, Result};
use crate::io::options::ReadOptions;
use crate::remedy::{Remedy, listed};
use crate::suggest;
use calamine::{
    Data, DataRef, Dimensions, Reader, SheetType, SheetVisible, Sheets, Xlsx, XlsxError, XlsxFormulaMetadata,
    open_workbook_auto_from_rs,
};
use std::collections::HashMap;
use std::io::Cursor;

type Book<'a> = Sheets<Cursor<&'a [u8]>>;

/// A sheet, its merged areas, its name and those of all sheets.
pub(super) struct Opened {
    pub(super) sheet: Sheet,
    pub(super) merged: Vec<Dimensions>,
    pub(super) name: String,
    pub(super) sheets: Vec<String>,
    /// Other sheets that hold anything, hidden ones last.
    pub(super) others: Vec<String>,
    pub(super) remarks: Diagnostics,
}

/// The sheet asked for, else the first that can be seen and holds anything, with a remark where there are others.
pub(super) fn open(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<Opened> {
    let fail = |reason: String| Error::Read { file: file.to_owned(), reason };
    unpacked::check(file, bytes)?;
    compound::check(file, bytes)?;
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes))
        .map_err(|error| fail(format!("not a workbook that can be understood: {error}")))?;
    let known = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let (seen, hidden): (Vec<_>, Vec<_>) = known.partition(|sheet| sheet.visible == SheetVisible::Visible);
    let names = |sheets: Vec<&calamine::Sheet>| sheets.into_iter().map(|sheet| sheet.name.clone()).collect::<Vec<_>>();
    let (seen, hidden) = (names(seen), names(hidden));
    let sheets = book.sheet_names();
    let raised = if bytes.starts_with(b"PK") { raised::marked_numbers(bytes) } else { HashMap::new() };
    if let Some(wanted) = &options.sheet {
        if !sheets.contains(wanted) {
            let hint = suggest::nearest(wanted, sheets.iter().map(String::as_str));
            let hint = hint.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            return Err(fail(format!("no sheet `{wanted}`{hint}; there are {}", sheets.join(", "))));
        }
        let (mut sheet, merged) = read(&mut book, file, bytes, wanted)?;
        sheet.replace_texts(&raised);
        if sheet.rows.is_empty() {
            return Err(fail(format!(
                "the sheet `{wanted}` is empty; the workbook has the sheets {}",
                sheets.join(", ")
            )));
        }
        return Ok(Opened { sheet, merged, name: wanted.clone(), sheets, others: Vec::new(), remarks: Vec::new() });
    }
    let filled = |names: &[String], book: &mut Book<'_>| -> Result<Vec<String>> {
        names.iter().filter_map(|name| any(book, file, name).map(|any| any.then(|| name.clone())).transpose()).collect()
    };
    let mut found = filled(&seen, &mut book)?;
    let all_hidden = found.is_empty();
    if all_hidden {
        found = filled(&hidden, &mut book)?;
    }
    let Some(name) = found.first().cloned() else { return Err(fail("no sheet of the workbook holds anything".into())) };
    let mut others: Vec<String> = found[1..].to_vec();
    let mut remarks = Vec::new();
    if all_hidden {
        let message = format!("`{file}`: all sheets are hidden; `{name}` was read");
        remarks.push(Diagnostic::warning("hidden-sheet", message));
    }
    if let Some(other) = others.first() {
        let remedy = Remedy::text("sheet", other);
        let message = format!(
            "`{file}`: of the sheets {} only the first, `{name}`, was read; {} takes another, `sheet = {}` says that the first is meant",
            found.join(", "),
            listed(&[remedy]),
            crate::remedy::quoted(&name)
        );
        remarks.push(Diagnostic::warning("one-sheet-of-several", message));
    }
    let (mut sheet, merged) = read(&mut book, file, bytes, &name)?;
    sheet.replace_texts(&raised);
    // What is not in a sheet that can be seen may be in one that cannot.
    if !all_hidden {
        others.extend(filled(&hidden, &mut book)?);
    }
    Ok(Opened { sheet, merged, name, sheets, others, remarks })
}

/// Whether a sheet holds anything.
fn any(book: &mut Book<'_>, file: &str, name: &str) -> Result<bool> {
    let fail = |error: String| Error::Read { file: file.to_owned(), reason: format!("sheet `{name}`: {error}") };
    match book {
        Sheets::Xlsx(book) => {
            let mut cells = match book.worksheet_cells_reader(name) {
                Err(XlsxError::NotAWorksheet(_)) => return Ok(false),
                other => other.map_err(|error| fail(error.to_string()))?,
            };
            loop {
                match cells.next_cell() {
                    Ok(Some(cell)) if *cell.get_value() == DataRef::Empty => {}
                    Ok(Some(_)) | Err(XlsxError::CellError(_)) => return Ok(true),
                    Ok(None) => return Ok(false),
                    Err(error) => return Err(fail(error.to_string())),
                }
            }
        }
        Sheets::Xlsb(book) => {
            let mut cells = book.worksheet_cells_reader(name).map_err(|error| fail(error.to_string()))?;
            loop {
                match cells.next_cell().map_err(|error| fail(error.to_string()))? {
                    Some(cell) if *cell.get_value() == DataRef::Empty => {}
                    cell => return Ok(cell.is_some()),
                }
            }
        }
        other => other.worksheet_range(name).map(|range| !range.is_empty()).map_err(|error| fail(error.to_string())),
    }
}

/// The cells of a sheet and its merged areas.
fn read(book: &mut Book<'_>, file: &str, bytes: &[u8], name: &str) -> Result<(Sheet, Vec<Dimensions>)> {
    let fail = |error: String| Error::Read { file: file.to_owned(), reason: format!("sheet `{name}`: {error}") };
    let mut sheet = Sheet::default();
    let mut merged = Vec::new();
    match book {
        Sheets::Xlsx(book) => {
            xlsx_cells(book, name, &mut sheet).map_err(fail)?;
            percent::mark(book, name, &mut sheet).map_err(|error| fail(error.to_string()))?;
            merged = book.merge_cells_by_sheet_name(name).unwrap_or_default();
        }
        Sheets::Xlsb(book) => {
            let mut cells = book.worksheet_cells_reader(name).map_err(|error| fail(error.to_string()))?;
            while let Some(cell) = cells.next_cell().map_err(|error| fail(error.to_string()))? {
                sheet.push(cell.get_position(), &Data::from(cell.get_value().clone())).map_err(fail)?;
            }
            formats_xlsb::apply(bytes, name, &mut sheet).map_err(fail)?;
        }
        other => {
            let range = other.worksheet_range(name).map_err(|error| fail(error.to_string()))?;
            let (row, column) = range.start().unwrap_or_default();
            for (r, c, value) in range.used_cells() {
                sheet.push((row + r as u32, column + c as u32), value).map_err(fail)?;
            }
            if let Sheets::Xls(book) = other {
                merged = book.merge_cells_by_sheet_name(name).unwrap_or_default();
                formats_xls::apply(bytes, name, &mut sheet);
            } else {
                formats_ods::apply(bytes, name, &mut sheet);
            }
        }
    }
    Ok((sheet, merged))
}

/// The cells of a sheet of an xlsx file, one by one.
fn xlsx_cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, sheet: &mut Sheet) -> Result<(), String> {
    let mut cells = book.worksheet_cells_reader(name).map_err(|error| error.to_string())?;
    // An error that the library does not know ends a cell without its place.
    let (mut last, mut lost, mut moved, mut width) = (None::<(u32, u32)>, 0, (0, 0), 0);
    loop {
        let record = match cells.next_cell_with_formula_metadata() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(XlsxError::CellError(_)) => {
                sheet.errors += 1;
                lost += 1;
                continue;
            }
            Err(error) => return Err(error.to_string()),
        };
        let mut place = record.pos;
        // Where cells do not name their places, those behind such a cell come one too far to the left.
        let same_row = last.filter(|last| last.0 == place.0);
        let next = same_row.map_or(0, |last| last.1 + 1);
        // In another row, the cell may have been the last of the row before: as many were missing there.
        let ended_a_row =
            same_row.is_none() && last.is_some_and(|last| last.1 + moved_in(moved, last.0) + lost < width);
        if lost > 0 && place.1 == next && !ended_a_row {
            moved = (place.0, moved_in(moved, place.0) + lost);
        }
        lost = 0;
        last = Some(place);
        place.1 += moved_in(moved, place.0);
        width = width.max(place.1 + 1);
        let stored = match (&record.value, &record.formula) {
            (DataRef::Empty, Some(formula)) => sheet.push_formula(place, formula_text(formula)),
            (value, _) => sheet.push(place, &Data::from(value.clone())),
        };
        stored?;
    }
    Ok(())
}

/// The text of a formula, where the cell has one of its own.
fn formula_text(formula: &XlsxFormulaMetadata) -> &str {
    match formula {
        XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => formula,
        // A cell that shares the formula of another.
        _ => "",
    }
}

/// By how many columns cells of a row are moved.
fn moved_in((row, by): (u32, u32), here: u32) -> u32 {
    if row == here { by } else { 0 }
}
