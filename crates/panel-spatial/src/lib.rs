//! Spatial panels.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end where something is not as it should be"))]

pub mod association;
mod csr;
pub mod diagnostics;
pub mod distribution;
pub mod effects;
pub mod error;
pub mod gs2sls;
mod estimate;
mod linalg;
mod logdet;
pub mod panel;
pub mod record;
pub mod result;
pub mod spec;
pub mod weights;

pub use association::{geary, local_moran, moran};
pub use effects::{Effect, Effects, Simulation};
pub use error::{Error, Result};
pub use estimate::fit;
pub use gs2sls::{Gs2slsFit, Gs2slsSpec, IvCovariance, gs2sls};
pub use linalg::Square;
pub use logdet::Prepared;
pub use panel::{LongTable, SpatialPanel, Unbalanced};
pub use record::SpatialRecord;
pub use result::{Estimated, R2, SpatialFit};
pub use spec::{Approach, FixedEffects, Information, Like, Model, SpatialSpec};
pub use weights::{Islands, Kernel, LaggedColumn, Standardise, Weights, WeightsFile, WeightsInputs, WeightsKind, WeightsSpec};
