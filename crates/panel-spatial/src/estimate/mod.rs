//! Estimation by exact maximum likelihood.
//!
//! With M the annihilator of the effects, S = I - ρW, R = I - λW and N, T* the observations and periods that carry
//! information, the concentrated log-likelihood of all models is
//!
//! $$ \ell = -\frac N2 \Big(\ln 2\pi + 1 + \ln \frac{e'e}N\Big) + T^* \big(\ln|S| + \ln|R| - \ln(1-\rho c) - \ln(1-\lambda c)\big),
//!    \qquad e = M R (S y - Z b) $$
//!
//! The two last terms are there under [`Approach::Transform`](crate::Approach) with effects of time only, c being the common row sum.

mod correct;
mod fit;
mod information;
mod likelihood;
mod log_det;
mod maximise;
mod random;
mod sdpdmod;
mod smooth;
mod swept;

pub use fit::fit;
pub(crate) use fit::multipliers_at;
pub use random::random_effects;
pub(crate) use swept::{CONSTANT, Swept};
