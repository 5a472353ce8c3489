//! Descriptive statistics of columns (Table 1 of the paper).

use crate::error::Result;
use crate::panel::Panel;
use crate::transform::{mean, quantile_unsorted, sd};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Statistics of one variable. A statistic of too few values is absent, never a number that stands for nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Descriptives {
    /// Variable.
    pub name: String,
    /// Present values.
    pub n: usize,
    /// Missing values.
    pub missing: usize,
    /// Mean.
    pub mean: Option<f64>,
    /// Standard deviation, divisor n − 1.
    pub sd: Option<f64>,
    /// Minimum.
    pub min: Option<f64>,
    /// 5 % quantile (rule of [`crate::transform::quantile`]).
    pub p5: Option<f64>,
    /// Median.
    pub p50: Option<f64>,
    /// 95 % quantile.
    pub p95: Option<f64>,
    /// Maximum.
    pub max: Option<f64>,
}

/// Statistics of a slice; `NaN` is missing.
#[must_use]
pub fn describe(name: &str, values: &[f64]) -> Descriptives {
    let mut present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    let (average, spread) = (mean(&present), sd(&present));
    let smallest = present.iter().copied().min_by(f64::total_cmp);
    let largest = present.iter().copied().max_by(f64::total_cmp);
    let known = |value: f64| value.is_finite().then_some(value);
    Descriptives {
        name: name.to_owned(),
        n: present.len(),
        missing: values.len() - present.len(),
        mean: known(average),
        sd: known(spread),
        min: smallest,
        p5: known(quantile_unsorted(&mut present, 0.05)),
        p50: known(quantile_unsorted(&mut present, 0.5)),
        p95: known(quantile_unsorted(&mut present, 0.95)),
        max: largest,
    }
}

/// Statistics of named columns of a panel, in the order of the names.
///
/// # Errors
/// [`crate::Error::UnknownColumn`], [`crate::Error::NotNumeric`].
pub fn describe_columns<S: AsRef<str> + Sync>(panel: &Panel, names: &[S]) -> Result<Vec<Descriptives>> {
    let columns = names.iter().map(|name| panel.float(name.as_ref())).collect::<Result<Vec<_>>>()?;
    Ok(names.par_iter().zip(columns).map(|(name, values)| describe(name.as_ref(), values)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_samples_have_no_spread() {
        let one = describe("x", &[2.0, f64::NAN]);
        assert_eq!((one.n, one.missing, one.mean, one.sd, one.p95), (1, 1, Some(2.0), None, Some(2.0)));
        let none = describe("x", &[f64::NAN]);
        assert_eq!((none.n, none.mean, none.min, none.p50), (0, None, None, None));
    }

    #[test]
    fn statistics_are_those_of_pandas() {
        // pandas 2: pd.Series([1, 2, 4, 8, 16]).describe(percentiles=[.05, .95])
        let d = describe("x", &[4.0, 1.0, 16.0, 2.0, 8.0]);
        assert_eq!((d.mean, d.min, d.p50, d.max), (Some(6.2), Some(1.0), Some(4.0), Some(16.0)));
        assert!((d.sd.expect("five values") - 6.099180272790763).abs() < 1e-12);
    }
}
