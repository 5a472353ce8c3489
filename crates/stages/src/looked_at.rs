//! Which columns of the sources a run may look at, so that the others are never checked.

use std::collections::BTreeSet;
use study::Loaded;
use study::names::{used, with_sources};

/// Every variable that a run may look at: those that some part of the study uses, with the derived variables, the
/// report's columns, the data quality report's, and what the changes of a specification curve and the options of a
/// multiverse use beside them.
#[must_use]
pub fn looked_at(loaded: &Loaded) -> BTreeSet<String> {
    let study = &loaded.study;
    let mut names = used(study);
    names.extend(with_sources(study, study.variables.names().cloned()));
    names.extend(study.report.group.iter().chain(&study.report.names_en).cloned());
    names.extend(study.quality.variables.iter().flatten().chain(study.quality.ranges.keys()).cloned());
    for variant in study.curve.iter().flat_map(|curve| &curve.variants) {
        // A change that cannot be carried out uses nothing.
        if let Ok(changed) = loaded.with(&variant.set) {
            names.extend(used(&changed.study));
            names.extend(with_sources(&changed.study, changed.study.variables.names().cloned()));
        }
    }
    let choices = study.multiverse.iter().flat_map(|multiverse| &multiverse.choice);
    for option in choices.flat_map(|choice| &choice.option).filter(|option| !option.set.is_empty()) {
        let changes = toml::Table::try_from(&option.set).ok();
        if let Some(Ok(changed)) = changes.map(|changes| loaded.with(&changes)) {
            names.extend(used(&changed.study));
        }
    }
    names
}
