//! Labels of a study as the report takes them.

use crate::study::Study;
use report::Labels;

/// All labels of the study.
#[must_use]
pub fn labels(study: &Study) -> Labels {
    let mut labels = Labels::new();
    for (name, label) in &study.labels {
        labels.insert(name.clone(), label.text());
    }
    labels
}
