//! A dense bounded-variable revised simplex for few rows and many columns.
//!
//! * The basis is at most 128 square, so its explicit inverse is kept, updated by one elimination per pivot and refined
//!   at the end; the row count is a compile-time constant (rounded up to a multiple of four), loops are straight-line.
//! * One objective serves both phases: costs plus an exact penalty on bounds that the start violates. Any basis may
//!   therefore start, feasible or not, and the basis of the most similar of the last units usually needs two or three
//!   pivots. A penalty that
//!   turns out too small is followed by the classical two phases.
//! * The ratio test walks through the breakpoints of the piecewise linear objective and prefers large pivots
//!   within the tolerance (Harris 1973); long runs of degenerate pivots switch to the least-index rule (Bland 1977).
//! * Pricing sweeps the columns in their storage order. With many columns a small working set is priced instead, and
//!   the full sweep only proves optimality or refills the set.
//! * An optimal basis is refined against the original data, swept once over all columns, and certified.

mod basis;
mod engine;
mod pricing;
mod ratio;
mod recent;
mod state;

use super::{Activities, LpError, LpSolver, Program, Solution, Status, rounding};
use engine::Core;
use pulp::{Arch, Simd, WithSimd};

/// The built-in engine: this simplex for programs of at most 128 rows, and a slower one in double-double arithmetic
/// for what it does not decide, for optima that rest on multipliers too large for doubles, and for more rows; exact rational arithmetic decides what is open then.
#[derive(Debug, Clone)]
pub struct Simplex<'a> {
    activities: &'a Activities,
    core: Rows,
    /// The last program that was checked and loaded.
    loaded: Option<Program>,
}

/// Rows (inputs, outputs, the rule on Σλ, a denominator) that the fast engine takes.
const MAX_ROWS: usize = 128;

/// One engine per padded row count.
#[derive(Debug, Clone)]
enum Rows {
    None,
    R4(Box<Core<4>>),
    R8(Box<Core<8>>),
    R12(Box<Core<12>>),
    R16(Box<Core<16>>),
    R24(Box<Core<24>>),
    R32(Box<Core<32>>),
    R48(Box<Core<48>>),
    R64(Box<Core<64>>),
    R128(Box<Core<128>>),
}

impl<'a> Simplex<'a> {
    /// An engine over these activities.
    #[must_use]
    pub fn new(activities: &'a Activities) -> Self {
        Self { activities, core: Rows::None, loaded: None }
    }

    fn prepare(&mut self, rows: usize) {
        let fits = match &self.core {
            Rows::None => false,
            Rows::R4(_) => rows <= 4,
            Rows::R8(_) => rows > 4 && rows <= 8,
            Rows::R12(_) => rows > 8 && rows <= 12,
            Rows::R16(_) => rows > 12 && rows <= 16,
            Rows::R24(_) => rows > 16 && rows <= 24,
            Rows::R32(_) => rows > 24 && rows <= 32,
            Rows::R48(_) => rows > 32 && rows <= 48,
            Rows::R64(_) => rows > 48 && rows <= 64,
            Rows::R128(_) => rows > 64 && rows <= MAX_ROWS,
        };
        if !fits {
            self.core = match rows {
                0..=4 => Rows::R4(Box::default()),
                5..=8 => Rows::R8(Box::default()),
                9..=12 => Rows::R12(Box::default()),
                13..=16 => Rows::R16(Box::default()),
                17..=24 => Rows::R24(Box::default()),
                25..=32 => Rows::R32(Box::default()),
                33..=48 => Rows::R48(Box::default()),
                49..=64 => Rows::R64(Box::default()),
                65..=MAX_ROWS => Rows::R128(Box::default()),
                _ => Rows::None,
            };
        }
    }
}

impl LpSolver for Simplex<'_> {
    fn solve(&mut self, program: &Program, solution: &mut Solution) -> Result<(), LpError> {
        let activities = self.activities;
        let fresh = !self.loaded.as_ref().is_some_and(|loaded| loaded.differs_in_unit_alone(program));
        if fresh {
            program.validate(activities)?;
            self.prepare(program.rows());
            self.loaded.get_or_insert_with(|| Program::new(0, 0, 0)).share(program);
        } else {
            program.validate_unit(activities)?;
        }
        solution.iterations = 0;
        match &mut self.core {
            Rows::None => solution.status = Status::Failed,
            Rows::R4(core) => solve_wide(core, fresh, activities, program, solution),
            Rows::R8(core) => solve_wide(core, fresh, activities, program, solution),
            Rows::R12(core) => solve_wide(core, fresh, activities, program, solution),
            Rows::R16(core) => solve_wide(core, fresh, activities, program, solution),
            Rows::R24(core) => solve_plain(core, fresh, activities, program, solution),
            Rows::R32(core) => solve_plain(core, fresh, activities, program, solution),
            Rows::R48(core) => solve_plain(core, fresh, activities, program, solution),
            Rows::R64(core) => solve_plain(core, fresh, activities, program, solution),
            Rows::R128(core) => solve_plain(core, fresh, activities, program, solution),
        }
        if !solution.is_decided() || rounding::is_strained(program, solution) {
            rounding::solve(activities, program, solution);
        }
        Ok(())
    }

    fn reset(&mut self) {
        self.core = Rows::None;
        self.loaded = None;
    }
}

/// Solves in the widest vectors that the machine has; no operation is contracted, so that all give the same bits.
fn solve_wide<const M: usize>(
    core: &mut Core<M>,
    fresh: bool,
    activities: &Activities,
    program: &Program,
    solution: &mut Solution,
) {
    if fresh {
        core.load(activities, program);
    }
    Arch::new().dispatch(Wide { core, activities, program, solution });
}

/// The same in the vectors that every machine has, for sizes that are rare.
fn solve_plain<const M: usize>(
    core: &mut Core<M>,
    fresh: bool,
    activities: &Activities,
    program: &Program,
    solution: &mut Solution,
) {
    if fresh {
        core.load(activities, program);
    }
    core.solve(activities, program, solution);
}

/// One program to solve.
struct Wide<'a, const M: usize> {
    core: &'a mut Core<M>,
    activities: &'a Activities,
    program: &'a Program,
    solution: &'a mut Solution,
}

impl<const M: usize> WithSimd for Wide<'_, M> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.core.solve(self.activities, self.program, self.solution);
    }
}
