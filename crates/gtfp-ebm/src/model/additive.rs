//! Normalised additive model.
//!
//! $$ \max \sum_i s_i^-/x_{io} + \sum_r s_r^+/y_{ro} + \sum_p s_p^b/b_{po} :\;
//!    X\lambda + s^- = x_o,\; Y\lambda - s^+ = y_o,\; B\lambda + s^b = b_o . $$
//!
//! The score is the optimum itself, 0 for an efficient unit. Its projections x − s⁻, y + s⁺, b − sᵇ under variable
//! returns are one of the populations on which ε and w may be measured. An optimal projection need not be unique, and
//! no tie rule is known; the one returned is the engine's.
//!
//! **Data** positive.
//! **Reference** Charnes, Cooper, Golany, Seiford and Stutz (1985); Tone and Tsutsui (2010), equations 19 to 22.

use super::formulation::{Formulation, Reading};
use crate::data::{Dimensions, Requirement};
use crate::spec::Rts;

/// What the additive model demands of the data.
pub const REQUIREMENT: Requirement = Requirement::Positive;

/// The additive program; `weights` of relative slacks in column order (ones are the normalised model).
pub(crate) fn formulation(dims: Dimensions, rts: Rts, weights: &[f64]) -> Formulation {
    let n = dims.total() + Formulation::returns_slacks(rts);
    let mut form = Formulation::new(dims, rts, 0, n, Reading::Distance);
    for k in 0..dims.total() {
        form.slack(k, k);
        form.program.set_cost(k, -weights[k]);
        form.own_rhs(k, 1.0);
    }
    form.returns(rts, None, (Formulation::returns_slacks(rts) > 0).then_some(n - 1));
    form
}
