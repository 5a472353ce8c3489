//! Diversity, affinity, and the ε and w that follow from them (Tone and Tsutsui 2010, equations 15 to 25).

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// ε, w and the matrix behind them, for one group of columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Affinity {
    /// ε = (m − ρ)/(m − 1), or 0 for a single column (equation 25).
    pub epsilon: f64,
    /// Largest eigenvalue ρ of the affinity matrix.
    pub rho: f64,
    /// Weights, summing to one.
    pub weights: Vec<f64>,
    /// Affinity matrix, m × m, row after row.
    pub matrix: Vec<Vec<f64>>,
    /// Whether ρ is a repeated root, in which case the weights are the projection of (1, …, 1) on its eigenspace.
    pub repeated_root: bool,
}

/// Diversity of two positive vectors.
///
/// $D(a,b) = \sum_j |c_j - \bar c| / (n (c_{\max} - c_{\min}))$ with $c_j = \ln(b_j/a_j)$; 0 where all ratios are
/// equal (up to rounding). Always in [0, 1/2], symmetric, and unchanged by units of measurement.
///
/// **Shapes** one value per unit in both.
/// **Units** any, one per vector. **Missing values** are refused.
///
/// # Errors
/// [`Error::LengthMismatch`]; [`Error::Calibration`] for values that are not positive and finite, or none at all.
///
/// **Reference** Tone and Tsutsui (2010), equations 15 to 17.
pub fn diversity(a: &[f64], b: &[f64]) -> Result<f64> {
    check(&[a, b])?;
    Ok(diversity_of(a, b))
}

/// Refuses columns that have no logarithms or are of different lengths.
fn check<C: AsRef<[f64]>>(columns: &[C]) -> Result<()> {
    let n = columns.first().map_or(0, |first| first.as_ref().len());
    if n == 0 {
        return Err(Error::Calibration("affinity needs at least one column and one unit".into()));
    }
    for (k, column) in columns.iter().enumerate() {
        let column = column.as_ref();
        if column.len() != n {
            let what = format!("column {k} of an affinity matrix (counted from zero)");
            return Err(Error::LengthMismatch { what, expected: n, got: column.len() });
        }
        if let Some(unit) = column.iter().position(|v| !(v.is_finite() && *v > 0.0)) {
            return Err(Error::Calibration(format!(
                "affinity takes logarithms, so values must be positive and finite; column {k}, unit {unit} (counted from zero) is {}",
                column[unit]
            )));
        }
    }
    Ok(())
}

/// Diversity of columns that were checked.
fn diversity_of(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len();
    let (mut low, mut high, mut sum) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
    let mut logs = Vec::with_capacity(n);
    for (x, y) in a.iter().zip(b) {
        // Difference of logs, not log of a ratio: a ratio of extreme units could overflow.
        let c = y.ln() - x.ln();
        low = low.min(c);
        high = high.max(c);
        sum += c;
        logs.push(c);
    }
    let range = high - low;
    let scale = low.abs().max(high.abs()).max(1.0);
    // Proportional columns differ by rounding only; their diversity would be noise divided by noise.
    if range <= 1e-12 * scale {
        return 0.0;
    }
    let mean = sum / n as f64;
    logs.iter().map(|c| (c - mean).abs()).sum::<f64>() / (n as f64 * range)
}

/// Affinity matrix, ρ, ε and w of a group of positive columns.
///
/// $S_{ik} = 1 - 2 D(x_i, x_k)$, ρ its largest eigenvalue with vector v ≥ 0, $\varepsilon = (m-\rho)/(m-1)$,
/// $w = v / \sum v$.
///
/// **Shapes** `columns`: m columns, one value per unit in each.
/// **Units** any, one per column. **Missing values** are refused.
///
/// # Errors
/// [`Error::LengthMismatch`] for columns of different lengths; [`Error::Calibration`] for values that are not positive and
/// finite, or none at all.
///
/// **Reference** Tone and Tsutsui (2010), equations 18 and 23 to 25.
pub fn affinity<C: AsRef<[f64]>>(columns: &[C]) -> Result<Affinity> {
    check(columns)?;
    let m = columns.len();
    let mut matrix = vec![vec![1.0; m]; m];
    for i in 0..m {
        for k in i + 1..m {
            let s = 1.0 - 2.0 * diversity_of(columns[i].as_ref(), columns[k].as_ref());
            matrix[i][k] = s;
            matrix[k][i] = s;
        }
    }
    let (rho, vector, repeated_root) = perron(&matrix);
    let epsilon = if m > 1 { ((m as f64 - rho) / (m as f64 - 1.0)).clamp(0.0, 1.0) } else { 0.0 };
    let total: f64 = vector.iter().sum();
    let weights = vector.iter().map(|v| v / total).collect();
    Ok(Affinity { epsilon, rho, weights, matrix, repeated_root })
}

/// Largest eigenvalue of a symmetric non-negative matrix and its non-negative vector; for a repeated root, the
/// projection of (1, …, 1) on the eigenspace, and `true`.
fn perron(matrix: &[Vec<f64>]) -> (f64, Vec<f64>, bool) {
    let m = matrix.len();
    let (values, vectors) = jacobi(matrix);
    let rho = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut vector = vec![0.0; m];
    let mut multiplicity = 0;
    for k in 0..m {
        if rho - values[k] <= 1e-10 * rho.abs().max(1.0) {
            multiplicity += 1;
            let along: f64 = (0..m).map(|i| vectors[i][k]).sum();
            for i in 0..m {
                vector[i] += along * vectors[i][k];
            }
        }
    }
    for v in &mut vector {
        // A Perron vector is non-negative; rounding may leave −1e-17.
        *v = v.max(0.0);
    }
    (rho, vector, multiplicity > 1)
}

/// Cyclic Jacobi: eigenvalues, and eigenvectors in columns. Exact to rounding for the few columns of a group.
fn jacobi(matrix: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let m = matrix.len();
    let mut a = matrix.to_vec();
    let mut v: Vec<Vec<f64>> = (0..m).map(|i| (0..m).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..100 {
        let off: f64 = (0..m).map(|i| (i + 1..m).map(|j| a[i][j] * a[i][j]).sum::<f64>()).sum();
        if off <= 1e-32 * (m * m) as f64 {
            break;
        }
        for p in 0..m {
            for q in p + 1..m {
                if a[p][q] == 0.0 {
                    continue;
                }
                let tau = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = tau.signum() / (tau.abs() + tau.hypot(1.0));
                let t = if tau == 0.0 { 1.0 } else { t };
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                for k in 0..m {
                    let (x, y) = (a[k][p], a[k][q]);
                    a[k][p] = c * x - s * y;
                    a[k][q] = s * x + c * y;
                }
                for k in 0..m {
                    let (x, y) = (a[p][k], a[q][k]);
                    a[p][k] = c * x - s * y;
                    a[q][k] = s * x + c * y;
                }
                for row in &mut v {
                    let (x, y) = (row[p], row[q]);
                    row[p] = c * x - s * y;
                    row[q] = s * x + c * y;
                }
            }
        }
    }
    ((0..m).map(|i| a[i][i]).collect(), v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proportional_columns_have_full_affinity() {
        let a = affinity(&[vec![1.0, 2.0, 5.0], vec![1e7, 2e7, 5e7]]).expect("positive");
        assert!(a.epsilon.abs() < 1e-15);
        assert!((a.weights[0] - 0.5).abs() < 1e-15);
    }

    #[test]
    fn a_repeated_root_takes_equal_weights() {
        // Tone and Tsutsui (2010), example 2: S is the identity, printed w = (1/2, 1/2), epsilon 1.
        let a = affinity(&[vec![2.0, 6.0], vec![6.0, 3.0]]).expect("positive");
        assert!(a.repeated_root);
        assert!((a.epsilon - 1.0).abs() < 1e-15);
        assert!((a.weights[0] - 0.5).abs() < 1e-15);
    }

    #[test]
    fn columns_without_logarithms_or_of_two_lengths_are_refused() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = affinity(&[vec![1.0, 2.0], vec![1.0, bad]]).expect_err("no logarithm");
            assert!(
                matches!(error, Error::Calibration(_)) && error.to_string().contains("column 1, unit 1"),
                "{error}"
            );
            assert!(diversity(&[1.0, bad], &[1.0, 2.0]).is_err());
        }
        let uneven = affinity(&[vec![1.0, 2.0], vec![1.0]]);
        assert!(matches!(uneven, Err(Error::LengthMismatch { expected: 2, got: 1, .. })));
        assert!(diversity(&[1.0], &[1.0, 2.0]).is_err());
        assert!(affinity::<Vec<f64>>(&[]).is_err() && diversity(&[], &[]).is_err());
    }

    #[test]
    fn jacobi_solves_a_known_matrix() {
        let (values, _) = jacobi(&[vec![2.0, 1.0, 0.0], vec![1.0, 2.0, 1.0], vec![0.0, 1.0, 2.0]]);
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        let root = 2f64.sqrt();
        for (got, want) in sorted.iter().zip([2.0 - root, 2.0, 2.0 + root]) {
            assert!((got - want).abs() < 1e-14);
        }
    }
}
