//! Validated panels and everything that happens to them before a model sees them.
//!
//! A [`Panel`] is a table whose rows carry a unique (entity, time) key, sorted by entity and then by time.
//! Missing values are part of it: a missing number is `NaN` in a float column, a missing text has no code.
//! Method crates take plain slices from a panel, so none of them needs to know how the data were read.
//!
//! | module | what |
//! |---|---|
//! | [`panel`], [`column`] | the table, its keys, balance and gaps |
//! | [`diagnostics`], [`error`] | what is returned beside a result, and what stops a run |
//! | [`geo`] | coordinates and great-circle distances |
#![warn(missing_docs)]

pub mod column;
pub mod diagnostics;
pub mod error;
pub mod geo;
pub mod panel;
pub mod suggest;

pub use column::{Column, TextColumn};
pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use error::{Cell, Error, Result};
pub use panel::{Balance, Panel, PanelBuilder, TimeAxis};
