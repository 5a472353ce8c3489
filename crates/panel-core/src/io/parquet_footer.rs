//! The row counts of a Parquet file, checked before anything is decoded.
//!
//! The decoder makes room for as many values as the footer promises. In a damaged file that can be any number; here
//! the counts are compared with each other and with what a file of that length can hold.

use super::parquet_thrift::{fields, nested_fields};
use crate::error::{Error, Result};
use polars_parquet::parquet::metadata::FileMetadata;
use std::io::{Read, Seek, SeekFrom};

/// Values that a file of any length may promise: half a gigabyte of numbers.
const ANY: u64 = 50_000_000;

/// Values per byte beyond which a file is not believed. Runs of one value take next to nothing, but rows have keys: a
/// panel of a million rows with two of its thirty columns constant has two values per byte.
const PER_BYTE: u64 = 256;

/// Checks the lengths inside the footer, before it is read.
///
/// # Errors
/// [`Error::Read`] where one goes beyond the file.
pub(super) fn check_lengths(file: &str, bytes: &[u8]) -> Result<()> {
    let damaged = || Error::Read {
        file: file.to_owned(),
        reason: "not a Parquet file that can be understood: its footer is damaged or cut short".into(),
    };
    let end = bytes.len().checked_sub(8).filter(|_| bytes.ends_with(b"PAR1")).ok_or_else(damaged)?;
    let length = u32::from_le_bytes(bytes[end..end + 4].try_into().unwrap_or_default()) as usize;
    let start = end.checked_sub(length).ok_or_else(damaged)?;
    fields(&bytes[start..end], &mut 0).map(|_| ()).ok_or_else(damaged)
}

/// The same of a file of that length which is not in memory: its footer alone is read.
///
/// # Errors
/// [`Error::Read`] where one goes beyond the file, or the file cannot be read.
pub(super) fn check_tail(file: &str, reader: &mut (impl Read + Seek), length: u64) -> Result<()> {
    let damaged = |error: std::io::Error| Error::Read { file: file.to_owned(), reason: error.to_string() };
    let mut read = |back: u64| -> std::io::Result<Vec<u8>> {
        let back = back.min(length);
        reader.seek(SeekFrom::Start(length - back))?;
        let mut bytes = vec![0; back as usize];
        reader.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    let end = read(8).map_err(damaged)?;
    let stated = end.get(..4).and_then(|stated| stated.try_into().ok()).map_or(0, u32::from_le_bytes);
    let tail = read(u64::from(stated) + 8).map_err(damaged)?;
    check_lengths(file, &tail)
}

/// Checks the lengths and counts inside the headers of the pages of a column that holds so many values.
///
/// The decoder makes room for as many values as a page says it has; the counts are signed, and a negative one is a huge one
/// to it.
pub(super) fn check_pages(bytes: &[u8], start: u64, end: u64, values: i64) -> bool {
    /// Numbers of the fields of a page header: bytes of the page unpacked and packed, its checksum; the headers of data, of
    /// a dictionary, and of data of the second version, which begin with their values.
    const UNPACKED: i64 = 2;
    const PACKED: i64 = 3;
    const CHECKSUM: i64 = 4;
    const DATA: i64 = 5;
    const DICTIONARY: i64 = 7;
    const DATA_2: i64 = 8;
    let (Ok(mut at), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else { return false };
    if at > end || end > bytes.len() {
        return false;
    }
    while at < end {
        let Some((header, inner)) = nested_fields(&bytes[..end], &mut at) else { return false };
        let field = |number: i64| header.iter().find(|(id, _)| *id == number).map(|(_, value)| *value);
        let negative = |number: i64, value: i64| number != CHECKSUM && value < 0;
        let beyond = |(of_header, number, value): &(i64, i64, i64)| match (*of_header, *number) {
            (DATA | DATA_2, 1) => *value > values,
            // A value of a dictionary takes a byte at least.
            (DICTIONARY, 1) => *value > field(UNPACKED).unwrap_or(0),
            _ => false,
        };
        let below =
            header.iter().any(|&(id, value)| negative(id, value)) || inner.iter().any(|&(_, _, value)| value < 0);
        if below || inner.iter().any(beyond) {
            return false;
        }
        let size = field(PACKED).and_then(|size| usize::try_from(size).ok());
        match size.and_then(|size| at.checked_add(size)).filter(|next| *next <= end) {
            Some(next) => at = next,
            None => return false,
        }
    }
    true
}

/// Checks the counts of rows and values.
///
/// # Errors
/// [`Error::Read`] where they contradict each other or the length of the file.
pub(super) fn check(file: &str, bytes: &[u8], metadata: &FileMetadata) -> Result<()> {
    check_counts(file, bytes.len() as u64, metadata)?;
    for column in metadata.row_groups.iter().flat_map(|group| group.parquet_columns()) {
        let range = column.byte_range();
        if !check_pages(bytes, range.start, range.end, column.num_values()) {
            return Err(damaged(file, "names pages that are not where it says or count what cannot be"));
        }
    }
    Ok(())
}

fn damaged(file: &str, what: &str) -> Error {
    Error::Read { file: file.to_owned(), reason: format!("its footer {what}; the file looks damaged") }
}

/// The same for a file of that length whose pages are looked at later.
///
/// # Errors
/// As [`check`].
pub(super) fn check_counts(file: &str, length: u64, metadata: &FileMetadata) -> Result<()> {
    let damaged = |what: String| damaged(file, &what);
    let columns = metadata.schema_descr.columns().len() as u64;
    let mut rows = 0_u64;
    for (group, number) in metadata.row_groups.iter().zip(1..) {
        rows = rows.saturating_add(group.num_rows() as u64);
        let size: i64 =
            group.parquet_columns().iter().map(|column| column.compressed_size().max(0)).fold(0, i64::saturating_add);
        if size as u64 > length {
            return Err(damaged(format!("gives row group {number} {size} bytes, more than the {length} of the file")));
        }
        // Lists and maps have other counts than rows.
        let flat = |column: &&polars_parquet::parquet::metadata::ColumnChunkMetadata| {
            column.descriptor().descriptor.max_rep_level == 0
        };
        if let Some(column) =
            group.parquet_columns().iter().filter(flat).find(|c| c.num_values() as u64 != group.num_rows() as u64)
        {
            let (values, rows) = (column.num_values(), group.num_rows());
            return Err(damaged(format!("gives row group {number} {rows} rows, and a column of it {values} values")));
        }
    }
    let beyond = |column: &polars_parquet::parquet::metadata::ColumnChunkMetadata| {
        let range = column.byte_range();
        range.start > range.end || range.end > length
    };
    if metadata.row_groups.iter().flat_map(|group| group.parquet_columns()).any(beyond) {
        return Err(damaged("names columns that are not where it says".into()));
    }
    if rows != metadata.num_rows as u64 {
        return Err(damaged(format!("promises {} rows, its row groups {rows}", metadata.num_rows)));
    }
    let limit = length.saturating_mul(PER_BYTE).max(ANY);
    if rows.saturating_mul(columns) > limit {
        return Err(damaged(format!(
            "promises {rows} rows of {columns} columns, more than its {length} bytes can hold"
        )));
    }
    Ok(())
}
