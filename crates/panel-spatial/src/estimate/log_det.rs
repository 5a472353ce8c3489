//! The log-determinant as the likelihood counts it.

use crate::error::Result;
use crate::logdet::Prepared;

/// ln |I - rW| as the likelihood has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogDet<'a> {
    pub(crate) prepared: &'a Prepared,
    pub(crate) periods: f64,
    pub(crate) removed: Option<f64>,
}

impl LogDet<'_> {
    pub(crate) fn value(&self, r: f64) -> Result<f64> {
        let gone = self.removed.map_or(0.0, |c| (1.0 - r * c).ln());
        Ok(self.periods * (self.prepared.log_det(r)? - gone))
    }

    /// Minus the derivative.
    pub(crate) fn trace(&self, r: f64) -> Result<f64> {
        let gone = self.removed.map_or(0.0, |c| c / (1.0 - r * c));
        Ok(self.periods * (self.prepared.trace_g(r)? - gone))
    }
}
