//! The validated panel: unique (entity, time) keys, sorted, typed columns.

mod number_wanted;
mod unkeyed;

use crate::column::{Column, TextColumn};
use crate::error::{Cell, Error, Result};
use crate::floats::Floats;
use crate::numerals::{Numerals, PERCENT, Reading, is_unit};
use crate::suggest;
pub use crate::time_axis::{Frequency, TimeAxis};
use number_wanted::number_wanted;
use rayon::prelude::*;
use std::sync::{Arc, OnceLock};

/// How full the entity × time grid is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Balance {
    /// Every entity has every period.
    Balanced,
    /// Some keys are absent.
    Unbalanced {
        /// Number of absent pairs between an entity's first and last period; [`Panel::gaps`] names them.
        gaps: usize,
        /// Absent pairs before an entity's first or after its last period.
        ragged: usize,
    },
}

/// A column, and what it is as numbers, which is worked out when it is asked for.
#[derive(Debug)]
struct Stored {
    column: Column,
    truths: OnceLock<Option<Vec<f64>>>,
}

impl Stored {
    fn new(column: Column) -> Self {
        Self { column, truths: OnceLock::new() }
    }

    /// 1 and 0 for a text column of `True` and `False`.
    fn truths(&self) -> Option<&[f64]> {
        let number = |truth: Option<bool>| truth.map_or(f64::NAN, |truth| f64::from(u8::from(truth)));
        let values = self.truths.get_or_init(|| match &self.column {
            Column::Float(_) => None,
            Column::Text(text) => Some(text.truths()?.into_iter().map(number).collect()),
        });
        values.as_deref()
    }
}

impl PartialEq for Stored {
    fn eq(&self, other: &Self) -> bool {
        self.column == other.column
    }
}

/// A table with unique (entity, time) keys; rows stand in the order of [`Panel::entities`], then of [`Panel::times`].
///
/// **Missing values**: `NaN` in float columns, no code in text columns. Rows with a missing key do not exist.
///
/// Keys and columns are shared between clones: a clone costs no copy of the data, and a column that is replaced in one
/// clone stays as it was in the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    entity_name: String,
    time_name: String,
    entities: Arc<Vec<String>>,
    times: Arc<TimeAxis>,
    entity_of_row: Arc<Vec<u32>>,
    time_of_row: Arc<Vec<u32>>,
    names: Vec<String>,
    columns: Vec<Arc<Stored>>,
    /// File each column was read from, for messages.
    sources: Vec<Option<Arc<str>>>,
}

impl Panel {
    /// Starts a panel from key labels, one per row.
    #[must_use]
    pub fn builder(entity_name: impl Into<String>, time_name: impl Into<String>) -> PanelBuilder {
        PanelBuilder { entity_name: entity_name.into(), time_name: time_name.into(), ..PanelBuilder::default() }
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.entity_of_row.len()
    }

    /// Number of distinct entities.
    #[must_use]
    pub fn n_entities(&self) -> usize {
        self.entities.len()
    }

    /// Number of distinct periods.
    #[must_use]
    pub fn n_periods(&self) -> usize {
        self.times.len()
    }

    /// Name of the entity key, as the user calls it (`city`).
    #[must_use]
    pub fn entity_name(&self) -> &str {
        &self.entity_name
    }

    /// Name of the time key (`year`).
    #[must_use]
    pub fn time_name(&self) -> &str {
        &self.time_name
    }

    /// Entity labels, sorted: whole numbers by value, else as text.
    #[must_use]
    pub fn entities(&self) -> &[String] {
        &self.entities
    }

    /// The periods.
    #[must_use]
    pub fn times(&self) -> &TimeAxis {
        &self.times
    }

    /// Index into [`Panel::entities`] of each row; non-decreasing.
    #[must_use]
    pub fn entity_of_row(&self) -> &[u32] {
        &self.entity_of_row
    }

    /// Index into [`Panel::times`] of each row; increasing within an entity.
    #[must_use]
    pub fn time_of_row(&self) -> &[u32] {
        &self.time_of_row
    }

    /// Entity label of a row; empty in a panel without keys.
    #[must_use]
    pub fn entity_label(&self, row: usize) -> &str {
        self.entities.get(self.entity_of_row[row] as usize).map_or("", String::as_str)
    }

    /// Time label of a row.
    #[must_use]
    pub fn time_label(&self, row: usize) -> &str {
        &self.times.labels()[self.time_of_row[row] as usize]
    }

    /// The row of a key, if there is one.
    #[must_use]
    pub fn row(&self, entity: u32, time: u32) -> Option<usize> {
        let start = self.entity_of_row.partition_point(|&e| e < entity);
        let end = self.entity_of_row.partition_point(|&e| e <= entity);
        self.time_of_row[start..end].binary_search(&time).ok().map(|offset| start + offset)
    }

    /// Column names, in the order in which they were added.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
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
        self.names.iter().position(|known| known == name).map(|i| &self.columns[i].column).ok_or_else(|| {
            let keys = [&self.entity_name, &self.time_name];
            let known = || keys.into_iter().chain(&self.names);
            Error::UnknownColumn {
                column: name.to_owned(),
                suggestion: suggest::nearest(name, known().map(String::as_str)).map(str::to_owned),
                available: known().cloned().collect(),
            }
        })
    }

    /// A column of numbers; one that holds nothing but `True` and `False` is 1 and 0.
    ///
    /// # Errors
    /// [`Error::UnknownColumn`]; [`Error::NotNumeric`] naming the first text in it; [`Error::WrongType`] for numbers that
    /// are kept as text.
    pub fn float(&self, name: &str) -> Result<&[f64]> {
        let text = match self.column(name)? {
            Column::Float(values) => return Ok(values),
            Column::Text(text) => text,
        };
        let stored = self.names.iter().position(|known| known == name).map(|i| &self.columns[i]);
        if let Some(values) = stored.and_then(|stored| stored.truths()) {
            return Ok(values);
        }
        if text.is_empty() {
            return Err(Error::WrongType { column: name.to_owned(), expected: "numbers", got: "text" });
        }
        let numerals = Numerals::default();
        let dress = text.labels().iter().fold(0, |all, label| match numerals.read(label) {
            Reading::Number(_, dress) => all | dress,
            _ => all,
        });
        let is_word = |label: &String| match numerals.read(label) {
            Reading::Number(_, dress_of) => dress_of & PERCENT != 0 || is_unit(dress),
            Reading::Missing | Reading::Text => true,
        };
        let is_word: Vec<bool> = text.labels().iter().map(is_word).collect();
        let mut unread_rows = (0..text.len()).filter(|&row| is_word.get(text.codes()[row] as usize) == Some(&true));
        match unread_rows.next() {
            Some(row) => {
                let rows: Vec<usize> = std::iter::once(row).chain(unread_rows).collect();
                let header = if let [only] = rows[..] { self.second_header(only) } else { None };
                let (expected, remedies) = header.unwrap_or_else(|| number_wanted(text, &rows));
                Err(Error::NotNumeric {
                    cell: Box::new(self.cell(row, name)),
                    others: rows.len() - 1,
                    expected,
                    remedies,
                })
            }
            None => Err(Error::WrongType {
                column: name.to_owned(),
                expected: "numbers; an expression such as `x + 0` makes numbers of them",
                got: "numbers that are kept as text",
            }),
        }
    }

    /// A column of numbers as [`Panel::float`] has it, sharing the memory of the panel.
    ///
    /// # Errors
    /// As [`Panel::float`].
    pub fn shared(&self, name: &str) -> Result<Floats> {
        match self.column(name)? {
            Column::Float(values) => Ok(values.clone()),
            Column::Text(_) => Ok(self.float(name)?.to_vec().into()),
        }
    }

    /// The file a column was read from, where it is known.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&str> {
        let i = self.names.iter().position(|known| known == name)?;
        self.sources[i].as_deref()
    }

    /// Key, column, value and file of a cell, for messages; without keys the row, counted from 1, stands as its line.
    #[must_use]
    pub fn cell(&self, row: usize, column: &str) -> Cell {
        let value = self.column(column).ok().map(|values| values.display(row));
        Cell {
            value,
            file: self.source(column).map(str::to_owned),
            line: (!self.is_keyed()).then_some(row + 1),
            ..Cell::at(self.entity_label(row), self.time_label(row), column)
        }
    }

    /// Adds a column, or replaces the one of that name.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn set(&mut self, name: impl Into<String>, column: impl Into<Column>) -> Result<()> {
        self.set_from(name, column, None)
    }

    /// Adds a column that was read from `source`, or replaces the one of that name.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn set_from(&mut self, name: impl Into<String>, column: impl Into<Column>, source: Option<&str>) -> Result<()> {
        let (name, column, source) = (name.into(), column.into(), source.map(Arc::from));
        if column.len() != self.n_rows() {
            return Err(Error::LengthMismatch {
                what: format!("column `{name}`"),
                expected: self.n_rows(),
                got: column.len(),
            });
        }
        match self.names.iter().position(|known| *known == name) {
            Some(i) => {
                self.columns[i] = Arc::new(Stored::new(column));
                self.sources[i] = source;
            }
            None => {
                self.names.push(name);
                self.columns.push(Arc::new(Stored::new(column)));
                self.sources.push(source);
            }
        }
        Ok(())
    }

    /// The rows for which `keep` holds, with entities and periods that are left.
    #[must_use]
    pub fn filter(&self, mut keep: impl FnMut(usize) -> bool) -> Self {
        let rows: Vec<usize> = (0..self.n_rows()).filter(|&row| keep(row)).collect();
        if rows.len() == self.n_rows() {
            return self.clone();
        }
        if !self.is_keyed() {
            let taken = |stored: &Arc<Stored>| Arc::new(Stored::new(stored.column.take(&rows)));
            let (names, sources) = (self.names.clone(), self.sources.clone());
            let columns = self.columns.par_iter().map(taken).collect();
            return Self { names, sources, columns, ..Self::unkeyed(rows.len()) };
        }
        let (entities, entity_of_row) = compact(&self.entities, rows.iter().map(|&row| self.entity_of_row[row]));
        let (labels, time_of_row) = compact(self.times.labels(), rows.iter().map(|&row| self.time_of_row[row]));
        let ordinals = compact(self.times.ordinals(), rows.iter().map(|&row| self.time_of_row[row])).0;
        Self {
            entity_name: self.entity_name.clone(),
            time_name: self.time_name.clone(),
            entities: Arc::new(entities),
            times: Arc::new(self.times.part(labels, ordinals)),
            entity_of_row: Arc::new(entity_of_row),
            time_of_row: Arc::new(time_of_row),
            names: self.names.clone(),
            columns: self.columns.par_iter().map(|stored| Arc::new(Stored::new(stored.column.take(&rows)))).collect(),
            sources: self.sources.clone(),
        }
    }

    /// How full the grid of entities and periods is.
    #[must_use]
    pub fn balance(&self) -> Balance {
        if self.n_rows() == self.n_entities() * self.n_periods() {
            return Balance::Balanced;
        }
        let (mut gaps, mut ragged) = (0, 0);
        for rows in self.entity_rows() {
            let span = (self.time_of_row[rows.end - 1] - self.time_of_row[rows.start] + 1) as usize;
            gaps += span - rows.len();
            ragged += self.n_periods() - span;
        }
        Balance::Unbalanced { gaps, ragged }
    }

    /// Absent (entity, time) pairs between an entity's first and last period, in the order of the panel.
    pub fn gaps(&self) -> impl Iterator<Item = (&str, &str)> + '_ {
        self.entity_rows().flat_map(move |rows| {
            let times = &self.time_of_row[rows.clone()];
            (times[0]..=times[times.len() - 1])
                .filter(move |time| times.binary_search(time).is_err())
                .map(move |time| (self.entity_label(rows.start), self.times.labels()[time as usize].as_str()))
        })
    }

    /// Value at the period whose ordinal is `lag` before the row's, for each row; `NaN` where there is no such row.
    ///
    /// Lags follow the calendar, so they respect gaps; a negative lag is a lead.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Specification`] where the periods have no order ([`TimeAxis::ordered`]).
    pub fn lag(&self, values: &[f64], lag: i64) -> Result<Vec<f64>> {
        if values.len() != self.n_rows() {
            return Err(Error::LengthMismatch {
                what: "values to lag".into(),
                expected: self.n_rows(),
                got: values.len(),
            });
        }
        if !self.is_keyed() {
            return Err(Error::Specification(
                "a lag needs the keys of entity and time, and this table has none".into(),
            ));
        }
        self.times.ordered(&self.time_name)?;
        let ordinals = self.times.ordinals();
        let target: Vec<Option<u32>> = ordinals
            .iter()
            .map(|&ordinal| ordinal.checked_sub(lag).and_then(|at| ordinals.binary_search(&at).ok()).map(|i| i as u32))
            .collect();
        let mut lagged = vec![f64::NAN; self.n_rows()];
        for rows in self.entity_rows() {
            let times = &self.time_of_row[rows.clone()];
            for row in rows.clone() {
                if let Some(time) = target[self.time_of_row[row] as usize]
                    && let Ok(offset) = times.binary_search(&time)
                {
                    lagged[row] = values[rows.start + offset];
                }
            }
        }
        Ok(lagged)
    }

    /// The rows of each entity, in the order of [`Panel::entities`].
    pub fn entity_rows(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.entity_of_row.chunk_by(|a, b| a == b).scan(0, |start, chunk| {
            *start += chunk.len();
            Some(*start - chunk.len()..*start)
        })
    }
}

/// Labels that are still used, and the new indices.
fn compact<T: Clone>(labels: &[T], used: impl Iterator<Item = u32> + Clone) -> (Vec<T>, Vec<u32>) {
    let mut seen = vec![false; labels.len()];
    used.clone().for_each(|code| seen[code as usize] = true);
    let mut new = vec![0; labels.len()];
    let mut kept = Vec::new();
    for (code, label) in labels.iter().enumerate().filter(|(code, _)| seen[*code]) {
        new[code] = kept.len() as u32;
        kept.push(label.clone());
    }
    (kept, used.map(|code| new[code as usize]).collect())
}

/// Collects keys and columns in file order; [`PanelBuilder::build`] checks and sorts them.
#[derive(Debug, Clone, Default)]
pub struct PanelBuilder {
    entity_name: String,
    time_name: String,
    file: Option<Arc<str>>,
    lines: Option<Vec<usize>>,
    entities: TextColumn,
    times: TextColumn,
    names: Vec<String>,
    columns: Vec<Column>,
}

impl PanelBuilder {
    /// Key labels, one per row.
    #[must_use]
    pub fn keys<E: Into<String>, T: Into<String>>(
        self,
        entities: impl IntoIterator<Item = E>,
        times: impl IntoIterator<Item = T>,
    ) -> Self {
        let entities: Vec<Option<String>> = entities.into_iter().map(|label| Some(label.into())).collect();
        let times: Vec<Option<String>> = times.into_iter().map(|label| Some(label.into())).collect();
        self.coded_keys(TextColumn::new(&entities), TextColumn::new(&times))
    }

    /// Key labels as coded columns: no text is copied per row.
    #[must_use]
    pub fn coded_keys(mut self, entities: TextColumn, times: TextColumn) -> Self {
        self.entities = entities;
        self.times = times;
        self
    }

    /// File name and, where known, the line of each row, for messages.
    #[must_use]
    pub fn origin(mut self, file: impl Into<String>, lines: Option<Vec<usize>>) -> Self {
        self.file = Some(Arc::from(file.into()));
        self.lines = lines;
        self
    }

    /// A column, in row order.
    #[must_use]
    pub fn column(mut self, name: impl Into<String>, column: impl Into<Column>) -> Self {
        self.names.push(name.into());
        self.columns.push(column.into());
        self
    }

    /// Checks keys and lengths, and sorts.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`], [`Error::MissingKey`], [`Error::DuplicateKey`], [`Error::SamePeriod`];
    /// [`Error::Specification`] for a column name used twice.
    pub fn build(self) -> Result<Panel> {
        let n = self.entities.len();
        let lengths = std::iter::once(("time key".to_owned(), self.times.len())).chain(
            self.names.iter().zip(&self.columns).map(|(name, column)| (format!("column `{name}`"), column.len())),
        );
        for (what, got) in lengths {
            if got != n {
                return Err(Error::LengthMismatch { what, expected: n, got });
            }
        }
        for (i, name) in self.names.iter().enumerate() {
            if self.names[..i].contains(name) {
                return Err(Error::Specification(format!("column `{name}` stands twice")));
            }
        }
        let line = |row: usize| self.lines.as_ref().and_then(|lines| lines.get(row)).map_or(row + 1, |&line| line);
        let place = |row: usize| Cell {
            file: self.file.as_deref().map(str::to_owned),
            entity: Some(self.entities.get(row).unwrap_or_default().to_owned()),
            time: Some(self.times.get(row).unwrap_or_default().to_owned()),
            ..Cell::default()
        };
        let (entity_key, time_key) = (self.entities.codes(), self.times.codes());
        if let Some(row) =
            (0..n).find(|&row| entity_key[row] == TextColumn::MISSING || time_key[row] == TextColumn::MISSING)
        {
            let (name, key) = if entity_key[row] == TextColumn::MISSING {
                (&self.entity_name, entity_key)
            } else {
                (&self.time_name, time_key)
            };
            let above = key[..row].iter().any(|&code| code != TextColumn::MISSING);
            let cell = Cell { line: Some(line(row)), column: Some(name.clone()), ..place(row) };
            return Err(Error::MissingKey { cell: Box::new(cell), above });
        }
        let (used, entity_code) = compact(self.entities.labels(), entity_key.iter().copied());
        let (entities, entity_code) = reorder(sorted_labels(&used), &used, entity_code);
        let (used, time_code) = compact(self.times.labels(), time_key.iter().copied());
        let times = TimeAxis::of_key(&self.time_name, self.file.as_deref(), &used)?;
        let (_, time_code) = reorder(times.labels().to_vec(), &used, time_code);
        let key = |row: usize| (u64::from(entity_code[row]) << 32) | u64::from(time_code[row]);
        if (1..n).all(|row| key(row - 1) < key(row)) {
            // In order and unique already, as most tables come: nothing moves.
            return Ok(Panel {
                entity_name: self.entity_name,
                time_name: self.time_name,
                entities: Arc::new(entities),
                times: Arc::new(times),
                entity_of_row: Arc::new(entity_code),
                time_of_row: Arc::new(time_code),
                sources: vec![self.file; self.names.len()],
                names: self.names,
                columns: self.columns.into_iter().map(|column| Arc::new(Stored::new(column))).collect(),
            });
        }
        let mut order: Vec<(u64, usize)> = (0..n).map(|row| (key(row), row)).collect();
        order.par_sort_unstable();
        if let Some(pair) = order.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let (first, second) = (pair[0].1.min(pair[1].1), pair[0].1.max(pair[1].1));
            let differs = self.names.iter().zip(&self.columns).find(|(_, column)| !column.same(first, second));
            return Err(Error::DuplicateKey {
                cell: Box::new(place(first)),
                first: line(first),
                second: line(second),
                differs: differs.map(|(name, _)| name.clone()),
            });
        }
        let rows: Vec<usize> = order.into_iter().map(|(_, row)| row).collect();
        Ok(Panel {
            entity_name: self.entity_name,
            time_name: self.time_name,
            entities: Arc::new(entities),
            times: Arc::new(times),
            entity_of_row: Arc::new(rows.iter().map(|&row| entity_code[row]).collect()),
            time_of_row: Arc::new(rows.iter().map(|&row| time_code[row]).collect()),
            sources: vec![self.file; self.names.len()],
            names: self.names,
            columns: self.columns.into_par_iter().map(|column| Arc::new(Stored::new(column.take(&rows)))).collect(),
        })
    }
}

/// Distinct labels in order: by value if all are whole numbers, else as text.
fn sorted_labels(distinct: &[String]) -> Vec<String> {
    let mut labels = distinct.to_vec();
    labels.sort_unstable();
    if let Some(numbers) = labels.iter().map(|label| label.parse::<i64>().ok()).collect::<Option<Vec<_>>>() {
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_by_key(|&i| numbers[i]);
        labels = order.iter().map(|&i| labels[i].clone()).collect();
    }
    labels
}

/// Translates codes into `old` to codes into `new`, which holds the same labels in another order.
fn reorder(new: Vec<String>, old: &[String], codes: Vec<u32>) -> (Vec<String>, Vec<u32>) {
    let place: std::collections::BTreeMap<&str, u32> =
        new.iter().enumerate().map(|(code, label)| (label.as_str(), code as u32)).collect();
    let translate: Vec<u32> = old.iter().map(|label| place.get(label.as_str()).copied().unwrap_or(0)).collect();
    let codes = codes.into_iter().map(|code| translate[code as usize]).collect();
    (new, codes)
}

/// A text column from labels, for builders.
impl<S: AsRef<str>> From<Vec<Option<S>>> for Column {
    fn from(values: Vec<Option<S>>) -> Self {
        Self::Text(TextColumn::new(&values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Panel {
        Panel::builder("city", "year")
            .keys(["b", "a", "a", "a"], ["2013", "2016", "2013", "2014"])
            .column("x", vec![4.0, 3.0, 1.0, 2.0])
            .build()
            .expect("valid")
    }

    #[test]
    fn rows_are_sorted_by_key() {
        let panel = small();
        assert_eq!(panel.entities(), ["a", "b"]);
        assert_eq!(panel.float("x").expect("there"), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(panel.row(1, 0), Some(3));
        assert_eq!(panel.row(1, 1), None);
    }

    #[test]
    fn errors_say_their_kind_and_place() {
        let twice = Panel::builder("city", "year").keys(["a", "b", "a"], ["1", "1", "1"]).build().unwrap_err();
        let cell = twice.cell().expect("a key");
        assert_eq!(
            (twice.code(), cell.entity.as_deref(), cell.time.as_deref()),
            ("duplicate-key", Some("a"), Some("1"))
        );
        let unknown = small().float("X").unwrap_err();
        assert_eq!((unknown.code(), unknown.cell().and_then(|cell| cell.column)), ("unknown-column", Some("X".into())));
    }

    #[test]
    fn lags_follow_the_calendar() {
        let panel = small();
        let lagged = panel.lag(panel.float("x").expect("there"), 1).expect("same length");
        assert!(lagged[0].is_nan() && lagged[2].is_nan() && lagged[3].is_nan());
        assert_eq!(lagged[1], 1.0);
    }

    #[test]
    fn a_duplicate_key_names_both_lines() {
        let error = Panel::builder("city", "year").keys(["a", "b", "a"], ["1", "1", "1"]).build().unwrap_err();
        assert!(matches!(error, Error::DuplicateKey { first: 1, second: 3, .. }), "{error}");
    }

    #[test]
    fn a_duplicate_key_says_whether_its_rows_differ() {
        let message = |x: [f64; 3]| {
            let panel = Panel::builder("city", "year").keys(["a", "b", "a"], ["1", "1", "1"]);
            panel.column("x", x.to_vec()).build().unwrap_err().to_string()
        };
        assert!(message([1.0, 2.0, 1.0]).ends_with("lines 1 and 3; the two rows are identical: delete one"));
        assert!(message([f64::NAN, 2.0, f64::NAN]).ends_with("the two rows are identical: delete one"));
        let differ = message([1.0, 2.0, 3.0]);
        assert!(differ.ends_with("they differ in `x`: correct a key, filter one out, or merge the rows (aggregate)"));
    }

    #[test]
    fn texts_among_numbers_are_counted_and_may_be_marks() {
        let message = |cells: [&str; 5]| {
            let column = TextColumn::new(&cells.map(Some));
            let panel = Panel::builder("city", "year").keys(["a", "b", "c", "d", "e"], ["1"; 5]).column("x", column);
            panel.build().expect("valid").float("x").unwrap_err().to_string()
        };
        let marks = message(["1", "2.0 to 3", "3", "2.0 to 3", "4"]);
        assert!(marks.contains("entity `b`, time `1`, column `x`, value `2.0 to 3`, and 1 more; expected"), "{marks}");
        assert!(marks.contains("correct the cell, or `missing = [\"2.0 to 3\"]` where"), "{marks}");
        let one = message(["1", "2", "3", "4", "5x"]);
        assert!(one.contains("value `5x`; expected a number; correct the cell"), "{one}");
        let texts = message(["North", "South", "South", "4", "5"]);
        assert!(texts.ends_with("and 2 more; expected a number (an empty cell where it is missing)"), "{texts}");
    }

    #[test]
    fn an_unknown_column_gets_a_suggestion() {
        let error = small().column("X").unwrap_err();
        assert!(error.to_string().contains("did you mean `x`?"), "{error}");
    }
}
