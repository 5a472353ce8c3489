//! A covariance request resolved against a sample: the meat, and what the degrees-of-freedom rules must know.

use super::{Meat, Structure, Vcov};

/// A [`Vcov`] resolved against a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    /// What was asked for.
    pub spec: Vcov,
    /// The structure of the scores; [`Structure::Independent`] for [`Vcov::Iid`], where it serves robust statistics.
    pub meat: Meat,
    /// For each absorbed term: whether its levels are nested in a cluster key.
    pub nested: Vec<bool>,
    /// For each absorbed term: whether it is itself a cluster key, by name.
    pub is_key: Vec<bool>,
    /// Whether every cluster key is an absorbed term, by name.
    pub keys_absorbed: bool,
}

impl Covariance {
    /// A covariance without absorbed terms.
    #[must_use]
    pub fn new(spec: Vcov, meat: Meat) -> Self {
        Self { spec, meat, nested: Vec::new(), is_key: Vec::new(), keys_absorbed: false }
    }

    /// σ²(X'X)⁻¹.
    #[must_use]
    pub fn iid() -> Self {
        Self::new(Vcov::Iid, Meat::new(Structure::Independent))
    }

    /// Whether the errors are taken as homoskedastic and independent.
    #[must_use]
    pub fn is_iid(&self) -> bool {
        self.spec == Vcov::Iid
    }

    /// Whether the small-sample rule is that of clusters (Driscoll-Kraay clusters by period).
    #[must_use]
    pub fn is_clustered(&self) -> bool {
        matches!(self.meat.structure, Structure::Cluster(_) | Structure::DriscollKraay { .. })
    }

    /// Smallest cluster count, or T.
    #[must_use]
    pub fn min_groups(&self) -> Option<usize> {
        self.meat.group_counts().into_iter().min()
    }
}
