//! What stops a segmentation index, and where.
//!
//! | group | variants | when |
//! |---|---|---|
//! | input | [`Error::Input`], [`Error::TooNear`], [`Error::NoLogDistance`], [`Error::ZeroDistance`] | the data are not what they should be |
//! | specification | [`Error::Missing`], [`Error::Idle`], [`Error::Specification`], [`Error::Geography`] | the request does not fit the data |

use panel_core::{Cell, InputError};

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Errors of relative prices and segmentation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // Input
    /// Keys, lengths and values that are not what they should be.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Two entities so near that their inverse distance says nothing about them.
    #[error(
        "`{first}` and `{second}` are {} apart, nearer than {} m: 1/distance would outweigh every other partner; correct their coordinates, or set min_km, below which a distance counts as min_km",
        panel_core::geo::show_km(*km), 1000.0 * panel_core::geo::NEAREST_KM
    )]
    TooNear {
        /// One entity.
        first: String,
        /// The other.
        second: String,
        /// Their distance.
        km: f64,
    },
    /// Two entities so near that the logarithm of their distance says nothing about them.
    #[error(
        "{key}: `{first}` and `{second}` are {} apart, so near that the logarithm of their distance is far from all others; correct it, or set {key}.min_km, below which a distance counts as min_km",
        panel_core::geo::show_km(*km)
    )]
    NoLogDistance {
        /// The section that holds ln distance, as in a study.
        key: &'static str,
        /// One entity.
        first: String,
        /// The other.
        second: String,
        /// Their distance.
        km: f64,
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
    /// Something the request needs was not given.
    #[error("{option} needs {needs}")]
    Missing {
        /// The option that needs it, as in a study.
        option: String,
        /// What it needs.
        needs: &'static str,
    },
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
    /// An error of coordinates, distances or neighbours.
    #[error(transparent)]
    Geography(#[from] panel_core::Error),
}

impl Error {
    /// A word that names the kind of error and stays the same when its sentence changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Input(error) => error.code(),
            Self::TooNear { .. } | Self::NoLogDistance { .. } => "too-near",
            Self::ZeroDistance { .. } => "zero-distance",
            Self::Missing { .. } => "missing-option",
            Self::Specification(_) => "specification",
            Self::Idle { .. } => "no-effect",
            Self::Geography(error) => error.code(),
        }
    }

    /// Where in the data the trouble is, as far as the error knows it.
    #[must_use]
    pub fn cell(&self) -> Option<Cell> {
        match self {
            Self::Input(error) => error.cell(),
            Self::Geography(error) => error.cell(),
            Self::TooNear { first: entity, .. }
            | Self::NoLogDistance { first: entity, .. }
            | Self::ZeroDistance { from: entity, .. } => Some(Cell { entity: Some(entity.clone()), ..Cell::default() }),
            _ => None,
        }
    }

    pub(crate) fn idle(key: &'static str, under: &str, with: &'static str) -> Self {
        Self::Idle { key, under: under.to_owned(), with }
    }
}
