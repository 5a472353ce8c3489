//! A fit as plain data, for results files and tables.

use crate::diagnostics::ChiSquared;
use crate::effects::{Effect, Effects, FiellerSet, TurningPoint, UTest};
use crate::error::Result;
use crate::gs2sls::{FirstStage, Gs2slsFit};
use crate::result::{Estimated, R2, SpatialFit};
use crate::spec::{FixedEffects, SpatialSpec};
use crate::weights::Standardise;
use panel_core::Diagnostics;
use serde::Serialize;

/// Version of the shape of [`SpatialRecord`].
pub const SCHEMA: u32 = 1;

/// A named number with its standard error.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NamedEstimate {
    /// Name as in the formula; `W:x`, `rho`, `lambda` for spatial lags.
    pub name: String,
    /// The number and its test.
    #[serde(flatten)]
    pub estimate: Estimated,
}

/// What a study asks of a curve: the key `turning_point`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TurningPointSpec {
    /// Regressors x whose squares `x^2` are in the formula.
    pub of: Vec<String>,
    /// Effects whose turning points are shown.
    #[serde(default = "direct_and_total")]
    pub effects: Vec<Effect>,
    /// Which interval is shown.
    #[serde(default)]
    pub interval: IntervalKind,
}

fn direct_and_total() -> Vec<Effect> {
    vec![Effect::Direct, Effect::Total]
}

/// Which interval of a turning point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum IntervalKind {
    /// Fieller's set.
    #[default]
    Fieller,
    /// Delta method.
    Delta,
}

/// A turning point with its U test.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CurveRecord {
    /// The regressor.
    pub name: String,
    /// Where its effect turns; none where the effect of the square is 0.
    pub turning_point: Option<TurningPoint>,
    /// Fieller's set once more, where a reader looks for it.
    pub fieller: Option<FiellerSet>,
    /// The U test over the sample's range.
    pub u_test: UTest,
}

/// A fit as plain data.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SpatialRecord {
    /// Version of this shape.
    pub schema: u32,
    /// Outcome.
    pub outcome: String,
    /// The choices.
    pub spatial: SpatialSpec,
    /// Effects swept out.
    pub effects: FixedEffects,
    /// What the weights are.
    pub weights: String,
    /// Their normalisation.
    pub standardise: Standardise,
    /// How the log-determinant was computed.
    pub log_determinant: String,
    /// Coefficients, ρ and λ last.
    pub coefficients: Vec<NamedEstimate>,
    /// Direct, indirect and total effects; empty where ρ lies outside its interval.
    pub effect_estimates: Vec<Effects>,
    /// σ².
    pub sigma2: f64,
    /// Log-likelihood.
    pub loglik: Option<f64>,
    /// Akaike's and Schwarz's criterion.
    pub aic_bic: Option<(f64, f64)>,
    /// Squared correlations.
    pub r2: Option<R2>,
    /// Rows of the sample.
    pub rows: usize,
    /// Units.
    pub units: usize,
    /// Periods.
    pub periods: usize,
    /// Observations that carry information.
    pub observations: f64,
    /// The interval of ρ and λ.
    pub bounds: (f64, f64),
    /// Excluded instruments, under GS2SLS.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instruments: Vec<String>,
    /// First stages, under GS2SLS.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub first_stages: Vec<FirstStage>,
    /// Tests that belong to the fit.
    pub tests: Vec<ChiSquared>,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

impl SpatialFit {
    /// The fit as plain data.
    #[must_use]
    pub fn record(&self) -> SpatialRecord {
        let covariance = self.covariance();
        let coefficients = self
            .names
            .iter()
            .enumerate()
            .map(|(i, name)| NamedEstimate {
                name: name.clone(),
                estimate: Estimated::new(self.coefficients[i], covariance[(i, i)]),
            })
            .collect();
        SpatialRecord {
            schema: SCHEMA,
            outcome: self.outcome.clone(),
            spatial: self.spec.clone(),
            effects: self.effects,
            weights: self.weights.clone(),
            standardise: self.standardise,
            log_determinant: self.log_det.to_owned(),
            coefficients,
            effect_estimates: self.effects().unwrap_or_default(),
            sigma2: self.sigma2,
            loglik: self.loglik,
            aic_bic: self.information_criteria(),
            r2: self.r2,
            rows: self.cells,
            units: self.units,
            periods: self.periods,
            observations: self.observations,
            bounds: self.bounds,
            instruments: Vec::new(),
            first_stages: Vec::new(),
            tests: Vec::new(),
            diagnostics: self.diagnostics.clone(),
        }
    }

    /// Turning point and U test of one effect of x and its square `x^2`, over the range of x in the sample.
    ///
    /// # Errors
    /// As [`SpatialFit::u_test`].
    pub fn curve(&self, x: &str, squared: &str, effect: Effect, range: (f64, f64), level: f64) -> Result<CurveRecord> {
        let turning_point = self.turning_point(x, squared, effect, level).ok();
        Ok(CurveRecord {
            name: x.to_owned(),
            fieller: turning_point.map(|point| point.fieller),
            turning_point,
            u_test: self.u_test(x, squared, effect, range)?,
        })
    }
}

impl Gs2slsFit {
    /// The fit as plain data.
    #[must_use]
    pub fn record(&self) -> SpatialRecord {
        SpatialRecord {
            instruments: self.instruments.clone(),
            first_stages: self.first_stages.clone(),
            tests: self.sargan.clone().into_iter().collect(),
            ..self.fit.record()
        }
    }
}
