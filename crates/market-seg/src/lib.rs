//! Market segmentation and integration from relative prices
//!
#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod border;
mod choices;
mod convergence;
mod display;
mod engine;
mod error;
mod groups;
mod keys;
mod means;
mod monthly;
mod pairwise;
mod prices;
mod relations;
mod result;
mod segmentation;
mod spec;
mod variance;

pub use border::{BorderEffect, BorderSpec, border_effect};
pub use choices::{Change, Demean, Divisor, PairRule, Weights};
pub use convergence::{ConvergenceSpec, ConvergenceTable, convergence_table, half_life};
pub use error::{Error, Result};
pub use groups::{GroupSplit, within_between};
pub use means::mean_absolute_difference;
pub use monthly::{AveragedPrices, average_periods, calendar_years};
pub use pairwise::{PairMean, PairVariances, pair_variances};
pub use prices::{PriceChanges, PriceColumns, PriceKind, Prices};
pub use relations::Relations;
pub use result::{EntityPeriod, PeriodSummary, Segmentation};
pub use segmentation::segmentation;
pub use spec::{Given, SegSpec};
