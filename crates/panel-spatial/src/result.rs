//! What comes back from an estimation.

use crate::error::{Error, Result};
use crate::linalg::Square;
use crate::spec::{FixedEffects, Information, SpatialSpec};
use crate::weights::Standardise;
use panel_core::Diagnostics;
use panel_core::distribution::normal_two_sided;
use serde::Serialize;

/// A number with its standard error and normal test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimated {
    /// The number.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// value/se.
    pub z: f64,
    /// P(|Z| ≥ |z|).
    pub p: f64,
}

impl Estimated {
    /// A number with this variance; a negative one leaves it without standard error and test.
    #[must_use]
    pub fn new(value: f64, variance: f64) -> Self {
        let se = variance.sqrt();
        // An effect that the model sets to 0 has no error either.
        let z = if value == 0.0 && se == 0.0 { 0.0 } else { value / se };
        Self { value, se, z, p: normal_two_sided(z) }
    }
}

/// Squared correlations of the outcome with S⁻¹(Zb + d), its prediction from regressors and effects.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct R2 {
    /// Of the data.
    pub overall: f64,
    /// Of the data without the effects' means.
    pub within: f64,
}

/// Means over S⁻¹ and S⁻¹W: d₀ = tr S⁻¹/n, d₁ = tr S⁻¹W/n, t₀ = 1'S⁻¹1/n, t₁ = 1'S⁻¹W1/n, and their derivatives by ρ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Multipliers {
    pub(crate) direct: [f64; 2],
    pub(crate) total: [f64; 2],
    pub(crate) direct_slope: [f64; 2],
    pub(crate) total_slope: [f64; 2],
}

/// An estimated spatial model.
///
/// Names are those of the formula, `W:x` for the lag of x, then `rho` and `lambda`. The covariances have σ² in their last
/// row and column.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SpatialFit {
    /// The choices.
    pub spec: SpatialSpec,
    /// Effects swept out.
    pub effects: FixedEffects,
    /// Name of the outcome.
    pub outcome: String,
    /// Names of the coefficients.
    pub names: Vec<String>,
    /// Coefficients, ρ and λ among them.
    pub coefficients: Vec<f64>,
    /// e'e divided by the observations that carry information.
    pub sigma2: f64,
    /// Inverse of the expected information.
    pub expected: Square,
    /// Inverse of the observed information.
    pub observed: Square,
    /// Quasi-likelihood covariance, where asked for.
    pub qml: Option<Square>,
    /// Log-likelihood with all constants (as the program prints it, under its conventions); none for a corrected estimate,
    /// which maximises nothing.
    pub loglik: Option<f64>,
    /// e'e.
    pub ssr: f64,
    /// Observations that carry information: nT, n(T-1), (n-1)T or (n-1)(T-1).
    pub observations: f64,
    /// n T.
    pub cells: usize,
    /// n.
    pub units: usize,
    /// T.
    pub periods: usize,
    /// Description of the weights.
    pub weights: String,
    /// Their normalisation.
    pub standardise: Standardise,
    /// How the log-determinant was computed.
    pub log_det: &'static str,
    /// The interval of ρ and λ.
    pub bounds: (f64, f64),
    /// e, stacked by period.
    pub residuals: Vec<f64>,
    /// Squared correlations; none for estimates by instruments.
    pub r2: Option<R2>,
    /// Remarks.
    pub diagnostics: Diagnostics,
    pub(crate) multipliers: std::result::Result<Multipliers, String>,
    pub(crate) places: Vec<(String, usize, Option<usize>)>,
}

impl SpatialFit {
    /// The covariance chosen by [`SpatialSpec::information`].
    #[must_use]
    pub fn covariance(&self) -> &Square {
        match (self.spec.information, &self.qml) {
            (Information::Observed, _) => &self.observed,
            (Information::Qml, Some(qml)) => qml,
            _ if self.spec.like == crate::spec::Like::Xsmle => &self.observed,
            _ => &self.expected,
        }
    }

    /// Place of a coefficient.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn place(&self, name: &str) -> Result<usize> {
        self.names.iter().position(|known| known == name).ok_or_else(|| Error::UnknownName {
            what: "coefficient",
            name: name.to_owned(),
            known: self.names.clone(),
        })
    }

    /// A coefficient with its standard error.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn coefficient(&self, name: &str) -> Result<Estimated> {
        let i = self.place(name)?;
        Ok(Estimated::new(self.coefficients[i], self.covariance()[(i, i)]))
    }

    /// ρ, where the model has one.
    #[must_use]
    pub fn rho(&self) -> Option<f64> {
        self.spec.model.has_rho().then(|| self.coefficients[self.regressors()])
    }

    /// λ, where the model has one.
    #[must_use]
    pub fn lambda(&self) -> Option<f64> {
        self.spec.model.has_lambda().then(|| self.coefficients[self.coefficients.len() - 1])
    }

    /// Number of coefficients without ρ and λ.
    #[must_use]
    pub fn regressors(&self) -> usize {
        self.coefficients.len() - usize::from(self.spec.model.has_rho()) - usize::from(self.spec.model.has_lambda())
    }

    /// Parameters counted by the information criteria: coefficients, ρ, λ, σ², and under [`Approach::Direct`](crate::Approach::Direct) the effects.
    #[must_use]
    pub fn parameters(&self) -> usize {
        let direct = self.spec.approach == crate::Approach::Direct || self.spec.like != crate::Like::Exact;
        let (n, t) = (self.units, self.periods);
        let dummies = match self.effects {
            FixedEffects::None => 0,
            FixedEffects::Entity => n,
            FixedEffects::Time => t,
            FixedEffects::TwoWay => n + t - 1,
        };
        self.coefficients.len() + 1 + if direct { dummies } else { 0 }
    }

    /// 2k - 2ℓ and k ln N - 2ℓ.
    #[must_use]
    pub fn information_criteria(&self) -> Option<(f64, f64)> {
        let (k, l) = (self.parameters() as f64, self.loglik?);
        Some((2.0 * k - 2.0 * l, k * self.observations.ln() - 2.0 * l))
    }
}

/// An estimated spatial model whose effects of units are random.
///
/// The covariances of all parameters have σ² and σ_μ² in their last two rows and columns; where σ_μ² is estimated 0 the model is the one
/// without effects, and its row and column are 0.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RandomFit {
    /// The choices.
    pub spec: SpatialSpec,
    /// Effects that are fixed beside the random ones: none, or those of time.
    pub beside: FixedEffects,
    /// Name of the outcome.
    pub outcome: String,
    /// Names of the coefficients, as in [`SpatialFit`].
    pub names: Vec<String>,
    /// Coefficients, ρ or λ at the end.
    pub coefficients: Vec<f64>,
    /// Variance of the errors.
    pub sigma2: f64,
    /// Variance of the effects of units, σ_μ².
    pub unit_variance: f64,
    /// φ: columns are x_it - (1 - φ) x̄_i; φ² = σ²/(σ² + Tσ_μ²).
    pub phi: f64,
    /// Inverse of the expected information.
    pub expected: Square,
    /// Inverse of the observed information.
    pub observed: Square,
    /// σ²(Z'Z)⁻¹ of the quasi-demeaned regressors: the covariance of their coefficients were ρ and φ known, as splm prints it.
    pub conditional: Square,
    /// Log-likelihood with all constants.
    pub loglik: f64,
    /// Observations that carry information: nT or (n-1)T.
    pub observations: f64,
    /// n.
    pub units: usize,
    /// T.
    pub periods: usize,
    /// Description of the weights.
    pub weights: String,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

impl RandomFit {
    /// The covariance chosen by [`SpatialSpec::information`], that of the coefficients alone under splm's conventions.
    #[must_use]
    pub fn covariance(&self) -> &Square {
        match (self.spec.like, self.spec.information) {
            (crate::Like::Splm, _) => &self.conditional,
            (_, Information::Observed) => &self.observed,
            _ => &self.expected,
        }
    }

    /// Number of coefficients without ρ and λ.
    #[must_use]
    pub fn regressors(&self) -> usize {
        self.conditional.size()
    }

    /// ρ or λ, where the model has one.
    #[must_use]
    pub fn spatial(&self) -> Option<f64> {
        self.coefficients.get(self.regressors()).copied()
    }
}
