//! The iterations.

use super::basis::{Basis, dot};
use super::pricing::{self, WorkingSet};
use super::ratio::{self, Breakpoint};
use super::recent::{self, Recent};
use super::state::{FEASIBLE, Rest, State};
use crate::lp::{Activities, Program, Solution, Status, certificate};

/// Reduced costs above minus this count as non-negative.
const OPTIMAL: f64 = 1e-11;
/// Price of a unit of violated bound; multipliers of relative rows are near one.
const PENALTY: f64 = 64.0;
/// Pivots after which the inverse is computed afresh.
const REFACTOR: usize = 48;
/// Degenerate pivots in a row after which the least-index rule takes over.
const PATIENCE: usize = 40;
/// Pivots below this are no pivots.
const ZERO_PIVOT: f64 = 1e-10;

/// Which objective the iterations pursue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    /// Costs plus penalty.
    Both,
    /// Violations alone.
    Feasibility,
    /// Costs alone, from a feasible basis, bounds hard.
    Cost,
}

#[derive(Debug, Clone, Copy)]
struct Entering {
    variable: usize,
    reduced: f64,
}

/// State of one engine, kept from program to program.
#[derive(Debug, Clone)]
pub(super) struct Core<const M: usize> {
    state: State<M>,
    basis: Basis<M>,
    variables: [usize; M],
    x: [f64; M],
    lower: [f64; M],
    upper: [f64; M],
    tolerance: [f64; M],
    cost: [f64; M],
    y: [f64; M],
    recent: Recent<M>,
    working: WorkingSet,
    breakpoints: Vec<Breakpoint>,
    candidates: Vec<usize>,
}

impl<const M: usize> Default for Core<M> {
    fn default() -> Self {
        Self {
            state: State::default(),
            basis: Basis::identity(),
            variables: [0; M],
            x: [0.0; M],
            lower: [0.0; M],
            upper: [0.0; M],
            tolerance: [FEASIBLE; M],
            cost: [0.0; M],
            y: [0.0; M],
            recent: Recent::default(),
            working: WorkingSet::default(),
            breakpoints: Vec::new(),
            candidates: Vec::new(),
        }
    }
}

impl<const M: usize> Core<M> {
    pub(super) fn solve(&mut self, activities: &Activities, program: &Program, solution: &mut Solution) {
        let same = self.state.load(activities, program);
        let place = recent::place(&self.state.factor, self.state.technology);
        if !(same && self.resume(&place) && self.restore(activities)) {
            self.start_cold();
        }
        // Without costs any feasible point is optimal, and zero multipliers prove it.
        let costless = program.cost().iter().all(|c| *c == 0.0);
        let limit = 200 + 60 * M;
        let mut aim = Aim::Both;
        let mut idle = 0;
        let mut iterations = 0;
        let mut forced: Option<Entering> = None;
        let status = loop {
            if iterations >= limit || (self.basis.updates >= REFACTOR && !self.refactor(activities)) {
                break Status::Failed;
            }
            let violated = self.set_objective(aim);
            if costless && !violated {
                self.y = [0.0; M];
                self.polish(aim);
                break Status::Optimal;
            }
            self.y = self.basis.btran(&self.cost);
            let least = idle > PATIENCE;
            let entering = match forced.take() {
                Some(entering) => Some(entering),
                None => self.price(activities, aim, least),
            };
            if let Some(entering) = entering {
                iterations += 1;
                match self.pivot(activities, entering, aim, least) {
                    Step::Moved => idle = 0,
                    Step::Idle => idle += 1,
                    Step::Unbounded if aim == Aim::Both => aim = Aim::Feasibility,
                    Step::Unbounded if aim == Aim::Cost => break Status::Unbounded,
                    Step::Unbounded => break Status::Failed,
                }
                continue;
            }
            if self.polish(aim) != violated {
                iterations += 1;
                continue;
            }
            if let Some(entering) = self.prove(activities, aim) {
                forced = Some(entering);
                continue;
            }
            match (aim, violated) {
                (Aim::Feasibility, false) => aim = Aim::Cost,
                (Aim::Feasibility, true) => break Status::Infeasible,
                (_, false) => break Status::Optimal,
                (_, true) => aim = Aim::Feasibility,
            }
        };
        if !same {
            self.recent.forget();
        }
        if status == Status::Optimal {
            self.recent.remember(place, self.variables, &self.state.rest);
        }
        solution.status = status;
        solution.iterations = iterations;
        self.write(activities, program, solution);
    }

    /// All logicals basic.
    fn start_cold(&mut self) {
        self.state.release();
        self.basis = Basis::identity();
        for p in 0..M {
            self.variables[p] = self.state.n + self.state.k + p;
            self.adopt(p);
        }
        self.x = self.state.effective_rhs();
    }

    /// Takes up the basis of the most similar program; false where there is none.
    fn resume(&mut self, place: &[f64; M]) -> bool {
        let Some((variables, rest)) = self.recent.nearest(place) else { return false };
        self.variables = *variables;
        self.state.rest.copy_from_slice(rest);
        self.state.settle();
        true
    }

    /// Computes inverse and values of the basis anew.
    fn restore(&mut self, activities: &Activities) -> bool {
        // Unit columns first: they leave no fill in the elimination.
        let mut units = 0;
        for p in 0..M {
            self.basis.columns[p] = self.state.column(activities, self.variables[p]);
            if self.basis.columns[p].iter().filter(|v| **v != 0.0).count() <= 1 {
                self.basis.columns.swap(units, p);
                self.variables.swap(units, p);
                units += 1;
            }
        }
        for p in 0..M {
            self.adopt(p);
        }
        self.basis.invert() && {
            self.x = self.basis.ftran(&self.state.effective_rhs());
            true
        }
    }

    fn refactor(&mut self, activities: &Activities) -> bool {
        self.restore(activities)
    }

    /// Bounds and tolerance of the variable at position `p`.
    fn adopt(&mut self, p: usize) {
        let variable = self.variables[p];
        (self.lower[p], self.upper[p]) = self.state.bounds(variable);
        self.tolerance[p] = if variable < self.state.n {
            let size = self.basis.columns[p].iter().fold(0.0_f64, |s, v| s.max(v.abs()));
            if size > 0.0 { FEASIBLE / size } else { FEASIBLE }
        } else {
            FEASIBLE
        };
    }

    /// Fills the costs of the basic variables; says whether any bound is violated.
    fn set_objective(&mut self, aim: Aim) -> bool {
        let mut violated = false;
        for p in 0..M {
            let mut cost = if aim == Aim::Feasibility { 0.0 } else { self.state.cost_of(self.variables[p]) };
            if aim != Aim::Cost {
                let price = self.price_of_violation(p, aim);
                if self.x[p] < self.lower[p] - self.tolerance[p] {
                    violated = true;
                    cost -= price;
                } else if self.x[p] > self.upper[p] + self.tolerance[p] {
                    violated = true;
                    cost += price;
                }
            }
            self.cost[p] = cost;
        }
        violated
    }

    /// Violations are priced by their effect on the rows, so that a variable's unit does not matter.
    fn price_of_violation(&self, p: usize, aim: Aim) -> f64 {
        let unit = FEASIBLE / self.tolerance[p];
        if aim == Aim::Both { PENALTY * unit } else { unit }
    }

    fn price(&mut self, activities: &Activities, aim: Aim, least: bool) -> Option<Entering> {
        let weights = self.state.weights(&self.y);
        let weights = &weights[..self.state.technology];
        let excluded = &self.state.excluded;
        let with_cost = aim != Aim::Feasibility;
        let n = self.state.n;
        if least {
            if let Some(j) = pricing::first(activities, weights, excluded, OPTIMAL) {
                let w = self.state.column(activities, j);
                return Some(Entering { variable: j, reduced: -dot(&w, &self.y) });
            }
            let z = self.state.price_z(&self.y, with_cost, OPTIMAL, true);
            return z.map(|(k, d)| Entering { variable: n + k, reduced: d });
        }
        let z = self.state.price_z(&self.y, with_cost, OPTIMAL, false);
        let column = if n <= pricing::DIRECT {
            pricing::best(activities, weights, excluded, OPTIMAL)
        } else {
            self.working.best(self.state.technology, weights, excluded, OPTIMAL)
        };
        match (column, z) {
            (Some((j, v)), Some((_, d))) if v >= d.abs() => Some(Entering { variable: j, reduced: -v }),
            (Some((j, v)), None) => Some(Entering { variable: j, reduced: -v }),
            (_, Some((k, d))) => Some(Entering { variable: n + k, reduced: d }),
            (None, None) => None,
        }
    }

    /// Recomputes values and multipliers to full precision; says whether any bound is violated.
    fn polish(&mut self, aim: Aim) -> bool {
        let rhs = self.state.effective_rhs();
        self.basis.refine_primal(&rhs, &mut self.x);
        let violated = self.set_objective(aim);
        self.basis.refine_dual(&self.cost, &mut self.y);
        violated
    }

    /// Sweeps all columns with polished multipliers; a column that still improves must enter.
    fn prove(&mut self, activities: &Activities, aim: Aim) -> Option<Entering> {
        let weights = self.state.weights(&self.y);
        let weights = &weights[..self.state.technology];
        let with_cost = aim != Aim::Feasibility;
        let least = certificate::least_size(&self.y, if with_cost { &self.state.cost } else { &[] });
        let sizes = self.state.weights(&self.y.map(|y| y.abs().max(least)));
        let sizes = &sizes[..self.state.technology];
        let mut candidates = std::mem::take(&mut self.candidates);
        let verdict = pricing::sweep(activities, weights, sizes, &self.state.excluded, OPTIMAL, &mut candidates);
        if self.state.n > pricing::DIRECT {
            self.working.admit(activities, &candidates);
        }
        self.candidates = candidates;
        if verdict.relative > OPTIMAL {
            let variable = verdict.column?;
            if !self.variables.contains(&variable) {
                let column = self.state.column(activities, variable);
                return Some(Entering { variable, reduced: -dot(&column, &self.y) });
            }
        }
        let z = self.state.price_z(&self.y, with_cost, OPTIMAL, false);
        z.map(|(k, d)| Entering { variable: self.state.n + k, reduced: d })
    }

    fn pivot(&mut self, activities: &Activities, entering: Entering, aim: Aim, least: bool) -> Step {
        let State { n, k, .. } = self.state;
        let column = self.state.column(activities, entering.variable);
        let w = self.basis.ftran(&column);
        let direction = if entering.reduced < 0.0 { 1.0 } else { -1.0 };
        self.collect(&w, direction, aim);
        let chosen = if least {
            ratio::choose_least(&self.breakpoints, &self.variables)
        } else {
            ratio::choose(&mut self.breakpoints, -entering.reduced.abs())
        };
        let (lower, upper) = self.state.bounds(entering.variable);
        let span = upper - lower;
        let step = chosen.map_or(f64::INFINITY, |c| c.t.max(0.0));
        if span <= step {
            if !span.is_finite() {
                return Step::Unbounded;
            }
            for p in 0..M {
                self.x[p] -= direction * span * w[p];
            }
            let z = entering.variable - n;
            self.state.rest[z] = if self.state.rest[z] == Rest::Lower { Rest::Upper } else { Rest::Lower };
            return Step::Moved;
        }
        let Some(chosen) = chosen else { return Step::Unbounded };
        let p = chosen.position;
        let start = if entering.variable < n { 0.0 } else { self.state.resting_value(entering.variable - n) };
        for (x, d) in self.x.iter_mut().zip(&w) {
            *x -= direction * step * d;
        }
        let leaving = self.variables[p];
        if leaving >= n && leaving < n + k {
            self.state.rest[leaving - n] = if chosen.upper { Rest::Upper } else { Rest::Lower };
        }
        if entering.variable >= n {
            self.state.rest[entering.variable - n] = Rest::Basic;
        } else if n > pricing::DIRECT {
            self.working.admit(activities, &[entering.variable]);
        }
        self.x[p] = start + direction * step;
        self.variables[p] = entering.variable;
        self.basis.replace(p, column, &w);
        self.adopt(p);
        if step > 0.0 { Step::Moved } else { Step::Idle }
    }

    /// Lists where basic variables meet their bounds as the entering variable moves.
    fn collect(&mut self, w: &[f64; M], direction: f64, aim: Aim) {
        self.breakpoints.clear();
        for p in 0..M {
            let rate = -direction * w[p];
            let pivot = rate.abs();
            if pivot < ZERO_PIVOT {
                continue;
            }
            let (x, lower, upper, tolerance) = (self.x[p], self.lower[p], self.upper[p], self.tolerance[p]);
            let price = if aim == Aim::Cost { f64::INFINITY } else { self.price_of_violation(p, aim) * pivot };
            let mut meet = |distance: f64, upper: bool| {
                self.breakpoints.push(Breakpoint {
                    t: distance / pivot,
                    relaxed: (distance + tolerance) / pivot,
                    gain: price,
                    position: p,
                    upper,
                    pivot,
                });
            };
            if rate < 0.0 {
                if x > upper + tolerance {
                    meet(x - upper, true);
                }
                if x >= lower - tolerance && lower.is_finite() {
                    meet(x - lower, false);
                }
            } else {
                if x < lower - tolerance {
                    meet(lower - x, false);
                }
                if x <= upper + tolerance && upper.is_finite() {
                    meet(upper - x, true);
                }
            }
        }
    }

    /// Writes the solution in the program's units and certifies it.
    fn write(&self, activities: &Activities, program: &Program, solution: &mut Solution) {
        let State { n, k, intensity, .. } = self.state;
        solution.z.clear();
        solution.z.extend((0..k).map(|k| self.state.resting_value(k)));
        solution.lambda.clear();
        for p in 0..M {
            let variable = self.variables[p];
            let value = self.x[p].clamp(self.lower[p], self.upper[p]);
            if variable < n {
                if value > 0.0 {
                    solution.lambda.push((variable, value * intensity / activities.col_unit(variable)));
                }
            } else if variable < n + k {
                solution.z[variable - n] = value;
            }
        }
        solution.lambda.sort_unstable_by_key(|(j, _)| *j);
        solution.duals.clear();
        solution.duals.extend_from_slice(&self.y[..program.rows()]);
        match solution.status {
            Status::Optimal => certificate::certify(activities, program, solution),
            Status::Infeasible => certificate::certify_infeasible(activities, program, solution),
            Status::Unbounded | Status::Failed => {
                solution.objective = 0.0;
                solution.certificate = crate::lp::Certificate::none();
            }
        }
    }
}

/// What one pivot did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Moved,
    Idle,
    Unbounded,
}
