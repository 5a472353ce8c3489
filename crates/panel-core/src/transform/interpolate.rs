//! Linear interpolation of inner gaps. Nothing in this workspace interpolates unless it is asked to.

use crate::error::{Error, Result};
use crate::panel::Panel;

/// Values with inner gaps filled, and which rows were.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Interpolated {
    /// Values.
    pub values: Vec<f64>,
    /// Rows that were filled.
    pub filled: Vec<usize>,
}

/// Fills missing values between two observed ones of the same entity on the straight line over the calendar.
///
/// Values before the first and after the last observed one stay missing: nothing is extrapolated. `longest` limits
/// the number of periods between the two observed values that may be bridged (the missing ones in between).
///
/// # Errors
/// [`Error::LengthMismatch`].
pub fn interpolate(panel: &Panel, x: &[f64], longest: Option<usize>) -> Result<Interpolated> {
    if x.len() != panel.n_rows() {
        return Err(Error::LengthMismatch {
            what: "values to interpolate".into(),
            expected: panel.n_rows(),
            got: x.len(),
        });
    }
    panel.times().ordered(panel.time_name())?;
    let ordinal = |row: usize| panel.times().ordinals()[panel.time_of_row()[row] as usize];
    let mut out = Interpolated { values: x.to_vec(), filled: Vec::new() };
    for rows in panel.entity_rows() {
        let mut last: Option<usize> = None;
        for row in rows {
            if x[row].is_nan() {
                continue;
            }
            if let Some(before) = last.filter(|&before| row - before > 1) {
                let span = ordinal(row) - ordinal(before);
                let short = longest.is_none_or(|longest| span - 1 <= i64::try_from(longest).unwrap_or(i64::MAX));
                for gap in before + 1..row {
                    if short {
                        let share = (ordinal(gap) - ordinal(before)) as f64 / span as f64;
                        out.values[gap] = x[before] + share * (x[row] - x[before]);
                        out.filled.push(gap);
                    }
                }
            }
            last = Some(row);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_gaps_only_and_by_the_calendar() {
        let panel = Panel::builder("c", "y").keys(["a"; 6], ["1", "2", "3", "5", "6", "7"]).build().expect("valid");
        let n = f64::NAN;
        let out = interpolate(&panel, &[n, 1.0, n, n, 5.0, n], None).expect("same length");
        assert!(out.values[0].is_nan() && out.values[5].is_nan());
        assert_eq!((out.values[2], out.values[3], out.filled), (2.0, 4.0, vec![2, 3]));
        assert_eq!(
            interpolate(&panel, &[n, 1.0, n, n, 5.0, n], Some(2)).expect("same length").filled,
            Vec::<usize>::new()
        );
    }
}
