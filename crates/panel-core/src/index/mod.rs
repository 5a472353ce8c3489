//! Composite indices: entropy weights, industrial structure.

mod entropy;
mod structure;

pub use entropy::{Direction, EntropyIndex, EntropySpec, entropy_index};
pub use structure::{structure_angle, structure_sum};
