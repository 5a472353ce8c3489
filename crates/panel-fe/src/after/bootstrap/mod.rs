//! Bootstrap inference: wild cluster, pairs and block.
//!
//! | file | what |
//! |---|---|
//! | `wild` | restricted (and unrestricted) wild cluster bootstrap of a t test, with its confidence interval |
//! | `estimate` | both for an [`crate::Estimate`] |
//! | `resample` | rows drawn by observation, by cluster or by blocks of periods; summaries of the draws |
//!
//! All draws come from ChaCha streams, one per replication, so that results depend on the seed alone and not on the
//! number of threads.

mod estimate;
mod resample;
mod wild;

pub use resample::{BootstrapSummary, Resample, Resampling, bootstrap};
pub use wild::{Absorb, WildBootstrap, WildProblem, WildResult, WildWeights};
