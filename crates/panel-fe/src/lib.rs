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
//! | [`multi`] | several regressions on one sample |
//! | [`predict`] | predictions, recovered fixed effects |
//! | [`record`] | estimates as plain data with a schema version |
//! | [`influence`] | leverage, influence, variance inflation |
//! | [`iv`] | estimators with instruments and their diagnostics |
//! | [`utest`], [`turning_point`], [`two_lines`] | is it a U, where does it turn |
//! | [`moderation`], [`mediation`], [`subsample`], [`binscatter`] | what moves the curve, what carries the effect |
//! | [`diagnostics`], [`bootstrap`] | specification tests, resampling |
//! | [`coefficients`] | named coefficients, what every test after estimation takes |
//! | [`outcome`], [`distribution`] | tests with their null, or why there is none; tail probabilities |
#![warn(missing_docs)]

pub mod absorb;
pub mod binscatter;
pub mod bootstrap;
pub mod coefficients;
pub(crate) mod collinear;
pub mod diagnostics;
mod display;
mod display_results;
pub mod distribution;
pub mod dof;
pub mod error;
pub(crate) mod estimation;

pub mod formula;
pub mod frame;
pub mod influence;
pub mod iv;
pub(crate) mod iv_fit;
mod iv_of_estimate;
pub(crate) mod linalg;
pub mod mediation;
mod missing;
pub mod model;
pub mod moderation;
pub mod multi;
pub(crate) mod ols;
pub mod outcome;
pub mod predict;
pub mod record;
pub mod result;
pub mod spec;
pub mod subsample;
pub mod turning_point;
pub mod two_lines;
mod u_shape;
pub mod utest;
pub mod vcov;
pub(crate) mod wald;

pub use dof::{Absorbed, AbsorbedTerm, Dof, Like, SmallSample};
pub use error::{Error, Result};
pub use formula::{Formula, FormulaError};
pub use frame::Frame;
pub use model::{Model, fit, fit_frame};
pub use multi::{fit_many, fit_samples};
pub use outcome::{Distribution, TestOutcome, TestStat};
pub use result::{Coefficient, Dropped, Estimate, IvResult, R2};
pub use spec::{Options, Singletons, WeightKind, Weights};
pub use vcov::{Covariance, Meat, Vcov};
