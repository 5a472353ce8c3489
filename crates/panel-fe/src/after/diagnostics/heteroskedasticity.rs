//! Groupwise heteroskedasticity.

use crate::error::{Error, Result};
use crate::outcome::{TestOutcome, TestStat};

/// Modified Wald test that all units have the same error variance, in a fixed-effects model
/// (Greene 2000, p. 598; `xttest3` for Stata) ~ χ²(number of units).
///
/// W = Σ_i (σ̂²_i − σ̂²)²/V_i with σ̂²_i = Σ_t e_it²/T_i, V_i = Σ_t (e_it² − σ̂²_i)²/(T_i(T_i−1)), and
/// σ̂² = Σ e²/N over all rows; residuals without the unit effects. It over-rejects for short series.
///
/// # Errors
/// [`Error::Shape`] for columns of different length.
pub fn modified_wald(residuals: &[f64], units: &[u32]) -> Result<TestOutcome> {
    let name = "modified Wald";
    if units.len() != residuals.len() {
        return Err(Error::Shape { what: "the units".into(), expected: residuals.len(), got: units.len() });
    }
    let count = units.iter().max().map_or(0, |&m| m as usize + 1);
    let mut rows: Vec<Vec<f64>> = vec![Vec::new(); count];
    for (&u, &e) in units.iter().zip(residuals) {
        rows[u as usize].push(e * e);
    }
    rows.retain(|r| !r.is_empty());
    let total: f64 = residuals.iter().map(|e| e * e).sum::<f64>() / residuals.len() as f64;
    let mut stat = 0.0;
    for squares in &rows {
        let t = squares.len() as f64;
        let own = squares.iter().sum::<f64>() / t;
        let variance = squares.iter().map(|s| (s - own).powi(2)).sum::<f64>() / (t * (t - 1.0));
        if variance.is_nan() || variance <= 0.0 {
            let why = "a unit has a single observation, or squared residuals that do not vary";
            return Ok(TestOutcome::not_available(name, why));
        }
        stat += (own - total).powi(2) / variance;
    }
    Ok(TestStat::chi_squared(name, "all units have the same error variance", stat, rows.len() as f64).into())
}
