//! Degrees of freedom: what the caller's rule says, as numbers.

use crate::error::{Error, Result};

/// Factor of a clustered covariance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Factor {
    /// (N − 1)/(N − K) · G/(G − 1), of the rows and clusters of each draw.
    Standard,
    /// The same number for every draw.
    Constant(f64),
}

/// Degrees of freedom of t.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Df {
    /// G − 1, of the clusters of each draw.
    Clusters,
    /// N − K.
    Residual,
    /// The same number for every draw.
    Constant(f64),
}

/// Errors that standard errors allow for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errors {
    /// Dependent within clusters.
    Clustered,
    /// Independent with one variance, u'u/(N − K).
    Iid,
}

/// The rule of one estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SmallSample {
    /// Parameters counted in K beside the regressors that are kept: effects that were absorbed and are not nested in
    /// clusters, the constant.
    pub absorbed: f64,
    /// Factor of a clustered covariance.
    pub factor: Factor,
    /// Degrees of freedom of t.
    pub df: Df,
    /// What the errors may be.
    pub errors: Errors,
}

impl SmallSample {
    /// Clustered, (N − 1)/(N − K) · G/(G − 1), t(G − 1): the rule of reghdfe, fixest and xtreg where the entity is nested
    /// in the clusters.
    #[must_use]
    pub fn clustered(absorbed: f64) -> Self {
        Self { absorbed, factor: Factor::Standard, df: Df::Clusters, errors: Errors::Clustered }
    }

    /// u'u/(N − K), t(N − K).
    #[must_use]
    pub fn iid(absorbed: f64) -> Self {
        Self { absorbed, factor: Factor::Constant(1.0), df: Df::Residual, errors: Errors::Iid }
    }

    /// (factor, df) for N rows in G clusters and `kept` regressors; `None` where nothing is left over.
    pub(crate) fn of(&self, rows: f64, clusters: f64, kept: usize) -> Option<(f64, f64)> {
        let left = rows - kept as f64 - self.absorbed;
        let clustered = self.errors == Errors::Clustered;
        if left <= 0.0 || (clustered && clusters < 2.0) {
            return None;
        }
        let factor = match (self.errors, self.factor) {
            (Errors::Iid, _) => 1.0 / left,
            (_, Factor::Standard) => (rows - 1.0) / left * clusters / (clusters - 1.0),
            (_, Factor::Constant(factor)) => factor,
        };
        let df = match self.df {
            Df::Clusters => clusters - 1.0,
            Df::Residual => left,
            Df::Constant(df) => df,
        };
        Some((factor, df))
    }

    pub(crate) fn require(&self, rows: usize, clusters: usize, kept: usize) -> Result<(f64, f64)> {
        self.of(rows as f64, clusters as f64, kept).ok_or(Error::NoDegreesOfFreedom {
            rows,
            clusters,
            parameters: kept + self.absorbed.max(0.0) as usize,
        })
    }
}
