//! Stage `variables`, and the filters of samples.

use crate::error::{Error, Result};
use crate::study::Study;
use panel_core::expr::{Definitions, Expr};
use panel_core::{Diagnostics, Panel};

/// Parses the derived variables of a study.
///
/// # Errors
/// A syntax error with its place, a cycle.
pub fn definitions(study: &Study) -> Result<Definitions> {
    let items: Vec<(&str, &str)> =
        study.variables.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    Definitions::parse(&items).map_err(|error| Error::stage("variables", error))
}

/// Computes the variables whose columns are there; the others wait.
///
/// # Errors
/// Those of the expressions.
pub fn apply_ready(definitions: &mut Definitions, panel: &mut Panel) -> Result<Diagnostics> {
    definitions.apply_ready(panel).map_err(|error| Error::stage("variables", error))
}

/// Computes the rest.
///
/// # Errors
/// Those of the expressions; a column that no source and no stage has brought.
pub fn apply_rest(definitions: &Definitions, panel: &mut Panel) -> Result<Diagnostics> {
    definitions.apply(panel).map_err(|error| Error::stage("variables", error))
}

/// The rows that a `sample` keeps; all where there is none.
///
/// # Errors
/// Those of the expression.
pub fn sample(panel: &Panel, filter: Option<&str>, stage: &str) -> Result<Vec<bool>> {
    let Some(filter) = filter else { return Ok(vec![true; panel.n_rows()]) };
    let failed = |error: panel_core::Error| Error::stage(stage, format!("sample `{filter}`: {error}"));
    Expr::parse(filter).and_then(|expression| expression.eval_mask(panel)).map_err(failed)
}
