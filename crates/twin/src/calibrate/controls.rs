//! Right-hand sides with the moments of Table 1: Va through employment, the six controls through their raw quantities.

use super::mediators::rows;
use super::moments::{Extremes, shape};
use super::published::Published;
use super::variables::{self, Variables};
use crate::calibration::{Calibration, Rows};
use crate::cities::City;
use crate::draw::YEARS;
use crate::error::{Error, Result};
use crate::yearbook;
use faer::Mat;
use faer::linalg::solvers::Solve;

/// The city whose swings stand for the largest and smallest Gtfp, in 2016 and 2018. A municipality whose swings go with
/// those of a control is what makes R² fall by .023 where municipalities are left out, Table 3 (1).
pub(super) const SWINGING: &str = "120000";
/// Years of the largest and the smallest index, counted from 0.
pub(super) const PEAK: usize = 3;
pub(super) const SLUMP: usize = 5;

/// City-year of the swinging city.
pub(super) fn swing(cities: &[City], year: usize) -> Result<usize> {
    let missing = || Error::Step { step: "controls", problem: format!("no city has the code {SWINGING}") };
    Ok(cities.iter().position(|city| city.adcode == SWINGING).ok_or_else(missing)? * YEARS + year)
}

/// Sets the shifts of every control variable.
pub(super) fn controls(
    cities: &[City],
    v: &Variables,
    published: &Published,
    calibration: &mut Calibration,
) -> Result<()> {
    let logs = |calibration: &mut Calibration, name: &str, values: Rows| match name {
        "Fina" => calibration.finance = values,
        "lnpop" => calibration.population = values,
        "lntech" => calibration.science = values,
        "Edu" => calibration.education = values,
        "Er" => calibration.dust = values,
        _ => calibration.government = values,
    };
    for (name, values) in ["Fina", "lnpop", "lntech", "Edu", "Er", "Gov"].into_iter().zip(&v.controls) {
        let mut extremes = Extremes::of(values);
        // What swings with Gtfp: money relative to GDP at its peak, revenue relative to spending in its slump.
        if name == "Fina" {
            extremes.high = swing(cities, PEAK)?;
        }
        if name == "Gov" {
            extremes.high = swing(cities, SLUMP)?;
        }
        let target = shape(values, published.moments(name)?, extremes)?;
        let ratio = matches!(name, "Fina" | "Edu" | "Gov");
        let shift = target.iter().zip(values).map(|(a, b)| if ratio { (a / b).ln() } else { a - b });
        let shift: Vec<f64> = shift.collect();
        logs(calibration, name, rows(cities, &shift));
    }
    Ok(())
}

/// Sets the shifts of employment that give Va its moments. The quotients behind a Va solve a linear system in each year;
/// total employment then leans on them until their weighted mean is one, which it is by definition.
pub(super) fn agglomeration(
    cities: &[City],
    v: &Variables,
    published: &Published,
    calibration: &mut Calibration,
) -> Result<()> {
    let extremes = Extremes::of(&v.va);
    let target = shape(&v.va, published.moments("Va")?, extremes)?;
    let nearness = variables::nearness(cities);
    let n = cities.len();
    let book = yearbook::draw(cities, calibration);
    let system = Mat::from_fn(n, n, |i, j| if i == j { 1.0 } else { nearness[i * n + j] });
    let factor = system.partial_piv_lu();
    let (mut jobs, mut digital) = (vec![0.0; n * YEARS], vec![0.0; n * YEARS]);
    for t in 0..YEARS {
        let quotients = factor.solve(Mat::from_fn(n, 1, |i, _| target[i * YEARS + t]));
        let quotients: Vec<f64> = (0..n).map(|i| quotients[(i, 0)].max(0.005)).collect();
        let total = |i: usize| book.employment[i * YEARS + t];
        let share = (0..n).map(|i| book.employment_it[i * YEARS + t]).sum::<f64>() / (0..n).map(total).sum::<f64>();
        let excess = |lean: f64| (0..n).map(|i| total(i) * quotients[i].powf(lean) * (quotients[i] - 1.0)).sum::<f64>();
        let (mut low, mut high) = (-3.0, 3.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if excess(middle) < 0.0 { low = middle } else { high = middle }
        }
        for i in 0..n {
            let k = i * YEARS + t;
            jobs[k] = low * quotients[i].ln();
            let mut wanted = quotients[i] * share * total(i) * jobs[k].exp();
            if k == extremes.low {
                // Some seventy persons: the yearbook's rounding would move the printed minimum, so total employment gives way.
                jobs[k] += (wanted.round() / wanted).ln();
                wanted = wanted.round();
            }
            digital[k] = (wanted / book.employment_it[k]).ln();
        }
    }
    calibration.jobs = rows(cities, &jobs);
    calibration.digital = rows(cities, &digital);
    Ok(())
}
