//! The keys of rows as method crates take them: borrowed, and checked once.

use crate::error::Cell;
use crate::panel::Panel;
use std::borrow::Cow;

/// What is wrong with rows that a method was given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// Two things that should be of one length are not.
    #[error("{what} has length {got}, expected {expected}")]
    LengthMismatch {
        /// What.
        what: String,
        /// Expected length.
        expected: usize,
        /// Its length.
        got: usize,
    },
    /// A row's code has no label.
    #[error("row {row} has {what} code {code}, there are {known} labels")]
    UnknownCode {
        /// `entity`, `time`, `good`, …
        what: &'static str,
        /// Row, counted from 0.
        row: usize,
        /// The code.
        code: u32,
        /// Number of labels.
        known: usize,
    },
    /// The same key stands twice.
    #[error("entity `{entity}`, time `{time}`{} stands twice: rows must have unique keys", also.as_ref().map_or_else(String::new, |(key, label)| format!(", {key} `{label}`")))]
    DuplicateKey {
        /// Entity label.
        entity: String,
        /// Time label.
        time: String,
        /// Name and label of a third key, such as a good.
        also: Option<(&'static str, String)>,
    },
    /// A value outside its domain.
    #[error("bad value: entity `{entity}`{}, column `{column}`, value `{}`; expected {expected}", if time.is_empty() { String::new() } else { format!(", time `{time}`") }, crate::number::show(*value))]
    BadValue {
        /// Entity label.
        entity: String,
        /// Time label; empty for a value that has no time.
        time: String,
        /// Column, as the caller calls it.
        column: String,
        /// The value.
        value: f64,
        /// What was expected.
        expected: String,
    },
}

impl InputError {
    /// A word that names the kind of error, as [`Error::code`](crate::Error::code).
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::LengthMismatch { .. } => "length-mismatch",
            Self::UnknownCode { .. } => "unknown-code",
            Self::DuplicateKey { .. } => "duplicate-key",
            Self::BadValue { .. } => "bad-value",
        }
    }

    /// Where in the data the trouble is, as [`Error::cell`](crate::Error::cell).
    #[must_use]
    pub fn cell(&self) -> Option<Cell> {
        let key = |label: &String| Some(label.clone()).filter(|label| !label.is_empty());
        match self {
            Self::DuplicateKey { entity, time, .. } => {
                Some(Cell { entity: key(entity), time: key(time), ..Cell::default() })
            }
            Self::BadValue { entity, time, column, value, .. } => Some(Cell {
                entity: key(entity),
                time: key(time),
                column: Some(column.clone()),
                value: Some(value.to_string()),
                ..Cell::default()
            }),
            Self::LengthMismatch { .. } | Self::UnknownCode { .. } => None,
        }
    }

    /// Checks the length of something that has one value per `expected` things.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`].
    pub fn check_length(what: impl Into<String>, got: usize, expected: usize) -> Result<(), Self> {
        if got == expected { Ok(()) } else { Err(Self::LengthMismatch { what: what.into(), expected, got }) }
    }

    /// Checks that every code has a label.
    ///
    /// # Errors
    /// [`InputError::UnknownCode`] of the first row that has none.
    pub fn check_codes(what: &'static str, codes: &[u32], known: usize) -> Result<(), Self> {
        match codes.iter().position(|&code| code as usize >= known) {
            Some(row) => Err(Self::UnknownCode { what, row, code: codes[row], known }),
            None => Ok(()),
        }
    }
}

/// Entity and time of every row, as codes of labels. Rows may come in any order and need not be balanced.
///
/// ```
/// use panel_core::{InputError, Keys};
/// let (cities, years) = (["a", "b"].map(String::from), ["2020".to_string()]);
/// let keys = Keys::new(&[0, 1], &[0, 0], &cities, &years)?;
/// assert_eq!(keys.labels(1), ("b", "2020"));
/// let twice = Keys::new(&[0, 0], &[0, 0], &cities, &years).unwrap_err();
/// assert_eq!(twice.to_string(), "entity `a`, time `2020` stands twice: rows must have unique keys");
/// # Ok::<(), InputError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Keys<'a> {
    entity: &'a [u32],
    time: &'a [u32],
    entities: &'a [String],
    times: &'a [String],
    ordinals: Option<&'a [i64]>,
}

impl<'a> Keys<'a> {
    /// Keys of which none stands twice. The labels of the periods are in the order of time.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`], [`InputError::UnknownCode`], [`InputError::DuplicateKey`].
    pub fn new(
        entity: &'a [u32],
        time: &'a [u32],
        entities: &'a [String],
        times: &'a [String],
    ) -> Result<Self, InputError> {
        let keys = Self::repeating(entity, time, entities, times)?;
        keys.check_unique()?;
        Ok(keys)
    }

    /// Keys that may repeat, as in a long table with one row per entity, time and good.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`], [`InputError::UnknownCode`].
    pub fn repeating(
        entity: &'a [u32],
        time: &'a [u32],
        entities: &'a [String],
        times: &'a [String],
    ) -> Result<Self, InputError> {
        InputError::check_length("time codes", time.len(), entity.len())?;
        InputError::check_codes("entity", entity, entities.len())?;
        InputError::check_codes("time", time, times.len())?;
        Ok(Self { entity, time, entities, times, ordinals: None })
    }

    /// The keys of a panel, with its calendar.
    #[must_use]
    pub fn of_panel(panel: &'a Panel) -> Self {
        Self {
            entity: panel.entity_of_row(),
            time: panel.time_of_row(),
            entities: panel.entities(),
            times: panel.times().labels(),
            ordinals: Some(panel.times().ordinals()),
        }
    }

    /// The same keys with the place of each period on the calendar ([`TimeAxis::ordinals`](crate::TimeAxis::ordinals)):
    /// consecutive periods differ by 1.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`].
    pub fn with_ordinals(self, ordinals: &'a [i64]) -> Result<Self, InputError> {
        InputError::check_length("calendar ordinals", ordinals.len(), self.times.len())?;
        Ok(Self { ordinals: Some(ordinals), ..self })
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.entity.len()
    }

    /// Number of entities.
    #[must_use]
    pub fn n_entities(&self) -> usize {
        self.entities.len()
    }

    /// Number of periods.
    #[must_use]
    pub fn n_periods(&self) -> usize {
        self.times.len()
    }

    /// Entity code of every row.
    #[must_use]
    pub fn entity(&self) -> &'a [u32] {
        self.entity
    }

    /// Time code of every row.
    #[must_use]
    pub fn time(&self) -> &'a [u32] {
        self.time
    }

    /// Labels of the entities.
    #[must_use]
    pub fn entities(&self) -> &'a [String] {
        self.entities
    }

    /// Labels of the periods.
    #[must_use]
    pub fn times(&self) -> &'a [String] {
        self.times
    }

    /// Place of each period on the calendar; without one the periods follow one another.
    #[must_use]
    pub fn ordinals(&self) -> Cow<'a, [i64]> {
        self.ordinals.map_or_else(|| (0..self.times.len() as i64).collect(), Cow::Borrowed)
    }

    /// Entity and time of a row, for messages.
    #[must_use]
    pub fn labels(&self, row: usize) -> (&'a str, &'a str) {
        (&self.entities[self.entity[row] as usize], &self.times[self.time[row] as usize])
    }

    /// Checks that a column has one value per row and that every value is missing (`NaN`) or valid.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`]; [`InputError::BadValue`] naming entity, time, column, value and what was expected.
    pub fn check_column(
        &self,
        column: &str,
        values: &[f64],
        valid: impl Fn(f64) -> bool,
        expected: &str,
    ) -> Result<(), InputError> {
        InputError::check_length(column, values.len(), self.n_rows())?;
        match values.iter().position(|&value| !value.is_nan() && !valid(value)) {
            None => Ok(()),
            Some(row) => {
                let (entity, time) = self.owned_labels(row);
                let (column, expected) = (column.to_owned(), expected.to_owned());
                Err(InputError::BadValue { entity, time, column, value: values[row], expected })
            }
        }
    }

    /// Checks that no key stands twice.
    ///
    /// # Errors
    /// [`InputError::DuplicateKey`].
    pub fn check_unique(&self) -> Result<(), InputError> {
        match self.first_repeat(|_| 0, 1) {
            None => Ok(()),
            Some(row) => {
                let (entity, time) = self.owned_labels(row);
                Err(InputError::DuplicateKey { entity, time, also: None })
            }
        }
    }

    /// Checks that no key stands twice with the same third code, such as that of a good.
    ///
    /// # Errors
    /// [`InputError::LengthMismatch`], [`InputError::UnknownCode`], [`InputError::DuplicateKey`].
    pub fn check_third(&self, name: &'static str, codes: &[u32], labels: &[String]) -> Result<(), InputError> {
        InputError::check_length(format!("{name} codes"), codes.len(), self.n_rows())?;
        InputError::check_codes(name, codes, labels.len())?;
        match self.first_repeat(|row| codes[row] as usize, labels.len()) {
            None => Ok(()),
            Some(row) => {
                let (entity, time) = self.owned_labels(row);
                Err(InputError::DuplicateKey { entity, time, also: Some((name, labels[codes[row] as usize].clone())) })
            }
        }
    }

    fn owned_labels(&self, row: usize) -> (String, String) {
        let (entity, time) = self.labels(row);
        (entity.to_owned(), time.to_owned())
    }

    fn first_repeat(&self, third: impl Fn(usize) -> usize, thirds: usize) -> Option<usize> {
        let periods = self.times.len();
        let cell = |row: usize| (self.entity[row] as usize * periods + self.time[row] as usize) * thirds + third(row);
        let cells = self.entities.len().checked_mul(periods)?.checked_mul(thirds)?;
        if cells <= 64 * self.n_rows() + 4096 {
            let mut seen = vec![false; cells];
            return (0..self.n_rows()).find(|&row| std::mem::replace(&mut seen[cell(row)], true));
        }
        // Keys far apart: sorting costs less than a mark for every cell.
        let mut order: Vec<usize> = (0..self.n_rows()).collect();
        order.sort_by_key(|&row| (cell(row), row));
        order.windows(2).filter(|pair| cell(pair[0]) == cell(pair[1])).map(|pair| pair[1]).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
        names.map(str::to_owned).to_vec()
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (cities, years) = (names(["a", "b"]), names(["2019", "2020"]));
        let message = |entity: &[u32], time: &[u32]| Keys::new(entity, time, &cities, &years).unwrap_err().to_string();
        assert_eq!(message(&[0], &[0, 1]), "time codes has length 2, expected 1");
        assert_eq!(message(&[0, 2], &[0, 1]), "row 1 has entity code 2, there are 2 labels");
        assert_eq!(message(&[0, 1], &[9, 1]), "row 0 has time code 9, there are 2 labels");
        assert_eq!(message(&[1, 0, 1], &[1, 1, 1]), "entity `b`, time `2020` stands twice: rows must have unique keys");
        let keys = Keys::new(&[0, 1], &[0, 1], &cities, &years).expect("valid");
        let check = |values: &[f64]| keys.check_column("jobs", values, |x| x >= 0.0, "a number of at least 0");
        assert!(check(&[f64::NAN, 0.0]).is_ok());
        assert_eq!(check(&[1.0]).unwrap_err().to_string(), "jobs has length 1, expected 2");
        assert_eq!(
            check(&[1.0, -2.0]).unwrap_err().to_string(),
            "bad value: entity `b`, time `2020`, column `jobs`, value `-2`; expected a number of at least 0"
        );
        let goods = names(["x", "y"]);
        let long = Keys::repeating(&[0, 0, 0], &[1, 1, 1], &cities, &years).expect("valid");
        assert!(long.check_third("good", &[0, 1, 7], &goods).unwrap_err().to_string().contains("good code 7"));
        assert_eq!(
            long.check_third("good", &[0, 1, 1], &goods).unwrap_err().to_string(),
            "entity `a`, time `2020`, good `y` stands twice: rows must have unique keys"
        );
        assert!(keys.with_ordinals(&[1]).is_err());
        assert_eq!(
            (&*keys.ordinals(), &*keys.with_ordinals(&[5, 9]).expect("two").ordinals()),
            (&[0, 1][..], &[5, 9][..])
        );
    }

    #[test]
    fn sparse_keys_are_compared_by_sorting() {
        let cities: Vec<String> = (0..300).map(|i| i.to_string()).collect();
        let years: Vec<String> = (0..300).map(|t| t.to_string()).collect();
        let entity: Vec<u32> = (0..300).collect();
        let mut time = entity.clone();
        assert!(Keys::new(&entity, &time, &cities, &years).is_ok());
        let mut twice = entity.clone();
        (twice[250], time[250]) = (7, 7);
        assert_eq!(
            Keys::new(&twice, &time, &cities, &years).unwrap_err().to_string(),
            "entity `7`, time `7` stands twice: rows must have unique keys"
        );
    }

    #[test]
    fn a_panel_lends_its_keys() {
        let panel = Panel::builder("c", "y").keys(["a", "a", "b"], ["2010", "2012", "2010"]).build().expect("valid");
        let keys = Keys::of_panel(&panel);
        assert_eq!((keys.n_rows(), keys.n_entities(), keys.n_periods()), (3, 2, 2));
        assert_eq!((keys.labels(1), keys.ordinals()[1] - keys.ordinals()[0]), (("a", "2012"), 2));
        assert_eq!(Keys::new(keys.entity(), keys.time(), keys.entities(), keys.times()).map(|k| k.n_rows()), Ok(3));
    }
}
