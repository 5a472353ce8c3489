//! Every open choice of an analysis at once, joint inference, and which choice moves the result
//!
#![warn(missing_docs)]

pub mod declaration;
pub mod distribution;
mod error;
pub mod grid;
pub mod joint;
pub mod kernel;
mod option;
pub mod reading;

pub use declaration::Declaration;
pub use error::{Error, Result};
pub use grid::{Grid, Panel, Universes};
