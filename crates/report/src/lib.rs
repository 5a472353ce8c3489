//! Tables, figures and pages of empirical results from plain records.
//!
//! This crate knows no estimator: it takes numbers with their names and returns bytes. It never touches a file.
//!
//! | module | what |
//! |---|---|
//! | [`table`], [`render`] | one format-neutral table, thin renderers |
//! | [`regression`], [`descriptives`], [`utest`] | tables of models, samples and U-tests |
//! | [`numfmt`], [`stars`], [`labels`], [`lang`] | numbers, stars, names, two languages |
//! | [`published`], [`mod@compare`] | printed numbers, replicated ones beside them |
//! | [`figure`] | plots as SVG with the numbers they were drawn from |
//! | [`page`], [`readme`], [`codebook`] | what a reader opens first |
//!
//! ```
//! use panel_report::regression::{ModelColumn, RegressionSpec, StdErrors, Term, regression_table};
//! use panel_report::{Lang, StarRule, TableFormat};
//!
//! let column = ModelColumn {
//!     dependent: "Gtfp".into(),
//!     terms: vec![Term { name: "Va".into(), estimate: -0.0131, se: Some(0.0059), p: Some(0.027), ..Term::default() }],
//!     n: Some(2232),
//!     std_errors: StdErrors::clustered([(("城市", "city"), 279)]),
//!     ..ModelColumn::default()
//! };
//! let spec = RegressionSpec::new("t2", ("基准回归结果", "Baseline"), StarRule::china());
//! let table = regression_table(&[column], &spec)?;
//! let text = String::from_utf8(table.render(TableFormat::Terminal, Lang::En)?).unwrap_or_default();
//! assert!(text.contains("-0.013**") && text.contains("(0.006)"));
//! # Ok::<(), panel_report::Error>(())
//! ```
#![warn(missing_docs)]

// The README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod codebook;
pub mod compare;
pub mod csv;
pub mod descriptives;
pub mod error;
pub mod figure;
pub mod labels;
pub mod lang;
pub mod numfmt;
pub mod page;
pub mod published;
pub mod readme;
pub mod regression;
pub mod render;
pub mod stars;
pub mod table;
pub mod utest;
mod words;

pub use panel_core;

pub use compare::{Comparison, Replicated, Verdict, compare};
pub use error::{Error, Result};
pub use figure::Figure;
pub use labels::Labels;
pub use lang::{Lang, Text};
pub use numfmt::{Format, Printed};
pub use page::Page;
pub use published::{CellKey, Published, PublishedRow, Stat, published_cells};
pub use regression::{ModelColumn, RegressionSpec, regression_table};
pub use render::TableFormat;
pub use stars::StarRule;
pub use table::Table;
