//! Fixed-effects and instrumental-variable regression with every degrees-of-freedom rule made explicit.
//!
//! | module | what |
//! |---|---|
//! | [`formula`] | `y ~ x + x^2 \| city + year \| endog ~ instruments` |
//! | [`dof`] | parameters counted and small-sample multipliers, one rule per program |
//! | [`vcov`] | covariances: the meat of any scores |
//! | [`outcome`], [`distribution`] | tests with their null, or why there is none; tail probabilities |
#![warn(missing_docs)]

pub mod distribution;
pub mod dof;
pub mod error;
pub mod formula;
#[allow(dead_code)]
pub(crate) mod linalg;
pub mod outcome;
pub mod vcov;

pub use dof::{Absorbed, AbsorbedTerm, Dof, Like, SmallSample};
pub use error::{Error, Result};
pub use formula::{Formula, FormulaError};
pub use outcome::{Distribution, TestOutcome, TestStat};
pub use vcov::{Covariance, Meat, Vcov};
