//! What stops a segmentation index, and where.
//!
//! | group | variants | when |
//! |---|---|---|
//! | input | [`Error::LengthMismatch`], [`Error::UnknownCode`], [`Error::DuplicateKey`], [`Error::BadPrice`], [`Error::BadValue`], [`Error::TooNear`], [`Error::ZeroDistance`] | the data are not what they should be |
//! | specification | [`Error::Missing`], [`Error::Idle`], [`Error::Specification`], [`Error::Geography`] | the request does not fit the data |

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Errors of relative prices and segmentation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // Input
    /// Two things that should be of one length are not.
    #[error("{what} has length {got}, expected {expected}")]
    LengthMismatch {
        /// What.
        what: String,
        /// Expected length.
        expected: usize,
        /// Its length.
        got: usize,
    },
    /// A row's code has no label.
    #[error("row {row} has {what} code {code}, there are {known} labels")]
    UnknownCode {
        /// `entity`, `time` or `good`.
        what: &'static str,
        /// Row, counted from 0.
        row: usize,
        /// The code.
        code: u32,
        /// Number of labels.
        known: usize,
    },
    /// The same entity, time and good stand twice.
    #[error("entity `{entity}`, time `{time}`, good `{good}` stands twice: prices must have unique keys")]
    DuplicateKey {
        /// Entity label.
        entity: String,
        /// Time label.
        time: String,
        /// Good label.
        good: String,
    },
    /// A price without a logarithm.
    #[error(
        "bad price: entity `{entity}`, time `{time}`, good `{good}`, value `{value}`; expected a positive number (an empty cell where it is missing)"
    )]
    BadPrice {
        /// Entity label.
        entity: String,
        /// Time label.
        time: String,
        /// Good label.
        good: String,
        /// The value.
        value: f64,
    },
    /// Another value outside its domain.
    #[error("bad value: entity `{entity}`, time `{time}`, column `{column}`, value `{value}`; expected {expected}")]
    BadValue {
        /// Entity label.
        entity: String,
        /// Time label.
        time: String,
        /// Column.
        column: String,
        /// The value.
        value: f64,
        /// What was expected.
        expected: &'static str,
    },
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
    pub(crate) fn idle(key: &'static str, under: &str, with: &'static str) -> Self {
        Self::Idle { key, under: under.to_owned(), with }
    }
}
