//! What a study says of space: `[[weights]]`, and the spatial model of a column.

pub mod build;
mod check;
pub mod residuals;
pub mod section;

pub(crate) use check::check;
pub use check::seeds;
pub use section::{SpatialColumn, Swept, WeightsSection};
