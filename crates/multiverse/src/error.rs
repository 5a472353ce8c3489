//! What stops a computation.

use thiserror::Error;

/// Shorthand.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this crate.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A declaration that cannot be meant.
    #[error("{place}: {problem}{}", near.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    Declaration {
        /// Where: `choice `decay``, `exclude 2`.
        place: String,
        /// What is wrong.
        problem: String,
        /// The nearest name that exists.
        near: Option<String>,
    },
    /// More universes than the declaration allows.
    #[error(
        "the grid has {}{count} universes, the limit is {limit}: raise `limit`, or draw some of them with `sample`",
        if *at_least { "at least " } else { "" }
    )]
    TooMany {
        /// How many.
        count: u128,
        /// Whether counting was given up there.
        at_least: bool,
        /// The limit.
        limit: u64,
    },
    /// An input of the wrong length.
    #[error("{what}: expected {expected}, got {got}")]
    Shape {
        /// Of what.
        what: String,
        /// Wanted.
        expected: usize,
        /// Given.
        got: usize,
    },
    /// A value that cannot be used.
    #[error("{what} is {got}: expected {expected}")]
    Value {
        /// Of what.
        what: String,
        /// Given.
        got: String,
        /// Wanted.
        expected: &'static str,
    },
    /// A focal regressor that does not vary beside the others.
    #[error("regressor {column} of the target is a combination of the others: the coefficient is not identified")]
    NotIdentified {
        /// Its place among the regressors of the blocks.
        column: usize,
    },
    /// Too few clusters or rows for a standard error.
    #[error("{rows} rows in {clusters} clusters leave no degrees of freedom for {parameters} parameters")]
    NoDegreesOfFreedom {
        /// Rows.
        rows: usize,
        /// Clusters.
        clusters: usize,
        /// Parameters counted.
        parameters: usize,
    },
    /// Resampling that hardly ever gives an estimate.
    #[error("only {kept} of {tried} draws identified every estimate; {wanted} were wanted")]
    TooFewDraws {
        /// Draws that could be used.
        kept: usize,
        /// Draws made.
        tried: usize,
        /// Draws wanted.
        wanted: usize,
    },
    /// Nothing to describe or to test.
    #[error("{0}: there is no estimate in it")]
    Empty(String),
    /// A study of orders that would need more memory than there is.
    #[error("{choices} choices are too many for exact shares (at most {limit}): ask for sampled orders")]
    TooManyChoices {
        /// Choices.
        choices: usize,
        /// Limit.
        limit: usize,
    },
}

impl Error {
    /// A slip in a declaration, with the nearest of the names that exist.
    pub(crate) fn unknown<'a>(
        place: impl Into<String>,
        problem: impl Into<String>,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let near = panel_core::suggest::nearest(name, known).map(str::to_owned);
        Self::Declaration { place: place.into(), problem: problem.into(), near }
    }

    /// A slip without a name to offer.
    pub(crate) fn declaration(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Declaration { place: place.into(), problem: problem.into(), near: None }
    }
}
