//! Cross-products per cluster.

use super::simd::dot;
use crate::error::{Error, Result};

/// A_g, c_g and y_g'y_g of every cluster, each product an array over clusters.
#[derive(Debug, Clone)]
pub struct Blocks {
    clusters: usize,
    regressors: usize,
    outcomes: usize,
    /// x_i'x_j, packed by (i ≤ j), then cluster.
    xx: Vec<f64>,
    /// x_i'y_k by (k, i), then cluster.
    xy: Vec<f64>,
    /// y_k'y_k by k, then cluster.
    yy: Vec<f64>,
    /// Rows of each cluster.
    rows: Vec<f64>,
    present: usize,
    n_rows: usize,
    xx_total: Vec<f64>,
    xy_total: Vec<f64>,
    yy_total: Vec<f64>,
}

/// Place of the pair (i, j) in a packed symmetric matrix.
pub(crate) fn pair(i: usize, j: usize) -> usize {
    let (low, high) = if i <= j { (i, j) } else { (j, i) };
    high * (high + 1) / 2 + low
}

impl Blocks {
    /// Cross-products of residualised columns: `x` (regressors) and `y` (outcomes), all over the same rows; `cluster` is
    /// the code of each row, below `clusters`. A cluster without rows has zeros and can still be drawn. No value may be
    /// missing. Weighted least squares: multiply every column by the root of the weight beforehand.
    ///
    /// # Errors
    /// [`Error::Shape`] for columns of different lengths, [`Error::Value`] for a number that is not finite or a code that
    /// is not below `clusters`.
    pub fn new(x: &[&[f64]], y: &[&[f64]], cluster: &[u32], clusters: usize) -> Result<Self> {
        check(x, y, cluster, clusters)?;
        let mut starts = vec![0_usize; clusters + 1];
        cluster.iter().for_each(|&code| starts[code as usize + 1] += 1);
        (0..clusters).for_each(|g| starts[g + 1] += starts[g]);
        let mut next = starts.clone();
        let mut order = vec![0_u32; cluster.len()];
        for (row, &code) in (0_u32..).zip(cluster) {
            order[next[code as usize]] = row;
            next[code as usize] += 1;
        }
        let sorted = |column: &&[f64]| order.iter().map(|&row| column[row as usize]).collect::<Vec<f64>>();
        let (x, y): (Vec<_>, Vec<_>) = (x.iter().map(sorted).collect(), y.iter().map(sorted).collect());
        let by_cluster = |a: &[f64], b: &[f64], out: &mut Vec<f64>| {
            out.extend(starts.windows(2).map(|ends| dot(&a[ends[0]..ends[1]], &b[ends[0]..ends[1]])));
        };
        let (mut xx, mut xy, mut yy) = (Vec::new(), Vec::new(), Vec::new());
        for (j, right) in x.iter().enumerate() {
            x[..=j].iter().for_each(|left| by_cluster(left, right, &mut xx));
        }
        for outcome in &y {
            x.iter().for_each(|left| by_cluster(left, outcome, &mut xy));
            by_cluster(outcome, outcome, &mut yy);
        }
        let rows: Vec<f64> = starts.windows(2).map(|ends| (ends[1] - ends[0]) as f64).collect();
        let sum = |products: &[f64]| {
            if clusters == 0 {
                Vec::new()
            } else {
                products.chunks_exact(clusters).map(|over| over.iter().sum()).collect()
            }
        };
        Ok(Self {
            clusters,
            regressors: x.len(),
            outcomes: y.len(),
            xx_total: sum(&xx),
            xy_total: sum(&xy),
            yy_total: sum(&yy),
            xx,
            xy,
            yy,
            present: rows.iter().filter(|&&rows| rows > 0.0).count(),
            n_rows: cluster.len(),
            rows,
        })
    }

    /// Clusters, those without rows included.
    #[must_use]
    pub fn clusters(&self) -> usize {
        self.clusters
    }

    /// Clusters with rows.
    #[must_use]
    pub fn clusters_present(&self) -> usize {
        self.present
    }

    /// Rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Regressors.
    #[must_use]
    pub fn regressors(&self) -> usize {
        self.regressors
    }

    /// Outcomes.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.outcomes
    }

    /// All products: x'x, x'y, y'y.
    pub(crate) fn products(&self) -> (&[f64], &[f64], &[f64]) {
        (&self.xx, &self.xy, &self.yy)
    }

    /// Rows of each cluster.
    pub(crate) fn rows(&self) -> &[f64] {
        &self.rows
    }

    /// x_i'x_j per cluster.
    pub(crate) fn xx(&self, i: usize, j: usize) -> &[f64] {
        let at = pair(i, j) * self.clusters;
        &self.xx[at..at + self.clusters]
    }

    /// x_i'y_k per cluster.
    pub(crate) fn xy(&self, k: usize, i: usize) -> &[f64] {
        let at = (k * self.regressors + i) * self.clusters;
        &self.xy[at..at + self.clusters]
    }

    /// y_k'y_k per cluster.
    pub(crate) fn yy(&self, k: usize) -> &[f64] {
        &self.yy[k * self.clusters..(k + 1) * self.clusters]
    }

    /// x_i'x_j over all rows.
    pub(crate) fn xx_total(&self, i: usize, j: usize) -> f64 {
        self.xx_total[pair(i, j)]
    }

    /// x_i'y_k over all rows.
    pub(crate) fn xy_total(&self, k: usize, i: usize) -> f64 {
        self.xy_total[k * self.regressors + i]
    }

    /// y_k'y_k over all rows.
    pub(crate) fn yy_total(&self, k: usize) -> f64 {
        self.yy_total[k]
    }
}

fn check(x: &[&[f64]], y: &[&[f64]], cluster: &[u32], clusters: usize) -> Result<()> {
    for (what, columns) in [("regressor", x), ("outcome", y)] {
        for (place, column) in columns.iter().enumerate() {
            if column.len() != cluster.len() {
                let what = format!("rows of {what} {place}");
                return Err(Error::Shape { what, expected: cluster.len(), got: column.len() });
            }
            if let Some(row) = column.iter().position(|value| !value.is_finite()) {
                let what = format!("{what} {place} in row {row}");
                return Err(Error::Value { what, got: column[row].to_string(), expected: "a finite number" });
            }
        }
    }
    match cluster.iter().position(|&code| code as usize >= clusters) {
        Some(row) => Err(Error::Value {
            what: format!("the cluster of row {row}"),
            got: cluster[row].to_string(),
            expected: "a code below the number of clusters",
        }),
        None => Ok(()),
    }
}
