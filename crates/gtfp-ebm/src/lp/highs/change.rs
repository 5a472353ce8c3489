//! Changing a model that HiGHS already holds, which the safe interface of the `highs` crate does not offer.
//!
//! Everything unsafe of this crate is here: four calls into the C interface with plain numbers. Each takes the
//! model by exclusive reference, so the pointer is valid and nobody else uses it; HiGHS checks the indices itself and
//! answers with an error status.
#![allow(unsafe_code)]

use highs::Model;
use highs_sys::{
    Highs_changeCoeff, Highs_changeColBounds, Highs_changeColCost, Highs_changeRowBounds, HighsInt, STATUS_ERROR,
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
