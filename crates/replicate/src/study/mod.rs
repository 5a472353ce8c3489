//! The study file: which data, which indices, which tables.

mod load;
mod overrides;
mod schema;

pub use load::Loaded;
pub use overrides::set;
pub use schema::{
    CalibrationSpec, ColumnSpec, GivenCalibration, GroupValues, GroupWeights, Aggregate, GtfpSpec, Header, Label, MarketSpec, Reshape,
    MediationSpec, ModerationSpec, PublishedSpec, SourceSpec, SpecificationCurve, Study, TableKind, TableSpec, VaSpec,
    VariantSpec,
};
