//! What stops an audit: the request, never what it finds.

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Errors of an audit's specification.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The specification names a column, row or fact that is not printed, or a printed fact is no number.
    #[error(transparent)]
    Printed(#[from] report::Error),
    /// A specification in TOML that could not be read.
    #[error("line {line}: {reason}")]
    Toml {
        /// Line, 1-based.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A specification that cannot be carried out.
    #[error("{0}")]
    Specification(String),
}

impl Error {
    /// A name that no printed number has, with the nearest one there is.
    pub(crate) fn unknown(what: &'static str, name: &str, available: &[String]) -> Self {
        report::Error::unknown(what, name, available).into()
    }
}
