//! Many regressions over the same rows from cross-products that are made once.
//!
//! Columns come residualised (fixed effects inside clusters taken out), effects that are not inside clusters stay as
//! columns. Per cluster g the blocks are A_g = Z_g'Z_g and c_g = Z_g'y_g; with A = Σ A_g, c = Σ c_g
//!
//! b = A⁻¹c, V = m Σ_g h_g h_g', h_g = J (c_g − A_g b), J = the focal rows of A⁻¹.
//!
//! Estimates, resamples of whole clusters (A(w) = Σ w_g A_g) and wild draws need nothing else: no pass over rows.

mod blocks;
mod covariance;
mod factor;
mod product;
mod regression;
mod simd;
mod small_sample;
mod subsets;

pub use blocks::Blocks;
pub use covariance::{Meat, Rows, Term};
pub use regression::{Estimate, Estimator, Regression};
pub use small_sample::{Df, Errors, Factor, SmallSample};
pub use subsets::{Subsets, estimate_subsets};

pub(crate) use blocks::pair;
pub(crate) use factor::Cholesky;
pub(crate) use product::Left;
pub(crate) use simd::{accumulate, dot, squares};
