//! What an estimate keeps of its estimation.

use crate::absorb::Absorber;
use crate::error::Result;
use crate::fit::columns::{Absorbed, Columns};
use crate::fit::iv_state::IvState;
use crate::fit::ols::{self, LeastSquares};
use crate::fit::streamed::{self, Fitted, Last};
use crate::sample::centring::Form;
use crate::sample::frame::Frame;
use crate::sample::variable::Variable;
use crate::spec::Options;
use crate::vcov::Covariance;
use faer::Mat;
use std::sync::{Arc, OnceLock};

/// What an estimate keeps, so that its covariance can be exchanged and its effects recovered.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) frame: Arc<Frame>,
    pub(crate) absorber: Arc<Absorber>,
    /// What absorption made of each variable, in the order of [`State::variables`].
    pub(crate) absorbed: Vec<Absorbed>,
    /// ỹ'Wỹ.
    pub(crate) total: f64,
    /// The last reading of a fit without residual columns.
    pub(crate) last: Option<Last>,
    /// Residual columns; made when they are asked for, where the fit did without.
    pub(crate) columns: OnceLock<Columns>,
    /// y less the fit and the effects, of least squares; the same.
    pub(crate) residuals: OnceLock<Vec<f64>>,
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
    /// The state of a fit without residual columns, and its meats.
    pub(crate) fn streamed(
        frame: Frame,
        absorber: &Arc<Absorber>,
        fitted: Fitted,
        options: &Options,
        formula: &str,
    ) -> (Self, Vec<Option<Mat<f64>>>) {
        let Fitted { fit, absorbed, meats, last } = fitted;
        let state = Self {
            absorber: absorber.clone(),
            absorbed,
            total: fit.total,
            last,
            columns: OnceLock::new(),
            residuals: OnceLock::new(),
            options: options.clone(),
            formula: formula.to_owned(),
            kind: Kind::Ols(fit),
            frame: Arc::new(frame),
        };
        (state, meats)
    }

    /// Every column after absorption.
    pub(crate) fn columns(&self) -> &Columns {
        let make = || Columns::new(&self.frame, &self.absorber, Form::Centred);
        self.columns.get_or_init(|| make().expect("effects that a fit streams are absorbed without iterations"))
    }

    /// Residuals of least squares; none of instrumental variables, which keep their own.
    pub(crate) fn residuals(&self) -> &[f64] {
        self.residuals.get_or_init(|| {
            let Kind::Ols(fit) = &self.kind else { return Vec::new() };
            let y = &self.columns().y.values;
            let mut residuals = vec![0.0; y.len()];
            ols::residual(y, &self.kept(fit), &fit.coef, self.frame.weight_values(), &mut residuals);
            residuals
        })
    }

    /// The meat of a covariance, where reading the columns once more makes it.
    pub(crate) fn meat(&self, fit: &LeastSquares, covariance: &Covariance) -> Option<Mat<f64>> {
        streamed::meat(self.last.as_ref()?, &fit.kept, covariance, &self.frame, &self.absorber)
    }

    /// Residualised exogenous regressors that least squares kept.
    pub(crate) fn kept<'a>(&'a self, fit: &LeastSquares) -> Vec<&'a [f64]> {
        fit.kept.iter().map(|&j| self.columns().exog[j].values.as_slice()).collect()
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
