//! Covariances of coefficients: V = c · B M B.
//!
//! B = (X̃'WX̃)⁻¹ is the bread, M the *meat* of the scores sᵢ = wᵢ x̃ᵢ uᵢ ([`Meat`]), and c the small-sample
//! multiplier of the degrees-of-freedom rule ([`crate::dof`]). Meat and multiplier are separate, because rank tests
//! and J statistics need meats of other scores without any multiplier.
//!
//! | module | what |
//! |---|---|
//! | [`spec`] | what a user can ask for, and its one-line notation |
//! | [`meat`] | the meat of any score matrix |
//! | [`covariance`] | a request resolved against a sample |
//! | [`groups`] | cluster codes and their intersections |
//! | [`kernel`], [`periods`] | lag windows, and the axis they run along |

pub(crate) mod cluster;
pub(crate) mod conley;
pub mod covariance;
pub mod groups;
pub mod kernel;
pub mod meat;
pub(crate) mod pairs;
pub mod periods;
pub(crate) mod prepared;
pub(crate) mod serial;
pub mod spec;

pub use covariance::Covariance;
pub use groups::Groups;
pub use kernel::Kernel;
pub use meat::{Meat, Structure};
pub use periods::Periods;
pub use spec::{ConleyDistance, ConleyKernel, Gaps, Vcov};
