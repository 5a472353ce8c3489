//! The linear programs of efficiency analysis, and the engines that solve them with a certificate.
//!
//! Every model of this crate is, for one evaluated unit \\(o\\), a program of one shape:
//!
//! \\[ \min_{\lambda,z}\; c'z \quad\text{s.t.}\quad
//!    \sum_j \frac{a_{ij}}{s_i}\lambda_j + \sum_k E_{ik} z_k = r_i \;(i = 1..m'),\qquad
//!    \lambda \ge 0,\quad l_k \le z_k \le u_k . \\]
//!
//! * \\(a_{ij}\\) are the [`Activities`]: one column per reference unit, never changed, built once per frontier;
//! * \\(s_i\\) is the row's scale for the evaluated unit (its own \\(x_{io}, y_{ro}, b_{po}\\)), so that all
//!   coefficients the engine sees are ratios and no unit of measurement can reach it;
//! * \\(z\\) holds everything else: contraction and expansion factors, the Charnes-Cooper multiplier, slacks.
//!
//! # Formulating for speed
//! Rows are the price of an iteration, columns \\(z\\) are nearly free. So write bounds between variables by
//! substitution instead of rows: with \\(T \le t\\) and \\(F \ge t\\), use \\(u, v \ge 0\\) and \\(T = t - u,\\;
//! F = t + v\\). Written relative to the unit, the matrix `E`, the costs and the bounds are then the same for all
//! units, and a [`Program`] built once needs only [`Program::set_row_scale`] per unit.
//!
//! # Ties
//! A row may be missed by [`ROUNDING`] where that takes away a multiplier so large that the last digits of the data would decide
//! the optimum; [`Certificate::primal_residual`] says by how much. Programs with ordinary multipliers are solved as they stand.
//!
//! # Where to start
//! [`Activities`] and [`Program`] to state, [`solve_each`] to solve one program for each of many units (ordered
//! chunks, threads, fallbacks, counts), [`LpSolver`] for one engine by hand.

pub(crate) mod activities;
mod batch;
mod certificate;
mod exact;
#[cfg(feature = "highs")]
mod highs;
mod order;
mod precise;
mod program;
mod rounding;
mod simplex;
mod solution;

pub use activities::Activities;
pub use batch::{CHUNK, LpStats, solve_each};
#[cfg(feature = "highs")]
pub use highs::Highs;
pub use order::neighbor_order;
pub use program::Program;
pub use simplex::Simplex;
pub use solution::{Certificate, Solution, Status};

use crate::words::words;

/// A solution is accepted when every part of its [`Certificate`] is at most this.
pub const CERTIFICATE_TOLERANCE: f64 = 1e-9;

/// What a row may be missed by where the rounding of data would decide an optimum, in units of its scale: a thousand units in the
/// last place of a double. Units that are multiples or copies of others tie with them up to this.
pub const ROUNDING: f64 = 2e-13;

/// An engine bound to one set of [`Activities`], solving programs one after another.
///
/// An engine may start from where the previous program ended; [`LpSolver::reset`] forgets that, so that the same
/// sequence of programs after a reset gives the same bits.
pub trait LpSolver {
    /// Solves `program` and writes the result into `solution`, whose buffers are reused.
    ///
    /// # Errors
    /// [`LpError::Shape`] where the program does not fit the activities, [`LpError::Engine`] where the engine itself broke
    /// down. Infeasible or unbounded programs are no errors: see [`Solution::status`].
    fn solve(&mut self, program: &Program, solution: &mut Solution) -> Result<(), LpError>;

    /// Forgets the last basis.
    fn reset(&mut self);
}

words! {
    /// Which engine solves the programs.
    Solver {
        /// The built-in simplex; what it cannot certify goes to HiGHS (feature `highs`) and is counted.
        Auto = "auto",
        /// The built-in simplex alone.
        Simplex = "simplex",
        /// HiGHS alone (feature `highs`).
        Highs = "highs",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro writes the enum, so nothing can be derived on a variant")]
impl Default for Solver {
    fn default() -> Self {
        Self::Auto
    }
}

/// Why a program could not be given to, or solved by, an engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LpError {
    /// Lengths that do not fit together.
    #[error("{what}: expected {expected}, got {got}")]
    Shape {
        /// What was counted.
        what: &'static str,
        /// The length expected.
        expected: usize,
        /// The length found.
        got: usize,
    },
    /// A coefficient that is not a finite number.
    #[error("{what} {index} is not a finite number")]
    NotFinite {
        /// Which array.
        what: &'static str,
        /// Position in that array.
        index: usize,
    },
    /// Bounds that are missing or crossed.
    #[error("variable z {index} has bounds that are not lower ≤ upper")]
    Bounds {
        /// The variable.
        index: usize,
    },
    /// A row scale that is zero, negative or not finite.
    #[error("row scale {row} is not a positive finite number")]
    RowScale {
        /// The row.
        row: usize,
    },
    /// HiGHS is wanted, and is not compiled in.
    #[error("{why}: this needs the feature `highs`")]
    NeedsHighs {
        /// Why it is wanted.
        why: &'static str,
    },
    /// An engine that failed.
    #[error("engine {engine}: {message}")]
    Engine {
        /// Name of the engine.
        engine: &'static str,
        /// What it said.
        message: String,
    },
    /// The work was stopped from outside.
    #[error(transparent)]
    Interrupted(#[from] panel_core::interrupt::Interrupted),
}
