//! HiGHS as an engine: the yardstick, and the fallback of the built-in simplex.

use highs::{ColProblem, HighsModelStatus, Model, Sense};

use super::{Activities, LpError, LpSolver, Program, Solution, Status, certificate};

/// HiGHS (dual simplex, one thread, fixed seed), given every program from scratch in relative rows.
///
/// Each column is divided by its largest coefficient, because HiGHS silently drops coefficients below its
/// `small_matrix_value`.
#[derive(Debug)]
pub struct Highs<'a> {
    activities: &'a Activities,
}

impl<'a> Highs<'a> {
    /// An engine over these activities.
    #[must_use]
    pub fn new(activities: &'a Activities) -> Self {
        Self { activities }
    }
}

impl LpSolver for Highs<'_> {
    fn solve(&mut self, program: &Program, solution: &mut Solution) -> Result<(), LpError> {
        program.validate(self.activities)?;
        let activities = self.activities;
        let (n, m) = (activities.cols(), activities.rows());
        let mut problem = ColProblem::new();
        let rows: Vec<_> = program.rhs().iter().map(|&r| problem.add_row(r..=r)).collect();
        let mut excluded = vec![false; n];
        for &j in program.excluded() {
            excluded[j] = true;
        }
        let mut scale = vec![1.0; n];
        for j in 0..n {
            let ratio = |i: usize| activities.get(i, j) / program.row_scale()[i];
            let size = (0..m).map(|i| ratio(i).abs()).fold(0.0, f64::max);
            scale[j] = if size > 0.0 { size } else { 1.0 };
            let upper = if excluded[j] { 0.0 } else { f64::INFINITY };
            problem.add_column(0.0, 0.0..=upper, (0..m).map(|i| (rows[i], ratio(i) / scale[j])));
        }
        for k in 0..program.z() {
            let column = program.z_column(k);
            let entries = (0..program.rows()).filter(|&i| column[i] != 0.0).map(|i| (rows[i], column[i]));
            problem.add_column(program.cost()[k], program.lower()[k]..=program.upper()[k], entries);
        }
        let mut model = problem.try_optimise(Sense::Minimise).map_err(|status| failure(&status))?;
        configure(&mut model)?;
        let solved = model.try_solve().map_err(|status| failure(&status))?;
        solution.status = match solved.status() {
            HighsModelStatus::Optimal => Status::Optimal,
            HighsModelStatus::Infeasible => Status::Infeasible,
            HighsModelStatus::Unbounded | HighsModelStatus::UnboundedOrInfeasible => Status::Unbounded,
            _ => Status::Failed,
        };
        let values = solved.get_solution();
        solution.iterations = usize::try_from(solved.simplex_iteration_count()).unwrap_or(0);
        solution.z.clear();
        solution.z.extend_from_slice(&values.columns()[n..]);
        solution.lambda.clear();
        solution.lambda.extend(
            values.columns()[..n].iter().enumerate().filter(|(_, v)| **v != 0.0).map(|(j, v)| (j, v / scale[j])),
        );
        solution.duals.clear();
        solution.duals.extend_from_slice(values.dual_rows());
        finish(activities, program, solution);
        Ok(())
    }

    fn reset(&mut self) {}
}

fn finish(activities: &Activities, program: &Program, solution: &mut Solution) {
    if solution.status == Status::Optimal {
        certificate::certify(activities, program, solution);
    } else {
        solution.objective = 0.0;
        solution.certificate = super::Certificate::default();
    }
}

fn configure(model: &mut Model) -> Result<(), LpError> {
    model.make_quiet();
    for (name, value) in [("threads", 1), ("random_seed", 0)] {
        model.try_set_option(name, value).map_err(|error| option_failure(name, &format!("{error:?}")))?;
    }
    for name in ["solver", "presolve"] {
        let value = if name == "solver" { "simplex" } else { "off" };
        model.try_set_option(name, value).map_err(|error| option_failure(name, &format!("{error:?}")))?;
    }
    for (name, value) in
        [("primal_feasibility_tolerance", 1e-10), ("dual_feasibility_tolerance", 1e-10), ("small_matrix_value", 1e-12)]
    {
        model.try_set_option(name, value).map_err(|error| option_failure(name, &format!("{error:?}")))?;
    }
    Ok(())
}

fn failure(status: &highs::HighsStatus) -> LpError {
    LpError::Engine { engine: "HiGHS", message: format!("status {status:?}") }
}

fn option_failure(name: &str, message: &str) -> LpError {
    LpError::Engine { engine: "HiGHS", message: format!("option {name}: {message}") }
}
