//! The study file: which data, which indices, which tables.

mod curve;
mod headline;
mod label;
mod load;
mod mistake;
mod overrides;
mod parsed;
mod published;
mod quality;
mod report;
mod schema;
pub(crate) mod section;
mod source;
mod table;
mod variables;

pub use curve::{SpecificationCurve, VariantSpec};
pub use headline::Headline;
pub use label::Label;
pub use load::Loaded;
pub use parsed::Parsed;
pub use published::{PublishedRemark, PublishedSpec};
pub use quality::QualityOptions;
pub use report::{FigureFormat, HeadlineSpec, PanelFormat, ReportSpec, SourceNote};
pub use schema::{Header, RowRule, Study};
pub use source::{Aggregate, NameList, Reshape, SourceSpec};
pub use table::{ALL_TABLES, ColumnSpec, MediationSpec, ModerationSpec, TableKind, TableSpec, WeightWord, indicator};
pub use variables::Variables;
