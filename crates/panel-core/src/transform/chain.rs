//! Price indices with the previous period = 100, chained to a base, and deflation.

use crate::error::{Error, Result};
use crate::panel::Panel;
use crate::suggest;
use crate::time_axis::canonical;

/// The price level P with P_base = 1 and P_t = P_{t−1} · index_t / 100, by entity, forwards and backwards from the base.
///
/// **Missing values**: from a missing index or a gap on, away from the base, the level is missing; it is missing for
/// an entity that has no row at the base. The index of the base period itself is not used.
///
/// # Errors
/// [`Error::LengthMismatch`]; [`Error::BadValue`] for an index that is not positive; [`Error::Specification`] for a
/// base that is no period of the panel, and for an index that is on another scale: a ratio or a rate of growth.
pub fn chain_index(panel: &Panel, index: &[f64], base: &str) -> Result<Vec<f64>> {
    if index.len() != panel.n_rows() {
        return Err(Error::LengthMismatch { what: "price index".into(), expected: panel.n_rows(), got: index.len() });
    }
    let base = base_code(panel, base)?;
    if let Some(row) = index.iter().position(|&value| value <= 0.0) {
        return Err(Error::BadValue {
            cell: Box::new(
                crate::Cell::at(panel.entity_label(row), panel.time_label(row), "price index").with_value(index[row]),
            ),
            expected: "a positive price index, previous period = 100".into(),
        });
    }
    on_the_scale(index)?;
    panel.times().ordered(panel.time_name())?;
    let ordinal = |row: usize| panel.times().ordinals()[panel.time_of_row()[row] as usize];
    let mut level = vec![f64::NAN; index.len()];
    for rows in panel.entity_rows() {
        let Ok(offset) = panel.time_of_row()[rows.clone()].binary_search(&base) else { continue };
        let start = rows.start + offset;
        level[start] = 1.0;
        for row in start + 1..rows.end {
            if ordinal(row) != ordinal(row - 1) + 1 {
                break;
            }
            level[row] = level[row - 1] * index[row] / 100.0;
        }
        for row in (rows.start..start).rev() {
            if ordinal(row + 1) != ordinal(row) + 1 {
                break;
            }
            level[row] = level[row + 1] * 100.0 / index[row + 1];
        }
    }
    Ok(level)
}

/// Refuses an index whose median is below [`LEAST_MEDIAN`]: a ratio to the previous period or a rate of growth, which would
/// take prices down by nine tenths or more from period to period.
fn on_the_scale(index: &[f64]) -> Result<()> {
    let mut known: Vec<f64> = index.iter().copied().filter(|value| !value.is_nan()).collect();
    let middle = known.len() / 2;
    if known.is_empty() {
        return Ok(());
    }
    let median = *known.select_nth_unstable_by(middle, f64::total_cmp).1;
    if median >= LEAST_MEDIAN {
        return Ok(());
    }
    Err(Error::Specification(format!(
        "the price index has the median {median:.3}, expected values around 100 (previous period = 100); write 100 * index for a ratio such as 1.02, 100 + index for a growth rate in per cent"
    )))
}

/// No country's prices fell by nine tenths in half of all years.
const LEAST_MEDIAN: f64 = 10.0;

/// Nominal values at the prices of `base`: x_t / P_t with P from [`chain_index`].
///
/// # Errors
/// As [`chain_index`].
pub fn deflate(panel: &Panel, nominal: &[f64], index: &[f64], base: &str) -> Result<Vec<f64>> {
    let level = chain_index(panel, index, base)?;
    if nominal.len() != panel.n_rows() {
        return Err(Error::LengthMismatch {
            what: "values to deflate".into(),
            expected: panel.n_rows(),
            got: nominal.len(),
        });
    }
    Ok(nominal.iter().zip(level).map(|(x, p)| x / p).collect())
}

/// The code of a base period.
pub(crate) fn base_code(panel: &Panel, base: &str) -> Result<u32> {
    let labels = panel.times().labels();
    // The base may be written in another way than the data write it: 2013 for `2013年`.
    let other = || labels.iter().position(|label| canonical(label) == canonical(base));
    labels.iter().position(|label| label == base).or_else(other).map(|code| code as u32).ok_or_else(|| {
        let hint = suggest::hint(suggest::nearest(base, labels.iter().map(String::as_str)));
        let range = match (labels.first(), labels.last()) {
            (Some(first), Some(last)) => format!("; they run from {first} to {last}"),
            _ => String::new(),
        };
        Error::Specification(format!("base `{base}` is no period of the panel{range}{hint}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_run_both_ways_from_the_base() {
        let panel = Panel::builder("c", "y").keys(["a"; 4], ["2012", "2013", "2014", "2016"]).build().expect("valid");
        let level = chain_index(&panel, &[90.0, 110.0, 120.0, 130.0], "2013").expect("valid");
        assert!(
            (level[0] - 1.0 / 1.1).abs() < 1e-15
                && level[1] == 1.0
                && (level[2] - 1.2).abs() < 1e-15
                && level[3].is_nan()
        );
        assert!(chain_index(&panel, &[90.0, 0.0, 1.0, 1.0], "2013").unwrap_err().to_string().contains("`2013`"));
        // A ratio would take a hundredth of prices from year to year, a rate of growth a fiftieth.
        for other in [[1.02, 1.01, f64::NAN, 1.03], [2.0, 3.5, 1.0, 2.2]] {
            for error in [chain_index(&panel, &other, "2013"), deflate(&panel, &[1.0; 4], &other, "2013")] {
                let text = error.unwrap_err().to_string();
                assert!(text.contains("previous period = 100") && text.contains("100 * index"), "{text}");
            }
        }
        assert!(chain_index(&panel, &[f64::NAN; 4], "2013").is_ok(), "nothing is known, nothing is wrong");
        assert!(chain_index(&panel, &[90.0; 4], "2015").unwrap_err().to_string().contains("from 2012 to 2016"));
    }
}
