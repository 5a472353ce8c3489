//! The row counts of a Parquet file, checked before anything is decoded.
//!
//! The decoder makes room for as many values as the footer promises. In a damaged file that can be any number; here
//! the counts are compared with each other and with what a file of that length can hold.

use crate::error::{Error, Result};
use polars_parquet::parquet::metadata::FileMetadata;

/// Values that a file of any length may promise: half a gigabyte of numbers.
const ANY: u64 = 50_000_000;

/// Values per byte beyond which a file is not believed. Runs of one value take next to nothing, but rows have keys: a
/// panel of a million rows with two of its thirty columns constant has two values per byte.
const PER_BYTE: u64 = 256;

/// Checks the counts of rows and values.
///
/// # Errors
/// [`Error::Read`] where they contradict each other or the length of the file.
pub(super) fn check(file: &str, bytes: &[u8], metadata: &FileMetadata) -> Result<()> {
    let damaged = |what: String| Error::Read {
        file: file.to_owned(),
        reason: format!("its footer {what}; the file looks damaged"),
    };
    let columns = metadata.schema_descr.columns().len() as u64;
    let mut rows = 0_u64;
    for (group, number) in metadata.row_groups.iter().zip(1..) {
        rows = rows.saturating_add(group.num_rows() as u64);
        let size: i64 =
            group.parquet_columns().iter().map(|column| column.compressed_size().max(0)).fold(0, i64::saturating_add);
        if size as u64 > bytes.len() as u64 {
            return Err(damaged(format!(
                "gives row group {number} {size} bytes, more than the {} of the file",
                bytes.len()
            )));
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
    if rows != metadata.num_rows as u64 {
        return Err(damaged(format!("promises {} rows, its row groups {rows}", metadata.num_rows)));
    }
    let limit = (bytes.len() as u64).saturating_mul(PER_BYTE).max(ANY);
    if rows.saturating_mul(columns) > limit {
        return Err(damaged(format!(
            "promises {rows} rows of {columns} columns, more than its {} bytes can hold",
            bytes.len()
        )));
    }
    Ok(())
}
