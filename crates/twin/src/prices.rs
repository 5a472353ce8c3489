//! Sixteen price indices of each city, previous year = 100.

use super::calibration::Calibration;
use super::cities::City;
use super::draw::{Stream, YEARS, exp};

/// Names of the price columns.
pub(crate) const GOODS: [&str; 16] = [
    "price_grain",
    "price_oils",
    "price_meat",
    "price_eggs",
    "price_aquatic",
    "price_vegetables",
    "price_fruit",
    "price_beverages",
    "price_tobacco_liquor",
    "price_clothing",
    "price_household",
    "price_health",
    "price_transport",
    "price_education",
    "price_recreation",
    "price_housing",
];

const STREAM: u64 = 60;

/// Price indices, `GOODS.len()` per city-year, city by city.
pub(crate) fn draw(cities: &[City], calibration: &Calibration) -> Vec<f64> {
    let mut common = Stream::new(calibration.global.seed, STREAM);
    let national: Vec<f64> = (0..YEARS * GOODS.len()).map(|_| 1.8 + 1.5 * common.normal()).collect();
    let mut out = Vec::with_capacity(cities.len() * YEARS * GOODS.len());
    for (i, city) in cities.iter().enumerate() {
        let mut own = Stream::new(calibration.global.seed, STREAM + 1 + i as u64);
        let spread = calibration.prices.get(&city.adcode).copied().unwrap_or([0.0; YEARS]);
        for t in 0..YEARS {
            let width = calibration.global.price_noise[t] * exp(0.5 * own.normal() + spread[t]);
            for k in 0..GOODS.len() {
                out.push(100.0 + national[t * GOODS.len() + k] + width * own.normal());
            }
        }
    }
    out
}
