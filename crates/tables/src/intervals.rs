//! How a set of numbers is written: `(-∞, 1.2] ∪ [3.4, ∞)`.

use report::numfmt::{Format, number};

/// Ends of an interval; one that is not there is infinite.
pub(crate) type Ends = (Option<f64>, Option<f64>);

/// Intervals in three legible digits; `∅` where there is none.
pub(crate) fn union(intervals: &[Ends]) -> String {
    if intervals.is_empty() {
        return "∅".to_owned();
    }
    let end = |value: f64| number(value, Format::Legible(3));
    let interval = |&(low, high): &Ends| {
        let low = low.map_or_else(|| "(-∞".to_owned(), |low| format!("[{}", end(low)));
        let high = high.map_or_else(|| "∞)".to_owned(), |high| format!("{}]", end(high)));
        format!("{low}, {high}")
    };
    intervals.iter().map(interval).collect::<Vec<_>>().join(" ∪ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_written_as_mathematics_does() {
        assert_eq!(union(&[]), "∅");
        assert_eq!(union(&[(None, None)]), "(-∞, ∞)");
        assert_eq!(union(&[(None, Some(1.25)), (Some(3.0), None)]), "(-∞, 1.250] ∪ [3.000, ∞)");
    }
}
