//! The stages before the tables, one file each: pure functions from data and choices to results.

pub mod data;
mod memory;
pub mod reshape;
mod source_hints;
pub mod stream;
mod total_names;
mod totals;
pub mod variables;

use crate::error::{Error, Result};
use panel_core::Panel;

/// A column of numbers, as an error of this stage where it is none.
pub(crate) fn float<'a>(panel: &'a Panel, name: &str, stage: &str) -> Result<&'a [f64]> {
    panel.float(name).map_err(|error| Error::stage(stage, error))
}
