//! Coordinates and distances.

mod great_circle;

pub use great_circle::{EARTH_RADIUS_KM, great_circle_km};

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
        let swapped = if lat.abs() <= 180.0 && lon.abs() <= 90.0 { "; latitude and longitude look swapped" } else { "" };
        Err(Error::Specification(format!(
            "latitude {lat}, longitude {lon}: expected latitude in [-90, 90] and longitude in [-180, 180]{swapped}"
        )))
    }
}
