//! Small dense linear algebra with sums in a fixed order.

use crate::error::{Error, Result};

/// Σ aᵢ bᵢ in eight lanes.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let tail: f64 = a8.remainder().iter().zip(b8.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a8.zip(b8) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7])) + tail
}

/// y += c x.
pub(crate) fn add_scaled(y: &mut [f64], c: f64, x: &[f64]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += c * x);
}

/// An orthonormal basis that grows by one vector at a time (Gram–Schmidt, twice).
#[derive(Debug, Clone, Default)]
pub(crate) struct Basis {
    vectors: Vec<Vec<f64>>,
}

impl Basis {
    pub(crate) fn rank(&self) -> usize {
        self.vectors.len()
    }

    /// Coordinates of `v` in the basis; the part outside it remains in `v`.
    pub(crate) fn project_out(&self, v: &mut [f64]) -> Vec<f64> {
        let mut coordinates = vec![0.0; self.rank()];
        for _ in 0..2 {
            for (q, coordinate) in self.vectors.iter().zip(&mut coordinates) {
                let c = dot(q, v);
                add_scaled(v, -c, q);
                *coordinate += c;
            }
        }
        coordinates
    }

    /// Adds a vector; its coordinates, the last one along the new direction if more than `tolerance` of it is new.
    pub(crate) fn push(&mut self, v: &[f64], tolerance: f64) -> Vec<f64> {
        let length = dot(v, v).sqrt();
        let mut rest = v.to_vec();
        let mut coordinates = self.project_out(&mut rest);
        let new = dot(&rest, &rest).sqrt();
        if new > tolerance * length {
            rest.iter_mut().for_each(|x| *x /= new);
            self.vectors.push(rest);
            coordinates.push(new);
        }
        coordinates
    }
}

/// Coordinates of long columns in a common orthonormal basis: what least squares on any linear combinations of them needs.
pub(crate) fn compress(columns: &[&[f64]]) -> Vec<Vec<f64>> {
    let mut basis = Basis::default();
    let mut coordinates: Vec<Vec<f64>> = columns.iter().map(|column| basis.push(column, 1e-14)).collect();
    let rank = basis.rank();
    coordinates.iter_mut().for_each(|c| c.resize(rank, 0.0));
    coordinates
}

/// Least squares of several targets on common regressors.
#[derive(Debug, Clone)]
pub(crate) struct LeastSquares {
    basis: Basis,
    /// Upper triangle by columns.
    upper: Vec<Vec<f64>>,
}

impl LeastSquares {
    /// # Errors
    /// The index of the first regressor that depends on those before it.
    pub(crate) fn new(regressors: &[Vec<f64>]) -> Result<Self, usize> {
        let mut basis = Basis::default();
        let mut upper = Vec::with_capacity(regressors.len());
        for (j, column) in regressors.iter().enumerate() {
            let coordinates = basis.push(column, 1e-10);
            if coordinates.len() != j + 1 {
                return Err(j);
            }
            upper.push(coordinates);
        }
        Ok(Self { basis, upper })
    }

    /// Coefficients and residual.
    pub(crate) fn fit(&self, target: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut rest = target.to_vec();
        let mut b = self.basis.project_out(&mut rest);
        for j in (0..b.len()).rev() {
            b[j] /= self.upper[j][j];
            let value = b[j];
            for i in 0..j {
                b[i] -= self.upper[j][i] * value;
            }
        }
        (b, rest)
    }

    /// Residual only.
    pub(crate) fn residual(&self, target: &[f64]) -> Vec<f64> {
        let mut rest = target.to_vec();
        self.basis.project_out(&mut rest);
        rest
    }

    /// (Z'Z)⁻¹.
    pub(crate) fn inverse_gram(&self) -> Square {
        let p = self.upper.len();
        let mut inverse = Square::zeros(p);
        // Columns of R⁻¹.
        for k in 0..p {
            let mut e = vec![0.0; k + 1];
            e[k] = 1.0;
            for j in (0..=k).rev() {
                e[j] /= self.upper[j][j];
                let value = e[j];
                for i in 0..j {
                    e[i] -= self.upper[j][i] * value;
                }
            }
            for i in 0..=k {
                for j in 0..=k {
                    inverse[(i, j)] += e[i] * e[j];
                }
            }
        }
        inverse
    }
}

/// A small square matrix, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Square {
    size: usize,
    values: Vec<f64>,
}

impl Square {
    /// All zeros.
    #[must_use]
    pub fn zeros(size: usize) -> Self {
        Self { size, values: vec![0.0; size * size] }
    }

    /// Rows (and columns).
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Row `i`.
    #[must_use]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.size..(i + 1) * self.size]
    }

    /// a'V b.
    #[must_use]
    pub fn form(&self, a: &[f64], b: &[f64]) -> f64 {
        (0..self.size).map(|i| a[i] * dot(self.row(i), b)).sum()
    }

    /// V b.
    #[must_use]
    pub fn times(&self, b: &[f64]) -> Vec<f64> {
        (0..self.size).map(|i| dot(self.row(i), b)).collect()
    }

    /// The rows and columns named.
    #[must_use]
    pub fn select(&self, places: &[usize]) -> Self {
        let mut part = Self::zeros(places.len());
        for (a, &i) in places.iter().enumerate() {
            for (b, &j) in places.iter().enumerate() {
                part[(a, b)] = self[(i, j)];
            }
        }
        part
    }

    pub(crate) fn product(&self, other: &Self) -> Self {
        let p = self.size;
        let mut c = Self::zeros(p);
        for i in 0..p {
            for k in 0..p {
                let a = self[(i, k)];
                for j in 0..p {
                    c[(i, j)] += a * other[(k, j)];
                }
            }
        }
        c
    }

    pub(crate) fn transposed(&self) -> Self {
        let mut turned = Self::zeros(self.size);
        for i in 0..self.size {
            for j in 0..self.size {
                turned[(j, i)] = self[(i, j)];
            }
        }
        turned
    }

    /// The x with V x = b, by elimination with the largest pivot: for matrices that need not be definite. `None` where singular.
    pub(crate) fn solve(&self, b: &[f64]) -> Option<Vec<f64>> {
        let p = self.size;
        let (mut a, mut x) = (self.clone(), b.to_vec());
        for k in 0..p {
            let pivot = (k..p).max_by(|&i, &j| a[(i, k)].abs().total_cmp(&a[(j, k)].abs()))?;
            if a[(pivot, k)] == 0.0 || !a[(pivot, k)].is_finite() {
                return None;
            }
            for j in 0..p {
                a.values.swap(k * p + j, pivot * p + j);
            }
            x.swap(k, pivot);
            for i in k + 1..p {
                let factor = a[(i, k)] / a[(k, k)];
                for j in k..p {
                    let above = a[(k, j)];
                    a[(i, j)] -= factor * above;
                }
                x[i] -= factor * x[k];
            }
        }
        for i in (0..p).rev() {
            let sum: f64 = (i + 1..p).map(|j| a[(i, j)] * x[j]).sum();
            x[i] = (x[i] - sum) / a[(i, i)];
        }
        Some(x)
    }

    pub(crate) fn scaled(mut self, factor: f64) -> Self {
        self.values.iter_mut().for_each(|value| *value *= factor);
        self
    }

    pub(crate) fn set_both(&mut self, i: usize, j: usize, value: f64) {
        self[(i, j)] = value;
        self[(j, i)] = value;
    }

    /// Lower Cholesky factor; `None` where the matrix is not positive definite.
    pub(crate) fn cholesky(&self) -> Option<Self> {
        let p = self.size;
        let mut l = Self::zeros(p);
        for j in 0..p {
            let pivot = self[(j, j)] - (0..j).map(|k| l[(j, k)] * l[(j, k)]).sum::<f64>();
            if !(pivot > 0.0 && pivot.is_finite()) {
                return None;
            }
            let pivot = pivot.sqrt();
            l[(j, j)] = pivot;
            for i in j + 1..p {
                l[(i, j)] = (self[(i, j)] - (0..j).map(|k| l[(i, k)] * l[(j, k)]).sum::<f64>()) / pivot;
            }
        }
        Some(l)
    }

    /// Inverse of a symmetric positive definite matrix: scaled to a unit diagonal first, then Cholesky and one step of
    /// refinement. A good matrix is never repaired: what cannot be inverted is an error.
    pub(crate) fn inverse_spd(&self, what: &str) -> Result<Self> {
        let p = self.size;
        let singular = || Error::Singular(format!("{what} is singular: its parameters cannot be told apart"));
        let scale: Vec<f64> = (0..p).map(|i| 1.0 / self[(i, i)].sqrt()).collect();
        if scale.iter().any(|s| !s.is_finite()) {
            return Err(singular());
        }
        let mut scaled = self.clone();
        for i in 0..p {
            for j in 0..p {
                scaled[(i, j)] *= scale[i] * scale[j];
            }
        }
        let l = scaled.cholesky().ok_or_else(singular)?;
        let mut x = Self::zeros(p);
        for k in 0..p {
            let mut e = vec![0.0; p];
            e[k] = 1.0;
            l.solve_cholesky(&mut e);
            // One step of refinement.
            let mut rest: Vec<f64> = scaled.times(&e).into_iter().map(|value| -value).collect();
            rest[k] += 1.0;
            l.solve_cholesky(&mut rest);
            (0..p).for_each(|i| x[(i, k)] = e[i] + rest[i]);
        }
        for i in 0..p {
            for j in 0..=i {
                let value = 0.5 * (x[(i, j)] + x[(j, i)]) * scale[i] * scale[j];
                x.set_both(i, j, value);
            }
        }
        Ok(x)
    }

    /// Solves L L'x = b, where this is L.
    pub(crate) fn solve_cholesky(&self, b: &mut [f64]) {
        let p = self.size;
        for i in 0..p {
            let sum: f64 = (0..i).map(|k| self[(i, k)] * b[k]).sum();
            b[i] = (b[i] - sum) / self[(i, i)];
        }
        for i in (0..p).rev() {
            let sum: f64 = (i + 1..p).map(|k| self[(k, i)] * b[k]).sum();
            b[i] = (b[i] - sum) / self[(i, i)];
        }
    }
}

impl std::ops::Index<(usize, usize)> for Square {
    type Output = f64;
    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.values[i * self.size + j]
    }
}

impl std::ops::IndexMut<(usize, usize)> for Square {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.values[i * self.size + j]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_squares_by_hand() {
        // y = 1 + 2x with residual orthogonal to both.
        let z = [vec![1.0; 4], vec![0.0, 1.0, 2.0, 3.0]];
        let fit = LeastSquares::new(&z).expect("full rank");
        let (b, e) = fit.fit(&[1.5, 2.5, 4.5, 7.5]);
        assert!((b[0] - 1.0).abs() < 1e-14 && (b[1] - 2.0).abs() < 1e-14, "{b:?}");
        assert!((e[0] - 0.5).abs() < 1e-14 && (e[1] + 0.5).abs() < 1e-14, "{e:?}");
        let inverse = fit.inverse_gram();
        assert!((inverse[(0, 0)] - 0.7).abs() < 1e-14 && (inverse[(0, 1)] + 0.3).abs() < 1e-14);
        assert_eq!(LeastSquares::new(&[vec![1.0, 1.0], vec![2.0, 2.0]]).err(), Some(1));
    }

    #[test]
    fn a_badly_scaled_matrix_is_inverted() {
        let mut a = Square::zeros(2);
        a[(0, 0)] = 1e12;
        a[(1, 1)] = 1e-6;
        a.set_both(0, 1, 500.0);
        let identity = a.product(&a.inverse_spd("A").expect("regular"));
        assert!((identity[(0, 0)] - 1.0).abs() < 1e-12 && identity[(1, 0)].abs() < 1e-18);
        a.set_both(0, 1, 1000.0);
        assert!(a.inverse_spd("A").is_err());
    }
}
