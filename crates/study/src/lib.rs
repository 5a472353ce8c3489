//! What a study says: the study file read into the types of those who use it, with the place of every mistake.
//!
//! [`Loaded`] is a file that has been read and checked, [`Study`] what it says. Its indices are values behind one trait,
//! [`indices::Index`]; [`names`] says which variables each part uses. No data are read here but the files that weights name.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod asked;
mod bootstrap;
mod changed;
mod checked;
mod column;
mod compare;
mod comparing;
mod curve;
mod defaults;
mod digits;
pub mod error;
pub mod feature;
mod headline;
pub mod indices;
mod inference;
mod label;
mod layout;
mod load;
mod means;
mod mistake;
mod multiverse;
pub mod names;
pub mod number;
mod overrides;
mod parsed;
mod place;
mod published;
mod quality;
mod report;
mod restriction;
mod schema;
pub(crate) mod section;
mod source;
pub mod spatial;
mod spelling;
mod statistic;
mod streaming;
mod table;
mod variables;

pub use self::report::{FigureFormat, HeadlineSpec, PanelFormat, ReportSpec, SourceNote};
pub use bootstrap::{BootstrapSpec, IntervalKind};
pub use column::{ColumnSpec, ModerationSpec, Saved, WeightWord};
pub use compare::{COMPARE_TABLE, CompareSpec, CompareTest, Terms};
pub use comparing::Compared;
pub use curve::{SpecificationCurve, VariantSpec};
pub use defaults::SHARED;
pub use digits::{Digits, Significant};
pub use error::{Error, Result};
pub use headline::Headline;
pub use inference::{Draw, Inference, Interval, Method};
pub use label::Label;
pub use label::bare;
pub use load::Loaded;
pub use multiverse::table_ids as multiverse_table_ids;
pub use overrides::steps;
pub use parsed::Parsed;
pub use published::{PublishedRemark, PublishedSpec};
pub use quality::QualityOptions;
pub use restriction::{Restriction, Restrictions};
pub use schema::{Header, RowRule, Study};
pub use source::{Aggregate, NameList, Reshape, SourceSpec};
pub use statistic::Statistic;
pub use table::find_column;
pub use table::{ALL_TABLES, Mean, MediationSpec, PanelSpec, TableKind, TableSpec, indicator};
pub use variables::Variables;
