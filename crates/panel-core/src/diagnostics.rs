//! What a reader of a result should know, without stopping the run: dropped rows, singletons, collinear columns.

use crate::remedy::Remedy;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Could change how the result is read.
    Warning,
}

/// One remark about a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// Stable short name, such as `singletons-dropped`.
    pub code: String,
    /// One sentence for a person.
    pub message: String,
    /// What to write in a `[[source]]` where the sentence recommends it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<Remedy>,
}

impl Diagnostic {
    /// A note.
    pub fn note(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, code: code.into(), message: message.into(), remedies: Vec::new() }
    }

    /// A warning.
    pub fn warning(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, code: code.into(), message: message.into(), remedies: Vec::new() }
    }
}

impl Diagnostic {
    /// The same with what to write where its sentence recommends it.
    #[must_use]
    pub fn with(mut self, remedy: Remedy) -> Self {
        self.remedies.push(remedy);
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
        };
        write!(f, "{word} [{}]: {}", self.code, self.message)
    }
}

/// Diagnostics in the order in which they arose.
pub type Diagnostics = Vec<Diagnostic>;
