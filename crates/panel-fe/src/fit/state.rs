//! What an estimate keeps of its estimation.

use crate::absorb::Absorber;
use crate::error::Result;
use crate::fit::columns::Columns;
use crate::fit::iv_state::IvState;
use crate::fit::ols::LeastSquares;
use crate::sample::centring::Form;
use crate::sample::frame::Frame;
use crate::sample::variable::Variable;
use crate::spec::Options;
use std::sync::Arc;

/// What an estimate keeps, so that its covariance can be exchanged and its effects recovered.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) frame: Arc<Frame>,
    pub(crate) absorber: Arc<Absorber>,
    pub(crate) columns: Columns,
    pub(crate) options: Options,
    pub(crate) formula: String,
    pub(crate) kind: Kind,
}

/// The estimator's own state.
#[derive(Debug)]
pub(crate) enum Kind {
    Ols(LeastSquares),
    Iv(Box<IvState>),
}

impl State {
    /// Residualised exogenous regressors that least squares kept.
    pub(crate) fn kept<'a>(&'a self, fit: &LeastSquares) -> Vec<&'a [f64]> {
        fit.kept.iter().map(|&j| self.columns.exog[j].values.as_slice()).collect()
    }

    /// The same regressors as they are written, where they were fitted about their centres.
    pub(crate) fn kept_as_written(&self, fit: &LeastSquares) -> Result<Vec<Vec<f64>>> {
        if self.frame.centred.is_none() {
            return Ok(self.kept(fit).into_iter().map(<[f64]>::to_vec).collect());
        }
        let columns = Columns::new(&self.frame, &self.absorber, Form::Plain)?;
        Ok(fit.kept.iter().map(|&j| columns.exog[j].values.clone()).collect())
    }

    /// Variables in the order of [`Columns::all`].
    pub(crate) fn variables(&self) -> impl Iterator<Item = &Variable> {
        let frame = &self.frame;
        std::iter::once(&frame.y).chain(&frame.exog).chain(&frame.endog).chain(&frame.instruments)
    }
}
