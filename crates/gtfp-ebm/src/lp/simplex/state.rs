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
    /// Costs of z, and zeros up to whole panels; likewise 1 where z may rise or fall from where it rests, else 0.
    pub(super) cost: Vec<f64>,
    rises: Vec<f64>,
    falls: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    rest: Vec<Rest>,
    /// Whether some z rests elsewhere than at zero.
    shifted: bool,
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
            rises: Vec::new(),
            falls: Vec::new(),
            lower: Vec::new(),
            upper: Vec::new(),
            rest: Vec::new(),
            shifted: false,
            excluded: Vec::new(),
        }
    }
}

impl<const M: usize> State<M> {
    /// Loads what programs of neighbouring units share; true where the shape is that of before, so that bases may be kept.
    pub(super) fn load(&mut self, activities: &Activities, program: &Program) -> bool {
        let same = self.n == activities.cols()
            && self.k == program.z()
            && self.technology == activities.rows()
            && self.z_columns.len() == program.z();
        self.n = activities.cols();
        self.k = program.z();
        self.technology = activities.rows();
        let (rows, padded) = (program.rows(), self.k.div_ceil(LANES) * LANES);
        self.rhs = [0.0; M];
        self.rhs[..rows].copy_from_slice(program.rhs());
        self.cost.clear();
        self.cost.extend_from_slice(program.cost());
        self.cost.resize(padded, 0.0);
        self.rises.resize(padded, 0.0);
        self.falls.resize(padded, 0.0);
        self.lower.clear();
        self.lower.extend_from_slice(program.lower());
        self.upper.clear();
        self.upper.extend_from_slice(program.upper());
        let away = |bound: &f64| bound.is_finite() && *bound != 0.0;
        self.shifted = self.lower.iter().chain(&self.upper).any(away);
        self.z_columns.resize(self.k, [0.0; M]);
        self.z_panels.clear();
        self.z_panels.resize(padded * M, 0.0);
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

    /// Loads what is the unit's own: scales of rows, and columns that it may not use.
    #[inline(always)]
    pub(super) fn load_unit(&mut self, activities: &Activities, program: &Program) {
        let mut largest = 0.0_f64;
        self.factor = [0.0; M];
        for (i, (factor, scale)) in self.factor.iter_mut().zip(program.row_scale()).enumerate() {
            *factor = activities.row_unit(i) / scale;
            largest = if *factor > largest { *factor } else { largest };
        }
        // A common power of two brings the largest row near one; only the intensities' unit changes.
        let unit = power_of_two(largest);
        self.intensity = 1.0 / unit;
        for f in &mut self.factor {
            *f *= self.intensity;
        }
        self.excluded.clear();
        self.excluded.extend_from_slice(program.excluded());
    }

    /// Where `z[k]` is.
    pub(super) fn rest(&self) -> &[Rest] {
        &self.rest
    }

    #[inline(always)]
    pub(super) fn set_rest(&mut self, k: usize, rest: Rest) {
        let movable = self.lower[k] < self.upper[k];
        let may = |yes: bool| if movable && yes { 1.0 } else { 0.0 };
        self.rest[k] = rest;
        self.rises[k] = may(matches!(rest, Rest::Lower | Rest::Zero));
        self.falls[k] = may(matches!(rest, Rest::Upper | Rest::Zero));
    }

    /// Takes up where variables were, as far as their bounds allow.
    #[inline(always)]
    pub(super) fn settle(&mut self, rest: &[Rest]) {
        for (k, &wish) in rest.iter().enumerate().take(self.k) {
            let rest = if wish == Rest::Basic { wish } else { self.resting_place(k, wish) };
            self.set_rest(k, rest);
        }
    }

    /// The place nearest to `wish` that the bounds of `z[k]` allow.
    #[inline(always)]
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
            self.set_rest(k, self.resting_place(k, Rest::Lower));
        }
    }

    /// Value of a z variable outside the basis.
    #[inline(always)]
    pub(super) fn resting_value(&self, k: usize) -> f64 {
        match self.rest[k] {
            Rest::Lower => self.lower[k],
            Rest::Upper => self.upper[k],
            Rest::Zero | Rest::Basic => 0.0,
        }
    }

    /// Right-hand side less what the resting variables use.
    #[inline(always)]
    pub(super) fn effective_rhs(&self) -> [f64; M] {
        let mut rhs = self.rhs;
        for k in 0..if self.shifted { self.k } else { 0 } {
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
    #[inline(always)]
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

    #[inline(always)]
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

    #[inline(always)]
    pub(super) fn cost_of(&self, variable: usize) -> f64 {
        if variable >= self.n && variable < self.n + self.k { self.cost[variable - self.n] } else { 0.0 }
    }

    /// Multipliers per stored activity.
    #[inline(always)]
    pub(super) fn weights(&self, y: &[f64; M]) -> [f64; M] {
        let mut weights = [0.0; M];
        for i in 0..M {
            weights[i] = y[i] * self.factor[i];
        }
        weights
    }

    /// The resting z variable that improves most, with its reduced cost.
    #[inline(always)]
    pub(super) fn price_z(&self, y: &[f64; M], with_cost: bool, tolerance: f64) -> Option<(usize, f64)> {
        let share = if with_cost { 1.0 } else { 0.0 };
        let (mut value, mut place, mut reduced) = ([tolerance; LANES], [u64::MAX; LANES], [0.0_f64; LANES]);
        let may = self.rises.chunks_exact(LANES).zip(self.falls.chunks_exact(LANES));
        let panels = self.z_panels.chunks_exact(LANES * M).zip(self.cost.chunks_exact(LANES)).zip(may);
        let mut number = 0_u64;
        for ((panel, cost), (rises, falls)) in panels {
            let mut d = [0.0_f64; LANES];
            for l in 0..LANES {
                d[l] = share * cost[l];
            }
            for (row, &w) in panel.chunks_exact(LANES).zip(y) {
                for l in 0..LANES {
                    d[l] -= w * row[l];
                }
            }
            for l in 0..LANES {
                let (up, down) = (-d[l] * rises[l], d[l] * falls[l]);
                let gain = if up > down { up } else { down };
                let better = gain > value[l];
                value[l] = if better { gain } else { value[l] };
                place[l] = if better { number } else { place[l] };
                reduced[l] = if better { d[l] } else { reduced[l] };
            }
            number = number.wrapping_add(1);
        }
        let mut found: Option<(usize, f64)> = None;
        for l in 0..LANES {
            if place[l] != u64::MAX && found.is_none_or(|(_, d)| reduced[l].abs() > d.abs()) {
                found = Some((place[l] as usize * LANES + l, reduced[l]));
            }
        }
        found
    }

    /// The first resting z variable that improves, with its reduced cost (least-index rule).
    pub(super) fn first_z(&self, y: &[f64; M], with_cost: bool, tolerance: f64) -> Option<(usize, f64)> {
        (0..self.k).find_map(|k| {
            let cost = if with_cost { self.cost[k] } else { 0.0 };
            let d = self.z_columns[k].iter().zip(y).fold(cost, |d, (e, y)| d - e * y);
            let gain = (-d * self.rises[k]).max(d * self.falls[k]);
            (gain > tolerance).then_some((k, d))
        })
    }
}
