//! What an engine returns: values, multipliers and the proof that they are optimal.

use super::CERTIFICATE_TOLERANCE;

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Status {
    /// Optimal values were found; the certificate says how exactly.
    Optimal,
    /// No values satisfy the rows; the duals are a Farkas proof.
    Infeasible,
    /// The objective has no lower bound.
    Unbounded,
    /// The engine gave up (iteration limit or a basis that stays singular).
    #[default]
    Failed,
}

/// The primal-dual proof of a solution; all parts are relative and non-negative.
///
/// With \\(\alpha_{ij} = a_{ij}/s_i\\) and reduced costs \\(d_j = -\sum_i y_i\alpha_{ij}\\),
/// \\(d_k = c_k - \sum_i y_i E_{ik}\\):
/// weak duality makes the objective exact to `gap` when all four parts vanish.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Certificate {
    /// Largest row residual over max(1, |right-hand side|, largest term of the row), and largest violated bound of `z`
    /// or `lambda`; misses of rounding count (see [`ROUNDING`](super::ROUNDING)). For an infeasible program: zero.
    pub primal_residual: f64,
    /// Largest sign violation of a reduced cost over the sum of its terms' sizes, where a multiplier counts as at least
    /// 1e-4 of the largest and as a thousand costs at most (for `z`: over at least 1). For an infeasible program the same
    /// of the Farkas multipliers, with zero costs, over the margin of the proof.
    pub dual_residual: f64,
    /// Largest product of a reduced cost and the distance of its variable from the bound, over max(1, |objective|).
    pub complementarity: f64,
    /// |primal objective - dual objective| over max(1, |objective|). For an infeasible program 0 where the Farkas
    /// multipliers prove it, infinite where they do not; likewise for an unbounded program and its ray; infinite where the
    /// engine gave up.
    pub gap: f64,
}

impl Certificate {
    /// The certificate of a verdict that nothing proves.
    pub(crate) fn none() -> Self {
        Self { gap: f64::INFINITY, ..Self::default() }
    }

    /// The largest of the four parts.
    #[must_use]
    pub fn worst(&self) -> f64 {
        let parts = [self.primal_residual, self.dual_residual, self.complementarity, self.gap];
        if parts.iter().any(|p| p.is_nan()) { f64::INFINITY } else { parts.into_iter().fold(0.0, f64::max) }
    }

    /// Whether every part is at most [`CERTIFICATE_TOLERANCE`].
    #[must_use]
    pub fn closes(&self) -> bool {
        self.worst() <= CERTIFICATE_TOLERANCE
    }
}

/// The solution of one program. Make one with `Solution::default()` and pass it to every solve.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Solution {
    /// How the program ended; the other fields describe a solution only where it is [`Status::Optimal`].
    pub status: Status,
    /// The objective \\(c'z\\).
    pub objective: f64,
    /// The variables `z`.
    pub z: Vec<f64>,
    /// The intensities that are not zero: (column of the activities, value), columns ascending.
    pub lambda: Vec<(usize, f64)>,
    /// Row multipliers \\(y\\), relative like the rows: \\(y_i/s_i\\) are per raw unit. For an infeasible program,
    /// Farkas multipliers.
    pub duals: Vec<f64>,
    /// The proof.
    pub certificate: Certificate,
    /// Simplex iterations.
    pub iterations: usize,
}

impl Solution {
    /// Whether the program has an answer (an optimum, or a proof that there is none) whose certificate closes.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.status != Status::Failed && self.certificate.closes()
    }

    /// Whether the program ended [`Status::Optimal`] and its certificate closes.
    #[must_use]
    pub fn is_certified(&self) -> bool {
        self.status == Status::Optimal && self.certificate.closes()
    }
}
