//! The family of programs with a factor θ on inputs and φ on goods: radial, slacks-based and epsilon-based.
//!
//! For unit o, with slacks relative to its own values and c⁻, c⁺, cᵇ the penalties (ε w, or 1/m and 1/(s+q)):
//!
//! $$ \min \frac{\theta - \sum_i c_i^- s_i^-}{\varphi + \sum_r c_r^+ s_r^+ + \sum_p c_p^b s_p^b}
//!    \quad\text{s.t.}\quad X\lambda + s^- = \theta x_o,\; Y\lambda - s^+ = \varphi y_o,\;
//!    B\lambda + s^b = \{\varphi,\, 2-\varphi,\, 1,\, \theta\}\, b_o . $$
//!
//! Charnes and Cooper (1962) make it linear: multiply by t > 0 and set the denominator to one. Bounds θ ≤ 1 and φ ≥ 1
//! cost no row: T = t − u and F = t + v with u, v ≥ 0. Where t appears nowhere (convention A or D, constant returns, no
//! bounds) it drops out, and with it the identification of θ and φ, which are then reported with φ = 1.

use super::formulation::{Formulation, Place, Reading};
use crate::data::{Dimensions, Group};
use crate::spec::{BadsConvention, Orientation, Rts};

/// What is known about θ and φ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Factor {
    /// Both are 1: only slacks are measured.
    One,
    /// Free.
    Free,
    /// θ ≤ 1 and φ ≥ 1 (non-oriented only).
    Bounded,
}

/// A member of the family.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FactorProgram {
    pub(crate) orientation: Orientation,
    pub(crate) rts: Rts,
    pub(crate) convention: BadsConvention,
    pub(crate) factor: Factor,
    /// c: penalty of each column's relative slack, in the order inputs, goods, bads.
    pub(crate) penalties: Vec<f64>,
}

/// Builds the program.
pub(crate) fn factor_program(dims: Dimensions, spec: &FactorProgram) -> Formulation {
    match spec.orientation {
        Orientation::Input => oriented(dims, spec, true),
        Orientation::Output => oriented(dims, spec, false),
        Orientation::None => fractional(dims, spec),
    }
}

/// Input or output orientation: linear as it stands, one factor in variable 0 (or none).
fn oriented(dims: Dimensions, spec: &FactorProgram, input: bool) -> Formulation {
    let has_factor = spec.factor != Factor::One;
    let first_slack = usize::from(has_factor);
    let n = first_slack + dims.total() + Formulation::returns_slacks(spec.rts);
    // Without a variable factor the 1 of the objective is a constant.
    let constant = if has_factor { 0.0 } else { 1.0 };
    let reading = if input { Reading::Ratio { constant } } else { Reading::Reciprocal { constant } };
    let mut form = Formulation::new(dims, spec.rts, 0, n, reading);
    if has_factor {
        form.program.set_bounds(0, f64::NEG_INFINITY, f64::INFINITY);
        form.program.set_cost(0, if input { 1.0 } else { -1.0 });
        if input {
            form.theta = Place::At(0);
        } else {
            form.phi = Place::At(0);
        }
    }
    for k in 0..dims.total() {
        let z = first_slack + k;
        form.slack(k, z);
        let group = dims.group(k);
        let measured = match (group, spec.convention) {
            (Group::Input, _) | (Group::Bad, BadsConvention::Input) => input,
            _ => !input,
        };
        if measured {
            form.program.set_cost(z, -spec.penalties[k]);
        }
        // The right side of the row is (constant + slope · factor) times the unit's own value.
        let (rhs, slope) = match (group, spec.convention) {
            (Group::Input, _) | (Group::Bad, BadsConvention::Input) => {
                if input {
                    (0.0, 1.0)
                } else {
                    (1.0, 0.0)
                }
            }
            (Group::Good, _) | (Group::Bad, BadsConvention::Phi) => {
                if input {
                    (1.0, 0.0)
                } else {
                    (0.0, 1.0)
                }
            }
            (Group::Bad, BadsConvention::TwoMinusPhi) => {
                if input {
                    (1.0, 0.0)
                } else {
                    (2.0, -1.0)
                }
            }
            (Group::Bad, BadsConvention::Slack) => (1.0, 0.0),
        };
        if has_factor && slope != 0.0 {
            form.own(k, 0, -slope);
            form.own_rhs(k, rhs);
        } else {
            form.own_rhs(k, rhs + slope);
        }
    }
    form.returns(spec.rts, None, (Formulation::returns_slacks(spec.rts) > 0).then_some(n - 1));
    form
}

/// A sum of variables with coefficients.
type Sum = Vec<(usize, f64)>;

/// No orientation: multiplied by t, the denominator set to one in an extra row.
fn fractional(dims: Dimensions, spec: &FactorProgram) -> Formulation {
    let t_is_needed = spec.factor != Factor::Free
        || spec.rts != Rts::Crs
        || (dims.bads > 0 && matches!(spec.convention, BadsConvention::TwoMinusPhi | BadsConvention::Slack));
    let multiplier = t_is_needed.then_some(0);
    let first_factor = usize::from(t_is_needed);
    let factors = if spec.factor == Factor::One { 0 } else { 2 };
    let first_slack = first_factor + factors;
    let n = first_slack + dims.total() + Formulation::returns_slacks(spec.rts);
    let mut form = Formulation::new(dims, spec.rts, 1, n, Reading::Ratio { constant: 0.0 });
    form.multiplier = multiplier;
    form.homogeneous = !t_is_needed;
    let (a, b) = (first_factor, first_factor + 1);
    // θ t and φ t as sums of variables.
    let (theta, phi): (Sum, Sum) = match spec.factor {
        Factor::One => (vec![(0, 1.0)], vec![(0, 1.0)]),
        Factor::Free => {
            form.program.set_bounds(a, f64::NEG_INFINITY, f64::INFINITY);
            form.program.set_bounds(b, f64::NEG_INFINITY, f64::INFINITY);
            form.theta = Place::At(a);
            form.phi = Place::At(b);
            (vec![(a, 1.0)], vec![(b, 1.0)])
        }
        Factor::Bounded => {
            form.theta = Place::Below(a);
            form.phi = Place::Above(b);
            (vec![(0, 1.0), (a, -1.0)], vec![(0, 1.0), (b, 1.0)])
        }
    };
    let denominator = form.program.rows() - 1;
    for &(z, c) in &theta {
        form.program.set_cost(z, c);
    }
    for &(z, c) in &phi {
        form.program.set(denominator, z, c);
    }
    form.program.set_rhs(denominator, 1.0);
    for k in 0..dims.total() {
        let z = first_slack + k;
        form.slack(k, z);
        let group = dims.group(k);
        match (group, spec.convention) {
            (Group::Input, _) | (Group::Bad, BadsConvention::Input) => form.program.set_cost(z, -spec.penalties[k]),
            _ => form.program.set(denominator, z, spec.penalties[k]),
        };
        let side: Sum = match (group, spec.convention) {
            (Group::Input, _) | (Group::Bad, BadsConvention::Input) => theta.clone(),
            (Group::Good, _) | (Group::Bad, BadsConvention::Phi) => phi.clone(),
            (Group::Bad, BadsConvention::TwoMinusPhi) => {
                let mut side: Sum = phi.iter().map(|&(z, c)| (z, -c)).collect();
                side.push((0, 2.0));
                side
            }
            (Group::Bad, BadsConvention::Slack) => vec![(0, 1.0)],
        };
        for (z, c) in side {
            form.own(k, z, -c);
        }
    }
    form.returns(spec.rts, multiplier, (Formulation::returns_slacks(spec.rts) > 0).then_some(n - 1));
    form
}
