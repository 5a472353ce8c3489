//! A meat with everything worked out that does not depend on the scores: it then serves many of them.

use super::conley::{self, Locations};
use super::pairs::{Pair, of_groups};
use super::{Groups, Kernel, Meat, Periods, Structure, cluster, serial};
use crate::error::Result;
use crate::linalg;
use faer::{Mat, MatRef};

/// Pairs of places that are kept; more are found anew for each matrix of scores.
const MOST_PAIRS: usize = 1 << 20;

/// A structure of correlation, ready to be applied to scores.
#[derive(Debug)]
pub(crate) enum Prepared {
    /// Σᵢ sᵢsᵢ', with weights where there are any.
    Rows(Option<Vec<f64>>),
    /// Groups whose outer products are added or subtracted.
    Groups(Vec<(Groups, bool)>),
    /// Sums by group, each with itself and with those of other groups by their weights.
    Pairs(Groups, Vec<Pair>),
    /// The same over places of which there are too many pairs to keep.
    Places(Groups, Vec<(f64, f64)>, Locations),
    /// Newey-West.
    Serial { units: Groups, periods: Periods, kernel: Kernel, bandwidth: f64 },
    /// Places within periods, and lags of each unit.
    SpaceAndTime { coordinates: Vec<(f64, f64)>, places: Locations, units: Groups, periods: Periods, lags: usize },
}

impl Meat {
    /// What does not depend on the scores.
    ///
    /// # Errors
    /// As [`Meat::of`].
    pub(crate) fn prepared(&self) -> Result<Prepared> {
        Ok(match &self.structure {
            Structure::Independent => {
                let inverse = |f: &f64| if *f > 0.0 { 1.0 / f } else { 0.0 };
                Prepared::Rows(self.frequency.as_ref().map(|weights| weights.iter().map(inverse).collect()))
            }
            Structure::Cluster(partitions) => Prepared::Groups(cluster::intersections(partitions)),
            Structure::DriscollKraay { periods, kernel, bandwidth } => {
                Prepared::Pairs(periods.groups().clone(), serial::period_pairs(periods, *kernel, *bandwidth))
            }
            Structure::NeweyWest { units, periods, kernel, bandwidth } => {
                self.refuse_frequency("Newey-West")?;
                let (units, periods) = (units.clone(), periods.clone());
                Prepared::Serial { units, periods, kernel: *kernel, bandwidth: *bandwidth }
            }
            Structure::Conley { coordinates, cutoff_km, kernel, distance, serial } => {
                let places = Locations { cutoff_km: *cutoff_km, kernel: *kernel, distance: *distance };
                match serial {
                    None => {
                        let (groups, at) = conley::distinct_places(coordinates);
                        let pairs: Vec<Pair> = conley::place_pairs(&at, &places).take(MOST_PAIRS + 1).collect();
                        if pairs.len() > MOST_PAIRS {
                            return Ok(Prepared::Places(groups, at, places));
                        }
                        Prepared::Pairs(groups, pairs)
                    }
                    Some((units, periods, lags)) => {
                        self.refuse_frequency("Conley with serial correlation")?;
                        let (coordinates, lags) = (coordinates.clone(), *lags);
                        let (units, periods) = (units.clone(), periods.clone());
                        Prepared::SpaceAndTime { coordinates, places, units, periods, lags }
                    }
                }
            }
        })
    }
}

impl Prepared {
    /// M of shape (p, p) for scores of shape (n, p).
    pub(crate) fn of(&self, scores: MatRef<'_, f64>) -> Mat<f64> {
        match self {
            Self::Rows(weights) => linalg::gram(scores, weights.as_deref()),
            Self::Groups(intersections) => cluster::multiway(scores, intersections),
            Self::Pairs(groups, pairs) => of_groups(scores, groups, pairs.iter().copied()),
            Self::Places(groups, at, places) => of_groups(scores, groups, conley::place_pairs(at, places)),
            Self::Serial { units, periods, kernel, bandwidth } => {
                linalg::gram(scores, None) + serial::lagged_pairs(scores, units, periods, *kernel, *bandwidth)
            }
            Self::SpaceAndTime { coordinates, places, units, periods, lags } => {
                let space = conley::spatial_within_periods(scores, coordinates, periods, places);
                space + serial::lagged_pairs(scores, units, periods, Kernel::Bartlett, *lags as f64 + 1.0)
            }
        }
    }
}
