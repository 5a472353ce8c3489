//! Market segmentation and integration from relative prices
//!
#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod engine;
mod error;
mod means;
mod monthly;
mod prices;
mod relations;
mod result;
mod segmentation;
mod spec;
mod variance;

pub use error::{Error, Result};
pub use means::mean_absolute_difference;
pub use monthly::{AveragedPrices, average_periods, calendar_years};
pub use prices::{PriceChanges, PriceKind, Prices};
pub use relations::Relations;
pub use result::{EntityPeriod, PeriodSummary, Segmentation};
pub use segmentation::segmentation;
pub use spec::{Change, Demean, Divisor, PairRule, SegSpec, Weights};
