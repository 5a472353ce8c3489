//! From an index between periods to a value of each row.

use crate::error::{Error, Result};
use crate::index::Comparison;
use crate::spec::PanelValue;
use crate::timeline::Timeline;

/// Values of every row by the rule chosen.
///
/// * `first-one`: no change in an entity's first usable period (1 of an index, 0 of an indicator), then the index of the
///   transition into the row; empty after a gap.
/// * `drop-first`: the index of the transition, the first period empty.
/// * `cumulated`: no change in the first period, then the running product (of an indicator, the running sum). An index
///   on one frontier for all periods is circular, so `circular` (scores on that frontier) bridges gaps exactly; otherwise
///   a gap ends the product.
/// * `log-cumulated`: the natural logarithm of a running product; an indicator has none.
/// * `base-given`: rows of `base` (the first period by default) stay empty, later rows hold the index; an entity
///   without a row in the base period has an empty first value.
///
/// **Shapes** `index` and `circular` have one value per row of the timeline.
/// **Missing values** are `None`.
///
/// # Errors
/// [`Error::LengthMismatch`]; [`Error::Specification`] where the base period is not in the data, or for the logarithm of an
/// indicator.
pub fn panel_value(
    timeline: &Timeline,
    index: &[Option<f64>],
    comparison: Comparison,
    circular: Option<&[Option<f64>]>,
    rule: PanelValue,
    base: Option<i64>,
) -> Result<Vec<Option<f64>>> {
    for (what, got) in [("index", Some(index.len())), ("scores of a circular index", circular.map(<[_]>::len))] {
        if let Some(got) = got.filter(|&got| got != timeline.n_rows()) {
            return Err(Error::LengthMismatch { what: what.into(), expected: timeline.n_rows(), got });
        }
    }
    check(timeline, comparison, rule, base)?;
    let mut values = vec![None; index.len()];
    let base = base.or_else(|| timeline.periods().first().copied());
    for rows in timeline.by_entity() {
        let mut usable = rows.iter().copied().filter(|&row| timeline.is_usable(row)).peekable();
        let Some(&first) = usable.peek() else { continue };
        let none = Some(comparison.neutral());
        let mut product = none;
        for row in usable {
            values[row] = match rule {
                PanelValue::DropFirst => index[row],
                PanelValue::BaseGiven if timeline.period_of(row).map(|p| timeline.periods()[p]) == base => None,
                PanelValue::BaseGiven => index[row],
                PanelValue::FirstOne if row == first => none,
                PanelValue::FirstOne => index[row],
                PanelValue::Cumulated | PanelValue::LogCumulated => {
                    product = match circular {
                        Some(scores) => comparison.growth(scores[first], scores[row]),
                        None if row == first => none,
                        None => comparison.chain(product, index[row]),
                    };
                    if rule == PanelValue::LogCumulated { product.map(f64::ln) } else { product }
                }
            };
        }
    }
    Ok(values)
}

/// Refuses a base period that the data do not have, and logarithms of what may be negative.
pub(crate) fn check(timeline: &Timeline, comparison: Comparison, rule: PanelValue, base: Option<i64>) -> Result<()> {
    if rule == PanelValue::LogCumulated && comparison == Comparison::Difference {
        return Err(Error::Specification(
            "panel_value = \"log-cumulated\" is the logarithm of a running product, and an indicator (malmquist = \"luenberger\") is cumulated by a sum; use panel_value = \"cumulated\"".into(),
        ));
    }
    if let (PanelValue::BaseGiven, Some(base)) = (rule, base)
        && !timeline.periods().contains(&base)
    {
        return Err(Error::Specification(format!(
            "base period {base} of panel_value = \"base-given\" is not in the data, which run from {} to {}",
            timeline.periods().first().copied().unwrap_or_default(),
            timeline.periods().last().copied().unwrap_or_default()
        )));
    }
    Ok(())
}
