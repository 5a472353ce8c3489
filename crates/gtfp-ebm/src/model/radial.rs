//! Radial efficiency: CCR (constant returns), BCC (variable), NIRS and NDRS.
//!
//! $$ \min \theta : X\lambda \le \theta x_o,\; Y\lambda \ge y_o \qquad\text{or}\qquad
//!    \max \varphi : X\lambda \le x_o,\; Y\lambda \ge \varphi y_o . $$
//!
//! Scores are in (0, 1]: θ for input orientation, 1/φ for output orientation. Slacks come from a second stage that
//! keeps the factor and maximises the sum of relative slacks. Bad outputs enter by a [`BadsConvention`]; convention D
//! in input orientation makes the measure contract them with the inputs.
//!
//! **Data** not negative, some input and some good output of each unit positive.
//! **Reference** Charnes, Cooper and Rhodes (1978); Banker, Charnes and Cooper (1984); returns to scale Färe, Grosskopf
//! and Lovell (1985).

use super::formulation::Formulation;
use super::{Factor, FactorProgram, factor_program};
use crate::data::{Dimensions, Requirement};
use crate::error::{Error, Result};
use crate::spec::{BadsConvention, Orientation, Rts};

/// What radial models demand of the data.
pub const REQUIREMENT: Requirement = Requirement::NonNegative;

/// The radial program.
///
/// # Errors
/// [`Error::Degenerate`] for orientation none: minimising θ/φ under constant returns is the CCR measure again, and
/// under variable returns the program is homogeneous in (θ, φ, λ).
pub(crate) fn formulation(
    dims: Dimensions,
    orientation: Orientation,
    rts: Rts,
    convention: BadsConvention,
) -> Result<Formulation> {
    if orientation == Orientation::None {
        return Err(Error::Degenerate {
            what: "model radial with orientation none".into(),
            why: "Without slack penalties θ/φ is the CCR score under constant returns, and a rule on Σλ is vacuous because the program is homogeneous.".into(),
            instead: "orientation input or output, or model ebm, sbm or ddf for a non-oriented measure".into(),
        });
    }
    let penalties = vec![0.0; dims.total()];
    Ok(factor_program(dims, &FactorProgram { orientation, rts, convention, factor: Factor::Free, penalties }))
}
