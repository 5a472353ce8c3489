//! Workbooks: xlsx, xlsb, xls and ods.

mod compound;
mod formats_ods;
mod formats_xls;
mod formats_xlsb;
mod markup;
mod open;
mod percent;
mod raised;
mod raised_xls;
mod sheet;
mod unpacked;

use super::csv::notes::reads_like_a_note;
use super::layout::{LOOK, is_units_row, units_remark};
use super::options::ReadOptions;
use super::reshape::is_period_alone;
use super::table::RawTable;
use super::typed::{Typed, asked, settled_by, typed};
use super::{guard, header};
use crate::column::Column;
use crate::diagnostics::Diagnostic;
use crate::error::{Error, Result};
use crate::intern::Interner;
use crate::number::trim;
use crate::numerals::Numerals;
use crate::remedy::Remedy;
use open::{Opened, open};
use percent::Percents;
use sheet::{Cell, Row, Sheet};

/// Reads one sheet of a workbook.
///
/// Blank rows are passed over. Numbers stored as text are numbers, dates become ISO text, formulas their stored
/// result (a formula without one is the text of the formula), error cells (`#DIV/0!`) missing with a remark. The table's file is `book.xlsx [sheet]` where a sheet was asked for
/// or the workbook has several. Merged cells (xlsx, xls) repeat their value over the merged area in the
/// header, and downwards in the rows below it: what is merged across the columns there is a note, not a value of each.
///
/// # Errors
/// [`Error::Read`] for a damaged workbook, an unknown sheet (with the nearest name), an empty one, and one that is too
/// large; [`Error::Layout`] where titles stand above the header.
pub(super) fn read(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<(RawTable, Numerals)> {
    let opened = guard(file, || open(file, bytes, options))?;
    let workbook = file;
    let Opened { mut sheet, merged, name: of_sheet, sheets, others, remarks } = opened;
    // A workbook may be read more than once, sheet by sheet.
    let named = options.sheet.is_some() || sheets.len() > 1;
    let file = &if named { format!("{workbook} [{of_sheet}]") } else { workbook.to_owned() };
    let mut table = RawTable { file: file.clone(), diagnostics: remarks, ..RawTable::default() };
    let n_header = options.header_rows.max(1);
    let from = sheet.rows.partition_point(|row| (row.place as usize) < options.skip_rows);
    if let Some(error) = title_above(workbook, &sheet, from, n_header) {
        return Err(error);
    }
    if !merged.is_empty() {
        sheet.repeat_down(workbook, &merged)?;
        sheet.repeat_across(&merged, from, n_header);
        table.diagnostics.push(Diagnostic::note(
            "merged-cells",
            format!(
                "`{file}`: the values of {} merged areas were repeated over their cells, below the header only downwards",
                merged.len()
            ),
        ));
    }
    // The first sheet of a workbook is often a note, so the others are named.
    let fail = |reason: String| {
        let reason = format!("sheet `{of_sheet}`: {reason}");
        match &others[..] {
            [only] => Error::Layout {
                file: workbook.to_owned(),
                reason: format!("{reason}; the workbook has the sheets {}", sheets.join(", ")),
                remedies: vec![Remedy::text("sheet", only)],
            },
            _ if sheets.len() > 1 => Error::Read {
                file: workbook.to_owned(),
                reason: format!("{reason}; the workbook has the sheets {}", sheets.join(", ")),
            },
            _ => Error::Read { file: workbook.to_owned(), reason },
        }
    };
    let rows = &sheet.rows[from..];
    if rows.len() < n_header {
        return Err(fail(format!("expected {n_header} header row(s), found {}", rows.len())));
    }
    let columns = sheet.columns(from);
    let texts = |row: &Row| columns.iter().map(|&column| sheet.shown(row, column)).collect::<Vec<String>>();
    let head: Vec<Vec<String>> = rows[..n_header].iter().map(texts).collect();
    let header = header::names(file, &head)?;
    table.left_out.extend(header.left_out);
    let names = header.names;
    let body = body(&mut table, &sheet, &rows[n_header..], &names, &columns, options)?;
    if body.is_empty() {
        return Err(fail("there is a header but no row of data".into()));
    }
    let used: Vec<(u32, String)> = columns.iter().copied().zip(names).collect();
    sheet.check_size(body.len(), used.len()).map_err(&fail)?;
    table.lines = body.iter().map(|row| row.place + 1).collect();
    let numerals = collect(&mut table, &sheet, &body, used, options)?;
    if sheet.errors > 0 {
        table.diagnostics.push(Diagnostic::warning(
            "error-cells",
            format!("`{file}`: {} cells hold an Excel error and were read as missing", sheet.errors),
        ));
    }
    if sheet.formulas > 0 {
        table.diagnostics.push(Diagnostic::warning(
            "formulas-without-results",
            format!(
                "`{file}`: {} cells hold a formula without its result; open the workbook in a spreadsheet program and save it, which stores the results",
                sheet.formulas
            ),
        ));
    }
    Ok((table, numerals))
}

/// The rows of the table: those that hold anything below a name, without units and notes.
fn body<'a>(
    table: &mut RawTable,
    sheet: &Sheet,
    rows: &'a [Row],
    names: &[String],
    columns: &[u32],
    options: &ReadOptions,
) -> Result<Vec<&'a Row>> {
    let named: Vec<u32> =
        columns.iter().zip(names).filter(|(_, name)| !name.is_empty()).map(|(&column, _)| column).collect();
    let in_table = |row: &&Row| named.iter().any(|&column| row.get(column).is_some());
    let mut body: Vec<&Row> = rows.iter().filter(in_table).collect();
    let beside = rows.len() - body.len();
    if beside > 0 {
        let message =
            format!("`{}`: {beside} row(s) that hold something only beside the table were left out", table.file);
        table.diagnostics.push(Diagnostic::note("rows-beside", message));
    }
    let mut notes = Vec::new();
    while let Some(row) = body.last().filter(|row| row.filled() == 1 && columns.len() > 1) {
        let text =
            row.get(columns[0]).map(|_| sheet.shown(row, columns[0])).filter(|text| reads_like_a_note(trim(text)));
        let Some(text) = text else { break };
        notes.push(text);
        body.pop();
    }
    if let Some(note) = notes.last() {
        let start: String = note.chars().take(40).collect();
        let message = format!("`{}`: {} note(s) below the table were left out: `{start}`", table.file, notes.len());
        table.diagnostics.push(Diagnostic::warning("notes-below", message));
    }
    if let Some((first, below)) = body.split_first() {
        let texts = |row: &&Row| columns.iter().map(|&column| sheet.shown(row, column)).collect::<Vec<String>>();
        let units = texts(first);
        let numerals = asked(options)?;
        let is_units = || is_units_row(&units, &below.iter().take(LOOK).map(texts).collect::<Vec<_>>(), &numerals);
        if options.units_row.unwrap_or_else(is_units) {
            let remark = units_remark(&table.file, &units);
            table.diagnostics.push(remark);
            body.remove(0);
        }
    }
    Ok(body)
}

/// Puts the columns into the table.
///
/// Cells of numbers have no writing: beside texts they say nothing about the decimal sign, and whatever it is they are the
/// numbers that they are.
fn collect(
    table: &mut RawTable,
    sheet: &Sheet,
    body: &[&Row],
    columns: Vec<(u32, String)>,
    options: &ReadOptions,
) -> Result<Numerals> {
    let cells = |column: u32| body.iter().map(move |row| row.get(column));
    let asked = asked(options)?;
    let percents: Vec<Option<Percents>> = columns
        .iter()
        .map(|(column, name)| {
            let placed = body.iter().map(|row| (row.place, row.get(*column)));
            percent::of_column(sheet, name, placed, &asked).filter(|_| !options.text.contains(name))
        })
        .collect();
    let known: Vec<Percents> = percents.iter().flatten().cloned().collect();
    if asked.percent.is_none() {
        table.diagnostics.extend(percent::remarks(&table.file, &known));
    }
    let numbers = |((column, name), percents): (&(u32, String), &Option<Percents>)| {
        let number = |cell: Option<Cell>| match cell {
            Some(Cell::Number(value)) => Some(value),
            Some(Cell::Percent(value)) => percent::as_number(value, percents.as_ref()),
            None => Some(f64::NAN),
            Some(Cell::Text(_)) => None,
        };
        let plain = options.missing.is_empty() && !options.text.contains(name);
        plain.then(|| cells(*column).map(number).collect::<Option<Vec<f64>>>()).flatten()
    };
    let read: Vec<Option<Vec<f64>>> = columns.iter().zip(&percents).map(numbers).collect();
    let texts = columns.iter().zip(&read).filter(|((_, name), read)| read.is_none() && !options.text.contains(name));
    let texts = texts.map(|((column, name), _)| {
        let text = |cell: Option<Cell>| if let Some(Cell::Text(text)) = cell { Some(sheet.of(text)) } else { None };
        (name.as_str(), cells(*column).filter_map(text))
    });
    let numerals = settled_by(&table.file, texts, options)?;
    for (c, (((place, name), read), percents)) in columns.iter().zip(read).zip(&percents).enumerate() {
        let as_text = options.text.contains(name);
        let column = match read {
            Some(values) => Typed::from(Column::from(values)),
            None => {
                let mut texts = Interner::default();
                for cell in cells(*place) {
                    let written = match cell {
                        None => None,
                        Some(Cell::Text(text)) => {
                            texts.push(Some(trim(sheet.of(text))));
                            continue;
                        }
                        Some(Cell::Number(value)) => Some(value.to_string()),
                        Some(Cell::Percent(value)) => Some(percent::as_text(value, percents.as_ref())),
                    };
                    let comma = numerals.decimal_comma && !as_text;
                    texts.push(written.map(|text| if comma { text.replace('.', ",") } else { text }).as_deref());
                }
                typed(texts.finish(), &numerals, as_text)
            }
        };
        if name.is_empty() && column.column.n_missing() == column.column.len() {
            continue;
        }
        let name = if name.is_empty() { format!("unnamed_{}", c + 1) } else { name.clone() };
        table.push_typed(name, column, String::new());
    }
    Ok(numerals)
}

/// The error about a first row of a single cell above a table: a title, and how many rows to skip.
fn title_above(file: &str, sheet: &Sheet, from: usize, n_header: usize) -> Option<Error> {
    let rows = sheet.rows.get(from..)?;
    let (first, below) = rows.split_first()?;
    let widths = || below.iter().take(LOOK).map(Row::filled);
    let count = |width: usize| widths().filter(|&other| other == width).count();
    let width = widths().max_by_key(|&width| (count(width), width))?;
    if n_header > 1 || first.filled() > 2 || width < 3 || first.filled() >= width - 1 || count(width) < 2 {
        return None;
    }
    let place = below.iter().position(|row| row.filled() > 2)?;
    let header = &below[place];
    if let Some(remedies) = periods_above(sheet, first, header) {
        let reason = format!("row {} holds the periods of the columns of row {}", first.place + 1, header.place + 1);
        return Some(Error::Layout { file: file.to_owned(), reason, remedies });
    }
    // Merged cells above a fuller row are the first row of a header of two.
    let full = |row: &Row| row.filled() + 2 >= width;
    let banner = !full(header) && below.get(place + 1).is_some_and(full);
    if !banner && !full(header) {
        return None;
    }
    let columns = sheet.columns(from);
    let shown: Vec<String> =
        columns.iter().map(|&column| sheet.shown(header, column)).filter(|cell| !trim(cell).is_empty()).collect();
    let reason = format!(
        "row {} has {} cell(s), most rows have {width}; the header begins in row {} ({})",
        first.place + 1,
        first.filled(),
        header.place + 1,
        crate::suggest::some(&shown)
    );
    let mut remedies = vec![Remedy::plain("skip_rows", header.place)];
    remedies.extend(banner.then(|| Remedy::plain("header_rows", 2)));
    Some(Error::Layout { file: file.to_owned(), reason, remedies })
}

/// What to write where a row above the names holds nothing but periods, each above the first of its columns.
fn periods_above(sheet: &Sheet, first: &Row, header: &Row) -> Option<Vec<Remedy>> {
    let held = |row: &Row| sheet.columns(0).into_iter().find(|&column| row.get(column).is_some());
    let cells = sheet.columns(0).into_iter().filter(|&column| first.get(column).is_some());
    let are_periods = cells.map(|column| sheet.shown(first, column)).all(|text| is_period_alone(&text));
    if !are_periods || held(first) <= held(header) {
        return None;
    }
    let skipped = (first.place > 0).then(|| Remedy::plain("skip_rows", first.place));
    Some(skipped.into_iter().chain([Remedy::plain("header_rows", 2)]).collect())
}

/// The first of the sheet's first rows, 1-based, that has a cell of that text.
pub(super) fn row_with(file: &str, bytes: &[u8], options: &ReadOptions, text: &str, within: usize) -> Option<usize> {
    let Opened { sheet, .. } = guard(file, || open(file, bytes, options)).ok()?;
    let columns = sheet.columns(0);
    let says = |row: &&Row| columns.iter().any(|&column| trim(&sheet.shown(row, column)) == text);
    let found = sheet.rows.iter().take_while(|row| (row.place as usize) < within).find(says);
    found.map(|row| row.place as usize + 1)
}

/// The first sheet beside the one that `options` read in whose first rows a cell has that text, and the row, 1-based.
pub(super) fn sheet_with(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
    text: &str,
    within: usize,
) -> Option<(String, usize)> {
    let Opened { others, .. } = guard(file, || open(file, bytes, options)).ok()?;
    others.into_iter().find_map(|name| {
        let other = ReadOptions { sheet: Some(name.clone()), ..options.clone() };
        Some((name, row_with(file, bytes, &other, text, within)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    /// A workbook of sheets, the hidden ones with a `-` before their names; cells that begin with `'` are texts, those with `%`
    /// numbers that are shown as percentages, those with `#` errors.
    fn book(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let mut add = |name: &str, text: String| {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("a new entry");
            writer.write_all(text.as_bytes()).expect("memory");
        };
        let (mut list, mut links) = (String::new(), String::new());
        for (i, (name, rows)) in sheets.iter().enumerate() {
            let state = if name.starts_with('-') { " state=\"hidden\"" } else { "" };
            let (name, n) = (name.trim_start_matches('-'), i + 1);
            list += &format!("<sheet name=\"{name}\" sheetId=\"{n}\"{state} r:id=\"r{n}\"/>");
            let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
            links += &format!("<Relationship Id=\"r{n}\" Type=\"{kind}\" Target=\"worksheets/sheet{n}.xml\"/>");
            let cell = |(c, cell): (usize, &&str), r: usize| {
                let place = format!("{}{}", char::from(b'A' + c as u8), r + 1);
                match cell.strip_prefix('\'') {
                    Some(text) => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
                    None if cell.starts_with('%') => format!("<c r=\"{place}\" s=\"1\"><v>{}</v></c>", &cell[1..]),
                    None if cell.starts_with('#') => format!("<c r=\"{place}\" t=\"e\"><v>{cell}</v></c>"),
                    None => format!("<c r=\"{place}\"><v>{cell}</v></c>"),
                }
            };
            let row = |(r, cells): (usize, &&[&str])| {
                let cells: String = cells.iter().enumerate().map(|at| cell(at, r)).collect();
                format!("<row r=\"{}\">{cells}</row>", r + 1)
            };
            let rows: String = rows.iter().enumerate().map(row).collect();
            let names = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
            add(
                &format!("xl/worksheets/sheet{n}.xml"),
                format!("<worksheet {names}><sheetData>{rows}</sheetData></worksheet>"),
            );
        }
        let style = "<cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"10\"/></cellXfs>";
        let names = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
        add("xl/styles.xml", format!("<styleSheet {names}>{style}</styleSheet>"));
        let names = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
        add("xl/workbook.xml", format!("<workbook {names}><sheets>{list}</sheets></workbook>"));
        let names = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
        add("xl/_rels/workbook.xml.rels", format!("<Relationships {names}>{links}</Relationships>"));
        let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument";
        let root = format!("<Relationship Id=\"r1\" Type=\"{kind}\" Target=\"xl/workbook.xml\"/>");
        add("_rels/.rels", format!("<Relationships {names}>{root}</Relationships>"));
        writer.finish().expect("memory").into_inner()
    }

    #[test]
    fn cells_of_numbers_beside_texts_stay_the_numbers_that_they_are() {
        let rows: [&[&str]; 4] = [&["'city", "'x"], &["'a", "2.261"], &["'b", "'7,255"], &["'c", "1234.5"]];
        let bytes = book(&[("s", &rows)]);
        let error = read("b.xlsx", &bytes, &ReadOptions::default()).expect_err("either").to_string();
        assert!(error.contains("`decimal = \",\"` reads `7,255` as 7.255, `decimal = \".\"` as 7255"), "{error}");
        let x = |decimal: char| {
            let options = ReadOptions { decimal: Some(decimal), ..ReadOptions::default() };
            read("b.xlsx", &bytes, &options).expect("told").0.column("x").expect("there").clone()
        };
        assert_eq!(x(','), Column::from(vec![2.261, 7.255, 1234.5]));
        assert_eq!(x('.'), Column::from(vec![2.261, 7255.0, 1234.5]));
        let rows: [&[&str]; 4] = [&["'city", "'x"], &["'a", "2.261"], &["'b", "'7,25"], &["'c", "1234.5"]];
        let (table, _) = read("b.xlsx", &book(&[("s", &rows)]), &ReadOptions::default()).expect("the text decides");
        assert_eq!(table.column("x").expect("there"), &Column::from(vec![2.261, 7.25, 1234.5]));
    }

    #[test]
    fn a_hidden_sheet_behind_a_cover_is_named() {
        let cover: [&[&str]; 1] = [&["'about these data"]];
        let data: [&[&str]; 3] = [&["'city", "'x"], &["'a", "1"], &["'b", "2"]];
        let bytes = book(&[("cover", &cover), ("-data", &data)]);
        let error = read("b.xlsx", &bytes, &ReadOptions::default()).expect_err("a cover").to_string();
        assert!(error.contains("`sheet = \"data\"`"), "{error}");
        let found = sheet_with("b.xlsx", &bytes, &ReadOptions::default(), "city", 20);
        assert_eq!(found, Some(("data".to_owned(), 1)));
    }
    #[test]
    fn percentages_among_other_cells_are_no_numbers_until_somebody_says_what_they_are() {
        let rows: [&[&str]; 5] =
            [&["'city", "'x", "'y"], &["'a", "%0.07", "%0.125"], &["'b", "12.5", "%-0.29"], &["'c", "0", "0"], &["'d"]];
        let read = |percent| {
            let options = ReadOptions { percent, ..ReadOptions::default() };
            read("b.xlsx", &book(&[("s", &rows)]), &options).expect("read").0
        };
        let numbers = |table: &RawTable, name: &str| match table.column(name).expect("there") {
            Column::Float(values) => values[..3].to_vec(),
            Column::Text(text) => panic!("{:?}", text.labels()),
        };
        let table = read(None);
        let Column::Text(text) = table.column("x").expect("there") else { panic!("both are numbers") };
        assert_eq!([0, 1, 2].map(|row| text.get(row)), [Some("7%"), Some("12.5"), Some("0")]);
        assert_eq!(numbers(&table, "y"), [0.125, -0.29, 0.0]);
        let messages: Vec<&str> = table.diagnostics.iter().map(|remark| remark.message.as_str()).collect();
        let [mixed, alike] = messages[..] else { panic!("{messages:?}") };
        assert!(mixed.contains("`x`") && mixed.contains("0.07 in row 2 as 7 %") && mixed.contains("and 1 are not"));
        assert!(mixed.contains("`percent = \"points\"` reads 7, `percent = \"share\"` 0.07"), "{mixed}");
        assert!(alike.contains("`y`") && alike.contains("read as they are stored, 0.125 where 12.5 %"), "{alike}");
        let table = read(Some(crate::numerals::Percent::Points));
        assert_eq!((numbers(&table, "x"), numbers(&table, "y")), (vec![7.0, 12.5, 0.0], vec![12.5, -29.0, 0.0]));
        let table = read(Some(crate::numerals::Percent::Share));
        assert_eq!((numbers(&table, "x"), numbers(&table, "y")), (vec![0.07, 12.5, 0.0], vec![0.125, -0.29, 0.0]));
        assert!(table.diagnostics.is_empty());
    }

    #[test]
    fn years_above_the_names_are_no_title() {
        let rows: [&[&str]; 4] = [
            &["'", "2015", "'", "2016"],
            &["'city", "'x", "'y", "'x", "'y"],
            &["'a", "1", "2", "3", "4"],
            &["'b", "1", "2", "3", "4"],
        ];
        let error = read("b.xlsx", &book(&[("s", &rows)]), &ReadOptions::default()).expect_err("a banner").to_string();
        assert!(error.contains("row 1 holds the periods of the columns of row 2"), "{error}");
        assert!(error.contains("`header_rows = 2`") && !error.contains("skip_rows"), "{error}");
        let rows: [&[&str]; 4] = [&["2015", "'"], rows[1], rows[2], rows[3]];
        let error = read("b.xlsx", &book(&[("s", &rows)]), &ReadOptions::default()).expect_err("a title").to_string();
        assert!(error.contains("`skip_rows = 1`"), "{error}");
    }

    #[test]
    fn an_unknown_error_at_the_end_of_a_row_moves_nothing() {
        let rows: [&[&str]; 4] =
            [&["'city", "'x", "'y"], &["'a", "1", "#SPILL!"], &["'b", "#CALC!", "2"], &["'c", "3", "4"]];
        let (table, _) = read("b.xlsx", &book(&[("s", &rows)]), &ReadOptions::default()).expect("read");
        assert_eq!(table.key_text("city").expect("there").labels(), ["a", "b", "c"]);
        let values = |name: &str| match table.column(name).expect("there") {
            Column::Float(values) => values.iter().map(|v| if v.is_nan() { -1.0 } else { *v }).collect::<Vec<_>>(),
            Column::Text(text) => panic!("{:?}", text.labels()),
        };
        assert_eq!((values("x"), values("y")), (vec![1.0, -1.0, 3.0], vec![-1.0, 2.0, 4.0]));
    }

    #[test]
    fn percentages_beside_texts_with_the_sign_are_of_one_kind() {
        let rows: [&[&str]; 4] = [&["'city", "'x"], &["'a", "%0.07"], &["'b", "'12.5%"], &["'c", "'—"]];
        let (table, _) = read("b.xlsx", &book(&[("s", &rows)]), &ReadOptions::default()).expect("read");
        let Column::Float(values) = table.column("x").expect("there") else { panic!("both have the sign") };
        assert_eq!((&values[..2], values[2].is_nan()), (&[7.0, 12.5][..], true));
        assert!(table.diagnostics.is_empty(), "{:?}", table.diagnostics);
    }
}
