//! Finds the parameters of the twin: `cargo xtask fixtures calibrate`.
//!
//! The steps follow the arrows of the pipeline backwards. The right-hand sides come first: Va through employment, the
//! controls through their raw quantities, each with the four printed moments ([`controls`]). Given them, coefficients are
//! linear in the outcome, standard errors and R² smooth: an outcome with the wanted statistics is noise plus small moves
//! of minimum norm ([`steer`]). The outcomes are then turned into raw quantities: patents, sector shares and prices
//! directly, the productivity index through the linear programmes of the frontier ([`frontier`]), Table 4's services last
//! ([`green`]).

mod controls;
mod design;
mod frontier;
mod green;
mod growth;
mod integration;
mod mediators;
mod moments;
mod polish;
mod published;
mod steer;
mod variables;
mod wishes;

use self::design::Design;
use self::published::Published;
use self::variables::Variables;
use super::calibration::Calibration;
use super::cities::{self, City};
use super::draw::YEARS;
use super::error::Result;
use std::fmt::Write;

/// The text of `calibration.toml`, from the texts of `cities.csv` and `published.csv`. Takes some minutes.
///
/// # Errors
/// [`Error::Cities`](super::Error::Cities) for a city file that cannot be read, [`Error::Step`](super::Error::Step)
/// where a step fails: a printed number is missing, regressors are collinear, or a programme has no solution.
pub fn calibrate(cities: &str, published: &str) -> Result<String> {
    let cities = cities::read(cities)?;
    let published = Published::read(published)?;
    let mut calibration = Calibration::default();
    // The frontier cities pollute less, which moves one control variable: choose them, then aim again.
    let (index, designs, _) = aim(&cities, &published, &mut calibration)?;
    let frontier = frontier::choose(&cities, &index, &designs[1].leverage(0)?);
    calibration = Calibration::default();
    calibration.global.frontier = frontier;
    let (index, ..) = aim(&cities, &published, &mut calibration)?;
    let reached = frontier::search(&cities, &index, &mut calibration)?;
    green::services(&cities, &published, &mut calibration)?;

    let mut text = calibration.write();
    text.push_str(&notes(&cities, &calibration, reached)?);
    Ok(text)
}

/// Right-hand sides, then mediators, then the index that gives the regressions wanted.
fn aim(
    cities: &[City],
    published: &Published,
    calibration: &mut Calibration,
) -> Result<(Vec<f64>, Vec<Design>, Variables)> {
    let v = variables::compute(cities, calibration);
    controls::agglomeration(cities, &v, published, calibration)?;
    controls::controls(cities, &v, published, calibration)?;
    let v = variables::compute(cities, calibration);
    mediators::patents(cities, &v, published, calibration)?;
    mediators::structure(cities, &v, published, calibration)?;
    integration::integration(cities, &v, published, calibration)?;
    let v = variables::compute(cities, calibration);
    let designs = wishes::designs(cities, &v);
    let wished = wishes::growth(published)?;
    let index = growth::target(calibration.global.seed, cities, &v, published, &designs, &wished)?;
    Ok((index, designs, v))
}

/// What was reached, computed anew from the calibrated yearbook, as comments at the end of the file.
fn notes(cities: &[City], calibration: &Calibration, reached: frontier::Reached) -> Result<String> {
    let v = variables::compute(cities, calibration);
    let scores = frontier::complete(&frontier::scores(&v)?)?;
    let gtfp: Vec<f64> =
        (0..scores.len()).map(|k| if k % YEARS == 0 { 1.0 } else { scores[k] / scores[k - 1] }).collect();
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = writeln!(
        text,
        "\n# frontier: {} rounds, largest gap {:.1e}, {} city-years with a score of 1, mean score {:.4}",
        reached.rounds, reached.largest_gap, reached.efficient, reached.mean_score
    );
    let index = variables::entropy(&v.green);
    let [fina, lnpop, lntech, edu, er, gov] = &v.controls;
    let described = [
        ("Gtfp", &gtfp),
        ("Va", &v.va),
        ("Ina", &v.ina),
        ("Ind", &v.ind),
        ("Mar", &v.mar),
        ("Fina", fina),
        ("lnpop", lnpop),
        ("lntech", lntech),
        ("Edu", edu),
        ("Er", er),
        ("Gov", gov),
        ("Green", &index),
    ];
    for (name, x) in described {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let sd = (x.iter().map(|a| (a - mean) * (a - mean)).sum::<f64>() / (x.len() - 1) as f64).sqrt();
        let low = x.iter().copied().fold(f64::INFINITY, f64::min);
        let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let _ = writeln!(text, "# {name}: mean {mean:.4}, sd {sd:.4}, min {low:.4}, max {high:.4}");
    }
    let mut line = |name: &str, design: &Design, outcome: &[f64]| -> Result<()> {
        let fit = design.fit(outcome)?;
        let show = [0, 1, 8, 9, 10].into_iter().filter(|j| *j < design.len());
        let cells: Vec<String> =
            show.map(|j| format!("{:.5} ({:.5}) t {:.2}", fit.coef[j], fit.se[j], fit.t(j))).collect();
        let _ = writeln!(text, "# {name}: {}; R² {:.4}", cells.join("; "), fit.r2);
        Ok(())
    };
    let designs = wishes::designs(cities, &v);
    for (name, design) in wishes::GROWTH.iter().zip(&designs) {
        line(name, design, &gtfp)?;
    }
    for (name, outcome) in [("7(2)", &v.ina), ("7(4)", &v.ind), ("7(6)", &v.mar), ("3(2)", &index)] {
        line(name, &designs[1], outcome)?;
    }
    Ok(text)
}
