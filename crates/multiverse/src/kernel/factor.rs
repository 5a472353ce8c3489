//! A small Cholesky factor of a scaled cross-product matrix, controls first and focal regressors last.

/// What is left of the square of a column of unit length, below which it is a combination of those before it.
pub(crate) const COLLINEAR: f64 = 1e-10;

/// LL' = DAD with D = diag(A)^(−½); room that is used again and again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cholesky {
    n: usize,
    /// Rows of L, packed.
    lower: Vec<f64>,
    scale: Vec<f64>,
    /// Whether a column is a combination of those before it; its row is zero.
    dropped: Vec<bool>,
}

impl Cholesky {
    /// Factors the matrix of `n` columns that `entry(i, j)`, j ≤ i, gives.
    pub(crate) fn factor(&mut self, n: usize, entry: impl Fn(usize, usize) -> f64) {
        self.n = n;
        self.lower.clear();
        self.scale.clear();
        self.dropped.clear();
        for i in 0..n {
            let size = entry(i, i);
            self.scale.push(if size > 0.0 { 1.0 / size.sqrt() } else { 0.0 });
        }
        for i in 0..n {
            let start = self.lower.len();
            let mut left = 1.0;
            for j in 0..i {
                let row_j = j * (j + 1) / 2;
                let mut sum = entry(i, j) * self.scale[i] * self.scale[j];
                for k in 0..j {
                    sum -= self.lower[start + k] * self.lower[row_j + k];
                }
                let value = if self.dropped[j] { 0.0 } else { sum / self.lower[row_j + j] };
                left -= value * value;
                self.lower.push(value);
            }
            let gone = self.scale[i] == 0.0 || left <= COLLINEAR;
            if gone {
                self.lower[start..].fill(0.0);
            }
            self.lower.push(if gone { 1.0 } else { left.sqrt() });
            self.dropped.push(gone);
        }
    }

    /// Columns that count.
    pub(crate) fn rank(&self) -> usize {
        self.dropped.iter().filter(|&&dropped| !dropped).count()
    }

    pub(crate) fn is_dropped(&self, column: usize) -> bool {
        self.dropped[column]
    }

    /// x ← A⁻¹x; zero at dropped columns.
    pub(crate) fn solve(&self, x: &mut [f64]) {
        self.solve_from(0, x);
    }

    /// The same for an x that is zero before `first`.
    pub(crate) fn solve_from(&self, first: usize, x: &mut [f64]) {
        let n = self.n;
        for i in first..n {
            let row = i * (i + 1) / 2;
            let mut sum = x[i] * self.scale[i];
            for k in first..i {
                sum -= self.lower[row + k] * x[k];
            }
            x[i] = if self.dropped[i] { 0.0 } else { sum / self.lower[row + i] };
        }
        for i in (0..n).rev() {
            let row = i * (i + 1) / 2;
            let value = if self.dropped[i] { 0.0 } else { x[i] / self.lower[row + i] };
            x[i] = value;
            for k in 0..i {
                x[k] -= self.lower[row + k] * value;
            }
        }
        for i in 0..n {
            x[i] *= self.scale[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_and_drops() {
        // Columns 1 and 2 are the same up to scale; 10⁷ beside 1.
        let a = [[2.0, 1e7, 1e7, 0.5], [1e7, 1e15, 1e15, 1.0], [1e7, 1e15, 1e15, 1.0], [0.5, 1.0, 1.0, 3.0]];
        let mut factor = Cholesky::default();
        factor.factor(4, |i, j| a[i][j]);
        assert_eq!((factor.rank(), factor.is_dropped(1), factor.is_dropped(2)), (3, false, true));
        let want = [1.0, -2e-7, 0.0, 0.25];
        let mut x: Vec<f64> = (0..4).map(|i| (0..4).map(|j| a[i][j] * want[j]).sum()).collect();
        factor.solve(&mut x);
        for (got, want) in x.iter().zip(want) {
            assert!((got - want).abs() <= 1e-12 * want.abs(), "{got} against {want}");
        }
    }
}
