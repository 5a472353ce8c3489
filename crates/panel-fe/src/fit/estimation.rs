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
use crate::fit::streamed;
use crate::like::Like;
use crate::linalg;
use crate::sample::centring::Form;
use crate::sample::frame::{Frame, Variable};
use crate::spec::{Options, check_like};
use crate::vcov::{Covariance, Vcov};
use faer::Mat;
use panel_core::{Diagnostic, Panel};
use std::sync::{Arc, OnceLock};

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
pub(crate) fn run(frame: Frame, formula: &str, options: &Options, panel: Option<&Panel>) -> Result<Estimate> {
    options.check()?;
    let absorber = Arc::new(Absorber::new(&frame.effects, frame.weight_values(), options.absorption)?);
    absorbed(frame, absorber, formula, options, panel)
}

/// Estimates on effects that are prepared.
pub(crate) fn absorbed(
    frame: Frame,
    absorber: Arc<Absorber>,
    formula: &str,
    options: &Options,
    panel: Option<&Panel>,
) -> Result<Estimate> {
    match stream(frame, &absorber, formula, options, panel)? {
        Streamed::Done(estimate) => Ok(*estimate),
        Streamed::Not(frame) => with_columns(*frame, absorber, formula, options, panel),
    }
}

/// Estimates with residual columns.
pub(crate) fn with_columns(
    mut frame: Frame,
    absorber: Arc<Absorber>,
    formula: &str,
    options: &Options,
    panel: Option<&Panel>,
) -> Result<Estimate> {
    let mut columns = Columns::new(&frame, &absorber, Form::Centred)?;
    check_sizes(&frame, &columns.all().map(|column| column.size).collect::<Vec<_>>())?;
    if let Some(centred) = frame.centred.clone()
        && !centred.survives(&independent(&frame, &columns, options))
    {
        columns = Columns::new(&frame, &absorber, Form::Plain)?;
        frame.centred = None;
    }
    refuse_copies(&frame)?;
    estimate(Arc::new(frame), absorber, columns, formula, options, panel)
}

/// An estimate without residual columns, or the sample of one that needs them.
pub(crate) enum Streamed {
    Done(Box<Estimate>),
    Not(Box<Frame>),
}

/// Estimates without residual columns where that is possible, see [`crate::fit::streamed`].
pub(crate) fn stream(
    mut frame: Frame,
    absorber: &Arc<Absorber>,
    formula: &str,
    options: &Options,
    panel: Option<&Panel>,
) -> Result<Streamed> {
    let Some(plan) = streamed::plan(&mut frame, absorber, options, check_sizes)? else {
        return Ok(Streamed::Not(Box::new(frame)));
    };
    refuse_copies(&frame)?;
    check_asked(&frame, options)?;
    plan.check()?;
    let dof = degrees_of_freedom(&frame, absorber, options.like);
    let (covariance, diagnostics) = resolved(&frame, &options.vcov, &dof, options, panel)?;
    let fitted = plan.fit(&frame, absorber, &[&covariance])?;
    let (state, meats) = State::streamed(frame, absorber, fitted, options, formula);
    let meat = meats.into_iter().next().flatten();
    let estimate = finish(Arc::new(state), meat, &covariance, dof, diagnostics)?;
    Ok(Streamed::Done(Box::new(estimate)))
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
pub(crate) fn refuse_copies(frame: &Frame) -> Result<()> {
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
pub(crate) fn check_sizes(frame: &Frame, sizes: &[f64]) -> Result<()> {
    let variables = || std::iter::once(&frame.y).chain(&frame.exog).chain(&frame.endog).chain(&frame.instruments);
    for (variable, &size) in variables().zip(sizes) {
        if size < SMALLEST {
            let largest = variable.values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
            check_largest(&variable.name, largest)?;
        }
    }
    let Some((variable, _)) = variables().zip(sizes).find(|(_, size)| !size.is_finite()) else {
        return Ok(());
    };
    let Some(row) = variable.values.iter().position(|value| !value.is_finite()) else {
        return Err(too_large(&variable.name));
    };
    let cell = panel_core::Cell { column: Some(variable.name.clone()), ..panel_core::Cell::default() };
    Err(Error::BadValue {
        cell: Box::new(cell.with_value(variable.values[row])),
        expected: format!("a finite number (row {} of {})", row + 1, variable.values.len()),
    })
}

fn too_large(name: &str) -> Error {
    Error::Specification(format!("`{name}` is too large to be squared in double precision"))
}

/// Refuses a column whose largest absolute value is this, where double precision cannot hold its squares.
pub(crate) fn check_largest(name: &str, largest: f64) -> Result<()> {
    if largest > 0.0 && largest < SMALLEST {
        return Err(Error::Specification(format!(
            "`{name}` is too small to be squared in double precision: its largest value is {largest:e}; multiply it by a \
             power of ten"
        )));
    }
    if largest.is_finite() && !(largest * largest).is_finite() {
        return Err(too_large(name));
    }
    Ok(())
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
    check_asked(&frame, options)?;
    let dof = degrees_of_freedom(&frame, &absorber, options.like);
    let (kind, residuals) = if frame.endog.is_empty() {
        let x: Vec<&[f64]> = columns.exog.iter().map(|column| column.values.as_slice()).collect();
        let sizes: Vec<f64> = columns.exog.iter().map(|column| column.size).collect();
        let (fit, residuals) = ols::fit(&columns.y.values, &x, frame.weight_values(), &sizes, options.collinearity)?;
        (Kind::Ols(fit), OnceLock::from(residuals))
    } else {
        let plain = frame.centred.as_ref().map(|_| Columns::new(&frame, &absorber, Form::Plain)).transpose()?;
        let state = iv_state::prepare(&frame, &columns, plain.as_ref(), options.collinearity)?;
        (Kind::Iv(Box::new(state)), OnceLock::new())
    };
    let total = match &kind {
        Kind::Ols(fit) => fit.total,
        Kind::Iv(_) => linalg::dot_weighted(&columns.y.values, &columns.y.values, frame.weight_values()),
    };
    let (covariance, diagnostics) = resolved(&frame, &options.vcov, &dof, options, panel)?;
    let state = State {
        frame,
        absorber,
        absorbed: columns.absorbed(),
        total,
        last: None,
        columns: OnceLock::from(columns),
        residuals,
        options: options.clone(),
        formula: formula.to_owned(),
        kind,
    };
    finish(Arc::new(state), None, &covariance, dof, diagnostics)
}

/// Refuses an estimator without its instruments, and a model of nothing.
pub(crate) fn check_asked(frame: &Frame, options: &Options) -> Result<()> {
    if frame.endog.is_empty() && options.estimator != Estimator::TwoStage {
        return Err(Error::Specification(format!(
            "the estimator {} needs a formula with an instrumental-variable part, `… | endogenous ~ instruments`",
            options.estimator
        )));
    }
    if frame.exog.is_empty() && frame.endog.is_empty() && frame.effects.is_empty() {
        return Err(Error::NoRegressor("there is none, nor a constant, nor a fixed effect".into()));
    }
    Ok(())
}

/// The same estimate under another covariance.
fn with_vcov(estimate: &Estimate, vcov: &Vcov, like: Like, panel: Option<&Panel>) -> Result<Estimate> {
    check_like(like, vcov)?;
    vcov.check()?;
    let dof = Dof { like, ..estimate.dof.clone() };
    let (covariance, diagnostics) = resolved(&estimate.state.frame, vcov, &dof, &estimate.state.options, panel)?;
    finish(estimate.state.clone(), None, &covariance, dof, diagnostics)
}

/// A covariance on a sample, with what the reader should know so far.
pub(crate) fn resolved(
    frame: &Frame,
    vcov: &Vcov,
    dof: &Dof,
    options: &Options,
    panel: Option<&Panel>,
) -> Result<(Covariance, Vec<Diagnostic>)> {
    let mut diagnostics = frame.diagnostics.clone();
    let lookup = Lookup { frame, panel, coordinates: &options.coordinates, like: dof.like, gaps: options.gaps };
    let covariance = resolve(vcov, &lookup, &mut diagnostics)?;
    if !dof.absorbed.rank_exact {
        let message = "the rank of the fixed effects was bounded, not computed: three or more large effects";
        diagnostics.push(Diagnostic::note("rank-bounded", message));
    } else if dof.absorbed.rank < dof.absorbed_count() {
        let (rank, counted, like) = (dof.absorbed.rank, dof.absorbed_count(), dof.like);
        let message = format!("the fixed effects have rank {rank}; the rule of {like} counts {counted}");
        diagnostics.push(Diagnostic::warning("redundant-effects", message));
    }
    Ok((covariance, diagnostics))
}

/// The estimate of a fit; `meat` is that of least squares under the covariance, where it is known.
fn finish(
    state: Arc<State>,
    meat: Option<Mat<f64>>,
    covariance: &Covariance,
    dof: Dof,
    diagnostics: Vec<Diagnostic>,
) -> Result<Estimate> {
    match &state.kind {
        Kind::Ols(_) => ols_fit::finish(state, meat, covariance, dof, diagnostics),
        Kind::Iv(_) => iv_fit::finish(state, covariance, dof, diagnostics),
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

    /// The same rows, regressors and effects with another response; the effects are not prepared again. It is to the bit
    /// what a fit of that response on these rows is. `values` has one value per row of the sample, cluster keys and coordinates are
    /// looked up in the panel that was fitted.
    ///
    /// # Errors
    /// [`crate::Error::Shape`] for another number of values; else as [`crate::Model::fit_where`].
    pub fn with_response(&self, name: &str, values: Vec<f64>, panel: &Panel) -> Result<Self> {
        let state = &self.state;
        let y = Variable { name: name.to_owned(), values: values.into() };
        let frame = Frame { y, ..(*state.frame).clone() };
        frame.check()?;
        let frame = match stream(frame, &state.absorber, &state.formula, &state.options, Some(panel))? {
            Streamed::Done(estimate) => return Ok(*estimate),
            Streamed::Not(frame) => *frame,
        };
        let absorbed = state.absorber.residuals(&[&frame.y.values], frame.weight_values())?;
        let y = absorbed.into_iter().next().ok_or_else(|| Error::NoObservations("no response".into()))?;
        let columns = Columns { y: Arc::new(y), ..state.columns().clone() };
        check_sizes(&frame, &columns.all().map(|column| column.size).collect::<Vec<_>>())?;
        refuse_copies(&frame)?;
        estimate(Arc::new(frame), state.absorber.clone(), columns, &state.formula, &state.options, Some(panel))
    }
}
