//! Validated panels and everything that happens to them before a model sees them.
//!
//! A [`Panel`] is a table whose rows carry a unique (entity, time) key, sorted by entity and then by time.
//! Missing values are part of it: a missing number is `NaN` in a float column, a missing text has no code.
//! Method crates take plain slices from a panel, so none of them needs to know how the data were read.
//!
//! | module | what |
//! |---|---|
//! | [`panel`], [`mod@column`] | the table, its keys, balance and gaps |
//! | [`diagnostics`], [`error`] | what is returned beside a result, and what stops a run |
//! | [`io`], [`number`] | readers, joins, reshaping, writers |
//! | [`transform`], [`capital`], [`index`], [`descriptives`] | logs, lags, deflation, capital stock, entropy and structure indices, statistics |
//! | [`expr`] | the language of derived variables and filters |
//! | [`quality`] | missing values, jumps, spikes, units, outliers of every variable |
//! | [`geo`] | coordinates and great-circle distances; with the feature `geo` geodesics, matrices, near pairs, sums over all pairs |
//! | `names` (feature `names`) | Chinese cities under the names that their sources give them |
//! | `distribution` (feature `distribution`) | tails and quantiles of the normal, t, F and χ² distributions |
//! | [`fieller`] | the confidence set of a ratio |
//! | [`mod@sum`] | compensated sums |
//! | [`remedy`] | what to write in a study file so that a file can be read |
//! | [`stock_yogo`] | critical values of weak instruments |
//! | [`interrupt`] | stopping long work from outside |
//! | [`random`] | streams that do not depend on threads |
//! | [`words`] | choices that a study writes as words |
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end where something is not as it should be"))]

// The README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "arrow")]
pub mod arrow;
pub mod capital;
pub mod column;
#[cfg(feature = "polars")]
pub mod data_frame;
pub mod descriptives;
pub mod diagnostics;
mod display;
#[cfg(feature = "distribution")]
pub mod distribution;
pub mod error;
pub mod expr;
pub mod fieller;
pub mod floats;
pub mod geo;
pub mod index;
mod intern;
pub mod interrupt;
pub mod io;
mod keys;
#[cfg(feature = "names")]
pub mod names;
pub mod number;
mod numerals;
pub mod panel;
pub mod quality;
pub mod random;
pub mod remedy;
pub mod stock_yogo;
pub mod suggest;
pub mod sum;
mod time_axis;
pub mod transform;
pub mod words;

pub use column::{Column, TextColumn};
pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use error::{Cell, Error, Result};
pub use floats::Floats;
pub use keys::{InputError, Keys};
pub use numerals::{Percent, looks_like_a_number};
pub use panel::{Balance, Frequency, Panel, PanelBuilder, TimeAxis};
pub use remedy::Remedy;
