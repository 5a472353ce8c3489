#![doc = include_str!("../README.md")]
//!
//! # Modules
//! | module | what |
//! |---|---|
//! | [`formula`] | `y ~ x + x^2 \| city + year \| endog ~ instruments` |
//! | [`dof`] | parameters counted and small-sample multipliers, one rule per program |
//! | [`vcov`] | covariances: the meat of any scores |
//! | [`model`], [`spec`], [`result`] | the entry, the choices, what comes back |
//! | [`frame`] | the estimation sample |
//! | [`absorb`] | residuals on any number of fixed effects, with a bound on their error |
//! | [`multi`], [`responses`] | several regressions on one sample, many responses on one design |
//! | [`streaming`] | regressions on rows that come a block at a time |
//! | [`predict`] | predictions, recovered fixed effects |
//! | [`record`] | estimates as plain data with a schema version |
//! | [`influence`] | leverage, influence, variance inflation |
//! | [`random_effects`] | the random-effects fit of a fixed-effects model |
//! | [`iv`] | estimators with instruments and their diagnostics |
//! | [`utest`], [`turning_point`], [`two_lines`] | is it a U, where does it turn |
//! | [`moderation`], [`mediation`], [`subsample`], [`binscatter`] | what moves the curve, what carries the effect |
//! | [`diagnostics`], [`bootstrap`] | specification tests, resampling |
//! | [`coefficients`] | named coefficients, what every test after estimation takes |
//! | [`outcome`] | tests with their null, or why there is none |
#![warn(missing_docs)]

pub mod absorb;
mod after;
pub mod coefficients;
pub(crate) mod dense;
pub mod dof;
pub mod error;
pub mod estimator;
mod fit;
pub mod formula;
pub mod iv;
pub mod like;
pub(crate) mod linalg;
pub mod outcome;
mod sample;
pub mod spec;
pub mod streaming;
pub(crate) mod text;
pub mod vcov;
pub(crate) mod wald;
pub mod weights;
mod words;

pub use after::{
    binscatter, bootstrap, diagnostics, influence, interacted, mediation, moderation, predict, random_effects, record,
    subsample, turning_point, two_lines, utest,
};
pub use fit::{model, multi, responses, result};
pub use sample::frame;

pub use coefficients::NoStandardError;
pub use dof::{Absorbed, AbsorbedTerm, Dof, SmallSample};
pub use error::{Error, Result};
pub use estimator::Estimator;
pub use formula::{Formula, FormulaError};
pub use frame::Frame;
pub use like::Like;
pub use model::{Model, fit, fit_frame};
pub use multi::{fit_many, fit_samples};
pub use outcome::{Distribution, TestOutcome, TestStat};
/// What a panel is built from and read with.
pub use panel_core::{Cell, Column, Diagnostic, Floats, Panel, PanelBuilder};
pub use responses::Responses;
pub use result::{ClusterCount, Coefficient, Dropped, Estimate, IvResult, R2};
pub use spec::{Options, Singletons};
pub use vcov::{Covariance, Meat, Vcov};
pub use weights::{SampleWeights, WeightKind, Weights};
