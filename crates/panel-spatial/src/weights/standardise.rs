//! Normalisations of weights.

use super::{Islands, Weights};
use crate::error::{Error, Result};
use panel_core::sum::compensated_sum;
use serde::{Deserialize, Serialize};

/// How weights are normalised; this fixes the scale of ρ and λ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Standardise {
    /// Every row sums to 1: a lag is a mean of the neighbours, ρ < 1.
    #[default]
    Row,
    /// Divided by the largest eigenvalue: proportions between rows stay, ρ < 1.
    Spectral,
    /// Divided by the largest row sum.
    MaxRow,
    /// All weights together sum to n.
    Global,
    /// As they are.
    None,
}

impl Weights {
    /// The weights normalised.
    ///
    /// # Errors
    /// [`Error::Specification`] where no weight is above 0 but a scale is wanted.
    pub fn standardised(mut self, standardise: Standardise) -> Result<Self> {
        let n = self.n();
        let scale = match standardise {
            Standardise::None => None,
            Standardise::Row => {
                let factors: Vec<f64> = (0..n)
                    .map(|i| {
                        let sum = self.matrix.row_sum(i);
                        if sum != 0.0 { 1.0 / sum } else { 0.0 }
                    })
                    .collect();
                // Dividing keeps a third a third where multiplying by a rounded reciprocal would not.
                for i in 0..n {
                    let sum = if factors[i] == 0.0 { 1.0 } else { self.matrix.row_sum(i) };
                    let range = self.matrix.starts[i]..self.matrix.starts[i + 1];
                    self.matrix.values[range].iter_mut().for_each(|weight| *weight /= sum);
                }
                None
            }
            Standardise::Spectral => Some(self.spectral_radius()?),
            Standardise::MaxRow => Some((0..n).map(|i| self.matrix.row_sum(i)).fold(0.0, f64::max)),
            Standardise::Global => Some(compensated_sum(self.matrix.values.iter().copied()) / (n as f64)),
        };
        if let Some(scale) = scale {
            if !(scale > 0.0 && scale.is_finite()) {
                return Err(Error::Specification(format!(
                    "weights `{}` have no scale: the sum or eigenvalue they would be divided by is {scale}",
                    self.description
                )));
            }
            self.matrix.values.iter_mut().for_each(|weight| *weight /= scale);
        }
        self.standardise = standardise;
        Ok(self)
    }

    /// Largest modulus of an eigenvalue: by power iteration on W + sI, which converges for weights of at least 0.
    ///
    /// The Collatz–Wielandt quotients bracket it: iteration ends when they agree to 10⁻¹³, or when the estimate stands still.
    pub(crate) fn spectral_radius(&self) -> Result<f64> {
        if let Some(sum) = self.common_row_sum() {
            return Ok(sum);
        }
        if self.n() <= crate::logdet::DENSE_LIMIT {
            let eigenvalues = crate::logdet::eigenvalues(&self.matrix)?;
            return Ok(eigenvalues.iter().map(|&(re, im)| re.hypot(im)).fold(0.0, f64::max));
        }
        let n = self.n();
        if crate::logdet::components(&self.matrix).len() == n {
            return Ok((0..n).map(|i| self.get(i, i).abs()).fold(0.0, f64::max));
        }
        let shift = (0..n).map(|i| self.matrix.row_sum(i)).fold(0.0, f64::max);
        let mut x = vec![1.0 / (n as f64).sqrt(); n];
        let mut next = vec![0.0; n];
        let (mut last, mut still) = (0.0, 0);
        for _ in 0..200_000 {
            self.matrix.multiply(&x, &mut next);
            next.iter_mut().zip(&x).for_each(|(y, x)| *y += shift * x);
            let norm = compensated_sum(next.iter().map(|y| y * y)).sqrt();
            x.iter_mut().zip(&next).for_each(|(x, y)| *x = y / norm);
            let radius = norm - shift;
            still = if (radius - last).abs() <= 1e-14 * norm { still + 1 } else { 0 };
            if still >= 50 {
                return Ok(radius);
            }
            last = radius;
        }
        Err(Error::NotConverged { what: "the largest eigenvalue of the weights", iterations: 200_000 })
    }

    /// Treats units without a neighbour as asked, before or after normalisation.
    ///
    /// # Errors
    /// [`Error::Islands`] naming them under [`Islands::Refuse`].
    pub fn with_islands(self, islands: Islands, nearest: impl Fn(usize) -> Option<usize>) -> Result<Self> {
        islands.apply(self, nearest)
    }
}
