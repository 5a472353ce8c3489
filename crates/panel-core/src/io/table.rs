//! What a reader returns: named, typed columns in file order, before keys are known.

use super::options::ReadOptions;
use super::typed::{DRESSES, Typed, loses_digits, settled};
use crate::column::{Column, TextColumn, number_codes};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Cell, Error, Result};
use crate::number::{parse_plain, trim};
use crate::numerals::{Numerals, Reading};
use crate::suggest;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A table as it stands in a file.
///
/// A column is numbers if every present cell is one, else text. Numbers that print differently from what was written (codes
/// with leading zeros, digits beyond those of a double) keep their text beside the values, and [`RawTable::key_text`]
/// returns it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawTable {
    pub(crate) file: String,
    pub(crate) names: Vec<String>,
    pub(crate) columns: Vec<Column>,
    /// Text as written of number columns where it differs from what the number prints as.
    pub(crate) written: BTreeMap<usize, TextColumn>,
    /// Variable labels (Stata), empty where there are none.
    pub(crate) labels: Vec<String>,
    /// Labels of the codes of number columns (Stata), by place.
    pub(crate) value_labels: BTreeMap<usize, Vec<(i32, String)>>,
    /// Line of each row, 1-based; empty where the format knows none.
    pub(crate) lines: Vec<u32>,
    /// A word of a text column that was read as missing, and in how many rows, by place.
    pub(crate) dropped: BTreeMap<usize, (String, usize)>,
    /// Columns that are in the file and not in the table, and why.
    pub(crate) left_out: BTreeMap<String, String>,
    pub(crate) diagnostics: Diagnostics,
}

impl RawTable {
    /// A table from columns, for data that do not come from a file.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] and [`Error::Specification`] (a name twice).
    pub fn new(file: impl Into<String>, columns: Vec<(String, Column)>) -> Result<Self> {
        let mut table = Self { file: file.into(), ..Self::default() };
        for (name, column) in columns {
            if table.names.contains(&name) {
                return Err(Error::Specification(format!("column `{name}` stands twice in `{}`", table.file)));
            }
            if let Some(first) = table.columns.first().filter(|first| first.len() != column.len()) {
                return Err(Error::LengthMismatch {
                    what: format!("column `{name}`"),
                    expected: first.len(),
                    got: column.len(),
                });
            }
            table.push(name, column, String::new());
        }
        Ok(table)
    }

    pub(crate) fn push(&mut self, name: String, column: Column, label: String) {
        self.names.push(name);
        self.columns.push(column);
        self.labels.push(label);
    }

    /// Adds a column of texts or what became of them.
    pub(crate) fn push_typed(&mut self, name: String, column: Typed, label: String) {
        let place = self.names.len();
        if let Some(written) = column.written {
            self.written.insert(place, written);
        }
        if let Some(dropped) = column.dropped {
            self.dropped.insert(place, dropped);
        }
        if column.kept_na {
            let message = format!(
                "`{}`: `NA` in `{name}` was taken for a code like the others; `missing = [\"NA\"]` makes it missing",
                self.file
            );
            self.diagnostics.push(Diagnostic::warning("na-is-a-code", message));
        }
        self.push(name, column.column, label);
    }

    /// Takes the numbers that stand for a missing value out of columns of numbers, whatever form a file keeps them in: in
    /// text the token and the cell are compared as written, too (`-9` and `-9.0`).
    pub(crate) fn take_missing(&mut self, tokens: &[String]) {
        let values: Vec<f64> = tokens.iter().filter_map(|token| crate::number::parse_number(token)).collect();
        if values.is_empty() {
            return;
        }
        for (i, column) in self.columns.iter_mut().enumerate() {
            let Column::Float(numbers) = column else { continue };
            // Of codes (`09`) and numbers with marks the written text was compared.
            let written = self.written.get(&i);
            let is_code = |row: usize| {
                let text = written.and_then(|written| written.get(row));
                text.is_some_and(|text| loses_digits(text) || parse_plain(trim(text)).is_none())
            };
            for (row, number) in numbers.make_mut().iter_mut().enumerate().filter(|(_, number)| values.contains(number))
            {
                *number = if is_code(row) { *number } else { f64::NAN };
            }
        }
    }

    /// A word that was read as missing in a column of text, and in how many rows.
    #[must_use]
    pub fn dropped_word(&self, name: &str) -> Option<(&str, usize)> {
        let place = self.names.iter().position(|known| known == name)?;
        self.dropped.get(&place).map(|(word, rows)| (word.as_str(), *rows))
    }

    /// Remarks on numbers that are written in an unusual way.
    pub(crate) fn remark_writing(&mut self, numerals: &Numerals) {
        for (bit, code, remark) in DRESSES {
            let mut found: Vec<(&str, &str)> = Vec::new();
            for (&i, written) in &self.written {
                let dressed =
                    |label: &&String| matches!(numerals.read(label), Reading::Number(_, dress) if dress & bit != 0);
                if let (Column::Float(_), Some(label)) = (&self.columns[i], written.labels().iter().find(dressed)) {
                    found.push((&self.names[i], label));
                }
            }
            if let Some((name, cell)) = found.first() {
                let more =
                    if found.len() > 1 { format!(" and {} more columns", found.len() - 1) } else { String::new() };
                let message = format!("`{}`: `{name}` (`{cell}`){more}: {remark}", self.file);
                self.diagnostics.push(Diagnostic::note(code, message));
            }
        }
    }

    /// Why a column that is in the file is not in the table, if there is one of that name.
    #[must_use]
    pub fn left_out(&self, name: &str) -> Option<&str> {
        self.left_out.get(name).map(String::as_str)
    }

    /// Names that are in the file and not in the table, with the reason of each.
    pub fn all_left_out(&self) -> impl Iterator<Item = (&str, &str)> {
        self.left_out.iter().map(|(name, why)| (name.as_str(), why.as_str()))
    }

    /// Name of the file, as the user wrote it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    /// Column names in file order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Columns in file order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The variable label of a column, where the format has one.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        let i = self.names.iter().position(|known| known == name)?;
        self.labels.get(i).map(String::as_str).filter(|label| !label.is_empty())
    }

    /// Code and label of a column of numbers whose codes have labels (Stata), in the order of the codes; empty elsewhere.
    #[must_use]
    pub fn value_labels(&self, name: &str) -> &[(i32, String)] {
        let place = self.names.iter().position(|known| known == name);
        place.and_then(|i| self.value_labels.get(&i)).map_or(&[], Vec::as_slice)
    }

    /// The first column that differs between two rows, the columns `but` left aside.
    #[must_use]
    pub fn difference(&self, rows: [usize; 2], but: &[&str]) -> Option<&str> {
        let columns = self.names.iter().zip(&self.columns).filter(|(name, _)| !but.contains(&name.as_str()));
        columns.filter(|(_, column)| !column.same(rows[0], rows[1])).map(|(name, _)| name.as_str()).next()
    }

    /// Line of a row in the file, or its 1-based number where the format knows no lines.
    #[must_use]
    pub fn line(&self, row: usize) -> usize {
        self.lines.get(row).map_or(row + 1, |&line| line as usize)
    }

    /// What the reader remarked.
    #[must_use]
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// Whether there is a column of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// A column by name.
    ///
    /// # Errors
    /// [`Error::UnknownColumn`] with the nearest name.
    pub fn column(&self, name: &str) -> Result<&Column> {
        self.index(name).map(|i| &self.columns[i])
    }

    pub(crate) fn index(&self, name: &str) -> Result<usize> {
        self.names.iter().position(|known| known == name).ok_or_else(|| match self.left_out.get(name) {
            Some(why) => Error::Read { file: self.file.clone(), reason: why.clone() },
            None => Error::UnknownColumn {
                column: name.to_owned(),
                suggestion: suggest::nearest(name, self.names.iter().map(String::as_str)).map(str::to_owned),
                available: self.names.clone(),
            },
        })
    }

    /// The key columns `names` have a value in every row: the entity first where there are several, then the time.
    ///
    /// # Errors
    /// [`Error::MissingKey`] naming file, line and column, with what to write where that is known;
    /// [`Error::UnknownColumn`].
    pub fn check_keys<S: AsRef<str>>(&self, names: &[S]) -> Result<()> {
        for name in names.iter().map(AsRef::as_ref) {
            let i = self.index(name)?;
            let Some(row) = (0..self.n_rows()).find(|&row| self.columns[i].is_missing(row)) else { continue };
            let n_missing = self.columns[i].n_missing();
            // A word that was dropped is to blame where nothing else is.
            let word = self.dropped.get(&i).filter(|(_, count)| *count == n_missing).map(|(word, _)| word.clone());
            let label = |key: Option<&S>| Some(self.key_text(key?.as_ref()).ok()?.get(row)?.to_owned());
            let lacks_entity = names[0].as_ref() == name;
            let cell = Cell {
                file: Some(self.file.clone()),
                line: Some(self.line(row)),
                entity: if lacks_entity { None } else { label(names.first()) },
                time: if lacks_entity { label(names.get(1)) } else { None },
                column: Some(name.to_owned()),
                value: word,
            };
            return Err(Error::MissingKey { cell: Box::new(cell), above: row > 0 && 2 * n_missing >= self.n_rows() });
        }
        Ok(())
    }

    /// A column as key labels: text as it is, numbers as they were written (`2013`, `0012`), missing as missing.
    ///
    /// # Errors
    /// [`Error::UnknownColumn`].
    pub fn key_text(&self, name: &str) -> Result<Cow<'_, TextColumn>> {
        let i = self.index(name)?;
        if let Some(written) = self.written.get(&i) {
            return Ok(Cow::Borrowed(written));
        }
        match &self.columns[i] {
            Column::Text(text) => Ok(Cow::Borrowed(text)),
            Column::Float(values) => Ok(Cow::Owned(number_labels(values))),
        }
    }

    /// A table that was made from this one (rows grouped, columns spread out): the same file, what the reader remarked, and
    /// rows of their own.
    ///
    /// # Errors
    /// As [`RawTable::new`].
    pub fn derived(&self, columns: Vec<(String, Column)>) -> Result<Self> {
        let mut table = Self::new(self.file.clone(), columns)?;
        for (i, name) in table.names.iter().enumerate() {
            let labels = self.value_labels(name);
            if !labels.is_empty() {
                table.value_labels.insert(i, labels.to_vec());
            }
        }
        Ok(Self { diagnostics: self.diagnostics.clone(), left_out: self.left_out.clone(), ..table })
    }

    /// Puts another column in the place of the one of that name; lines, labels and the other columns stay.
    ///
    /// # Errors
    /// [`Error::UnknownColumn`], [`Error::LengthMismatch`].
    pub fn replace(&mut self, name: &str, column: impl Into<Column>) -> Result<()> {
        let (i, column) = (self.index(name)?, column.into());
        if column.len() != self.n_rows() {
            let what = format!("column `{name}`");
            return Err(Error::LengthMismatch { what, expected: self.n_rows(), got: column.len() });
        }
        self.columns[i] = column;
        self.dropped.remove(&i);
        self.written.remove(&i);
        self.value_labels.remove(&i);
        Ok(())
    }

    /// Adds a column.
    ///
    /// # Errors
    /// [`Error::Specification`] where there is one of that name, [`Error::LengthMismatch`].
    pub fn add(&mut self, name: impl Into<String>, column: impl Into<Column>) -> Result<()> {
        let (name, column) = (name.into(), column.into());
        if self.has(&name) {
            return Err(Error::Specification(format!("`{}` has a column `{name}` already", self.file)));
        }
        if !self.columns.is_empty() && column.len() != self.n_rows() {
            let what = format!("column `{name}`");
            return Err(Error::LengthMismatch { what, expected: self.n_rows(), got: column.len() });
        }
        self.push(name, column, String::new());
        Ok(())
    }

    /// Adds a text column `name` that holds the values of several columns together (`CN – US`): a key made of parts.
    ///
    /// # Errors
    /// [`Error::UnknownColumn`]; those of [`RawTable::add`]. A row that lacks a part has no key.
    pub fn combine<S: AsRef<str>>(&mut self, parts: &[S], name: &str) -> Result<()> {
        let texts = parts.iter().map(|part| self.key_text(part.as_ref())).collect::<Result<Vec<_>>>()?;
        let mut interner = crate::intern::Interner::default();
        let mut key = String::new();
        for row in 0..self.n_rows() {
            key.clear();
            let complete = texts.iter().enumerate().all(|(i, text)| {
                key.push_str(if i == 0 { "" } else { " – " });
                text.get(row).map(|part| key.push_str(part)).is_some()
            });
            interner.push(complete.then_some(key.as_str()));
        }
        let column = interner.finish();
        drop(texts);
        self.add(name, Column::Text(column))
    }

    /// Renames columns; pairs are (name in the file, new name).
    ///
    /// # Errors
    /// [`Error::UnknownColumn`]; [`Error::Specification`] where the new name is taken.
    pub fn rename<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<()> {
        let mut names = self.names.clone();
        for (old, new) in pairs {
            names[self.index(old)?] = new.to_owned();
        }
        for (i, name) in names.iter().enumerate() {
            if names[..i].contains(name) {
                return Err(Error::Specification(format!(
                    "renaming gives two columns called `{name}` in `{}`",
                    self.file
                )));
            }
        }
        self.names = names;
        Ok(())
    }

    /// Keeps the named columns, in the order given.
    ///
    /// # Errors
    /// [`Error::UnknownColumn`].
    pub fn select<S: AsRef<str>>(mut self, names: &[S]) -> Result<Self> {
        let keep = names.iter().map(|name| self.index(name.as_ref())).collect::<Result<Vec<_>>>()?;
        let mut columns: Vec<Option<Column>> = std::mem::take(&mut self.columns).into_iter().map(Some).collect();
        let mut kept = Self {
            file: self.file,
            lines: self.lines,
            left_out: self.left_out,
            diagnostics: self.diagnostics,
            ..Self::default()
        };
        for i in keep {
            // A name asked for twice is given once.
            if let Some(column) = columns[i].take() {
                if let Some(written) = self.written.remove(&i) {
                    kept.written.insert(kept.names.len(), written);
                }
                if let Some(dropped) = self.dropped.remove(&i) {
                    kept.dropped.insert(kept.names.len(), dropped);
                }
                if let Some(labels) = self.value_labels.remove(&i) {
                    kept.value_labels.insert(kept.names.len(), labels);
                }
                kept.push(std::mem::take(&mut self.names[i]), column, self.labels.get(i).cloned().unwrap_or_default());
            }
        }
        Ok(kept)
    }

    /// The rows `rows`, in that order.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        let written = self
            .written
            .iter()
            .filter_map(|(&i, text)| match Column::Text(text.clone()).take(rows) {
                Column::Text(text) => Some((i, text)),
                Column::Float(_) => None,
            })
            .collect();
        Self {
            file: self.file.clone(),
            names: self.names.clone(),
            columns: self.columns.iter().map(|column| column.take(rows)).collect(),
            written,
            labels: self.labels.clone(),
            value_labels: self.value_labels.clone(),
            dropped: self.dropped.clone(),
            left_out: self.left_out.clone(),
            lines: if self.lines.is_empty() { Vec::new() } else { rows.iter().map(|&row| self.lines[row]).collect() },
            diagnostics: self.diagnostics.clone(),
        }
    }
}

impl RawTable {
    /// The same table with its text columns typed anew: rows that made a column text (a note below the table) may have
    /// been taken out since. Columns named in `keep` stay text; `options` say how numbers are written.
    ///
    /// # Errors
    /// [`Error::Specification`] for an unknown decimal sign; [`Error::Read`] where nothing says which it is.
    pub fn retyped(mut self, options: &ReadOptions, keep: &[String]) -> Result<Self> {
        let texts = self.names.iter().zip(&self.columns).filter_map(|(name, column)| match column {
            Column::Text(text) if !keep.contains(name) => Some((name.as_str(), text)),
            _ => None,
        });
        let numerals = settled(&self.file, texts, options)?;
        for (i, column) in self.columns.iter_mut().enumerate() {
            let Column::Text(text) = column else { continue };
            if keep.contains(&self.names[i]) {
                continue;
            }
            let rows: Vec<Option<&str>> = (0..text.len()).map(|row| text.get(row)).collect();
            let used = super::typed::typed(TextColumn::new(&rows), &numerals, false);
            *column = used.column;
            if let Some(written) = used.written {
                self.written.insert(i, written);
            }
        }
        Ok(self)
    }
}

/// Numbers as key labels; whole numbers print without a fraction.
pub(crate) fn number_labels(values: &[f64]) -> TextColumn {
    let (codes, distinct) = number_codes(values);
    let printed: Vec<String> = distinct.iter().map(ToString::to_string).collect();
    // Labels of a text column are sorted as text, which is not the order of the numbers.
    let mut order: Vec<usize> = (0..printed.len()).collect();
    order.sort_unstable_by(|&a, &b| printed[a].cmp(&printed[b]));
    let mut new_code = vec![0_u32; printed.len()];
    for (new, &old) in order.iter().enumerate() {
        new_code[old] = new as u32;
    }
    let codes = codes.into_iter().map(|code| new_code.get(code as usize).copied().unwrap_or(TextColumn::MISSING));
    let labels = order.iter().map(|&i| printed[i].clone()).collect();
    TextColumn::from_codes(codes.collect(), labels).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_keys_print_as_written() {
        let text = number_labels(&[2013.0, 9.0, f64::NAN, 110.5, 2013.0]);
        assert_eq!(
            (0..5).map(|row| text.get(row)).collect::<Vec<_>>(),
            [Some("2013"), Some("9"), None, Some("110.5"), Some("2013")]
        );
    }

    #[test]
    fn minus_zero_is_a_key_like_zero() {
        let text = number_labels(&[-0.0, 0.0, 1.0]);
        assert_eq!((0..3).map(|row| text.get(row)).collect::<Vec<_>>(), [Some("0"), Some("0"), Some("1")]);
    }

    #[test]
    fn a_column_is_replaced_and_a_table_derived() {
        let read = |text: &str| crate::io::read_bytes("t.csv", text.as_bytes(), &crate::io::ReadOptions::default());
        let mut table = read("code,x\n\n007,1\n008,2\n").expect("valid");
        table.diagnostics.push(crate::Diagnostic::note("some", "remark"));
        table.replace("code", vec![3.0, 4.0]).expect("as long");
        assert_eq!((table.key_text("code").expect("there").get(0), table.line(0)), (Some("3"), 3));
        assert!(table.replace("x", vec![1.0]).is_err() && table.replace("y", vec![1.0, 2.0]).is_err());
        let derived = table.derived(vec![("z".into(), vec![1.0].into())]).expect("valid");
        assert_eq!((derived.file(), derived.diagnostics().len(), derived.n_rows()), ("t.csv", 1, 1));
    }

    #[test]
    fn value_labels_follow_their_column() {
        let columns = vec![("a".into(), vec![1.0].into()), ("jail".into(), vec![0.0].into())];
        let mut table = RawTable::new("laws.dta", columns).expect("valid");
        table.value_labels.insert(1, vec![(0, "no".into()), (1, "yes".into())]);
        table.rename([("jail", "prison")]).expect("there");
        assert_eq!(table.take(&[0]).value_labels("prison").len(), 2);
        let derived = table.derived(vec![("prison".into(), vec![1.0].into())]).expect("valid");
        assert_eq!(derived.value_labels("prison")[1], (1, "yes".into()));
        let kept = table.clone().select(&["prison"]).expect("there");
        assert_eq!((kept.value_labels("prison").len(), kept.value_labels("a").len()), (2, 0));
        table.replace("prison", vec![7.0]).expect("as long");
        assert!(table.value_labels("prison").is_empty());
    }

    #[test]
    fn rename_and_select() {
        let mut table =
            RawTable::new("t", vec![("a".into(), vec![1.0].into()), ("b".into(), vec![2.0].into())]).expect("valid");
        table.rename([("a", "b"), ("b", "a")]).expect("a swap");
        assert_eq!(table.names(), ["b", "a"]);
        let error = table.clone().select(&["aa"]).unwrap_err().to_string();
        assert!(error.contains("did you mean `a`?"), "{error}");
        assert_eq!(table.select(&["a"]).expect("there").columns(), [Column::from(vec![2.0])]);
    }
}
