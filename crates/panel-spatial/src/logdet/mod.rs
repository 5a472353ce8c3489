//! ln |I - rW|, its derivatives, and what else the information matrix needs of (I - rW)⁻¹.
//!
//! | units | route |
//! |---|---|
//! | up to 2,000, or few and dense | eigenvalues once, of the symmetric similar matrix where there is one, else of the strongly connected components |
//! | more, sparse | LU of I - rW in a minimum-degree order, derivative by the selected inverse |

mod components;
mod dense;
mod order;
mod prepared;
mod resolvent;
mod sparse;
mod spectrum;

pub(crate) use components::components;
pub(crate) use dense::DENSE_LIMIT;
pub use prepared::Prepared;
pub(crate) use resolvent::Resolvent;

/// All eigenvalues (real, imaginary) of weights.
pub(crate) fn eigenvalues(matrix: &crate::csr::Csr) -> crate::error::Result<Vec<(f64, f64)>> {
    Ok(spectrum::spectrum(matrix)?.values)
}
