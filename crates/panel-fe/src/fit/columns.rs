//! The columns of a sample after absorption.

pub(crate) use crate::absorb::Residual as Residualized;
use crate::absorb::{Absorber, ColumnReport};
use crate::error::{Error, Result};
use crate::sample::centring::Form;
use crate::sample::frame::Frame;
use std::sync::Arc;

/// What absorption made of one column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Absorbed {
    pub(crate) report: ColumnReport,
    /// ‖v‖_W, its norm before absorption.
    pub(crate) size: f64,
}

/// Values of every column of a sample in the order of [`Columns::all`], powers and products in the form asked for.
pub(crate) fn values(frame: &Frame, form: Form) -> Vec<&[f64]> {
    let variables = std::iter::once(&frame.y).chain(&frame.exog).chain(&frame.endog).chain(&frame.instruments);
    match &frame.centred {
        None => variables.map(|variable| &*variable.values).collect(),
        Some(centred) => centred.columns(&frame.y, [&frame.exog, &frame.endog, &frame.instruments], form),
    }
}

/// All columns of a sample, residualised.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub(crate) y: Arc<Residualized>,
    pub(crate) exog: Vec<Arc<Residualized>>,
    pub(crate) endog: Vec<Arc<Residualized>>,
    pub(crate) instruments: Vec<Arc<Residualized>>,
}

impl Columns {
    /// Residualises every column of a sample once, powers and products in the form asked for.
    pub(crate) fn new(frame: &Frame, absorber: &Absorber, form: Form) -> Result<Self> {
        let mut columns = absorber.residuals(&values(frame, form), frame.weight_values())?.into_iter().map(Arc::new);
        let mut next = |count: usize| columns.by_ref().take(count).collect::<Vec<_>>();
        let y = next(1).pop().ok_or_else(|| Error::NoObservations("the sample has no response".into()))?;
        Ok(Self {
            y,
            exog: next(frame.exog.len()),
            endog: next(frame.endog.len()),
            instruments: next(frame.instruments.len()),
        })
    }

    /// Response, exogenous, endogenous, instruments.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Residualized>> {
        std::iter::once(&self.y).chain(&self.exog).chain(&self.endog).chain(&self.instruments)
    }

    /// What absorption made of each, in the order of [`Columns::all`].
    pub(crate) fn absorbed(&self) -> Vec<Absorbed> {
        self.all().map(|column| Absorbed { report: column.report, size: column.size }).collect()
    }
}
