//! Super-efficiency: the evaluated unit does not belong to its own reference.
//!
//! Radial, epsilon-based and directional models keep their program and lose one column (Andersen and Petersen 1993).
//! Bounds θ ≤ 1, φ ≥ 1 would make the program of an efficient unit infeasible and are refused. Oriented programs under
//! other than constant returns can be infeasible, and so can programs that expand bads with φ (convention A), for a
//! unit that emits less per good than every other; the status says so.
//!
//! The slacks-based measure changes its program (Tone 2002): the nearest point of the reduced technology that uses at
//! least as much and yields at most as much,
//!
//! $$ \delta = \min \frac{1 + \frac1m \sum_i s_i^-/x_{io}}
//!    {1 - \frac{1}{s+q}\left(\sum_r s_r^+/y_{ro} + \sum_p s_p^b/b_{po}\right)} :\;
//!    X\lambda \le x_o + s^-,\; Y\lambda \ge y_o - s^+,\; B\lambda \le b_o + s^b . $$
//!
//! δ ≥ 1. Units that are not efficient have δ = 1 and keep their slacks-based score, so the score reported is that score
//! where it is below one and δ elsewhere. Bad outputs count as bad: programs that ignore the undesirable flag treat
//! them as goods and find super-efficient units among the worst (deaR 1.5.3's `model_sbmsupereff` warns that it does).
//!
//! **Reference** Andersen and Petersen (1993); Tone (2002); Cooper, Seiford and Tone (2007), chapter 10.

use super::formulation::{Formulation, Reading};
use super::sbm::penalties;
use crate::data::{Dimensions, Group};
use crate::spec::{BadsConvention, Orientation, Rts};

/// The super-efficiency program of the slacks-based measure.
///
/// Columns: slack of the unit (what it must give up), then surplus of the technology row (what the reference beats
/// even that point by).
pub(crate) fn sbm_formulation(
    dims: Dimensions,
    orientation: Orientation,
    rts: Rts,
    convention: BadsConvention,
) -> Formulation {
    let c = penalties(dims, convention);
    let total = dims.total();
    let fractional = orientation == Orientation::None;
    let first = usize::from(fractional);
    let n = first + 2 * total + Formulation::returns_slacks(rts);
    let reading = match orientation {
        Orientation::None => Reading::Ratio { constant: 0.0 },
        Orientation::Input => Reading::Ratio { constant: 1.0 },
        Orientation::Output => Reading::Reciprocal { constant: 1.0 },
    };
    let mut form = Formulation::new(dims, rts, usize::from(fractional), n, reading);
    form.slack_sign = -1.0;
    let denominator = form.program.rows() - 1;
    if fractional {
        form.multiplier = Some(0);
        form.program.set_cost(0, 1.0).set(denominator, 0, 1.0).set_rhs(denominator, 1.0);
    }
    for k in 0..total {
        let (slack, surplus) = (first + k, first + total + k);
        let group = dims.group(k);
        let sign = if group == Group::Good { -1.0 } else { 1.0 };
        form.program.set(k, slack, -sign).set(k, surplus, sign);
        form.slacks[k] = Some(slack);
        if fractional {
            form.own(k, 0, -1.0);
        } else {
            form.own_rhs(k, 1.0);
        }
        let counts_as_input = group == Group::Input || (group == Group::Bad && convention == BadsConvention::Input);
        match orientation {
            Orientation::None if counts_as_input => form.program.set_cost(slack, c[k]),
            Orientation::None => form.program.set(denominator, slack, -c[k]),
            Orientation::Input if counts_as_input => form.program.set_cost(slack, c[k]),
            Orientation::Output if !counts_as_input => form.program.set_cost(slack, c[k]),
            // The other side may not move.
            _ => form.program.set_bounds(slack, 0.0, 0.0),
        };
    }
    let multiplier = form.multiplier;
    form.returns(rts, multiplier, (Formulation::returns_slacks(rts) > 0).then_some(n - 1));
    form
}
