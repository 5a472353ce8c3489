//! V = c·BMB from residuals, bread and meat.

use crate::dof::SmallSample;
use crate::error::{Error, Result};
use crate::vcov::{Covariance, Vcov};
use faer::Mat;
use std::borrow::Cow;

/// What a covariance is computed from.
pub(crate) struct Sandwich<'a> {
    /// Residualised regressors that were kept.
    pub(crate) x: &'a [&'a [f64]],
    /// (X̃'WX̃)⁻¹.
    pub(crate) bread: &'a Mat<f64>,
    /// Residuals.
    pub(crate) residuals: &'a [f64],
    pub(crate) weights: Option<&'a [f64]>,
    /// u'Wu.
    pub(crate) ssr: f64,
    /// N.
    pub(crate) n_obs: f64,
    /// Leverages, fixed effects included; needed for HC2 and HC3.
    pub(crate) leverage: Option<&'a [f64]>,
}

impl Sandwich<'_> {
    /// V of shape (k, k), as it comes: that of several ways of clustering can be indefinite.
    pub(crate) fn covariance(&self, covariance: &Covariance, small: &SmallSample) -> Result<Mat<f64>> {
        if covariance.is_iid() {
            let scale = small.multiplier * self.ssr / self.n_obs;
            return Ok(Mat::from_fn(self.x.len(), self.x.len(), |i, j| scale * self.bread[(i, j)]));
        }
        let residuals = self.adjusted_residuals(&covariance.spec)?;
        let meat = covariance.meat.of(scores(self.x, &residuals, self.weights).as_ref())?;
        let v = self.bread * meat * self.bread;
        let p = self.x.len();
        Ok(Mat::from_fn(p, p, |i, j| 0.5 * small.multiplier * (v[(i, j)] + v[(j, i)])))
    }

    /// uᵢ, uᵢ/√(1-hᵢ) (MacKinnon & White 1985: HC2) or uᵢ/(1-hᵢ) (HC3).
    fn adjusted_residuals(&self, spec: &Vcov) -> Result<Cow<'_, [f64]>> {
        let power = match spec {
            Vcov::Hc2 => 0.5,
            Vcov::Hc3 => 1.0,
            _ => return Ok(Cow::Borrowed(self.residuals)),
        };
        let Some(leverage) = self.leverage else {
            return Err(Error::Unsupported(format!("{spec} needs leverages, which are not available here")));
        };
        let adjust = |(u, h): (&f64, &f64)| if *h < 1.0 - 1e-12 { u / (1.0 - h).powf(power) } else { 0.0 };
        Ok(Cow::Owned(self.residuals.iter().zip(leverage).map(adjust).collect()))
    }
}

/// sᵢ = wᵢ xᵢ uᵢ, of shape (n, k).
pub(crate) fn scores(x: &[&[f64]], residuals: &[f64], weights: Option<&[f64]>) -> Mat<f64> {
    let mut scores = Mat::zeros(residuals.len(), x.len());
    for (j, column) in x.iter().enumerate() {
        let target = scores.col_as_slice_mut(j);
        match weights {
            None => target.iter_mut().zip(*column).zip(residuals).for_each(|((s, x), u)| *s = x * u),
            Some(w) => {
                let values = column.iter().zip(residuals).zip(w).map(|((x, u), w)| x * u * w);
                target.iter_mut().zip(values).for_each(|(s, value)| *s = value);
            }
        }
    }
    scores
}
