//! A formula estimated under the options of a column, and how the estimator's errors enter a run.

use panel_core::Panel;
use panel_fe::{Estimate, Estimator, Formula, Model};
use study::{ColumnSpec, Error};

/// Another formula under the options of a column, on the rows for which `mask` holds.
///
/// # Errors
/// Those of the estimator.
pub(crate) fn fit(panel: &Panel, spec: &ColumnSpec, formula: &Formula, mask: &[bool]) -> panel_fe::Result<Estimate> {
    let mut options = spec.options();
    if !formula.is_iv() {
        // The first stage of an estimator of instruments is least squares.
        options.estimator = Estimator::default();
    }
    Model::from(formula.clone()).options(options).fit_where(panel, Some(mask))
}

/// An error of the estimator at a stage: what only the numbers bring about leaves the rest of a run as it is.
pub(crate) fn refusal(stage: &str, what: &str, error: &panel_fe::Error) -> Error {
    use panel_fe::Error::{NoDegreesOfFreedom, NoObservations, NoRegressor, NotConverged, Singular};
    let message = format!("{what}{error}");
    match error {
        NoObservations(_) | Singular(_) | NotConverged { .. } | NoRegressor(_) | NoDegreesOfFreedom { .. } => {
            Error::not_computed(stage, message)
        }
        _ => Error::stage(stage, message),
    }
}
