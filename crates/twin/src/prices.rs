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

/// What chance gives: the nation's changes, and for every city, year and good a side and the size of a mistake.
#[derive(Debug)]
pub(crate) struct Draws {
    /// Changes of the nation by year and good, per cent.
    national: Vec<f64>,
    /// Side (-1 or 1) and mistake by city, year and good.
    own: Vec<(f64, f64)>,
}

impl Draws {
    /// Those of a seed.
    pub(crate) fn new(seed: u64, cities: usize) -> Self {
        let mut common = Stream::new(seed, STREAM);
        let national =
            (0..YEARS).flat_map(|_| GOODS).map(|(_, mean, spread)| mean + spread * common.normal()).collect();
        let changes = |city: usize| {
            let mut own = Stream::new(seed, STREAM + 1 + city as u64);
            let mut draw = || (if own.uniform() < 0.5 { -1.0 } else { 1.0 }, own.normal());
            (0..YEARS * GOODS.len()).map(|_| draw()).collect::<Vec<_>>()
        };
        Self { national, own: (0..cities).flat_map(changes).collect() }
    }

    /// Price indices of a city in a year from the log of its width and the size of its error, both in per cent.
    ///
    /// In every good a city lies above or below the nation by that width, in logs. Two widths and two signs make |ΔQ| of a
    /// pair the larger width plus or minus the smaller one, so that after Eq. (6) takes the mean over pairs away a narrow
    /// city is integrated with all others, however far those lie apart: that is how Mar varies within a year.
    pub(crate) fn indices(&self, city: usize, year: usize, log_width: f64, error: f64) -> [f64; GOODS.len()] {
        let width = exp(log_width);
        let first = (city * YEARS + year) * GOODS.len();
        std::array::from_fn(|k| {
            let (side, mistake) = self.own[first + k];
            (100.0 + self.national[year * GOODS.len() + k]) * exp((side * width + error * mistake) / 100.0)
        })
    }
}

/// Price indices, `GOODS.len()` per city-year, city by city.
pub(crate) fn draw(cities: &[City], calibration: &Calibration) -> Vec<f64> {
    let draws = Draws::new(calibration.global.seed, cities.len());
    let (erring, error_year, size) = &calibration.global.price_error;
    let mut out = Vec::with_capacity(cities.len() * YEARS * GOODS.len());
    for (i, city) in cities.iter().enumerate() {
        let widths = calibration.prices.get(&city.adcode).copied().unwrap_or([0.0; YEARS]);
        for (t, width) in widths.into_iter().enumerate() {
            let error = if *erring == city.adcode && *error_year == t { *size } else { 0.0 };
            out.extend(draws.indices(i, t, width, error));
        }
    }
    out
}
