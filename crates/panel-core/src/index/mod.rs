//! Composite indices: entropy weights, TOPSIS, industrial structure.

mod entropy;
mod structure;
mod topsis;

pub use entropy::{
    Direction, EntropyByGroup, EntropyIndex, EntropySpec, Indicator, entropy_index, entropy_index_by, relative_entropy,
};
pub use structure::{structure_angle, structure_sum};
pub use topsis::{Topsis, TopsisScaling, TopsisSpec, topsis};
