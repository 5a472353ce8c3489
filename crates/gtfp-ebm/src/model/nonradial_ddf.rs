//! Non-radial directional distance function.
//!
//! $$ D = \max \sum_k w_k \beta_k :\; X\lambda \le x_o - \beta^x g_x,\; Y\lambda \ge y_o + \beta^y g_y,\;
//!    B\lambda \;\{=, \le\}\; b_o - \beta^b g_b,\; \beta \ge 0 . $$
//!
//! One β per column. Weights default to 1/3 per group, shared equally inside a group, over the groups that have a
//! direction (Zhou, Ang and Wang 2012); Stata's `teddf, nonr` uses 1 for every column.
//! A unit outside its reference has no β ≥ 0 in some column, and its program is infeasible: said, not hidden. So is a
//! weight on a column without a direction, which would measure nothing.
//!
//! **Data** not negative.
//! **Reference** Zhou, Ang and Wang (2012); Färe and Grosskopf (2010).

use super::ddf::{self, Way};
use super::formulation::{DirectionValue, Formulation, Reading};
use crate::data::{Dimensions, Group, Moments, Observations};
use crate::error::{Error, Result};
use crate::spec::{Disposability, Rts};

/// The weights used: those given, or 1 shared equally by the groups with a direction, then inside each group.
pub(crate) fn weights(dims: Dimensions, way: Way<'_>, given: &[f64]) -> Vec<f64> {
    if !given.is_empty() {
        return given.to_vec();
    }
    let directed = |k: usize| !way.is_zero(dims, k);
    let groups = [Group::Input, Group::Good, Group::Bad].map(|group| dims.range(group));
    let used = groups.iter().filter(|range| (*range).clone().any(directed)).count();
    (0..dims.total())
        .map(|k| if directed(k) { 1.0 / (used * dims.range(dims.group(k)).len()) as f64 } else { 0.0 })
        .collect()
}

/// Refuses specifications without a meaning.
///
/// # Errors
/// [`Error::Specification`] for the capped technology; a direction that is zero everywhere; a wrong number of weights, a
/// negative one, none that is positive, or a positive one on a column whose direction is zero, where no β is measured.
pub(crate) fn check(
    observations: &Observations,
    rts: Rts,
    disposability: Disposability,
    way: Way<'_>,
    given: &[f64],
) -> Result<()> {
    let dims = observations.dims();
    let refuse = |text: String| Err(Error::Specification(text));
    if disposability == Disposability::StrongCapped {
        return refuse(
            "the capped technology belongs to the radial directional model: with one β per bad the cap never binds"
                .into(),
        );
    }
    ddf::check(dims, way, rts)?;
    if given.is_empty() {
        return Ok(());
    }
    if given.len() != dims.total() {
        return refuse(format!(
            "{} weights of the non-radial model given, expected {} (inputs, goods, bads)",
            given.len(),
            dims.total()
        ));
    }
    if given.iter().any(|w| !w.is_finite() || *w < 0.0) || given.iter().all(|w| *w == 0.0) {
        return refuse("weights of the non-radial model must not be negative, and one must be positive".into());
    }
    let undirected = |k: &usize| given[*k] > 0.0 && way.is_zero(dims, *k);
    if let Some(k) = (0..dims.total()).find(undirected) {
        return refuse(format!(
            "column `{}` has the weight {} in the non-radial model, but its direction is zero, so no β is measured in it; give the {} a direction, or the column the weight 0",
            observations.names()[k],
            given[k],
            match dims.group(k) {
                Group::Input => "inputs",
                Group::Good => "goods",
                Group::Bad => "bads",
            }
        ));
    }
    Ok(())
}

/// The non-radial program; the specification was checked.
pub(crate) fn formulation(
    dims: Dimensions,
    rts: Rts,
    disposability: Disposability,
    way: Way<'_>,
    given: &[f64],
    reference: &Moments,
) -> Formulation {
    let weights = weights(dims, way, given);
    let total = dims.total();
    let n = 2 * total + Formulation::returns_slacks(rts);
    let mut form = Formulation::new(dims, rts, 0, n, Reading::Distance);
    form.abatement = disposability == Disposability::WeakKuosmanen && rts != Rts::Crs && dims.bads > 0;
    form.direction = ddf::directions(dims, way, reference);
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
    form
}
