//! Evaluates units against a reference set: one program per unit, in parallel, with certificates counted.

use crate::data::{Group, Observations};
use crate::error::Result;
use crate::lp::{self, LpStats, Program, Solution, Solver};
use crate::model::{Formulation, Place, Reading};
use crate::reference_set::ReferenceSet;
use crate::words::words;
use serde::{Deserialize, Serialize};

/// Scores this near to the value of the frontier are that value: what a certificate cannot tell from the frontier is
/// on it.
pub const SNAP: f64 = lp::CERTIFICATE_TOLERANCE;

words! {
    /// How a unit's evaluation ended.
    Status {
        /// An optimum was found.
        Ok = "ok",
        /// A value of the row is missing; the row is in no program.
        Missing = "missing",
        /// No point of the reference technology satisfies the unit's program (cross-period or super-efficiency only).
        Infeasible = "infeasible",
        /// The program has no finite optimum.
        Unbounded = "unbounded",
        /// The optimum is a number that the model's formula does not allow, such as an efficiency of zero or below.
        OutOfRange = "out-of-range",
        /// The solvers gave up; counted and reported.
        Failed = "failed",
    }
}

impl From<lp::Status> for Status {
    fn from(status: lp::Status) -> Self {
        match status {
            lp::Status::Optimal => Self::Ok,
            lp::Status::Infeasible => Self::Infeasible,
            lp::Status::Unbounded => Self::Unbounded,
            _ => Self::Failed,
        }
    }
}

/// The score of one unit, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// How the evaluation ended.
    pub status: Status,
    /// Efficiency, or distance for directional and additive models; meaningful where the status is [`Status::Ok`].
    score: f64,
}

impl Outcome {
    /// The score, where there is one.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        (self.status == Status::Ok).then_some(self.score)
    }

    /// No score.
    pub(crate) fn without(status: Status) -> Self {
        Self { status, score: 0.0 }
    }

    /// A score that was computed.
    pub(crate) fn of(score: f64) -> Self {
        Self { status: Status::Ok, score }
    }
}

/// Everything a program says about one unit. Slacks, targets and multipliers are in the columns' own units and in the
/// order inputs, goods, bads. Optimal slacks, peers and multipliers need not be unique.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Detail {
    /// Row of the unit.
    pub row: usize,
    /// Factor of inputs; with free factors under constant returns only θ/φ is identified, and φ is set to 1.
    pub theta: f64,
    /// Factor of goods.
    pub phi: f64,
    /// β of directional models: one, or one per column in the non-radial model.
    pub beta: Vec<f64>,
    /// Slack of each column, not negative; 0 for an equality, and where it is within [`Detail::NEGLIGIBLE`] of the unit's own
    /// value. Targets are x − s, y + s, b − s (of x, y and b scaled by θ, φ, β where the model has them); in super-efficiency
    /// of the slacks-based measure the unit lies beyond the frontier, and they are x + s, y − s, b + s.
    pub slacks: Vec<f64>,
    /// The reference point Xλ, Yλ, Bλ (in super-efficiency of the slacks-based measure: the nearest point).
    pub targets: Vec<f64>,
    /// Rows of the reference units with their λ, but for those that move no target by more than [`Detail::NEGLIGIBLE`] of
    /// the unit's own value.
    pub peers: Vec<(usize, f64)>,
    /// Multipliers: v of inputs, u of goods, w of bads; not negative under strong disposability. Zero where scores come
    /// from a program without that row.
    pub multipliers: Vec<f64>,
    /// Multiplier of the rule on Σλ (0 under constant returns).
    pub intercept: f64,
    /// Σλ: below one, increasing returns; above one, decreasing (under constant returns, if unique).
    pub intensity: f64,
    /// Worst part of the certificate.
    pub certificate: f64,
}

impl Detail {
    /// Share of a unit's own value up to which a slack, or what a peer gives to a target, is rounding of the program.
    pub const NEGLIGIBLE: f64 = 1e-12;

    /// Shadow price of bad output `bad` in units of good `good`: w_b / u_r, what one unit of the bad less costs in the
    /// good (Färe, Grosskopf, Lovell and Yaisawarng 1993). None where the good's multiplier is zero.
    #[must_use]
    pub fn shadow_price(&self, dims: crate::data::Dimensions, bad: usize, good: usize) -> Option<f64> {
        let w = self.multipliers.get(dims.inputs + dims.goods + bad)?;
        let u = self.multipliers.get(dims.inputs + good)?;
        (*u > 0.0).then(|| w / u)
    }
}

/// What to do beside finding scores.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extent {
    pub(crate) solver: Solver,
    /// Leave each unit out of its reference.
    pub(crate) exclude_self: bool,
}

/// Scores of the rows given.
pub(crate) fn scores(
    form: &Formulation,
    observations: &Observations,
    rows: &[usize],
    reference: &ReferenceSet,
    extent: Extent,
) -> Result<(Vec<Outcome>, LpStats)> {
    let form = prepared(form, observations, rows, reference);
    let order = neighbours(observations, rows);
    let (outcomes, stats) = lp::solve_each(
        &reference.activities,
        &form.program,
        &order,
        extent.solver,
        |i, program| set(&form, observations, reference, extent, rows[i], program),
        |_, _, solution| outcome(&form, solution),
    )?;
    let LpStats { iterations, fallbacks, worst_certificate, .. } = stats;
    tracing::debug!(programs = rows.len(), iterations, fallbacks, worst_certificate, "programs solved");
    Ok((restored(&order, outcomes), stats))
}

/// Places in `rows` such that neighbours are alike, and each program starts near its optimum. The order, and with it
/// the last digits of scores, depends on the units' data rather than on how rows are sorted.
fn neighbours(observations: &Observations, rows: &[usize]) -> Vec<usize> {
    let total = observations.dims().total();
    let mut columns = Vec::with_capacity(rows.len() * total);
    for &row in rows {
        columns.extend_from_slice(observations.at(row));
    }
    lp::neighbor_order(total, &columns)
}

/// Results that came in the order of places, by place.
fn restored<T>(order: &[usize], results: Vec<T>) -> Vec<T> {
    let mut by_place: Vec<(usize, T)> = order.iter().copied().zip(results).collect();
    by_place.sort_unstable_by_key(|(place, _)| *place);
    by_place.into_iter().map(|(_, result)| result).collect()
}

/// An outcome with its details, where there is a score.
pub(crate) type Detailed = (Outcome, Option<Detail>);

/// Scores and details of the rows given. Radial and directional programs get a second stage that keeps the factor and
/// maximises the sum of relative slacks; `second_stage` says whether.
pub(crate) fn details(
    form: &Formulation,
    observations: &Observations,
    rows: &[usize],
    reference: &ReferenceSet,
    extent: Extent,
    second_stage: bool,
) -> Result<(Vec<Detailed>, LpStats)> {
    let form = prepared(form, observations, rows, reference);
    let order = neighbours(observations, rows);
    let (results, mut stats) = lp::solve_each(
        &reference.activities,
        &form.program,
        &order,
        extent.solver,
        |i, program| set(&form, observations, reference, extent, rows[i], program),
        |i, program, solution| {
            let outcome = outcome(&form, solution);
            let found = outcome.status == Status::Ok;
            let detail = found.then(|| detail(&form, observations, reference, rows[i], program, solution));
            (outcome, detail)
        },
    )?;
    let mut results = restored(&order, results);
    if second_stage {
        let kept: Vec<usize> = order.into_iter().filter(|&i| results[i].1.is_some()).collect();
        let (slacks, more) = lp::solve_each(
            &reference.activities,
            &slack_program(&form),
            &kept,
            extent.solver,
            |i, program| {
                set(&form, observations, reference, extent, rows[i], program);
                if let Some(first) = &results[i].1 {
                    keep_factors(&form, first, program);
                }
            },
            |i, program, solution| {
                (solution.status == lp::Status::Optimal)
                    .then(|| detail(&form, observations, reference, rows[i], program, solution))
            },
        )?;
        stats.merge(&more);
        for (i, second) in kept.into_iter().zip(slacks) {
            if let (Some(first), Some(second)) = (&mut results[i].1, second) {
                first.slacks = second.slacks;
                first.targets = second.targets;
                first.peers = second.peers;
                first.intensity = second.intensity;
                first.certificate = first.certificate.max(second.certificate);
            }
        }
    }
    Ok((results, stats))
}

/// The formulation with what it must know about the data: scales of zero values.
fn prepared(form: &Formulation, observations: &Observations, rows: &[usize], reference: &ReferenceSet) -> Formulation {
    let mut form = form.clone();
    form.fallback.clone_from(&reference.moments.sizes);
    form.zeros = rows.iter().any(|&row| observations.at(row).iter().any(|&v| v <= 0.0));
    form
}

fn set(
    form: &Formulation,
    observations: &Observations,
    reference: &ReferenceSet,
    extent: Extent,
    row: usize,
    program: &mut Program,
) {
    form.set_unit(program, observations.at(row));
    if extent.exclude_self {
        program.set_excluded(&reference.columns_of(row));
    }
}

fn outcome(form: &Formulation, solution: &Solution) -> Outcome {
    let status = Status::from(solution.status);
    if status != Status::Ok {
        return Outcome::without(status);
    }
    let score = form.reading.score(solution.objective);
    if matches!(form.reading, Reading::Reciprocal { .. }) && !(0.0..1.0 / SNAP).contains(&score) {
        // An expansion factor of zero: no multiple of the unit's outputs is in the technology.
        return Outcome::without(Status::Infeasible);
    }
    if !form.reading.is_distance() && score <= 0.0 {
        return Outcome::without(Status::OutOfRange);
    }
    let target = if form.reading.is_distance() { 0.0 } else { 1.0 };
    let score = if (score - target).abs() <= SNAP { target } else { score };
    if score.is_finite() { Outcome::of(score) } else { Outcome::without(Status::Unbounded) }
}

/// The second stage: maximise relative slacks at the factors found.
fn slack_program(form: &Formulation) -> Program {
    let mut program = form.program.clone();
    for z in 0..program.z() {
        program.set_cost(z, 0.0);
    }
    for z in form.slacks.iter().flatten() {
        program.set_cost(*z, -1.0);
    }
    program
}

fn keep_factors(form: &Formulation, first: &Detail, program: &mut Program) {
    if let Place::At(z) = form.theta {
        program.set_bounds(z, first.theta, first.theta);
    }
    if let Place::At(z) = form.phi {
        program.set_bounds(z, first.phi, first.phi);
    }
    for (&(_, z), &beta) in form.beta.iter().zip(&first.beta) {
        program.set_bounds(z, beta, beta);
    }
}

fn detail(
    form: &Formulation,
    observations: &Observations,
    reference: &ReferenceSet,
    row: usize,
    program: &Program,
    solution: &Solution,
) -> Detail {
    let z = &solution.z;
    let raw = |place: Place, t: f64| match place {
        Place::One => t,
        Place::At(k) => z[k],
        Place::Below(k) => t - z[k],
        Place::Above(k) => t + z[k],
    };
    let mut t = form.multiplier.map_or(1.0, |k| z[k]);
    if form.homogeneous {
        // Only the ratio is identified: report the point with phi = 1 (theta = 1 where phi vanishes).
        let phi = raw(form.phi, t);
        t = if phi.abs() > f64::EPSILON { phi } else { raw(form.theta, t) };
    }
    let t = if t.abs() > 0.0 { t } else { 1.0 };
    let one = form.multiplier.map_or(if form.homogeneous { t } else { 1.0 }, |k| z[k]);
    let scale = &program.row_scale()[..form.dims.total()];
    // Rows are scaled by the unit's own values, so that z is relative to them.
    let slack = |column: usize| Some(z[column] / t).filter(|share| share.abs() > Detail::NEGLIGIBLE);
    let slacks: Vec<f64> =
        (0..form.dims.total()).map(|k| form.slacks[k].and_then(slack).map_or(0.0, |share| share * scale[k])).collect();
    let mut peers: Vec<(usize, f64)> = Vec::with_capacity(solution.lambda.len());
    let mut targets = vec![0.0; form.dims.total()];
    for &(column, value) in &solution.lambda {
        let lambda = value / t;
        for (k, target) in targets.iter_mut().enumerate() {
            *target += lambda * reference.activities.get(k, column);
        }
        let moves =
            |k: usize| (lambda * reference.activities.get(k, column)).abs() > Detail::NEGLIGIBLE * scale[k].abs();
        if !(0..form.dims.total()).any(moves) {
            continue;
        }
        let peer = reference.row_of(column);
        match peers.iter_mut().find(|(known, _)| *known == peer) {
            Some(entry) => entry.1 += lambda,
            None => peers.push((peer, lambda)),
        }
    }
    if form.slack_sign < 0.0 {
        for (k, target) in targets.iter_mut().enumerate() {
            let away = if form.dims.group(k) == Group::Good { -slacks[k] } else { slacks[k] };
            *target = observations.at(row)[k] + away;
        }
    }
    let multipliers = (0..form.dims.total())
        .map(|k| {
            let sign = if form.dims.group(k) == Group::Good { 1.0 } else { -1.0 };
            sign * solution.duals[k] / scale[k] + 0.0
        })
        .collect();
    Detail {
        row,
        theta: raw(form.theta, one) / t,
        phi: raw(form.phi, one) / t,
        beta: form.beta.iter().map(|&(_, k)| z[k] + 0.0).collect(),
        slacks,
        targets,
        intensity: peers.iter().map(|(_, lambda)| lambda).sum(),
        peers,
        multipliers,
        intercept: form.convexity.map_or(0.0, |i| solution.duals[i]),
        certificate: solution.certificate.worst(),
    }
}
