//! Months to years.

use crate::error::{Error, Result};
use panel_core::InputError;

/// Mean price of each entity and good over the periods of a coarser calendar.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AveragedPrices {
    /// Mean price; `NaN` where too few are known.
    pub value: Vec<f64>,
    /// Entity codes.
    pub entity: Vec<u32>,
    /// Codes of the coarser periods.
    pub time: Vec<u32>,
    /// Good codes.
    pub good: Vec<u32>,
}

/// Calendar year of each label that begins with four digits (`2011-03-01`, `2011Q2`, `2011`): the code of each label's
/// year, the years' labels in order, and the years as ordinals.
///
/// # Errors
/// [`Error::Specification`] naming a label that does not begin with four digits.
pub fn calendar_years(times: &[String]) -> Result<(Vec<u32>, Vec<String>, Vec<i64>)> {
    let years: Vec<i64> = times
        .iter()
        .map(|label| {
            label
                .get(..4)
                .filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|year| year.parse().ok())
                .ok_or_else(|| {
                    Error::Specification(format!(
                        "time `{label}`: expected a label that begins with a year of four digits"
                    ))
                })
        })
        .collect::<Result<_>>()?;
    let mut distinct = years.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let codes = years.iter().map(|year| distinct.partition_point(|known| known < year) as u32).collect();
    Ok((codes, distinct.iter().map(ToString::to_string).collect(), distinct))
}

/// Arithmetic mean over the periods of each coarser period, for example months of a year.
///
/// `coarse` gives the coarser period of each period code, as from [`calendar_years`]. A mean of fewer than `min_count`
/// known prices is missing, so that a year of eleven months is not set beside whole ones; 12 for months.
///
/// # Errors
/// [`Error::Input`]: another length, a period without a coarser period.
pub fn average_periods(
    value: &[f64],
    entity: &[u32],
    time: &[u32],
    good: &[u32],
    coarse: &[u32],
    min_count: usize,
) -> Result<AveragedPrices> {
    for (what, got) in [("entity codes", entity.len()), ("time codes", time.len()), ("good codes", good.len())] {
        InputError::check_length(what, got, value.len())?;
    }
    InputError::check_codes("time", time, coarse.len())?;
    let mut keyed: Vec<(u32, u32, u32, f64)> =
        (0..value.len()).map(|row| (entity[row], coarse[time[row] as usize], good[row], value[row])).collect();
    // Stable, so that the order of additions is the order of rows.
    keyed.sort_by_key(|&(entity, time, good, _)| (entity, time, good));
    let mut out = AveragedPrices { value: Vec::new(), entity: Vec::new(), time: Vec::new(), good: Vec::new() };
    for group in keyed.chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2)) {
        let known: Vec<f64> = group.iter().map(|row| row.3).filter(|value| !value.is_nan()).collect();
        let mean = panel_core::sum::compensated_sum(known.iter().copied()) / known.len() as f64;
        out.value.push(if known.len() >= min_count.max(1) { mean } else { f64::NAN });
        out.entity.push(group[0].0);
        out.time.push(group[0].1);
        out.good.push(group[0].2);
    }
    Ok(out)
}
