//! From a sample to an estimate.

use crate::absorb::{self, Absorber};
use crate::dof::{Absorbed, AbsorbedTerm, Dof};
use crate::error::{Error, Result};
use crate::estimator::Estimator;
use crate::fit::columns::Columns;
use crate::fit::iv_fit;
use crate::fit::iv_state;
use crate::fit::ols;
use crate::fit::ols_fit;
use crate::fit::resolve::{Lookup, resolve};
use crate::fit::result::Estimate;
use crate::fit::state::{Kind, State};
use crate::like::Like;
use crate::linalg;
use crate::sample::centring::Form;
use crate::sample::frame::Frame;
use crate::spec::{Options, check_like};
use crate::vcov::Vcov;
use panel_core::{Diagnostic, Panel};
use std::sync::Arc;

/// Levels, redundancies and rank of the sample's effects.
pub(crate) fn degrees_of_freedom(frame: &Frame, absorber: &Absorber, like: Like) -> Dof {
    let components = absorb::components_with_earlier(&frame.effects);
    let terms = frame
        .effects
        .iter()
        .enumerate()
        .map(|(f, effect)| AbsorbedTerm {
            name: frame.effect_names[f].clone(),
            levels: effect.levels,
            intercept: effect.intercept,
            slopes: effect.slopes.len(),
            idle_slopes: effect.idle_slopes(),
            components: components[f].clone(),
            is_entity: frame.entity_effect == Some(f),
        })
        .collect();
    let rank = absorber.rank();
    Dof { like, n_obs: frame.n_obs(), absorbed: Absorbed { terms, rank: rank.rank, rank_exact: rank.exact } }
}

/// Absorbs and estimates.
pub(crate) fn run(mut frame: Frame, formula: &str, options: &Options, panel: Option<&Panel>) -> Result<Estimate> {
    options.check()?;
    let absorber = Arc::new(Absorber::new(&frame.effects, frame.weight_values(), options.absorption)?);
    let mut columns = Columns::new(&frame, &absorber, Form::Centred)?;
    check_sizes(&frame, &columns)?;
    if let Some(centred) = frame.centred.clone()
        && !centred.survives(&independent(&frame, &columns, options))
    {
        columns = Columns::new(&frame, &absorber, Form::Plain)?;
        frame.centred = None;
    }
    refuse_copies(&frame)?;
    estimate(Arc::new(frame), absorber, columns, formula, options, panel)
}

/// Regressors (exogenous, then endogenous) that would be kept.
fn independent(frame: &Frame, columns: &Columns, options: &Options) -> Vec<usize> {
    let regressors: Vec<_> = columns.exog.iter().chain(&columns.endog).collect();
    let x: Vec<&[f64]> = regressors.iter().map(|column| column.values.as_slice()).collect();
    let sizes: Vec<f64> = regressors.iter().map(|column| column.size).collect();
    let weights = frame.weight_values();
    let gram = linalg::gram_columns(&x, weights);
    crate::fit::collinear::independent(&x, weights, &sizes, &gram, options.collinearity)
}

/// Refuses a column that repeats the response under another name.
fn refuse_copies(frame: &Frame) -> Result<()> {
    let y = &frame.y;
    let first = y.values.first();
    if y.values.iter().all(|value| Some(value) == first) {
        return Ok(());
    }
    let others = frame.exog.iter().chain(&frame.endog).chain(&frame.instruments);
    match others.into_iter().find(|variable| variable.values == y.values) {
        Some(copy) => Err(Error::Specification(format!(
            "`{}` is a copy of the response `{}`: it has the same value in every row of the sample",
            copy.name, y.name
        ))),
        None => Ok(()),
    }
}

/// Refuses columns whose squares double precision cannot hold, found by their sizes, which are known already: values
/// that are no numbers, too large or too small.
fn check_sizes(frame: &Frame, columns: &Columns) -> Result<()> {
    let variables = || std::iter::once(&frame.y).chain(&frame.exog).chain(&frame.endog).chain(&frame.instruments);
    for (variable, residual) in variables().zip(columns.all()) {
        let largest = || variable.values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        if residual.size < SMALLEST && largest() > 0.0 && largest() < SMALLEST {
            return Err(Error::Specification(format!(
                "`{}` is too small to be squared in double precision: its largest value is {:e}; multiply it by a power \
                 of ten",
                variable.name,
                largest()
            )));
        }
    }
    let Some((variable, _)) = variables().zip(columns.all()).find(|(_, residual)| !residual.size.is_finite()) else {
        return Ok(());
    };
    let Some(row) = variable.values.iter().position(|value| !value.is_finite()) else {
        return Err(Error::Specification(format!(
            "`{}` is too large to be squared in double precision",
            variable.name
        )));
    };
    let cell = panel_core::Cell { column: Some(variable.name.clone()), ..panel_core::Cell::default() };
    Err(Error::BadValue {
        cell: Box::new(cell.with_value(variable.values[row])),
        expected: format!("a finite number (row {} of {})", row + 1, variable.values.len()),
    })
}

/// Columns of smaller values lose digits in their sums of squares.
const SMALLEST: f64 = 1e-140;

/// Estimates on columns that are residualised already.
pub(crate) fn estimate(
    frame: Arc<Frame>,
    absorber: Arc<Absorber>,
    columns: Columns,
    formula: &str,
    options: &Options,
    panel: Option<&Panel>,
) -> Result<Estimate> {
    if frame.endog.is_empty() && options.estimator != Estimator::TwoStage {
        return Err(Error::Specification(format!(
            "the estimator {} needs a formula with an instrumental-variable part, `… | endogenous ~ instruments`",
            options.estimator
        )));
    }
    let dof = degrees_of_freedom(&frame, &absorber, options.like);
    let (kind, residuals) = if frame.endog.is_empty() {
        let x: Vec<&[f64]> = columns.exog.iter().map(|column| column.values.as_slice()).collect();
        let sizes: Vec<f64> = columns.exog.iter().map(|column| column.size).collect();
        let (fit, residuals) = ols::fit(&columns.y.values, &x, frame.weight_values(), &sizes, options.collinearity)?;
        (Kind::Ols(fit), residuals)
    } else {
        let plain = frame.centred.as_ref().map(|_| Columns::new(&frame, &absorber, Form::Plain)).transpose()?;
        let state = iv_state::prepare(&frame, &columns, plain.as_ref(), options.collinearity)?;
        (Kind::Iv(Box::new(state)), Vec::new())
    };
    let state = State { frame, absorber, columns, options: options.clone(), formula: formula.to_owned(), kind };
    finish(Arc::new(state), residuals, &options.vcov, dof, panel)
}

/// The same estimate under another covariance.
fn with_vcov(estimate: &Estimate, vcov: &Vcov, like: Like, panel: Option<&Panel>) -> Result<Estimate> {
    check_like(like, vcov)?;
    vcov.check()?;
    let dof = Dof { like, ..estimate.dof.clone() };
    finish(estimate.state.clone(), estimate.residuals.clone(), vcov, dof, panel)
}

/// `residuals` are those of least squares; instrumental variables make their own.
fn finish(state: Arc<State>, residuals: Vec<f64>, vcov: &Vcov, dof: Dof, panel: Option<&Panel>) -> Result<Estimate> {
    let mut diagnostics = state.frame.diagnostics.clone();
    let covariance = {
        let options = &state.options;
        let lookup = Lookup {
            frame: &state.frame,
            panel,
            coordinates: &options.coordinates,
            like: dof.like,
            gaps: options.gaps,
        };
        resolve(vcov, &lookup, &mut diagnostics)?
    };
    if !dof.absorbed.rank_exact {
        let message = "the rank of the fixed effects was bounded, not computed: three or more large effects";
        diagnostics.push(Diagnostic::note("rank-bounded", message));
    } else if dof.absorbed.rank < dof.absorbed_count() {
        let (rank, counted, like) = (dof.absorbed.rank, dof.absorbed_count(), dof.like);
        let message = format!("the fixed effects have rank {rank}; the rule of {like} counts {counted}");
        diagnostics.push(Diagnostic::warning("redundant-effects", message));
    }
    match &state.kind {
        Kind::Ols(_) => ols_fit::finish(state, residuals, &covariance, dof, diagnostics),
        Kind::Iv(_) => iv_fit::finish(state, &covariance, dof, diagnostics),
    }
}

impl Estimate {
    /// The same estimate under another covariance and rule, without refitting.
    ///
    /// # Errors
    /// [`crate::Error::UnknownOption`] for a cluster key that is neither entity, time nor a fixed effect: give the
    /// panel with [`Estimate::with_vcov_from`].
    pub fn with_vcov(&self, vcov: &Vcov, like: Like) -> Result<Self> {
        with_vcov(self, vcov, like, None)
    }

    /// The same, with cluster keys and coordinates looked up in the panel that was fitted.
    ///
    /// # Errors
    /// [`crate::Error::Data`] for an unknown column, [`crate::Error::BadValue`] when a key is missing in the sample.
    pub fn with_vcov_from(&self, vcov: &Vcov, like: Like, panel: &Panel) -> Result<Self> {
        with_vcov(self, vcov, like, Some(panel))
    }
}
