//! Lagrange multiplier tests for a spatial lag and a spatial error.

use super::ChiSquared;
use crate::error::Result;
use crate::estimate::Swept;
use crate::linalg::{LeastSquares, dot};
use crate::logdet::Prepared;
use crate::panel::{SpatialPanel, lag_columns, sweep};
use crate::spec::{Approach, FixedEffects, Like, Model, SpatialSpec};
use serde::{Deserialize, Serialize};

/// Whose formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LmConvention {
    /// The score tests.
    #[default]
    Exact,
    /// splm's `slmtest`: direct, and with effects of time the projection forgets the dummies.
    Splm,
    /// spreg's `panel_LM…`: σ² divided by nT - k, and tr² where T·tr belongs in the lag tests.
    Spreg,
}

/// The five tests on one regression.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LmTests {
    /// Model of the null: SLX, or none (least squares on X).
    pub durbin: bool,
    /// ρ = 0.
    pub lag: ChiSquared,
    /// λ = 0.
    pub error: ChiSquared,
    /// ρ = 0 with λ free locally.
    pub robust_lag: ChiSquared,
    /// λ = 0 with ρ free locally.
    pub robust_error: ChiSquared,
    /// ρ = λ = 0.
    pub both: ChiSquared,
    /// J, the information of ρ given the rest.
    pub information: f64,
    /// T* tr(W*² + W*'W*).
    pub trace: f64,
}

/// LM tests of the regression on X, or on X and WX (`durbin`), without spatial terms.
///
/// With e the residual, s² = e'e/N, τ = T* tr(W*² + W*'W*), g_l = e'Wy/s², g_e = e'We/s², J = |P W Z b|²/s² + τ, P the
/// annihilator of Z and the effects: lag g_l²/J, error g_e²/τ, robust lag (g_l - g_e)²/(J - τ), robust error
/// (g_e - (τ/J) g_l)²/(τ(1 - τ/J)), both robust lag + error.
///
/// # Errors
/// As [`fit`](crate::fit).
///
/// **Source**: Anselin, Bera, Florax & Yoon (1996), Regional Science and Urban Economics 26, 77–104; panels: Debarsy & Ertur
/// (2010), ibid. 40, 453–470; after SLX: Koley & Bera (2022), Journal of Spatial Econometrics 3.
pub fn lm_tests(
    panel: &SpatialPanel,
    prepared: &Prepared,
    effects: FixedEffects,
    approach: Approach,
    durbin: bool,
    convention: LmConvention,
) -> Result<LmTests> {
    // The columns of the lag model are those of the null; it also asks of W what the alternatives do.
    let model = if durbin { Model::Sdm } else { Model::Sar };
    let like = if convention == LmConvention::Exact { Like::Exact } else { Like::Splm };
    let spec = SpatialSpec { model, approach, like, ..SpatialSpec::default() };
    let swept = Swept::new(panel, prepared, effects, &spec)?;
    let n = swept.n;
    let regression = LeastSquares::new(&swept.z)
        .map_err(|j| crate::Error::Singular(format!("`{}` depends on the regressors before it", swept.names[j])))?;
    let (b, e) = regression.fit(&swept.y);
    let count = swept.observations;
    let divisor = if convention == LmConvention::Spreg { count - b.len() as f64 } else { count };
    let s2 = dot(&e, &e) / divisor;
    // Lags of the outcome and of its fit with the effects in them: where rows differ in their sums, W times a mean is no mean.
    let y = if convention == LmConvention::Exact { &panel.y } else { &swept.y };
    let mut fitted = y.clone();
    crate::linalg::add_scaled(&mut fitted, -1.0, &e);
    let lags = lag_columns(&prepared.weights().matrix, &[y, &e, &fitted]);
    let mut fitted_lag = lags[2].clone();
    if convention == LmConvention::Exact {
        sweep(&mut fitted_lag, n, effects);
    }
    let rest = regression.residual(&fitted_lag);
    let removed = swept.removed.map_or(0.0, |c| 2.0 * c * c);
    let (square, squares) = prepared.trace_products;
    let mut per_period = square + squares;
    if swept.removed.is_some() {
        // tr of (JWJ)'(JWJ) and of (JWJ)², with W1 = c1.
        let nf = n as f64;
        let (rows, columns) = &prepared.sums;
        let total: f64 = rows.iter().sum();
        per_period = square - 0.5 * removed + squares - (dot(rows, rows) + dot(columns, columns)) / nf
            + total * total / (nf * nf);
    }
    let trace = swept.periods * per_period;
    let (gl, ge) = (dot(&e, &lags[0]) / s2, dot(&e, &lags[1]) / s2);
    let added = if convention == LmConvention::Spreg { per_period * per_period } else { trace };
    let information = dot(&rest, &rest) / s2 + added;
    let lag = gl * gl / information;
    let error = ge * ge / trace;
    let robust_lag = (gl - ge) * (gl - ge) / (information - trace);
    let ratio = trace / information;
    let robust_error = (ge - ratio * gl) * (ge - ratio * gl) / (trace * (1.0 - ratio));
    Ok(LmTests {
        durbin,
        lag: ChiSquared::new("LM lag", "rho = 0", lag, 1),
        error: ChiSquared::new("LM error", "lambda = 0", error, 1),
        robust_lag: ChiSquared::new("robust LM lag", "rho = 0, lambda free", robust_lag, 1),
        robust_error: ChiSquared::new("robust LM error", "lambda = 0, rho free", robust_error, 1),
        both: ChiSquared::new("LM SARMA", "rho = lambda = 0", robust_lag + error, 2),
        information,
        trace,
    })
}
