//! HiGHS as an engine: the yardstick, and the fallback of the built-in simplex.

mod change;

use highs::{ColProblem, HighsModelStatus, Model, Sense, SolvedModel};

use super::{
    Activities, Certificate, LpError, LpSolver, Program, Solution, Status,
    certificate::{self, Scratch},
};

/// A unit whose rows differ from the average unit by more than this factor gets a model of its own.
const KEPT_RANGE: f64 = 1e4;

/// HiGHS (simplex, no presolve, one thread, fixed seed).
///
/// One model per engine is kept: the activities stay, only what depends on the unit is changed, and HiGHS starts from
/// the basis it ended with. HiGHS silently drops coefficients below its `small_matrix_value`; a unit far from the
/// average would suffer from that in a kept model, so it is solved from scratch in rows relative to itself.
#[derive(Debug)]
pub struct Highs<'a> {
    activities: &'a Activities,
    kept: Option<Kept>,
}

/// A model that HiGHS holds, and the program it was last set to.
#[derive(Debug)]
struct Kept {
    model: Model,
    program: Program,
}

impl<'a> Highs<'a> {
    /// An engine over these activities.
    #[must_use]
    pub fn new(activities: &'a Activities) -> Self {
        Self { activities, kept: None }
    }

    /// The model of this program, made from the kept one where that is possible.
    fn kept_model(&mut self, program: &Program) -> Result<Model, LpError> {
        let activities = self.activities;
        let n = activities.cols();
        let factor = |p: &Program, i: usize| {
            if i < activities.rows() { p.row_scale()[i] / activities.row_unit(i) } else { 1.0 }
        };
        let Some(Kept { mut model, program: last }) = self.kept.take().filter(|k| same_shape(&k.program, program))
        else {
            let entry = |i: usize, j: usize| activities.scaled(i, j);
            return build(activities, program, entry, |i| factor(program, i));
        };
        for i in 0..program.rows() {
            let (old, new) = (last.rhs()[i] * factor(&last, i), program.rhs()[i] * factor(program, i));
            if old != new {
                change::row_bounds(&mut model, i, new, new)?;
            }
        }
        for k in 0..program.z() {
            if last.cost()[k] != program.cost()[k] {
                change::column_cost(&mut model, n + k, program.cost()[k])?;
            }
            let (lower, upper) = (program.lower()[k], program.upper()[k]);
            if last.lower()[k] != lower || last.upper()[k] != upper {
                change::column_bounds(&mut model, n + k, lower, upper)?;
            }
            for i in 0..program.rows() {
                let old = last.z_column(k)[i] * factor(&last, i);
                let new = program.z_column(k)[i] * factor(program, i);
                if old != new {
                    change::coefficient(&mut model, i, n + k, new)?;
                }
            }
        }
        for &j in last.excluded().iter().filter(|j| !program.excluded().contains(j)) {
            change::column_bounds(&mut model, j, 0.0, f64::INFINITY)?;
        }
        for &j in program.excluded().iter().filter(|j| !last.excluded().contains(j)) {
            change::column_bounds(&mut model, j, 0.0, 0.0)?;
        }
        Ok(model)
    }

    fn fits_kept_model(&self, program: &Program) -> bool {
        program.row_scale().iter().enumerate().all(|(i, s)| {
            let ratio = s / self.activities.row_unit(i);
            ratio < KEPT_RANGE && ratio > 1.0 / KEPT_RANGE
        })
    }
}

impl LpSolver for Highs<'_> {
    fn solve(&mut self, program: &Program, solution: &mut Solution) -> Result<(), LpError> {
        program.validate(self.activities)?;
        let activities = self.activities;
        let (n, m) = (activities.cols(), activities.rows());
        if self.fits_kept_model(program) {
            let model = self.kept_model(program)?;
            let Ok(mut solved) = model.try_solve() else { return gave_up(solution) };
            read(&mut solved, n, program.rows(), solution, |j| 1.0 / activities.col_unit(j));
            for (i, y) in solution.duals.iter_mut().enumerate().take(m) {
                *y *= program.row_scale()[i] / activities.row_unit(i);
            }
            self.kept = Some(Kept { model: Model::from(solved), program: program.clone() });
        } else {
            let ratio = |i: usize, j: usize| activities.get(i, j) / program.row_scale()[i];
            let size: Vec<f64> = (0..n)
                .map(|j| (0..m).map(|i| ratio(i, j).abs()).fold(0.0, f64::max))
                .map(|size| if size > 0.0 { size } else { 1.0 })
                .collect();
            let model = build(activities, program, |i, j| ratio(i, j) / size[j], |_| 1.0)?;
            let Ok(mut solved) = model.try_solve() else { return gave_up(solution) };
            read(&mut solved, n, program.rows(), solution, |j| 1.0 / size[j]);
        }
        match solution.status {
            Status::Optimal => certificate::certify(activities, program, solution, &mut Scratch::default()),
            Status::Infeasible => prove_infeasible(activities, program, solution),
            Status::Unbounded | Status::Failed => solution.certificate = Certificate::none(),
        }
        if solution.status != Status::Optimal {
            solution.objective = 0.0;
        }
        Ok(())
    }

    fn reset(&mut self) {
        self.kept = None;
    }
}

/// HiGHS now and then ends with an error of its own amid a program that is well formed: this program has no solution then,
/// the others go on.
fn gave_up(solution: &mut Solution) -> Result<(), LpError> {
    solution.status = Status::Failed;
    solution.objective = 0.0;
    solution.iterations = 0;
    solution.z.clear();
    solution.lambda.clear();
    solution.duals.clear();
    solution.certificate = Certificate::none();
    Ok(())
}

fn same_shape(a: &Program, b: &Program) -> bool {
    a.rows() == b.rows() && a.z() == b.z() && a.technology_rows() == b.technology_rows()
}

/// A model with λ entries `entry(i, j)` and rows multiplied by `factor(i)`.
fn build(
    activities: &Activities,
    program: &Program,
    entry: impl Fn(usize, usize) -> f64,
    factor: impl Fn(usize) -> f64,
) -> Result<Model, LpError> {
    let (n, m) = (activities.cols(), activities.rows());
    let mut problem = ColProblem::new();
    let rows: Vec<_> = (0..program.rows())
        .map(|i| {
            let r = program.rhs()[i] * factor(i);
            problem.add_row(r..=r)
        })
        .collect();
    let mut upper = vec![f64::INFINITY; n];
    for &j in program.excluded() {
        upper[j] = 0.0;
    }
    for (j, upper) in upper.into_iter().enumerate() {
        problem.add_column(0.0, 0.0..=upper, (0..m).map(|i| (rows[i], entry(i, j))));
    }
    for k in 0..program.z() {
        let column = program.z_column(k);
        let entries = (0..program.rows()).filter(|&i| column[i] != 0.0).map(|i| (rows[i], column[i] * factor(i)));
        problem.add_column(program.cost()[k], program.lower()[k]..=program.upper()[k], entries);
    }
    let mut model = problem.try_optimise(Sense::Minimise).map_err(|status| failure(&status))?;
    configure(&mut model)?;
    Ok(model)
}

/// Certifies an infeasible program by the ray in its duals, whose sign HiGHS does not fix. A verdict without a ray, or
/// with one that does not hold, stays unproved.
fn prove_infeasible(activities: &Activities, program: &Program, solution: &mut Solution) {
    if solution.duals.is_empty() {
        solution.certificate = Certificate::none();
        return;
    }
    certificate::certify_infeasible(activities, program, solution, &mut Scratch::default());
    if !solution.certificate.closes() {
        solution.duals.iter_mut().for_each(|y| *y = -*y);
        certificate::certify_infeasible(activities, program, solution, &mut Scratch::default());
    }
}

/// Copies what HiGHS found; `unit(j)` turns its λ into the program's. The duals of an infeasible model are the ray that
/// proves it so, or none.
fn read(solved: &mut SolvedModel, n: usize, rows: usize, solution: &mut Solution, unit: impl Fn(usize) -> f64) {
    solution.status = match solved.status() {
        HighsModelStatus::Optimal => Status::Optimal,
        HighsModelStatus::Infeasible => Status::Infeasible,
        HighsModelStatus::Unbounded | HighsModelStatus::UnboundedOrInfeasible => Status::Unbounded,
        _ => Status::Failed,
    };
    solution.iterations = usize::try_from(solved.simplex_iteration_count()).unwrap_or(0);
    let values = solved.get_solution();
    solution.z.clear();
    solution.z.extend_from_slice(&values.columns()[n..]);
    solution.lambda.clear();
    let lambda = values.columns()[..n].iter().enumerate();
    solution.lambda.extend(lambda.filter(|(_, v)| **v != 0.0).map(|(j, v)| (j, v * unit(j))));
    solution.duals.clear();
    if solution.status == Status::Infeasible {
        solution.duals.extend(change::dual_ray(solved, rows).unwrap_or_default());
    } else {
        solution.duals.extend_from_slice(values.dual_rows());
    }
}

fn configure(model: &mut Model) -> Result<(), LpError> {
    model.make_quiet();
    let set = |name: &str, result: Result<(), highs::TrySetOptionError>| {
        result.map_err(|error| LpError::Engine { engine: "HiGHS", message: format!("option {name}: {error:?}") })
    };
    set("solver", model.try_set_option("solver", "simplex"))?;
    set("presolve", model.try_set_option("presolve", "off"))?;
    set("threads", model.try_set_option("threads", 1))?;
    set("random_seed", model.try_set_option("random_seed", 0))?;
    for name in ["primal_feasibility_tolerance", "dual_feasibility_tolerance"] {
        set(name, model.try_set_option(name, 1e-10))?;
    }
    set("small_matrix_value", model.try_set_option("small_matrix_value", 1e-12))
}

fn failure(status: &highs::HighsStatus) -> LpError {
    LpError::Engine { engine: "HiGHS", message: format!("status {status:?}") }
}
