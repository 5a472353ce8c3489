//! Named coefficients with their covariance: what tests after estimation need of an estimate.

use crate::error::{Error, Result};
use crate::outcome::{TestOutcome, TestStat};
use faer::{Mat, MatRef};
use panel_core::distribution::{t_critical, t_two_sided};
use std::fmt;

/// Why an estimate has no standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoStandardError {
    /// The variance is below zero: clustering by several keys (or a kernel) takes away more than it adds.
    Negative,
    /// The variance was below zero, and the repair that the program of `like` makes leaves nothing of it.
    Repaired,
    /// The variance is zero but for rounding: the scores cancel within the clusters.
    Zero,
    /// The residuals are zero but for rounding: the fit is perfect.
    PerfectFit,
    /// The fixed effects explain the response but for rounding.
    Explained,
}

impl fmt::Display for NoStandardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Negative => "its variance is negative",
            Self::Repaired => "its variance is negative, and the repair leaves none",
            Self::Zero => "its variance is zero but for rounding",
            Self::PerfectFit => "the fit is perfect but for rounding",
            Self::Explained => "the fixed effects explain the response but for rounding",
        })
    }
}

/// √variance.
///
/// # Errors
/// A variance that is zero, negative or no number has no root to be used.
pub fn standard_error(variance: f64) -> std::result::Result<f64, NoStandardError> {
    if variance > 0.0 {
        Ok(variance.sqrt())
    } else if variance == 0.0 {
        Err(NoStandardError::Zero)
    } else {
        Err(NoStandardError::Negative)
    }
}

/// Coefficients of the same regression on centred variables: those of x - c in place of x. They keep the digits that
/// sums such as b₁ + 2b₂x lose when x is far from zero.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CentredCoefficients {
    /// Variables and their centres c.
    pub centres: Vec<(String, f64)>,
    /// Estimates, in the order of the coefficients.
    pub estimates: Vec<f64>,
    /// Their covariance.
    pub covariance: Mat<f64>,
}

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
    /// The same about centres, where variables lie far from zero.
    pub centred: Option<&'a CentredCoefficients>,
    /// Regressors that were left out, and why: what a message says of their names.
    pub dropped: &'a [Dropped],
    /// Why a coefficient has no standard error, by place; empty where all have one. No test is made of such a
    /// coefficient.
    pub unavailable: &'a [Option<NoStandardError>],
}

/// A regressor that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped {
    /// As written in the formula.
    pub name: String,
    /// Why.
    pub reason: String,
}

impl Dropped {
    pub(crate) fn new(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { name: name.into(), reason: reason.into() }
    }
}

impl<'a> Coefficients<'a> {
    /// Names, estimates and their covariance.
    #[must_use]
    pub fn new(names: &'a [String], estimates: &'a [f64], covariance: MatRef<'a, f64>, df: f64) -> Self {
        Self { names, estimates, covariance, df, centred: None, dropped: &[], unavailable: &[] }
    }

    /// Place of a coefficient.
    ///
    /// # Errors
    /// [`Error::Specification`] for a regressor that was left out; [`Error::UnknownOption`] listing the names there are.
    pub fn position(&self, name: &str) -> Result<usize> {
        if let Some(Dropped { reason, .. }) = self.dropped.iter().find(|dropped| dropped.name == name) {
            return Err(Error::Specification(format!("`{name}` was left out of the model: {reason}")));
        }
        self.names.iter().position(|n| n == name).ok_or_else(|| Error::UnknownOption {
            what: "coefficient",
            got: name.to_owned(),
            expected: self.names.join(", "),
        })
    }

    /// Estimates and covariance of the coefficients named, in that order; the covariance of a coefficient that has no
    /// standard error is not a number.
    ///
    /// # Errors
    /// [`Error::UnknownOption`] for a name that is not there.
    pub fn pick(&self, names: &[&str]) -> Result<(Vec<f64>, Mat<f64>)> {
        let which = names.iter().map(|name| self.position(name)).collect::<Result<Vec<_>>>()?;
        let estimates = which.iter().map(|&i| self.estimates[i]).collect();
        let lost = |place: usize| self.unavailable.get(place).is_some_and(Option::is_some);
        let covariance = Mat::from_fn(which.len(), which.len(), |i, j| {
            if lost(which[i]) || lost(which[j]) { f64::NAN } else { self.covariance[(which[i], which[j])] }
        });
        Ok((estimates, covariance))
    }

    /// The same on centred variables, with the centre of each of `variables` (0 for one that is near zero): what a curve
    /// in x is computed from, with x - c in place of x.
    ///
    /// # Errors
    /// As [`Coefficients::pick`].
    pub(crate) fn pick_centred(&self, names: &[&str], variables: &[&str]) -> Result<(Vec<f64>, Mat<f64>, Vec<f64>)> {
        let Some(centred) = self.centred else {
            let (estimates, covariance) = self.pick(names)?;
            return Ok((estimates, covariance, vec![0.0; variables.len()]));
        };
        let about = Coefficients {
            estimates: &centred.estimates,
            covariance: centred.covariance.as_ref(),
            centred: None,
            ..*self
        };
        let (estimates, covariance) = about.pick(names)?;
        let center = |name: &&str| centred.centres.iter().find(|(known, _)| known == name).map_or(0.0, |(_, c)| *c);
        Ok((estimates, covariance, variables.iter().map(center).collect()))
    }
}

/// A number derived from coefficients, with its standard error by the delta method.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Derived {
    /// Its value.
    pub value: f64,
    /// Its standard error √(g'Vg); not a number where g'Vg is not above zero, and [`Derived::test`] says so.
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
        Self { value, se: standard_error(variance).unwrap_or(f64::NAN), df }
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
        if self.value.is_finite() && self.se.is_nan() {
            return TestOutcome::not_available(name, "it has no standard error: its variance is not positive");
        }
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
