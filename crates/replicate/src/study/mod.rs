//! The study file: which data, which indices, which tables.

mod label;
mod load;
mod overrides;
mod quality;
mod report;
mod schema;
mod source;

pub use label::Label;
pub use load::Loaded;
pub use overrides::set;
pub use quality::QualityOptions;
pub use report::{HeadlineSpec, PanelFormat, ReportSpec, SourceNote};
pub use schema::{
    CalibrationSpec, ColumnSpec, GivenCalibration, GroupValues, GroupWeights, GtfpSpec, Header, MarketSpec,
    MediationSpec, ModerationSpec, PublishedRemark, PublishedSpec, SpecificationCurve, Study, TableKind, TableSpec,
    VaSpec, VariantSpec,
};
pub use source::{Aggregate, NameList, Reshape, SourceSpec};
