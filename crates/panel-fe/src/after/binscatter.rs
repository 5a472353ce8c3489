//! Binned scatter plots of residualised variables.

use crate::error::{Error, Result};

/// One bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Weighted mean of x in the bin.
    pub x: f64,
    /// Weighted mean of y.
    pub y: f64,
    /// Standard error of the mean of y, from the spread within the bin; `None` for a single row.
    pub y_se: Option<f64>,
    /// Rows.
    pub n: usize,
}

/// A binned scatter with the line through the unbinned points.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BinScatter {
    /// Bins in ascending order of x.
    pub bins: Vec<Bin>,
    /// Slope of y on x over the rows: by Frisch, Waugh and Lovell the coefficient of x in the full regression.
    pub slope: f64,
    /// Intercept of that line.
    pub intercept: f64,
}

/// Equal-count bins of x̃ + x̄ against ỹ + ȳ, where the tilde is what controls and fixed effects leave.
///
/// **Shapes**: `x` and `y` are the residualised columns (n), the means those of the raw columns over the sample; ties of
/// x stay in one bin. **Weights**: optional, positive. **Missing values**: none.
///
/// Residualising both variables shows the slope of the linear model exactly; it does not show the shape of a non-linear
/// relation (Cattaneo, Crump, Farrell & Feng 2024): for a U shape regress on bin indicators instead
/// ([`bin_indicators`]).
///
/// # Errors
/// [`Error::Shape`]; [`Error::Specification`] for no bins or an x that does not vary.
pub fn binscatter(x: &[f64], y: &[f64], means: (f64, f64), weights: Option<&[f64]>, bins: usize) -> Result<BinScatter> {
    if y.len() != x.len() {
        return Err(Error::Shape { what: "y".into(), expected: x.len(), got: y.len() });
    }
    if let Some(w) = weights.filter(|w| w.len() != x.len()) {
        return Err(Error::Shape { what: "the weights".into(), expected: x.len(), got: w.len() });
    }
    let codes = quantile_bins(x, bins)?;
    let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
    let count = codes.iter().max().map_or(0, |&m| m + 1);
    let mut sums = vec![[0.0_f64; 5]; count];
    let mut n = vec![0_usize; count];
    let (mut xx, mut xy) = (0.0, 0.0);
    for (i, &b) in codes.iter().enumerate() {
        let w = weight(i);
        sums[b][0] += w;
        sums[b][1] += w * x[i];
        sums[b][2] += w * y[i];
        n[b] += 1;
        xx += w * x[i] * x[i];
        xy += w * x[i] * y[i];
    }
    for (i, &b) in codes.iter().enumerate() {
        let d = y[i] - sums[b][2] / sums[b][0];
        sums[b][3] += weight(i) * d * d;
    }
    let slope = xy / xx;
    let bins = (0..count)
        .map(|b| {
            let [w, sx, sy, ss, _] = sums[b];
            let y_se = (n[b] > 1).then(|| (ss / w / (n[b] - 1) as f64).sqrt());
            Bin { x: means.0 + sx / w, y: means.1 + sy / w, y_se, n: n[b] }
        })
        .collect();
    Ok(BinScatter { bins, slope, intercept: means.1 - slope * means.0 })
}

/// Bin of each row: equal-count bins of x in ascending order, ties together, empty bins skipped.
///
/// Use them as indicators in a regression with controls and effects for a semi-linear binned scatter.
///
/// # Errors
/// [`Error::Specification`] for no bins, an empty column, values that are not finite, or an x that does not vary.
pub fn bin_indicators(x: &[f64], bins: usize) -> Result<Vec<usize>> {
    quantile_bins(x, bins)
}

fn quantile_bins(x: &[f64], bins: usize) -> Result<Vec<usize>> {
    if bins == 0 || x.is_empty() {
        return Err(Error::Specification(format!("{bins} bins of {} rows", x.len())));
    }
    if let Some(bad) = x.iter().find(|v| !v.is_finite()) {
        return Err(Error::Specification(format!("binning needs finite values, got {bad}")));
    }
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
    let (low, high) = (x[order[0]], x[order[x.len() - 1]]);
    if high <= low {
        return Err(Error::Specification(format!("x does not vary: it is {low} in every row")));
    }
    let mut raw = vec![0_usize; x.len()];
    let mut start = 0;
    while start < order.len() {
        let mut end = start;
        while end + 1 < order.len() && x[order[end + 1]] == x[order[start]] {
            end += 1;
        }
        // A run of ties belongs where its middle falls.
        let bin = ((start + end) as f64 / 2.0 / x.len() as f64 * bins as f64) as usize;
        for &row in &order[start..=end] {
            raw[row] = bin.min(bins - 1);
        }
        start = end + 1;
    }
    let mut used: Vec<usize> = raw.clone();
    used.sort_unstable();
    used.dedup();
    Ok(raw.iter().map(|b| used.binary_search(b).unwrap_or(0)).collect())
}
