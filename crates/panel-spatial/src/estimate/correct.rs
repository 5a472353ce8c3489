//! Corrections of the dummy-variable estimate.

use super::information::AtEstimate;
use crate::error::Result;
use crate::linalg::Square;
use crate::spec::{FixedEffects, Like};

/// Corrected (coefficients, ρ, λ, σ²).
///
/// With I the total information and a = (0, q, q', 1/(2σ²)), q = 1'G1/n: θ + (1/n)(I/(nT))⁻¹a where effects of time are
/// swept out; then σ² T/(T-1) where effects of units are.
///
/// Under splm's conventions what its `LeeYu = TRUE` does: θ - (1/n) I⁻¹a and σ² T/(T+1) for two-way effects, σ² n/(n-1) alone
/// for effects of time.
///
/// **Source**: Lee & Yu (2010), Journal of Econometrics 154, 165–185, Theorem 2 and eq. 37.
pub(crate) fn corrected(
    at: &AtEstimate<'_>,
    theta: &[f64],
    expected: &Square,
    effects: FixedEffects,
    like: Like,
) -> Result<Vec<f64>> {
    let (n, t) = (at.swept.n as f64, at.swept.t as f64);
    let (rho, lambda, last) = at.places();
    let mut corrected = theta.to_vec();
    if effects.time() && !(like == Like::Splm && effects == FixedEffects::Time) {
        let mut bias = vec![0.0; theta.len()];
        let q = |x: &crate::logdet::Resolvent<'_>| x.rows.iter().sum::<f64>() / n;
        if let (Some(r), Some(g)) = (rho, &at.g) {
            bias[r] = q(g);
        }
        if let (Some(l), Some(h)) = (lambda, &at.h) {
            bias[l] = q(h);
        }
        bias[last] = 0.5 / at.sigma2;
        let step = expected.inverse_spd("the information matrix")?.times(&bias);
        let scale = if like == Like::Splm { -1.0 / n } else { t };
        if like == Like::Splm {
            corrected[last] *= t / (t + 1.0);
        }
        corrected.iter_mut().zip(step).for_each(|(theta, step)| *theta += scale * step);
    } else if like == Like::Splm && effects == FixedEffects::Time {
        corrected[last] *= n / (n - 1.0);
    }
    if effects.entity() && !(like == Like::Splm && effects == FixedEffects::TwoWay) {
        corrected[last] *= t / (t - 1.0);
    }
    Ok(corrected)
}
