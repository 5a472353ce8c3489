//! Points of a sphere laid out for sweeps over many pairs.

use super::LatLon;

/// Below this haversine (about 13 km on earth) the difference of two unit vectors loses digits; such pairs are
/// computed from the coordinates, as in [`great_circle_km`](super::great_circle_km).
const NEAR: f64 = 1e-6;

/// Points as unit vectors, coordinate by coordinate, so that a pair costs no trigonometric function.
///
/// The haversine of the central angle is a quarter of the squared chord, hav = |u - v|² / 4, and distances follow
/// from it by one square root and a rational approximation of asin. They agree with
/// [`great_circle_km`](super::great_circle_km) to 1e-12 relative, except within some kilometres of the antipode,
/// where that formula itself has no more digits.
#[derive(Debug, Clone)]
pub struct Sphere {
    x: Vec<f64>,
    y: Vec<f64>,
    z: Vec<f64>,
    points: Vec<LatLon>,
}

impl Sphere {
    /// Lays out points.
    #[must_use]
    pub fn new(points: &[LatLon]) -> Self {
        let mut sphere =
            Self { x: Vec::with_capacity(points.len()), y: Vec::new(), z: Vec::new(), points: points.to_vec() };
        for point in points {
            let [x, y, z] = unit_vector(*point);
            sphere.x.push(x);
            sphere.y.push(y);
            sphere.z.push(z);
        }
        sphere
    }

    /// Number of points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there is no point.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The points.
    #[must_use]
    pub fn points(&self) -> &[LatLon] {
        &self.points
    }

    /// Haversines between point `i` and the points `start..start + out.len()`.
    #[inline(always)]
    pub fn haversines(&self, i: usize, start: usize, out: &mut [f64]) {
        let end = start + out.len();
        let (x, y, z) = (&self.x[start..end], &self.y[start..end], &self.z[start..end]);
        let (xi, yi, zi) = (self.x[i], self.y[i], self.z[i]);
        let mut nearest = [f64::INFINITY; 4];
        let mut blocks = out.chunks_exact_mut(4);
        for (((h, x), y), z) in blocks.by_ref().zip(x.chunks_exact(4)).zip(y.chunks_exact(4)).zip(z.chunks_exact(4)) {
            for lane in 0..4 {
                let (dx, dy, dz) = (x[lane] - xi, y[lane] - yi, z[lane] - zi);
                let value = 0.25 * (dx * dx + dy * dy + dz * dz);
                h[lane] = value;
                nearest[lane] = if value < nearest[lane] { value } else { nearest[lane] };
            }
        }
        let rest = blocks.into_remainder();
        let done = x.len() - rest.len();
        for (offset, h) in rest.iter_mut().enumerate() {
            let k = done + offset;
            let (dx, dy, dz) = (x[k] - xi, y[k] - yi, z[k] - zi);
            *h = 0.25 * (dx * dx + dy * dy + dz * dz);
            nearest[0] = nearest[0].min(*h);
        }
        if nearest.iter().any(|&h| h < NEAR) {
            self.refine(i, start, out);
        }
    }

    /// Recomputes the haversines of near pairs from the coordinates.
    #[cold]
    #[inline(never)]
    fn refine(&self, i: usize, start: usize, out: &mut [f64]) {
        for (h, &point) in out.iter_mut().zip(&self.points[start..]) {
            if *h < NEAR {
                *h = haversine(self.points[i], point);
            }
        }
    }
}

/// Unit vector of a point.
#[must_use]
pub fn unit_vector(point: LatLon) -> [f64; 3] {
    let (sin_phi, cos_phi) = point.lat.to_radians().sin_cos();
    let (sin_lambda, cos_lambda) = point.lon.to_radians().sin_cos();
    [cos_phi * cos_lambda, cos_phi * sin_lambda, sin_phi]
}

/// sin²(Δφ/2) + cos φ₁ cos φ₂ sin²(Δλ/2), operation by operation as in `great_circle_km`.
fn haversine(a: LatLon, b: LatLon) -> f64 {
    let (phi_a, phi_b) = (a.lat.to_radians(), b.lat.to_radians());
    let (sin_phi, sin_lambda) = ((0.5 * (phi_b - phi_a).abs()).sin(), (0.5 * (b.lon - a.lon).to_radians().abs()).sin());
    (sin_phi * sin_phi + phi_a.cos() * phi_b.cos() * sin_lambda * sin_lambda).min(1.0)
}

/// (asin x - x) / x as a function of x² in [0, 1/4], numerator and denominator: the rational approximation of fdlibm.
#[inline(always)]
#[allow(clippy::excessive_precision)] // as printed in fdlibm's e_asin.c
fn asin_ratio(z: f64) -> (f64, f64) {
    const P: [f64; 6] = [
        1.666_666_666_666_666_574_15e-1,
        -3.255_658_186_224_009_154_05e-1,
        2.012_125_321_348_629_258_81e-1,
        -4.005_553_450_067_941_140_27e-2,
        7.915_349_942_898_145_321_76e-4,
        3.479_331_075_960_211_675_70e-5,
    ];
    const Q: [f64; 4] = [
        -2.403_394_911_734_414_218_78,
        2.020_945_760_233_505_694_71,
        -6.882_839_716_054_532_930_30e-1,
        7.703_815_055_590_193_527_91e-2,
    ];
    let p = z * (P[0] + z * (P[1] + z * (P[2] + z * (P[3] + z * (P[4] + z * P[5])))));
    let q = 1.0 + z * (Q[0] + z * (Q[1] + z * (Q[2] + z * Q[3])));
    (p, q)
}

/// Half the central angle, asin √h, for any haversine in [0, 1].
#[inline(always)]
fn half_angle(h: f64) -> f64 {
    let h = if h < 1.0 { h } else { 1.0 };
    let x = h.sqrt();
    let wide = h > 0.25;
    let z = if wide { 0.5 * (1.0 - x) } else { h };
    let s = if wide { z.sqrt() } else { x };
    let (p, q) = asin_ratio(z);
    let asin = s + s * (p / q);
    if wide { std::f64::consts::FRAC_PI_2 - 2.0 * asin } else { asin }
}

#[inline(always)]
fn all_within_sixty_degrees(haversines: &[f64]) -> bool {
    let mut wide = [false; 8];
    let blocks = haversines.chunks_exact(8);
    let rest = blocks.remainder().iter().any(|&h| h > 0.25);
    for block in blocks {
        for lane in 0..8 {
            wide[lane] |= block[lane] > 0.25;
        }
    }
    !rest && !wide.contains(&true)
}

/// Turns haversines into great-circle distances in kilometres, in place.
#[inline(always)]
pub fn haversines_to_km(values: &mut [f64], radius_km: f64) {
    let diameter = 2.0 * radius_km;
    if all_within_sixty_degrees(values) {
        for value in values {
            let (p, q) = asin_ratio(*value);
            let x = value.sqrt();
            *value = diameter * (x + x * (p / q));
        }
    } else {
        for value in values {
            *value = diameter * half_angle(*value);
        }
    }
}

/// Turns haversines into inverse great-circle distances in 1/km, in place; 0 becomes infinity.
#[inline(always)]
pub fn haversines_to_inverse_km(values: &mut [f64], radius_km: f64) {
    let diameter = 2.0 * radius_km;
    if all_within_sixty_degrees(values) {
        // 1/d = q / (D x (p + q)): one division instead of two.
        for value in values {
            let (p, q) = asin_ratio(*value);
            *value = q / (diameter * value.sqrt() * (p + q));
        }
    } else {
        for value in values {
            *value = 1.0 / (diameter * half_angle(*value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::{EARTH_RADIUS_KM, great_circle_km};

    #[test]
    fn distances_agree_with_the_formula() {
        // A fixed low-discrepancy cloud over the whole sphere, with near twins.
        let mut points = Vec::new();
        for k in 0..300u32 {
            let (u, v) =
                ((f64::from(k) * 0.618_033_988_749_895).fract(), (f64::from(k) * 0.754_877_666_246_693).fract());
            let point = LatLon { lat: (2.0 * u - 1.0).asin().to_degrees(), lon: 360.0 * v - 180.0 };
            points.push(point);
            points.push(LatLon { lat: (point.lat + 1e-5 * f64::from(k)).min(90.0), lon: point.lon });
        }
        let sphere = Sphere::new(&points);
        let mut km = vec![0.0; points.len()];
        for i in 0..points.len() {
            sphere.haversines(i, 0, &mut km);
            let mut inverse = km.clone();
            haversines_to_km(&mut km, EARTH_RADIUS_KM);
            haversines_to_inverse_km(&mut inverse, EARTH_RADIUS_KM);
            for j in 0..points.len() {
                let want = great_circle_km(points[i], points[j]);
                if want > 19_900.0 {
                    assert!((km[j] - want).abs() < 1e-3, "{i} {j}: {} {want}", km[j]);
                    continue;
                }
                assert!((km[j] - want).abs() <= 1e-12 * want, "{i} {j}: {} {want}", km[j]);
                assert!(want == 0.0 || (inverse[j] * want - 1.0).abs() <= 1e-12, "{i} {j}");
            }
        }
    }
}
