//! Finds the parameters of the twin: `cargo xtask fixtures calibrate`.
//!
//! The steps follow the arrows of the pipeline backwards. The IT shares come first: they fix Va, and with it every
//! right-hand side. Given the right-hand sides, each coefficient is linear in the outcome, so an outcome with the
//! wanted coefficients is noise plus the smallest move that gives them ([`steer`]). The outcomes are then turned
//! into raw quantities: patents, sector shares and prices directly, the productivity index through the linear
//! programmes of the frontier ([`frontier`]), Table 4's services last ([`green`]).

mod frontier;
mod green;
mod growth;
mod mediators;
mod steer;
mod variables;
mod wishes;
mod within;

use super::calibration::Calibration;
use super::cities;
use super::error::Result;
use std::fmt::Write;

/// The text of `calibration.toml`, from the texts of `cities.csv` and `published.csv`. Takes about a minute.
///
/// # Errors
/// [`Error::Cities`](super::Error::Cities) for a city file that cannot be read, [`Error::Step`](super::Error::Step)
/// where a step fails: a printed number is missing, regressors are collinear, or a programme has no solution.
pub fn calibrate(cities: &str, published: &str) -> Result<String> {
    let cities = cities::read(cities)?;
    let published = wishes::Published::read(published);
    let mut calibration = Calibration::default();
    let v = variables::compute(&cities, &calibration);
    mediators::patents(&cities, &v, &published, &mut calibration)?;
    mediators::structure(&cities, &v, &published, &mut calibration)?;
    mediators::integration(&cities, &v, &published, &mut calibration)?;

    // The frontier cities pollute less, which moves one control variable: choose them, then aim again.
    let v = variables::compute(&cities, &calibration);
    let (designs, wanted) = wishes::growth(&cities, &v, &published)?;
    let index = growth::target(calibration.global.seed, &designs, &wanted)?;
    calibration.global.frontier = frontier::choose(&cities, &index, &designs[1].leverage(0));
    let v = variables::compute(&cities, &calibration);
    let (designs, wanted) = wishes::growth(&cities, &v, &published)?;
    let index = growth::target(calibration.global.seed, &designs, &wanted)?;
    let reached = frontier::search(&cities, &index, &mut calibration)?;
    green::services(&cities, &mut calibration)?;

    let mut text = calibration.write();
    // Writing into a String cannot fail.
    let _ = writeln!(
        text,
        "\n# frontier: {} rounds, largest gap {:.1e}, {} city-years with a score of 1, mean score {:.4}",
        reached.rounds, reached.largest_gap, reached.efficient, reached.mean_score
    );
    for (name, design) in wishes::GROWTH.iter().zip(&designs) {
        let fit = design.fit(&index);
        let show = [0, 1, 8, 9, 10].into_iter().filter(|j| *j < fit.coef.len());
        let cells: Vec<String> =
            show.map(|j| format!("{:.4} ({:.4}) t {:.2}", fit.coef[j], fit.se[j], fit.t(j))).collect();
        let _ = writeln!(text, "# {name}: {}", cells.join("; "));
    }
    Ok(text)
}
