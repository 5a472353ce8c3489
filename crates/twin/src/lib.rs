//! Made-up data: the synthetic twin, a yearbook for the real 279 cities 2013–2020, and firm panels of any size.
//!
//! The paper's data cannot be redistributed. The twin takes their place, so that every stage of the pipeline has
//! raw quantities to work on. It is calibrated so that the pipeline's tables come out near the published ones:
//! agreement shows that the pipeline works, never that the finding is true.
//!
//! [`generate`] is seeded arithmetic on `calibration.toml` and `cities.csv`: no linear programme, no platform
//! mathematics library, so the files are the same to the byte everywhere.
//!
//! | module | what |
//! |---|---|
//! | `draw` | seeded draws, `exp` and `ln` from exact operations |
//! | `cities`, `calibration` | the two inputs |
//! | `yearbook`, `prices` | raw quantities |
//! | `files` | CSV text in yearbook digits |
//! | `calibrate` | finds the parameters, by hand and rarely |
//! | `firm_panel` | a panel of firms, to measure with |
//! | `on_disk` | the data as files |

#![warn(missing_docs)]

mod calibrate;
mod calibration;
mod cities;
mod draw;
mod error;
mod files;
mod firm_panel;
pub mod on_disk;
mod prices;
mod yearbook;

pub use calibrate::calibrate;
pub use error::{Error, Result};

/// Names and contents of the twin's files, from the texts of `calibration.toml` and `cities.csv`.
///
/// Files: `yearbook.csv` (adcode, city, year and 29 quantities), `prices.csv` (adcode, city, year and sixteen
/// indices, previous year = 100) and `national.csv` (year, internet users 2012–2019).
///
/// # Errors
/// [`Error::Cities`] or [`Error::Calibration`] where a text cannot be read.
pub fn generate(calibration: &str, cities: &str) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let cities = cities::read(cities)?;
    let calibration = calibration::Calibration::read(calibration)?;
    let book = yearbook::draw(&cities, &calibration);
    let prices = prices::draw(&cities, &calibration);
    Ok(vec![
        ("yearbook.csv", files::yearbook(&cities, &book).into_bytes()),
        ("prices.csv", files::prices(&cities, &prices).into_bytes()),
        ("national.csv", files::national().into_bytes()),
    ])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// The files of the repository are what the generator writes, to the byte.
    #[test]
    fn the_shipped_files_are_reproduced() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
        let text = |name: &str| std::fs::read_to_string(fixtures.join(name)).unwrap_or_default();
        let files = super::generate(&text("twin/calibration.toml"), &text("cities.csv")).unwrap_or_default();
        assert_eq!(files.len(), 3);
        for (name, bytes) in files {
            let shipped = std::fs::read(fixtures.join("twin").join(name)).unwrap_or_default();
            assert!(shipped == bytes, "{name} differs from what the generator writes");
        }
    }
}
