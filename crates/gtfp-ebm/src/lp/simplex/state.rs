//! The program in the engine's own units, and what each variable is.
//!
//! Variables are numbered λ first, then z, then one logical per (padded) row: a unit column fixed at zero, which only
//! serves to start.

use crate::lp::activities::{LANES, power_of_two};
use crate::lp::{Activities, Program};

/// Where a variable outside the basis rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Lower,
    Upper,
    /// A free variable at zero.
    Zero,
    Basic,
}

/// Violations up to this (of a variable whose column has size one) count as none.
pub(super) const FEASIBLE: f64 = 1e-11;

/// The loaded program.
#[derive(Debug, Clone)]
pub(super) struct State<const M: usize> {
    /// λ columns, z variables, rows that hold λ.
    pub(super) n: usize,
    pub(super) k: usize,
    pub(super) technology: usize,
    /// Factor of row i that turns stored activities into the engine's columns.
    pub(super) factor: [f64; M],
    /// λ of the program = internal λ · `intensity` / column unit.
    pub(super) intensity: f64,
    pub(super) rhs: [f64; M],
    pub(super) z_columns: Vec<[f64; M]>,
    z_panels: Vec<f64>,
    pub(super) cost: Vec<f64>,
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    pub(super) rest: Vec<Rest>,
    pub(super) excluded: Vec<usize>,
}

impl<const M: usize> Default for State<M> {
    fn default() -> Self {
        Self {
            n: 0,
            k: 0,
            technology: 0,
            factor: [0.0; M],
            intensity: 1.0,
            rhs: [0.0; M],
            z_columns: Vec::new(),
            z_panels: Vec::new(),
            cost: Vec::new(),
            lower: Vec::new(),
            upper: Vec::new(),
            rest: Vec::new(),
            excluded: Vec::new(),
        }
    }
}

impl<const M: usize> State<M> {
    /// Loads a program; true where its shape is that of the one before, so that its basis may be kept.
    pub(super) fn load(&mut self, activities: &Activities, program: &Program) -> bool {
        let same = self.n == activities.cols()
            && self.k == program.z()
            && self.technology == activities.rows()
            && self.z_columns.len() == program.z();
        self.n = activities.cols();
        self.k = program.z();
        self.technology = activities.rows();
        let rows = program.rows();
        let mut largest = 0.0_f64;
        for i in 0..self.technology {
            self.factor[i] = activities.row_unit(i) / program.row_scale()[i];
            largest = largest.max(self.factor[i]);
        }
        // A common power of two brings the largest row near one; only the intensities' unit changes.
        let unit = power_of_two(largest);
        self.intensity = 1.0 / unit;
        for f in &mut self.factor[..self.technology] {
            *f /= unit;
        }
        for f in &mut self.factor[self.technology..] {
            *f = 0.0;
        }
        self.rhs = [0.0; M];
        self.rhs[..rows].copy_from_slice(program.rhs());
        self.cost.clear();
        self.cost.extend_from_slice(program.cost());
        self.lower.clear();
        self.lower.extend_from_slice(program.lower());
        self.upper.clear();
        self.upper.extend_from_slice(program.upper());
        self.excluded.clear();
        self.excluded.extend_from_slice(program.excluded());
        self.z_columns.resize(self.k, [0.0; M]);
        self.z_panels.clear();
        self.z_panels.resize(self.k.div_ceil(LANES) * LANES * M, 0.0);
        for k in 0..self.k {
            let mut column = [0.0; M];
            column[..rows].copy_from_slice(program.z_column(k));
            self.z_columns[k] = column;
            let base = (k / LANES) * LANES * M + k % LANES;
            for (i, value) in column.iter().enumerate() {
                self.z_panels[base + i * LANES] = *value;
            }
        }
        if !same {
            self.rest.clear();
            self.rest.resize(self.k, Rest::Zero);
        }
        same
    }

    /// Puts every variable outside the basis where its bounds allow.
    pub(super) fn settle(&mut self) {
        for k in 0..self.k {
            if self.rest[k] != Rest::Basic {
                self.rest[k] = self.resting_place(k, self.rest[k]);
            }
        }
    }

    /// The place nearest to `wish` that the bounds of `z[k]` allow.
    fn resting_place(&self, k: usize, wish: Rest) -> Rest {
        match (self.lower[k].is_finite(), self.upper[k].is_finite()) {
            (false, false) => Rest::Zero,
            (true, true) if wish == Rest::Upper => Rest::Upper,
            (true, _) => Rest::Lower,
            (false, true) => Rest::Upper,
        }
    }

    /// Forgets the basis.
    pub(super) fn release(&mut self) {
        for k in 0..self.k {
            self.rest[k] = self.resting_place(k, Rest::Lower);
        }
    }

    /// Value of a z variable outside the basis.
    pub(super) fn resting_value(&self, k: usize) -> f64 {
        match self.rest[k] {
            Rest::Lower => self.lower[k],
            Rest::Upper => self.upper[k],
            Rest::Zero | Rest::Basic => 0.0,
        }
    }

    /// Right-hand side less what the resting variables use.
    pub(super) fn effective_rhs(&self) -> [f64; M] {
        let mut rhs = self.rhs;
        for k in 0..self.k {
            let value = self.resting_value(k);
            if value != 0.0 {
                for (r, e) in rhs.iter_mut().zip(&self.z_columns[k]) {
                    *r -= e * value;
                }
            }
        }
        rhs
    }

    /// Column, lower bound, upper bound and cost of a variable.
    pub(super) fn column(&self, activities: &Activities, variable: usize) -> [f64; M] {
        let mut column = [0.0; M];
        if variable < self.n {
            for i in 0..self.technology {
                column[i] = activities.scaled(i, variable) * self.factor[i];
            }
        } else if variable < self.n + self.k {
            column = self.z_columns[variable - self.n];
        } else {
            column[variable - self.n - self.k] = 1.0;
        }
        column
    }

    pub(super) fn bounds(&self, variable: usize) -> (f64, f64) {
        if variable < self.n {
            let banned = !self.excluded.is_empty() && self.excluded.contains(&variable);
            (0.0, if banned { 0.0 } else { f64::INFINITY })
        } else if variable < self.n + self.k {
            (self.lower[variable - self.n], self.upper[variable - self.n])
        } else {
            (0.0, 0.0)
        }
    }

    pub(super) fn cost_of(&self, variable: usize) -> f64 {
        if variable >= self.n && variable < self.n + self.k { self.cost[variable - self.n] } else { 0.0 }
    }

    /// Multipliers per stored activity.
    pub(super) fn weights(&self, y: &[f64; M]) -> [f64; M] {
        let mut weights = [0.0; M];
        for i in 0..M {
            weights[i] = y[i] * self.factor[i];
        }
        weights
    }

    /// The resting z variable that improves most (or the first, where `least`), with its reduced cost.
    pub(super) fn price_z(&self, y: &[f64; M], with_cost: bool, tolerance: f64, least: bool) -> Option<(usize, f64)> {
        let mut found: Option<(usize, f64)> = None;
        for (p, panel) in self.z_panels.chunks_exact(LANES * M).enumerate() {
            let mut sum = [0.0_f64; LANES];
            for (row, &w) in panel.chunks_exact(LANES).zip(y) {
                for l in 0..LANES {
                    sum[l] += w * row[l];
                }
            }
            for (l, s) in sum.iter().enumerate() {
                let k = p * LANES + l;
                if k >= self.k {
                    break;
                }
                let d = if with_cost { self.cost[k] - s } else { -s };
                let improves = match self.rest[k] {
                    Rest::Lower => d < -tolerance,
                    Rest::Upper => d > tolerance,
                    Rest::Zero => d.abs() > tolerance,
                    Rest::Basic => false,
                };
                if improves && self.lower[k] < self.upper[k] && found.is_none_or(|(_, v)| d.abs() > v.abs()) {
                    if least {
                        return Some((k, d));
                    }
                    found = Some((k, d));
                }
            }
        }
        found
    }
}
