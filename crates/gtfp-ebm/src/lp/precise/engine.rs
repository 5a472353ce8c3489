//! The iterations.

use super::dd::Dd;
use crate::lp::activities::power_of_two;
use crate::lp::{Activities, Program, Status};

/// Reduced costs below minus this share of their terms are certain in doubles.
const CERTAIN: f64 = 1e-11;
/// A variable this near to a bound is at it: steps of rounding would count as progress, and hide ties.
const AT_BOUND: f64 = 1e-21;
/// Row violations up to this in sum are what 32 digits leave of zero.
const EXACT: f64 = 1e-20;
/// Pivots after which the inverse is computed afresh.
const REFACTOR: usize = 32;
/// Degenerate pivots in a row after which the least-index rule takes over.
const PATIENCE: usize = 30;

/// Where a variable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Lower,
    Upper,
    Zero,
    Basic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Σ |logicals|.
    Feasibility,
    /// Costs; logicals stay where they are.
    Cost,
}

/// One program in double-double. Variables are numbered λ first, then z, then one logical per row.
pub(super) struct Engine<'a> {
    pub(super) program: &'a Program,
    pub(super) m: usize,
    pub(super) n: usize,
    pub(super) k: usize,
    /// Columns of λ (over `size`) and z.
    columns: Vec<Dd>,
    rounded: Vec<f64>,
    /// λ of the program = internal λ / size.
    pub(super) size: Vec<f64>,
    excluded: Vec<bool>,
    rest: Vec<Rest>,
    basis: Vec<usize>,
    inverse: Vec<Dd>,
    pub(super) x: Vec<Dd>,
    pub(super) y: Vec<Dd>,
    /// Where each logical may be: zero, or what 32 digits left of it.
    accepted: Vec<Dd>,
    /// The side of zero on which an elastic row is: it costs one per unit there, and stops at zero.
    side: Vec<f64>,
    /// Reduced costs and pivots below this share of their terms count as zero.
    tolerance: f64,
    phase: Phase,
    updates: usize,
    pub(super) iterations: usize,
}

/// A variable that improves, and whether it rises.
#[derive(Debug, Clone, Copy)]
struct Entering {
    variable: usize,
    rises: bool,
}

impl<'a> Engine<'a> {
    pub(super) fn new(activities: &Activities, program: &'a Program, tolerance: f64) -> Self {
        let (m, n, k) = (program.rows(), activities.cols(), program.z());
        let inverse_scale: Vec<Dd> = program.row_scale().iter().map(|s| Dd::ONE / Dd::from(*s)).collect();
        let mut columns = vec![Dd::ZERO; (n + k) * m];
        let mut size = vec![1.0; n];
        for (j, column) in columns.chunks_exact_mut(m.max(1)).enumerate() {
            if j < n {
                let mut largest = 0.0_f64;
                for (i, scale) in inverse_scale.iter().enumerate() {
                    column[i] = scale.times(activities.get(i, j));
                    largest = largest.max(column[i].value().abs());
                }
                size[j] = power_of_two(largest);
                for value in column.iter_mut() {
                    *value = value.times(1.0 / size[j]);
                }
            } else {
                for (value, e) in column.iter_mut().zip(program.z_column(j - n)) {
                    *value = Dd::from(*e);
                }
            }
        }
        let mut excluded = vec![false; n];
        for &j in program.excluded() {
            excluded[j] = true;
        }
        let mut engine = Self {
            program,
            m,
            n,
            k,
            rounded: columns.iter().map(|v| v.value()).collect(),
            columns,
            size,
            excluded,
            rest: Vec::new(),
            basis: Vec::new(),
            inverse: Vec::new(),
            x: Vec::new(),
            y: vec![Dd::ZERO; m],
            accepted: vec![Dd::ZERO; m],
            side: vec![1.0; m],
            tolerance,
            phase: Phase::Feasibility,
            updates: 0,
            iterations: 0,
        };
        engine.start();
        engine
    }

    /// All logicals basic.
    fn start(&mut self) {
        let (m, n, k) = (self.m, self.n, self.k);
        self.rest = vec![Rest::Lower; n + k + m];
        for z in 0..k {
            let (lower, upper) = (self.program.lower()[z], self.program.upper()[z]);
            self.rest[n + z] = match (lower.is_finite(), upper.is_finite()) {
                (true, _) => Rest::Lower,
                (false, true) => Rest::Upper,
                (false, false) => Rest::Zero,
            };
        }
        self.basis = (n + k..n + k + m).collect();
        for rest in &mut self.rest[n + k..] {
            *rest = Rest::Basic;
        }
        self.inverse = identity(m);
        self.x = self.right_side();
        for (side, x) in self.side.iter_mut().zip(&self.x) {
            *side = if *x < Dd::ZERO { -1.0 } else { 1.0 };
        }
    }

    pub(super) fn run(&mut self) -> Status {
        let limit = 2000 + 100 * self.m;
        let mut idle = 0;
        loop {
            if self.iterations >= limit || (self.updates >= REFACTOR && !self.refactor()) {
                return Status::Failed;
            }
            self.multipliers();
            match self.price(idle > PATIENCE) {
                Some(entering) => {
                    self.iterations += 1;
                    match self.pivot(entering, idle > PATIENCE) {
                        Some(true) if idle <= PATIENCE || self.iterations < limit / 4 => idle = 0,
                        Some(_) => idle += 1,
                        None if self.phase == Phase::Cost => return Status::Unbounded,
                        None => return Status::Failed,
                    }
                }
                None if self.updates > 0 => {
                    // Verdicts come from a fresh inverse.
                    if !self.refactor() {
                        return Status::Failed;
                    }
                }
                None if self.phase == Phase::Cost => return Status::Optimal,
                None => {
                    if self.violation() > EXACT {
                        return Status::Infeasible;
                    }
                    for p in 0..self.m {
                        if let Some(i) = self.logical(self.basis[p]) {
                            self.accepted[i] = self.x[p];
                        }
                    }
                    self.phase = Phase::Cost;
                    idle = 0;
                }
            }
        }
    }

    /// Row of a logical.
    fn logical(&self, variable: usize) -> Option<usize> {
        variable.checked_sub(self.n + self.k)
    }

    /// Σ of row violations.
    fn violation(&self) -> f64 {
        let logicals = self.basis.iter().zip(&self.x).filter(|(variable, _)| self.logical(**variable).is_some());
        logicals.map(|(_, x)| x.value().abs()).sum()
    }

    fn bounds(&self, variable: usize) -> (f64, f64) {
        if variable < self.n {
            (0.0, f64::INFINITY)
        } else {
            let z = variable - self.n;
            (self.program.lower()[z], self.program.upper()[z])
        }
    }

    /// Value of a variable outside the basis.
    fn resting(&self, variable: usize) -> Dd {
        if let Some(i) = self.logical(variable) {
            return self.accepted[i];
        }
        match self.rest[variable] {
            Rest::Lower => Dd::from(self.bounds(variable).0),
            Rest::Upper => Dd::from(self.bounds(variable).1),
            Rest::Zero | Rest::Basic => Dd::ZERO,
        }
    }

    fn cost_of(&self, variable: usize) -> f64 {
        if variable >= self.n && variable < self.n + self.k { self.program.cost()[variable - self.n] } else { 0.0 }
    }

    /// Right-hand sides less what rests outside the basis.
    fn right_side(&self) -> Vec<Dd> {
        let mut rhs: Vec<Dd> = self.program.rhs().iter().map(|r| Dd::from(*r)).collect();
        for variable in self.n..self.n + self.k + self.m {
            if self.rest[variable] == Rest::Basic {
                continue;
            }
            let value = self.resting(variable);
            if !value.is_zero() {
                for (i, r) in rhs.iter_mut().enumerate() {
                    *r -= self.entry(i, variable) * value;
                }
            }
        }
        rhs
    }

    fn entry(&self, i: usize, variable: usize) -> Dd {
        match self.logical(variable) {
            Some(row) => {
                if row == i {
                    Dd::ONE
                } else {
                    Dd::ZERO
                }
            }
            None => self.columns[variable * self.m + i],
        }
    }

    fn column(&self, variable: usize) -> Vec<Dd> {
        (0..self.m).map(|i| self.entry(i, variable)).collect()
    }

    /// y = c_B B⁻¹.
    fn multipliers(&mut self) {
        let m = self.m;
        let costs: Vec<Dd> = self
            .basis
            .iter()
            .map(|&variable| match (self.phase, self.logical(variable)) {
                (Phase::Feasibility, Some(i)) => self.side[i],
                (Phase::Feasibility, None) => 0.0,
                (Phase::Cost, _) => self.cost_of(variable),
            })
            .map(Dd::from)
            .collect();
        let mut y = vec![Dd::ZERO; m];
        self.add_dual(&costs, &mut y);
        // One step of refinement: what remains is rounding of y itself, whatever the condition of the basis.
        let residual: Vec<Dd> =
            (0..m).map(|p| (0..m).fold(costs[p], |rest, i| rest - y[i] * self.entry(i, self.basis[p]))).collect();
        self.add_dual(&residual, &mut y);
        self.y = y;
    }

    /// Adds c B⁻¹ to y.
    fn add_dual(&self, c: &[Dd], y: &mut [Dd]) {
        for (cost, row) in c.iter().zip(self.inverse.chunks_exact(self.m.max(1))) {
            if !cost.is_zero() {
                for (y, b) in y.iter_mut().zip(row) {
                    *y += *cost * *b;
                }
            }
        }
    }

    /// The variable to enter: by doubles where they are certain, else in full precision.
    fn price(&self, least: bool) -> Option<Entering> {
        if !least && let Some(entering) = self.price_rounded() {
            return Some(entering);
        }
        let m = self.m;
        let size: Vec<f64> = self.y.iter().map(|y| y.value().abs()).collect();
        let mut best: Option<(f64, Entering)> = None;
        for variable in 0..self.n + self.k + m {
            if !self.may_enter(variable) {
                continue;
            }
            let cost = if self.phase == Phase::Cost { self.cost_of(variable) } else { 0.0 };
            let (mut d, mut terms) = (Dd::from(cost), cost.abs());
            if let Some(i) = self.logical(variable) {
                // Leaving zero costs one either way.
                let y = self.y[i];
                let gain = (y.abs() - Dd::ONE).value();
                if gain > self.tolerance && best.is_none_or(|(most, _)| gain > most) {
                    best = Some((gain, Entering { variable, rises: y > Dd::ZERO }));
                }
                continue;
            }
            for (i, a) in self.columns[variable * m..(variable + 1) * m].iter().enumerate() {
                d -= self.y[i] * *a;
                terms += size[i] * self.rounded[variable * m + i].abs();
            }
            let d = d.value();
            let gain = d.abs() - self.tolerance * terms;
            if gain > 0.0 && self.improves(variable, d) && best.is_none_or(|(most, _)| gain > most) {
                best = Some((gain, Entering { variable, rises: d < 0.0 }));
                if least {
                    break;
                }
            }
        }
        best.map(|(_, entering)| entering)
    }

    fn price_rounded(&self) -> Option<Entering> {
        let m = self.m;
        let y: Vec<f64> = self.y.iter().map(|y| y.value()).collect();
        let mut best: Option<(f64, Entering)> = None;
        for variable in 0..self.n + self.k {
            if !self.may_enter(variable) {
                continue;
            }
            let cost = if self.phase == Phase::Cost { self.cost_of(variable) } else { 0.0 };
            let (mut d, mut terms) = (cost, cost.abs());
            for (y, a) in y.iter().zip(&self.rounded[variable * m..(variable + 1) * m]) {
                d -= y * a;
                terms += (y * a).abs();
            }
            if d.abs() > CERTAIN * terms && self.improves(variable, d) && best.is_none_or(|(most, _)| d.abs() > most) {
                best = Some((d.abs(), Entering { variable, rises: d < 0.0 }));
            }
        }
        best.map(|(_, entering)| entering)
    }

    fn may_enter(&self, variable: usize) -> bool {
        if self.rest[variable] == Rest::Basic {
            return false;
        }
        if self.logical(variable).is_some() {
            return self.phase == Phase::Feasibility;
        }
        let (lower, upper) = self.bounds(variable);
        lower < upper && !(variable < self.n && self.excluded[variable])
    }

    fn improves(&self, variable: usize, d: f64) -> bool {
        match self.rest[variable] {
            Rest::Lower => d < 0.0,
            Rest::Upper => d > 0.0,
            Rest::Zero => d != 0.0,
            Rest::Basic => false,
        }
    }

    /// B⁻¹ a.
    fn in_basis(&self, a: &[Dd]) -> Vec<Dd> {
        let rows = self.inverse.chunks_exact(self.m.max(1));
        rows.map(|row| row.iter().zip(a).fold(Dd::ZERO, |sum, (b, a)| sum + *b * *a)).collect()
    }

    /// Moves the entering variable; says whether the objective moved, none where nothing stops it.
    fn pivot(&mut self, entering: Entering, least: bool) -> Option<bool> {
        let m = self.m;
        let a = self.column(entering.variable);
        let w = self.in_basis(&a);
        let direction = if entering.rises { 1.0 } else { -1.0 };
        let largest = w.iter().fold(0.0_f64, |s, v| s.max(v.value().abs()));
        // The step at which each basic variable meets a bound, as (step, position, at upper bound).
        let mut chosen: Option<(Dd, usize, bool)> = None;
        for p in 0..m {
            let rate = w[p].times(-direction);
            if rate.value().abs() <= self.tolerance * largest {
                continue;
            }
            let Some((step, upper)) = self.meets(p, rate) else { continue };
            let better = match &chosen {
                None => true,
                Some((least_step, q, _)) => {
                    let tie = (step - *least_step).value().abs() <= AT_BOUND;
                    if tie && least {
                        self.basis[p] < self.basis[*q]
                    } else if tie {
                        w[p].abs() > w[*q].abs()
                    } else {
                        step < *least_step
                    }
                }
            };
            if better {
                chosen = Some((step, p, upper));
            }
        }
        let is_logical = self.logical(entering.variable).is_some();
        let span = if is_logical {
            f64::INFINITY
        } else {
            let (l, u) = self.bounds(entering.variable);
            u - l
        };
        if chosen.is_none_or(|(step, ..)| step.value() >= span) {
            if !span.is_finite() {
                return None;
            }
            for (x, w) in self.x.iter_mut().zip(&w) {
                *x -= w.times(direction * span);
            }
            self.rest[entering.variable] = if entering.rises { Rest::Upper } else { Rest::Lower };
            return Some(true);
        }
        let (step, p, upper) = chosen?;
        let start = self.resting(entering.variable);
        for (x, w) in self.x.iter_mut().zip(&w) {
            *x -= *w * step.times(direction);
        }
        let leaving = self.basis[p];
        self.rest[leaving] = if upper { Rest::Upper } else { Rest::Lower };
        self.rest[entering.variable] = Rest::Basic;
        if let Some(i) = self.logical(entering.variable) {
            self.side[i] = direction;
        }
        self.basis[p] = entering.variable;
        self.x[p] = start + step.times(direction);
        self.update(p, &w);
        Some(step.value() > 0.0)
    }

    /// The step after which basic variable `p` meets a bound while it changes at `rate`, and whether it is the upper one.
    fn meets(&self, p: usize, rate: Dd) -> Option<(Dd, bool)> {
        let (variable, x) = (self.basis[p], self.x[p]);
        let rises = rate > Dd::ZERO;
        let bound = match (self.logical(variable), self.phase) {
            // An elastic row stops at zero, and moves away from it freely at its price.
            (Some(i), Phase::Feasibility) => {
                if rises == (self.side[i] > 0.0) {
                    return None;
                }
                Dd::ZERO
            }
            (Some(i), Phase::Cost) => self.accepted[i],
            (None, _) => {
                let (lower, upper) = self.bounds(variable);
                let bound = if rises { upper } else { lower };
                if !bound.is_finite() {
                    return None;
                }
                Dd::from(bound)
            }
        };
        let gap = bound - x;
        let step = if gap.value().abs() <= AT_BOUND { Dd::ZERO } else { gap / rate };
        Some((if step < Dd::ZERO { Dd::ZERO } else { step }, rises))
    }

    /// Puts the entering column, which is `w` in the basis, at position `p`.
    fn update(&mut self, p: usize, w: &[Dd]) {
        let m = self.m;
        let scale = Dd::ONE / w[p];
        let pivot: Vec<Dd> = self.inverse[p * m..(p + 1) * m].iter().map(|v| *v * scale).collect();
        for (i, row) in self.inverse.chunks_exact_mut(m).enumerate() {
            if i == p {
                row.copy_from_slice(&pivot);
            } else if !w[i].is_zero() {
                for (v, q) in row.iter_mut().zip(&pivot) {
                    *v -= w[i] * *q;
                }
            }
        }
        self.updates += 1;
    }

    /// Inverse and values afresh; false where the basis is singular.
    fn refactor(&mut self) -> bool {
        let m = self.m;
        let mut a = vec![Dd::ZERO; m * m];
        for (p, &variable) in self.basis.iter().enumerate() {
            for i in 0..m {
                a[i * m + p] = self.entry(i, variable);
            }
        }
        let Some(inverse) = inverted(a, m) else { return false };
        self.inverse = inverse;
        let rhs = self.right_side();
        self.x = self.in_basis(&rhs);
        let residual: Vec<Dd> =
            (0..m).map(|i| (0..m).fold(rhs[i], |rest, p| rest - self.entry(i, self.basis[p]) * self.x[p])).collect();
        let correction = self.in_basis(&residual);
        for (x, d) in self.x.iter_mut().zip(correction) {
            *x += d;
        }
        self.updates = 0;
        true
    }

    /// Values of z, and of the λ that are not zero in order.
    pub(super) fn values(&self) -> (Vec<Dd>, Vec<(usize, Dd)>) {
        let (n, k) = (self.n, self.k);
        let mut z: Vec<Dd> = (n..n + k).map(|variable| self.resting(variable)).collect();
        let mut lambda: Vec<(usize, Dd)> = Vec::new();
        for (&variable, &x) in self.basis.iter().zip(&self.x) {
            if variable < n {
                if x > Dd::ZERO {
                    lambda.push((variable, x));
                }
            } else if variable < n + k {
                let (lower, upper) = self.bounds(variable);
                let x = if x < Dd::from(lower) { Dd::from(lower) } else { x };
                z[variable - n] = if x > Dd::from(upper) { Dd::from(upper) } else { x };
            }
        }
        lambda.sort_unstable_by_key(|(j, _)| *j);
        (z, lambda)
    }

    /// Reduced cost of a λ column, with costs of zero, and the size of the column.
    pub(super) fn reduced(&self, j: usize) -> (Dd, f64) {
        let range = j * self.m..(j + 1) * self.m;
        let d = self.columns[range.clone()].iter().zip(&self.y).fold(Dd::ZERO, |sum, (a, y)| sum - *a * *y);
        (d, self.rounded[range].iter().map(|a| a.abs()).sum())
    }

    pub(super) fn lambda_column(&self, j: usize) -> &[Dd] {
        &self.columns[j * self.m..(j + 1) * self.m]
    }

    pub(super) fn is_excluded(&self, j: usize) -> bool {
        self.excluded[j]
    }
}

fn identity(m: usize) -> Vec<Dd> {
    let mut unit = vec![Dd::ZERO; m * m];
    for i in 0..m {
        unit[i * m + i] = Dd::ONE;
    }
    unit
}

/// Inverse of a row-major matrix (Gauss-Jordan, row pivoting); none where it is singular.
fn inverted(mut a: Vec<Dd>, m: usize) -> Option<Vec<Dd>> {
    const SINGULAR: f64 = 1e-28;
    let mut inverse = identity(m);
    for k in 0..m {
        let size = |i: usize, a: &[Dd]| a[i * m + k].value().abs();
        let pivot = (k..m).max_by(|&i, &j| size(i, &a).total_cmp(&size(j, &a)))?;
        if size(pivot, &a) <= SINGULAR {
            return None;
        }
        if pivot != k {
            for c in 0..m {
                a.swap(k * m + c, pivot * m + c);
                inverse.swap(k * m + c, pivot * m + c);
            }
        }
        let scale = Dd::ONE / a[k * m + k];
        for c in 0..m {
            a[k * m + c] = a[k * m + c] * scale;
            inverse[k * m + c] = inverse[k * m + c] * scale;
        }
        let (row, inverse_row) = (a[k * m..(k + 1) * m].to_vec(), inverse[k * m..(k + 1) * m].to_vec());
        for i in (0..m).filter(|i| *i != k) {
            let factor = a[i * m + k];
            if factor.is_zero() {
                continue;
            }
            for c in 0..m {
                a[i * m + c] -= factor * row[c];
                inverse[i * m + c] -= factor * inverse_row[c];
            }
        }
    }
    Some(inverse)
}
