//! Every open choice of an analysis at once, joint inference, and which choice moves the result
//!
#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod artefacts;
pub mod attribution;
mod changes;
pub mod declaration;
mod describe;
pub mod distribution;
mod error;
pub mod grid;
pub mod joint;
pub mod kernel;
mod option;
pub mod reading;
pub mod record;

pub use changes::{ChangeSet, Changes, smallest_changes};
pub use declaration::Declaration;
pub use describe::{Description, Measured, Outcome, Summary, describe};
pub use error::{Error, Result};
pub use grid::{Grid, Panel, Universes};
