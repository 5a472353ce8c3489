//! Spatial lags of columns.

use super::Weights;
use crate::error::{Error, Result};

/// A lagged column.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LaggedColumn {
    /// One value per row, `NaN` where it is missing.
    pub values: Vec<f64>,
    /// Rows whose lag is missing because a neighbour's value is.
    pub missing: usize,
    /// Rows whose lag is a sum over fewer neighbours, with the weights of those present scaled up.
    pub rescaled: usize,
}

impl Weights {
    /// W x within each period of a long table: row r holds `x[r]` of unit `unit[r]` in period `period[r]`.
    ///
    /// **Missing values**: a lag is missing if any neighbour is missing in that period. With `skip_missing` the weights of
    /// the neighbours present are scaled to the row's sum, and the rows where that happened are counted.
    /// A unit without a neighbour has lag 0.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Specification`] for a unit that has no weights or a key that stands twice.
    pub fn lag_rows(&self, unit: &[u32], period: &[u32], x: &[f64], skip_missing: bool) -> Result<LaggedColumn> {
        let rows = x.len();
        for (what, got) in [("units", unit.len()), ("periods", period.len())] {
            if got != rows {
                return Err(Error::LengthMismatch { what: what.into(), expected: rows, got });
            }
        }
        let n = self.n();
        let periods = period.iter().map(|&t| t as usize + 1).max().unwrap_or(0);
        let mut place = vec![usize::MAX; n * periods];
        for row in 0..rows {
            let i = unit[row] as usize;
            if i >= n {
                return Err(Error::Specification(format!("row {row} is of unit {i}, there are weights of {n}")));
            }
            let slot = &mut place[period[row] as usize * n + i];
            if *slot != usize::MAX {
                return Err(Error::Specification(format!("unit `{}` stands twice in one period", self.labels[i])));
            }
            *slot = row;
        }
        let mut lagged = LaggedColumn { values: vec![f64::NAN; rows], missing: 0, rescaled: 0 };
        for row in 0..rows {
            let base = period[row] as usize * n;
            let (mut sum, mut present, mut all) = (0.0, 0.0, 0.0);
            let mut absent = 0;
            for (j, weight) in self.row(unit[row] as usize) {
                all += weight;
                match place[base + j] {
                    at if at != usize::MAX && !x[at].is_nan() => {
                        sum += weight * x[at];
                        present += weight;
                    }
                    _ => absent += 1,
                }
            }
            lagged.values[row] = match absent {
                0 => sum,
                _ if skip_missing && present != 0.0 => {
                    lagged.rescaled += 1;
                    sum * (all / present)
                }
                _ => {
                    lagged.missing += 1;
                    f64::NAN
                }
            };
        }
        Ok(lagged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_neighbour_is_missing_or_skipped() {
        let labels: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
        let w =
            Weights::from_triplets(&labels, &[(0, 1, 0.25), (0, 2, 0.75), (1, 0, 1.0), (2, 1, 1.0)]).expect("valid");
        // Two periods; c is absent from the second, b missing in the first.
        let (unit, period) = ([0, 1, 2, 0, 1], [0, 0, 0, 1, 1]);
        let x = [1.0, f64::NAN, 3.0, 10.0, 20.0];
        let strict = w.lag_rows(&unit, &period, &x, false).expect("valid");
        assert!(strict.values[0].is_nan() && strict.values[2].is_nan() && strict.values[3].is_nan());
        assert_eq!((strict.values[1], strict.values[4], strict.missing, strict.rescaled), (1.0, 10.0, 3, 0));
        let loose = w.lag_rows(&unit, &period, &x, true).expect("valid");
        assert_eq!((loose.values[0], loose.values[3], loose.missing, loose.rescaled), (3.0, 20.0, 1, 2));
    }
}
