//! The index of virtual agglomeration.

use crate::choices::Form;
use crate::data::{Employment, Geography};
use crate::error::Result;
use crate::links::Links;
use crate::location_quotient::{LocationQuotients, location_quotient};
use crate::normalize::Scaling;
use crate::result::{Contribution, VaIndex};
use crate::spec::VaSpec;
use panel_core::geo::{REMARKABLE_KM, near_pair_remark};
use panel_core::suggest::some;
use panel_core::{Diagnostic, Diagnostics, InputError};

/// Virtual agglomeration of every row: location quotients of a sector, spread by distance decay.
///
/// | form | VA_it |
/// |---|---|
/// | own plus spillover | w_ii LQ_it + Σ_{j ≠ i} w_ij LQ_jt |
/// | own times sum (Eq. 4 as printed) | LQ_it (w_ii + Σ_{j ≠ i} w_ij) |
/// | spillover | Σ_{j ≠ i} w_ij LQ_jt |
///
/// with w_ij = k(d_ij), scaled as [`Normalization`](crate::Normalization) says; see [`location_quotient`] for LQ.
///
/// **Shapes**: `geography` and `areas_km2` follow `data.keys.entities()`; results follow the rows.
/// **Units**: raw weights are in 1/km (per `unit_km`), so VA of the default form adds an own quotient and a spillover
/// measured per kilometre; row, spectral and min-max weights have no unit.
/// **Missing values**: weights and their normalisation belong to the whole set of entities and do not change from
/// period to period. An entity-time without location quotient (or without a row) adds nothing to the spillover of
/// others; its own index is missing where it needs the quotient, its own spillover exists. An entity without
/// coordinates counts in the quotients' totals, adds nothing to others, and has no spillover. All are reported.
/// **Cost**: O(n² T) time in blocks on all threads, O(n T) memory; with a cutoff or k nearest, a k-d tree.
///
/// # Errors
/// See [`Error`](crate::Error): lengths and keys, values out of range, two entities at one place, a bad option.
///
/// **Source**: the paper's Eq. 4; distance-weighted location quotients after Head & Mayer (2010).
///
/// ```
/// use panel_core::Keys;
/// use va_index::{Employment, Geography, VaSpec, virtual_agglomeration};
/// use panel_core::geo::DistanceMatrix;
/// // Quotients 1, 2 and 0.75 (see `location_quotient`); distances 10 (a-b), 20 (a-c), 40 (b-c).
/// let names: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
/// let years = vec!["2020".to_string()];
/// let data = Employment::new(
///     Keys::new(&[0, 1, 2], &[0, 0, 0], &names, &years)?,
///     &[10.0, 20.0, 30.0], &[100.0, 100.0, 400.0],
/// );
/// let km = DistanceMatrix::from_square(&names, &[0.0, 10.0, 20.0, 10.0, 0.0, 40.0, 20.0, 40.0, 0.0])?;
/// let index = virtual_agglomeration(&data, &Geography::Matrix(&km), None, &VaSpec::default())?;
/// // a: 1 + 2/10 + 0.75/20 = 1.2375; b: 2 + 1/10 + 0.75/40 = 2.11875; c: 0.75 + 1/20 + 2/40 = 0.85
/// for (got, want) in index.va.iter().zip([1.2375, 2.11875, 0.85]) {
///     assert!((got - want).abs() < 1e-15);
/// }
/// # Ok::<(), va_index::Error>(())
/// ```
pub fn virtual_agglomeration(
    data: &Employment<'_>,
    geography: &Geography<'_>,
    areas_km2: Option<&[f64]>,
    spec: &VaSpec,
) -> Result<VaIndex> {
    let _span = tracing::debug_span!("virtual_agglomeration", rows = data.n_rows()).entered();
    let setup = Setup::new(data, geography, areas_km2, spec, true)?;
    let Setup { quotients, links, scaling, lq_sums, .. } = &setup;
    let n = data.keys.entities().len();
    let rows = data.n_rows();
    let (mut va, mut own, mut spillover) =
        (Vec::with_capacity(rows), Vec::with_capacity(rows), Vec::with_capacity(rows));
    for row in 0..rows {
        let (i, t) = (data.keys.entity()[row] as usize, data.keys.time()[row] as usize);
        let lq = quotients.values[row];
        let own_part = scaling.own[i] * lq;
        let others = scaling.factor[i] * lq_sums[t * n + i];
        own.push(own_part);
        spillover.push(others);
        va.push(match spec.form {
            Form::OwnPlusSpillover => own_part + others,
            Form::OwnTimesSum => lq * scaling.row_sum[i],
            Form::Spillover => others,
        });
    }
    let mut diagnostics = quotients.diagnostics.clone();
    diagnostics.extend(setup.remarks(data, links));
    diagnostics.extend(setup.near_pair(data, spec, &va));
    tracing::debug!(rows, entities = n, periods = data.keys.times().len(), "virtual agglomeration computed");
    Ok(VaIndex {
        va,
        location_quotient: quotients.values.clone(),
        own,
        spillover,
        weight_sum: scaling.row_sum.clone(),
        diagnostics,
    })
}

/// What every other entity gives to one entity's index in one period, largest first; the entity itself is in the list
/// when it has an own weight.
///
/// In the own-plus-spillover and spillover forms the amount of j is w_ij LQ_jt, in the printed form w_ij LQ_it;
/// amounts add up to the index. Entities without a quotient are left out, as in the index.
///
/// # Errors
/// As [`virtual_agglomeration`]; a code without label.
pub fn contributions(
    data: &Employment<'_>,
    geography: &Geography<'_>,
    areas_km2: Option<&[f64]>,
    spec: &VaSpec,
    entity: u32,
    time: u32,
) -> Result<Vec<Contribution>> {
    InputError::check_codes("entity", &[entity], data.keys.entities().len())?;
    InputError::check_codes("time", &[time], data.keys.times().len())?;
    // Of one entity only its own row of weights is needed, and the sums that scale them.
    let setup = Setup::new(data, geography, areas_km2, spec, false)?;
    let mut lq = vec![f64::NAN; data.keys.entities().len()];
    for row in (0..data.n_rows()).filter(|&row| data.keys.time()[row] == time) {
        lq[data.keys.entity()[row] as usize] = setup.quotients.values[row];
    }
    let i = entity as usize;
    let mut weights: Vec<(usize, f64)> =
        setup.links.row(i).into_iter().map(|(j, weight)| (j, weight * setup.scaling.factor[i])).collect();
    weights.push((i, setup.scaling.own[i]));
    let mut list: Vec<Contribution> = weights
        .into_iter()
        .filter(|&(_, weight)| weight != 0.0)
        .map(|(j, weight)| {
            let factor = if spec.form == Form::OwnTimesSum { lq[i] } else { lq[j] };
            Contribution {
                entity: j as u32,
                weight,
                location_quotient: lq[j],
                amount: weight * factor,
                share: f64::NAN,
            }
        })
        .filter(|part| !part.amount.is_nan())
        .collect();
    let total = panel_core::sum::compensated_sum(list.iter().map(|part| part.amount));
    list.iter_mut().for_each(|part| part.share = if total == 0.0 { 0.0 } else { part.amount / total });
    list.sort_by(|a, b| b.amount.total_cmp(&a.amount).then(a.entity.cmp(&b.entity)));
    Ok(list)
}

struct Setup<'a> {
    quotients: LocationQuotients,
    links: Links<'a>,
    scaling: Scaling,
    row_sums: Vec<f64>,
    /// Σ_{j ≠ i} w_ij LQ_jt with raw weights, period by period; empty where no spillover is wanted.
    lq_sums: Vec<f64>,
}

impl<'a> Setup<'a> {
    fn new(
        data: &Employment<'_>,
        geography: &Geography<'a>,
        areas_km2: Option<&[f64]>,
        spec: &VaSpec,
        spillovers: bool,
    ) -> Result<Self> {
        spec.validate()?;
        spec.check_area(areas_km2.is_some())?;
        let quotients = location_quotient(data)?;
        let links = Links::new(geography, data.keys.entities(), spec)?;
        let n = data.keys.entities().len();
        let periods = if spillovers { data.keys.times().len() } else { 0 };
        // One column of quotients per period and one of ones, so that all pairs are visited once.
        let mut columns = vec![0.0; n * (periods + 1)];
        for (row, &lq) in quotients.values.iter().enumerate() {
            if spillovers && !lq.is_nan() {
                columns[data.keys.time()[row] as usize * n + data.keys.entity()[row] as usize] = lq;
            }
        }
        columns[periods * n..].fill(1.0);
        let mut lq_sums = links.sums(&columns);
        let row_sums = lq_sums.split_off(periods * n);
        let scaling = Scaling::new(&links, &row_sums, areas_km2, data.keys.entities(), spec)?;
        Ok(Self { quotients, links, scaling, row_sums, lq_sums })
    }

    /// A remark about the nearest two entities, where they are nearer than cities are.
    fn near_pair(&self, data: &Employment<'_>, spec: &VaSpec, va: &[f64]) -> Option<Diagnostic> {
        let (i, j, km) = self.links.nearest().filter(|&(_, _, km)| km < REMARKABLE_KM)?;
        let weight = |from: usize, to: usize| {
            let row = self.links.row(from);
            row.iter().find(|&&(k, _)| k == to).map_or(0.0, |&(_, weight)| weight * self.scaling.factor[from])
        };
        let quotient = |entity: usize, time: u32| {
            let found = |&row: &usize| data.keys.entity()[row] as usize == entity && data.keys.time()[row] == time;
            (0..data.n_rows()).find(found).map_or(f64::NAN, |row| self.quotients.values[row])
        };
        let mut largest = (0.0, i, j, 0);
        for (from, to, weight) in [(i, j, weight(i, j)), (j, i, weight(j, i))] {
            for row in (0..data.n_rows()).filter(|&row| data.keys.entity()[row] as usize == from) {
                let time = data.keys.time()[row];
                let given = weight * quotient(if spec.form == Form::OwnTimesSum { from } else { to }, time);
                if given / va[row] > largest.0 {
                    largest = (given / va[row], from, to, time as usize);
                }
            }
        }
        let (share, from, to, time) = largest;
        let entities = data.keys.entities();
        let effect = format!(
            "`{}` makes {:.1} % of the index of `{}` in {}",
            entities[to],
            100.0 * share,
            entities[from],
            data.keys.times()[time]
        );
        near_pair_remark((&entities[i], &entities[j]), km, spec.min_km, &effect)
    }

    fn remarks(&self, data: &Employment<'_>, links: &Links<'_>) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let names =
            |ids: Vec<usize>| -> Vec<String> { ids.into_iter().map(|i| data.keys.entities()[i].clone()).collect() };
        let placeless = names(links.placeless());
        if !placeless.is_empty() {
            diagnostics.push(Diagnostic::warning(
                "no-coordinates",
                format!(
                    "{} entities have no coordinates ({}): they count in the location quotients' totals, have no spillover and add none",
                    placeless.len(),
                    some(&placeless)
                ),
            ));
        }
        let alone = names((0..self.row_sums.len()).filter(|&i| self.row_sums[i] == 0.0).collect());
        if !alone.is_empty() {
            diagnostics.push(Diagnostic::warning(
                "no-neighbour",
                format!(
                    "{} entities have no neighbour under this kernel and cutoff ({}): their spillover is 0",
                    alone.len(),
                    some(&alone)
                ),
            ));
        }
        let areas = names(
            (0..self.scaling.own.len())
                .filter(|&i| self.scaling.own[i].is_nan() && !self.row_sums[i].is_nan())
                .collect(),
        );
        if !areas.is_empty() {
            diagnostics.push(Diagnostic::warning(
                "area-missing",
                format!(
                    "{} entities have no area ({}): their own weight and index are missing",
                    areas.len(),
                    some(&areas)
                ),
            ));
        }
        diagnostics
    }
}
