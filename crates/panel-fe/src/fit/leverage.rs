//! Leverages of least squares.

use crate::error::Result;
use crate::fit::ols::LeastSquares;
use crate::fit::state::State;
use crate::weights::{SampleWeights, WeightKind};

/// hᵢ = wᵢ (dᵢ'(D'WD)⁺dᵢ + x̃ᵢ'(X̃'WX̃)⁻¹x̃ᵢ): the diagonal of the projection on fixed effects and regressors. With
/// frequency weights that of one of the wᵢ observations, without the factor.
pub(crate) fn leverages(state: &State, fit: &LeastSquares) -> Result<Vec<f64>> {
    let mut leverage = state.absorber.leverage(state.frame.rows.len())?;
    let x = state.kept(fit);
    let weights = state.frame.weight_values();
    for (i, h) in leverage.iter_mut().enumerate() {
        let mut form = 0.0;
        for (a, column_a) in x.iter().enumerate() {
            for (b, column_b) in x.iter().enumerate() {
                form += column_a[i] * fit.bread[(a, b)] * column_b[i];
            }
        }
        *h += form * weights.map_or(1.0, |w| w[i]);
    }
    if let Some(SampleWeights { values, kind: WeightKind::Frequency }) = &state.frame.weights {
        leverage.iter_mut().zip(values).for_each(|(h, f)| *h /= f);
    }
    Ok(leverage)
}
