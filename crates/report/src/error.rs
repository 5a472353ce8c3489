//! What can go wrong when results are turned into tables, figures and pages.
//!
//! | group | variants | when |
//! |---|---|---|
//! | input | [`Error::Csv`], [`Error::BadNumber`], [`Error::Shape`] | a record is not what it should be |
//! | specification | [`Error::UnknownName`], [`Error::UnknownWord`], [`Error::Toml`], [`Error::Specification`] | the request does not fit the records |
//! | drawing | [`Error::NothingToDraw`], [`Error::NoRoom`] | a figure has no content, or no room for it |
//! | rendering | [`Error::Render`] | a container format refused its content |

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Errors of tables, figures and comparisons.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // Input
    /// A CSV text could not be understood.
    #[error("{what}, line {line}: {reason}")]
    Csv {
        /// What was read.
        what: String,
        /// Line, 1-based.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A printed number that is none.
    #[error("not a printed number: `{text}` in {place}; expected {expected}")]
    BadNumber {
        /// Table, column and row.
        place: String,
        /// The text found there.
        text: String,
        /// What was expected.
        expected: String,
    },
    /// Two parts of a record do not fit together.
    #[error("{what}: {got} where {expected} were expected")]
    Shape {
        /// The part, such as ``table `t2`, row `Va` ``.
        what: String,
        /// Expected number.
        expected: usize,
        /// Number found.
        got: usize,
    },

    // Specification
    /// A request names something that no record has.
    #[error("{what} `{name}` is in no record{}; available: {}", suggestion.as_ref().map(|s| format!("; did you mean `{s}`?")).unwrap_or_default(), available.join(", "))]
    UnknownName {
        /// What kind of name.
        what: &'static str,
        /// The name asked for.
        name: String,
        /// The nearest name there is.
        suggestion: Option<String>,
        /// The names there are.
        available: Vec<String>,
    },
    /// A word that stands for no choice.
    #[error("unknown {what} `{word}`{}; expected {}", suggestion.map(|s| format!("; did you mean `{s}`?")).unwrap_or_default(), expected.join(", "))]
    UnknownWord {
        /// What the word should name, such as a language.
        what: &'static str,
        /// The word.
        word: String,
        /// The nearest word there is.
        suggestion: Option<&'static str>,
        /// The words there are.
        expected: Vec<&'static str>,
    },
    /// A specification in TOML that could not be read.
    #[error("line {line}: {reason}")]
    Toml {
        /// Line, 1-based.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A request that cannot be carried out.
    #[error("{0}")]
    Specification(String),

    // Drawing
    /// A figure without content.
    #[error("figure `{figure}` has no {what}")]
    NothingToDraw {
        /// Its id.
        figure: String,
        /// What it lacks.
        what: &'static str,
    },
    /// A figure whose content does not fit on it.
    #[error(
        "figure `{figure}`: {wide:.0} px are left for a panel, {needed:.0} are needed; use fewer panels ({panels} here) or shorter labels (the widest at the end of a line takes {labels:.0} px)"
    )]
    NoRoom {
        /// Its id.
        figure: String,
        /// Panels side by side.
        panels: usize,
        /// Width of the widest label at the end of a line, in pixels.
        labels: f64,
        /// Width that is left for the data of a panel, in pixels; negative where labels alone are too wide.
        wide: f64,
        /// Width that a panel needs, in pixels.
        needed: f64,
    },

    // Rendering
    /// A container format refused its content.
    #[error("cannot write {format}: {reason}")]
    Render {
        /// The format.
        format: &'static str,
        /// Why.
        reason: String,
    },
}

impl Error {
    /// An [`Error::UnknownName`] with the nearest name there is.
    #[must_use]
    pub fn unknown(what: &'static str, name: &str, available: &[String]) -> Self {
        Self::UnknownName {
            what,
            name: name.to_owned(),
            suggestion: panel_core::suggest::nearest(name, available.iter().map(String::as_str)).map(str::to_owned),
            available: available.to_vec(),
        }
    }

    /// An [`Error::UnknownWord`] with the nearest word there is.
    #[must_use]
    pub fn unknown_word(what: &'static str, word: &str, expected: &[&'static str]) -> Self {
        Self::UnknownWord {
            what,
            word: word.to_owned(),
            suggestion: panel_core::suggest::nearest(word, expected.iter().copied()),
            expected: expected.to_vec(),
        }
    }

    /// An [`Error::NothingToDraw`].
    pub(crate) fn nothing_to_draw(figure: &str, what: &'static str) -> Self {
        Self::NothingToDraw { figure: figure.to_owned(), what }
    }
}
