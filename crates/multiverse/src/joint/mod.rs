//! Joint tests over the estimates of a panel (Simonsohn, Simmons & Nelson 2020), by resampling whole clusters.
//!
//! The null holds in every universe on its own. One draw of clusters serves all universes, which carries their dependence
//! into the null distribution. Over the U universes of a panel
//!
//! T₁ = |median effect|, T₂ = the larger of the two one-signed shares with p < level, T₃ = |Σ z|/√U with
//! z = Φ⁻¹(F_t(t)), T₄ = the share with a U,
//!
//! p = (1 + #{T* ≥ T(1 − 10⁻¹²)})/(B + 1).

mod cell;
mod draws;
mod pairs;
mod permute;
mod plan;
mod problem;
mod responses;
mod statistics;
mod test;
mod wild;

pub use permute::Paths;
pub use plan::{Plan, exchangeable_groups};
pub use problem::{Design, Effect, Problem, Target};
pub use responses::{Responses, pairs_responses, put};
pub use statistics::{Statistics, holm};
pub use test::{JointOptions, JointResult, JointTests, PanelTests, Test, joint_tests};
