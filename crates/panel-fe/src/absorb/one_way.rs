//! One fixed effect: subtract group means.

use super::factor::Runs;
use super::{ColumnReport, FixedEffect, norm};

/// v - v̄_g, with v̄_g = Σ wᵢvᵢ / Σ wᵢ over the rows of level g. Each mean is taken twice, the second time of the
/// residual, so that large levels leave no rounding behind.
#[derive(Debug)]
pub(super) struct OneWay {
    runs: Runs,
    /// Weights in run order.
    weights: Option<Vec<f64>>,
}

impl OneWay {
    pub(super) fn new(effect: &FixedEffect, weights: Option<&[f64]>) -> Self {
        let runs = Runs::new(effect);
        let weights = weights.map(|w| runs.gather(w));
        Self { runs, weights }
    }

    pub(super) fn residualize(&self, column: &mut [f64]) -> ColumnReport {
        if self.runs.order.is_none() {
            self.demean_runs(column);
        } else {
            let mut sorted = self.runs.gather(column);
            self.demean_runs(&mut sorted);
            self.runs.scatter(&sorted, column);
        }
        let rounding = f64::EPSILON * norm(column, None);
        ColumnReport { iterations: 0, error: rounding }
    }

    /// wᵢ / Σ w of the level.
    pub(super) fn leverage(&self, n: usize) -> Vec<f64> {
        let mut sorted = vec![0.0; n];
        for range in self.runs.ranges() {
            match &self.weights {
                None => {
                    let share = 1.0 / range.len() as f64;
                    sorted[range].fill(share);
                }
                Some(w) => {
                    let total: f64 = w[range.clone()].iter().sum();
                    range.for_each(|place| sorted[place] = w[place] / total);
                }
            }
        }
        let mut leverage = vec![0.0; n];
        self.runs.scatter(&sorted, &mut leverage);
        leverage
    }

    fn demean_runs(&self, values: &mut [f64]) {
        for range in self.runs.ranges() {
            let w = self.weights.as_ref().map(|w| &w[range.clone()]);
            demean(&mut values[range], w);
        }
    }
}

/// Subtracts the (weighted) mean, twice.
pub(super) fn demean(values: &mut [f64], weights: Option<&[f64]>) {
    match weights {
        None => {
            let scale = 1.0 / values.len() as f64;
            for _ in 0..2 {
                let mean = values.iter().sum::<f64>() * scale;
                values.iter_mut().for_each(|value| *value -= mean);
            }
        }
        Some(w) => {
            let scale = 1.0 / w.iter().sum::<f64>();
            for _ in 0..2 {
                let mean = values.iter().zip(w).map(|(v, w)| v * w).sum::<f64>() * scale;
                values.iter_mut().for_each(|value| *value -= mean);
            }
        }
    }
}
