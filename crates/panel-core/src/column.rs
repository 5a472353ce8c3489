//! Typed columns.

use crate::error::{Error, Result};
use crate::floats::Floats;
use std::sync::Arc;

/// A column of numbers or of text.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Numbers; missing is `NaN`. Clones share their memory.
    Float(Floats),
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

    /// Whether two rows hold the same value, or none.
    #[must_use]
    pub fn same(&self, a: usize, b: usize) -> bool {
        match self {
            Self::Float(values) => values[a] == values[b] || (values[a].is_nan() && values[b].is_nan()),
            Self::Text(text) => text.codes[a] == text.codes[b],
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
            Self::Float(values) => {
                let values: &[f64] = values;
                Self::Float(rows.iter().map(|&row| values[row]).collect())
            }
            Self::Text(text) => Self::Text(TextColumn {
                codes: rows.iter().map(|&row| text.codes[row]).collect(),
                labels: Arc::clone(&text.labels),
            }),
        }
    }
}

impl From<Floats> for Column {
    fn from(values: Floats) -> Self {
        Self::Float(values)
    }
}

impl From<Vec<f64>> for Column {
    fn from(values: Vec<f64>) -> Self {
        Self::Float(values.into())
    }
}

impl From<TextColumn> for Column {
    fn from(text: TextColumn) -> Self {
        Self::Text(text)
    }
}

/// Numbers as codes: the code of each value ([`TextColumn::MISSING`] for `NaN`), and the distinct values in ascending order.
/// −0 is 0.
#[must_use]
pub fn number_codes(values: &[f64]) -> (Vec<u32>, Vec<f64>) {
    // Adding zero turns −0 into 0, which the order below would tell apart.
    let mut distinct: Vec<f64> = values.iter().filter(|value| !value.is_nan()).map(|value| value + 0.0).collect();
    distinct.sort_unstable_by(f64::total_cmp);
    distinct.dedup();
    let code = |value: &f64| {
        let place = distinct.binary_search_by(|known| known.total_cmp(&(value + 0.0)));
        place.map_or(TextColumn::MISSING, |code| code as u32)
    };
    (values.iter().map(code).collect(), distinct)
}

/// Text coded as indices into sorted, distinct labels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextColumn {
    codes: Vec<u32>,
    /// Shared between the columns that are taken from one another.
    labels: Arc<Vec<String>>,
}

impl TextColumn {
    /// The code of a missing text.
    pub const MISSING: u32 = u32::MAX;

    /// A column from codes into `labels`.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] when a code has no label.
    pub fn from_codes(codes: Vec<u32>, labels: Vec<String>) -> Result<Self> {
        match codes.iter().find(|&&code| code != Self::MISSING && code as usize >= labels.len()) {
            Some(&code) => {
                Err(Error::LengthMismatch { what: "labels".into(), expected: code as usize + 1, got: labels.len() })
            }
            None => Ok(Self { codes, labels: Arc::new(labels) }),
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

    /// The same labels in rows that may lack a place in this column.
    pub(crate) fn spread(&self, rows: &[usize]) -> Self {
        let code = |&row: &usize| self.codes.get(row).copied().unwrap_or(Self::MISSING);
        Self { codes: rows.iter().map(code).collect(), labels: Arc::clone(&self.labels) }
    }

    /// Conditions, where every label is `True` or `False` (in any case); `None` is missing.
    pub(crate) fn truths(&self) -> Option<Vec<Option<bool>>> {
        let word = |label: &String| {
            if label.eq_ignore_ascii_case("true") {
                Some(true)
            } else {
                label.eq_ignore_ascii_case("false").then_some(false)
            }
        };
        if self.labels.is_empty() {
            return None;
        }
        let label_truths: Vec<bool> = self.labels.iter().map(word).collect::<Option<_>>()?;
        Some(self.codes.iter().map(|&code| label_truths.get(code as usize).copied()).collect())
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
