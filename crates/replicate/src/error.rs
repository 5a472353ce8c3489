//! What ends a run, and with which exit code.

/// Result of the runner.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that ends a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The study file cannot be understood.
    #[error("study file `{file}`{}: {message}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Study {
        /// The study file as the user wrote it.
        file: String,
        /// Line, where it is known.
        line: Option<usize>,
        /// What is wrong.
        message: String,
    },
    /// Data or a request that a stage cannot use.
    #[error("stage `{stage}`: {message}")]
    Stage {
        /// Name of the stage.
        stage: String,
        /// What is wrong.
        message: String,
    },
    /// A sound request that the data do not answer: the rest of a run goes on without it.
    #[error("stage `{stage}`: {message}")]
    NotComputed {
        /// Name of the stage.
        stage: String,
        /// Why.
        message: String,
    },
    /// Wrong command line.
    #[error("{0}")]
    Usage(String),
    /// The output folder, the disk or the machine.
    #[error("{0}")]
    Environment(String),
}

impl Error {
    /// An error of a stage.
    pub fn stage(stage: impl Into<String>, error: impl std::fmt::Display) -> Self {
        Self::Stage { stage: stage.into(), message: error.to_string() }
    }

    /// A request of a stage that the data do not answer.
    pub fn not_computed(stage: impl Into<String>, error: impl std::fmt::Display) -> Self {
        Self::NotComputed { stage: stage.into(), message: error.to_string() }
    }

    /// What is wrong, without its place.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Stage { message, .. } | Self::NotComputed { message, .. } => message.clone(),
            other => other.to_string(),
        }
    }

    /// The same error at a place that says more, such as one column of a table; other errors stay as they are.
    #[must_use]
    pub fn at(self, place: impl Into<String>) -> Self {
        match self {
            Self::Stage { message, .. } => Self::Stage { stage: place.into(), message },
            Self::NotComputed { message, .. } => Self::NotComputed { stage: place.into(), message },
            other => other,
        }
    }

    /// Exit code: 2 for bad input or usage, 3 for the environment.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Study { .. } | Self::Stage { .. } | Self::NotComputed { .. } | Self::Usage(_) => 2,
            Self::Environment(_) => 3,
        }
    }
}
