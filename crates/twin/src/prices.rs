//! Sixteen price indices of each city, previous year = 100.

use super::calibration::Calibration;
use super::cities::City;
use super::draw::{Stream, YEARS, exp};

/// Names of the price columns, in the order of the paper's footnote, each with the mean and the spread over years of its
/// national change, per cent.
pub(crate) const GOODS: [(&str, f64, f64); 16] = [
    ("price_food", 2.8, 1.6),
    ("price_beverages_tobacco", 1.1, 0.5),
    ("price_clothing", 1.2, 0.6),
    ("price_textiles", 0.6, 0.4),
    ("price_appliances", -0.9, 0.7),
    ("price_office_goods", -1.2, 0.8),
    ("price_daily_goods", 0.9, 0.4),
    ("price_sports_goods", 0.7, 0.4),
    ("price_transport_goods", -1.5, 0.8),
    ("price_furniture", 0.8, 0.4),
    ("price_cosmetics", 0.9, 0.4),
    ("price_jewellery", 1.5, 6.0),
    ("price_medicines", 2.4, 1.2),
    ("price_books", 1.6, 0.7),
    ("price_fuels", 0.6, 7.0),
    ("price_building_materials", 0.9, 1.2),
];

const STREAM: u64 = 60;

/// Price indices, `GOODS.len()` per city-year, city by city.
///
/// In every good a city lies above or below the nation by a width of its own. Two widths and two signs make |ΔQ| of a pair
/// the larger width plus or minus the smaller one, so that after Eq. (6) takes the mean over pairs away a narrow city is
/// integrated with all others, however far those lie apart: that is how Mar varies within a year.
pub(crate) fn draw(cities: &[City], calibration: &Calibration) -> Vec<f64> {
    let seed = calibration.global.seed;
    let mut common = Stream::new(seed, STREAM);
    let national: Vec<f64> =
        (0..YEARS).flat_map(|_| GOODS).map(|(_, mean, spread)| mean + spread * common.normal()).collect();
    let goods: Vec<f64> = GOODS.iter().map(|_| 1.0 + 0.05 * common.normal()).collect();
    let (erring, error_year, size) = &calibration.global.price_error;
    let mut out = Vec::with_capacity(cities.len() * YEARS * GOODS.len());
    for (i, city) in cities.iter().enumerate() {
        let mut own = Stream::new(seed, STREAM + 1 + i as u64);
        let widths = calibration.prices.get(&city.adcode).copied().unwrap_or([0.0; YEARS]);
        for t in 0..YEARS {
            let width = exp(widths[t]);
            let error = if *erring == city.adcode && *error_year == t { *size } else { 0.0 };
            for k in 0..GOODS.len() {
                let sign = if own.uniform() < 0.5 { -1.0 } else { 1.0 };
                let mistake = error * own.normal();
                out.push(100.0 + national[t * GOODS.len() + k] + sign * width * goods[k] + mistake);
            }
        }
    }
    out
}
