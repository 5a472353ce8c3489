//! ln |I - rW|, its derivatives, and what else the information matrix needs of (I - rW)⁻¹.
//!
//! | units | route |
//! |---|---|
//! | up to 2,000, or few and dense | eigenvalues once, of the symmetric similar matrix where there is one |
//! | more, sparse | LU of I - rW in a minimum-degree order, derivative by the selected inverse |

mod dense;
mod order;
mod prepared;
mod resolvent;
mod sparse;

pub(crate) use dense::{DENSE_LIMIT, eigenvalues};
pub use prepared::Prepared;
pub(crate) use resolvent::Resolvent;
