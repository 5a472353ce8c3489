//! From a residualised sample to the instrumental-variable problem.

use crate::absorb;
use crate::error::{Error, Result};
use crate::fit::collinear;
use crate::fit::columns::{Columns, Residualized};
use crate::fit::result::Dropped;
use crate::iv::{IvData, IvSystem};
use crate::linalg;
use crate::sample::frame::{Frame, Variable};
use faer::Mat;
use std::sync::Arc;

/// The instrumental-variable problem of a sample.
#[derive(Debug)]
pub(crate) struct IvState {
    /// The problem that is solved.
    pub(crate) system: IvSystem,
    /// The same with powers and products as they are written, where it is solved about their centres: statistics of
    /// single regressors and instruments are its.
    pub(crate) as_written: Option<IvSystem>,
    /// Places of the regressors kept, endogenous first, among exogenous, then endogenous variables.
    pub(crate) places: Vec<usize>,
    pub(crate) dropped: Vec<Dropped>,
    /// ‖E‖/‖x̃‖ of the worst column.
    pub(crate) worst: f64,
}

impl IvState {
    /// The problem whose regressors and instruments are those of the formula.
    pub(crate) fn named(&self) -> &IvSystem {
        self.as_written.as_ref().unwrap_or(&self.system)
    }
}

/// Places of the variables of each block that are kept.
struct Kept {
    exog: Vec<usize>,
    endog: Vec<usize>,
    excluded: Vec<usize>,
}

/// Drops what is collinear and builds the system.
pub(crate) fn prepare(
    frame: &Frame,
    columns: &Columns,
    as_written: Option<&Columns>,
    tolerance: f64,
) -> Result<IvState> {
    let weights = frame.weight_values();
    let varies = |column: &Residualized| absorb::norm(&column.values, weights) > tolerance * column.size;
    let kept = kept(frame, columns, tolerance);
    let mut dropped = Vec::new();
    let mut leave_out = |variables: &[Variable], residualized: &[Arc<Residualized>], kept: &[usize], what: &str| {
        for j in (0..variables.len()).filter(|j| !kept.contains(j)) {
            let reason = if varies(&residualized[j]) {
                format!("{what}, it is a combination of the regressors before it")
            } else {
                format!("{what}, it does not vary within the fixed effects")
            };
            dropped.push(Dropped { name: variables[j].name.clone(), reason });
        }
    };
    leave_out(&frame.exog, &columns.exog, &kept.exog, "exogenous");
    leave_out(&frame.endog, &columns.endog, &kept.endog, "endogenous");
    leave_out(&frame.instruments, &columns.instruments, &kept.excluded, "an instrument");
    if kept.endog.is_empty() {
        return Err(Error::NoRegressor(
            "no endogenous regressor varies within the fixed effects and the exogenous ones".into(),
        ));
    }
    let system = system(frame, columns, &kept)?;
    for name in system.dropped() {
        let reason = "an instrument, it is a combination of the exogenous regressors and earlier instruments";
        dropped.push(Dropped { name: name.clone(), reason: reason.into() });
    }
    let used = std::iter::once(&columns.y)
        .chain(kept.exog.iter().map(|&j| &columns.exog[j]))
        .chain(kept.endog.iter().map(|&j| &columns.endog[j]))
        .chain(kept.excluded.iter().map(|&j| &columns.instruments[j]));
    let worst = used.map(|column| column.report.error / absorb::norm(&column.values, weights)).fold(0.0, f64::max);
    let places = kept.endog.iter().map(|j| frame.exog.len() + j).chain(kept.exog.iter().copied()).collect();
    let as_written = as_written.map(|columns| self::system(frame, columns, &kept)).transpose()?;
    Ok(IvState { system, as_written, places, dropped, worst })
}

fn kept(frame: &Frame, columns: &Columns, tolerance: f64) -> Kept {
    let weights = frame.weight_values();
    let regressors: Vec<&Residualized> = columns.exog.iter().chain(&columns.endog).map(AsRef::as_ref).collect();
    let x: Vec<&[f64]> = regressors.iter().map(|column| column.values.as_slice()).collect();
    let sizes: Vec<f64> = regressors.iter().map(|column| column.size).collect();
    let kept = collinear::independent(&x, weights, &sizes, &linalg::gram_columns(&x, weights), tolerance);
    let split = columns.exog.len();
    let varies = |column: &Residualized| absorb::norm(&column.values, weights) > tolerance * column.size;
    Kept {
        exog: kept.iter().copied().filter(|&j| j < split).collect(),
        endog: kept.iter().copied().filter(|&j| j >= split).map(|j| j - split).collect(),
        excluded: (0..columns.instruments.len()).filter(|&j| varies(&columns.instruments[j])).collect(),
    }
}

fn system(frame: &Frame, columns: &Columns, kept: &Kept) -> Result<IvSystem> {
    let matrix = |columns: &[Arc<Residualized>], kept: &[usize]| {
        let mut matrix = Mat::zeros(frame.rows.len(), kept.len());
        for (target, &j) in kept.iter().enumerate() {
            matrix.col_as_slice_mut(target).copy_from_slice(&columns[j].values);
        }
        matrix
    };
    let names = |variables: &[Variable], kept: &[usize]| -> Vec<String> {
        kept.iter().map(|&j| variables[j].name.clone()).collect()
    };
    let d = matrix(&columns.endog, &kept.endog);
    let w = matrix(&columns.exog, &kept.exog);
    let z = matrix(&columns.instruments, &kept.excluded);
    IvSystem::new(&IvData {
        y: &columns.y.values,
        endog: d.as_ref(),
        exog: w.as_ref(),
        excluded: z.as_ref(),
        weights: frame.weights.as_ref(),
        endog_names: &names(&frame.endog, &kept.endog),
        exog_names: &names(&frame.exog, &kept.exog),
        excluded_names: &names(&frame.instruments, &kept.excluded),
    })
}
