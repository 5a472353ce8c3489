//! The primal-dual certificate, computed from the data alone: it trusts nothing that an engine says.

use super::activities::{LANES, any_positive, panel_sums};
use super::{Activities, Certificate, Program, Solution};
use pulp::{Arch, Simd, WithSimd};

/// A multiplier counts as at least this share of the largest one (or of the largest cost) when violations are put in
/// relation to their terms: smaller ones may be rounding.
const NEGLIGIBLE: f64 = 1e-4;

/// A multiplier counts as at most this many costs: beside a multiplier of a billion any violation is relatively small.
const LARGE: f64 = 1e3;

/// The most that a multiplier or a term counts.
fn largest_size(cost: &[f64]) -> f64 {
    LARGE * cost.iter().fold(1.0_f64, |m, v| m.max(v.abs()))
}

/// The least size of a multiplier in [`Scratch::sizes`].
pub(crate) fn least_size(duals: &[f64], cost: &[f64]) -> f64 {
    NEGLIGIBLE * duals.iter().chain(cost).fold(0.0_f64, |m, v| m.max(v.abs()))
}

/// Working space, kept from program to program.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    /// Per row of the program: residual, and the largest of its terms.
    residual: Vec<f64>,
    largest: Vec<f64>,
    /// Per technology row: what turns stored activities into those of the program.
    factor: Vec<f64>,
    /// Multipliers of the technology rows in the internal units of the activities, and their sizes.
    weights: Vec<f64>,
    sizes: Vec<f64>,
}

impl Scratch {
    #[inline(always)]
    fn set_factors(&mut self, activities: &Activities, program: &Program) {
        self.factor.clear();
        self.factor.extend(program.row_scale().iter().enumerate().map(|(i, s)| activities.row_unit(i) / s));
    }

    #[inline(always)]
    fn set_weights(&mut self, duals: &[f64], least: f64, most: f64) {
        self.weights.clear();
        self.weights.extend(duals.iter().zip(&self.factor).map(|(y, f)| y * f));
        self.sizes.clear();
        self.sizes.extend(duals.iter().zip(&self.factor).map(|(y, f)| y.abs().max(least).min(most) * f));
    }

    /// Largest relative dual violation over all usable columns: max of \\(\sum_i w_i a_{ij}\\) over
    /// \\(\sum_i s_i |a_{ij}|\\), where that is positive.
    #[inline(always)]
    fn dual_sweep(&self, activities: &Activities, excluded: &[usize]) -> f64 {
        let mut worst = 0.0;
        let stride = activities.rows() * LANES;
        if stride == 0 {
            return 0.0;
        }
        for (p, panel) in activities.panels().chunks_exact(stride).enumerate() {
            let sum = panel_sums(panel, &self.weights);
            if !any_positive(&sum) {
                continue;
            }
            for l in 0..LANES {
                if sum[l] > 0.0 {
                    let terms = self.sizes.iter().enumerate().map(|(i, s)| s * panel[i * LANES + l].abs());
                    let size: f64 = terms.sum();
                    if sum[l] > worst * size && !excluded.contains(&(p * LANES + l)) {
                        worst = sum[l] / size;
                    }
                }
            }
        }
        worst
    }

    /// Largest row residual over max(1, right-hand side, largest term).
    #[inline(always)]
    fn primal(&mut self, activities: &Activities, program: &Program, solution: &Solution) -> f64 {
        let (residual, largest) = (&mut self.residual, &mut self.largest);
        residual.clear();
        residual.extend(program.rhs().iter().map(|r| -r));
        largest.clear();
        largest.extend(program.rhs().iter().map(|r| r.abs().max(1.0)));
        for &(j, value) in &solution.lambda {
            let value = value * activities.col_unit(j);
            let rows = residual.iter_mut().zip(largest.iter_mut()).zip(&self.factor);
            for (i, ((residual, largest), factor)) in rows.enumerate() {
                let term = activities.scaled(i, j) * factor * value;
                *residual += term;
                *largest = larger(*largest, term.abs());
            }
        }
        for (k, &z) in solution.z.iter().enumerate() {
            if z != 0.0 {
                let rows = residual.iter_mut().zip(largest.iter_mut()).zip(program.z_column(k));
                for ((residual, largest), e) in rows {
                    let term = e * z;
                    *residual += term;
                    *largest = larger(*largest, term.abs());
                }
            }
        }
        residual.iter().zip(largest.iter()).map(|(r, l)| r.abs() / l).fold(0.0, f64::max)
    }
}

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// The sum of products, and the largest of them.
#[inline(always)]
fn products(a: &[f64], b: &[f64]) -> (f64, f64) {
    const PART: usize = 4;
    let (mut sums, mut sizes) = ([0.0_f64; PART], [0.0_f64; PART]);
    let (parts, rest) = (a.chunks_exact(PART).zip(b.chunks_exact(PART)), a.len() / PART * PART);
    for (a, b) in parts {
        for l in 0..PART {
            let term = a[l] * b[l];
            sums[l] += term;
            sizes[l] = larger(sizes[l], term.abs());
        }
    }
    let mut sum = (sums[0] + sums[2]) + (sums[1] + sums[3]);
    let mut size = sizes.into_iter().fold(0.0, larger);
    for (a, b) in a[rest..].iter().zip(&b[rest..]) {
        sum += a * b;
        size = larger(size, (a * b).abs());
    }
    (sum, size)
}

/// Fills objective and certificate of an optimal solution from its `z`, `lambda` and `duals`.
pub(crate) fn certify(activities: &Activities, program: &Program, solution: &mut Solution, scratch: &mut Scratch) {
    Arch::new().dispatch(Certify { activities, program, solution, scratch });
}

/// One solution to certify, in the widest vectors that the machine has.
struct Certify<'a> {
    activities: &'a Activities,
    program: &'a Program,
    solution: &'a mut Solution,
    scratch: &'a mut Scratch,
}

impl WithSimd for Certify<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        optimal(self.activities, self.program, self.solution, self.scratch);
    }
}

#[inline(always)]
fn optimal(activities: &Activities, program: &Program, solution: &mut Solution, scratch: &mut Scratch) {
    let mut objective = 0.0;
    for (c, z) in program.cost().iter().zip(&solution.z) {
        objective += c * z;
    }
    let size = objective.abs().max(1.0);
    scratch.set_factors(activities, program);
    let mut primal = scratch.primal(activities, program, solution);
    let (mut dual, mut complementarity) = (0.0_f64, 0.0_f64);
    let most = largest_size(program.cost());
    let mut dual_objective = 0.0;
    for (r, y) in program.rhs().iter().zip(&solution.duals) {
        dual_objective += r * y;
    }
    for (k, &z) in solution.z.iter().enumerate() {
        let (lower, upper, cost) = (program.lower()[k], program.upper()[k], program.cost()[k]);
        primal = primal.max((lower - z).max(z - upper) / z.abs().max(1.0));
        let (sum, largest) = products(program.z_column(k), &solution.duals);
        let d = cost - sum;
        let bound = if d > 0.0 { lower } else { upper };
        if bound.is_finite() {
            dual_objective += d * bound;
            complementarity = complementarity.max((d * (z - bound)).abs());
        } else {
            let terms = cost.abs().max(1.0).max(largest);
            dual = dual.max(d.abs() / terms.min(most));
        }
    }
    // Beside multipliers of a quadrillion the rounding of doubles hides reduced costs as large as the costs themselves.
    let largest = solution.duals.iter().fold(0.0_f64, |m, y| m.max(y.abs()));
    dual = dual.max(f64::EPSILON * largest / most);
    scratch.set_weights(&solution.duals, least_size(&solution.duals, program.cost()), most);
    if scratch.weights.iter().any(|w| *w != 0.0) {
        dual = dual.max(scratch.dual_sweep(activities, program.excluded()));
    }
    for &(j, value) in &solution.lambda {
        primal = primal.max(-value);
        let d: f64 = scratch.weights.iter().enumerate().map(|(i, w)| w * activities.scaled(i, j)).sum();
        complementarity = complementarity.max((d * activities.col_unit(j) * value).abs());
    }
    solution.objective = objective;
    solution.certificate = Certificate {
        primal_residual: primal,
        dual_residual: dual,
        complementarity: complementarity / size,
        gap: (objective - dual_objective).abs() / size,
    };
}

/// Fills the certificate of an infeasible program from its Farkas multipliers: \\(y'\alpha_j \le 0\\) for all
/// columns, and \\(y'r > \sup_z y'Ez\\). The gap is zero where the proof holds, infinite where it fails.
pub(crate) fn certify_infeasible(
    activities: &Activities,
    program: &Program,
    solution: &mut Solution,
    scratch: &mut Scratch,
) {
    scratch.set_factors(activities, program);
    scratch.set_weights(&solution.duals, least_size(&solution.duals, &[]), f64::INFINITY);
    let mut dual = scratch.dual_sweep(activities, program.excluded());
    let mut margin = 0.0;
    let mut size = 0.0_f64;
    for (r, y) in program.rhs().iter().zip(&solution.duals) {
        margin += r * y;
        size = size.max(y.abs());
    }
    for k in 0..program.z() {
        let mut d = 0.0;
        let mut terms = size;
        for (e, y) in program.z_column(k).iter().zip(&solution.duals) {
            d += e * y;
            terms = terms.max((e * y).abs());
        }
        let bound = if d > 0.0 { program.upper()[k] } else { program.lower()[k] };
        if bound.is_finite() {
            margin -= d * bound;
        } else if d != 0.0 {
            dual = dual.max(d.abs() / terms);
        }
    }
    // Violations of the multipliers could add up to the margin: they must be small beside it.
    let proved = margin > super::CERTIFICATE_TOLERANCE * size;
    solution.certificate = Certificate {
        primal_residual: 0.0,
        dual_residual: if proved { dual / (margin / size).min(1.0) } else { dual },
        complementarity: 0.0,
        gap: if proved { 0.0 } else { f64::INFINITY },
    };
}
