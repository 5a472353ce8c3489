//! One column of a regression table as a plain record.

use crate::Text;
use serde::{Deserialize, Serialize};

/// An estimated model, as much of it as a table shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelColumn {
    /// Head of the column, such as `(1)`; numbered by position when empty.
    pub id: String,
    /// What sets the column apart (a subsample), may be empty.
    pub heading: Text,
    /// Label of the dependent variable.
    pub dependent: Text,
    /// Coefficients.
    pub terms: Vec<Term>,
    /// Observations used, if stated; a table shows a dash otherwise.
    pub n: Option<usize>,
    /// Further statistics, in order.
    pub fit: Vec<FitStat>,
    /// Yes/no rows before the fixed effects, such as control variables.
    pub flags: Vec<Flag>,
    /// Fixed effects, yes or no.
    pub fixed_effects: Vec<Flag>,
    /// How the standard errors were computed.
    pub std_errors: StdErrors,
    /// Why there is no estimate; empty where there is one. Then its cells are dashes with this reason.
    pub reason: Text,
}

/// One coefficient.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Name as estimated: `Va`, `Va^2`, `Va:Infra`.
    pub name: String,
    /// Estimate.
    pub estimate: f64,
    /// Standard error.
    #[serde(default)]
    pub se: Option<f64>,
    /// t statistic.
    #[serde(default)]
    pub t: Option<f64>,
    /// p-value; stars come from it and from nothing else.
    #[serde(default)]
    pub p: Option<f64>,
    /// Lower end of the confidence interval.
    #[serde(default)]
    pub ci_low: Option<f64>,
    /// Upper end of the confidence interval.
    #[serde(default)]
    pub ci_high: Option<f64>,
}

/// One statistic of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitStat {
    /// Key, such as `r2_within`; its label comes from the dictionary.
    pub key: String,
    /// Value, `None` where it could not be computed.
    pub value: Option<f64>,
    /// p-value that gives it stars, where it is a test.
    #[serde(default)]
    pub p: Option<f64>,
    /// Why there is no value.
    #[serde(default)]
    pub reason: Text,
}

/// A yes/no row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// Label.
    pub label: Text,
    /// Yes or no.
    pub yes: bool,
}

/// How standard errors were computed; shown in a row and in the note.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StdErrors {
    /// The estimator.
    pub kind: SeKind,
    /// Cluster variables, for [`SeKind::Cluster`].
    #[serde(default)]
    pub clusters: Vec<Cluster>,
}

/// A cluster variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Label.
    pub label: Text,
    /// Number of clusters.
    pub groups: usize,
}

/// Estimators of standard errors.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SeKind {
    /// Not stated: notes say nothing about it.
    #[default]
    Unstated,
    /// Independent, identically distributed errors.
    Iid,
    /// Heteroskedasticity-robust with n/(n-k).
    Hc1,
    /// Heteroskedasticity-robust, residuals divided by √(1 - h).
    Hc2,
    /// Heteroskedasticity-robust, residuals divided by 1 - h.
    Hc3,
    /// Cluster-robust.
    Cluster,
    /// Driscoll-Kraay with this many lags.
    DriscollKraay(usize),
    /// Newey-West with this many lags.
    NeweyWest(usize),
    /// Conley within this many kilometers.
    Conley {
        /// Cut-off, km.
        km: f64,
        /// Lags of serial correlation within entities besides (Hsiang 2010), if any.
        #[serde(default)]
        lags: Option<usize>,
    },
    /// Something else, in words.
    Other(Text),
}

impl FitStat {
    /// A statistic with a value.
    pub fn new(key: impl Into<String>, value: f64) -> Self {
        Self { key: key.into(), value: Some(value), p: None, reason: Text::default() }
    }

    /// A test statistic whose stars come from its p-value.
    pub fn test(key: impl Into<String>, value: f64, p: f64) -> Self {
        Self { key: key.into(), value: Some(value), p: Some(p), reason: Text::default() }
    }

    /// A statistic that could not be computed.
    pub fn missing(key: impl Into<String>, reason: impl Into<Text>) -> Self {
        Self { key: key.into(), value: None, p: None, reason: reason.into() }
    }
}

impl Flag {
    /// A yes/no row.
    pub fn new(label: impl Into<Text>, yes: bool) -> Self {
        Self { label: label.into(), yes }
    }
}

impl StdErrors {
    /// Errors clustered by these variables.
    pub fn clustered<L: Into<Text>>(by: impl IntoIterator<Item = (L, usize)>) -> Self {
        let clusters = by.into_iter().map(|(label, groups)| Cluster { label: label.into(), groups }).collect();
        Self { kind: SeKind::Cluster, clusters }
    }

    /// Errors of another kind.
    #[must_use]
    pub const fn of(kind: SeKind) -> Self {
        Self { kind, clusters: Vec::new() }
    }
}
