//! Quantiles, bins and kernel densities of plain numbers.

pub(super) use panel_core::transform::quantile;

/// Finite numbers in increasing order.
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// A bin of a binned scatter plot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Mean of x.
    pub x: f64,
    /// Mean of y.
    pub y: f64,
    /// Observations.
    pub n: usize,
}

/// Means of y over bins of x with (nearly) equal counts, pairs with a missing number left out.
///
/// For a residualized binned scatter plot pass residuals of both variables on the fixed effects and controls of the
/// regression itself, with their means added back (Cattaneo, Crump, Farrell and Feng 2024 discuss when that is right).
#[must_use]
pub fn bin_means(x: &[f64], y: &[f64], bins: usize) -> Vec<Bin> {
    let mut pairs: Vec<(f64, f64)> =
        x.iter().copied().zip(y.iter().copied()).filter(|(a, b)| a.is_finite() && b.is_finite()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let bins = bins.clamp(1, pairs.len().max(1));
    (0..bins)
        .map(|i| &pairs[i * pairs.len() / bins..(i + 1) * pairs.len() / bins])
        .filter(|bin| !bin.is_empty())
        .map(|bin| {
            let n = bin.len() as f64;
            Bin {
                x: bin.iter().map(|p| p.0).sum::<f64>() / n,
                y: bin.iter().map(|p| p.1).sum::<f64>() / n,
                n: bin.len(),
            }
        })
        .collect()
}

/// A Gaussian kernel density at `at`, with Silverman's bandwidth 0.9 min(sd, IQR/1.34) n^(-1/5) (Silverman 1986, eq. 3.31).
///
/// All zeros without two distinct numbers.
#[must_use]
pub(super) fn kernel_density(values: &[f64], at: &[f64]) -> Vec<f64> {
    let values = sorted(values);
    let n = values.len() as f64;
    if values.len() < 2 || values[0] == values[values.len() - 1] {
        return vec![0.0; at.len()];
    }
    let mean = values.iter().sum::<f64>() / n;
    let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let spread = (quantile(&values, 0.75) - quantile(&values, 0.25)) / 1.34;
    let width = 0.9 * if spread > 0.0 { sd.min(spread) } else { sd } * n.powf(-0.2);
    let scale = 1.0 / (n * width * (2.0 * std::f64::consts::PI).sqrt());
    at.iter().map(|x| scale * values.iter().map(|v| (-0.5 * ((x - v) / width).powi(2)).exp()).sum::<f64>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_bins_and_a_density_that_integrates_to_one() {
        let values: Vec<f64> = (0..101).map(f64::from).collect();
        assert_eq!(quantile(&values, 0.25), 25.0);
        let bins = bin_means(&values, &values, 4);
        assert_eq!(bins.iter().map(|b| b.n).sum::<usize>(), 101);
        assert!(bins.windows(2).all(|pair| pair[0].x < pair[1].x));
        let grid: Vec<f64> = (-100..=200).map(f64::from).collect();
        let mass: f64 = kernel_density(&values, &grid).iter().sum();
        assert!((mass - 1.0).abs() < 1e-6, "{mass}");
        assert_eq!(kernel_density(&[1.0, 1.0], &grid[..2]), [0.0, 0.0]);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
