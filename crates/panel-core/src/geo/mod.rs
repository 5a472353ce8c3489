//! Coordinates, distances, and sums over pairs of places.
//!
//! Points and great circles are always here, the rest with the feature `geo`.
//!
//! | size | use |
//! |---|---|
//! | one pair | [`great_circle_km`], [`geodesic_km`], [`Metric`] |
//! | a few thousand entities, or a user's travel times | [`DistanceMatrix`] |
//! | any number, all pairs | [`weighted_sums`] over a [`Sphere`]: O(n) memory |
//! | any number, near pairs | [`NearIndex`], [`Adjacency`] |

#[cfg(feature = "geo")]
mod adjacency;
mod great_circle;
#[cfg(feature = "geo")]
mod matrix;
#[cfg(feature = "geo")]
mod metric;
#[cfg(feature = "geo")]
mod near;
#[cfg(feature = "geo")]
mod points;
#[cfg(feature = "geo")]
mod polygon;
#[cfg(feature = "geo")]
mod sphere;
#[cfg(feature = "geo")]
mod sweep;
#[cfg(feature = "geo")]
mod tree;

pub use great_circle::{EARTH_RADIUS_KM, great_circle_km};

#[cfg(feature = "geo")]
pub use {
    adjacency::Adjacency,
    matrix::DistanceMatrix,
    metric::{Metric, MetricName, geodesic_km},
    near::{NEAREST_KM, NearIndex, REMARKABLE_KM, near_pair_remark, nearest_pair, show_km},
    points::points_by_entity,
    polygon::{Contiguity, Ring, shared_borders},
    sphere::{Sphere, haversines_to_inverse_km, haversines_to_km, unit_vector},
    sweep::{InverseKm, PairWeight, tournament, weighted_sums},
};

use crate::error::{Error, Result};

/// A point on earth, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatLon {
    /// Latitude, -90 to 90.
    pub lat: f64,
    /// Longitude, -180 to 180.
    pub lon: f64,
}

impl LatLon {
    /// A checked point.
    ///
    /// # Errors
    /// [`Error::Specification`] when a coordinate is not finite or out of range; a latitude beyond 90 with a
    /// longitude within it is named as probably swapped.
    pub fn new(lat: f64, lon: f64) -> Result<Self> {
        if lat.abs() <= 90.0 && lon.abs() <= 180.0 {
            return Ok(Self { lat, lon });
        }
        let swapped =
            if lat.abs() <= 180.0 && lon.abs() <= 90.0 { "; latitude and longitude look swapped" } else { "" };
        Err(Error::Specification(format!(
            "latitude {lat}, longitude {lon}: expected latitude in [-90, 90] and longitude in [-180, 180]{swapped}"
        )))
    }
}
