//! What ends a run, and with which exit code.

/// Result of the runner.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that ends a run.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The study file cannot be understood.
    #[error("study file `{file}`{}: {}", line.map(|line| format!(", line {line}")).unwrap_or_default(), bounded(message))]
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
    /// Something that this program was built without.
    #[error(
        "{wanted}: this needs the feature `{feature}`, which this program was built without; in a clone of the repository \
         `cargo xtask replicate --study STUDY` adds it, elsewhere `cargo install --locked --git {} panelstudy --features \
         {feature}`",
        env!("CARGO_PKG_REPOSITORY")
    )]
    NeedsFeature {
        /// Name of the feature.
        feature: &'static str,
        /// What asks for it.
        wanted: String,
    },
    /// Wrong command line.
    #[error("{0}")]
    Usage(String),
    /// The output folder, the disk or the machine.
    #[error("{0}")]
    Environment(String),
    /// The run was stopped from outside; the output folder is as it was.
    #[error(transparent)]
    Interrupted(#[from] panel_core::interrupt::Interrupted),
}

/// A message whose quotations a reader can take in: a formula of a megabyte is cut, as is the whole.
fn bounded(message: &str) -> String {
    const QUOTED: usize = 300;
    const WHOLE: usize = 6000;
    let cut = |text: &str, most: usize| match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    let parts: Vec<String> = message
        .split('`')
        .enumerate()
        .map(|(i, part)| if i % 2 == 1 { cut(part, QUOTED) } else { part.to_owned() })
        .collect();
    cut(&parts.join("`"), WHOLE)
}

impl Error {
    /// An error of a stage.
    pub fn stage(stage: impl Into<String>, error: impl std::fmt::Display) -> Self {
        Self::Stage { stage: stage.into(), message: bounded(&error.to_string()) }
    }

    /// A request of a stage that the data do not answer.
    pub fn not_computed(stage: impl Into<String>, error: impl std::fmt::Display) -> Self {
        Self::NotComputed { stage: stage.into(), message: bounded(&error.to_string()) }
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

    /// The same error about a formula.
    #[must_use]
    pub fn prefixed(self, formula: &impl std::fmt::Display) -> Self {
        match self {
            Self::Stage { stage, message } => Self::Stage { stage, message: format!("`{formula}`: {message}") },
            Self::NotComputed { stage, message } => {
                Self::NotComputed { stage, message: format!("`{formula}`: {message}") }
            }
            other => other,
        }
    }

    /// A word that names the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Study { .. } => "study",
            Self::Stage { .. } => "stage",
            Self::NotComputed { .. } => "not-computed",
            Self::Usage(_) => "usage",
            Self::Environment(_) => "environment",
            Self::NeedsFeature { .. } => "needs-feature",
            Self::Interrupted(_) => "interrupted",
        }
    }

    /// Exit code: 2 for bad input or usage, 3 for the environment, for what this program was built without
    /// and for a run that was stopped.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Study { .. } | Self::Stage { .. } | Self::NotComputed { .. } | Self::Usage(_) => 2,
            Self::Environment(_) | Self::NeedsFeature { .. } | Self::Interrupted(_) => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_echoes_no_megabyte() {
        let long = "x + ".repeat(500_000);
        let error = Error::stage("tables/t", format!("`y ~ {long}`: unknown column `z`"));
        let text = error.to_string();
        assert!(text.chars().count() < 400 && text.ends_with("…`: unknown column `z`"), "{text}");
        let study = Error::Study { file: "s.toml".into(), line: Some(3), message: format!("no formula: {long}") };
        assert!(study.to_string().chars().count() < 6100);
        assert_eq!(Error::stage("data", "`a` is short").to_string(), "stage `data`: `a` is short");
    }
}
