//! Which stages a run has, and which of them `--only` asks for.

use panel_core::suggest;
use std::collections::BTreeSet;
use study::indices::Indices;
use study::{Error, Result, Study};

/// Stages to run, in order.
#[derive(Debug, Clone)]
pub struct Plan {
    /// All stages of the study, in order.
    pub all: Vec<String>,
    /// Those that run.
    pub run: BTreeSet<String>,
}

impl Plan {
    /// Names the stages of a study and keeps those asked for with what they need; an empty `only` asks for all.
    ///
    /// # Errors
    /// [`Error::Usage`] for a stage that the study does not have.
    pub fn new(study: &Study, only: &[String]) -> Result<Self> {
        let mut all = vec!["data".to_owned()];
        let sections = Indices::SECTIONS;
        if study.study.streaming {
            // No row is at hand for anything else.
            all.push("tables".into());
        } else {
            all.extend(study.indices.iter().iter().map(|index| index.stage()));
            all.extend(["variables", "tables"].map(str::to_owned));
            all.extend((!study.multiverse.is_empty()).then(|| "multiverse".to_owned()));
            all.extend(["quality", "report"].map(str::to_owned));
        }
        let mut run: BTreeSet<String> = BTreeSet::new();
        for name in only {
            match name.as_str() {
                _ if all.contains(name) => {
                    run.insert(name.clone());
                }
                // The name of a section stands for all of its stages.
                section if sections.contains(&section) && all.iter().any(|stage| is_of(stage, section)) => {
                    run.extend(all.iter().filter(|stage| is_of(stage, section)).cloned());
                }
                _ => {
                    let hint = suggest::nearest(name, all.iter().map(String::as_str))
                        .map(|near| format!("; did you mean `{near}`?"))
                        .unwrap_or_default();
                    return Err(Error::Usage(format!(
                        "--only {name}: this study has the stages {}{hint}",
                        all.join(", ")
                    )));
                }
            }
        }
        if only.is_empty() {
            run.extend(all.iter().cloned());
        }
        // Indices need data; variables and what follows may use every index.
        let after = ["tables", "multiverse", "quality", "report"];
        let needs_all = run.contains("variables") || after.iter().any(|stage| run.contains(*stage));
        if needs_all {
            run.extend(all.iter().filter(|stage| !after.contains(&stage.as_str())).cloned());
        }
        if run.contains("report") {
            run.extend(all.iter().filter(|stage| after.contains(&stage.as_str())).cloned());
        }
        run.insert("data".into());
        Ok(Self { all, run })
    }

    /// Whether a stage runs.
    #[must_use]
    pub fn runs(&self, stage: &str) -> bool {
        self.run.contains(stage)
    }

    /// Whether every stage runs.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.run.len() == self.all.len()
    }
}

/// Whether a stage is one of a section's.
fn is_of(stage: &str, section: &str) -> bool {
    stage.strip_prefix(section).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
