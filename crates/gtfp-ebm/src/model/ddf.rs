//! Directional distance function.
//!
//! $$ D = \max \beta :\; X\lambda \le x_o - \beta g_x,\; Y\lambda \ge y_o + \beta g_y,\;
//!    B\lambda \;\{=, \le\}\; b_o - \beta g_b . $$
//!
//! β is free, so that a unit outside the reference (another period's, or its own when left out) has β < 0. Weak
//! disposability is the equality; the capped form adds b − β g ≤ max B, so that a bad output above everything observed
//! does not make cross-period programs lose their sense (Aparicio, Pastor and Zofío 2013). The score is β.
//!
//! Under variable returns the plain equality is what most programs print; it forces one abatement factor of 1 on all
//! units. [`Disposability::WeakKuosmanen`] is the technology of Kuosmanen (2005) with unit-specific abatement.
//!
//! **Data** not negative; with the direction `range` (under variable returns) any number: g is then the way to the best
//! value of the reference set, x − min x, max y − y, b − min b, and 1 − β the range directional measure of Portela,
//! Thanassoulis and Simpson (2004), which does not change when a column is shifted.
//! **Reference** Chambers, Chung and Färe (1996); Chung, Färe and Grosskopf (1997).

use super::formulation::{DirectionValue, Formulation, Place, Reading};
use crate::data::{Dimensions, Group, Moments, Requirement};
use crate::error::{Error, Result};
use crate::spec::{Direction, DirectionRule, Disposability, PanelSpec, Rts};

/// What directional models demand of the data.
pub const REQUIREMENT: Requirement = Requirement::NonNegative;

/// The direction that a specification says: a rule per group, or a number per column.
#[derive(Clone, Copy)]
pub(crate) struct Way<'a> {
    rules: Direction,
    /// In the unit of each column; empty where the rules say the direction.
    values: &'a [f64],
}

impl<'a> Way<'a> {
    pub(crate) fn of(spec: &'a PanelSpec) -> Self {
        Self { rules: spec.direction, values: &spec.direction_values }
    }

    /// The rule of column `k`; none where a number is given.
    fn rule(self, dims: Dimensions, k: usize) -> Option<DirectionRule> {
        self.values.is_empty().then(|| match dims.group(k) {
            Group::Input => self.rules.inputs,
            Group::Good => self.rules.goods,
            Group::Bad => self.rules.bads,
        })
    }

    /// Whether the direction of column `k` is zero whatever the unit.
    pub(crate) fn is_zero(self, dims: Dimensions, k: usize) -> bool {
        self.rule(dims, k).map_or_else(|| self.values[k] == 0.0, |rule| rule == DirectionRule::Zero)
    }
}

/// What a direction demands of the data: the range directional measure takes any number.
pub(crate) fn requirement(dims: Dimensions, way: Way<'_>) -> Requirement {
    let rules = (0..dims.total()).filter_map(|k| way.rule(dims, k));
    let translates = |rule| matches!(rule, DirectionRule::Range | DirectionRule::Zero | DirectionRule::One);
    let mut ranges = rules.clone().filter(|rule| *rule == DirectionRule::Range);
    if ranges.next().is_some() && rules.into_iter().all(translates) { Requirement::Finite } else { REQUIREMENT }
}

/// Refuses a direction that is zero in every group that has columns, ranges without variable returns, and numbers that
/// are not one per column, finite and not negative (the signs are those of the model: inputs and bads fall, goods rise).
///
/// # Errors
/// [`Error::Specification`].
pub(crate) fn check(dims: Dimensions, way: Way<'_>, rts: Rts) -> Result<()> {
    if !way.values.is_empty() && way.values.len() != dims.total() {
        return Err(Error::Specification(format!(
            "direction_values has {} numbers, expected {}, one per column (inputs, goods, bads)",
            way.values.len(),
            dims.total()
        )));
    }
    if let Some(g) = way.values.iter().find(|g| !g.is_finite() || **g < 0.0) {
        return Err(Error::Specification(format!(
            "direction_values has {g}, expected finite numbers, none negative: inputs and bads fall along the direction, goods rise"
        )));
    }
    if rts != Rts::Vrs && (0..dims.total()).any(|k| way.rule(dims, k) == Some(DirectionRule::Range)) {
        return Err(Error::Specification(format!(
            "direction \"range\" measures the way to the best value observed, which means the same wherever zero lies under variable returns only: rts must be \"vrs\", not \"{rts}\""
        )));
    }
    if (0..dims.total()).all(|k| way.is_zero(dims, k)) {
        return Err(Error::Specification(
            "the direction of a directional model is zero in every group that has columns".into(),
        ));
    }
    Ok(())
}

/// The directional program; the direction was checked.
pub(crate) fn formulation(
    dims: Dimensions,
    rts: Rts,
    disposability: Disposability,
    way: Way<'_>,
    reference: &Moments,
) -> Formulation {
    let capped = disposability == Disposability::StrongCapped;
    let caps = if capped { dims.bads } else { 0 };
    let n = 1 + dims.total() + caps + Formulation::returns_slacks(rts);
    let abatement = disposability == Disposability::WeakKuosmanen && rts != Rts::Crs && dims.bads > 0;
    let mut form = Formulation::new(dims, rts, caps, n, Reading::Distance);
    form.abatement = abatement;
    form.program.set_bounds(0, f64::NEG_INFINITY, f64::INFINITY).set_cost(0, -1.0);
    form.theta = Place::One;
    form.beta.push((usize::MAX, 0));
    form.direction = directions(dims, way, reference);
    let equality = matches!(disposability, Disposability::Weak | Disposability::WeakKuosmanen);
    for k in 0..dims.total() {
        let group = dims.group(k);
        if !(group == Group::Bad && equality) {
            form.slack(k, 1 + k);
        }
        form.own_rhs(k, 1.0);
        if form.direction[k] != DirectionValue::Fixed(0.0) {
            form.directed.push((k, 0, if group == Group::Good { -1.0 } else { 1.0 }));
        }
    }
    let first_cap_row = form.program.technology_rows();
    for (i, k) in dims.range(Group::Bad).enumerate().take(caps) {
        let z = 1 + dims.total() + i;
        form.program.set(first_cap_row + i, z, 1.0);
        form.caps.push((first_cap_row + i, k, reference.maxima[k]));
    }
    form.returns(rts, None, (Formulation::returns_slacks(rts) > 0).then_some(n - 1));
    form
}

/// The direction of each column.
pub(crate) fn directions(dims: Dimensions, way: Way<'_>, reference: &Moments) -> Vec<DirectionValue> {
    (0..dims.total())
        .map(|k| match way.rule(dims, k) {
            None => DirectionValue::Fixed(way.values[k]),
            Some(DirectionRule::Observed) => DirectionValue::Own,
            Some(DirectionRule::Zero) => DirectionValue::Fixed(0.0),
            Some(DirectionRule::One) => DirectionValue::Fixed(1.0),
            Some(DirectionRule::Mean) => DirectionValue::Fixed(reference.means[k]),
            Some(DirectionRule::Range) if dims.group(k) == Group::Good => DirectionValue::Toward(reference.maxima[k]),
            Some(DirectionRule::Range) => DirectionValue::Toward(reference.minima[k]),
        })
        .collect()
}
