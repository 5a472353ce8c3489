//! What stops a run, and where.
//!
//! | group | variants | when |
//! |---|---|---|
//! | input | [`Error::DuplicateKey`], [`Error::MissingKey`], [`Error::SamePeriod`], [`Error::NotNumeric`], [`Error::BadValue`], [`Error::Read`], [`Error::Layout`] | the data are not what they should be |
//! | specification | [`Error::UnknownColumn`], [`Error::WrongType`], [`Error::LengthMismatch`], [`Error::Expression`], [`Error::Specification`] | the request does not fit the data |

use crate::remedy::{Remedy, listed};
use std::fmt;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Where in the data something is: file, entity, time, column and the value found there.
///
/// Messages name cities and years, never row numbers alone, since rows move and keys do not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Source file as the user wrote it.
    pub file: Option<String>,
    /// Line of the file, 1-based, where it is known.
    pub line: Option<usize>,
    /// Entity label (a city, a firm).
    pub entity: Option<String>,
    /// Time label (a year).
    pub time: Option<String>,
    /// Column name.
    pub column: Option<String>,
    /// The value as it was read.
    pub value: Option<String>,
}

impl Cell {
    /// A cell known by its key and column.
    pub fn at(entity: impl Into<String>, time: impl Into<String>, column: impl Into<String>) -> Self {
        Self { entity: Some(entity.into()), time: Some(time.into()), column: Some(column.into()), ..Self::default() }
    }

    /// The same cell with the value found there.
    #[must_use]
    pub fn with_value(mut self, value: impl fmt::Display) -> Self {
        let text = value.to_string();
        // A number of three hundred digits is read by nobody.
        let long = text.len() > 24 && !text.contains(['e', 'E']);
        let number = text.parse::<f64>().ok().filter(|_| long);
        self.value = Some(number.map_or(text, crate::number::show));
        self
    }

    /// The same cell with the file it was read from.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::with_capacity(6);
        let mut push = |label: &str, part: &Option<String>| {
            // An empty key says nothing; an empty value cannot be the trouble.
            if let Some(text) = part.as_ref().filter(|text| !text.is_empty()) {
                parts.push(format!("{label} `{text}`"));
            }
        };
        push("file", &self.file);
        push("line", &self.line.map(|line| line.to_string()));
        push("entity", &self.entity);
        push("time", &self.time);
        push("column", &self.column);
        push("value", &self.value);
        f.write_str(&parts.join(", "))
    }
}

/// Errors of panels, readers and transforms.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // Input
    /// The same key stands twice.
    #[error(
        "duplicate key: {cell}; the rows of a panel must have unique (entity, time) keys, this one stands at lines {first} and {second}{}",
        repeated(cell, differs.as_deref())
    )]
    DuplicateKey {
        /// Entity, time and file.
        cell: Box<Cell>,
        /// Line (or 1-based row) of the first occurrence.
        first: usize,
        /// Line (or 1-based row) of the second occurrence.
        second: usize,
        /// A column in which the two rows differ; none where they say the same.
        differs: Option<String>,
    },
    /// A key is empty. A value is one that was read as missing.
    #[error("missing key: {cell}; every row needs an entity and a time{}", key_hint(cell, *above))]
    MissingKey {
        /// Where.
        cell: Box<Cell>,
        /// Whether the key stands in the first row of a group only, as merged cells read: most rows lack it, and one above has it.
        above: bool,
    },
    /// One period in two spellings.
    #[error("`{first}` and `{second}` are the same period; write it in one way ({cell})")]
    SamePeriod {
        /// File and column.
        cell: Box<Cell>,
        /// One label.
        first: String,
        /// The other.
        second: String,
    },
    /// Text in a column that is used as a number.
    #[error("not a number: {cell}{}; expected {expected}", if *others == 0 { String::new() } else { format!(", and {others} more") })]
    NotNumeric {
        /// Where, with the text.
        cell: Box<Cell>,
        /// How many more cells of the column hold a text.
        others: usize,
        /// What was expected.
        expected: String,
        /// What to write in the `[[source]]` where that is certain.
        remedies: Vec<Remedy>,
    },
    /// A value outside its domain.
    #[error("bad value: {cell}; expected {expected}")]
    BadValue {
        /// Where, with the value.
        cell: Box<Cell>,
        /// What was expected.
        expected: String,
    },
    /// A file could not be read or understood.
    #[error("cannot read `{file}`: {reason}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// A file is laid out in a way that has to be named.
    #[error("cannot read `{file}`: {reason}: {}", listed(remedies))]
    Layout {
        /// The file.
        file: String,
        /// What was found.
        reason: String,
        /// What to write in its `[[source]]`.
        remedies: Vec<Remedy>,
    },

    /// A source of which no row belongs to the panel.
    #[error("no key of `{file}` is a key of the panel: `{theirs}` here, `{ours}` there; {hint}")]
    Unmatched {
        /// The file.
        file: String,
        /// Its first key.
        theirs: String,
        /// The first key of the panel.
        ours: String,
        /// What to do about it.
        hint: String,
        /// What to write in its `[[source]]`.
        remedies: Vec<Remedy>,
    },

    // Specification
    /// No such column.
    #[error("unknown column `{column}`{}; available: {}", crate::suggest::hint(suggestion.as_deref()), crate::suggest::listing(available))]
    UnknownColumn {
        /// The name asked for.
        column: String,
        /// The nearest name there is.
        suggestion: Option<String>,
        /// The names there are.
        available: Vec<String>,
    },
    /// The column is there, with another type.
    #[error("column `{column}` holds {got}, expected {expected}")]
    WrongType {
        /// The column.
        column: String,
        /// What was expected.
        expected: &'static str,
        /// What it is.
        got: &'static str,
    },
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
    /// An expression that cannot be understood or does not fit the data.
    #[error("{message} (line {line}, column {column} of `{}`)", around(expression, *line, *column))]
    Expression {
        /// The expression as written.
        expression: String,
        /// Line of the place, 1-based.
        line: usize,
        /// Character of that line, 1-based.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// A request that cannot be carried out.
    #[error("{0}")]
    Specification(String),
}

impl Error {
    /// A word that names the kind of error and stays the same when its sentence changes: `duplicate-key`, `unknown-column`, …
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::DuplicateKey { .. } => "duplicate-key",
            Self::MissingKey { .. } => "missing-key",
            Self::SamePeriod { .. } => "same-period",
            Self::NotNumeric { .. } => "not-numeric",
            Self::BadValue { .. } => "bad-value",
            Self::Read { .. } => "cannot-read",
            Self::Layout { .. } => "layout",
            Self::Unmatched { .. } => "unmatched-source",
            Self::UnknownColumn { .. } => "unknown-column",
            Self::WrongType { .. } => "wrong-type",
            Self::LengthMismatch { .. } => "length-mismatch",
            Self::Expression { .. } => "expression",
            Self::Specification(_) => "specification",
        }
    }

    /// Where in the data the trouble is, as far as the error knows it.
    #[must_use]
    pub fn cell(&self) -> Option<Cell> {
        let column = |column: &String| Cell { column: Some(column.clone()), ..Cell::default() };
        let file = |file: &String| Cell { file: Some(file.clone()), ..Cell::default() };
        match self {
            Self::DuplicateKey { cell, .. }
            | Self::MissingKey { cell, .. }
            | Self::SamePeriod { cell, .. }
            | Self::NotNumeric { cell, .. }
            | Self::BadValue { cell, .. } => Some((**cell).clone()),
            Self::UnknownColumn { column: name, .. } | Self::WrongType { column: name, .. } => Some(column(name)),
            Self::Read { file: name, .. } | Self::Layout { file: name, .. } | Self::Unmatched { file: name, .. } => {
                Some(file(name))
            }
            Self::LengthMismatch { .. } | Self::Expression { .. } | Self::Specification(_) => None,
        }
    }

    /// What to write in the `[[source]]` so that this does not stop a run; empty where that is not certain.
    #[must_use]
    pub fn remedies(&self) -> Vec<Remedy> {
        match self {
            Self::Layout { remedies, .. } | Self::NotNumeric { remedies, .. } | Self::Unmatched { remedies, .. } => {
                remedies.clone()
            }
            Self::MissingKey { cell, above } => key_remedy(cell, *above).into_iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// What of an expression stands around a place in it.
fn around(expression: &str, line: usize, column: usize) -> std::borrow::Cow<'_, str> {
    let above: usize = expression.split('\n').take(line.saturating_sub(1)).map(|line| line.chars().count() + 1).sum();
    crate::suggest::excerpt(expression, above + column.saturating_sub(1))
}

/// How a row gets the key that it lacks.
fn key_remedy(cell: &Cell, above: bool) -> Option<Remedy> {
    let column = cell.column.as_deref()?;
    match &cell.value {
        Some(_) => Some(Remedy::list("text", &[column])),
        None => above.then(|| Remedy::list("fill_down", &[column])),
    }
}

/// The same in words.
fn key_hint(cell: &Cell, above: bool) -> String {
    let Some(remedy) = key_remedy(cell, above) else {
        return match (&cell.column, cell.line) {
            (Some(column), Some(_)) => {
                let plain = column.chars().all(|c| c.is_alphanumeric() || c == '_');
                let name = if plain { column.clone() } else { format!("`{column}`") };
                format!(
                    "; rows without one, such as totals and notes, are left out by `filter = \"not missing({name})\"`"
                )
            }
            _ => String::new(),
        };
    };
    match &cell.value {
        Some(value) => format!("; `{value}` stands for a missing value unless `{remedy}`"),
        None => format!("; where the key stands in the first row of a group only, `{remedy}`"),
    }
}

/// What to do about two rows of one key.
fn repeated(cell: &Cell, differs: Option<&str>) -> String {
    /// Parts of the names of columns of periods.
    const PERIODS: [&str; 14] = [
        "year", "date", "time", "period", "quarter", "month", "wave", "week", "jahr", "年", "月", "季", "时间", "日期",
    ];
    let is_period = |column: &str| PERIODS.iter().any(|part| column.to_lowercase().contains(part));
    match differs {
        // The rows have no period of their own.
        Some(column) if cell.time.as_deref().is_none_or(|time| time == "all") && is_period(column) => {
            let remedy = Remedy::text("time", column);
            format!("; they differ in `{column}`: `{remedy}` is missing in [study]")
        }
        None => "; the two rows are identical: delete one".to_owned(),
        Some(column) if cell.time.as_deref() == Some("all") => format!(
            "; they differ in `{column}`: without `time = …` in [study] an entity has one row; name the column of periods there, or merge the rows (aggregate)"
        ),
        Some(column) => {
            format!("; they differ in `{column}`: correct a key, filter one out, or merge the rows (aggregate)")
        }
    }
}
