//! Weights made from the panel, files and each other.

use super::section::WeightsSection;
use crate::error::{Error, Result};
use crate::indices::part::places;
use panel_core::io::{SpatialFile, read_spatial};
use panel_core::{Diagnostic, Panel};
use panel_spatial::weights::At;
use panel_spatial::{Weights, WeightsFile, WeightsInputs};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The weights of a section over the panel's entities, with remarks on them.
///
/// # Errors
/// Coordinates, files and variables that they cannot be made from.
pub fn built(
    section: &WeightsSection,
    resolve: &dyn Fn(&str) -> PathBuf,
    panel: &Panel,
    known: &BTreeMap<String, Weights>,
) -> Result<(Weights, Vec<Diagnostic>)> {
    let stage = format!("weights/{}", section.spec.id);
    let points = section.needs_places().then(|| places(panel, &section.lat, &section.lon, &stage)).transpose()?;
    let inputs = WeightsInputs {
        labels: panel.entities(),
        points: points.as_deref(),
        file: &|file, id_field| Ok(content(read_spatial(resolve(file), id_field)?)),
        variable: &|name, at| values_of(panel, name, at),
        known,
    };
    section.spec.build(&inputs).map_err(|error| Error::stage(&stage, error))
}

/// The file that a section reads, where it reads one.
pub fn file_of(section: &WeightsSection) -> Option<&str> {
    use panel_spatial::WeightsKind::{Contiguity, File};
    match &section.spec.kind {
        Contiguity { file, .. } => Some(file),
        File { path, .. } => Some(path),
        _ => None,
    }
}

fn content(file: SpatialFile) -> WeightsFile {
    match file {
        SpatialFile::Weights { labels, triplets } => WeightsFile::Triplets { labels, triplets },
        SpatialFile::Polygons { labels, polygons } => WeightsFile::Polygons { labels, polygons },
    }
}

/// One value per entity of a variable.
fn values_of(panel: &Panel, name: &str, at: &At) -> panel_spatial::Result<Vec<f64>> {
    let values = panel.float(name)?;
    let labels = panel.times().labels();
    let period = match at {
        At::First => labels.first().cloned(),
        At::Mean => None,
        At::Named(label) => Some(label.clone()),
        At::Year(year) => Some(year.to_string()),
    };
    let Some(period) = period else {
        let mean = |rows: std::ops::Range<usize>| {
            let present: Vec<f64> = values[rows].iter().copied().filter(|value| !value.is_nan()).collect();
            present.iter().sum::<f64>() / present.len() as f64
        };
        return Ok(panel.entity_rows().map(mean).collect());
    };
    if !labels.contains(&period) {
        return Err(panel_spatial::Error::UnknownName { what: "period", name: period, known: labels.to_vec() });
    }
    let at = |mut rows: std::ops::Range<usize>| rows.find(|&row| panel.time_label(row) == period);
    Ok(panel.entity_rows().map(|rows| at(rows).map_or(f64::NAN, |row| values[row])).collect())
}
