#![doc = include_str!("../README.md")]
//!
//! # Modules
//! | module | what |
//! |---|---|
//! | [`weights`] | spatial weights as a value, and as a study writes them |
//! | [`panel`], [`spec`], [`result`] | balanced panels, the choices, what comes back |
//! | [`effects`] | direct, indirect, total; turning points and U tests |
//! | [`diagnostics`] | LM, LR, Wald, Hausman tests |
//! | [`gs2sls`](mod@gs2sls) | lag models by instruments |
//! | [`association`] | Moran, Geary, LISA |
//! | [`record`] | fits as plain data |
//! | [`error`] | what stops an estimation |
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end where something is not as it should be"))]

pub mod association;
mod csr;
pub mod diagnostics;
mod display;
pub mod effects;
pub mod error;
mod estimate;
pub mod gs2sls;
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
pub use estimate::{fit, random_effects};
pub use gs2sls::{Gs2slsFit, Gs2slsSpec, IvCovariance, gs2sls};
pub use linalg::Square;
pub use logdet::Prepared;
pub use panel::{LongTable, SpatialPanel, Unbalanced};
pub use record::SpatialRecord;
pub use result::{Estimated, R2, RandomFit, SpatialFit};
pub use spec::{Approach, FixedEffects, Information, Like, Model, SpatialSpec};
pub use weights::{
    Islands, Kernel, LaggedColumn, Standardise, Weights, WeightsFile, WeightsInputs, WeightsKind, WeightsSpec,
};
