//! The iterations.

use super::basis::{Basis, dot, largest};
use super::pricing::{self, WorkingSet};
use super::ratio::{Basic, Breakpoints};
use super::recent::{self, Recent};
use super::state::{FEASIBLE, Rest, State};
use crate::lp::certificate::{self, Scratch};
use crate::lp::{Activities, Program, Solution, Status};

/// Reduced costs above minus this count as non-negative.
const OPTIMAL: f64 = 1e-11;
/// Price of a unit of violated bound; multipliers of relative rows are near one.
const PENALTY: f64 = 64.0;
/// Pivots after which the inverse is computed afresh.
const REFACTOR: usize = 48;
/// Degenerate pivots in a row after which the least-index rule takes over.
const PATIENCE: usize = 40;

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
    basic: Basic<M>,
    /// Costs of the basic variables as the program has them, and as the present aim does.
    own_cost: [f64; M],
    cost: [f64; M],
    y: [f64; M],
    recent: Recent<M>,
    working: WorkingSet,
    candidates: Vec<usize>,
    sums: Vec<f64>,
    scratch: Scratch,
    /// Without costs any feasible point is optimal, and zero multipliers prove it.
    costless: bool,
}

impl<const M: usize> Default for Core<M> {
    fn default() -> Self {
        Self {
            state: State::default(),
            basis: Basis::identity(),
            variables: [0; M],
            basic: Basic { x: [0.0; M], lower: [0.0; M], upper: [0.0; M], tolerance: [FEASIBLE; M], price: [1.0; M] },
            own_cost: [0.0; M],
            cost: [0.0; M],
            y: [0.0; M],
            recent: Recent::default(),
            working: WorkingSet::default(),
            candidates: Vec::new(),
            sums: Vec::new(),
            scratch: Scratch::default(),
            costless: false,
        }
    }
}

impl<const M: usize> Core<M> {
    /// Takes in what the next programs share; bases of programs of another shape are forgotten.
    pub(super) fn load(&mut self, activities: &Activities, program: &Program) {
        if !self.state.load(activities, program) {
            self.recent.forget();
        }
        self.costless = program.cost().iter().all(|c| *c == 0.0);
    }

    /// Solves a program whose shared part is loaded.
    #[inline(always)]
    pub(super) fn solve(&mut self, activities: &Activities, program: &Program, solution: &mut Solution) {
        self.state.load_unit(activities, program);
        let place = recent::place(&self.state.factor, self.state.technology);
        if !(self.resume(&place) && self.restore(activities)) {
            self.start_cold();
        }
        let costless = self.costless;
        let limit = 200 + 60 * M;
        let mut aim = Aim::Both;
        let mut idle = 0;
        let mut iterations = 0;
        let mut forced: Option<Entering> = None;
        let status = loop {
            if iterations >= limit || (self.basis.updates >= REFACTOR && !self.restore(activities)) {
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
        if status == Status::Optimal {
            self.recent.remember(&place, &self.variables, self.state.rest());
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
            self.adopt(p, &self.basis.columns[p].clone());
        }
        self.basic.x = self.state.effective_rhs();
    }

    /// Takes up the basis of the most similar program; false where there is none.
    #[inline(always)]
    fn resume(&mut self, place: &[f64; M]) -> bool {
        let Some((variables, rest)) = self.recent.nearest(place, self.state.technology) else { return false };
        self.variables = *variables;
        self.state.settle(rest);
        true
    }

    /// Computes inverse and values of the basis anew; false where it is singular.
    #[inline(always)]
    fn restore(&mut self, activities: &Activities) -> bool {
        for p in 0..M {
            let column = self.state.column(activities, self.variables[p]);
            self.basis.columns[p] = column;
            self.adopt(p, &column);
        }
        if !self.basis.invert() {
            return false;
        }
        self.basic.x = self.basis.ftran(&self.state.effective_rhs());
        true
    }

    /// Bounds, tolerance and cost of the variable at position `p`, whose column is given.
    #[inline(always)]
    fn adopt(&mut self, p: usize, column: &[f64; M]) {
        let variable = self.variables[p];
        (self.basic.lower[p], self.basic.upper[p]) = self.state.bounds(variable);
        // Violations count, and are priced, by their effect on the rows, so that a variable's unit does not matter.
        let size = if variable < self.state.n { largest(column) } else { 1.0 };
        let size = if size > 0.0 { size } else { 1.0 };
        self.basic.tolerance[p] = FEASIBLE / size;
        self.basic.price[p] = size;
        self.own_cost[p] = self.state.cost_of(variable);
    }

    /// Fills the costs of the basic variables; says whether any bound is violated.
    #[inline(always)]
    fn set_objective(&mut self, aim: Aim) -> bool {
        let (share, weight) = match aim {
            Aim::Both => (1.0, PENALTY),
            Aim::Feasibility => (0.0, 1.0),
            Aim::Cost => (1.0, 0.0),
        };
        let Basic { x, lower, upper, tolerance, price } = &self.basic;
        let mut violated = 0.0;
        for p in 0..M {
            let below = if x[p] < lower[p] - tolerance[p] { 1.0 } else { 0.0 };
            let above = if x[p] > upper[p] + tolerance[p] { 1.0 } else { 0.0 };
            self.cost[p] = share * self.own_cost[p] + (above - below) * (weight * price[p]);
            violated += above + below;
        }
        violated > 0.0 && aim != Aim::Cost
    }

    #[inline(always)]
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
            let z = self.state.first_z(&self.y, with_cost, OPTIMAL);
            return z.map(|(k, d)| Entering { variable: n + k, reduced: d });
        }
        let z = self.state.price_z(&self.y, with_cost, OPTIMAL);
        let column = if n <= pricing::DIRECT {
            pricing::best(activities, weights, excluded, OPTIMAL, &mut self.sums)
        } else {
            self.working.best(self.state.technology, weights, excluded, OPTIMAL, &mut self.sums)
        };
        match (column, z) {
            (Some((j, v)), Some((_, d))) if v >= d.abs() => Some(Entering { variable: j, reduced: -v }),
            (Some((j, v)), None) => Some(Entering { variable: j, reduced: -v }),
            (_, Some((k, d))) => Some(Entering { variable: n + k, reduced: d }),
            (None, None) => None,
        }
    }

    /// Recomputes values and multipliers to full precision; says whether any bound is violated.
    #[inline(always)]
    fn polish(&mut self, aim: Aim) -> bool {
        let rhs = self.state.effective_rhs();
        self.basis.refine_primal(&rhs, &mut self.basic.x);
        let violated = self.set_objective(aim);
        self.basis.refine_dual(&self.cost, &mut self.y);
        violated
    }

    /// Sweeps all columns with polished multipliers; a column that still improves must enter.
    #[inline(always)]
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
        let relative = verdict.column.filter(|_| verdict.relative > OPTIMAL);
        let outside = |variable: &usize| !self.variables.contains(variable);
        if let Some(variable) = verdict.violated.into_iter().chain(relative).find(outside) {
            let column = self.state.column(activities, variable);
            return Some(Entering { variable, reduced: -dot(&column, &self.y) });
        }
        let z = self.state.price_z(&self.y, with_cost, OPTIMAL);
        z.map(|(k, d)| Entering { variable: self.state.n + k, reduced: d })
    }

    #[inline(always)]
    fn pivot(&mut self, activities: &Activities, entering: Entering, aim: Aim, least: bool) -> Step {
        let (n, k) = (self.state.n, self.state.k);
        let column = self.state.column(activities, entering.variable);
        let w = self.basis.ftran(&column);
        let direction = if entering.reduced < 0.0 { 1.0 } else { -1.0 };
        let weight = match aim {
            Aim::Both => PENALTY,
            Aim::Feasibility => 1.0,
            Aim::Cost => f64::INFINITY,
        };
        let points = Breakpoints::new(&self.basic, &w.map(|w| -direction * w), weight);
        let chosen = if least { points.choose_least(&self.variables) } else { points.choose(-entering.reduced.abs()) };
        let (lower, upper) = self.state.bounds(entering.variable);
        let span = upper - lower;
        let step = chosen.map_or(f64::INFINITY, |c| c.t.max(0.0));
        if span <= step {
            if !span.is_finite() {
                return Step::Unbounded;
            }
            for p in 0..M {
                self.basic.x[p] -= direction * span * w[p];
            }
            let z = entering.variable - n;
            let rest = if self.state.rest()[z] == Rest::Lower { Rest::Upper } else { Rest::Lower };
            self.state.set_rest(z, rest);
            return Step::Moved;
        }
        let Some(chosen) = chosen else { return Step::Unbounded };
        let p = chosen.position;
        let start = if entering.variable < n { 0.0 } else { self.state.resting_value(entering.variable - n) };
        let (move_by, end) = (direction * step, start + direction * step);
        for (q, (x, d)) in self.basic.x.iter_mut().zip(&w).enumerate() {
            *x = if q == p { end } else { *x - move_by * d };
        }
        let leaving = self.variables[p];
        if leaving >= n && leaving < n + k {
            self.state.set_rest(leaving - n, if chosen.upper { Rest::Upper } else { Rest::Lower });
        }
        if entering.variable >= n {
            self.state.set_rest(entering.variable - n, Rest::Basic);
        } else if n > pricing::DIRECT {
            self.working.admit(activities, &[entering.variable]);
        }
        self.variables[p] = entering.variable;
        self.adopt(p, &column);
        self.basis.replace(p, column, &w);
        if step > 0.0 { Step::Moved } else { Step::Idle }
    }

    /// Writes the solution in the program's units and certifies it.
    #[inline(always)]
    fn write(&mut self, activities: &Activities, program: &Program, solution: &mut Solution) {
        let (n, k, intensity) = (self.state.n, self.state.k, self.state.intensity);
        solution.z.clear();
        solution.z.extend((0..k).map(|k| self.state.resting_value(k)));
        solution.lambda.clear();
        for p in 0..M {
            let variable = self.variables[p];
            let value = self.basic.x[p].clamp(self.basic.lower[p], self.basic.upper[p]);
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
            Status::Optimal => certificate::certify(activities, program, solution, &mut self.scratch),
            Status::Infeasible => certificate::certify_infeasible(activities, program, solution, &mut self.scratch),
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
