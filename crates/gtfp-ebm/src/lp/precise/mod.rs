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

use super::{Activities, Program, Solution, Status};
use engine::Engine;

/// What counts as zero beside its terms: first what only rounding leaves, then what rounding of the data may have left.
const TOLERANCES: [f64; 3] = [1e-20, 1e-16, 1e-13];

/// Solves a program, whatever its number of rows.
pub(super) fn solve(activities: &Activities, program: &Program, solution: &mut Solution) {
    let mut iterations = solution.iterations;
    for tolerance in TOLERANCES {
        let mut engine = Engine::new(activities, program, tolerance);
        let status = engine.run();
        write(&engine, status, solution);
        iterations += solution.iterations;
        if solution.is_decided() {
            break;
        }
    }
    solution.iterations = iterations;
}

/// Writes the solution in the program's units and certifies it.
fn write(engine: &Engine<'_>, status: Status, solution: &mut Solution) {
    let (z, lambda) = engine.values();
    solution.status = status;
    solution.iterations = engine.iterations;
    solution.z.clear();
    solution.z.extend(z.iter().map(|z| z.value()));
    solution.lambda.clear();
    solution.lambda.extend(lambda.iter().map(|(j, x)| (*j, x.value() / engine.size[*j])));
    solution.duals.clear();
    solution.duals.extend(engine.y.iter().map(|y| y.value()));
    solution.objective = 0.0;
    solution.certificate = match status {
        Status::Optimal => {
            let (objective, certificate) = certificate::optimal(engine, &z, &lambda);
            solution.objective = objective;
            certificate
        }
        Status::Infeasible => certificate::infeasible(engine),
        Status::Unbounded => certificate::unbounded(engine, &z, &lambda),
        Status::Failed => super::Certificate::none(),
    };
}
