//! What is asked of an estimate.
//!
//! | file | what |
//! |---|---|
//! | `wald`, `iv_tests` | joint tests; tests of instruments beyond those always reported |
//! | `u_shape`, `utest`, `two_lines`, `turning_point` | is it a U, where does it turn |
//! | `moderation`, `mediation`, `binscatter` | what moves the curve, what carries the effect |
//! | `subsample`, `interacted` | do coefficients differ between samples |
//! | `influence`, `predict` | leverage and influence; predictions, recovered fixed effects |
//! | `random_effects`, `specification` | the random-effects fit of the same model; tests of an estimate that need it or its residuals |
//! | `diagnostics`, `bootstrap` | specification tests, resampling |
//! | `record` | estimates as plain data |
//! | `display`, `display_results` | printouts |

pub mod binscatter;
pub mod bootstrap;
pub mod diagnostics;
mod display;
mod display_results;
pub mod influence;
pub mod interacted;
mod iv_tests;
pub mod mediation;
pub mod moderation;
pub mod predict;
pub mod random_effects;
pub mod record;
mod specification;
pub mod subsample;
pub mod turning_point;
pub mod two_lines;
mod u_shape;
pub mod utest;
mod wald;
