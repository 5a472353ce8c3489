//! Labels that stand in one column: some can only be read beside the others.

use super::period::{DayIs, Period, digits};

/// The periods of labels that stand in one column: some can only be read beside the others.
pub(super) fn read_together(labels: &[&str]) -> Vec<Option<Period>> {
    let spans: Option<Vec<Period>> = labels.iter().map(|label| Period::span(label)).collect();
    // `2008-09` alone is a month; months do not go on by thirteen.
    if let Some(spans) =
        spans.filter(|_| labels.len() >= 2 || labels.iter().all(|label| Period::parse(label).is_none()))
    {
        return spans.into_iter().map(Some).collect();
    }
    if let Some(periods) = short_years(labels).or_else(|| quarters_of_numbers(labels)) {
        return periods.into_iter().map(Some).collect();
    }
    let day = day_of(labels);
    labels.iter().map(|label| Period::parse(label).or_else(|| Period::year_last(label, day?))).collect()
}

/// Years of two digits across a turn of the century, `97`, `98`, `99`, `00`: all labels have two digits, and as years (those
/// from 50 on of the last century) they lie much closer together than as numbers.
fn short_years(labels: &[&str]) -> Option<Vec<Period>> {
    let numbers = labels.iter().map(|label| digits(label).filter(|_| label.len() == 2)).collect::<Option<Vec<_>>>()?;
    let years: Vec<i64> =
        numbers.iter().map(|number| if *number < 50 { 2000 + number } else { 1900 + number }).collect();
    let span = |values: &[i64]| values.iter().max().zip(values.iter().min()).map(|(most, least)| most - least);
    let (near, far) = (span(&years)?, span(&numbers)?);
    (5 * near < 3 * far).then(|| years.into_iter().map(Period::Number).collect())
}

/// Quarters written as numbers of five digits, `20134`, `20141`: all end in 1 to 4, and not all in the same.
fn quarters_of_numbers(labels: &[&str]) -> Option<Vec<Period>> {
    let quarter = |label: &&str| {
        let value = digits(label).filter(|_| label.len() == 5)?;
        (1800..2200).contains(&(value / 10)).then(|| Period::part(value / 10, value % 10, 4)).flatten()
    };
    let quarters = labels.iter().map(quarter).collect::<Option<Vec<_>>>()?;
    let last = |label: &&str| label.as_bytes().last().copied();
    let first = labels.first().and_then(last);
    labels.iter().any(|label| last(label) != first).then_some(quarters)
}

/// Which part of dates whose year stands last is the day: the one that exceeds twelve, or is the same in all.
fn day_of(labels: &[&str]) -> Option<DayIs> {
    let parts: Vec<[i64; 2]> =
        labels.iter().filter_map(|label| Period::slashed(label)).map(|(parts, _)| parts).collect();
    let any = |at: usize| parts.iter().any(|part| part[at] > 12);
    // The first of January is the first of January.
    if !parts.is_empty() && parts.iter().all(|part| part[0] == part[1]) {
        return Some(DayIs::First);
    }
    let same = |at: usize| parts.len() > 1 && parts.iter().all(|part| part[at] == parts[0][at]);
    match (any(0), any(1)) {
        (true, false) => Some(DayIs::First),
        (false, true) => Some(DayIs::Second),
        (true, true) => None,
        (false, false) => match (same(0), same(1)) {
            (true, false) => Some(DayIs::First),
            (false, true) => Some(DayIs::Second),
            _ => None,
        },
    }
}
