//! Weights of a study that an index reads: neighbours, distances, spatial lags.

use super::Part;
use crate::error::Result;
use crate::spatial::build::built;
use crate::spatial::section::WeightsSection;
use panel_core::Diagnostic;
use panel_core::geo::{Adjacency, DistanceMatrix, Metric};
use panel_spatial::{Standardise, Weights, WeightsKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The weights of one id, with those before them, which they may be made of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Linked {
    /// The weights of the study up to those of the id.
    pub(crate) sections: Vec<WeightsSection>,
    /// Where their files are.
    folder: PathBuf,
}

impl Linked {
    /// Takes the weights of this id out of those of a study.
    pub(super) fn among(id: Option<&str>, sections: &[WeightsSection], folder: &Path) -> Self {
        let last = id.and_then(|id| sections.iter().position(|section| section.spec.id == id));
        let sections = last.map_or_else(Vec::new, |last| sections[..=last].to_vec());
        Self { sections, folder: folder.to_path_buf() }
    }

    /// Columns of the panel that they are made from.
    pub(super) fn variables(&self) -> impl Iterator<Item = String> + '_ {
        self.sections.iter().flat_map(WeightsSection::variables)
    }

    /// The weights among the entities of a part, with remarks on them.
    ///
    /// # Errors
    /// Coordinates, files and variables that they cannot be made from.
    pub(super) fn weights(&self, part: &Part<'_>) -> Result<(Weights, Vec<Diagnostic>)> {
        let Some((last, before)) = self.sections.split_last() else {
            return Err(part.error("there are no such weights"));
        };
        let mut known = BTreeMap::new();
        let build = |section, known: &_| built(section, &|file| self.folder.join(file), &part.panel, known);
        for section in before {
            let (weights, _) = build(section, &known)?;
            known.insert(section.spec.id.clone(), weights);
        }
        build(last, &known)
    }

    /// Who is next to whom: pairs with a weight in one direction or the other.
    ///
    /// # Errors
    /// As [`Linked::weights`].
    pub(super) fn adjacency(&self, part: &Part<'_>) -> Result<(Adjacency, Vec<Diagnostic>)> {
        let (weights, remarks) = self.weights(part)?;
        let n = weights.n();
        let pairs = (0..n).flat_map(|i| weights.row(i).map(move |(j, _)| (i, j)).collect::<Vec<_>>());
        Ok((Adjacency::from_pairs(n, pairs).map_err(|error| part.error(error))?, remarks))
    }

    /// The numbers of the weights as distances; a pair without one is not connected.
    ///
    /// # Errors
    /// As [`Linked::weights`].
    pub(super) fn distances(&self, part: &Part<'_>) -> Result<(DistanceMatrix, Vec<Diagnostic>)> {
        let (weights, remarks) = self.weights(part)?;
        let n = weights.n();
        let mut values = vec![f64::INFINITY; n * n];
        for i in 0..n {
            values[i * n + i] = 0.0;
            weights.row(i).for_each(|(j, km)| values[i * n + j] = km);
        }
        let matrix = DistanceMatrix::from_square(weights.labels(), &values).map_err(|error| part.error(error))?;
        Ok((matrix, remarks))
    }

    /// Checks that the numbers are as they stand in a file, and that no other way to measure distances is asked for.
    ///
    /// # Errors
    /// A sentence that says what to write.
    pub(super) fn check_distances(&self, metric: Metric) -> std::result::Result<(), String> {
        if metric != Metric::default() {
            return Err("`distance` and `radius_km` have no effect with `distances`: the file holds them".to_owned());
        }
        // An unknown id is said elsewhere.
        let Some(section) = self.sections.last() else { return Ok(()) };
        let id = &section.spec.id;
        if !matches!(section.spec.kind, WeightsKind::File { .. }) {
            return Err(format!("distances = \"{id}\": distances are the numbers of a file, kind = \"file\""));
        }
        if section.spec.standardise != Standardise::None {
            return Err(format!(
                "distances = \"{id}\": these weights are normalised, so that they are no distances; write standardise = \"none\" under them"
            ));
        }
        Ok(())
    }
}
