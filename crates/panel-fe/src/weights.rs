//! Weights: the column that holds them, what they mean, and their values on a sample.

use crate::words::words;

/// What weights mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WeightKind {
    /// Inverse variances (`aweight`; sampling weights give the same coefficients and robust covariances): rescaled to
    /// sum to the number of rows.
    #[default]
    Analytic,
    /// A row stands for so many equal observations (`fweight`): whole numbers, N is their sum.
    Frequency,
    /// Used as they are (`iweight`); N is the number of rows.
    Importance,
}

words!(WeightKind, "weight kind", Analytic = "analytic", Frequency = "frequency", Importance = "importance",);

/// A column of weights and its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    /// Column of the panel.
    pub column: String,
    /// Its meaning.
    pub kind: WeightKind,
}

/// Weights of the rows of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleWeights {
    /// wᵢ > 0, one per row; analytic weights are rescaled to sum to the number of rows.
    pub values: Vec<f64>,
    /// Their meaning.
    pub kind: WeightKind,
}

impl SampleWeights {
    /// Weights of a kind; analytic ones are rescaled.
    pub(crate) fn new(mut values: Vec<f64>, kind: WeightKind) -> Self {
        if kind == WeightKind::Analytic {
            // By the largest first, so that the sum stays finite.
            let largest = values.iter().fold(0.0, |largest: f64, w| largest.max(*w));
            if largest > 0.0 && !(1e-100..1e100).contains(&largest) {
                values.iter_mut().for_each(|w| *w /= largest);
            }
            let scale = values.len() as f64 / crate::linalg::sum(&values);
            values.iter_mut().for_each(|w| *w *= scale);
        }
        Self { values, kind }
    }

    /// N: rows, or the sum of frequency weights.
    #[must_use]
    pub fn n_obs(&self) -> usize {
        match self.kind {
            WeightKind::Frequency => self.values.iter().sum::<f64>() as usize,
            _ => self.values.len(),
        }
    }
}
