//! The weights of a run: built once over the panel's entities, cut and prepared once for each set of units.

use super::outlines;
use super::record::{SpatialColumnRecord, SpatialTestsRecord, Statistic};
use panel_core::Diagnostic;
use panel_spatial::{Prepared, Weights};
use stages::compute::Computed;
use stages::store::{FileRecord, file_record};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use study::spatial::build::{built, file_of};
use study::spatial::residuals::Residuals;
use study::{Error, Loaded, Result};

/// What a preparation is of: id of the weights, units of the sample.
type Key = (String, Vec<String>);

/// The weights of a study, and what was computed with them.
#[derive(Debug, Default)]
pub struct Space {
    weights: BTreeMap<String, Arc<Weights>>,
    prepared: Mutex<BTreeMap<Key, Arc<Prepared>>>,
    /// Remarks on islands, connection and density, by weights.
    pub diagnostics: Vec<(String, Diagnostic)>,
    /// Files that weights were read from.
    pub inputs: Vec<FileRecord>,
    /// Spatial columns, in file order.
    pub columns: Vec<SpatialColumnRecord>,
    /// Outlines for maps, each a line of longitudes and latitudes.
    pub outlines: Vec<Vec<(f64, f64)>>,
    /// Residuals of columns that `[[spatial]]` names: table, column, one value for each row of the panel.
    pub(crate) residuals: Vec<(String, String, Vec<f64>)>,
    /// Specification tests, in file order.
    pub tests: Vec<SpatialTestsRecord>,
    /// Results of `[[spatial]]`.
    pub statistics: Vec<Statistic>,
}

/// An error of the method at a stage: what only the numbers bring about leaves the rest of a run as it is.
pub(super) fn refusal(stage: &str, error: &panel_spatial::Error) -> Error {
    use panel_spatial::Error::{AtBound, NotConverged, NotIdentified, Singular, Undefined};
    match error {
        AtBound { .. } | NotConverged { .. } | NotIdentified { .. } | Singular(_) | Undefined { .. } => {
            Error::not_computed(stage, error)
        }
        _ => Error::stage(stage, error),
    }
}

impl Space {
    /// Builds the weights of a study, in order: a product finds its factors.
    ///
    /// # Errors
    /// Coordinates, files and variables that they cannot be made from.
    pub fn new(loaded: &Loaded, computed: &Computed) -> Result<Self> {
        let mut space = Self::default();
        let mut known: BTreeMap<String, Weights> = BTreeMap::new();
        for section in &loaded.study.weights {
            let id = &section.spec.id;
            let stage = format!("weights/{id}");
            if let Some(error) = computed.lacking_of(&stage, section.variables()) {
                return Err(error);
            }
            if let Some(file) = file_of(section) {
                let read = std::fs::read(loaded.resolve(file));
                let bytes = read.map_err(|error| Error::stage(&stage, format!("`{file}` cannot be read: {error}")))?;
                space.inputs.push(file_record(file, &bytes));
            }
            let (weights, remarks) = built(section, &|file| loaded.resolve(file), &computed.panel, &known)?;
            space.diagnostics.extend(remarks.into_iter().map(|remark| (stage.clone(), remark)));
            space.diagnostics.push((stage, density(id, &weights)));
            known.insert(id.clone(), weights);
        }
        if let Some(file) = &loaded.study.report.outlines {
            let path = loaded.resolve(file);
            let fail = |error: &dyn std::fmt::Display| Error::stage("report", format!("outlines `{file}`: {error}"));
            let bytes = std::fs::read(&path).map_err(|error| fail(&error))?;
            space.inputs.push(file_record(file, &bytes));
            space.outlines = outlines::read(&path, &bytes).map_err(|error| fail(&error))?;
        }
        space.weights = known.into_iter().map(|(id, weights)| (id, Arc::new(weights))).collect();
        Ok(space)
    }

    /// The weights of this id.
    ///
    /// # Errors
    /// Where the study has none of it, which reading the study refuses.
    pub fn weights(&self, id: &str) -> Result<&Arc<Weights>> {
        self.weights.get(id).ok_or_else(|| Error::stage("weights", format!("there are no weights `{id}`")))
    }

    /// The residuals of a column, where they were asked for and it was estimated.
    pub(crate) fn residuals_of(&self, asked: Residuals<'_>) -> Option<&[f64]> {
        let known = self.residuals.iter().find(|(table, column, _)| table == asked.table && column == asked.column);
        known.map(|(_, _, values)| values.as_slice())
    }

    /// The weights of a study by id.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Weights)> {
        self.weights.iter().map(|(id, weights)| (id.as_str(), &**weights))
    }

    /// The weights among these units, normalised anew, with their log-determinant prepared; a remark where units are
    /// fewer than the panel's entities.
    pub(super) fn prepared(
        &self,
        id: &str,
        units: &[String],
    ) -> panel_spatial::Result<(Arc<Prepared>, Option<Diagnostic>)> {
        let Some(all) = self.weights.get(id) else {
            let known = self.weights.keys().cloned().collect();
            return Err(panel_spatial::Error::UnknownName { what: "weights", name: id.to_owned(), known });
        };
        let remark = (units.len() < all.n()).then(|| {
            let message = format!(
                "weights `{id}` are cut to the {} units of the sample out of {}, and normalised again",
                units.len(),
                all.n()
            );
            Diagnostic::note("weights-cut", message)
        });
        let key = (id.to_owned(), units.to_vec());
        let known = self.prepared.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(prepared) = known {
            return Ok((prepared, remark));
        }
        // Not under the lock: the preparation is parallel, and a thread that waits may take up another column.
        let weights = all.select(units)?;
        let prepared = Arc::new(Prepared::new(&weights)?);
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&prepared));
        Ok((prepared, remark))
    }
}

/// How many neighbours the units have.
fn density(id: &str, weights: &Weights) -> Diagnostic {
    let n = weights.n();
    let degrees = (0..n).map(|i| weights.degree(i));
    let (fewest, most) = degrees.fold((usize::MAX, 0), |(low, high), degree| (low.min(degree), high.max(degree)));
    let share = 100.0 * weights.nonzeros() as f64 / (n * n.saturating_sub(1)).max(1) as f64;
    let message = format!(
        "weights `{id}`: {}, {n} units, {} weights ({share:.1} % of all pairs), {fewest} to {most} neighbours",
        weights.description(),
        weights.nonzeros()
    );
    Diagnostic::note("weights-density", message)
}
