//! The study file: which data, which indices, which tables.

mod load;
mod overrides;
mod report;
mod schema;

pub use load::Loaded;
pub use overrides::set;
pub use report::{HeadlineSpec, ReportSpec, SourceNote};
pub use schema::{
    Aggregate, CalibrationSpec, ColumnSpec, GivenCalibration, GroupValues, GroupWeights, GtfpSpec, Header, Label,
    MarketSpec, MediationSpec, ModerationSpec, PublishedRemark, PublishedSpec, Reshape, SourceSpec, SpecificationCurve,
    Study, TableKind, TableSpec, VaSpec, VariantSpec,
};
