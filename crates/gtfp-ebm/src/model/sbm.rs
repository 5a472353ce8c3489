//! Slacks-based measure, with bad outputs.
//!
//! $$ \rho = \min \frac{1 - \frac1m \sum_i s_i^-/x_{io}}
//!    {1 + \frac{1}{s+q}\left(\sum_r s_r^+/y_{ro} + \sum_p s_p^b/b_{po}\right)} :\;
//!    X\lambda + s^- = x_o,\; Y\lambda - s^+ = y_o,\; B\lambda + s^b = b_o . $$
//!
//! Input orientation keeps the numerator, output orientation the denominator (score = 1 / denominator). With convention
//! D the bads count as inputs: numerator 1 − (1/(m+q)) Σ, denominator over goods alone. Conventions A, B and C are one,
//! because the factors are 1.
//!
//! **Data** positive. Tone (2001) discusses zeros; replacing them is a choice about the data and is left to the caller.
//! **Reference** Tone (2001); with bad outputs Tone (2003), Cooper, Seiford and Tone (2007), section 13.

use super::formulation::Formulation;
use super::{Factor, FactorProgram, factor_program};
use crate::data::{Dimensions, Group, Requirement};
use crate::spec::{BadsConvention, Orientation, Rts};

/// What slacks-based models demand of the data.
pub const REQUIREMENT: Requirement = Requirement::Positive;

/// Penalties 1/m of inputs and 1/(s+q) of outputs, or 1/(m+q) and 1/s when bads count as inputs.
pub(crate) fn penalties(dims: Dimensions, convention: BadsConvention) -> Vec<f64> {
    let bads_as_inputs = convention == BadsConvention::Input;
    let left = dims.inputs + if bads_as_inputs { dims.bads } else { 0 };
    let right = dims.total() - left;
    (0..dims.total())
        .map(|k| match dims.group(k) {
            Group::Input => 1.0 / left as f64,
            Group::Bad if bads_as_inputs => 1.0 / left as f64,
            _ => 1.0 / right as f64,
        })
        .collect()
}

/// The slacks-based program.
pub(crate) fn formulation(
    dims: Dimensions,
    orientation: Orientation,
    rts: Rts,
    convention: BadsConvention,
) -> Formulation {
    let penalties = penalties(dims, convention);
    factor_program(dims, &FactorProgram { orientation, rts, convention, factor: Factor::One, penalties })
}
