//! What stops an index, and where.
//!
//! | group | variants | when |
//! |---|---|---|
//! | input | [`Error::Input`], [`Error::TooNear`], [`Error::ZeroDistance`] | the data are not what they should be |
//! | specification | [`Error::Specification`], [`Error::Idle`], [`Error::Geography`] | the request does not fit the data |
//! | numerical | [`Error::NotConverged`], [`Error::Undefined`] | an iteration did not end; a statistic does not exist |

use panel_core::InputError;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Errors of location quotients, agglomeration indices and spatial tests.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // Input
    /// Keys, lengths and values that are not what they should be.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Two entities so near that their inverse distance says nothing about them.
    #[error(
        "`{first}` and `{second}` are {} apart, nearer than {} m: 1/distance would be {:.1} % of one's weights; correct their coordinates, or set min_km, below which a distance counts as min_km",
        panel_core::geo::show_km(*km), 1000.0 * panel_core::geo::NEAREST_KM, 100.0 * share
    )]
    TooNear {
        /// One entity.
        first: String,
        /// The other.
        second: String,
        /// Their distance.
        km: f64,
        /// The largest share of the one in the sum of the other's weights.
        share: f64,
    },
    /// A zero in a user's distance matrix, off the diagonal.
    #[error(
        "the distance from `{from}` to `{to}` is 0, so its inverse is infinite; correct it, or set min_km, below which a distance counts as min_km"
    )]
    ZeroDistance {
        /// From.
        from: String,
        /// To.
        to: String,
    },

    // Specification
    /// A request that cannot be carried out.
    #[error("{0}")]
    Specification(String),
    /// A key that changes nothing under the other choices.
    #[error("{key} has no effect with {under}; leave it out, or use it with {with}")]
    Idle {
        /// The key, as in a study.
        key: &'static str,
        /// The choice under which it has none.
        under: String,
        /// The choices under which it has one.
        with: &'static str,
    },
    /// An error of coordinates or distances.
    #[error(transparent)]
    Geography(#[from] panel_core::Error),

    // Numerical
    /// An iteration did not end.
    #[error("{what} did not converge in {iterations} steps: last relative change {change:.1e}, wanted {wanted:.0e}")]
    NotConverged {
        /// What.
        what: &'static str,
        /// Steps done.
        iterations: usize,
        /// Last relative change.
        change: f64,
        /// Relative change wanted.
        wanted: f64,
    },
    /// A statistic that does not exist for these data.
    #[error("{statistic} does not exist: {reason}")]
    Undefined {
        /// Which.
        statistic: &'static str,
        /// Why.
        reason: String,
    },
}

impl Error {
    /// A unit that the scaling of the weights takes out again.
    pub(crate) fn unit_under(normalisation: &str) -> Self {
        Self::Idle {
            key: "unit_km",
            under: format!("normalisation = \"{normalisation}\", which divides the unit out"),
            with: "normalisation = \"raw\"",
        }
    }
}
