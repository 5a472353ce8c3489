//! What Eq. 6 leaves open, choice by choice.

/// What is measured of a pair's relative price change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change {
    /// |ΔQ|, as in Eq. 6.
    #[default]
    Absolute,
    /// ΔQ with its sign. Its mean over ordered pairs is 0, so demeaning changes nothing and is not done.
    Signed,
}

panel_core::words!(Change, "difference", { "absolute" => Change::Absolute, "signed" => Change::Signed });

/// Over which pairs the mean of |ΔQ| is taken, good by good and period by period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Demean {
    /// All pairs of the entity set, whatever pairs the index uses.
    #[default]
    AllPairs,
    /// The pairs the index uses.
    SelectedPairs,
    /// No demeaning.
    None,
}

panel_core::words!(Demean, "demean", {
    "all-pairs" => Demean::AllPairs,
    "selected-pairs" => Demean::SelectedPairs,
    "none" => Demean::None,
});

/// Which pairs enter the index.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum PairRule {
    /// Every pair.
    #[default]
    All,
    /// Neighbours by an adjacency.
    Neighbours,
    /// Pairs at most this far apart.
    WithinKm {
        /// Largest distance, km.
        km: f64,
    },
    /// Pairs of one group (a province).
    WithinGroup,
}

/// The weight w_j of a partner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Weights {
    /// 1: an unnormalised sum over partners, the scale of the paper's Table 1.
    #[default]
    Sum,
    /// 1/N: the mean over the partners that have a variance.
    Mean,
    /// 1/d_ij.
    InverseDistance {
        /// Whether the weights are divided by their sum over partners.
        normalized: bool,
    },
    /// The partner's size in that period, such as GDP.
    Gdp {
        /// Name of the column, for messages.
        column: String,
        /// Whether the weights are divided by their sum over partners.
        normalized: bool,
    },
}

/// Divisor of the variance over goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Divisor {
    /// n - 1.
    #[default]
    Sample,
    /// n.
    Population,
}

panel_core::words!(Divisor, "divisor", { "n-1" => Divisor::Sample, "n" => Divisor::Population });

impl Weights {
    /// The word of a study file: the column's name for a size.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::InverseDistance { .. } => "inverse-distance",
            Self::Gdp { column, .. } => column,
        }
    }

    /// Whether variances are added up without being divided by anything.
    pub(crate) fn adds_up(&self) -> bool {
        match self {
            Self::Sum => true,
            Self::Mean => false,
            Self::InverseDistance { normalized } | Self::Gdp { normalized, .. } => !normalized,
        }
    }
}
