//! The radial Malmquist index with its decompositions.
//!
//! With e the input-oriented θ or the output-oriented 1/φ, c for constant and v for variable returns, superscripts for
//! the frontier, and (x', y) for the mixed point "inputs of t + 1, outputs of t":
//!
//! | decomposition | TC | PEC | SEC |
//! |---|---|---|---|
//! | FGNZ (Färe, Grosskopf, Norris and Zhang 1994) | $\left[\frac{c^t(t+1)}{c^{t+1}(t+1)}\frac{c^t(t)}{c^{t+1}(t)}\right]^{1/2}$ | $v^{t+1}(t+1)/v^t(t)$ | $EC_c / PEC$ |
//! | Ray and Desli (1997) | FGNZ's with v | same | geometric mean over t and t + 1 of the change in c/v |
//! | Ray-Desli, base period | $v^t(t+1)/v^{t+1}(t+1)$ | same | change in c/v on the frontier of t alone |
//! | Grifell-Tatjé and Lovell (1999), generalised | $v^t(t+1)/v^{t+1}(t+1)$ | same | change in c/v from (x, y) to (x', y) on the frontier of t |
//! | bias (Färe, Grifell-Tatjé, Grosskopf and Lovell 1997) | output bias × input bias × magnitude | same | as FGNZ |
//!
//! FGNZ and bias multiply to the constant-returns index; so does Ray-Desli. The base-period form (deaR's `rd`) and the
//! generalised one multiply to indices of their own. The mixed point of the generalised one is (x', y) for both orientations, as
//! in deaR; with one input an input-oriented c/v does not change along it, so that its SEC is 1 then: take the output
//! orientation, or Ray-Desli. On a global frontier FGNZ gives $c^G(t+1)/c^G(t)$ with TC as the
//! rest; the base-period form is what deaR prints there for variable returns, whatever decomposition is asked of it.

use crate::applicable;
use crate::data::{Dimensions, Observations, PanelData};
use crate::error::Result;
use crate::evaluate::{Outcome, Status};
use crate::evaluator::Evaluator;
use crate::index::ratio;
use crate::lp::{LpStats, Solver};
use crate::prepare::Prepared;
use crate::record::LpRecord;
use crate::result::{PanelRow, Transition};
use crate::spec::{Decomposition, Index, Model, Orientation, PanelSpec, Reference, Rts};
use crate::timeline::Timeline;
use serde::{Deserialize, Serialize};

/// Options of [`malmquist`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MalmquistSpec {
    /// Input or output.
    pub orientation: Orientation,
    /// Variable returns split efficiency change into pure and scale; constant returns do not.
    pub rts: Rts,
    /// Contemporaneous, sequential or global.
    pub reference: Reference,
    /// Which decomposition.
    pub decomposition: Decomposition,
}

/// The index of the transition into a row, and its parts; `None` in the first period, after a gap, where a
/// cross-period program is infeasible, and for parts a decomposition does not have.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MalmquistRow {
    /// Why the index is there or not.
    pub status: Transition,
    /// Malmquist index.
    pub index: Option<f64>,
    /// Efficiency change (constant returns).
    pub ec: Option<f64>,
    /// Technical change.
    pub tc: Option<f64>,
    /// Pure efficiency change.
    pub pure_ec: Option<f64>,
    /// Scale efficiency change.
    pub scale_ec: Option<f64>,
    /// Output-biased technical change.
    pub output_bias: Option<f64>,
    /// Input-biased technical change.
    pub input_bias: Option<f64>,
    /// Magnitude of technical change.
    pub magnitude: Option<f64>,
}

impl Default for MalmquistRow {
    fn default() -> Self {
        Self {
            status: Transition::NotAsked,
            index: None,
            ec: None,
            tc: None,
            pure_ec: None,
            scale_ec: None,
            output_bias: None,
            input_bias: None,
            magnitude: None,
        }
    }
}

/// The result of [`malmquist`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MalmquistResult {
    /// One record per row, in the order of the data.
    pub rows: Vec<MalmquistRow>,
    /// The options, as used.
    pub spec: MalmquistSpec,
    /// Counts of the linear programs.
    pub lp: LpRecord,
}

/// Scores of a transition that decompositions are made of.
#[derive(Debug, Clone, Copy, Default)]
struct Scores {
    /// e^t(t), e^{t+1}(t+1), e^t(t+1), e^{t+1}(t), e^t(x', y), e^{t+1}(x', y).
    base: Option<f64>,
    next: Option<f64>,
    next_on_base: Option<f64>,
    base_on_next: Option<f64>,
    mixed_on_base: Option<f64>,
    mixed_on_next: Option<f64>,
    global_base: Option<f64>,
    global_next: Option<f64>,
    /// The first status among them that is not `ok`.
    problem: Option<Status>,
}

/// The radial Malmquist index of every row, decomposed. Bad outputs are not part of it: use a directional model.
///
/// **Shapes** as [`crate::productivity`]. **Missing values** likewise.
///
/// # Errors
/// [`Error::Specification`] for orientation none, bad outputs, returns other than constant and variable, another
/// reference, or a decomposition that needs variable returns; data errors as [`crate::productivity`].
pub fn malmquist(data: &PanelData<'_>, spec: &MalmquistSpec, solver: Solver) -> Result<MalmquistResult> {
    let dims = Dimensions { inputs: data.inputs.len(), goods: data.goods.len(), bads: data.bads.len() };
    applicable::radial_decomposition(spec.rts, spec.reference, spec.decomposition, dims)?;
    let model = radial(spec, solver);
    let Prepared { observations, timeline, spec: model, .. } = Prepared::new(data, &model)?;
    let (rows, stats) = solve(&observations, &timeline, &model, spec)?;
    Ok(MalmquistResult { rows, spec: *spec, lp: LpRecord::from(&stats) })
}

/// The parts that a panel specification asks for.
pub(crate) fn parts(
    observations: &Observations,
    timeline: &Timeline,
    spec: &PanelSpec,
    decomposition: Decomposition,
) -> Result<(Vec<MalmquistRow>, LpStats)> {
    let PanelSpec { rts, reference, .. } = *spec;
    let own = MalmquistSpec { orientation: spec.orientation(), rts, reference, decomposition };
    solve(observations, timeline, &radial(&own, spec.solver), &own)
}

/// Writes the parts into the rows of a panel.
pub(crate) fn put(parts: &[MalmquistRow], rows: &mut [PanelRow]) {
    for (row, part) in rows.iter_mut().zip(parts) {
        // A part that is not there although the index is, is none of this decomposition.
        let status = |value: Option<f64>| match (value, part.status) {
            (Some(_), _) => Transition::Ok,
            (None, Transition::Ok) => Transition::NotAsked,
            (None, reason) => reason,
        };
        row.transition = part.status;
        row.status_ec = status(part.ec);
        row.status_tc = status(part.tc);
        row.status_pure = status(part.pure_ec);
        row.status_scale = status(part.scale_ec);
        row.index = part.index;
        row.ec = part.ec;
        row.tc = part.tc;
        row.pure_ec = part.pure_ec;
        row.scale_ec = part.scale_ec;
        row.output_bias = part.output_bias;
        row.input_bias = part.input_bias;
        row.magnitude = part.magnitude;
    }
}

/// The radial model that scores are taken from.
fn radial(spec: &MalmquistSpec, solver: Solver) -> PanelSpec {
    PanelSpec {
        model: Model::Radial,
        orientation: Some(spec.orientation),
        rts: spec.rts,
        malmquist: Some(Index::None),
        solver,
        ..PanelSpec::default()
    }
}

fn solve(
    observations: &Observations,
    timeline: &Timeline,
    model: &PanelSpec,
    spec: &MalmquistSpec,
) -> Result<(Vec<MalmquistRow>, LpStats)> {
    let mixed = with_mixed(observations, timeline)?;
    let mut evaluator = Evaluator::new(&mixed, model);
    let constant = scores(&mut evaluator, timeline, spec, Rts::Crs)?;
    let variable = if spec.rts == Rts::Vrs { scores(&mut evaluator, timeline, spec, Rts::Vrs)? } else { Vec::new() };
    let rows = (0..observations.n())
        .map(|row| match Transition::from_row_before(timeline, row) {
            Ok(_) => decompose(spec, &constant[row], variable.get(row)),
            Err(status) => MalmquistRow { status, ..MalmquistRow::default() },
        })
        .collect();
    Ok((rows, evaluator.stats))
}

/// The data, and below them for every row with a predecessor the mixed point (its inputs, the predecessor's outputs).
fn with_mixed(plain: &Observations, timeline: &Timeline) -> Result<Observations> {
    let dims = plain.dims();
    let mut values = Vec::with_capacity(2 * plain.n() * dims.total());
    for row in 0..plain.n() {
        values.extend_from_slice(plain.at(row));
    }
    for row in 0..plain.n() {
        let outputs = timeline.previous(row).unwrap_or(row);
        values.extend_from_slice(&plain.at(row)[..dims.inputs]);
        values.extend_from_slice(&plain.at(outputs)[dims.inputs..]);
    }
    Observations::from_rows(dims, plain.names().to_vec(), values)
}

/// Scores around every transition under one returns to scale.
fn scores(evaluator: &mut Evaluator<'_>, timeline: &Timeline, spec: &MalmquistSpec, rts: Rts) -> Result<Vec<Scores>> {
    let n = evaluator.observations.n() / 2;
    let mut result = vec![Scores::default(); n];
    let mut put = |rows: &[usize], outcomes: &[Outcome], field: fn(&mut Scores) -> &mut Option<f64>| {
        for (&row, outcome) in rows.iter().zip(outcomes) {
            *field(&mut result[row]) = outcome.score();
            if outcome.status != Status::Ok {
                result[row].problem.get_or_insert(outcome.status);
            }
        }
    };
    let adjacent =
        if spec.reference == Reference::Sequential { Reference::Sequential } else { Reference::Contemporaneous };
    let mixed = matches!(spec.decomposition, Decomposition::GrifellLovell | Decomposition::Bias);
    for p in 0..timeline.periods().len() {
        let frontier = timeline.reference_rows(adjacent, p, 1);
        if frontier.is_empty() {
            continue;
        }
        let set = evaluator.reference(&frontier, rts)?;
        let here = timeline.rows_at(p);
        // Transitions are known by their later row.
        let arriving: Vec<usize> = here.iter().copied().filter(|&row| timeline.previous(row).is_some()).collect();
        let leaving: Vec<usize> = here.iter().filter_map(|&row| timeline.next(row)).collect();
        let bases: Vec<usize> = arriving.iter().filter_map(|&row| timeline.previous(row)).collect();
        let departing: Vec<usize> = leaving.iter().filter_map(|&row| timeline.previous(row)).collect();
        let shifted = |rows: &[usize]| rows.iter().map(|row| row + n).collect::<Vec<_>>();
        put(&arriving, &evaluator.score(&arriving, &set, rts, None)?, |s| &mut s.next);
        put(&leaving, &evaluator.score(&departing, &set, rts, None)?, |s| &mut s.base);
        put(&leaving, &evaluator.score(&leaving, &set, rts, None)?, |s| &mut s.next_on_base);
        put(&arriving, &evaluator.score(&bases, &set, rts, None)?, |s| &mut s.base_on_next);
        if mixed {
            put(&leaving, &evaluator.score(&shifted(&leaving), &set, rts, None)?, |s| &mut s.mixed_on_base);
            put(&arriving, &evaluator.score(&shifted(&arriving), &set, rts, None)?, |s| &mut s.mixed_on_next);
        }
    }
    if spec.reference == Reference::Global {
        let all = timeline.all_rows();
        let set = evaluator.reference(&all, rts)?;
        let outcomes = evaluator.score(&all, &set, rts, None)?;
        for (&row, outcome) in all.iter().zip(&outcomes) {
            result[row].global_next = outcome.score();
            if let Some(next) = timeline.next(row) {
                result[next].global_base = outcome.score();
            }
        }
    }
    Ok(result)
}

fn product(parts: &[Option<f64>]) -> Option<f64> {
    parts.iter().copied().try_fold(1.0, |total, part| part.map(|p| total * p))
}

fn root(value: Option<f64>) -> Option<f64> {
    value.map(f64::sqrt)
}

/// The parts of one transition; `c` constant returns, `v` variable.
fn decompose(spec: &MalmquistSpec, c: &Scores, v: Option<&Scores>) -> MalmquistRow {
    let mut row = split(spec, c, v);
    let problems = [c.problem, v.and_then(|v| v.problem)];
    row.status = Transition::of(row.index, problems.into_iter().flatten());
    row
}

fn split(spec: &MalmquistSpec, c: &Scores, v: Option<&Scores>) -> MalmquistRow {
    let ec = ratio(c.next, c.base);
    let mut row = MalmquistRow::default();
    let adjacent_tc = |s: &Scores| root(product(&[ratio(s.next_on_base, s.next), ratio(s.base, s.base_on_next)]));
    if spec.decomposition == Decomposition::Bias {
        row.output_bias = root(product(&[ratio(c.next_on_base, c.next), ratio(c.mixed_on_next, c.mixed_on_base)]));
        row.input_bias = root(product(&[ratio(c.base_on_next, c.base), ratio(c.mixed_on_base, c.mixed_on_next)]));
        row.magnitude = ratio(c.base, c.base_on_next);
    }
    let global = ratio(c.global_next, c.global_base);
    row.tc = match (spec.reference, spec.decomposition) {
        (Reference::Global, Decomposition::Fgnz) => ratio(global, ec),
        (_, Decomposition::Bias) => product(&[row.output_bias, row.input_bias, row.magnitude]),
        (_, Decomposition::Fgnz) => adjacent_tc(c),
        (Reference::Global, _) => v.and_then(|v| ratio(ratio(v.global_next, v.global_base), ratio(v.next, v.base))),
        (_, Decomposition::RayDesli) => v.and_then(adjacent_tc),
        _ => v.and_then(|v| ratio(v.next_on_base, v.next)),
    };
    let Some(v) = v else {
        row.ec = ec;
        row.index = product(&[row.ec, row.tc]);
        return row;
    };
    row.pure_ec = ratio(v.next, v.base);
    // Scale efficiency c/v at each point; its change is what the decompositions differ in.
    let at_base = ratio(c.base, v.base);
    let next_on_base = ratio(c.next_on_base, v.next_on_base);
    row.scale_ec = match spec.decomposition {
        Decomposition::Fgnz | Decomposition::Bias => ratio(ec, row.pure_ec),
        Decomposition::RayDesliBase => ratio(next_on_base, at_base),
        Decomposition::RayDesli => root(product(&[
            ratio(next_on_base, at_base),
            ratio(ratio(c.next, v.next), ratio(c.base_on_next, v.base_on_next)),
        ])),
        Decomposition::GrifellLovell => ratio(ratio(c.mixed_on_base, v.mixed_on_base), at_base),
    };
    if matches!(spec.decomposition, Decomposition::Fgnz | Decomposition::Bias | Decomposition::RayDesli) {
        row.ec = ec;
    }
    row.index = product(&[row.tc, row.pure_ec, row.scale_ec]);
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a global frontier TC is the rest of c^G(t+1)/c^G(t) = 0.8/0.5 beside EC = 0.9/0.6; on adjacent ones it is
    /// √(1.2/0.9 · 0.6/0.75).
    #[test]
    fn technical_change_by_its_frontier() {
        let c = Scores {
            base: Some(0.6),
            next: Some(0.9),
            next_on_base: Some(1.2),
            base_on_next: Some(0.75),
            global_base: Some(0.5),
            global_next: Some(0.8),
            ..Scores::default()
        };
        let (orientation, rts, decomposition) = (Orientation::Input, Rts::Crs, Decomposition::Fgnz);
        let change_under =
            |reference| decompose(&MalmquistSpec { orientation, rts, reference, decomposition }, &c, None);
        for (reference, tc) in [
            (Reference::Global, 1.6 / 1.5),
            (Reference::Contemporaneous, (4.0_f64 / 3.0 * 0.8).sqrt()),
            (Reference::Sequential, (4.0_f64 / 3.0 * 0.8).sqrt()),
        ] {
            let row = change_under(reference);
            for (got, want) in [(row.ec, 1.5), (row.tc, tc), (row.index, 1.5 * tc)] {
                assert!(got.is_some_and(|got| (got - want).abs() < 1e-14), "{reference} {got:?} {want}");
            }
            assert_eq!(row.status, Transition::Ok);
        }
    }
}
