//! Typed columns.

use crate::error::{Error, Result};
use crate::intern::Interner;

/// A column of numbers or of text.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; missing is `NaN`.
    Float(Vec<f64>),
    /// Text, coded; missing is [`TextColumn::MISSING`].
    Text(TextColumn),
}

impl Column {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Float(values) => values.len(),
            Self::Text(text) => text.codes.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether row `row` is missing.
    #[must_use]
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Float(values) => values[row].is_nan(),
            Self::Text(text) => text.codes[row] == TextColumn::MISSING,
        }
    }

    /// Number of missing rows.
    #[must_use]
    pub fn n_missing(&self) -> usize {
        (0..self.len()).filter(|&row| self.is_missing(row)).count()
    }

    /// The value of a row as text, for messages; empty when missing.
    #[must_use]
    pub fn display(&self, row: usize) -> String {
        match self {
            Self::Float(values) if values[row].is_nan() => String::new(),
            Self::Float(values) => values[row].to_string(),
            Self::Text(text) => text.get(row).unwrap_or_default().to_string(),
        }
    }

    /// What kind of column it is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Float(_) => "numbers",
            Self::Text(_) => "text",
        }
    }

    /// Rows `rows` of this column, in that order.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        match self {
            Self::Float(values) => Self::Float(rows.iter().map(|&row| values[row]).collect()),
            Self::Text(text) => Self::Text(TextColumn {
                codes: rows.iter().map(|&row| text.codes[row]).collect(),
                labels: text.labels.clone(),
            }),
        }
    }
}

impl From<Vec<f64>> for Column {
    fn from(values: Vec<f64>) -> Self {
        Self::Float(values)
    }
}

impl From<TextColumn> for Column {
    fn from(text: TextColumn) -> Self {
        Self::Text(text)
    }
}

/// Text coded as indices into sorted, distinct labels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextColumn {
    codes: Vec<u32>,
    labels: Vec<String>,
}

impl TextColumn {
    /// The code of a missing text.
    pub const MISSING: u32 = u32::MAX;

    /// Codes a sequence of texts; `None` and the empty text are missing. Labels come out sorted.
    #[must_use]
    pub fn new<S: AsRef<str>>(values: &[Option<S>]) -> Self {
        let mut interner = Interner::default();
        for value in values {
            interner.push(value.as_ref().map(AsRef::as_ref).filter(|text| !text.is_empty()));
        }
        interner.finish()
    }

    /// A column from codes into `labels`.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] when a code has no label.
    pub fn from_codes(codes: Vec<u32>, labels: Vec<String>) -> Result<Self> {
        match codes.iter().find(|&&code| code != Self::MISSING && code as usize >= labels.len()) {
            Some(&code) => {
                Err(Error::LengthMismatch { what: "labels".into(), expected: code as usize + 1, got: labels.len() })
            }
            None => Ok(Self { codes, labels }),
        }
    }

    /// Code of each row.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Distinct labels.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The text of a row, `None` when missing.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        self.labels.get(self.codes[row] as usize).map(String::as_str)
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }
}
