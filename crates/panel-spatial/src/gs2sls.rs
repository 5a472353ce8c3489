//! Generalised spatial two-stage least squares: a lag model by instruments, for endogenous regressors and errors of any distribution.

use crate::diagnostics::ChiSquared;
use crate::error::{Error, Result};
use crate::estimate::{Swept, multipliers_at};
use crate::linalg::{LeastSquares, Square, add_scaled, dot};
use crate::logdet::Prepared;
use crate::panel::{SpatialPanel, lag_columns, sweep};
use crate::result::SpatialFit;
use crate::spec::{Approach, FixedEffects, Model, SpatialSpec};
use panel_core::Diagnostic;
use serde::{Deserialize, Serialize};

/// Covariance of a GS2SLS estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IvCovariance {
    /// Independent errors of one variance.
    #[default]
    Iid,
    /// Independent errors, no factor (HC0).
    Robust,
    /// Errors alike within units, no factor.
    Cluster,
}

/// A lag model by instruments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gs2slsSpec {
    /// [`Model::Sar`] or [`Model::Sdm`].
    pub model: Model,
    /// Regressors whose lags enter; without it all.
    pub durbin: Option<Vec<String>>,
    /// Endogenous regressors: x and x² both, where x is.
    pub endogenous: Vec<String>,
    /// Highest power of W in the instruments W^p X; by default 2, with WX in the equation 3.
    pub lags: Option<usize>,
    /// Highest power of W in the lags of the outside instruments.
    pub instrument_lags: usize,
    /// Covariance.
    pub covariance: IvCovariance,
    /// Whether σ² is divided by N - k (as spatialreg's `stsls`), not by N (as spreg).
    pub small_sample: bool,
}

impl Default for Gs2slsSpec {
    fn default() -> Self {
        Self {
            model: Model::Sar,
            durbin: None,
            endogenous: Vec::new(),
            lags: None,
            instrument_lags: 2,
            covariance: IvCovariance::Iid,
            small_sample: false,
        }
    }
}

/// Excluded instruments in the first stage of one endogenous regressor.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FirstStage {
    /// The regressor.
    pub name: String,
    /// F of the excluded instruments, iid.
    pub f: f64,
    /// Its degrees of freedom.
    pub df: (usize, f64),
    /// Partial R².
    pub partial_r2: f64,
}

/// A GS2SLS estimate.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Gs2slsFit {
    /// Coefficients, covariance, effects; no likelihood.
    pub fit: SpatialFit,
    /// Excluded instruments.
    pub instruments: Vec<String>,
    /// First stages, the lag of the outcome last.
    pub first_stages: Vec<FirstStage>,
    /// Sargan's test, where there are more instruments than endogenous regressors.
    pub sargan: Option<ChiSquared>,
}

/// The columns of the equation, not swept, for a program that tests instruments (underidentification, weak-instrument sets).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct IvColumns {
    /// Names and values of the regressors that are exogenous.
    pub exogenous: Vec<(String, Vec<f64>)>,
    /// Endogenous regressors; `rho` is the lag of the outcome, and the last.
    pub endogenous: Vec<(String, Vec<f64>)>,
    /// Excluded instruments.
    pub excluded: Vec<(String, Vec<f64>)>,
}

/// Columns of the equation and its instruments: X₁ and WX₁ as they stand in it, W^p X₁, outside instruments q and W^p q.
///
/// For an endogenous x with x², give q and q² (or the square of the first-stage fit), never the squared fit plugged in by hand.
///
/// # Errors
/// [`Error::Specification`], [`Error::UnknownName`], [`Error::LengthMismatch`].
pub fn iv_columns(
    panel: &SpatialPanel,
    prepared: &Prepared,
    instruments: &[(&str, &[f64])],
    spec: &Gs2slsSpec,
) -> Result<IvColumns> {
    if !matches!(spec.model, Model::Sar | Model::Sdm) {
        return Err(Error::Specification(format!("GS2SLS estimates SAR and SDM, not {}", spec.model.name())));
    }
    for name in &spec.endogenous {
        panel.column(name)?;
    }
    for &(name, column) in instruments {
        if column.len() != panel.y.len() {
            return Err(Error::LengthMismatch {
                what: format!("instrument `{name}`"),
                expected: panel.y.len(),
                got: column.len(),
            });
        }
    }
    let matrix = &prepared.weights().matrix;
    let lag = |columns: &[(String, Vec<f64>)], prefix: &str| -> Vec<(String, Vec<f64>)> {
        let slices: Vec<&[f64]> = columns.iter().map(|column| column.1.as_slice()).collect();
        let names = columns.iter().map(|column| format!("{prefix}{}", column.0));
        names.zip(lag_columns(matrix, &slices)).collect()
    };
    let is_durbin = |name: &String| spec.durbin.as_ref().is_none_or(|names| names.contains(name));
    let (mut exogenous, mut endogenous) = (Vec::new(), Vec::new());
    for (name, x) in panel.names.iter().zip(&panel.x) {
        if spec.endogenous.contains(name) { &mut endogenous } else { &mut exogenous }.push((name.clone(), x.clone()));
    }
    let own = exogenous.clone();
    if spec.model == Model::Sdm {
        for list in [&mut exogenous, &mut endogenous] {
            let lagged: Vec<(String, Vec<f64>)> = list.iter().filter(|column| is_durbin(&column.0)).cloned().collect();
            list.extend(lag(&lagged, "W:"));
        }
    }
    let lags = spec.lags.unwrap_or(if spec.model == Model::Sdm { 3 } else { 2 });
    let mut excluded: Vec<(String, Vec<f64>)> = Vec::new();
    let mut power = own;
    for p in 1..=lags {
        power = lag(&power, "W:");
        let included = |name: &String| exogenous.iter().any(|column| &column.0 == name);
        excluded.extend(power.iter().filter(|column| p > 1 || !included(&column.0)).cloned());
    }
    let mut power: Vec<(String, Vec<f64>)> =
        instruments.iter().map(|&(name, q)| (name.to_owned(), q.to_vec())).collect();
    excluded.extend(power.iter().cloned());
    for _ in 1..=spec.instrument_lags {
        power = lag(&power, "W:");
        excluded.extend(power.iter().cloned());
    }
    let wy = lag_columns(matrix, &[&panel.y]).pop().unwrap_or_default();
    endogenous.push(("rho".into(), wy));
    Ok(IvColumns { exogenous, endogenous, excluded })
}

/// Estimates y = ρWy + Zb + e by two-stage least squares on swept columns.
///
/// No row sums are asked for: Wy stays endogenous and instrumented, so that sweeping effects of time biases nothing.
///
/// # Errors
/// As [`iv_columns`]; [`Error::Singular`] for collinear regressors; [`Error::NotIdentified`] for too few instruments.
///
/// **Source**: Kelejian & Prucha (1998), Journal of Real Estate Finance and Economics 17, 99–121.
pub fn gs2sls(
    panel: &SpatialPanel,
    prepared: &Prepared,
    effects: FixedEffects,
    instruments: &[(&str, &[f64])],
    spec: &Gs2slsSpec,
) -> Result<Gs2slsFit> {
    let _span = tracing::debug_span!("gs2sls", units = panel.n(), periods = panel.t()).entered();
    let IvColumns { mut exogenous, endogenous, excluded } = iv_columns(panel, prepared, instruments, spec)?;
    // Least squares has no condition on row sums: the check of the data alone.
    let plain = SpatialSpec {
        model: Model::Slx,
        durbin: spec.durbin.clone(),
        approach: Approach::Transform,
        ..SpatialSpec::default()
    };
    Swept::new(panel, prepared, effects, &plain)?;
    let n = panel.n();
    if effects == FixedEffects::None {
        exogenous.insert(0, (crate::estimate::CONSTANT.into(), vec![1.0; panel.y.len()]));
    }
    let swept = |list: &[(String, Vec<f64>)]| -> Vec<Vec<f64>> {
        list.iter()
            .map(|column| {
                let mut column = column.1.clone();
                sweep(&mut column, n, effects);
                column
            })
            .collect()
    };
    let (x1, endo, mut z) = (swept(&exogenous), swept(&endogenous), swept(&excluded));
    let mut y = panel.y.clone();
    sweep(&mut y, n, effects);
    let singular = |what: &str, name: &str| Error::Singular(format!("{what} `{name}` depends on those before it"));
    LeastSquares::new(&x1).map_err(|j| singular("regressor", &exogenous[j].0))?;
    // Instruments that add nothing are left out, with a remark.
    let mut used = x1.clone();
    let mut names: Vec<String> = Vec::new();
    let mut dropped: Vec<String> = Vec::new();
    let mut kept = Vec::new();
    for (k, column) in z.drain(..).enumerate() {
        used.push(column);
        if LeastSquares::new(&used).is_ok() {
            names.push(excluded[k].0.clone());
            kept.push(k);
        } else {
            used.pop();
            dropped.push(excluded[k].0.clone());
        }
    }
    if names.len() < endo.len() {
        return Err(Error::NotIdentified {
            parameter: "rho".into(),
            reason: format!(
                "{} endogenous regressors, {} instruments that are independent of the rest",
                endo.len(),
                names.len()
            ),
        });
    }
    let all = LeastSquares::new(&used).map_err(|_| singular("instrument", "?"))?;
    let fitted: Vec<Vec<f64>> = endo
        .iter()
        .map(|column| {
            let mut fit = column.clone();
            add_scaled(&mut fit, -1.0, &all.residual(column));
            fit
        })
        .collect();
    let second: Vec<Vec<f64>> = x1.iter().chain(&fitted).cloned().collect();
    let places: Vec<String> = exogenous.iter().chain(&endogenous).map(|column| column.0.clone()).collect();
    let stage = LeastSquares::new(&second).map_err(|j| singular("in the second stage, regressor", &places[j]))?;
    let (b, _) = stage.fit(&y);
    let mut e = y.clone();
    for (b, column) in b.iter().zip(x1.iter().chain(&endo)) {
        add_scaled(&mut e, -b, column);
    }
    let units = n as f64 - f64::from(u8::from(effects.time()));
    let periods = panel.t() as f64 - f64::from(u8::from(effects.entity()));
    let count = units * periods;
    let k = b.len();
    let sigma2 = dot(&e, &e) / if spec.small_sample { count - k as f64 } else { count };
    let a = stage.inverse_gram();
    let covariance = match spec.covariance {
        IvCovariance::Iid => a.clone().scaled(sigma2),
        IvCovariance::Robust => a.product(&meat(&second, &e, |row| row)).product(&a),
        IvCovariance::Cluster => a.product(&meat(&second, &e, |row| row % n)).product(&a),
    };
    let mut remarks = Vec::new();
    if !dropped.is_empty() {
        remarks.push(Diagnostic::note(
            "instruments-dropped",
            format!("instruments that depend on others were left out: {}", panel_core::suggest::some(&dropped)),
        ));
    }
    let first_stages = endogenous
        .iter()
        .zip(&endo)
        .map(|((name, _), column)| {
            first_stage(name, column, &x1, &all, names.len(), count - (x1.len() + names.len()) as f64)
        })
        .collect();
    let extra = names.len() - endo.len();
    let sargan = (extra > 0).then(|| {
        let mut inside = e.clone();
        add_scaled(&mut inside, -1.0, &all.residual(&e));
        ChiSquared::new("Sargan", "all instruments are exogenous", dot(&inside, &inside) / (dot(&e, &e) / count), extra)
    });
    let fit = as_fit(Assembled { panel, prepared, effects, spec, places, b, covariance, sigma2, e, count, remarks });
    Ok(Gs2slsFit { fit, instruments: names, first_stages, sargan })
}

/// Σ_g s_g s_g' with s_g the sum of x e over the rows of a group.
fn meat(x: &[Vec<f64>], e: &[f64], group: impl Fn(usize) -> usize) -> Square {
    let groups = (0..e.len()).map(&group).max().map_or(0, |g| g + 1);
    let k = x.len();
    let mut scores = vec![vec![0.0; k]; groups];
    for row in 0..e.len() {
        let score = &mut scores[group(row)];
        for (value, column) in score.iter_mut().zip(x) {
            *value += column[row] * e[row];
        }
    }
    let mut meat = Square::zeros(k);
    for score in &scores {
        for i in 0..k {
            for j in 0..k {
                meat[(i, j)] += score[i] * score[j];
            }
        }
    }
    meat
}

fn first_stage(
    name: &str,
    column: &[f64],
    x1: &[Vec<f64>],
    all: &LeastSquares,
    excluded: usize,
    df: f64,
) -> FirstStage {
    let without = LeastSquares::new(x1).map_or_else(|_| column.to_vec(), |regression| regression.residual(column));
    let with = all.residual(column);
    let (large, small) = (dot(&without, &without), dot(&with, &with));
    let f = (large - small) / excluded as f64 / (small / df);
    FirstStage { name: name.to_owned(), f, df: (excluded, df), partial_r2: 1.0 - small / large }
}

struct Assembled<'a> {
    panel: &'a SpatialPanel,
    prepared: &'a Prepared,
    effects: FixedEffects,
    spec: &'a Gs2slsSpec,
    places: Vec<String>,
    b: Vec<f64>,
    covariance: Square,
    sigma2: f64,
    e: Vec<f64>,
    count: f64,
    remarks: Vec<Diagnostic>,
}

/// In the order of a likelihood fit: constant, X, WX, ρ; σ² has no variance here.
fn as_fit(got: Assembled<'_>) -> SpatialFit {
    let Assembled { panel, prepared, effects, spec, places, b, covariance, sigma2, e, count, mut remarks } = got;
    let find = |name: &str| places.iter().position(|known| known == name);
    let mut order: Vec<usize> = find(crate::estimate::CONSTANT).into_iter().collect();
    let mut regressors = Vec::new();
    for name in &panel.names {
        if let Some(at) = find(name) {
            regressors.push((name.clone(), order.len(), None));
            order.push(at);
        }
    }
    for (j, name) in panel.names.iter().enumerate() {
        if let Some(at) = find(&format!("W:{name}")) {
            regressors[j].2 = Some(order.len());
            order.push(at);
        }
    }
    order.push(places.len() - 1);
    let k = order.len();
    let mut padded = Square::zeros(k + 1);
    let part = covariance.select(&order);
    for i in 0..k {
        for j in 0..k {
            padded[(i, j)] = part[(i, j)];
        }
    }
    let coefficients: Vec<f64> = order.iter().map(|&at| b[at]).collect();
    let rho = coefficients[k - 1];
    let (low, high) = prepared.bounds();
    let multipliers = if low < rho && rho < high {
        multipliers_at(prepared, rho).map_err(|error| error.to_string())
    } else {
        let text = format!(
            "rho = {rho:.4} lies outside ({low:.4}, {high:.4}): the instruments are weak, or the model does not fit"
        );
        remarks.push(Diagnostic::warning("spatial-rho-outside", text.clone()));
        Err(text)
    };
    SpatialFit {
        spec: SpatialSpec { model: spec.model, durbin: spec.durbin.clone(), ..SpatialSpec::default() },
        effects,
        outcome: panel.outcome.clone(),
        names: order.iter().map(|&at| places[at].clone()).collect(),
        coefficients,
        sigma2,
        expected: padded.clone(),
        observed: padded,
        qml: None,
        loglik: None,
        ssr: dot(&e, &e),
        observations: count,
        cells: panel.y.len(),
        units: panel.n(),
        periods: panel.t(),
        weights: prepared.weights().description().to_owned(),
        standardise: prepared.weights().standardise(),
        log_det: "none (instruments)",
        bounds: prepared.bounds(),
        residuals: e,
        r2: None,
        diagnostics: remarks,
        multipliers,
        places: regressors,
    }
}
