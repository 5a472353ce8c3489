//! Geary's C.

use super::global::{GlobalTest, Sample, Variance};
use crate::error::{Error, Result};
use crate::weights::Weights;
use panel_core::random::check_replications;
use panel_core::sum::compensated_sum;

/// Geary's C,
///
/// C = (n - 1) Σ_ij w_ij (x_i - x_j)² / (2 S0 Σ_i z_i²),  E(C) = 1
///
/// below 1 where neighbours are alike; variances, permutations and missing values as in [`moran`](super::moran()).
///
/// # Errors
/// As [`moran`](super::moran()).
///
/// **Source**: Geary (1954), The Incorporated Statistician 5, 115–145; moments as in Cliff & Ord (1981), §2.3.
///
/// ```
/// use panel_core::geo::Adjacency;
/// use panel_spatial::{Weights, geary};
/// // Three cities in a row, values 1, 2, 6: Σ w (x - x)² = 2 (1 + 16) = 34; C = 2 · 34 / (2 · 4 · 14).
/// let names: Vec<String> = ["a", "b", "c"].map(String::from).to_vec();
/// let weights = Weights::from_adjacency(&names, &Adjacency::from_pairs(3, [(0, 1), (1, 2)])?)?;
/// assert!((geary(&[1.0, 2.0, 6.0], &weights, 0, 0)?.statistic - 17.0 / 28.0).abs() < 1e-15);
/// # Ok::<(), panel_spatial::Error>(())
/// ```
pub fn geary(values: &[f64], weights: &Weights, permutations: usize, seed: u64) -> Result<GlobalTest> {
    check_replications(permutations).map_err(Error::Specification)?;
    let sample = Sample::new("Geary's C", values, weights)?;
    let (n, s0, s1, s2) = (sample.n(), sample.s0, sample.s1, sample.s2);
    let scale = (n - 1.0) / (2.0 * s0 * sample.squares);
    let statistic = |z: &[f64]| {
        scale
            * compensated_sum((0..z.len()).map(|i| {
                compensated_sum(sample.weights.row(i).map(|(j, weight)| weight * (z[i] - z[j]) * (z[i] - z[j])))
            }))
    };
    let normal = ((2.0 * s1 + s2) * (n - 1.0) - 4.0 * s0 * s0) / (2.0 * (n + 1.0) * s0 * s0);
    let k = sample.kurtosis();
    let a = (n - 1.0) * s1 * (n * n - 3.0 * n + 3.0 - (n - 1.0) * k);
    let b = 0.25 * (n - 1.0) * s2 * (n * n + 3.0 * n - 6.0 - (n * n - n + 2.0) * k);
    let c = s0 * s0 * (n * n - 3.0 - (n - 1.0) * (n - 1.0) * k);
    let divisor = n * (n - 2.0) * (n - 3.0) * s0 * s0;
    let random = Variance { value: (a - b + c) / divisor, scale: (a.abs() + b.abs() + c.abs()) / divisor };
    let normal = Variance { value: normal, scale: 2.0 / (n + 1.0) };
    Ok(sample.test(statistic(&sample.z), 1.0, normal, random, permutations, seed, statistic))
}
