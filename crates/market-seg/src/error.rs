//! What stops a segmentation index, and where.
//!
//! | group | variants | when |
//! |---|---|---|
//! | input | [`Error::LengthMismatch`], [`Error::UnknownCode`], [`Error::DuplicateKey`], [`Error::BadPrice`], [`Error::BadValue`], [`Error::Coincident`] | the data are not what they should be |
//! | specification | [`Error::Missing`], [`Error::Specification`], [`Error::Geography`] | the request does not fit the data |

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
    #[error("bad value: entity `{entity}`, column `{column}`, value `{value}`; expected {expected}")]
    BadValue {
        /// Entity label.
        entity: String,
        /// What the value is.
        column: &'static str,
        /// The value.
        value: f64,
        /// What was expected.
        expected: &'static str,
    },
    /// Two entities at one place: their inverse distance is infinite.
    #[error(
        "entities `{first}` and `{second}` are at distance 0, so their inverse distance is infinite; correct one of them (a program may set a smallest distance, `SegSpec::min_km`)"
    )]
    Coincident {
        /// One entity.
        first: String,
        /// The other.
        second: String,
    },

    // Specification
    /// Something the request needs was not given.
    #[error("{option} needs {needs}")]
    Missing {
        /// The option that needs it.
        option: &'static str,
        /// What it needs.
        needs: &'static str,
    },
    /// A request that cannot be carried out.
    #[error("{0}")]
    Specification(String),
    /// An error of coordinates, distances or neighbours.
    #[error(transparent)]
    Geography(#[from] panel_core::Error),
}
