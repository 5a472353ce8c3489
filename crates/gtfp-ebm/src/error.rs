//! What stops an evaluation, and where.
//!
//! | group | variants | when |
//! |---|---|---|
//! | input | [`Error::BadValue`], [`Error::LengthMismatch`], [`Error::NoUnits`], [`Error::DuplicateKey`], [`Error::UnknownUnit`] | the data are not what the model needs |
//! | specification | [`Error::Degenerate`], [`Error::Specification`], [`Error::UnknownWord`], [`Error::Calibration`] | the request has no meaningful answer |
//! | numerical | [`Error::Numerical`], [`Error::Engine`] | a program that must have an optimum did not reach one; an engine broke down |
//! | from outside | [`Error::Interrupted`] | an [`Interrupt`](panel_core::interrupt::Interrupt) was asked for |

use crate::lp::LpError;
use crate::words::UnknownWord;
use panel_core::Cell;
use panel_core::interrupt::Interrupted;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Errors of efficiency and productivity measurement.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // Input
    /// A value that the model cannot take.
    #[error("bad value: {unit}, column `{column}`, value `{}`; {expected}", panel_core::number::show(*value))]
    BadValue {
        /// Row of the data, counted from zero.
        row: usize,
        /// The unit, as its label calls it (entity and time).
        unit: String,
        /// Column name.
        column: String,
        /// The value found.
        value: f64,
        /// What was expected, and why.
        expected: String,
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
    /// Nothing to evaluate.
    #[error("no unit to evaluate: {0}")]
    NoUnits(String),
    /// The same unit twice in one period.
    #[error("duplicate key: {unit} stands at rows {first} and {second}; a panel has one row per entity and time")]
    DuplicateKey {
        /// Entity and time.
        unit: String,
        /// First row, counted from zero.
        first: usize,
        /// Second row, counted from zero.
        second: usize,
    },
    /// A row number beyond the data.
    #[error("row {row} does not exist, the data have {n} rows")]
    UnknownUnit {
        /// Row asked for.
        row: usize,
        /// Number of rows.
        n: usize,
    },

    // Specification
    /// A combination of options whose program has no meaningful optimum.
    #[error("degenerate combination: {what}. {why} Instead: {instead}")]
    Degenerate {
        /// The combination.
        what: String,
        /// Why it has no meaning.
        why: String,
        /// What to ask for.
        instead: String,
    },
    /// A request that cannot be carried out.
    #[error("{0}")]
    Specification(String),
    /// A word that is none of an option's choices.
    #[error(transparent)]
    UnknownWord(#[from] UnknownWord),
    /// Given or computed parameters of the epsilon-based measure that are not usable.
    #[error("calibration: {0}")]
    Calibration(String),

    // Numerical
    /// A linear program that must have an optimum did not reach one, on any solver.
    #[error("no optimum for {unit}: {reason}")]
    Numerical {
        /// The unit evaluated.
        unit: String,
        /// What the solver said.
        reason: String,
    },
    /// The linear programs of a run could not be given to an engine, or the engine broke down.
    #[error("linear programs: {0}")]
    Engine(#[source] LpError),

    /// The work was stopped from outside.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl From<LpError> for Error {
    fn from(error: LpError) -> Self {
        match error {
            LpError::Interrupted(interrupted) => Self::Interrupted(interrupted),
            other => Self::Engine(other),
        }
    }
}

impl Error {
    /// A word that names the kind of error and stays the same when its sentence changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadValue { .. } => "bad-value",
            Self::LengthMismatch { .. } => "length-mismatch",
            Self::NoUnits(_) => "no-observations",
            Self::DuplicateKey { .. } => "duplicate-key",
            Self::UnknownUnit { .. } => "unknown-unit",
            Self::Degenerate { .. } => "degenerate",
            Self::Specification(_) => "specification",
            Self::UnknownWord(_) => "unknown-option",
            Self::Calibration(_) => "calibration",
            Self::Numerical { .. } => "numerical",
            Self::Engine(_) => "engine",
            Self::Interrupted(_) => "interrupted",
        }
    }

    /// Where in the data the trouble is, as far as the error knows it; the unit stands as the entity.
    #[must_use]
    pub fn cell(&self) -> Option<Cell> {
        match self {
            Self::BadValue { unit, column, value, .. } => Some(Cell {
                entity: Some(unit.clone()),
                column: Some(column.clone()),
                value: Some(value.to_string()),
                ..Cell::default()
            }),
            Self::DuplicateKey { unit, .. } | Self::Numerical { unit, .. } => {
                Some(Cell { entity: Some(unit.clone()), ..Cell::default() })
            }
            _ => None,
        }
    }
}
