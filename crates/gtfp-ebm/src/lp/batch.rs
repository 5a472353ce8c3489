//! One program for each of many units: ordered chunks, threads, fallback, counts.

use panel_core::interrupt;
use rayon::prelude::*;

use super::simplex::Simplex;
use super::{Activities, LpError, LpSolver, Program, Solution, Solver, Status};

/// Units per chunk. A basis is handed from unit to unit inside a chunk and never across, so that results do not
/// depend on the number of threads.
pub const CHUNK: usize = 256;

/// What a run over many programs did.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct LpStats {
    /// Programs solved.
    pub programs: usize,
    /// Simplex iterations in all.
    pub iterations: usize,
    /// Programs that the built-in engine could not take or certify and HiGHS solved.
    pub fallbacks: usize,
    /// Programs proved infeasible, by Farkas multipliers that hold.
    pub infeasible: usize,
    /// Programs without a closing certificate at the end.
    pub uncertified: usize,
    /// The worst part of any optimal program's certificate.
    pub worst_certificate: f64,
}

impl LpStats {
    /// Adds another run's counts.
    pub fn merge(&mut self, other: &Self) {
        self.programs += other.programs;
        self.iterations += other.iterations;
        self.fallbacks += other.fallbacks;
        self.infeasible += other.infeasible;
        self.uncertified += other.uncertified;
        self.worst_certificate = self.worst_certificate.max(other.worst_certificate);
    }

    fn count(&mut self, solution: &Solution) {
        self.programs += 1;
        self.iterations += solution.iterations;
        match solution.status {
            Status::Optimal => {
                self.worst_certificate = self.worst_certificate.max(solution.certificate.worst());
                self.uncertified += usize::from(!solution.certificate.closes());
            }
            Status::Infeasible if solution.certificate.closes() => self.infeasible += 1,
            Status::Unbounded if solution.certificate.closes() => {}
            Status::Infeasible | Status::Unbounded | Status::Failed => self.uncertified += 1,
        }
    }
}

/// Solves the program of each unit in `units` and returns what `take` makes of the solutions, in the order of `units`.
///
/// `template` is cloned per chunk; `set` writes unit o's data into it; `take` reads the solution (whatever its
/// status). Neighbours in `units` should be similar: each program starts from the basis of the one before. Chunks of
/// [`CHUNK`] run in parallel; results are identical for any number of threads.
///
/// # Errors
/// [`LpError::NeedsHighs`] where HiGHS is asked for, or (with [`Solver::Auto`]) left as the last resort, and is not compiled
/// in; [`LpError::Interrupted`]; else the first [`LpError`] in the order of `units`.
pub fn solve_each<R, S, T>(
    activities: &Activities,
    template: &Program,
    units: &[usize],
    solver: Solver,
    set: S,
    take: T,
) -> Result<(Vec<R>, LpStats), LpError>
where
    R: Send,
    S: Fn(usize, &mut Program) + Sync,
    T: Fn(usize, &Program, &Solution) -> R + Sync,
{
    let chunks: Vec<Result<(Vec<R>, LpStats), LpError>> = units
        .par_chunks(CHUNK)
        .map(|chunk| {
            let mut program = template.clone();
            let mut solution = Solution::default();
            let mut stats = LpStats::default();
            let mut results = Vec::with_capacity(chunk.len());
            let mut engine = Engine::new(activities, solver)?;
            for &unit in chunk {
                interrupt::check()?;
                set(unit, &mut program);
                stats.fallbacks += usize::from(engine.solve(&program, &mut solution)?);
                stats.count(&solution);
                results.push(take(unit, &program, &solution));
            }
            Ok((results, stats))
        })
        .collect();
    let mut results = Vec::with_capacity(units.len());
    let mut stats = LpStats::default();
    for chunk in chunks {
        let (part, counts) = chunk?;
        results.extend(part);
        stats.merge(&counts);
    }
    Ok((results, stats))
}

/// The engines of one chunk.
struct Engine<'a> {
    simplex: Option<Simplex<'a>>,
    /// Whether what HiGHS solves is a fallback.
    #[cfg(feature = "highs")]
    helps: bool,
    #[cfg(feature = "highs")]
    highs: Option<super::Highs<'a>>,
    /// Whether the built-in engine was asked for alone, so that what it leaves open stays so.
    #[cfg(not(feature = "highs"))]
    only: bool,
}

impl<'a> Engine<'a> {
    fn new(activities: &'a Activities, solver: Solver) -> Result<Self, LpError> {
        #[cfg(not(feature = "highs"))]
        if solver == Solver::Highs {
            return Err(LpError::NeedsHighs { why: "HiGHS is asked for (solver = \"highs\")" });
        }
        Ok(Self {
            #[cfg(feature = "highs")]
            helps: solver == Solver::Auto,
            simplex: (solver != Solver::Highs).then(|| Simplex::new(activities)),
            #[cfg(not(feature = "highs"))]
            only: solver == Solver::Simplex,
            #[cfg(feature = "highs")]
            highs: (solver != Solver::Simplex).then(|| super::Highs::new(activities)),
        })
    }

    /// Solves, and says whether HiGHS had to help out.
    fn solve(&mut self, program: &Program, solution: &mut Solution) -> Result<bool, LpError> {
        if let Some(simplex) = &mut self.simplex {
            simplex.solve(program, solution)?;
            if solution.is_decided() {
                return Ok(false);
            }
        }
        #[cfg(feature = "highs")]
        if let Some(highs) = &mut self.highs {
            highs.solve(program, solution)?;
            return Ok(self.helps);
        }
        #[cfg(not(feature = "highs"))]
        if !self.only {
            return Err(LpError::NeedsHighs { why: "the built-in engine could not certify a program" });
        }
        Ok(false)
    }
}
