//! The estimation sample.
//!
//! | file | what |
//! |---|---|
//! | `frame` | rows with every used value, columns, effects, weights |
//! | `variable` | a named column |
//! | `terms`, `keys` | terms of a formula as numbers, keys as partitions |
//! | `centring` | powers and products of variables far from zero |
//! | `missing` | which rows were left out, in words |

pub(crate) mod centring;
pub mod frame;
pub(crate) mod keys;
mod missing;
pub(crate) mod terms;
pub(crate) mod variable;
