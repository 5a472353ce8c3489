//! Two-way fixed-effects regressions on balanced subsamples, and how their coefficients depend on the outcome.
//!
//! A subsample is a set of whole cities, so city and year effects leave by subtracting city and year means and
//! adding the overall mean. Given the regressors, every coefficient is a linear functional of the outcome; its
//! row of weights is what the calibrator needs.

use crate::twin::draw::YEARS;
use crate::twin::error::{Error, Result};

/// A regression: which cities, which regressors, which instruments.
#[derive(Debug, Clone)]
pub(super) struct Design {
    cities: Vec<usize>,
    /// Demeaned regressors, one column each.
    x: Vec<Vec<f64>>,
    /// Demeaned instruments (with the exogenous regressors) for 2SLS, else empty.
    z: Vec<Vec<f64>>,
    /// (X'X)⁻¹, or (X̂'X̂)⁻¹.
    bread: Vec<f64>,
    /// The regressors that the scores use: X, or X̂.
    fitted: Vec<Vec<f64>>,
}

/// Coefficients and standard errors.
#[derive(Debug, Clone)]
pub(super) struct Estimate {
    pub(super) coef: Vec<f64>,
    pub(super) se: Vec<f64>,
}

impl Estimate {
    /// t ratio of coefficient `j`.
    pub(super) fn t(&self, j: usize) -> f64 {
        self.coef[j] / self.se[j]
    }
}

impl Design {
    /// Regressors `x` on the chosen `cities`; with `instruments` (as many as the first regressors they replace)
    /// two-stage least squares.
    pub(super) fn new(cities: Vec<usize>, x: &[&[f64]], instruments: &[&[f64]]) -> Result<Self> {
        let inside = |v: &[f64]| demean(v, &cities);
        let x: Vec<Vec<f64>> = x.iter().map(|v| inside(v)).collect();
        let (fitted, z) = if instruments.is_empty() {
            (x.clone(), Vec::new())
        } else {
            let mut z: Vec<Vec<f64>> = instruments.iter().map(|v| inside(v)).collect();
            z.extend(x[instruments.len()..].iter().cloned());
            let bread = invert(&gram(&z, &z), z.len())?;
            let fitted = x.iter().map(|column| combine(&z, &product(&bread, &cross(&z, column)))).collect();
            (fitted, z)
        };
        let bread = invert(&gram(&fitted, &fitted), fitted.len())?;
        Ok(Self { cities, x, z, bread, fitted })
    }

    /// Weights of coefficient `j` on the outcome of all city-years.
    pub(super) fn functional(&self, j: usize, total: usize) -> Vec<f64> {
        let k = self.x.len();
        let inside = combine(&self.fitted, &self.bread[j * k..(j + 1) * k]);
        let mut out = vec![0.0; total];
        for (c, city) in self.cities.iter().enumerate() {
            out[city * YEARS..(city + 1) * YEARS].copy_from_slice(&inside[c * YEARS..(c + 1) * YEARS]);
        }
        out
    }

    /// Estimates: city clusters with xtreg's degrees of freedom, or iid with xtivreg2's for 2SLS (D13).
    pub(super) fn fit(&self, outcome: &[f64]) -> Estimate {
        let y = demean(outcome, &self.cities);
        let k = self.x.len();
        let coef = product(&self.bread, &cross(&self.fitted, &y));
        let explained = combine(&self.x, &coef);
        let residual: Vec<f64> = y.iter().zip(&explained).map(|(a, b)| a - b).collect();
        let groups = self.cities.len() as f64;
        let n = residual.len() as f64;
        let variance = if self.z.is_empty() {
            let mut meat = vec![0.0; k * k];
            for c in 0..self.cities.len() {
                let span = c * YEARS..(c + 1) * YEARS;
                let score: Vec<f64> = self
                    .x
                    .iter()
                    .map(|x| x[span.clone()].iter().zip(&residual[span.clone()]).map(|(a, b)| a * b).sum())
                    .collect();
                for a in 0..k {
                    for b in 0..k {
                        meat[a * k + b] += score[a] * score[b];
                    }
                }
            }
            let small = groups / (groups - 1.0) * (n - 1.0) / (n - (k + YEARS) as f64);
            sandwich(&self.bread, &meat, k).iter().map(|v| v * small).collect::<Vec<f64>>()
        } else {
            let s2 = residual.iter().map(|u| u * u).sum::<f64>() / (n - groups);
            self.bread.iter().map(|v| v * s2).collect()
        };
        Estimate { coef, se: (0..k).map(|j| variance[j * k + j].sqrt()).collect() }
    }

    /// How much each city decides coefficient `j`: its share of the squared weights, mean 1.
    pub(super) fn leverage(&self, j: usize) -> Vec<f64> {
        let k = self.x.len();
        let weights = combine(&self.fitted, &self.bread[j * k..(j + 1) * k]);
        let squares: Vec<f64> = weights.chunks_exact(YEARS).map(|c| c.iter().map(|w| w * w).sum()).collect();
        let mean = squares.iter().sum::<f64>() / squares.len() as f64;
        squares.iter().map(|s| s / mean).collect()
    }
}

/// Values of the chosen cities less city and year means plus the overall mean.
pub(super) fn demean(values: &[f64], cities: &[usize]) -> Vec<f64> {
    let mut years = [0.0; YEARS];
    for city in cities {
        for (t, y) in years.iter_mut().enumerate() {
            *y += values[city * YEARS + t] / cities.len() as f64;
        }
    }
    let overall = years.iter().sum::<f64>() / YEARS as f64;
    let mut out = Vec::with_capacity(cities.len() * YEARS);
    for city in cities {
        let row = &values[city * YEARS..(city + 1) * YEARS];
        let mean = row.iter().sum::<f64>() / YEARS as f64;
        out.extend(row.iter().zip(&years).map(|(v, y)| v - mean - y + overall));
    }
    out
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn gram(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<f64> {
    a.iter().flat_map(|x| b.iter().map(move |y| dot(x, y))).collect()
}

fn cross(x: &[Vec<f64>], y: &[f64]) -> Vec<f64> {
    x.iter().map(|c| dot(c, y)).collect()
}

fn combine(x: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; x[0].len()];
    for (column, w) in x.iter().zip(weights) {
        for (o, v) in out.iter_mut().zip(column) {
            *o += w * v;
        }
    }
    out
}

fn product(matrix: &[f64], v: &[f64]) -> Vec<f64> {
    matrix.chunks_exact(v.len()).map(|row| dot(row, v)).collect()
}

fn sandwich(bread: &[f64], meat: &[f64], k: usize) -> Vec<f64> {
    let mut half = vec![0.0; k * k];
    for a in 0..k {
        for b in 0..k {
            half[a * k + b] = (0..k).map(|c| bread[a * k + c] * meat[c * k + b]).sum();
        }
    }
    let mut out = vec![0.0; k * k];
    for a in 0..k {
        for b in 0..k {
            out[a * k + b] = (0..k).map(|c| half[a * k + c] * bread[c * k + b]).sum();
        }
    }
    out
}

/// Solves `matrix` x = `right` for a symmetric positive definite matrix.
pub(super) fn solve(matrix: &[f64], right: &[f64]) -> Result<Vec<f64>> {
    Ok(product(&invert(matrix, right.len())?, right))
}

/// Inverse by Gauss-Jordan elimination with pivoting, after scaling rows and columns to unit diagonal.
fn invert(matrix: &[f64], k: usize) -> Result<Vec<f64>> {
    let scale: Vec<f64> = (0..k).map(|j| 1.0 / matrix[j * k + j].sqrt()).collect();
    let mut left: Vec<f64> = (0..k * k).map(|at| matrix[at] * scale[at / k] * scale[at % k]).collect();
    let mut right: Vec<f64> = (0..k * k).map(|at| f64::from(u8::from(at / k == at % k))).collect();
    for j in 0..k {
        let pivot = (j..k).max_by(|a, b| left[a * k + j].abs().total_cmp(&left[b * k + j].abs())).unwrap_or(j);
        let value = left[pivot * k + j];
        if value.abs().is_nan() || value.abs() < 1e-13 {
            return Err(Error::Step {
                step: "regressions",
                problem: format!("column {j} is collinear with the others"),
            });
        }
        for c in 0..k {
            left.swap(j * k + c, pivot * k + c);
            right.swap(j * k + c, pivot * k + c);
            left[j * k + c] /= value;
            right[j * k + c] /= value;
        }
        for r in (0..k).filter(|r| *r != j) {
            let factor = left[r * k + j];
            for c in 0..k {
                left[r * k + c] -= factor * left[j * k + c];
                right[r * k + c] -= factor * right[j * k + c];
            }
        }
    }
    Ok((0..k * k).map(|at| right[at] * scale[at / k] * scale[at % k]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_times_its_matrix_is_the_identity() {
        let m = [4.0, 1.0, 0.5, 1.0, 3.0, 0.2, 0.5, 0.2, 2.0];
        let inverse = invert(&m, 3).unwrap_or_default();
        for a in 0..3 {
            for b in 0..3 {
                let v: f64 = (0..3).map(|c| m[a * 3 + c] * inverse[c * 3 + b]).sum();
                assert!((v - f64::from(u8::from(a == b))).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_functional_applied_to_the_outcome_is_the_coefficient() {
        let x: Vec<f64> = (0..5 * YEARS).map(|i| ((i * i * 7 + 3 * i) % 23) as f64).collect();
        let y: Vec<f64> = (0..5 * YEARS).map(|i| ((i * i * 5 + i) % 17) as f64).collect();
        let found = Design::new(vec![0, 2, 3, 4], &[&x], &[]).map(|d| (d.functional(0, 5 * YEARS), d.fit(&y).coef[0]));
        assert!(matches!(found, Ok((row, b)) if (dot(&row, &y) - b).abs() < 1e-12));
    }
}
