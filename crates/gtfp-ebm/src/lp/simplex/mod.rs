//! A dense bounded-variable revised simplex for few rows and many columns.
//!
//! * The basis is at most [`MAX_ROWS`] square, so its explicit inverse is kept, updated by one elimination per pivot and refined
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

use super::{Activities, LpError, LpSolver, Program, Solution};
use engine::Core;

/// The built-in engine, for programs of at most [`MAX_ROWS`] rows.
#[derive(Debug, Clone)]
pub struct Simplex<'a> {
    activities: &'a Activities,
    core: Rows,
}

/// Rows (inputs, outputs, the rule on Σλ, a denominator) that the built-in engine takes.
pub const MAX_ROWS: usize = 32;

/// Whether the built-in engine takes a program.
pub(super) fn fits(program: &Program) -> Result<(), LpError> {
    if program.rows() > MAX_ROWS {
        return Err(LpError::TooManyRows { rows: program.rows() });
    }
    Ok(())
}

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
        };
        if !fits {
            self.core = match rows {
                0..=4 => Rows::R4(Box::default()),
                5..=8 => Rows::R8(Box::default()),
                9..=12 => Rows::R12(Box::default()),
                13..=16 => Rows::R16(Box::default()),
                17..=24 => Rows::R24(Box::default()),
                25..=32 => Rows::R32(Box::default()),
                _ => Rows::None,
            };
        }
    }
}

impl LpSolver for Simplex<'_> {
    fn solve(&mut self, program: &Program, solution: &mut Solution) -> Result<(), LpError> {
        program.validate(self.activities)?;
        fits(program)?;
        self.prepare(program.rows());
        match &mut self.core {
            Rows::None => return Err(LpError::TooManyRows { rows: program.rows() }),
            Rows::R4(core) => core.solve(self.activities, program, solution),
            Rows::R8(core) => core.solve(self.activities, program, solution),
            Rows::R12(core) => core.solve(self.activities, program, solution),
            Rows::R16(core) => core.solve(self.activities, program, solution),
            Rows::R24(core) => core.solve(self.activities, program, solution),
            Rows::R32(core) => core.solve(self.activities, program, solution),
        }
        Ok(())
    }

    fn reset(&mut self) {
        self.core = Rows::None;
    }
}
