//! What an estimation returns.

use crate::coefficients::{CentredCoefficients, Coefficients, NoStandardError};
use crate::dof::{Dof, Like, SmallSample};
use crate::fit::state::State;
use crate::iv::{IvDiagnostics, IvFit};
use crate::outcome::TestOutcome;
use crate::sample::frame::Frame;
use crate::spec::Options;
use crate::vcov::{Covariance, Vcov};
use faer::Mat;
use panel_core::Diagnostic;
use panel_core::distribution;
use std::sync::Arc;

pub use crate::coefficients::Dropped;

/// One row of the coefficient table.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Coefficient {
    /// As written in the formula.
    pub name: String,
    /// b.
    pub estimate: f64,
    /// √V_jj; not a number, like everything that follows from it, where `unavailable` says why there is none.
    pub se: f64,
    /// b/se.
    pub t: f64,
    /// Two-sided, t with [`Estimate::df_t`] degrees of freedom.
    pub p: f64,
    /// Lower end of the confidence interval.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
    /// Why there is no standard error, and so no t, p and interval.
    pub unavailable: Option<NoStandardError>,
}

/// Measures of fit.
///
/// | | formula |
/// |---|---|
/// | overall | 1 - u'Wu / Σ w(y - ȳ)² (uncentred without a constant) |
/// | within | 1 - u'Wu / ỹ'Wỹ, ỹ residualised on all fixed effects |
/// | within_entity | 1 - u'Wu / Σ w(y - ȳᵢ)²: Stata's `xtreg, fe` R² within, where period dummies count as regressors |
/// | adjusted | 1 - (1 - R²)(N - 1)/(N - K); of within_entity and with K* under `like = xtreg` |
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct R2 {
    /// Overall.
    pub overall: f64,
    /// Within all fixed effects; `None` without any.
    pub within: Option<f64>,
    /// Within entities; `None` unless the entity effect is absorbed.
    pub within_entity: Option<f64>,
    /// Adjusted; `NaN` where the rule leaves no degree of freedom.
    pub adjusted: f64,
}

/// The instrumental-variable part of an estimate.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct IvResult {
    /// Fit of the chosen estimator.
    pub fit: IvFit,
    /// First stages, identification, over-identification, weak-instrument tests.
    pub diagnostics: IvDiagnostics,
    /// Endogenous regressors.
    pub endogenous: Vec<String>,
    /// Excluded instruments that were kept.
    pub instruments: Vec<String>,
    /// The covariance that `fit` and `diagnostics` were computed under.
    pub(crate) covariance: Covariance,
}

/// How many clusters a key makes in the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClusterCount {
    /// The key, as it was asked for.
    pub key: String,
    /// Its groups in the sample.
    pub groups: usize,
}

/// An estimated regression.
///
/// **Shapes**: k coefficients in the order endogenous, then exogenous as written; `vcov` k×k; `rows` and
/// [`Estimate::residuals`] one per row of the sample.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Estimate {
    /// The formula as written.
    pub formula: String,
    /// Name of the left-hand side.
    pub response: String,
    /// Coefficient table.
    pub coef: Vec<Coefficient>,
    /// Names of the coefficients, as in `coef`.
    pub names: Vec<String>,
    /// Estimates, as in `coef`.
    pub estimates: Vec<f64>,
    /// Their covariance.
    pub vcov: Mat<f64>,
    /// Which covariance.
    pub vcov_spec: Vcov,
    /// Whose degrees-of-freedom rule.
    pub like: Like,
    /// Multiplier, K, K*, G and degrees of freedom of this covariance.
    pub small_sample: SmallSample,
    /// Levels, ranks and redundancies of the fixed effects.
    pub dof: Dof,
    /// Clusters of every key of a clustered covariance, in the order asked for.
    pub clusters: Vec<ClusterCount>,
    /// N: rows, or the sum of frequency weights.
    pub n_obs: usize,
    /// Distinct entities in the sample.
    pub n_entities: usize,
    /// Distinct periods in the sample.
    pub n_periods: usize,
    /// Rows left out for a missing value.
    pub n_missing: usize,
    /// Rows left out as singletons.
    pub n_singletons: usize,
    /// N - K: what is left of the observations when slopes and absorbed effects are counted by the rule of `like`, with
    /// nothing freed for being nested in clusters. It describes the sample and does not depend on the covariance.
    pub df_resid: f64,
    /// Degrees of freedom of t, of the denominator of F, and so of every p-value and interval here: N - K, or G - 1
    /// under clusters (T - 1 under Driscoll-Kraay); infinite for the normal.
    pub df_t: f64,
    /// R².
    pub r2: R2,
    /// Root mean squared error, with the divisor of the rule; `NaN` where that is not above 0.
    pub rmse: f64,
    /// u'Wu.
    pub ssr: f64,
    /// Joint test that all slopes are zero.
    pub wald: TestOutcome,
    /// Collinear regressors.
    pub dropped: Vec<Dropped>,
    /// Row of the panel of each row of the sample.
    pub rows: Arc<[u32]>,
    /// Largest relative error of a coefficient that absorption, rounding and cancellation (of variables far from zero) can
    /// have caused, max_j |Δb_j| / |b_j|.
    pub error_bound: f64,
    /// Bound on |Δb_j| for each coefficient.
    pub error_bounds: Vec<f64>,
    /// Most conjugate-gradient iterations of a column; 0 when absorption was direct.
    pub iterations: usize,
    /// First stages and diagnostics of an instrumental-variable estimate.
    pub iv: Option<IvResult>,
    /// What the reader should know.
    pub diagnostics: Vec<Diagnostic>,
    /// The same coefficients about the centres of far variables.
    pub(crate) centred: Option<CentredCoefficients>,
    /// Why a coefficient has no standard error, as in `coef`.
    pub(crate) unavailable: Vec<Option<NoStandardError>>,
    pub(crate) state: Arc<State>,
}

impl Estimate {
    /// A coefficient by name.
    #[must_use]
    pub fn coefficient(&self, name: &str) -> Option<&Coefficient> {
        self.coef.iter().find(|coefficient| coefficient.name == name)
    }

    /// Names, estimates, covariance and degrees of freedom, for tests after estimation.
    #[must_use]
    pub fn coefficients(&self) -> Coefficients<'_> {
        Coefficients {
            centred: self.centred.as_ref(),
            dropped: &self.dropped,
            unavailable: &self.unavailable,
            ..Coefficients::new(&self.names, &self.estimates, self.vcov.as_ref(), self.df_t)
        }
    }

    /// Why the residuals say nothing, if rounding is all that is left of them: tests that rest on them are not available.
    #[must_use]
    pub fn nothing_left(&self) -> Option<NoStandardError> {
        let exact =
            |reason: &NoStandardError| matches!(reason, NoStandardError::PerfectFit | NoStandardError::Explained);
        self.unavailable.first().copied().flatten().filter(exact)
    }

    /// What stands in the place of a test of residuals where rounding is all that is left of them.
    pub(crate) fn withheld(&self, test: &str) -> Option<TestOutcome> {
        self.nothing_left().map(|reason| TestOutcome::not_available(test, reason.to_string()))
    }

    /// y - Xb - fixed effects; computed when they are asked for the first time, where the fit did without.
    #[must_use]
    pub fn residuals(&self) -> &[f64] {
        match &self.iv {
            Some(iv) => &iv.fit.residuals,
            None => self.state.residuals(),
        }
    }

    /// Whether each row of the panel is in the sample.
    #[must_use]
    pub fn esample(&self, n_rows: usize) -> Vec<bool> {
        let mut esample = vec![false; n_rows];
        for &row in self.rows.iter() {
            if let Some(slot) = esample.get_mut(row as usize) {
                *slot = true;
            }
        }
        esample
    }

    /// Smallest and largest value of a regressor (or of the response) in the sample.
    #[must_use]
    pub fn sample_range(&self, name: &str) -> Option<(f64, f64)> {
        let values = self.sample_values(name)?;
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Some((low, high))
    }

    /// Values of a regressor, instrument or the response in the sample, before absorption.
    #[must_use]
    pub fn sample_values(&self, name: &str) -> Option<&[f64]> {
        let frame = &self.state.frame;
        std::iter::once(&frame.y)
            .chain(&frame.endog)
            .chain(&frame.exog)
            .chain(&frame.instruments)
            .find(|variable| variable.name == name)
            .map(|variable| &*variable.values)
    }

    /// Confidence intervals b ± t·se of the coefficients at another level, in their order; not a number where there is no
    /// standard error.
    ///
    /// # Errors
    /// [`crate::Error::Specification`] for a level outside (0, 1).
    pub fn intervals(&self, level: f64) -> crate::Result<Vec<(f64, f64)>> {
        crate::coefficients::check_level(level)?;
        let critical = distribution::t_critical(level, self.df_t);
        Ok(self.coef.iter().map(|row| (row.estimate - critical * row.se, row.estimate + critical * row.se)).collect())
    }

    /// The options it was fitted under.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.state.options
    }

    /// The sample it was fitted on.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.state.frame
    }
}

/// The coefficient table of estimates and their covariance.
pub(crate) fn table(
    names: &[String],
    estimates: &[f64],
    variances: &[Result<f64, NoStandardError>],
    df: f64,
    level: f64,
) -> Vec<Coefficient> {
    let critical = distribution::t_critical(level, df);
    let rows = names.iter().zip(estimates).zip(variances);
    rows.map(|((name, &estimate), variance)| {
        let se = variance.map_or(f64::NAN, f64::sqrt);
        let t = estimate / se;
        let half = critical * se;
        Coefficient {
            name: name.clone(),
            estimate,
            se,
            t,
            p: distribution::t_two_sided(t, df),
            ci_low: estimate - half,
            ci_high: estimate + half,
            unavailable: variance.err(),
        }
    })
    .collect()
}
