//! Readers and writers: files to a [`RawTable`], tables to a [`Panel`](crate::Panel), a panel to bytes.
//!
//! This is the only place of the workspace's libraries that opens files. A reader keeps what it finds: numbers stay
//! numbers, a column with any other text stays text with its texts as written, and an error about a value is raised
//! where the value is used, with file, key and column.
//!
//! | module | what |
//! |---|---|
//! | [`ReadOptions`], [`read_table`], [`read_bytes`] | csv, tsv, parquet, dta, xlsx to [`RawTable`] |
//! | `RowGroups` (feature `polars`) | a Parquet file, a row group at a time |
//! | [`join`](mod@join) | keys, joins of several sources, the report of what did not match |
//! | [`reshape`] | one column per year to one row per year |
//! | `read_spatial`, `parse_spatial` (feature `geo`) | spatial weights and polygons: GAL, GWT, csv, GeoJSON, shapefile |
//! | [`write`](mod@write) | a panel as csv, parquet or dta bytes |

mod csv;
mod decode;
#[cfg(feature = "dta")]
mod dta;
#[cfg(feature = "dta")]
mod dta_lengths;
mod foreign;
mod guard;
mod header;
pub mod join;
mod layout;
mod options;
#[cfg(feature = "polars")]
mod parquet;
#[cfg(feature = "polars")]
mod parquet_footer;
#[cfg(feature = "polars")]
mod parquet_groups;
#[cfg(feature = "polars")]
mod parquet_thrift;
#[cfg(feature = "polars")]
mod parquet_types;
pub mod reshape;
#[cfg(feature = "geo")]
mod spatial_weights;
mod table;
mod typed;
#[cfg(feature = "xlsx")]
mod workbook;
pub mod write;

pub use csv::csv_records;
pub use guard::quiet_decoder_panics;
pub use join::{Assembled, JoinReport, Rows, Source, assemble};
pub use options::ReadOptions;
#[cfg(feature = "polars")]
pub use parquet_groups::RowGroups;
#[cfg(feature = "geo")]
pub use spatial_weights::{SpatialFile, parse_spatial, read_spatial};
pub use table::RawTable;
#[cfg(any(feature = "polars", feature = "arrow"))]
pub(crate) use table::number_labels;

use crate::diagnostics::Diagnostic;
use crate::error::{Error, Result};
use foreign::disguised;
#[cfg(any(feature = "polars", feature = "dta", feature = "xlsx"))]
use guard::guard;
use std::path::Path;

/// Reads a table; the extension says what it is: `csv`, `tsv`, `tab`, `txt`, `parquet`, `dta`, `xlsx`, `xls`, `xlsb`,
/// `ods`.
///
/// # Errors
/// [`Error::Read`] where the file cannot be opened or understood, or its format was not compiled in;
/// [`Error::UnknownColumn`] for a column of [`ReadOptions::columns`] that is not there.
pub fn read_table(path: impl AsRef<Path>, options: &ReadOptions) -> Result<RawTable> {
    let path = path.as_ref();
    let name = path.to_string_lossy();
    let bytes = std::fs::read(path)
        .map_err(|error| Error::Read { file: name.to_string(), reason: open_reason(path, &error) })?;
    let table = read_bytes(&name, &bytes, options)?;
    tracing::debug!(file = %name, bytes = bytes.len(), columns = table.names.len(), "table read");
    Ok(table)
}

/// Reads a table from the bytes of a file called `file`.
///
/// # Errors
/// As [`read_table`].
pub fn read_bytes(file: &str, bytes: &[u8], options: &ReadOptions) -> Result<RawTable> {
    let _span = tracing::debug_span!("read", file, bytes = bytes.len()).entered();
    let fail = |reason: String| Error::Read { file: file.to_owned(), reason };
    if bytes.is_empty() {
        return Err(fail("the file is empty".into()));
    }
    let extension = Path::new(file)
        .extension()
        .map(|extension| extension.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    let (mut table, numerals) = match extension.as_str() {
        "csv" | "tsv" | "tab" | "txt" => match disguised(bytes).or_else(|| foreign::marked_up(bytes)) {
            Some(content) => return Err(fail(foreign::other("text", content))),
            None => csv::read(file, bytes, options)?,
        },
        "parquet" | "pq" => {
            if let Some(content) = foreign::not_of_kind(bytes, b"PAR1") {
                return Err(fail(foreign::other("Parquet", content)));
            }
            #[cfg(feature = "polars")]
            {
                parquet::read(file, bytes, options)?
            }
            #[cfg(not(feature = "polars"))]
            return Err(fail("Parquet files need the feature `polars`".into()));
        }
        "dta" => {
            if let Some(content) = foreign::not_of_kind(bytes, b"<stata_dta>") {
                return Err(fail(foreign::other("Stata", content)));
            }
            #[cfg(feature = "dta")]
            {
                dta::read(file, bytes, options)?
            }
            #[cfg(not(feature = "dta"))]
            return Err(fail("Stata files need the feature `dta`".into()));
        }
        "xlsx" | "xlsm" | "xls" | "xlsb" | "ods" => match (disguised(bytes), foreign::marked_up(bytes)) {
            // What web sites offer as a workbook is often text or a page.
            (None, Some(content)) => return Err(fail(foreign::other("workbook", content))),
            (None, None) if foreign::is_text(bytes) => {
                let (mut table, numerals) = csv::read(file, bytes, options)?;
                let message =
                    format!("`{file}`: the extension says workbook, the content is text and was read as such");
                table.diagnostics.insert(0, Diagnostic::note("text-in-disguise", message));
                (table, numerals)
            }
            #[cfg(feature = "xlsx")]
            _ => workbook::read(file, bytes, options)?,
            #[cfg(not(feature = "xlsx"))]
            _ => return Err(fail("workbooks need the feature `xlsx`".into())),
        },
        other => return Err(fail(foreign::unknown(other))),
    };
    table.take_missing(&options.missing);
    table.remark_writing(&numerals);
    table.split_composite();
    for name in &options.fill_down {
        // A column that is not read needs no filling.
        if options.columns.as_ref().is_none_or(|columns| columns.contains(name)) {
            table.fill_down(name)?;
        }
    }
    match &options.columns {
        Some(columns) if options.where_there => {
            let there: Vec<String> = table.names.iter().filter(|name| columns.contains(name)).cloned().collect();
            table.select(&there)
        }
        Some(columns) => table.select(columns),
        None => Ok(table),
    }
}

/// The row of a table's first twenty, 1-based, in which a cell says `text`: where a header stands that was looked for in
/// another row. Workbooks and delimited text only.
#[must_use]
pub fn row_with(file: &str, bytes: &[u8], options: &ReadOptions, text: &str) -> Option<usize> {
    let extension = Path::new(file).extension()?.to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "csv" | "tsv" | "tab" | "txt" => csv::row_with(file, bytes, options, text, WITHIN),
        #[cfg(feature = "xlsx")]
        "xlsx" | "xlsm" | "xls" | "xlsb" | "ods" if disguised(bytes).is_some() => {
            workbook::row_with(file, bytes, options, text, WITHIN)
        }
        "xlsx" | "xlsm" | "xls" | "xlsb" | "ods" => csv::row_with(file, bytes, options, text, WITHIN),
        _ => None,
    }
}

/// Another sheet of a workbook than the one that `options` read in whose first twenty rows a cell says `text`, and that row,
/// 1-based; none where a sheet was asked for.
#[must_use]
#[cfg_attr(not(feature = "xlsx"), expect(unused_variables, reason = "text has no sheets"))]
pub fn sheet_with(file: &str, bytes: &[u8], options: &ReadOptions, text: &str) -> Option<(String, usize)> {
    let extension = Path::new(file).extension()?.to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        #[cfg(feature = "xlsx")]
        "xlsx" | "xlsm" | "xls" | "xlsb" | "ods" if disguised(bytes).is_some() => {
            workbook::sheet_with(file, bytes, options, text, WITHIN)
        }
        _ => None,
    }
}

/// Rows at the top of a table in which a header is looked for.
const WITHIN: usize = 20;

/// Why a file could not be opened, without the words of the operating system's error number.
fn open_reason(path: &Path, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        _ if path.is_dir() => "this is a folder".into(),
        _ => error.to_string(),
    }
}

/// A count since 1970-01-01, so many to a day, as ISO text; the clock is left out at midnight.
#[cfg(any(feature = "polars", feature = "arrow"))]
pub(crate) fn iso(count: i64, per_day: i64) -> String {
    let (year, month, day) = civil_from_days(count.div_euclid(per_day));
    let seconds = i128::from(count.rem_euclid(per_day)) * 86_400 / i128::from(per_day);
    let clock = match seconds {
        0 => String::new(),
        s => format!("T{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60),
    };
    format!("{year:04}-{month:02}-{day:02}{clock}")
}

/// Year, month and day of a day counted from 1970-01-01 (proleptic Gregorian calendar).
#[cfg(any(feature = "polars", feature = "dta", feature = "xlsx", feature = "arrow"))]
pub(crate) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}
