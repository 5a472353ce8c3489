//! Moran's I.

use super::global::{GlobalTest, Sample, Variance};
use crate::error::{Error, Result};
use crate::weights::Weights;
use panel_core::random::check_replications;
use panel_core::sum::compensated_sum;

/// Moran's I,
///
/// I = (n / S0) Σ_ij w_ij z_i z_j / Σ_i z_i²,  z = x - x̄,  S0 = Σ_ij w_ij,  E(I) = -1 / (n - 1)
///
/// with its variance for normal values and under random assignment, and a permutation test (`permutations` = 0 for
/// none). Positive association where I exceeds its mean.
///
/// **Missing values**: entities without a value are left out together with their weights, and counted; row-standardised
/// weights are normalised anew among those left.
///
/// # Errors
/// Lengths; [`Error::Undefined`](crate::Error::Undefined) with the reason: fewer than three values, all equal, no neighbours.
///
/// **Source**: Moran (1950), Biometrika 37, 17–23; moments as in Cliff & Ord (1981), §2.2–2.3.
///
/// ```
/// use panel_core::geo::Adjacency;
/// use panel_spatial::{Weights, moran};
/// // Three cities in a row, values 1, 2, 6: z = -2, -1, 3; Σ w z z = 2 (2 - 3) = -2; S0 = 4; Σ z² = 14.
/// let names: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
/// let weights = Weights::from_adjacency(&names, &Adjacency::from_pairs(3, [(0, 1), (1, 2)])?)?;
/// let test = moran(&[1.0, 2.0, 6.0], &weights, 0, 0)?;
/// assert!((test.statistic - 3.0 / 4.0 * -2.0 / 14.0).abs() < 1e-15);
/// assert_eq!(test.expected, -0.5);
/// # Ok::<(), panel_spatial::Error>(())
/// ```
pub fn moran(values: &[f64], weights: &Weights, permutations: usize, seed: u64) -> Result<GlobalTest> {
    check_replications(permutations).map_err(Error::Specification)?;
    let sample = Sample::new("Moran's I", values, weights)?;
    let (n, s0, s1, s2) = (sample.n(), sample.s0, sample.s1, sample.s2);
    let scale = n / s0 / sample.squares;
    let statistic = |z: &[f64]| scale * compensated_sum((0..z.len()).map(|i| z[i] * sample.weights.lag(i, z)));
    let expected = -1.0 / (n - 1.0);
    let square = expected * expected;
    let normal = (n * n * s1 - n * s2 + 3.0 * s0 * s0) / ((n * n - 1.0) * s0 * s0) - square;
    let k = sample.kurtosis();
    let a = n * ((n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * s0 * s0);
    let b = k * ((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * s0 * s0);
    let divisor = (n - 1.0) * (n - 2.0) * (n - 3.0) * s0 * s0;
    let random = (a - b) / divisor - square;
    let normal = Variance { value: normal, scale: square };
    let random = Variance { value: random, scale: (a.abs() + b.abs()) / divisor + square };
    Ok(sample.test(statistic(&sample.z), expected, normal, random, permutations, seed, statistic))
}
