//! What is asked of an estimate.
//!
//! | file | what |
//! |---|---|
//! | `wald`, `iv_tests` | joint tests; tests of instruments beyond those always reported |
//! | `u_shape`, `utest`, `two_lines`, `turning_point` | is it a U, where does it turn |
//! | `moderation`, `mediation`, `subsample`, `binscatter` | what moves the curve, what carries the effect |
//! | `influence`, `predict` | leverage and influence; predictions, recovered fixed effects |
//! | `diagnostics`, `bootstrap` | specification tests, resampling |
//! | `record` | estimates as plain data |
//! | `display`, `display_results` | printouts |

pub mod binscatter;
pub mod bootstrap;
pub mod diagnostics;
mod display;
mod display_results;
pub mod influence;
mod iv_tests;
pub mod mediation;
pub mod moderation;
pub mod predict;
pub mod record;
pub mod subsample;
pub mod turning_point;
pub mod two_lines;
mod u_shape;
pub mod utest;
mod wald;
