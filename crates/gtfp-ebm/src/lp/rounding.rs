//! Ties: what the last digits of the data decide is decided by a rule.
//!
//! A unit that is a multiple of others but for one rounding of its data (1e-16 of its size) is dominated, or it is not: where it
//! is, its score may be .48; where it is not, 1. Exact arithmetic sees the rounding, and so another score in another unit of
//! measurement, which rounds anew. The optimum as a function of what the rows are missed by, \\(v(e)\\), is convex and piecewise
//! linear with the multipliers \\(-y\\) for slopes. What rounding decides shows as a multiplier of \\(10^{15}\\) that a miss of
//! \\(10^{-16}\\) takes away.
//!
//! # The rule
//! A row holds where it is missed by no more than [`ROUNDING`] of the unit's own value, at a price ρ:
//!
//! \\[ \min_{\lambda,z,e}\; c'z + \rho \sum_i |e_i| \quad\text{s.t.}\quad
//!    \sum_j \frac{a_{ij}}{s_i}\lambda_j + \sum_k E_{ik} z_k = r_i + e_i , \\]
//!
//! whose multipliers are at most ρ. At the first price one rounding of a double moves an objective by no more than 1e-11.
//!
//! * Where the program's own multipliers are smaller than that, \\(e = 0\\), and the two programs are one: data without ties
//!   are not concerned.
//! * Where they are larger and the misses of the optimum are within rounding, \\(c'z\\) there is the answer: the unit counts as
//!   dominated.
//! * Where the misses are larger, the data do hold a difference (a near-copy at a billionth). A higher price is tried, at which
//!   only closer ties are worth a miss; beyond the last price the program is solved as it stands.
//! * A program without a solution has the optimum that misses of rounding give it, if they do.
//!
//! So an answer depends on the data up to rounding: not on the start, the order of units, their units of measurement, or
//! redundant columns of the reference. A step from one score to another remains, as it must (no continuous function is 1 for
//! the efficient and .48 for the dominated), but it lies at misses of [`ROUNDING`], and not at zero, where exact copies and
//! multiples are. Data that hold differences of just that size stay as ill-posed as they are. A miss may go either way, so
//! that the rule serves rows of every kind: inputs, goods, disposable bads, equalities, the rule on Σλ.
//!
//! Evaluating every unit as if it were a few roundings worse would move the step, too, but by a ramp: a unit that is off the hull
//! by η would lose the share \\(\delta/\eta\\) of the step for an allowance of δ, which is .2 at η = 1e-14 and never nothing.
//!
//! # References
//! Backward error (an answer is right if it is that of data within their rounding): Wilkinson, J. H. (1963). *Rounding Errors
//! in Algebraic Processes*. Prices that bound multipliers, and are exact where those are smaller: Han, S. P. and Mangasarian,
//! O. L. (1979). Exact penalty functions in nonlinear programming. *Mathematical Programming* 17, 251-269.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lp::{LpSolver, Simplex};

    fn solved(activities: &Activities, program: &Program) -> Solution {
        let mut solution = Solution::default();
        Simplex::new(activities).solve(program, &mut solution).expect("well formed");
        solution
    }

    /// min x with λ₁ + λ₂ = 1: one unit uses 1 and makes 1, the other uses .5 and makes less by a share.
    fn two_units(less: f64) -> Solution {
        let activities = Activities::new(3, 2, &[1.0, 1.0, 1.0, 0.5, 1.0 - less, 1.0]).expect("finite");
        let mut program = Program::new(3, 0, 3);
        program.set_cost(0, 1.0).set(0, 0, -1.0).set(0, 1, 1.0).set(1, 2, -1.0).set_rhs(1, 1.0).set_rhs(2, 1.0);
        solved(&activities, &program)
    }

    #[test]
    fn a_tie_counts_as_dominated_up_to_rounding() {
        for less in [-1e-9, -1e-16, 0.0, 1.1e-16, 1e-15, 1e-14, 1.9e-13] {
            let solution = two_units(less);
            assert!((solution.objective - 0.5).abs() < 1e-12, "{less:e}: {}", solution.objective);
            assert!(solution.is_certified(), "{less:e}: {:?}", solution.certificate);
            assert!(solution.certificate.primal_residual <= ROUNDING, "{less:e}: {:?}", solution.certificate);
            assert_eq!(solution.z.len(), 3);
        }
        for less in [2.1e-13, 1e-12, 1e-9, 1e-3] {
            let solution = two_units(less);
            assert!((solution.objective - 1.0).abs() < 1e-15, "{less:e}: {}", solution.objective);
            assert!(solution.is_certified(), "{less:e}: {:?}", solution.certificate);
        }
    }

    /// The same beside a near-copy at a billionth, whose difference is real: the tie is told from it at a higher price.
    #[test]
    fn a_tie_beside_a_near_copy_is_a_tie() {
        for less in [-1e-16, 0.0, 1.1e-16, 1e-15] {
            let columns = [1.0, 1.0, 1.0, 0.5, 1.0 - less, 1.0, 0.3, 1.0 - 1e-9, 1.0];
            let activities = Activities::new(3, 3, &columns).expect("finite");
            let mut program = Program::new(3, 0, 3);
            program.set_cost(0, 1.0).set(0, 0, -1.0).set(0, 1, 1.0).set(1, 2, -1.0).set_rhs(1, 1.0).set_rhs(2, 1.0);
            let solution = solved(&activities, &program);
            assert!((solution.objective - 0.5).abs() < 1e-6, "{less:e}: {}", solution.objective);
        }
    }

    /// Two equal rows whose right-hand sides differ by a rounding are one row; by more, they contradict each other.
    #[test]
    fn a_contradiction_of_rounding_is_none() {
        let activities = Activities::new(2, 2, &[1.0, 1.0, 3.0, 3.0]).expect("finite");
        let mut program = Program::new(2, 0, 1);
        program.set_cost(0, 1.0).set(0, 0, 1.0).set(1, 0, 1.0).set_rhs(0, 1.0);
        for more in [1e-15, 1e-14, 1e-13, -1e-15, -1e-13] {
            let mut slow = Solution::default();
            solve(&activities, program.set_rhs(1, 1.0 + more), &mut slow);
            for solution in [slow, solved(&activities, &program)] {
                assert_eq!((solution.status, solution.objective), (Status::Optimal, 0.0), "{more:e}");
                assert!(solution.is_certified(), "{more:e}: {:?}", solution.certificate);
            }
        }
        let mut slow = Solution::default();
        solve(&activities, program.set_rhs(1, 1.0 + 1e-9), &mut slow);
        assert_eq!(slow.status, Status::Infeasible);
        assert!(slow.is_decided());
    }
}
