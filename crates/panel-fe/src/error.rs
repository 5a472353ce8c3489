//! What stops an estimation.
//!
//! | group | variants | when |
//! |---|---|---|
//! | input | [`Error::Data`], [`Error::BadValue`], [`Error::NoObservations`] | the data cannot be used |
//! | specification | [`Error::Formula`], [`Error::UnknownOption`], [`Error::Specification`], [`Error::Shape`], [`Error::Unsupported`] | the request cannot be understood or carried out |
//! | numerical | [`Error::Singular`], [`Error::NotPositive`], [`Error::NoVariance`], [`Error::NotConverged`], [`Error::NoRegressor`], [`Error::NoDegreesOfFreedom`] | the arithmetic has no answer |
//! | from outside | [`Error::Interrupted`] | an [`Interrupt`](panel_core::interrupt::Interrupt) was asked for |

use crate::formula::FormulaError;
use panel_core::Cell;

/// The nearest of the possibilities, if one is near enough to be meant; of `name:rest` the name is compared.
fn did_you_mean(got: &str, expected: &str) -> String {
    let known = expected.split(", ").flat_map(|part| part.split(" or ")).map(str::trim);
    let nearest = match got.split_once(':') {
        None => panel_core::suggest::nearest(got, known).map(str::to_owned),
        Some((name, rest)) => {
            let names = known.filter_map(|known| known.split_once(':')).map(|(name, _)| name);
            let near = panel_core::suggest::nearest(name.trim(), names).filter(|near| *near != name.trim());
            near.map(|near| format!("{near}:{rest}"))
        }
    };
    nearest.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Errors of formulas, samples, estimators and tests.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // Input
    /// The panel refused: unknown column, text where a number is needed.
    #[error(transparent)]
    Data(#[from] panel_core::Error),
    /// A value that the request cannot use.
    #[error("bad value: {cell}; expected {expected}")]
    BadValue {
        /// Where, with the value.
        cell: Box<panel_core::Cell>,
        /// What was expected.
        expected: String,
    },
    /// Nothing is left to estimate on.
    #[error("no observations are left: {0}")]
    NoObservations(String),

    // Specification
    /// The formula cannot be read.
    #[error(transparent)]
    Formula(#[from] FormulaError),
    /// A name that is none of the known ones.
    #[error("unknown {what} `{got}`{}; expected {expected}", did_you_mean(got, expected))]
    UnknownOption {
        /// What was named.
        what: &'static str,
        /// As it was written.
        got: String,
        /// The possibilities.
        expected: String,
    },
    /// A request that cannot be carried out, with the reason.
    #[error("{0}")]
    Specification(String),
    /// Two things that should be of one length are not.
    #[error("{what} has length {got}, expected {expected}")]
    Shape {
        /// What.
        what: String,
        /// Expected length.
        expected: usize,
        /// Its length.
        got: usize,
    },
    /// A sound request that this program does not carry out.
    #[error("not supported: {0}")]
    Unsupported(String),

    // Numerical
    /// A matrix that has to be inverted is singular.
    #[error("{0} is singular")]
    Singular(String),
    /// A covariance has a negative variance in some direction, as differences of covariances can have.
    #[error("{0} is not positive definite: several ways of clustering (or a kernel) take away more than they add")]
    NotPositive(String),
    /// A covariance of estimates of which one has no standard error.
    #[error("{0} is not a number: an estimate has no standard error")]
    NoVariance(String),
    /// An iteration did not reach its tolerance.
    #[error("{what} did not converge: {got:e} after {iterations} iterations, expected {expected:e}")]
    NotConverged {
        /// What.
        what: String,
        /// Iterations made.
        iterations: usize,
        /// Residual reached.
        got: f64,
        /// Residual asked for.
        expected: f64,
    },
    /// No regressor is left.
    #[error("no regressor is left: {0}")]
    NoRegressor(String),
    /// As many parameters as observations.
    #[error("no degrees of freedom: {observations} observations, {parameters} parameters")]
    NoDegreesOfFreedom {
        /// Observations.
        observations: usize,
        /// Parameters, fixed effects included.
        parameters: usize,
    },

    /// The work was stopped from outside.
    #[error(transparent)]
    Interrupted(#[from] panel_core::interrupt::Interrupted),
}

impl Error {
    /// A word that names the kind of error and stays the same when its sentence changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Data(error) => error.code(),
            Self::BadValue { .. } => "bad-value",
            Self::NoObservations(_) => "no-observations",
            Self::Formula(_) => "formula",
            Self::UnknownOption { .. } => "unknown-option",
            Self::Specification(_) => "specification",
            Self::Shape { .. } => "length-mismatch",
            Self::Unsupported(_) => "unsupported",
            Self::Singular(_) => "singular",
            Self::NotPositive(_) => "not-positive",
            Self::NoVariance(_) => "no-variance",
            Self::NotConverged { .. } => "not-converged",
            Self::NoRegressor(_) => "no-regressor",
            Self::NoDegreesOfFreedom { .. } => "no-degrees-of-freedom",
            Self::Interrupted(_) => "interrupted",
        }
    }

    /// Where in the data the trouble is, as far as the error knows it.
    #[must_use]
    pub fn cell(&self) -> Option<Cell> {
        match self {
            Self::Data(error) => error.cell(),
            Self::BadValue { cell, .. } => Some((**cell).clone()),
            _ => None,
        }
    }
}
