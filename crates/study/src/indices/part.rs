//! The rows of the panel that an index is computed on: its entity set.

use crate::error::{Error, Result};
use panel_core::geo::LatLon;
use panel_core::{Column, Panel};

/// The entity set of a stage.
#[derive(Debug)]
pub struct Part<'a> {
    /// Name of the stage, for messages.
    pub stage: &'a str,
    /// The panel of the entity set.
    pub panel: Panel,
    /// Which rows of the whole panel these are.
    pub rows: Vec<usize>,
    whole: &'a Panel,
}

impl<'a> Part<'a> {
    /// The rows of `keep`.
    ///
    /// # Errors
    /// Where there is none.
    pub fn new(panel: &'a Panel, keep: &[bool], stage: &'a str) -> Result<Self> {
        let rows: Vec<usize> = (0..panel.n_rows()).filter(|&row| keep[row]).collect();
        if rows.is_empty() {
            return Err(Error::stage(stage, "the sample has no rows"));
        }
        Ok(Self { stage, panel: panel.filter(|row| keep[row]), rows, whole: panel })
    }

    /// Entities of the whole panel.
    #[must_use]
    pub fn all_entities(&self) -> &[String] {
        self.whole.entities()
    }

    /// An error of this stage.
    pub fn error(&self, error: impl std::fmt::Display) -> Error {
        Error::stage(self.stage, error)
    }

    /// A column of numbers.
    ///
    /// # Errors
    /// Where it is not there or holds text.
    pub fn float(&self, name: &str) -> Result<&[f64]> {
        self.panel.float(name).map_err(|error| self.error(error))
    }

    /// Codes and labels of a column, as text whatever it holds; `u32::MAX` is missing.
    ///
    /// # Errors
    /// Where it is not there.
    pub fn codes(&self, name: &str) -> Result<(Vec<u32>, Vec<String>)> {
        Ok(as_codes(self.panel.column(name).map_err(|error| self.error(error))?))
    }

    /// The value of each entity; `NaN` where it has none.
    ///
    /// # Errors
    /// Those of [`Part::float`], and a value that changes over time.
    pub fn by_entity(&self, name: &str) -> Result<Vec<f64>> {
        let values = self.float(name)?;
        let known = |row: usize| Ok(Some(values[row]).filter(|value| !value.is_nan()));
        let found = steady(&self.panel, self.stage, &format!("`{name}`"), known, ToString::to_string)?;
        Ok(found.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
    }

    /// The text of each entity, whatever the column holds; `None` where it has none. Codes are those of [`Part::codes`].
    ///
    /// # Errors
    /// Those of [`Part::codes`], and a value that changes over time.
    pub fn code_by_entity(&self, name: &str) -> Result<(Vec<Option<u32>>, Vec<String>)> {
        let (codes, labels) = self.codes(name)?;
        let known = |row: usize| Ok(Some(codes[row]).filter(|&code| code != u32::MAX));
        let show = |code: &u32| format!("`{}`", labels[*code as usize]);
        let found = steady(&self.panel, self.stage, &format!("`{name}`"), known, show)?;
        Ok((found, labels))
    }

    /// The place of each entity; `None` where it has none.
    ///
    /// # Errors
    /// A coordinate out of range, or one that changes over time.
    pub fn places(&self, lat: &str, lon: &str) -> Result<Vec<Option<LatLon>>> {
        places(&self.panel, lat, lon, self.stage)
    }

    /// Key of a row for messages: ``city `X`, year `2013` ``.
    #[must_use]
    pub fn key(&self, row: usize) -> String {
        key_of(&self.panel, row)
    }

    /// Names of the keys, as the first columns of a file have them.
    #[must_use]
    pub fn key_names(&self) -> Vec<&str> {
        let time = has_time(&self.panel).then(|| self.panel.time_name());
        std::iter::once(self.panel.entity_name()).chain(time).collect()
    }

    /// Labels of a row's keys.
    #[must_use]
    pub fn key_labels(&self, row: usize) -> Vec<&str> {
        let time = has_time(&self.panel).then(|| self.panel.time_label(row));
        std::iter::once(self.panel.entity_label(row)).chain(time).collect()
    }

    /// Values of the entity set's rows as a column of the whole panel, `NaN` elsewhere.
    #[must_use]
    pub fn spread(&self, values: &[f64]) -> Vec<f64> {
        spread(self.rows.iter().copied(), values, self.whole.n_rows())
    }
}

/// Values at rows of a panel as a column of it, `NaN` elsewhere.
pub fn spread(rows: impl IntoIterator<Item = usize>, values: &[f64], n_rows: usize) -> Vec<f64> {
    let mut out = vec![f64::NAN; n_rows];
    rows.into_iter().zip(values).for_each(|(row, &value)| out[row] = value);
    out
}

/// Whether a panel has a time key; a cross-section has one period without a name.
fn has_time(panel: &Panel) -> bool {
    panel.times().labels() != [panel_core::io::join::ONLY]
}

/// Key of a row for messages.
fn key_of(panel: &Panel, row: usize) -> String {
    if !has_time(panel) {
        return format!("{} `{}`", panel.entity_name(), panel.entity_label(row));
    }
    format!("{} `{}`, {} `{}`", panel.entity_name(), panel.entity_label(row), panel.time_name(), panel.time_label(row))
}

/// One place per entity, from coordinates on its rows; `None` where an entity has none.
///
/// # Errors
/// A coordinate out of range, or one that changes over time.
pub fn places(panel: &Panel, lat: &str, lon: &str, stage: &str) -> Result<Vec<Option<LatLon>>> {
    let float = |name: &str| panel.float(name).map_err(|error| Error::stage(stage, error));
    let (lats, lons) = (float(lat)?, float(lon)?);
    let known = |row: usize| {
        if lats[row].is_nan() || lons[row].is_nan() {
            return Ok(None);
        }
        let at = LatLon::new(lats[row], lons[row]);
        at.map(Some).map_err(|error| Error::stage(stage, format!("{}: {error}", key_of(panel, row))))
    };
    steady(panel, stage, &format!("`{lat}`, `{lon}`"), known, |at| format!("{}, {}", at.lat, at.lon))
}

/// One value per entity from the rows that have one; `None` where an entity has none.
///
/// # Errors
/// Those of `known`; a value that changes over time: an index has one place, area, group and list of neighbours per
/// entity, and none of the several that the data hold is more right than the others.
fn steady<T: Clone + PartialEq>(
    panel: &Panel,
    stage: &str,
    what: &str,
    known: impl Fn(usize) -> Result<Option<T>>,
    show: impl Fn(&T) -> String,
) -> Result<Vec<Option<T>>> {
    let mut found: Vec<Option<(usize, T)>> = vec![None; panel.n_entities()];
    for row in 0..panel.n_rows() {
        let Some(value) = known(row)? else { continue };
        match &found[panel.entity_of_row()[row] as usize] {
            Some((before, first)) if *first != value => {
                return Err(Error::stage(
                    stage,
                    format!(
                        "{what} of {} is {}, but {} in {} `{}`: the index takes one value for each {}; write the same one into all of its rows, or narrow `sample` to those that have it",
                        key_of(panel, row),
                        show(&value),
                        show(first),
                        panel.time_name(),
                        panel.time_label(*before),
                        panel.entity_name()
                    ),
                ));
            }
            Some(_) => {}
            None => found[panel.entity_of_row()[row] as usize] = Some((row, value)),
        }
    }
    Ok(found.into_iter().map(|value| value.map(|(_, value)| value)).collect())
}

/// Codes and labels of a column, as text whatever it holds; `u32::MAX` is missing.
pub fn as_codes(column: &Column) -> (Vec<u32>, Vec<String>) {
    match column {
        Column::Text(text) => (text.codes().to_vec(), text.labels().to_vec()),
        Column::Float(values) => {
            let mut distinct: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
            distinct.sort_unstable_by(f64::total_cmp);
            distinct.dedup();
            let code = |value: &f64| {
                distinct.binary_search_by(|known| known.total_cmp(value)).map_or(u32::MAX, |code| code as u32)
            };
            (values.iter().map(code).collect(), distinct.iter().map(ToString::to_string).collect())
        }
    }
}
