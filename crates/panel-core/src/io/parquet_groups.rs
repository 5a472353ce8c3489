//! A Parquet file read a row group at a time, so that a file may be larger than memory.

use super::guard::guard;
use super::options::ReadOptions;
use super::parquet::{Read, convert, not_understood, push, wanted};
use super::parquet_footer as footer;
use super::parquet_types::{Stored, as_stored, stored};
use super::table::RawTable;
use crate::error::{Error, Result};
use polars::prelude::{ArrowSchema, Column as PolarsColumn, PlSmallStr, PolarsError, Series};
use polars_parquet::parquet::metadata::FileMetadata;
use polars_parquet::read::{BasicDecompressor, PageReader, column_iter_to_arrays, infer_schema, read_metadata};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::io::{Cursor, Seek, SeekFrom};

/// A Parquet file whose row groups are read one by one, of each only the columns that are asked for.
///
/// Memory follows the largest row group; the file is neither mapped nor held.
#[derive(Debug)]
pub struct RowGroups<R> {
    file: String,
    reader: R,
    metadata: FileMetadata,
    /// Types of the columns as they are decoded.
    schema: ArrowSchema,
    kinds: BTreeMap<String, Stored>,
    names: Vec<String>,
}

impl<R: std::io::Read + Seek> RowGroups<R> {
    /// Reads the description at the end of a file called `file`.
    ///
    /// # Errors
    /// [`Error::Read`] for a file that is damaged or cannot be read.
    pub fn open(file: &str, mut reader: R) -> Result<Self> {
        guard(file, || {
            let fail = |error: PolarsError| not_understood(file, &error.to_string());
            let length = reader.seek(SeekFrom::End(0)).map_err(|error| not_understood(file, &error.to_string()))?;
            footer::check_tail(file, &mut reader, length)?;
            let metadata = read_metadata(&mut reader).map_err(fail)?;
            footer::check_counts(file, length, &metadata)?;
            let described = infer_schema(&metadata).map_err(fail)?;
            let kinds = stored(&described, &metadata);
            let names = described.iter_names().map(ToString::to_string).collect();
            let schema = infer_schema(&as_stored(&metadata, &kinds)).map_err(fail)?;
            Ok(Self { file: file.to_owned(), reader, metadata, schema, kinds, names })
        })
    }

    /// Number of row groups.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.metadata.row_groups.len()
    }

    /// Rows of the file.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.metadata.num_rows
    }

    /// Rows of the largest row group.
    #[must_use]
    pub fn largest_group(&self) -> usize {
        self.metadata.row_groups.iter().map(|group| group.num_rows()).max().unwrap_or(0)
    }

    /// Names of the columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Reads the columns of [`ReadOptions::columns`] of a row group, as a Parquet file is read whole.
    ///
    /// # Errors
    /// As [`super::read_bytes`].
    pub fn read(&mut self, group: usize, options: &ReadOptions) -> Result<RawTable> {
        let file = self.file.clone();
        let mut table = RawTable { file: file.clone(), names: self.names.clone(), ..RawTable::default() };
        let wanted = wanted(&mut table, &self.kinds, options)?;
        table.names.clear();
        let Some(of_group) = self.metadata.row_groups.get(group) else {
            return Err(Error::Read { file, reason: format!("there is no row group {group}") });
        };
        let rows = of_group.num_rows();
        let mut chunks = Vec::with_capacity(wanted.len());
        for name in wanted {
            // A column that can be read is flat, and has one chunk.
            let Some(column) = of_group.columns_under_root_iter(&name).and_then(|mut columns| columns.next()) else {
                return Err(not_understood(&file, &format!("row group {group} has no column `{name}`")));
            };
            let range = column.byte_range();
            let mut bytes = vec![0; (range.end - range.start) as usize];
            let read = self.reader.seek(SeekFrom::Start(range.start)).and_then(|_| self.reader.read_exact(&mut bytes));
            read.map_err(|error| not_understood(&file, &error.to_string()))?;
            if !footer::check_pages(&bytes, 0, bytes.len() as u64, column.num_values()) {
                return Err(not_understood(
                    &file,
                    "its footer names pages that are not where it says or count what cannot be",
                ));
            }
            chunks.push((name, column, bytes));
        }
        let (schema, kinds) = (&self.schema, &self.kinds);
        let read: Vec<(String, Read)> = chunks
            .into_par_iter()
            .map(|(name, column, bytes)| {
                guard(&file, || {
                    let fail = |error: PolarsError| not_understood(&file, &error.to_string());
                    let pages = PageReader::new(Cursor::new(bytes.into()), column, Vec::new(), usize::MAX);
                    let field = schema.get(&name).cloned();
                    let field = field.ok_or_else(|| not_understood(&file, &format!("no type of column `{name}`")))?;
                    let types = vec![&column.descriptor().descriptor.primitive_type];
                    let decoder = vec![BasicDecompressor::new(pages, Vec::new())];
                    let (arrays, _) = column_iter_to_arrays(decoder, types, field, None).map_err(fail)?;
                    let series = Series::try_from((PlSmallStr::from_str(&name), arrays)).map_err(fail)?;
                    if series.len() != rows {
                        return Err(not_understood(&file, "its columns are not of one length"));
                    }
                    Ok((name, convert(&file, &PolarsColumn::from(series), kinds, options)?))
                })
            })
            .collect::<Result<_>>()?;
        push(&mut table, read, options)?;
        table.take_missing(&options.missing);
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Panel;
    use crate::io::read_bytes;
    use crate::io::write::to_parquet;

    #[test]
    fn row_groups_hold_what_the_whole_file_holds() {
        let n = 1000;
        let panel = Panel::builder("city", "year")
            .keys((0..n).map(|i| format!("c{}", i / 4)), (0..n).map(|i| format!("{}", 2010 + i % 4)))
            .column("x", (0..n).map(|i| if i % 7 == 0 { f64::NAN } else { f64::from(i) / 3.0 }).collect::<Vec<_>>())
            .build()
            .expect("a panel");
        let bytes = to_parquet(&panel).expect("a file");
        let full_table = read_bytes("f.parquet", &bytes, &ReadOptions::default()).expect("read");
        let mut groups = RowGroups::open("f.parquet", Cursor::new(&bytes)).expect("opened");
        assert_eq!((groups.n_rows(), groups.names()), (1000, &["city", "year", "x"].map(String::from)[..]));
        let mut rows = 0;
        for group in 0..groups.groups() {
            let columns = Some(vec!["x".to_owned(), "city".to_owned()]);
            let part = groups.read(group, &ReadOptions { columns, ..ReadOptions::default() }).expect("read");
            let range: Vec<usize> = (rows..rows + part.n_rows()).collect();
            assert_eq!(part.names(), ["x", "city"]);
            let expected = full_table.take(&range);
            for name in ["x", "city"] {
                let shown = |table: &RawTable| format!("{:?}", table.key_text(name).expect("there"));
                assert_eq!(shown(&part), shown(&expected), "{name}");
            }
            rows += part.n_rows();
        }
        assert_eq!(rows, 1000);
        for cut in [4, 30, bytes.len() / 2, bytes.len() - 5] {
            assert!(RowGroups::open("f.parquet", Cursor::new(&bytes[..cut])).is_err(), "{cut}");
        }
    }
}
