//! Named coefficients with their covariance: what tests after estimation need of an estimate.

use crate::distribution::{t_critical, t_two_sided};
use crate::error::{Error, Result};
use crate::outcome::{TestOutcome, TestStat};
use faer::{Mat, MatRef};

/// Coefficients by name, their covariance and the degrees of freedom of their t statistics.
///
/// **Shapes**: k names, k estimates, a k×k covariance. `df` is infinite for the normal distribution.
#[derive(Debug, Clone, Copy)]
pub struct Coefficients<'a> {
    /// Names as written in the formula, `x^2` and `a:b` included.
    pub names: &'a [String],
    /// Estimates.
    pub estimates: &'a [f64],
    /// Covariance of the estimates.
    pub covariance: MatRef<'a, f64>,
    /// Degrees of freedom.
    pub df: f64,
}

impl<'a> Coefficients<'a> {
    /// Place of a coefficient.
    ///
    /// # Errors
    /// [`Error::UnknownOption`] listing the names there are.
    pub fn position(&self, name: &str) -> Result<usize> {
        self.names.iter().position(|n| n == name).ok_or_else(|| Error::UnknownOption {
            what: "coefficient",
            got: name.to_owned(),
            expected: self.names.join(", "),
        })
    }

    /// Estimates and covariance of the coefficients named, in that order.
    ///
    /// # Errors
    /// [`Error::UnknownOption`] for a name that is not there.
    pub fn pick(&self, names: &[&str]) -> Result<(Vec<f64>, Mat<f64>)> {
        let which = names.iter().map(|name| self.position(name)).collect::<Result<Vec<_>>>()?;
        let estimates = which.iter().map(|&i| self.estimates[i]).collect();
        let covariance = Mat::from_fn(which.len(), which.len(), |i, j| self.covariance[(which[i], which[j])]);
        Ok((estimates, covariance))
    }
}

/// A number derived from coefficients, with its standard error by the delta method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Derived {
    /// Its value.
    pub value: f64,
    /// Its standard error √(g'Vg).
    pub se: f64,
    /// Degrees of freedom of its t statistic.
    pub df: f64,
}

impl Derived {
    /// Value and standard error from a gradient: se² = g'Vg.
    #[must_use]
    pub fn new(value: f64, gradient: &[f64], covariance: MatRef<'_, f64>, df: f64) -> Self {
        let mut variance = 0.0;
        for (i, a) in gradient.iter().enumerate() {
            for (j, b) in gradient.iter().enumerate() {
                variance += a * b * covariance[(i, j)];
            }
        }
        Self { value, se: variance.max(0.0).sqrt(), df }
    }

    /// value/se.
    #[must_use]
    pub fn t(&self) -> f64 {
        self.value / self.se
    }

    /// Two-sided p-value of the hypothesis that the value is zero.
    #[must_use]
    pub fn p(&self) -> f64 {
        t_two_sided(self.t(), self.df)
    }

    /// The test that the value is zero: t(df), or the standard normal for infinite df.
    #[must_use]
    pub fn test(&self, name: &str, null: &str) -> TestOutcome {
        if !self.t().is_finite() {
            return TestOutcome::not_available(
                name,
                format!("the value is {} with standard error {}", self.value, self.se),
            );
        }
        if self.df.is_infinite() {
            TestStat::z(name, null, self.t()).into()
        } else {
            TestStat::t(name, null, self.t(), self.df).into()
        }
    }

    /// Interval at a confidence level such as .95.
    #[must_use]
    pub fn interval(&self, level: f64) -> (f64, f64) {
        let reach = t_critical(level, self.df) * self.se;
        (self.value - reach, self.value + reach)
    }
}

/// Level of a confidence interval, checked.
pub(crate) fn check_level(level: f64) -> Result<()> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    Err(Error::Specification(format!("a confidence level lies between 0 and 1, got {level}")))
}
