//! Location quotients.

use crate::data::Employment;
use crate::error::Result;
use panel_core::suggest::some;
use panel_core::sum::CompensatedSum;
use panel_core::{Diagnostic, Diagnostics};

/// Location quotients of all rows, with what should be known about them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LocationQuotients {
    /// One value per row; `NaN` where it does not exist.
    pub values: Vec<f64>,
    /// Share of the sector in all employment, per period (`NaN` where nobody is employed).
    pub sector_share: Vec<f64>,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

/// Share of the sector in an entity over its share in all entities of the same period.
///
/// LQ_it = (s_it / e_it) / (Σ_j s_jt / Σ_j e_jt)
///
/// with s sector and e total employment. The mean of LQ weighted by e is 1 in every period.
///
/// **Shapes**: one value per row. **Units**: none; both columns may be in any one unit.
/// **Missing values**: a row whose sector or total employment is missing, or whose total is 0, has no quotient and
/// enters neither sum; it is counted in the diagnostics. In a period without any sector employment no quotient exists.
///
/// # Errors
/// Lengths, codes without label, a key that stands twice, a negative or infinite value.
///
/// **Source**: Hoover (1936), Review of Economics and Statistics 18, 162–171; the paper's Eq. 4, first factor.
///
/// ```
/// use panel_core::Keys;
/// use va_index::{Employment, location_quotient};
/// // Three cities: sector 10, 20, 30 of total 100, 100, 400; the sector's share is 60 / 600 = 0.1.
/// let names: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
/// let years = vec!["2020".to_string()];
/// let data = Employment::new(
///     Keys::new(&[0, 1, 2], &[0, 0, 0], &names, &years)?,
///     &[10.0, 20.0, 30.0], &[100.0, 100.0, 400.0],
/// );
/// let lq = location_quotient(&data)?.values;
/// assert!((lq[0] - 1.0).abs() < 1e-15 && (lq[1] - 2.0).abs() < 1e-15 && (lq[2] - 0.75).abs() < 1e-15);
/// # Ok::<(), va_index::Error>(())
/// ```
pub fn location_quotient(data: &Employment<'_>) -> Result<LocationQuotients> {
    data.validate()?;
    let known = |row: usize| data.total[row] > 0.0 && !data.sector[row].is_nan();
    let periods = data.keys.times().len();
    let mut sector = vec![CompensatedSum::new(); periods];
    let mut total = vec![CompensatedSum::new(); periods];
    for row in (0..data.n_rows()).filter(|&row| known(row)) {
        sector[data.keys.time()[row] as usize].add(data.sector[row]);
        total[data.keys.time()[row] as usize].add(data.total[row]);
    }
    let sector_share: Vec<f64> = sector.iter().zip(&total).map(|(s, e)| s.value() / e.value()).collect();
    let values: Vec<f64> = (0..data.n_rows())
        .map(|row| {
            let share = sector_share[data.keys.time()[row] as usize];
            if known(row) && share > 0.0 { data.sector[row] / data.total[row] / share } else { f64::NAN }
        })
        .collect();
    Ok(LocationQuotients { diagnostics: remarks(data, &sector_share, &known), values, sector_share })
}

fn remarks(data: &Employment<'_>, sector_share: &[f64], known: &dyn Fn(usize) -> bool) -> Diagnostics {
    let name = |row: usize| {
        let (entity, time) = data.keys.labels(row);
        format!("{entity} {time}")
    };
    let rows_where = |test: &dyn Fn(usize) -> bool| -> Vec<String> {
        (0..data.n_rows()).filter(|&row| test(row)).map(name).collect()
    };
    let mut diagnostics = Diagnostics::new();
    let missing = rows_where(&|row| data.sector[row].is_nan() || data.total[row].is_nan());
    if !missing.is_empty() {
        diagnostics.push(Diagnostic::warning(
            "employment-missing",
            format!(
                "{} rows have no location quotient because `{}` or `{}` is missing ({}); they enter no total and add nothing to other entities' spillover",
                missing.len(),
                data.names.0,
                data.names.1,
                some(&missing)
            ),
        ));
    }
    let empty = rows_where(&|row| data.total[row] == 0.0);
    if !empty.is_empty() {
        diagnostics.push(Diagnostic::warning(
            "total-zero",
            format!(
                "{} rows have no location quotient because `{}` is 0 ({})",
                empty.len(),
                data.names.1,
                some(&empty)
            ),
        ));
    }
    let larger = rows_where(&|row| data.sector[row] > data.total[row]);
    if !larger.is_empty() {
        diagnostics.push(Diagnostic::warning(
            "sector-exceeds-total",
            format!(
                "`{}` is larger than `{}`, of which it should be a part, in {} rows ({}); are both in one unit?",
                data.names.0,
                data.names.1,
                larger.len(),
                some(&larger)
            ),
        ));
    }
    let mut used = vec![false; data.keys.times().len()];
    (0..data.n_rows()).filter(|&row| known(row)).for_each(|row| used[data.keys.time()[row] as usize] = true);
    let idle: Vec<String> =
        (0..used.len()).filter(|&t| used[t] && sector_share[t] == 0.0).map(|t| data.keys.times()[t].clone()).collect();
    if !idle.is_empty() {
        diagnostics.push(Diagnostic::warning(
            "sector-empty",
            format!("`{}` is 0 everywhere in {}: no location quotient there", data.names.0, some(&idle)),
        ));
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;
    use panel_core::Keys;

    /// Quotients of one period, and the codes of the remarks.
    fn quotients(sector: &[f64], total: &[f64]) -> (Vec<f64>, f64, Vec<String>) {
        let n = sector.len() as u32;
        let names: Vec<String> = (0..n).map(|i| format!("c{i}")).collect();
        let years = vec!["2020".to_owned()];
        let (entities, times): (Vec<u32>, Vec<u32>) = ((0..n).collect(), vec![0; n as usize]);
        let keys = Keys::new(&entities, &times, &names, &years).expect("valid");
        let found = location_quotient(&Employment::new(keys, sector, total)).expect("valid");
        (found.values, found.sector_share[0], found.diagnostics.iter().map(|remark| remark.code.clone()).collect())
    }

    #[test]
    fn a_row_without_employment_has_no_quotient_and_enters_no_total() {
        let (values, share, codes) = quotients(&[10.0, 5.0, 30.0], &[100.0, 0.0, 300.0]);
        assert_eq!((share, values[0], values[2]), (0.1, 1.0, 1.0));
        assert!(values[1].is_nan());
        assert_eq!(codes, ["total-zero", "sector-exceeds-total"]);
    }

    #[test]
    fn a_missing_row_is_said_and_enters_no_total() {
        for (sector, total) in
            [([f64::NAN, 20.0, 20.0], [50.0, 100.0, 100.0]), ([7.0, 20.0, 20.0], [f64::NAN, 100.0, 100.0])]
        {
            let (values, share, codes) = quotients(&sector, &total);
            assert_eq!((share, values[1], values[2]), (0.2, 1.0, 1.0));
            assert!(values[0].is_nan());
            assert_eq!(codes, ["employment-missing"]);
        }
        let (values, _, codes) = quotients(&[10.0, 20.0], &[10.0, 100.0]);
        assert!(
            values.iter().all(|value| value.is_finite()) && codes.is_empty(),
            "the whole may be the sector: {codes:?}"
        );
    }
    /// Two cities in three years: shares 30/300 and, where nobody works in the sector, 0; nobody is employed in the last.
    #[test]
    fn every_year_has_its_own_totals_and_its_remarks() {
        let names = ["a", "b"].map(String::from).to_vec();
        let years = ["2019", "2020", "2021"].map(String::from).to_vec();
        let (entities, times) = ([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2]);
        let keys = Keys::new(&entities, &times, &names, &years).expect("valid");
        let (sector, total) = ([10.0, 0.0, 0.0, 20.0, 0.0, f64::NAN], [200.0, 50.0, 0.0, 100.0, 60.0, 70.0]);
        let found = location_quotient(&Employment::new(keys, &sector, &total).named("it", "all")).expect("valid");
        assert_eq!(found.sector_share[..2], [0.1, 0.0]);
        assert!(found.sector_share[2].is_nan());
        assert!((found.values[0] - 0.5).abs() < 1e-15 && (found.values[3] - 2.0).abs() < 1e-15);
        assert!([1, 2, 4, 5].iter().all(|&row| found.values[row].is_nan()), "{:?}", found.values);
        let messages: Vec<&str> = found.diagnostics.iter().map(|remark| remark.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "1 rows have no location quotient because `it` or `all` is missing (b 2021); they enter no total and add nothing to other entities' spillover",
                "1 rows have no location quotient because `all` is 0 (a 2021)",
                "`it` is 0 everywhere in 2020: no location quotient there",
            ]
        );
    }
}
