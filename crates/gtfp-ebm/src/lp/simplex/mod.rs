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

use super::{Activities, LpError, LpSolver, Program, Solution, Status, exact, precise};
use engine::Core;

/// The built-in engine: this simplex for programs of at most 128 rows, and a slower one in double-double arithmetic
/// for what it does not decide, and for more rows; exact rational arithmetic decides what is open then.
#[derive(Debug, Clone)]
pub struct Simplex<'a> {
    activities: &'a Activities,
    core: Rows,
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
        Self { activities, core: Rows::None }
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
        program.validate(self.activities)?;
        self.prepare(program.rows());
        solution.iterations = 0;
        match &mut self.core {
            Rows::None => solution.status = Status::Failed,
            Rows::R4(core) => core.solve(self.activities, program, solution),
            Rows::R8(core) => core.solve(self.activities, program, solution),
            Rows::R12(core) => core.solve(self.activities, program, solution),
            Rows::R16(core) => core.solve(self.activities, program, solution),
            Rows::R24(core) => core.solve(self.activities, program, solution),
            Rows::R32(core) => core.solve(self.activities, program, solution),
            Rows::R48(core) => core.solve(self.activities, program, solution),
            Rows::R64(core) => core.solve(self.activities, program, solution),
            Rows::R128(core) => core.solve(self.activities, program, solution),
        }
        if !solution.is_decided() {
            precise::solve(self.activities, program, solution);
        }
        if !solution.is_decided() {
            exact::solve(self.activities, program, solution);
        }
        Ok(())
    }

    fn reset(&mut self) {
        self.core = Rows::None;
    }
}
