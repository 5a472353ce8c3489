//! The stages of a run, one file each: pure functions from data and choices to results.

pub mod calibration;
pub(crate) mod closing;
pub mod curve;
pub mod data;
pub mod entropy;
pub mod gtfp;
pub mod labels;
pub mod market;
pub mod mediation;
pub mod records;
pub mod regress;
pub mod reshape;
mod source_hints;
pub mod tables;
mod totals;
pub mod u_shape;
pub mod u_tables;
pub mod va;
pub mod variables;

use crate::error::{Error, Result};
use panel_core::geo::LatLon;
use panel_core::{Column, Panel};

/// A column of numbers, as an error of this stage where it is none.
pub(crate) fn float<'a>(panel: &'a Panel, name: &str, stage: &str) -> Result<&'a [f64]> {
    panel.float(name).map_err(|error| Error::stage(stage, error))
}

/// An error for a word that is no option, with the nearest one; `known` is a list with commas.
pub(crate) fn unknown_word(stage: &str, key: &str, word: &str, known: &str) -> Error {
    let hint = panel_core::suggest::nearest(word, known.split(", ")).map(|near| format!("; did you mean `{near}`?"));
    Error::stage(stage, format!("{key} = \"{word}\": expected one of {known}{}", hint.unwrap_or_default()))
}

/// Words of a key for messages: `city `X`, year `2013``.
pub(crate) fn key_words(panel: &Panel, row: usize) -> String {
    if panel.n_periods() <= 1 && panel.time_label(row) == panel_core::io::join::ONLY {
        return format!("{} `{}`", panel.entity_name(), panel.entity_label(row));
    }
    format!("{} `{}`, {} `{}`", panel.entity_name(), panel.entity_label(row), panel.time_name(), panel.time_label(row))
}

/// One place per entity, from coordinates on its rows; `None` where an entity has none.
///
/// # Errors
/// A coordinate out of range, or one that changes over time.
pub(crate) fn places(panel: &Panel, lat: &str, lon: &str, stage: &str) -> Result<Vec<Option<LatLon>>> {
    let (lats, lons) = (float(panel, lat, stage)?, float(panel, lon, stage)?);
    let mut places: Vec<Option<LatLon>> = vec![None; panel.n_entities()];
    for row in 0..panel.n_rows() {
        if lats[row].is_nan() || lons[row].is_nan() {
            continue;
        }
        let at = LatLon::new(lats[row], lons[row])
            .map_err(|error| Error::stage(stage, format!("{}: {error}", key_words(panel, row))))?;
        let place = &mut places[panel.entity_of_row()[row] as usize];
        if place.is_some_and(|before| before != at) {
            return Err(Error::stage(stage, format!("{}: coordinates differ between rows", key_words(panel, row))));
        }
        *place = Some(at);
    }
    Ok(places)
}

/// Values of one entity-period cell each, from rows of a sub-panel back to rows of the whole one.
pub(crate) fn spread(values: &[f64], rows: &[usize], n: usize) -> Vec<f64> {
    let mut out = vec![f64::NAN; n];
    for (&row, &value) in rows.iter().zip(values) {
        out[row] = value;
    }
    out
}

/// Codes and labels of a column, as text whatever it holds.
pub(crate) fn as_codes(column: &Column) -> (Vec<u32>, Vec<String>) {
    match column {
        Column::Text(text) => (text.codes().to_vec(), text.labels().to_vec()),
        Column::Float(values) => {
            let mut distinct: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
            distinct.sort_unstable_by(f64::total_cmp);
            distinct.dedup();
            let codes = values
                .iter()
                .map(|value| {
                    distinct.binary_search_by(|known| known.total_cmp(value)).map_or(u32::MAX, |code| code as u32)
                })
                .collect();
            (codes, distinct.iter().map(ToString::to_string).collect())
        }
    }
}
