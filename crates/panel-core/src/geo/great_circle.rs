//! Great-circle distance.

use super::LatLon;

/// Mean earth radius R1 of the GRS 80 ellipsoid, in kilometres (Moritz 1980).
pub const EARTH_RADIUS_KM: f64 = 6371.0088;

/// Great-circle distance in kilometres by the haversine formula,
///
/// d = 2 R asin √( sin²(Δφ/2) + cos φ₁ cos φ₂ sin²(Δλ/2) ), R = [`EARTH_RADIUS_KM`].
///
/// Exact to rounding for near points, where the law of cosines cancels; the argument of asin is clamped to 1 for
/// antipodes. Symmetric bit for bit. Source: Sinnott (1984), Sky and Telescope 68(2), 158.
#[must_use]
pub fn great_circle_km(a: LatLon, b: LatLon) -> f64 {
    let (phi_a, phi_b) = (a.lat.to_radians(), b.lat.to_radians());
    let half_dphi = 0.5 * (phi_b - phi_a).abs();
    let half_dlambda = 0.5 * (b.lon - a.lon).to_radians().abs();
    let (sin_phi, sin_lambda) = (half_dphi.sin(), half_dlambda.sin());
    let h = sin_phi * sin_phi + phi_a.cos() * phi_b.cos() * sin_lambda * sin_lambda;
    2.0 * EARTH_RADIUS_KM * h.min(1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarter_meridian_and_antipodes() {
        let at = |lat, lon| LatLon { lat, lon };
        let quarter = std::f64::consts::FRAC_PI_2 * EARTH_RADIUS_KM;
        assert!((great_circle_km(at(0.0, 0.0), at(90.0, 0.0)) - quarter).abs() < 1e-9);
        assert!((great_circle_km(at(0.0, 0.0), at(0.0, 180.0)) - 2.0 * quarter).abs() < 1e-9);
        assert_eq!(great_circle_km(at(31.2, 121.5), at(31.2, 121.5)), 0.0);
    }
}
