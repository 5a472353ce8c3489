//! Employment and places, as plain slices.

use crate::error::{Error, Result};
use panel_core::geo::{DistanceMatrix, LatLon};

/// Sector and total employment, one value per row.
///
/// Rows may come in any order and need not be balanced; keys must be unique. Any unit will do, if sector and total
/// share it.
#[derive(Debug, Clone, Copy)]
pub struct Employment<'a> {
    /// Employment in the sector; missing is `NaN`.
    pub sector: &'a [f64],
    /// Employment in all sectors; missing is `NaN`.
    pub total: &'a [f64],
    /// Index into `entities`, per row.
    pub entity: &'a [u32],
    /// Index into `times`, per row.
    pub time: &'a [u32],
    /// Labels of the entities.
    pub entities: &'a [String],
    /// Labels of the periods.
    pub times: &'a [String],
}

/// Where the entities are, in the order of [`Employment::entities`].
#[derive(Debug, Clone, Copy)]
pub enum Geography<'a> {
    /// Coordinates; `None` where they are not known.
    Points(&'a [Option<LatLon>]),
    /// A user's distances or travel times.
    Matrix(&'a DistanceMatrix),
}

impl Employment<'_> {
    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.sector.len()
    }

    /// Checks lengths, codes, keys and signs.
    pub(crate) fn validate(&self) -> Result<()> {
        let n = self.n_rows();
        for (what, got) in [
            ("total employment", self.total.len()),
            ("entity codes", self.entity.len()),
            ("time codes", self.time.len()),
        ] {
            if got != n {
                return Err(Error::LengthMismatch { what: what.into(), expected: n, got });
            }
        }
        check_codes("entity", self.entity, self.entities.len())?;
        check_codes("time", self.time, self.times.len())?;
        let mut seen = vec![false; self.entities.len() * self.times.len()];
        for row in 0..n {
            let cell = &mut seen[self.entity[row] as usize * self.times.len() + self.time[row] as usize];
            if std::mem::replace(cell, true) {
                let (entity, time) = self.labels(row);
                return Err(Error::DuplicateKey { entity, time });
            }
            for (column, value) in [("sector employment", self.sector[row]), ("total employment", self.total[row])] {
                if value < 0.0 || value.is_infinite() {
                    let (entity, time) = self.labels(row);
                    return Err(Error::BadValue {
                        entity,
                        time,
                        column,
                        value,
                        expected: "a finite number of at least 0",
                    });
                }
            }
        }
        Ok(())
    }

    pub(crate) fn labels(&self, row: usize) -> (String, String) {
        (self.entities[self.entity[row] as usize].clone(), self.times[self.time[row] as usize].clone())
    }
}

pub(crate) fn check_codes(what: &'static str, codes: &[u32], known: usize) -> Result<()> {
    match codes.iter().position(|&code| code as usize >= known) {
        Some(row) => Err(Error::UnknownCode { what, row, code: codes[row], known }),
        None => Ok(()),
    }
}
