//! The study file: which data, which indices, which tables.

mod load;
mod overrides;
mod schema;

pub use load::Loaded;
pub use overrides::set;
pub use schema::{
    Aggregate, CalibrationSpec, ColumnSpec, GivenCalibration, GroupValues, GroupWeights, GtfpSpec, Header, Label,
    MarketSpec, MediationSpec, ModerationSpec, PublishedSpec, Reshape, SourceSpec, SpecificationCurve, Study,
    TableKind, TableSpec, VaSpec, VariantSpec,
};
