//! From a sample to an estimate.
//!
//! | file | what |
//! |---|---|
//! | `model`, `multi`, `responses` | the entries: one formula, several formulas on one sample, many responses on one design |
//! | `estimation` | absorption, the choice of the estimator, the exchange of the covariance |
//! | `ols`, `collinear`, `leverage` | least squares on residualised columns, with the bound on its error |
//! | `streamed` | least squares from readings of the columns, without residual columns |
//! | `columns` | the columns of a sample after absorption |
//! | `iv_state` | the instrumental-variable problem of a sample |
//! | `resolve`, `sandwich`, `repair` | a covariance by name, V = c·BMB, what is done where it is indefinite |
//! | `ols_fit`, `iv_fit`, `assemble`, `goodness` | the estimate put together |
//! | `result`, `state` | what comes back, what it keeps |

#[cfg(test)]
mod agreement;
pub(crate) mod assemble;
mod collinear;
pub(crate) mod columns;
pub(crate) mod estimation;
pub(crate) mod goodness;
pub(crate) mod iv_fit;
mod iv_state;
pub(crate) mod leverage;
pub mod model;
pub mod multi;
pub(crate) mod ols;
mod ols_fit;
mod repair;
pub(crate) mod resolve;
pub mod responses;
pub mod result;
pub(crate) mod sandwich;
pub(crate) mod state;
mod streamed;
