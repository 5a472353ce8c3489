//! From a sample to an estimate.

pub(crate) use crate::absorb::Residual as Residualized;
use crate::absorb::{self, Absorber};
use crate::dof::{Absorbed, AbsorbedTerm, Dof, Like};
use crate::error::{Error, Result};
use crate::frame::{Frame, INTERCEPT, Variable};
use crate::iv::Estimator;
use crate::iv_fit;
use crate::linalg;
use crate::ols::{self, LeastSquares};
use crate::result::{Dropped, Estimate, R2, table};
use crate::spec::{Options, WeightKind, check_like};
use crate::vcov::resolve::{Lookup, resolve};
use crate::vcov::sandwich::{Sandwich, eigenvalue_floor};
use crate::vcov::{Covariance, Vcov};
use crate::wald;
use faer::Mat;
use panel_core::{Diagnostic, Panel};
use std::sync::Arc;

/// All columns of a sample, residualised.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub(crate) y: Arc<Residualized>,
    pub(crate) exog: Vec<Arc<Residualized>>,
    pub(crate) endog: Vec<Arc<Residualized>>,
    pub(crate) instruments: Vec<Arc<Residualized>>,
}

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
    Iv(Box<iv_fit::IvState>),
}

impl State {
    /// Residualised exogenous regressors that least squares kept.
    pub(crate) fn kept<'a>(&'a self, fit: &LeastSquares) -> Vec<&'a [f64]> {
        fit.kept.iter().map(|&j| self.columns.exog[j].values.as_slice()).collect()
    }
}

/// Residualises every column of a sample once.
pub(crate) fn residualize(frame: &Frame, absorber: &Absorber) -> Result<Columns> {
    let variables: Vec<&Variable> =
        std::iter::once(&frame.y).chain(&frame.exog).chain(&frame.endog).chain(&frame.instruments).collect();
    let mut columns = residualize_variables(&variables, frame, absorber)?.into_iter().map(Arc::new);
    let mut next = |count: usize| columns.by_ref().take(count).collect::<Vec<_>>();
    let y = next(1).pop().ok_or_else(|| Error::NoObservations("the sample has no response".into()))?;
    Ok(Columns {
        y,
        exog: next(frame.exog.len()),
        endog: next(frame.endog.len()),
        instruments: next(frame.instruments.len()),
    })
}

pub(crate) fn residualize_variables(
    variables: &[&Variable],
    frame: &Frame,
    absorber: &Absorber,
) -> Result<Vec<Residualized>> {
    let columns: Vec<&[f64]> = variables.iter().map(|variable| &*variable.values).collect();
    absorber.residuals(&columns, frame.weight_values())
}

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
    let columns = residualize(&frame, &absorber)?;
    check_finite(&frame, &columns)?;
    estimate(Arc::new(frame), absorber, columns, formula, options, panel)
}

/// Finds a value that is no number by the size of its column, which is known already.
fn check_finite(frame: &Frame, columns: &Columns) -> Result<()> {
    let variables = std::iter::once(&frame.y).chain(&frame.exog).chain(&frame.endog).chain(&frame.instruments);
    let residuals = std::iter::once(&columns.y).chain(&columns.exog).chain(&columns.endog).chain(&columns.instruments);
    let Some((variable, _)) = variables.zip(residuals).find(|(_, residual)| !residual.size.is_finite()) else {
        return Ok(());
    };
    let Some(row) = variable.values.iter().position(|value| !value.is_finite()) else {
        return Err(Error::Specification(format!("`{}` is too large to be squared", variable.name)));
    };
    let cell = panel_core::Cell { column: Some(variable.name.clone()), ..panel_core::Cell::default() };
    Err(Error::BadValue {
        cell: Box::new(cell.with_value(variable.values[row])),
        expected: format!("a finite number (row {} of {})", row + 1, variable.values.len()),
    })
}

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
        (Kind::Iv(Box::new(iv_fit::prepare(&frame, &columns, options.collinearity)?)), Vec::new())
    };
    let state = State { frame, absorber, columns, options: options.clone(), formula: formula.to_owned(), kind };
    finish(Arc::new(state), residuals, &options.vcov, dof, panel)
}

/// The same estimate under another covariance.
pub(crate) fn with_vcov(estimate: &Estimate, vcov: &Vcov, like: Like, panel: Option<&Panel>) -> Result<Estimate> {
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
        Kind::Ols(_) => finish_ols(state, residuals, covariance, dof, diagnostics),
        Kind::Iv(_) => iv_fit::finish(state, &covariance, dof, diagnostics),
    }
}

fn finish_ols(
    state: Arc<State>,
    residuals: Vec<f64>,
    covariance: Covariance,
    dof: Dof,
    mut diagnostics: Vec<Diagnostic>,
) -> Result<Estimate> {
    let Kind::Ols(fit) = &state.kind else { return Err(Error::Specification("not a least-squares fit".into())) };
    let frame = &state.frame;
    let small = dof.small_sample(fit.coef.len(), &covariance);
    check_degrees(&dof, small.k)?;
    let x = state.kept(fit);
    let leverage = match covariance.spec {
        Vcov::Hc2 | Vcov::Hc3 => Some(crate::influence::leverages(&state, fit)?),
        _ => None,
    };
    let sandwich = Sandwich {
        x: &x,
        bread: &fit.bread,
        residuals: &residuals,
        weights: frame.weight_values(),
        ssr: fit.ssr,
        n_obs: dof.n_obs as f64,
        leverage: leverage.as_deref(),
        eigenvalue_floor: eigenvalue_floor(dof.like),
    };
    let vcov = sandwich.covariance(&covariance, &small, &mut diagnostics)?;
    let names: Vec<String> = fit.kept.iter().map(|&j| frame.exog[j].name.clone()).collect();
    let dropped = dropped(&state, &fit.kept, &mut diagnostics);
    let errors: Vec<f64> = fit.kept.iter().map(|&j| state.columns.exog[j].report.error).collect();
    let bounds = ols::error_bounds(&fit.coef, &fit.bread, &errors, state.columns.y.report.error, fit.total.sqrt());
    let parts = Parts { names, estimates: fit.coef.clone(), vcov, ssr: fit.ssr, residuals, dropped, bounds, iv: None };
    Ok(assemble(state.clone(), covariance.spec, dof, small, parts, diagnostics))
}

pub(crate) fn check_degrees(dof: &Dof, k: usize) -> Result<()> {
    if dof.n_obs <= k {
        return Err(Error::NoDegreesOfFreedom { observations: dof.n_obs, parameters: k });
    }
    Ok(())
}

fn dropped(state: &State, kept: &[usize], diagnostics: &mut Vec<Diagnostic>) -> Vec<Dropped> {
    let tolerance = state.options.collinearity;
    let weights = state.frame.weight_values();
    let dropped: Vec<Dropped> = (0..state.frame.exog.len())
        .filter(|j| !kept.contains(j))
        .map(|j| {
            let column = &state.columns.exog[j];
            let absorbed = absorb::norm(&column.values, weights) <= tolerance * column.size;
            let reason = match (absorbed, state.frame.effects.is_empty()) {
                (true, false) => "it does not vary within the fixed effects",
                (true, true) => "it is zero",
                (false, _) => "it is a combination of the regressors before it",
            };
            Dropped { name: state.frame.exog[j].name.clone(), reason: reason.into() }
        })
        .collect();
    for Dropped { name, reason } in &dropped {
        diagnostics.push(Diagnostic::warning("collinear-dropped", format!("`{name}` was left out: {reason}")));
    }
    dropped
}

/// What differs between estimators when an estimate is put together.
pub(crate) struct Parts {
    pub(crate) names: Vec<String>,
    pub(crate) estimates: Vec<f64>,
    pub(crate) vcov: Mat<f64>,
    pub(crate) ssr: f64,
    pub(crate) residuals: Vec<f64>,
    pub(crate) dropped: Vec<Dropped>,
    pub(crate) bounds: Vec<f64>,
    pub(crate) iv: Option<crate::result::IvResult>,
}

pub(crate) fn assemble(
    state: Arc<State>,
    spec: Vcov,
    dof: Dof,
    small: crate::dof::SmallSample,
    parts: Parts,
    mut diagnostics: Vec<Diagnostic>,
) -> Estimate {
    let frame = &state.frame;
    let r2 = r_squared(&state, parts.ssr, &dof, &small);
    if !r2.overall.is_finite() {
        let message = format!("`{}` does not vary, so that R2 is not defined", frame.y.name);
        diagnostics.push(Diagnostic::warning("r2-undefined", message));
    }
    let slopes: Vec<usize> = (0..parts.names.len()).filter(|&j| parts.names[j] != INTERCEPT).collect();
    let wald = wald::zero(&parts.estimates, parts.vcov.as_ref(), &slopes, small.df_t, "all slopes are zero");
    let level = state.options.level;
    let error_bound = parts
        .bounds
        .iter()
        .zip(&parts.estimates)
        .map(|(bound, b)| if *b == 0.0 { *bound } else { bound / b.abs() })
        .fold(0.0, f64::max);
    let columns = std::iter::once(&state.columns.y)
        .chain(&state.columns.exog)
        .chain(&state.columns.endog)
        .chain(&state.columns.instruments);
    let iterations = columns.map(|column| column.report.iterations).max().unwrap_or(0);
    // fixest divides by the sum of weights.
    let rmse_divisor = match frame.weight_values() {
        Some(weights) if dof.like == Like::Fixest => linalg::sum(weights),
        _ => small.df_rmse,
    };
    let n_periods = distinct(&frame.time.1).max(1);
    Estimate {
        formula: state.formula.clone(),
        response: frame.y.name.clone(),
        coef: table(&parts.names, &parts.estimates, &parts.vcov, small.df_t, level),
        names: parts.names,
        estimates: parts.estimates,
        vcov: parts.vcov,
        vcov_spec: spec,
        like: dof.like,
        n_obs: dof.n_obs,
        n_entities: frame.entity.1.count(),
        n_periods,
        n_missing: frame.n_missing,
        n_singletons: frame.n_singletons,
        df_resid: dof.n_obs as f64 - small.k as f64,
        df_t: small.df_t,
        r2,
        rmse: (parts.ssr / rmse_divisor).sqrt(),
        ssr: parts.ssr,
        wald,
        dropped: parts.dropped,
        rows: frame.rows.clone(),
        residuals: parts.residuals,
        error_bound,
        error_bounds: parts.bounds,
        iterations,
        iv: parts.iv,
        diagnostics,
        small_sample: small,
        dof,
        state,
    }
}

fn r_squared(state: &State, ssr: f64, dof: &Dof, small: &crate::dof::SmallSample) -> R2 {
    let frame = &state.frame;
    let weights = frame.weight_values();
    let y = &frame.y.values;
    let total =
        if frame.has_constant { centered_sum_of_squares(y, weights) } else { linalg::dot_weighted(y, y, weights) };
    let overall = 1.0 - ssr / total;
    let tilde = &state.columns.y.values;
    let total_within = match &state.kind {
        Kind::Ols(fit) => fit.total,
        Kind::Iv(_) => linalg::dot_weighted(tilde, tilde, weights),
    };
    let within = (!frame.effects.is_empty()).then(|| 1.0 - ssr / total_within);
    let within_entity = frame.entity_effect.map(|f| 1.0 - ssr / sum_of_squares_within(y, &frame.effects[f], weights));
    let base = if dof.like == Like::Xtreg { within_entity.unwrap_or(overall) } else { overall };
    let constant = f64::from(u8::from(frame.has_constant));
    let n = dof.n_obs as f64;
    let adjusted = 1.0 - (1.0 - base) * (n - constant) / (n - small.k_adjusted as f64);
    R2 { overall, within, within_entity, adjusted }
}

fn centered_sum_of_squares(y: &[f64], weights: Option<&[f64]>) -> f64 {
    let weight = |rows: std::ops::Range<usize>| weights.map(|w| &w[rows]);
    let mean = linalg::sum_tasks(y.len(), |rows| match weight(rows.clone()) {
        None => linalg::sum(&y[rows]),
        Some(w) => linalg::dot(&y[rows], w),
    }) / weights.map_or(y.len() as f64, linalg::sum);
    linalg::sum_tasks(y.len(), |rows| match weight(rows.clone()) {
        None => y[rows].iter().map(|y| (y - mean) * (y - mean)).sum(),
        Some(w) => y[rows].iter().zip(w).map(|(y, w)| w * (y - mean) * (y - mean)).sum(),
    })
}

/// Number of distinct values; a bitmap where their range is short.
fn distinct(ordinals: &[i64]) -> usize {
    let (Some(&low), Some(&high)) = (ordinals.iter().min(), ordinals.iter().max()) else { return 0 };
    if low == high {
        return 1;
    }
    let range = high.abs_diff(low);
    if range < 100_000 {
        let mut seen = vec![false; range as usize + 1];
        ordinals.iter().for_each(|&ordinal| seen[(ordinal - low) as usize] = true);
        return seen.iter().filter(|seen| **seen).count();
    }
    let mut sorted = ordinals.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len()
}

fn sum_of_squares_within(y: &[f64], effect: &absorb::FixedEffect, weights: Option<&[f64]>) -> f64 {
    let mut sums = vec![0.0; effect.levels];
    let mut totals = vec![0.0; effect.levels];
    let weight = |row: usize| weights.map_or(1.0, |w| w[row]);
    for (row, (&code, y)) in effect.codes.iter().zip(y).enumerate() {
        sums[code as usize] += weight(row) * y;
        totals[code as usize] += weight(row);
    }
    let centered: Vec<f64> =
        effect.codes.iter().zip(y).map(|(&c, y)| y - sums[c as usize] / totals[c as usize]).collect();
    linalg::dot_weighted(&centered, &centered, weights)
}

/// Whether rows of the frame are weighted by frequencies.
pub(crate) fn is_frequency(frame: &Frame) -> bool {
    frame.weights.as_ref().is_some_and(|weights| weights.kind == WeightKind::Frequency)
}
