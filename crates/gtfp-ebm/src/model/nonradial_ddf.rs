//! Non-radial directional distance function.
//!
//! $$ D = \max \sum_k w_k \beta_k :\; X\lambda \le x_o - \beta^x g_x,\; Y\lambda \ge y_o + \beta^y g_y,\;
//!    B\lambda \;\{=, \le\}\; b_o - \beta^b g_b,\; \beta \ge 0 . $$
//!
//! One β per column. Weights default to 1/3 per group, shared equally inside a group, over the groups that have a
//! direction (Zhou, Ang and Wang 2012); Stata's `teddf, nonr` uses 1 for every column.
//! A unit outside its reference has no β ≥ 0 in some column, and its program is infeasible: said, not hidden.
//!
//! **Data** not negative.
//! **Reference** Zhou, Ang and Wang (2012); Färe and Grosskopf (2010).

use super::ddf::directions;
use super::formulation::{DirectionValue, Formulation, Reading};
use crate::data::{Dimensions, Group, Requirement};
use crate::error::{Error, Result};
use crate::spec::{Direction, Disposability, Rts};

/// What directional models demand of the data.
pub const REQUIREMENT: Requirement = Requirement::NonNegative;

/// The default weights: 1 shared equally by the groups with a direction, then inside each group.
#[must_use]
pub fn default_weights(dims: Dimensions, has_direction: impl Fn(Group) -> bool) -> Vec<f64> {
    let groups = [Group::Input, Group::Good, Group::Bad];
    let used = groups.iter().filter(|g| !dims.range(**g).is_empty() && has_direction(**g)).count();
    (0..dims.total())
        .map(|k| {
            let group = dims.group(k);
            if has_direction(group) { 1.0 / (used * dims.range(group).len()) as f64 } else { 0.0 }
        })
        .collect()
}

/// The non-radial program.
///
/// # Errors
/// [`Error::Specification`] for a wrong number of weights, a negative one, or none that is positive.
pub(crate) fn formulation(
    dims: Dimensions,
    rts: Rts,
    disposability: Disposability,
    direction: Direction,
    weights: &[f64],
    means: &[f64],
) -> Result<Formulation> {
    if disposability == Disposability::StrongCapped {
        return Err(Error::Specification(
            "the capped technology belongs to the radial directional model: with one β per bad the cap never binds"
                .into(),
        ));
    }
    let direction = directions(dims, direction, means);
    let weights = if weights.is_empty() {
        default_weights(dims, |group| dims.range(group).any(|k| direction[k] != DirectionValue::Fixed(0.0)))
    } else {
        weights.to_vec()
    };
    if weights.len() != dims.total() {
        return Err(Error::Specification(format!(
            "{} weights of the non-radial model given, expected {} (inputs, goods, bads)",
            weights.len(),
            dims.total()
        )));
    }
    if weights.iter().any(|w| !w.is_finite() || *w < 0.0) || weights.iter().all(|w| *w == 0.0) {
        return Err(Error::Specification(
            "weights of the non-radial model must not be negative, and one must be positive".into(),
        ));
    }
    let total = dims.total();
    let n = 2 * total + Formulation::returns_slacks(rts);
    let mut form = Formulation::new(dims, rts, 0, n, Reading::Distance);
    form.abatement = disposability == Disposability::WeakKuosmanen && rts != Rts::Crs && dims.bads > 0;
    form.direction = direction;
    let equality = matches!(disposability, Disposability::Weak | Disposability::WeakKuosmanen);
    for k in 0..total {
        let group = dims.group(k);
        if !(group == Group::Bad && equality) {
            form.slack(k, total + k);
        }
        form.own_rhs(k, 1.0);
        if weights[k] > 0.0 && form.direction[k] != DirectionValue::Fixed(0.0) {
            form.program.set_cost(k, -weights[k]);
            form.beta.push((k, k));
            form.directed.push((k, k, if group == Group::Good { -1.0 } else { 1.0 }));
        } else {
            form.program.set_bounds(k, 0.0, 0.0);
        }
    }
    form.returns(rts, None, (Formulation::returns_slacks(rts) > 0).then_some(n - 1));
    Ok(form)
}
