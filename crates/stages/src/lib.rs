//! From a study to its panel: the data stage, every index and variable, and how files reach a folder.
//!
//! [`plan`] says which stages run, [`compute`] runs them over one list with a cache by what each depends on; [`store`] stages,
//! names and commits what is written.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod compute;
pub mod data;
pub mod looked_at;
mod memory;
pub mod plan;
pub mod progress;
pub mod quality;
pub mod reshape;
mod source_hints;
pub mod store;
pub mod stream;
mod total_names;
mod totals;
pub mod variables;
