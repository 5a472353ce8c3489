//! The calibrated parameters: a small TOML file of rounded numbers.
//!
//! Everything the twin cannot draw from its seed stands here: a few global parameters, and for each city one
//! row of eight yearly shifts per calibrated raw quantity. A missing row means no shift, so an empty file still
//! generates an (uncalibrated) yearbook.

use super::draw::YEARS;
use super::error::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Eight yearly values of one city.
pub(crate) type Row = [f64; YEARS];
/// One row per city code; cities that are left out have zeros.
pub(crate) type Rows = BTreeMap<String, Row>;

/// Everything that `calibration.toml` holds.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Calibration {
    /// Global parameters.
    pub(crate) global: Global,
    /// Log factor on real GDP and, with the opposite sign, on SO2, waste water and electricity.
    pub(crate) output: Rows,
    /// Shift of ln(1 + patents granted).
    pub(crate) patents: Rows,
    /// Shift from the primary to the tertiary sector, in log odds.
    pub(crate) structure: Rows,
    /// Log width of the city's own price changes, in per cent.
    pub(crate) prices: Rows,
    /// Log factors on registered population, employment, employment in information services, smoke and dust, science
    /// spending.
    pub(crate) population: Rows,
    pub(crate) jobs: Rows,
    pub(crate) digital: Rows,
    pub(crate) dust: Rows,
    pub(crate) science: Rows,
    /// Log factors on the ratios of money to GDP, of education spending to GDP, and of budget revenue to expenditure.
    pub(crate) finance: Rows,
    pub(crate) education: Rows,
    pub(crate) government: Rows,
    /// Shift of the urban-services indicators of Table 4, in standard deviations.
    pub(crate) services: Rows,
}

/// Parameters that hold for all cities.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Global {
    /// Seed of every stream.
    pub(crate) seed: u64,
    /// Elasticity of a city's employment to its IT location quotient: ties the plain to the weighted mean.
    pub(crate) it_tilt: f64,
    /// Standard deviation of the log IT share between cities.
    pub(crate) it_spread: f64,
    /// Within-city swing of the log IT share: everywhere, on top around a digital score, and that score.
    pub(crate) it_swing: [f64; 3],
    /// Digital score of cities of middling relief and of very flat ones, on top of the others'.
    pub(crate) it_flat: [f64; 2],
    /// Trend of the log IT share in cities of middling relief and in very flat ones.
    pub(crate) it_users: [f64; 2],
    /// City and year (counted from 0) whose prices are in error, and the size of the error in per cent.
    pub(crate) price_error: (String, usize, f64),
    /// Codes of the cities that span the frontier.
    pub(crate) frontier: Vec<String>,
}

impl Default for Global {
    fn default() -> Self {
        Self {
            seed: 20_132_020,
            it_tilt: 0.95,
            it_spread: 0.405,
            it_swing: [0.64, 0.26, 0.38],
            it_flat: [-0.96, 0.89],
            it_users: [0.54, 2.33],
            price_error: ("440300".into(), 7, 12.0),
            frontier: Vec::new(),
        }
    }
}

impl Calibration {
    /// Reads the file; unknown keys and rows of the wrong length are errors.
    pub(crate) fn read(text: &str) -> Result<Self> {
        toml::from_str(text)
            .map_err(|e| Error::Calibration { place: "calibration.toml".into(), problem: e.to_string() })
    }

    /// The file's text: six decimals, one city a line.
    pub(crate) fn write(&self) -> String {
        let g = &self.global;
        let mut out = String::from(
            "# Written by `cargo xtask fixtures calibrate`. Parameters of the synthetic twin: edit nothing by hand.\n\n[global]\n",
        );
        // Writing into a String cannot fail.
        let _ = writeln!(out, "seed = {}", g.seed);
        let _ = writeln!(out, "it_tilt = {:?}", g.it_tilt);
        let _ = writeln!(out, "it_spread = {:?}", g.it_spread);
        let _ = writeln!(out, "it_swing = {:?}", g.it_swing);
        let _ = writeln!(out, "it_flat = {:?}", g.it_flat);
        let _ = writeln!(out, "it_users = {:?}", g.it_users);
        let (city, year, size) = &g.price_error;
        let _ = writeln!(out, "price_error = [{city:?}, {year}, {size:?}]");
        let _ = writeln!(out, "frontier = {:?}", g.frontier);
        let tables = [
            ("output", &self.output),
            ("patents", &self.patents),
            ("structure", &self.structure),
            ("prices", &self.prices),
            ("services", &self.services),
            ("population", &self.population),
            ("jobs", &self.jobs),
            ("digital", &self.digital),
            ("dust", &self.dust),
            ("science", &self.science),
            ("finance", &self.finance),
            ("education", &self.education),
            ("government", &self.government),
        ];
        for (name, rows) in tables {
            let _ = write!(out, "\n[{name}]\n");
            for (city, row) in rows {
                let cells: Vec<String> = row.iter().map(|v| decimal(*v)).collect();
                let _ = writeln!(out, "{city} = [{}]", cells.join(", "));
            }
        }
        out
    }
}

/// Rounds to the six decimals that the file keeps.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// At most six decimals, at least one.
fn decimal(value: f64) -> String {
    let text = format!("{:.6}", value + 0.0);
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut calibration = Calibration::default();
        calibration.output.insert("110000".into(), [0.0, -0.125, 1.5, 0.000001, 2.0, 3.0, 4.0, 5.0]);
        calibration.prices.insert("620200".into(), [0.5; YEARS]);
        assert_eq!(Calibration::read(&calibration.write()).ok(), Some(calibration));
    }

    #[test]
    fn a_short_row_is_an_error() {
        assert!(Calibration::read("[output]\n110000 = [1.0]\n").is_err());
    }
}
