//! Leverage, influence and variance inflation.

use crate::error::{Error, Result};
use crate::fit::leverage::leverages;
use crate::fit::ols::LeastSquares;
use crate::fit::result::Estimate;
use crate::fit::state::Kind;
use crate::linalg;
use crate::sample::frame::INTERCEPT;
use crate::weights::WeightKind;
use faer::Mat;

/// Influence of one observation.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Influence {
    /// hᵢ, fixed effects included.
    pub leverage: f64,
    /// uᵢ√wᵢ/(s√(1 - hᵢ)): internally studentised residual.
    pub studentized: f64,
    /// Cook's (1977) distance, rᵢ²hᵢ/((1 - hᵢ)K).
    pub cook: f64,
}

/// Variance inflation of one regressor.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct VarianceInflation {
    /// The regressor.
    pub name: String,
    /// 1/(1 - R²_j), R²_j of x̃_j on the other residualised regressors: (X̃'WX̃)_jj (X̃'WX̃)⁻¹_jj.
    pub factor: f64,
}

impl Estimate {
    fn least_squares(&self, what: &str) -> Result<&LeastSquares> {
        match &self.state.kind {
            Kind::Ols(fit) => Ok(fit),
            Kind::Iv(_) => Err(Error::Unsupported(format!("{what} of an instrumental-variable estimate"))),
        }
    }

    /// Leverage, studentised residual and Cook's distance of each row of the sample.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for instrumental variables and for fixed effects whose leverages need a large dense
    /// inverse.
    pub fn influence(&self) -> Result<Vec<Influence>> {
        let fit = self.least_squares("influence")?;
        let leverage = leverages(&self.state, fit)?;
        // A frequency weight counts observations, each of weight one.
        let weights = match &self.state.frame.weights {
            Some(weights) if weights.kind != WeightKind::Frequency => Some(&weights.values),
            _ => None,
        };
        let parameters = self.small_sample.k as f64;
        let sigma2 = self.ssr / self.df_resid;
        Ok(leverage
            .into_iter()
            .zip(self.residuals())
            .enumerate()
            .map(|(i, (leverage, u))| {
                let left = (1.0 - leverage).max(f64::EPSILON);
                let studentized = u * weights.map_or(1.0, |w| w[i].sqrt()) / (sigma2 * left).sqrt();
                Influence { leverage, studentized, cook: studentized * studentized * leverage / (left * parameters) }
            })
            .collect())
    }

    /// Variance inflation factors of the slopes, after absorption.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for instrumental variables.
    pub fn variance_inflation(&self) -> Result<Vec<VarianceInflation>> {
        let fit = self.least_squares("variance inflation")?;
        let weights = self.state.frame.weight_values();
        let slopes: Vec<usize> = (0..fit.kept.len()).filter(|&j| self.names[j] != INTERCEPT).collect();
        let kept = self.state.kept_as_written(fit)?;
        // With an intercept among the regressors the slopes are centred first.
        let has_intercept = slopes.len() < kept.len();
        let centered: Vec<Vec<f64>> = slopes.iter().map(|&j| center(&kept[j], weights, has_intercept)).collect();
        let columns: Vec<&[f64]> = centered.iter().map(Vec::as_slice).collect();
        let gram = linalg::gram_columns(&columns, weights);
        let inverse: Mat<f64> = linalg::invert_spd(gram.as_ref(), "X'X")?;
        Ok(slopes
            .iter()
            .enumerate()
            .map(|(i, &j)| VarianceInflation { name: self.names[j].clone(), factor: gram[(i, i)] * inverse[(i, i)] })
            .collect())
    }
}

fn center(values: &[f64], weights: Option<&[f64]>, wanted: bool) -> Vec<f64> {
    if !wanted {
        return values.to_vec();
    }
    let mean = match weights {
        None => linalg::sum(values) / values.len() as f64,
        Some(w) => linalg::dot(values, w) / linalg::sum(w),
    };
    values.iter().map(|v| v - mean).collect()
}
