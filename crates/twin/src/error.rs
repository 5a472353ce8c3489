//! What can stop the twin from being generated or calibrated.

/// An error of the synthetic twin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The city file lacks a column or holds a cell that cannot be read.
    #[error("cities file, {place}: {problem}")]
    Cities {
        /// Line or column.
        place: String,
        /// What was found and what was expected.
        problem: String,
    },
    /// The calibration file cannot be used.
    #[error("calibration file, {place}: {problem}")]
    Calibration {
        /// Key or city.
        place: String,
        /// What was found and what was expected.
        problem: String,
    },
    /// A step of the calibration failed.
    #[error("calibration step `{step}`: {problem}")]
    Step {
        /// Name of the step.
        step: &'static str,
        /// What happened.
        problem: String,
    },
    /// A firm panel of fewer rows than ten firms have.
    #[error("--rows {got}: expected at least {least}")]
    Rows {
        /// Rows asked for.
        got: usize,
        /// Fewest rows.
        least: usize,
    },
    /// A panel that cannot be put together.
    #[error(transparent)]
    Panel(#[from] panel_core::Error),
    /// A regression of the calibration failed.
    #[error("calibration regression: {0}")]
    Regression(#[from] panel_fe::Error),
    /// A file that cannot be read or written.
    #[error("cannot {verb} `{path}`: {problem}")]
    File {
        /// `read` or `write`.
        verb: &'static str,
        /// The file.
        path: String,
        /// What the system says.
        problem: String,
    },
}

impl Error {
    pub(crate) fn file(verb: &'static str, path: &std::path::Path, problem: &std::io::Error) -> Self {
        Self::File { verb, path: path.display().to_string(), problem: problem.to_string() }
    }

    /// Exit code of a program that ends with it: 2 for bad usage, 3 for anything else.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if matches!(self, Self::Rows { .. }) { 2 } else { 3 }
    }
}

/// Result of the twin's functions.
pub type Result<T> = std::result::Result<T, Error>;
