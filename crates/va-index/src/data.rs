//! Employment and places, as plain slices.

use crate::error::Result;
use panel_core::Keys;
use panel_core::geo::{DistanceMatrix, LatLon};

/// Sector and total employment, one value per row. Any unit will do, if sector and total share it.
#[derive(Debug, Clone, Copy)]
pub struct Employment<'a> {
    /// Entity and time of every row.
    pub keys: Keys<'a>,
    /// Employment in the sector; missing is `NaN`.
    pub sector: &'a [f64],
    /// Employment in all sectors; missing is `NaN`.
    pub total: &'a [f64],
    /// What messages call the two columns.
    pub names: (&'a str, &'a str),
}

/// Where the entities are, in the order of [`Employment::entities`].
#[derive(Debug, Clone, Copy)]
pub enum Geography<'a> {
    /// Coordinates; `None` where they are not known.
    Points(&'a [Option<LatLon>]),
    /// A user's distances or travel times.
    Matrix(&'a DistanceMatrix),
}

impl<'a> Employment<'a> {
    /// Employment in a sector and in all.
    #[must_use]
    pub fn new(keys: Keys<'a>, sector: &'a [f64], total: &'a [f64]) -> Self {
        Self { keys, sector, total, names: ("sector employment", "total employment") }
    }

    /// The same with the names of the columns, for messages.
    #[must_use]
    pub fn named(self, sector: &'a str, total: &'a str) -> Self {
        Self { names: (sector, total), ..self }
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.keys.n_rows()
    }

    /// Checks lengths and signs.
    pub(crate) fn validate(&self) -> Result<()> {
        for (name, values) in [(self.names.0, self.sector), (self.names.1, self.total)] {
            let valid = |value: f64| value >= 0.0 && value.is_finite();
            self.keys.check_column(name, values, valid, "a finite number of at least 0")?;
        }
        Ok(())
    }
}
