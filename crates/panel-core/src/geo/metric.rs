//! Which distance.

use super::{EARTH_RADIUS_KM, LatLon, great_circle_km};
use geographiclib_rs::{Geodesic, InverseGeodesic};
use std::sync::OnceLock;

/// How the distance between two points is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// Great circle on a sphere, [`great_circle_km`].
    GreatCircle {
        /// Radius of the sphere in kilometres; [`EARTH_RADIUS_KM`] by default, 6371 in much of the literature.
        radius_km: f64,
    },
    /// Geodesic on the WGS-84 ellipsoid, [`geodesic_km`].
    Geodesic,
}

impl Default for Metric {
    fn default() -> Self {
        Self::GreatCircle { radius_km: EARTH_RADIUS_KM }
    }
}

/// A metric as a study names it; the sphere's radius is a number of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MetricName {
    /// Great circle.
    #[default]
    GreatCircle,
    /// Geodesic on the ellipsoid.
    Geodesic,
}

crate::words!(MetricName, "distance", {
    "great-circle" => MetricName::GreatCircle,
    "geodesic" => MetricName::Geodesic,
});

impl MetricName {
    /// The metric of a name and a radius in km; `None` for a radius beside the geodesic, which has none.
    #[must_use]
    pub fn metric(self, radius_km: Option<f64>) -> Option<Metric> {
        match (self, radius_km) {
            (Self::GreatCircle, radius) => Some(Metric::GreatCircle { radius_km: radius.unwrap_or(EARTH_RADIUS_KM) }),
            (Self::Geodesic, None) => Some(Metric::Geodesic),
            (Self::Geodesic, Some(_)) => None,
        }
    }

    /// The name of a metric, and its radius where it is not the usual one.
    #[must_use]
    pub fn of(metric: Metric) -> (Self, Option<f64>) {
        match metric {
            Metric::GreatCircle { radius_km } => (Self::GreatCircle, Some(radius_km).filter(|&r| r != EARTH_RADIUS_KM)),
            Metric::Geodesic => (Self::Geodesic, None),
        }
    }
}

impl Metric {
    /// Distance in kilometres. Symmetric bit for bit.
    #[must_use]
    pub fn km(&self, a: LatLon, b: LatLon) -> f64 {
        match *self {
            Self::GreatCircle { radius_km } => great_circle_km(a, b) * (radius_km / EARTH_RADIUS_KM),
            Self::Geodesic => geodesic_km(a, b),
        }
    }
}

/// Length in kilometres of the shortest path on the WGS-84 ellipsoid.
///
/// Accurate to some nanometres. The two points are put in one order first, so that it is symmetric bit for bit.
/// Source: Karney (2013), Journal of Geodesy 87, 43–55, as implemented by `geographiclib-rs`.
#[must_use]
pub fn geodesic_km(a: LatLon, b: LatLon) -> f64 {
    static WGS84: OnceLock<Geodesic> = OnceLock::new();
    let earth = WGS84.get_or_init(Geodesic::wgs84);
    let (a, b) = if (a.lat, a.lon) <= (b.lat, b.lon) { (a, b) } else { (b, a) };
    let metres: f64 = earth.inverse(a.lat, a.lon, b.lat, b.lon);
    metres / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in GeographicLib's Python documentation, Wellington to Salamanca: 19 959 679.267 m.
    #[test]
    fn wellington_to_salamanca() {
        let (wellington, salamanca) = (LatLon { lat: -41.32, lon: 174.81 }, LatLon { lat: 40.96, lon: -5.50 });
        let km = geodesic_km(wellington, salamanca);
        assert!((km - 19_959.679_267).abs() < 1e-6, "{km}");
        assert_eq!(km, geodesic_km(salamanca, wellington));
    }

    /// The quarter meridian of WGS-84 is 10 001 965.729 m (Karney 2013, §2).
    #[test]
    fn the_quarter_meridian() {
        let km = geodesic_km(LatLon { lat: 0.0, lon: 0.0 }, LatLon { lat: 90.0, lon: 0.0 });
        assert!((km - 10_001.965_729).abs() < 1e-6, "{km}");
    }

    #[test]
    fn the_radius_scales_the_great_circle() {
        let (a, b) = (LatLon { lat: 39.9, lon: 116.4 }, LatLon { lat: 31.2, lon: 121.5 });
        let unit = Metric::GreatCircle { radius_km: 6371.0 }.km(a, b);
        assert!((unit / 6371.0 * EARTH_RADIUS_KM / great_circle_km(a, b) - 1.0).abs() < 1e-15);
        assert_eq!(Metric::default().km(a, b), great_circle_km(a, b));
    }
}
