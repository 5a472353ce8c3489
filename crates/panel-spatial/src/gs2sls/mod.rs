//! Generalised spatial two-stage least squares: a lag model by instruments, for endogenous regressors and errors of any distribution.

mod assemble;
mod columns;

pub use assemble::{LagEstimates, from_coefficients};
pub use columns::{IvColumns, RHO, iv_columns};

use crate::diagnostics::ChiSquared;
use crate::error::{Error, Result};
use crate::estimate::Swept;
use crate::linalg::{LeastSquares, Square, add_scaled, dot};
use crate::logdet::Prepared;
use crate::panel::{SpatialPanel, sweep};
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
    let swept = |list: &[(String, Vec<f64>)]| all_swept(list, n, effects);
    let (x1, endo, z) = (swept(&exogenous), swept(&endogenous), swept(&excluded));
    let mut y = panel.y.clone();
    sweep(&mut y, n, effects);
    let singular = |what: &str, name: &str| Error::Singular(format!("{what} `{name}` depends on those before it"));
    LeastSquares::new(&x1).map_err(|j| singular("regressor", &exogenous[j].0))?;
    let Independent { names, dropped, columns: used } = independent(&x1, z, &excluded, endo.len())?;
    let all = LeastSquares::new(&used).map_err(|_| singular("instrument", "?"))?;
    let fitted: Vec<Vec<f64>> = endo.iter().map(|column| projected(&all, column)).collect();
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
    let estimates =
        LagEstimates { names: places, coefficients: b, covariance, residuals: e, sigma2, observations: count };
    let mut fit = from_coefficients(panel, prepared, effects, spec, estimates)?;
    fit.diagnostics.splice(0..0, remarks);
    Ok(Gs2slsFit { fit, instruments: names, first_stages, sargan })
}

/// Columns with the effects taken out.
fn all_swept(list: &[(String, Vec<f64>)], n: usize, effects: FixedEffects) -> Vec<Vec<f64>> {
    let mut columns: Vec<Vec<f64>> = list.iter().map(|column| column.1.clone()).collect();
    columns.iter_mut().for_each(|column| sweep(column, n, effects));
    columns
}

/// Instruments that do not depend on others.
struct Independent {
    names: Vec<String>,
    /// Names of those that do.
    dropped: Vec<String>,
    /// The exogenous regressors and the instruments.
    columns: Vec<Vec<f64>>,
}

/// Leaves out instruments that add nothing to the exogenous regressors and the instruments before them.
fn independent(
    x1: &[Vec<f64>],
    z: Vec<Vec<f64>>,
    excluded: &[(String, Vec<f64>)],
    endogenous: usize,
) -> Result<Independent> {
    let mut found = Independent { names: Vec::new(), dropped: Vec::new(), columns: x1.to_vec() };
    for (column, (name, _)) in z.into_iter().zip(excluded) {
        found.columns.push(column);
        if LeastSquares::new(&found.columns).is_ok() {
            found.names.push(name.clone());
        } else {
            found.columns.pop();
            found.dropped.push(name.clone());
        }
    }
    if found.names.len() < endogenous {
        return Err(Error::NotIdentified {
            parameter: "rho".into(),
            reason: format!(
                "{endogenous} endogenous regressors, {} instruments that are independent of the rest",
                found.names.len()
            ),
        });
    }
    Ok(found)
}

/// What the regressors explain of a column.
fn projected(regressors: &LeastSquares, column: &[f64]) -> Vec<f64> {
    let mut fit = column.to_vec();
    add_scaled(&mut fit, -1.0, &regressors.residual(column));
    fit
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
