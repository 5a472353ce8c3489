//! The estimation sample.
//!
//! | file | what |
//! |---|---|
//! | `frame` | what a sample holds: columns, effects, weights |
//! | `build` | the rows with every used value, from a formula and a panel |
//! | `variable` | a named column |
//! | `terms`, `keys` | terms of a formula as numbers, keys as partitions |
//! | `centring` | powers and products of variables far from zero |
//! | `missing` | which rows were left out, in words |

mod build;
pub(crate) mod centring;
pub mod frame;
pub(crate) mod keys;
mod missing;
pub(crate) mod terms;
pub(crate) mod variable;
