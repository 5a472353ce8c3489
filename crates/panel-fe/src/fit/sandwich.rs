//! V = c·BMB from bread and meat, and the meat from residual columns.

use crate::error::{Error, Result};
use crate::vcov::{Covariance, Vcov};
use faer::Mat;
use std::borrow::Cow;

/// c·BMB of shape (k, k), as it comes: that of several ways of clustering can be indefinite.
pub(crate) fn sandwich(bread: &Mat<f64>, meat: &Mat<f64>, multiplier: f64) -> Mat<f64> {
    let v = bread * meat * bread;
    let k = v.nrows();
    Mat::from_fn(k, k, |i, j| 0.5 * multiplier * (v[(i, j)] + v[(j, i)]))
}

/// What a meat is computed from.
pub(crate) struct Scores<'a> {
    /// Residualised regressors that were kept.
    pub(crate) x: &'a [&'a [f64]],
    /// Residuals.
    pub(crate) residuals: &'a [f64],
    pub(crate) weights: Option<&'a [f64]>,
    /// Leverages, fixed effects included; needed for HC2 and HC3.
    pub(crate) leverage: Option<&'a [f64]>,
}

impl Scores<'_> {
    /// M of shape (k, k).
    pub(crate) fn meat(&self, covariance: &Covariance) -> Result<Mat<f64>> {
        let residuals = self.adjusted_residuals(&covariance.spec)?;
        covariance.meat.of(scores(self.x, &residuals, self.weights).as_ref())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// u/√(1 - h) and u/(1 - h) by hand; a leverage of one but for 1e-12 has no residual to adjust.
    #[test]
    fn residuals_by_their_leverage() {
        let leverage = [0.75, 0.0, 1.0 - 1e-12, 1.0, 0.96];
        let scores =
            Scores { x: &[], residuals: &[1.0, 3.0, 5.0, 7.0, -2.0], weights: None, leverage: Some(&leverage) };
        let adjusted = |spec: &Vcov| scores.adjusted_residuals(spec).expect("leverages").into_owned();
        let near = |got: Vec<f64>, want: [f64; 5]| {
            assert!(got.iter().zip(want).all(|(got, want)| (got - want).abs() < 1e-12), "{got:?} {want:?}");
        };
        near(adjusted(&Vcov::Hc2), [2.0, 3.0, 0.0, 0.0, -10.0]);
        near(adjusted(&Vcov::Hc3), [4.0, 3.0, 0.0, 0.0, -50.0]);
        near(adjusted(&Vcov::Hc1), [1.0, 3.0, 5.0, 7.0, -2.0]);
        assert!(Scores { leverage: None, ..scores }.adjusted_residuals(&Vcov::Hc3).is_err());
    }
}
