//! The primal-dual certificate, computed from the data alone: it trusts nothing that an engine says.

use super::activities::LANES;
use super::{Activities, Certificate, Program, Solution};

/// A multiplier counts as at least this share of the largest one (or of the largest cost) when violations are put in
/// relation to their terms: smaller ones may be rounding.
const NEGLIGIBLE: f64 = 1e-4;

/// A multiplier counts as at most this many costs: beside a multiplier of a billion any violation is relatively small.
const LARGE: f64 = 1e3;

/// The most that a multiplier or a term counts.
fn largest_size(cost: &[f64]) -> f64 {
    LARGE * cost.iter().fold(1.0_f64, |m, v| m.max(v.abs()))
}

/// The least size of a multiplier in [`Weights::sizes`].
pub(crate) fn least_size(duals: &[f64], cost: &[f64]) -> f64 {
    NEGLIGIBLE * duals.iter().chain(cost).fold(0.0_f64, |m, v| m.max(v.abs()))
}

/// Multipliers of the technology rows in the internal units of the activities, and their sizes.
#[derive(Debug, Default)]
struct Weights {
    values: Vec<f64>,
    sizes: Vec<f64>,
}

impl Weights {
    fn new(activities: &Activities, program: &Program, duals: &[f64], least: f64, most: f64) -> Self {
        let factor = |i: usize| activities.row_unit(i) / program.row_scale()[i];
        Self {
            values: (0..activities.rows()).map(|i| duals[i] * factor(i)).collect(),
            sizes: (0..activities.rows()).map(|i| duals[i].abs().max(least).min(most) * factor(i)).collect(),
        }
    }
}

/// Largest relative dual violation over all usable columns: max of \\(\sum_i w_i a_{ij}\\) over
/// \\(\sum_i s_i |a_{ij}|\\), where that is positive.
fn dual_sweep(activities: &Activities, weights: &Weights, excluded: &[usize]) -> f64 {
    let mut worst = 0.0;
    let stride = activities.rows() * LANES;
    if stride == 0 {
        return 0.0;
    }
    for (p, panel) in activities.panels().chunks_exact(stride).enumerate() {
        let mut sum = [0.0_f64; LANES];
        let mut size = [0.0_f64; LANES];
        for ((row, &w), &s) in panel.chunks_exact(LANES).zip(&weights.values).zip(&weights.sizes) {
            for l in 0..LANES {
                sum[l] += w * row[l];
                size[l] += s * row[l].abs();
            }
        }
        for l in 0..LANES {
            if sum[l] > worst * size[l] && !excluded.contains(&(p * LANES + l)) {
                worst = sum[l] / size[l];
            }
        }
    }
    worst
}

/// Fills objective and certificate of an optimal solution from its `z`, `lambda` and `duals`.
pub(crate) fn certify(activities: &Activities, program: &Program, solution: &mut Solution) {
    let mut objective = 0.0;
    for (c, z) in program.cost().iter().zip(&solution.z) {
        objective += c * z;
    }
    let size = objective.abs().max(1.0);
    let (mut primal, mut dual, mut complementarity) = (0.0_f64, 0.0_f64, 0.0_f64);
    let mut rows: Vec<(f64, f64)> = program.rhs().iter().map(|r| (-r, r.abs().max(1.0))).collect();
    let add = |row: &mut (f64, f64), term: f64| {
        row.0 += term;
        row.1 = row.1.max(term.abs());
    };
    for &(j, value) in &solution.lambda {
        let value = value * activities.col_unit(j);
        for (i, (row, s)) in rows.iter_mut().zip(program.row_scale()).enumerate() {
            add(row, activities.scaled(i, j) * (activities.row_unit(i) / s) * value);
        }
    }
    for (k, &z) in solution.z.iter().enumerate() {
        if z != 0.0 {
            for (row, e) in rows.iter_mut().zip(program.z_column(k)) {
                add(row, e * z);
            }
        }
    }
    for (residual, largest) in rows {
        primal = primal.max(residual.abs() / largest);
    }
    let most = largest_size(program.cost());
    let mut dual_objective = 0.0;
    for (r, y) in program.rhs().iter().zip(&solution.duals) {
        dual_objective += r * y;
    }
    for (k, &z) in solution.z.iter().enumerate() {
        let (lower, upper) = (program.lower()[k], program.upper()[k]);
        primal = primal.max((lower - z).max(z - upper) / z.abs().max(1.0));
        let mut d = program.cost()[k];
        let mut terms = d.abs().max(1.0);
        for (e, y) in program.z_column(k).iter().zip(&solution.duals) {
            d -= e * y;
            terms = terms.max((e * y).abs());
        }
        let bound = if d > 0.0 { lower } else { upper };
        if bound.is_finite() {
            dual_objective += d * bound;
            complementarity = complementarity.max((d * (z - bound)).abs());
        } else {
            dual = dual.max(d.abs() / terms.min(most));
        }
    }
    let least = least_size(&solution.duals, program.cost());
    let weights = Weights::new(activities, program, &solution.duals, least, most);
    if weights.values.iter().any(|w| *w != 0.0) {
        dual = dual.max(dual_sweep(activities, &weights, program.excluded()));
    }
    for &(j, value) in &solution.lambda {
        primal = primal.max(-value);
        let d: f64 = weights.values.iter().enumerate().map(|(i, w)| w * activities.scaled(i, j)).sum();
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
pub(crate) fn certify_infeasible(activities: &Activities, program: &Program, solution: &mut Solution) {
    let weights = Weights::new(activities, program, &solution.duals, least_size(&solution.duals, &[]), f64::INFINITY);
    let mut dual = dual_sweep(activities, &weights, program.excluded());
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
