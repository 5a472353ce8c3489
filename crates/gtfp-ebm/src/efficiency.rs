//! Scores of a cross-section, or of chosen rows against chosen reference rows.

use crate::applicable;
use crate::calibration::CalibrationResult;
use crate::data::Observations;
use crate::error::{Error, Result};
use crate::evaluate::{Detail, Outcome};
use crate::evaluator::{Evaluator, check};
use crate::record::LpRecord;
use crate::spec::PanelSpec;

/// Scores of some rows against a reference set.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Efficiency {
    /// One outcome per evaluated row, in the order asked for.
    pub outcomes: Vec<Outcome>,
    /// θ, φ, slacks, targets, peers and multipliers of every row with a score, where `spec.details`; else empty.
    pub details: Vec<Option<Detail>>,
    /// ε and w used (EBM), measured on the reference rows.
    pub calibration: Option<CalibrationResult>,
    /// Counts of the linear programs.
    pub lp: LpRecord,
}

impl Efficiency {
    /// The scores; `None` where a program has no optimum.
    #[must_use]
    pub fn scores(&self) -> Vec<Option<f64>> {
        self.outcomes.iter().map(Outcome::score).collect()
    }
}

/// Scores `rows` against the technology of `reference` (rows of the same data; a cross-section passes all rows twice).
///
/// Model, orientation, returns to scale, conventions, calibration, super-efficiency, details and solver are those of
/// `spec`; what belongs to panels (reference, index, panel value) must be left out.
///
/// **Missing values** rows with a missing quantity may not be asked for.
///
/// # Errors
/// [`Error::UnknownUnit`] for a row beyond the data; [`Error::BadValue`] for data the model cannot take;
/// [`Error::Degenerate`] and [`Error::Specification`] for the specification.
pub fn efficiency(
    observations: &Observations,
    rows: &[usize],
    reference: &[usize],
    spec: &PanelSpec,
    label: &dyn Fn(usize) -> String,
) -> Result<Efficiency> {
    let n = observations.n();
    let _span = tracing::debug_span!("efficiency", rows = rows.len(), model = %spec.model).entered();
    if let Some(&row) = rows.iter().chain(reference).find(|&&row| row >= n) {
        return Err(Error::UnknownUnit { row, n });
    }
    applicable::cross_section(spec, observations.dims())?;
    let spec = &spec.resolved(1);
    check(spec, observations)?;
    for part in [reference, rows] {
        observations.require(Evaluator::requirement(spec, observations.dims()), part, spec.model.as_str(), label)?;
    }
    let mut evaluator = Evaluator::new(observations, spec);
    evaluator.calibrate(reference, &[], label)?;
    let set = evaluator.reference(reference, spec.rts)?;
    let (outcomes, details) = if spec.details {
        evaluator.detail(rows, &set, spec.rts, None)?.into_iter().unzip()
    } else {
        (evaluator.score(rows, &set, spec.rts, None)?, Vec::new())
    };
    Ok(Efficiency {
        outcomes,
        details,
        calibration: evaluator.calibrations.first().cloned(),
        lp: LpRecord::from(&evaluator.stats),
    })
}
