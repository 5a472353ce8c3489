//! Ties: what the last digits of the data decide is decided by a rule.
//!
//! A unit that is a multiple of others but for one rounding of its data (1e-16 of its size) is dominated, or it is not:
//! where it is, its score may be .48; where it is not, 1. Exact arithmetic sees the rounding, and so another unit of measurement,
//! which rounds anew, another score. The optimum as a function of the right-hand sides, \\(v(e) = \min c'z\\) subject to rows
//! that are missed by \\(e\\), is convex and piecewise linear; its slopes are the multipliers \\(-y\\). What rounding of the
//! data decides shows as a multiplier of \\(10^{15}\\) that a miss of \\(10^{-16}\\) takes away.
//!
//! **The rule.** A row holds where it is missed by no more than [`ROUNDING`] of the unit's own value, at a price:
//!
//! \\[ \min_{\lambda,z,e}\; c'z + \rho \sum_i |e_i| \quad\text{s.t.}\quad
//!    \sum_j \frac{a_{ij}}{s_i}\lambda_j + \sum_k E_{ik} z_k = r_i + e_i , \\]
//!
//! whose multipliers are at most \\(\rho\\). With ρ = [`PRICES`]`[0]` one rounding moves an objective by no more than 1e-11.
//! Where the multipliers of the program itself are smaller than ρ, \\(e = 0\\) and the two programs are one: nothing changes for data
//! without ties. Where they are larger and the misses of the optimum are within rounding, \\(c'z\\) there is the answer: the unit
//! counts as dominated. Where they are not, the data do hold a difference (a near-copy at a billionth), and a higher price is
//! tried, at which only ties that are closer still are worth a miss; beyond the last price the program is solved as it stands.
//! An answer so depends on the data up to rounding, not on the start, on the order of units, on their units of
//! measurement, or on whether redundant columns are in the reference. What is left is the place of the step: at misses
//! of [`ROUNDING`] instead of zero, where exact multiples and copies are.
//!
//! The miss may be either way, so that the rule holds for rows of every kind: inputs, goods, disposable bads, equalities.
//!
//! # References
//! Backward error (an answer is right if it is that of data within their rounding): Wilkinson, J. H. (1963). *Rounding Errors
//! in Algebraic Processes*. Exact penalties and bounded multipliers: Mangasarian, O. L. (1979). Uniqueness of solution in
//! linear programming. *Linear Algebra and its Applications* 25, 151-162. Han, S. P. and Mangasarian, O. L. (1979). Exact
//! penalty functions in nonlinear programming. *Mathematical Programming* 17, 251-269.

use super::{Activities, CERTIFICATE_TOLERANCE, Program, ROUNDING, Solution, Status, exact, precise};

/// The most that a miss of rounding may move an objective, in costs: a hundredth of what a certificate tells apart.
const STRAINED: f64 = 0.01 * CERTIFICATE_TOLERANCE;

/// Prices of a miss, in costs.
const PRICES: [f64; 3] = [STRAINED / f64::EPSILON, 1e3 * STRAINED / f64::EPSILON, 1e6 * STRAINED / f64::EPSILON];

/// A price at which a miss of rounding costs more than scores differ by.
const LAST: f64 = 1e9 * STRAINED / f64::EPSILON;

fn most(values: &[f64]) -> f64 {
    values.iter().fold(0.0_f64, |most, v| most.max(v.abs()))
}

/// The size of costs, at least one.
fn size(program: &Program) -> f64 {
    most(program.cost()).max(1.0)
}

/// Whether an optimum violates its rows by more than rounding (how far its objective then is from the right one, its own
/// multipliers cannot tell), or rests on multipliers so large that rounding counts.
#[inline]
pub(super) fn is_strained(program: &Program, solution: &Solution) -> bool {
    let violation = solution.certificate.primal_residual.max(f64::EPSILON);
    let moves = most(&solution.duals) * violation > STRAINED * size(program);
    solution.status == Status::Optimal && (violation > ROUNDING || moves)
}

/// Solves a program by the slow engines.
fn decide(activities: &Activities, program: &Program, solution: &mut Solution) {
    precise::solve(activities, program, solution);
    if !solution.is_decided() {
        exact::solve(activities, program, solution);
    }
}

/// The solution at a price, where its misses are within rounding.
fn within(activities: &Activities, program: &Program, price: f64, iterations: &mut usize) -> Option<Solution> {
    let mut trial = Solution::default();
    decide(activities, &program.with_misses(price), &mut trial);
    *iterations += trial.iterations;
    (trial.is_certified() && most(&trial.z[program.z()..]) <= ROUNDING).then(|| without_misses(program, trial))
}

/// Solves what is strained or not decided, by the rule. Out of the way of the many programs that are neither.
#[cold]
#[inline(never)]
pub(super) fn solve(activities: &Activities, program: &Program, solution: &mut Solution) {
    decide(activities, program, solution);
    let mut iterations = solution.iterations;
    let costs = size(program);
    let largest = most(&solution.duals);
    let mut last = None;
    let below = match solution.status {
        Status::Optimal => largest,
        Status::Infeasible => {
            // At the last price the misses are as small as they can be.
            last = within(activities, program, LAST * costs, &mut iterations);
            if last.is_some() { f64::INFINITY } else { 0.0 }
        }
        _ => 0.0,
    };
    let mut prices = PRICES.into_iter().map(|price| price * costs).take_while(|price| *price < below);
    let found = prices.find_map(|price| within(activities, program, price, &mut iterations));
    if let Some(found) = found.or(last) {
        *solution = found;
    }
    solution.iterations = iterations;
}

/// The solution of a program with misses as one of the program itself.
fn without_misses(program: &Program, mut solution: Solution) -> Solution {
    let misses = most(&solution.z[program.z()..]);
    solution.z.truncate(program.z());
    solution.objective = program.cost().iter().zip(&solution.z).map(|(c, z)| c * z).sum();
    let certificate = &mut solution.certificate;
    certificate.primal_residual = certificate.primal_residual.max(misses);
    solution
}
