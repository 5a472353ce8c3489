//! Spatial meats (Conley 1999).

use super::pairs::{Pair, of_groups};
use super::{ConleyDistance, ConleyKernel, Groups, Periods};
use faer::{Mat, MatRef};
use panel_core::geo::{LatLon, great_circle_km};
use std::f64::consts::PI;

/// Which places are correlated, and how much.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Locations {
    pub(crate) cutoff_km: f64,
    pub(crate) kernel: ConleyKernel,
    pub(crate) distance: ConleyDistance,
}

impl Locations {
    /// K(d); 0 beyond the cut-off.
    fn weight(&self, a: (f64, f64), b: (f64, f64)) -> f64 {
        let d = self.distance.km(a, b);
        if d > self.cutoff_km {
            return 0.0;
        }
        match self.kernel {
            ConleyKernel::Uniform => 1.0,
            ConleyKernel::Bartlett => 1.0 - d / self.cutoff_km,
        }
    }
}

impl ConleyDistance {
    /// Distance in km between two places given as (latitude, longitude) in degrees.
    #[must_use]
    pub fn km(self, a: (f64, f64), b: (f64, f64)) -> f64 {
        match self {
            Self::GreatCircle => great_circle_km(LatLon { lat: a.0, lon: a.1 }, LatLon { lat: b.0, lon: b.1 }),
            Self::FixestTriangular => {
                // π to five decimals and 111 km per degree, as in fixest 0.14.2.
                let pi = 314_159.0 / 100_000.0;
                let to_radians = pi / 180.0;
                let (lat_a, lat_b) = (a.0 * to_radians, b.0 * to_radians);
                let mut dlon = ((a.1 - b.1) * to_radians).abs();
                if dlon > pi {
                    dlon = 2.0 * pi - dlon;
                }
                let x = dlon * (0.5 * (lat_a + lat_b)).cos();
                111.0 * (180.0 / pi) * (x * x + (lat_a - lat_b).powi(2)).sqrt()
            }
            Self::FixestSpherical => {
                let (lat_a, lat_b) = (a.0 * PI / 180.0, b.0 * PI / 180.0);
                let (sin_lat, sin_lon) = ((0.5 * (lat_b - lat_a)).sin(), (0.5 * (b.1 - a.1) * PI / 180.0).sin());
                let h = sin_lat * sin_lat + lat_a.cos() * lat_b.cos() * sin_lon * sin_lon;
                12752.0 * h.min(1.0).sqrt().asin()
            }
        }
    }

    /// A difference of latitudes, degrees, beyond which two places are farther apart than `cutoff_km`.
    fn latitude_reach(self, cutoff_km: f64) -> f64 {
        1.001 * cutoff_km / 110.9
    }
}

/// Σ_ij K(d_ij) s_i s_j' over the observations of each period. Those at one place are added first, since the weight depends on
/// the places only.
pub(crate) fn spatial_within_periods(
    scores: MatRef<'_, f64>,
    coordinates: &[(f64, f64)],
    periods: &Periods,
    places: &Locations,
) -> Mat<f64> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); periods.groups().count()];
    for (row, &code) in periods.groups().codes().iter().enumerate() {
        rows[code as usize].push(row);
    }
    let p = scores.ncols();
    rows.iter().fold(Mat::zeros(p, p), |total, rows| {
        let part = Mat::from_fn(rows.len(), p, |i, j| scores[(rows[i], j)]);
        let at: Vec<(f64, f64)> = rows.iter().map(|&row| coordinates[row]).collect();
        let (groups, at) = distinct_places(&at);
        total + of_groups(part.as_ref(), &groups, place_pairs(&at, places))
    })
}

/// Distinct places in order of latitude, then longitude. One place that is written in two ways counts as two at distance 0,
/// whose pair has the weight 1.
pub(crate) fn distinct_places(coordinates: &[(f64, f64)]) -> (Groups, Vec<(f64, f64)>) {
    let compare = |a: &(f64, f64), b: &(f64, f64)| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1));
    let mut at = coordinates.to_vec();
    at.sort_unstable_by(compare);
    at.dedup_by(|a, b| compare(a, b).is_eq());
    let place = |one: &(f64, f64)| at.partition_point(|known| compare(known, one).is_lt()) as u32;
    let codes: Vec<u32> = coordinates.iter().map(place).collect();
    (Groups::new(&codes), at)
}

/// Pairs of distinct places, in order of latitude, with their weights.
pub(crate) fn place_pairs(at: &[(f64, f64)], places: &Locations) -> impl Iterator<Item = Pair> {
    let reach = places.distance.latitude_reach(places.cutoff_km);
    let with = move |a: usize| {
        let near = at[a + 1..].iter().take_while(move |other| other.0 - at[a].0 <= reach);
        (a + 1..).zip(near).filter_map(move |(b, other)| {
            let weight = places.weight(at[a], *other);
            (weight != 0.0).then_some(Pair { one: a as u32, other: b as u32, weight })
        })
    };
    (0..at.len()).flat_map(with)
}
