//! A test that was computed, or the reason why it was not.

use panel_core::distribution;
use std::fmt;

/// The reference distribution of a statistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Distribution {
    /// χ²(df).
    ChiSquared,
    /// F(df, df2).
    F,
    /// t(df), two-sided.
    StudentT,
    /// Standard normal, two-sided.
    Normal,
    /// None that has a p-value: compared with tabulated critical values.
    Tabulated,
}

/// A computed test.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TestStat {
    /// Name, such as `Kleibergen-Paap rk LM`.
    pub name: String,
    /// The null hypothesis in words.
    pub null: String,
    /// The statistic.
    pub stat: f64,
    /// Its distribution under the null.
    pub distribution: Distribution,
    /// Degrees of freedom (of the numerator for F); infinite for the normal.
    pub df: f64,
    /// Degrees of freedom of the denominator for F.
    pub df2: Option<f64>,
    /// Probability of a statistic at least as extreme; `None` for [`Distribution::Tabulated`].
    pub p: Option<f64>,
}

impl TestStat {
    /// A statistic that is χ²(df) under the null; p = P(χ² ≥ stat).
    pub fn chi_squared(name: impl Into<String>, null: impl Into<String>, stat: f64, df: f64) -> Self {
        let p = Some(distribution::chi_squared_upper(stat, df));
        Self { name: name.into(), null: null.into(), stat, distribution: Distribution::ChiSquared, df, df2: None, p }
    }

    /// A statistic that is F(df, df2) under the null; p = P(F ≥ stat).
    pub fn f(name: impl Into<String>, null: impl Into<String>, stat: f64, df: f64, df2: f64) -> Self {
        let p = Some(distribution::f_upper(stat, df, df2));
        Self { name: name.into(), null: null.into(), stat, distribution: Distribution::F, df, df2: Some(df2), p }
    }

    /// A statistic that is t(df) under the null, two-sided.
    pub fn t(name: impl Into<String>, null: impl Into<String>, stat: f64, df: f64) -> Self {
        let p = Some(distribution::t_two_sided(stat, df));
        Self { name: name.into(), null: null.into(), stat, distribution: Distribution::StudentT, df, df2: None, p }
    }

    /// A statistic that is standard normal under the null, two-sided.
    pub fn z(name: impl Into<String>, null: impl Into<String>, stat: f64) -> Self {
        let p = Some(distribution::normal_two_sided(stat));
        let df = f64::INFINITY;
        Self { name: name.into(), null: null.into(), stat, distribution: Distribution::Normal, df, df2: None, p }
    }

    /// A statistic that is compared with tabulated critical values; `df` and `df2` say of which F it is the analogue.
    pub fn tabulated(name: impl Into<String>, null: impl Into<String>, stat: f64, df: f64, df2: Option<f64>) -> Self {
        Self { name: name.into(), null: null.into(), stat, distribution: Distribution::Tabulated, df, df2, p: None }
    }
}

impl TestOutcome {
    /// The weaker of two one-sided t tests, each given as (t, p): their joint null is rejected when both are.
    pub(crate) fn weaker(name: &str, null: &str, one: (f64, f64), other: (f64, f64), df: f64) -> Self {
        if [one.0, one.1, other.0, other.1].iter().any(|value| value.is_nan()) {
            return Self::not_available(name, "a slope has no standard error: its variance is not positive");
        }
        let stat = one.0.abs().min(other.0.abs());
        let distribution = if df.is_infinite() { Distribution::Normal } else { Distribution::StudentT };
        let p = Some(one.1.max(other.1));
        TestStat { name: name.into(), null: null.into(), stat, distribution, df, df2: None, p }.into()
    }
}

impl fmt::Display for TestStat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, stat, df, .. } = self;
        match self.distribution {
            Distribution::ChiSquared => write!(f, "{name}: chi2({df}) = {stat:.4}")?,
            Distribution::F => write!(f, "{name}: F({df}, {}) = {stat:.4}", self.df2.unwrap_or(f64::INFINITY))?,
            Distribution::StudentT => write!(f, "{name}: t({df}) = {stat:.4}")?,
            Distribution::Normal => write!(f, "{name}: z = {stat:.4}")?,
            Distribution::Tabulated => write!(f, "{name}: {stat:.4}")?,
        }
        if let Some(p) = self.p {
            write!(f, ", p = {p:.4}")?;
        }
        write!(f, " (null: {})", self.null)
    }
}

/// A test, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum TestOutcome {
    /// It was computed.
    Available(TestStat),
    /// It cannot be computed.
    NotAvailable {
        /// Name of the test.
        name: String,
        /// Why.
        reason: String,
    },
}

impl TestOutcome {
    /// A test that cannot be computed.
    pub fn not_available(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::NotAvailable { name: name.into(), reason: reason.into() }
    }

    /// Name of the test.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Available(test) => &test.name,
            Self::NotAvailable { name, .. } => name,
        }
    }

    /// The test, if it was computed.
    #[must_use]
    pub fn available(&self) -> Option<&TestStat> {
        match self {
            Self::Available(test) => Some(test),
            Self::NotAvailable { .. } => None,
        }
    }
}

/// A statistic, probability or degrees of freedom that are no numbers never pass for a test.
impl From<TestStat> for TestOutcome {
    fn from(test: TestStat) -> Self {
        if let Some(df) = [Some(test.df), test.df2].into_iter().flatten().find(|df| df.is_nan() || *df <= 0.0) {
            return Self::not_available(test.name, format!("there are {df} degrees of freedom"));
        }
        if test.stat.is_nan() {
            return Self::not_available(test.name, "the statistic is not a number: a matrix it needs is singular");
        }
        if test.p.is_some_and(f64::is_nan) {
            return Self::not_available(test.name, "the statistic has no probability under its distribution");
        }
        Self::Available(test)
    }
}

impl fmt::Display for TestOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Available(test) => test.fmt(f),
            Self::NotAvailable { name, reason } => write!(f, "{name}: not available ({reason})"),
        }
    }
}
