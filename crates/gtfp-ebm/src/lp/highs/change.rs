//! Changing a model that HiGHS already holds, and asking it for a Farkas ray: what the safe interface of the `highs`
//! crate does not offer.
//!
//! Everything unsafe of this crate is here: five calls into the C interface, four of them with plain numbers, one with
//! a buffer. Each takes the model by exclusive reference, so the pointer is valid and nobody else uses it; HiGHS checks
//! the indices itself and answers with an error status.
#![allow(unsafe_code)]

use highs::{Model, SolvedModel};
use highs_sys::{
    Highs_changeCoeff, Highs_changeColBounds, Highs_changeColCost, Highs_changeRowBounds, Highs_getDualRay, HighsInt,
    STATUS_ERROR,
};

use crate::lp::LpError;

pub(super) fn coefficient(model: &mut Model, row: usize, column: usize, value: f64) -> Result<(), LpError> {
    let (row, column) = (index(row)?, index(column)?);
    // SAFETY: the pointer comes from a live model borrowed exclusively; the other arguments are numbers.
    check(unsafe { Highs_changeCoeff(model.as_mut_ptr(), row, column, value) }, "changeCoeff")
}

pub(super) fn row_bounds(model: &mut Model, row: usize, lower: f64, upper: f64) -> Result<(), LpError> {
    let row = index(row)?;
    // SAFETY: as above.
    check(unsafe { Highs_changeRowBounds(model.as_mut_ptr(), row, lower, upper) }, "changeRowBounds")
}

pub(super) fn column_bounds(model: &mut Model, column: usize, lower: f64, upper: f64) -> Result<(), LpError> {
    let column = index(column)?;
    // SAFETY: as above.
    check(unsafe { Highs_changeColBounds(model.as_mut_ptr(), column, lower, upper) }, "changeColBounds")
}

pub(super) fn column_cost(model: &mut Model, column: usize, cost: f64) -> Result<(), LpError> {
    let column = index(column)?;
    // SAFETY: as above.
    check(unsafe { Highs_changeColCost(model.as_mut_ptr(), column, cost) }, "changeColCost")
}

/// Multipliers of the `rows` rows that prove the model infeasible, up to their sign; none where HiGHS finds none.
pub(super) fn dual_ray(solved: &mut SolvedModel, rows: usize) -> Option<Vec<f64>> {
    let mut found: HighsInt = 0;
    let mut ray = vec![0.0; rows];
    // SAFETY: as above; the buffer has one place per row of the model, which is what HiGHS writes.
    let status = unsafe { Highs_getDualRay(solved.as_mut_ptr(), &raw mut found, ray.as_mut_ptr()) };
    (status != STATUS_ERROR && found != 0).then_some(ray)
}

fn index(position: usize) -> Result<HighsInt, LpError> {
    HighsInt::try_from(position).map_err(|_| LpError::Engine {
        engine: "HiGHS",
        message: format!("position {position} exceeds what HiGHS can address"),
    })
}

fn check(status: HighsInt, call: &str) -> Result<(), LpError> {
    if status == STATUS_ERROR {
        return Err(LpError::Engine { engine: "HiGHS", message: format!("{call} failed") });
    }
    Ok(())
}
