//! What can stop the twin from being generated or calibrated.

/// An error of the synthetic twin.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
}

/// Result of the twin's functions.
pub type Result<T> = std::result::Result<T, Error>;
