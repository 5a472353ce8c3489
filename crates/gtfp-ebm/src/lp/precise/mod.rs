//! A simplex in double-double arithmetic, for programs that doubles cannot decide.
//!
//! Units that are copies of one another up to a millionth or a billionth make bases whose columns differ in the ninth
//! digit, and multipliers of a billion: reduced costs then drown in rounding, and neither a verdict nor its certificate
//! holds. Here every quantity has 32 digits, so that such a basis still leaves some twenty of them.
//!
//! Slow and plain: a cold start, all rows elastic in a first phase (Σ of absolute row violations is minimised, so that
//! its multipliers are at most one and prove infeasibility well), an explicit inverse, least-index rule after a run of
//! degenerate pivots. Any number of rows. The certificate is computed in the same arithmetic.

mod certificate;
mod dd;
mod engine;

use super::{Activities, Program, Solution};

/// What counts as zero beside its terms: first what only rounding leaves, then what rounding of the data may have left.
const TOLERANCES: [f64; 3] = [1e-20, 1e-16, 1e-13];

/// Solves a program, whatever its number of rows.
pub(super) fn solve(activities: &Activities, program: &Program, solution: &mut Solution) {
    let mut iterations = solution.iterations;
    for tolerance in TOLERANCES {
        let mut engine = engine::Engine::new(activities, program, tolerance);
        let status = engine.run();
        engine.write(status, solution);
        iterations += solution.iterations;
        if solution.is_decided() {
            break;
        }
    }
    solution.iterations = iterations;
}
