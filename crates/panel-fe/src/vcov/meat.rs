//! The meat M of V = c·BMB for any score matrix.

use super::{ConleyDistance, ConleyKernel, Groups, Kernel, Periods};
use crate::error::{Error, Result};
use faer::{Mat, MatRef};

/// Which scores may be correlated.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Structure {
    /// None across observations: M = Σᵢ sᵢsᵢ'.
    Independent,
    /// Within clusters: M = Σ over non-empty subsets A of the partitions of (-1)^(|A|+1) Σ_g S_g S_g', where g runs over
    /// the intersection of the partitions in A and S_g is the sum of scores (Cameron, Gelbach & Miller 2011).
    Cluster(Vec<Groups>),
    /// Across all units, at lags within the bandwidth: h_t = Σᵢ s_it,
    /// M = Σ_t h_t h_t' + Σ_τ k(τ) Σ_t (h_t h_{t-τ}' + h_{t-τ} h_t') (Driscoll & Kraay 1998).
    DriscollKraay {
        /// Period of each observation.
        periods: Periods,
        /// Lag window.
        kernel: Kernel,
        /// Its bandwidth; L + 1 for L Bartlett lags.
        bandwidth: f64,
    },
    /// Within a unit, at lags within the bandwidth:
    /// M = Σ_it s_it s_it' + Σ_τ k(τ) Σ_it (s_it s_i,t-τ' + s_i,t-τ s_it') (Newey & West 1987).
    NeweyWest {
        /// Unit of each observation.
        units: Groups,
        /// Period of each observation.
        periods: Periods,
        /// Lag window.
        kernel: Kernel,
        /// Its bandwidth; L + 1 for L Bartlett lags.
        bandwidth: f64,
    },
    /// Between places within a cut-off: M = Σ_ij K(d_ij) s_i s_j' (Conley 1999).
    Conley {
        /// Latitude and longitude of each observation, degrees.
        coordinates: Vec<(f64, f64)>,
        /// Cut-off, km.
        cutoff_km: f64,
        /// Weight inside the cut-off.
        kernel: ConleyKernel,
        /// Distance.
        distance: ConleyDistance,
        /// With lags L: the spatial sum runs within periods only, and each unit's own scores are correlated over
        /// L Bartlett lags besides (Hsiang 2010).
        serial: Option<(Groups, Periods, usize)>,
    },
}

/// A covariance structure ready to be applied to scores.
///
/// **Shapes**: scores are n×p, one row per observation in sample order; the meat is p×p, symmetric, and not divided
/// by n. No small-sample multiplier enters.
#[derive(Debug, Clone, PartialEq)]
pub struct Meat {
    /// Which scores may be correlated.
    pub structure: Structure,
    /// Frequency weights fᵢ: a row stands for fᵢ equal observations. Its score sᵢ = fᵢ x̃ᵢ uᵢ then enters
    /// [`Structure::Independent`] as sᵢsᵢ'/fᵢ; sums over groups are not affected.
    pub frequency: Option<Vec<f64>>,
}

impl Meat {
    /// A structure without frequency weights.
    #[must_use]
    pub fn new(structure: Structure) -> Self {
        Self { structure, frequency: None }
    }

    /// M of shape (p, p) for scores of shape (n, p).
    ///
    /// # Errors
    /// [`Error::Unsupported`] for frequency weights in a structure whose pairs of observations they do not define.
    pub fn of(&self, scores: MatRef<'_, f64>) -> Result<Mat<f64>> {
        Ok(self.prepared()?.of(scores))
    }

    pub(super) fn refuse_frequency(&self, what: &str) -> Result<()> {
        match self.frequency {
            Some(_) => Err(Error::Unsupported(format!("frequency weights with {what} covariances"))),
            None => Ok(()),
        }
    }

    /// Cluster counts G_f of a clustered structure, T for Driscoll-Kraay and Newey-West, else nothing.
    #[must_use]
    pub fn group_counts(&self) -> Vec<usize> {
        match &self.structure {
            Structure::Cluster(partitions) => partitions.iter().map(Groups::count).collect(),
            Structure::DriscollKraay { periods, .. } | Structure::NeweyWest { periods, .. } => vec![periods.count()],
            Structure::Independent | Structure::Conley { .. } => Vec::new(),
        }
    }
}
