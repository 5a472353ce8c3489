//! The study file: which data, which indices, which tables.

mod curve;
mod headline;
mod label;
mod load;
mod overrides;
mod parsed;
mod published;
mod quality;
mod report;
mod schema;
mod source;
mod table;

pub use curve::{SpecificationCurve, VariantSpec};
pub use headline::Headline;
pub use label::Label;
pub use load::Loaded;
pub use overrides::set;
pub use parsed::Parsed;
pub use published::{PublishedRemark, PublishedSpec};
pub use quality::QualityOptions;
pub use report::{HeadlineSpec, PanelFormat, ReportSpec, SourceNote};
pub use schema::{
    CalibrationSpec, GivenCalibration, GroupValues, GroupWeights, GtfpSpec, Header, MarketSpec, Study, VaSpec,
};
pub use source::{Aggregate, NameList, Reshape, SourceSpec};
pub use table::{ALL_TABLES, ColumnSpec, MediationSpec, ModerationSpec, TableKind, TableSpec, WeightWord, indicator};
