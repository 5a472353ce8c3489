//! Leads, differences and growth. They follow the calendar through [`Panel::lag`], so a gap gives a missing value.

use crate::error::Result;
use crate::panel::Panel;

/// x at `steps` periods later.
///
/// # Errors
/// [`crate::Error::LengthMismatch`].
pub fn lead(panel: &Panel, x: &[f64], steps: i64) -> Result<Vec<f64>> {
    panel.lag(x, steps.saturating_neg())
}

/// x_t − x_{t−steps}.
///
/// # Errors
/// [`crate::Error::LengthMismatch`].
pub fn difference(panel: &Panel, x: &[f64], steps: i64) -> Result<Vec<f64>> {
    let before = panel.lag(x, steps)?;
    Ok(x.iter().zip(before).map(|(now, before)| now - before).collect())
}

/// x_t / x_{t−steps} − 1; missing where the earlier value is zero.
///
/// # Errors
/// [`crate::Error::LengthMismatch`].
pub fn growth(panel: &Panel, x: &[f64], steps: i64) -> Result<Vec<f64>> {
    let before = panel.lag(x, steps)?;
    Ok(x.iter().zip(before).map(|(now, before)| if before == 0.0 { f64::NAN } else { now / before - 1.0 }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_stop_at_gaps() {
        let panel = Panel::builder("c", "y").keys(["a"; 4], ["1", "2", "4", "5"]).build().expect("valid");
        let x = [1.0, 3.0, 10.0, 15.0];
        let d = difference(&panel, &x, 1).expect("same length");
        assert!(d[0].is_nan() && d[2].is_nan());
        assert_eq!((d[1], d[3]), (2.0, 5.0));
        assert_eq!(growth(&panel, &x, 1).expect("same length")[1], 2.0);
        assert_eq!(lead(&panel, &x, 1).expect("same length")[0], 3.0);
    }
}
