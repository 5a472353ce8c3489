//! A source that is read part by part: a Parquet file, a row group at a time.

use crate::store::{FileRecord, file_record_of};
use panel_core::expr::Definitions;
use panel_core::{Diagnostic, Diagnostics};
use panel_fe::streaming::{self, Streamed};
use std::fs::File;
use std::path::PathBuf;
use study::{ColumnSpec, Error, Loaded, Result, SourceSpec, Study, names};

/// Rows of a row group from which on a remark says that memory follows it.
const LARGE_GROUP: usize = 1 << 22;

/// A file whose rows are read when a regression asks for them.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "only a Parquet file is streamed"))]
pub struct Stream {
    spec: SourceSpec,
    path: PathBuf,
    definitions: Definitions,
    /// Names of the columns of entity and time in the study.
    keys: [String; 2],
    /// Rows of the file.
    pub rows: usize,
    /// Row groups of the file.
    pub groups: usize,
}

impl Stream {
    /// Opens the source of a study that is streamed; the file is read once for its hash.
    ///
    /// # Errors
    /// A file that cannot be read, or that is no Parquet file.
    pub fn open(loaded: &Loaded) -> Result<(Self, FileRecord, Diagnostics)> {
        let study = &loaded.study;
        let Some(spec) = study.sources.first() else {
            return Err(Error::stage("data", "no [[source]]: a study needs data"));
        };
        let path = loaded.resolve(&spec.file);
        let failed = |error: std::io::Error| {
            Error::stage("data", format!("source `{}` (`{}`): {error}", spec.file, path.display()))
        };
        let record = file_record_of(&spec.file, &mut File::open(&path).map_err(failed)?).map_err(failed)?;
        let (rows, groups, largest) = described(&spec.file, File::open(&path).map_err(failed)?)?;
        let mut remarks = Diagnostics::new();
        if largest > LARGE_GROUP {
            let message = format!(
                "`{}`: its largest row group has {largest} rows, which are in memory at once; a file written with smaller \
                 row groups (a million rows) needs less",
                spec.file
            );
            remarks.push(Diagnostic::note("large-row-group", message));
        }
        let keys = [study.study.entity.clone(), study.study.time.clone().unwrap_or_default()];
        let definitions = study.variables.definitions().clone();
        Ok((Self { spec: spec.clone(), path, definitions, keys, rows, groups }, record, remarks))
    }

    /// Estimates a column of a table.
    ///
    /// # Errors
    /// Those of reading and of the estimator; a value that cannot be used with its row group.
    pub fn estimate(&self, study: &Study, column: &ColumnSpec) -> panel_fe::Result<Streamed> {
        let used = names::derived_from(study, names::of_column(column));
        let definitions = self.definitions.clone().without(|name| !used.contains(name));
        let mut blocks = Groups::new(self, column, &used, definitions)?;
        let keys = [self.keys[0].as_str(), self.keys[1].as_str()];
        streaming::fit(&column.formula, &column.options(), keys, &mut blocks).map_err(|error| blocks.placed(error))
    }
}

#[cfg(feature = "parquet")]
mod parquet {
    use super::Stream;
    use panel_core::expr::{Definitions, Expr};
    use panel_core::io::{RawTable, ReadOptions, RowGroups};
    use panel_core::number::EXACT_WHOLE;
    use panel_core::{Column, Panel};
    use panel_fe::streaming::Blocks;
    use std::collections::BTreeSet;
    use std::fs::File;
    use study::{ColumnSpec, Parsed};
    use study::{Error, Result};

    /// Rows, row groups, and rows of the largest.
    pub(super) fn described(name: &str, file: File) -> Result<(usize, usize, usize)> {
        let groups = RowGroups::open(name, file).map_err(|error| Error::stage("data", error))?;
        Ok((groups.n_rows(), groups.groups(), groups.largest_group()))
    }

    /// The row groups of a file as blocks of rows with the variables of a column.
    pub(super) struct Groups<'a> {
        stream: &'a Stream,
        file: RowGroups<File>,
        options: ReadOptions,
        filter: Option<Expr>,
        sample: Option<&'a Parsed<Expr>>,
        definitions: Definitions,
        /// Columns whose values are labels: keys, effects and clusters.
        labels: BTreeSet<String>,
        /// The row group in hand, and its first row.
        at: Option<(usize, usize)>,
    }

    impl<'a> Groups<'a> {
        pub(super) fn new(
            stream: &'a Stream,
            column: &'a ColumnSpec,
            used: &BTreeSet<String>,
            definitions: Definitions,
        ) -> panel_fe::Result<Self> {
            let unread = |error: std::io::Error| panel_core::Error::Read {
                file: stream.spec.file.clone(),
                reason: error.to_string(),
            };
            let file = RowGroups::open(&stream.spec.file, File::open(&stream.path).map_err(unread)?)?;
            let spec = &stream.spec;
            let filter = spec.filter.as_ref().map(|filter| Expr::parse(filter)).transpose()?;
            let mut names: BTreeSet<String> =
                used.iter().chain(&stream.keys).filter(|name| !name.is_empty()).cloned().collect();
            names.extend(filter.iter().flat_map(Expr::columns));
            let derived: BTreeSet<&String> = definitions.items().iter().map(|(name, _)| name).collect();
            let columns =
                names.iter().filter(|name| !derived.contains(name)).map(|name| stream.written(name)).collect();
            let options = spec.options(Some(columns));
            let effects = column.formula.effects.iter().flat_map(|effect| &effect.columns).cloned();
            let labels = effects.chain(study::names::of_vcov(&column.vcov)).chain(stream.keys.clone()).collect();
            Ok(Self { stream, file, options, filter, sample: column.sample.as_ref(), definitions, labels, at: None })
        }

        /// An error with the row group that it was met in.
        pub(super) fn placed(&self, error: panel_fe::Error) -> panel_fe::Error {
            match (self.at, &error) {
                (Some((group, first)), panel_fe::Error::BadValue { .. } | panel_fe::Error::Data(_)) => {
                    panel_fe::Error::Specification(format!(
                        "{error} (lines count from row {} of the file, where row group {} starts)",
                        first + 1,
                        group + 1
                    ))
                }
                _ => error,
            }
        }

        /// The variables of a row group, on the rows of the sample.
        fn block(&self, table: &RawTable) -> panel_core::Result<Panel> {
            let mut panel = Panel::unkeyed(table.n_rows());
            for written in table.names() {
                let name = self.stream.called(written);
                let column = table.column(written)?;
                let long = |column: &Column| match column {
                    Column::Float(values) => values.iter().any(|value| value.abs() >= EXACT_WHOLE),
                    Column::Text(_) => false,
                };
                if self.labels.contains(&name) && long(column) {
                    panel.set(&name, Column::Text(table.key_text(written)?.into_owned()))?;
                } else {
                    panel.set(&name, column.clone())?;
                }
            }
            if let Some(filter) = &self.filter {
                let keep = filter.eval_mask(&panel)?;
                panel = panel.filter(|row| keep[row]);
            }
            self.definitions.apply(&mut panel)?;
            if let Some(sample) = self.sample {
                let keep = sample.eval_mask(&panel)?;
                panel = panel.filter(|row| keep[row]);
            }
            Ok(panel)
        }
    }

    impl Blocks for Groups<'_> {
        fn each(&mut self, take: &mut dyn FnMut(&Panel) -> panel_fe::Result<()>) -> panel_fe::Result<()> {
            let mut first = 0;
            for group in 0..self.file.groups() {
                self.at = Some((group, first));
                let table = self.file.read(group, &self.options)?;
                first += table.n_rows();
                let panel = self.block(&table)?;
                drop(table);
                take(&panel)?;
            }
            self.at = None;
            Ok(())
        }
    }
}

#[cfg(feature = "parquet")]
use parquet::{Groups, described};

/// Without Parquet a study that streams is refused before anything is read.
#[cfg(not(feature = "parquet"))]
mod none {
    use super::Stream;
    use panel_core::expr::Definitions;
    use panel_fe::streaming::Blocks;
    use std::collections::BTreeSet;
    use std::fs::File;
    use study::ColumnSpec;
    use study::{Error, Result};

    pub(super) fn described(_: &str, _: File) -> Result<(usize, usize, usize)> {
        Err(Error::NeedsFeature { feature: "parquet", wanted: "[study] streaming = true".into() })
    }

    pub(super) struct Groups;

    impl Groups {
        pub(super) fn new(_: &Stream, _: &ColumnSpec, _: &BTreeSet<String>, _: Definitions) -> panel_fe::Result<Self> {
            Ok(Self)
        }

        pub(super) fn placed(&self, error: panel_fe::Error) -> panel_fe::Error {
            error
        }
    }

    impl Blocks for Groups {
        fn each(&mut self, _: &mut dyn FnMut(&panel_fe::Panel) -> panel_fe::Result<()>) -> panel_fe::Result<()> {
            Ok(())
        }
    }
}

#[cfg(not(feature = "parquet"))]
use none::{Groups, described};

#[cfg(feature = "parquet")]
impl Stream {
    /// The name in the file of what the study calls `name`.
    fn written(&self, name: &str) -> String {
        let spec = &self.spec;
        let key = match name {
            _ if name == self.keys[0] => spec.entity.as_ref(),
            _ if name == self.keys[1] => spec.time.as_ref(),
            _ => None,
        };
        key.or_else(|| spec.rename.get(name)).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The name in the study of what the file calls `written`.
    fn called(&self, written: &str) -> String {
        let spec = &self.spec;
        let is = |key: &Option<String>| key.as_deref() == Some(written);
        if is(&spec.entity) {
            return self.keys[0].clone();
        }
        if is(&spec.time) {
            return self.keys[1].clone();
        }
        let renamed = spec.rename.iter().find(|(_, old)| *old == written);
        renamed.map_or_else(|| written.to_owned(), |(new, _)| new.clone())
    }
}
