//! Other scales of the location quotient.

use crate::data::Employment;
use crate::error::Result;
use crate::location_quotient::location_quotient;
use panel_core::sum::compensated_sum;

/// A scale of the quotient; s is sector, e total employment of a row, S and E their sums in its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum QuotientScale {
    /// (s/e) / (S/E), from 0 to ∞, neutral at 1 (Hoover 1936; Balassa 1965).
    #[default]
    HooverBalassa,
    /// (LQ - 1) / (LQ + 1), from -1 to 1, neutral at 0 (Dalum, Laursen & Villumsen 1998).
    Symmetric,
    /// ln LQ, neutral at 0; missing where LQ = 0.
    Log,
    /// s/e - S/E, neutral at 0 (Hoen & Oosterhaven 2006).
    Additive,
    /// s/E - e S/E², adds up to 0 over the entities of a period (Yu, Cai & Leung 2009).
    Normalized,
    /// (LQ - mean) / sd over the entities of a period (O'Donoghue & Gleave 2004); divisor n - 1.
    Standardized,
    /// (ln LQ - mean) / sd over the entities of a period with LQ > 0 (Tian 2013, after O'Donoghue & Gleave).
    StandardizedLog,
}

panel_core::words!(QuotientScale, "scale", {
    "hoover-balassa" => QuotientScale::HooverBalassa,
    "symmetric" => QuotientScale::Symmetric,
    "log" => QuotientScale::Log,
    "additive" => QuotientScale::Additive,
    "normalised" => QuotientScale::Normalized,
    "standardised" => QuotientScale::Standardized,
    "standardised-log" => QuotientScale::StandardizedLog,
});

/// Quotients of all rows on another scale; missing where the quotient is.
///
/// # Errors
/// As [`location_quotient`].
///
/// ```
/// use panel_core::Keys;
/// use va_index::{Employment, companions::{QuotientScale, rescale}};
/// // Quotients 1, 2 and 0.75 (see `location_quotient`).
/// let names: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
/// let years = vec!["2020".to_string()];
/// let data = Employment::new(
///     Keys::new(&[0, 1, 2], &[0, 0, 0], &names, &years)?,
///     &[10.0, 20.0, 30.0], &[100.0, 100.0, 400.0],
/// );
/// let symmetric = rescale(&data, QuotientScale::Symmetric)?;
/// assert!((symmetric[1] - 1.0 / 3.0).abs() < 1e-15 && (symmetric[2] + 1.0 / 7.0).abs() < 1e-15);
/// let normalized = rescale(&data, QuotientScale::Normalized)?;
/// assert!((normalized[1] - (20.0 / 600.0 - 100.0 * 60.0 / 360_000.0)).abs() < 1e-15);
/// # Ok::<(), va_index::Error>(())
/// ```
pub fn rescale(data: &Employment<'_>, scale: QuotientScale) -> Result<Vec<f64>> {
    let quotients = location_quotient(data)?;
    let lq = &quotients.values;
    let rows_of = |t: usize| (0..lq.len()).filter(move |&row| data.keys.time()[row] as usize == t && !lq[row].is_nan());
    let all: Vec<f64> =
        (0..data.keys.times().len()).map(|t| compensated_sum(rows_of(t).map(|row| data.total[row]))).collect();
    let each = |f: &dyn Fn(usize, f64) -> f64| -> Vec<f64> {
        (0..lq.len()).map(|row| if lq[row].is_nan() { f64::NAN } else { f(row, lq[row]) }).collect()
    };
    let log = |lq: f64| if lq > 0.0 { lq.ln() } else { f64::NAN };
    Ok(match scale {
        QuotientScale::HooverBalassa => lq.clone(),
        QuotientScale::Symmetric => each(&|_, lq| (lq - 1.0) / (lq + 1.0)),
        QuotientScale::Log => each(&|_, lq| log(lq)),
        QuotientScale::Additive => {
            each(&|row, _| data.sector[row] / data.total[row] - quotients.sector_share[data.keys.time()[row] as usize])
        }
        QuotientScale::Normalized => each(&|row, _| {
            let t = data.keys.time()[row] as usize;
            (data.sector[row] - data.total[row] * quotients.sector_share[t]) / all[t]
        }),
        QuotientScale::Standardized => standardize(lq.clone(), data),
        QuotientScale::StandardizedLog => standardize(each(&|_, lq| log(lq)), data),
    })
}

/// z-scores period by period; missing where the values of a period do not vary.
fn standardize(mut values: Vec<f64>, data: &Employment<'_>) -> Vec<f64> {
    for t in 0..data.keys.times().len() {
        let rows: Vec<usize> =
            (0..values.len()).filter(|&row| data.keys.time()[row] as usize == t && !values[row].is_nan()).collect();
        let n = rows.len() as f64;
        let mean = compensated_sum(rows.iter().map(|&row| values[row])) / n;
        let squares = compensated_sum(rows.iter().map(|&row| (values[row] - mean) * (values[row] - mean)));
        let sd = (squares / (n - 1.0)).sqrt();
        for row in rows {
            values[row] = if sd > 0.0 { (values[row] - mean) / sd } else { f64::NAN };
        }
    }
    values
}
