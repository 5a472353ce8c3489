//! What stops an estimation, and where.
//!
//! | group | variants | when |
//! |---|---|---|
//! | input | [`Error::LengthMismatch`], [`Error::BadValue`], [`Error::BadWeight`], [`Error::Islands`], [`Error::Unbalanced`] | the data are not what they should be |
//! | specification | [`Error::Specification`], [`Error::UnknownName`], [`Error::Geography`] | the request does not fit the data |
//! | numerical | [`Error::NotIdentified`], [`Error::AtBound`], [`Error::Singular`], [`Error::NotConverged`], [`Error::TooLarge`], [`Error::Undefined`] | the number asked for does not exist, or cannot be had exactly |

use panel_core::Cell;
use panel_core::suggest::{listing, some};

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Errors of weights, estimators and tests.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // Input
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
    /// A value outside its domain.
    #[error("bad value: unit `{unit}`, period `{period}`, column `{column}`, value `{}`; expected {expected}", panel_core::number::show(*value))]
    BadValue {
        /// Unit label.
        unit: String,
        /// Period label; empty for a value that has no period.
        period: String,
        /// Column.
        column: String,
        /// The value.
        value: f64,
        /// What was expected.
        expected: &'static str,
    },
    /// A weight that no spatial weight may be.
    #[error("the weight from `{from}` to `{to}` is {}: expected {expected}", panel_core::number::show(*weight))]
    BadWeight {
        /// Row.
        from: String,
        /// Column.
        to: String,
        /// The weight.
        weight: f64,
        /// What was expected.
        expected: &'static str,
    },
    /// Units without a neighbour where every unit needs one.
    #[error("no neighbour: {}; {advice}", some(units))]
    Islands {
        /// Their labels.
        units: Vec<String>,
        /// What can be done.
        advice: &'static str,
    },
    /// A panel that is not balanced.
    #[error(
        "the panel is not balanced: {missing} of {cells} cells have no complete row; a spatial lag needs every neighbour in every period. Leaving out these units balances it: {}",
        listing(units)
    )]
    Unbalanced {
        /// Cells without a complete row.
        missing: usize,
        /// All cells.
        cells: usize,
        /// Units that have such cells.
        units: Vec<String>,
    },

    // Specification
    /// A request that cannot be carried out.
    #[error("{0}")]
    Specification(String),
    /// A name that is not there.
    #[error("there is no {what} `{name}`; there are: {}", listing(known))]
    UnknownName {
        /// `coefficient`, `column`, `unit`, …
        what: &'static str,
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// An error of coordinates, distances or polygons.
    #[error(transparent)]
    Geography(#[from] panel_core::Error),

    // Numerical
    /// A parameter that the data cannot tell.
    #[error("{parameter} is not identified: {reason}")]
    NotIdentified {
        /// Which.
        parameter: String,
        /// Why.
        reason: String,
    },
    /// The likelihood grows up to the bound of its interval.
    #[error(
        "the likelihood grows up to the bound {parameter} = {bound:.6}: there is no estimate inside ({low:.6}, {high:.6}); the weights or the model do not fit these data"
    )]
    AtBound {
        /// `rho` or `lambda`.
        parameter: &'static str,
        /// The bound.
        bound: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Regressors that depend on each other.
    #[error("{0}")]
    Singular(String),
    /// An iteration did not end.
    #[error("{what} did not converge in {iterations} steps")]
    NotConverged {
        /// What.
        what: &'static str,
        /// Steps done.
        iterations: usize,
    },
    /// A computation that would take too long or too much memory.
    #[error(
        "{what}: {n} units with {nonzeros} weights need about {gigabytes:.1} GB and {minutes:.0} minutes; {advice}"
    )]
    TooLarge {
        /// What.
        what: &'static str,
        /// Units.
        n: usize,
        /// Weights above 0.
        nonzeros: usize,
        /// Memory.
        gigabytes: f64,
        /// Time.
        minutes: f64,
        /// What to do instead.
        advice: &'static str,
    },
    /// A statistic that does not exist for these data.
    #[error("{statistic} does not exist: {reason}")]
    Undefined {
        /// Which.
        statistic: &'static str,
        /// Why.
        reason: String,
    },
}

impl Error {
    /// A word that names the kind of error and stays the same when its sentence changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::LengthMismatch { .. } => "length-mismatch",
            Self::BadValue { .. } => "bad-value",
            Self::BadWeight { .. } => "bad-weight",
            Self::Islands { .. } => "islands",
            Self::Unbalanced { .. } => "unbalanced",
            Self::Specification(_) => "specification",
            Self::UnknownName { .. } => "unknown-name",
            Self::Geography(error) => error.code(),
            Self::NotIdentified { .. } => "not-identified",
            Self::AtBound { .. } => "at-bound",
            Self::Singular(_) => "singular",
            Self::NotConverged { .. } => "not-converged",
            Self::TooLarge { .. } => "too-large",
            Self::Undefined { .. } => "undefined",
        }
    }

    /// Where in the data the trouble is, as far as the error knows it.
    #[must_use]
    pub fn cell(&self) -> Option<Cell> {
        let known = |label: &String| Some(label.clone()).filter(|label| !label.is_empty());
        match self {
            Self::Geography(error) => error.cell(),
            Self::BadValue { unit, period, column, value, .. } => Some(Cell {
                entity: known(unit),
                time: known(period),
                column: Some(column.clone()),
                value: Some(value.to_string()),
                ..Cell::default()
            }),
            Self::BadWeight { from, weight, .. } => {
                Some(Cell { entity: known(from), value: Some(weight.to_string()), ..Cell::default() })
            }
            _ => None,
        }
    }
}
