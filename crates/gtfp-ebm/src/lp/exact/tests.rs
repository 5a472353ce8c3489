use super::*;
use crate::lp::certificate::{self, Scratch};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A random program: envelopment rows with slacks, bounded, free and falling variables.
fn program(rng: &mut ChaCha8Rng) -> (Activities, Program) {
    let (rows, cols) = (rng.random_range(1..=4), rng.random_range(2..=9));
    let columns: Vec<f64> = (0..rows * cols).map(|_| rng.random_range(0.1..10.0)).collect();
    let activities = Activities::new(rows, cols, &columns).expect("finite");
    let mut program = Program::new(rows, 1, rows + 3);
    for i in 0..rows {
        program.set_row_scale(i, columns[i]).set_rhs(i, rng.random_range(-0.5..2.0));
        program.set(i, i, if rng.random::<bool>() { 1.0 } else { -1.0 }).set_cost(i, rng.random_range(-0.1..1.0));
        program.set(i, rows, rng.random_range(-1.0..1.0)).set(i, rows + 1, rng.random_range(-1.0..1.0));
    }
    program.set_bounds(rows, -1.0, 2.0).set_bounds(rows + 1, f64::NEG_INFINITY, 1.5);
    program.set_cost(rows, rng.random_range(-1.0..1.0)).set_cost(rows + 1, rng.random_range(-1.0..0.0));
    program.set_bounds(rows + 2, f64::NEG_INFINITY, f64::INFINITY);
    for k in 0..rows + 3 {
        program.set(rows, k, rng.random_range(-1.0..1.0));
    }
    program.set_rhs(rows, rng.random_range(-1.0..1.0));
    (activities, program)
}

/// Every verdict of exact arithmetic passes the certificate of doubles, which knows nothing of the tableau.
#[test]
fn verdicts_pass_the_certificate_of_doubles() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut counts = [0; 3];
    for case in 0..2000 {
        let (activities, program) = program(&mut rng);
        let mut solution = Solution::default();
        solve(&activities, &program, &mut solution);
        let objective = solution.objective;
        match solution.status {
            Status::Optimal => {
                certificate::certify(&activities, &program, &mut solution, &mut Scratch::default());
                assert!(solution.certificate.closes(), "{case}: {:?}", solution.certificate);
                assert!((solution.objective - objective).abs() <= 1e-12 * objective.abs().max(1.0), "{case}");
                counts[0] += 1;
            }
            Status::Infeasible => {
                certificate::certify_infeasible(&activities, &program, &mut solution, &mut Scratch::default());
                assert!(solution.certificate.closes(), "{case}: {:?}", solution.certificate);
                counts[1] += 1;
            }
            Status::Unbounded => counts[2] += 1,
            Status::Failed => panic!("{case}: left open"),
        }
    }
    assert!(counts.iter().all(|count| *count > 20), "{counts:?}");
}

/// min θ with three copies a billionth of a billionth of a bit apart is decided by the last bit: 1 - 2^-53 of the input
/// makes as much.
#[test]
fn the_last_bit_decides() {
    let less = 1.0 - f64::EPSILON / 2.0;
    let activities = Activities::new(2, 3, &[1.0, 1.0, less, 1.0, 1.0, 1.0]).expect("finite");
    // Inputs: Σ x λ + s = θ; goods: Σ y λ - t = 1.
    let mut program = Program::new(2, 0, 3);
    program.set_cost(0, 1.0).set(0, 0, -1.0).set(0, 1, 1.0).set(1, 2, -1.0).set_rhs(1, 1.0);
    let mut solution = Solution::default();
    solve(&activities, &program, &mut solution);
    assert_eq!((solution.status, solution.objective), (Status::Optimal, less));
    assert_eq!(solution.lambda, [(1, 1.0)]);
    assert_eq!(solution.duals, [-1.0, less]);
}
