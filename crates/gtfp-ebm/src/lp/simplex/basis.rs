//! The basis matrix and its explicit inverse.

/// `M` basic columns and the inverse of the matrix they form; `inverse[p]` is the row of basis position p.
#[derive(Debug, Clone)]
pub(super) struct Basis<const M: usize> {
    pub(super) columns: [[f64; M]; M],
    pub(super) inverse: [[f64; M]; M],
    /// Pivots since the inverse was computed afresh.
    pub(super) updates: usize,
}

/// A pivot smaller than this share of its column makes a basis count as singular.
const SINGULAR: f64 = 1e-11;

impl<const M: usize> Basis<M> {
    pub(super) fn identity() -> Self {
        let mut unit = [[0.0; M]; M];
        for (i, row) in unit.iter_mut().enumerate() {
            row[i] = 1.0;
        }
        Self { columns: unit, inverse: unit, updates: 0 }
    }

    /// Computes the inverse afresh (Gauss-Jordan in place, row pivoting); false where the columns are dependent.
    pub(super) fn invert(&mut self) -> bool {
        let mut a = [[0.0; M]; M];
        for (j, column) in self.columns.iter().enumerate() {
            for i in 0..M {
                a[i][j] = column[i];
            }
        }
        let mut order = [0_usize; M];
        for k in 0..M {
            let mut pivot_row = k;
            let mut size = 0.0_f64;
            for (i, row) in a.iter().enumerate().skip(k) {
                if row[k].abs() > size {
                    size = row[k].abs();
                    pivot_row = i;
                }
            }
            let column_size = self.columns[k].iter().fold(0.0_f64, |s, v| s.max(v.abs()));
            if size <= SINGULAR * column_size {
                return false;
            }
            a.swap(k, pivot_row);
            order[k] = pivot_row;
            let scale = 1.0 / a[k][k];
            a[k][k] = 1.0;
            for v in &mut a[k] {
                *v *= scale;
            }
            let pivot = a[k];
            for (i, row) in a.iter_mut().enumerate() {
                let factor = row[k];
                if i != k && factor != 0.0 {
                    row[k] = 0.0;
                    for l in 0..M {
                        row[l] -= factor * pivot[l];
                    }
                }
            }
        }
        for k in (0..M).rev() {
            let other = order[k];
            if other != k {
                for row in &mut a {
                    row.swap(k, other);
                }
            }
        }
        self.inverse = a;
        self.updates = 0;
        true
    }

    /// Solves B w = a.
    pub(super) fn ftran(&self, a: &[f64; M]) -> [f64; M] {
        let mut w = [0.0; M];
        for (out, row) in w.iter_mut().zip(&self.inverse) {
            *out = dot(row, a);
        }
        w
    }

    /// Solves y'B = c'.
    pub(super) fn btran(&self, c: &[f64; M]) -> [f64; M] {
        let mut y = [0.0; M];
        for (&cost, row) in c.iter().zip(&self.inverse) {
            if cost != 0.0 {
                for k in 0..M {
                    y[k] += cost * row[k];
                }
            }
        }
        y
    }

    /// Puts `column` at position `p`; `w` is that column in terms of the basis.
    pub(super) fn replace(&mut self, p: usize, column: [f64; M], w: &[f64; M]) {
        let scale = 1.0 / w[p];
        let mut pivot = self.inverse[p];
        for v in &mut pivot {
            *v *= scale;
        }
        for (i, row) in self.inverse.iter_mut().enumerate() {
            let factor = w[i];
            if i != p && factor != 0.0 {
                for k in 0..M {
                    row[k] -= factor * pivot[k];
                }
            }
        }
        self.inverse[p] = pivot;
        self.columns[p] = column;
        self.updates += 1;
    }

    /// Improves a solution of B x = b by one step of iterative refinement; returns the largest correction.
    pub(super) fn refine_primal(&self, b: &[f64; M], x: &mut [f64; M]) -> f64 {
        let mut residual = *b;
        for (column, &value) in self.columns.iter().zip(x.iter()) {
            for i in 0..M {
                residual[i] -= column[i] * value;
            }
        }
        let step = self.ftran(&residual);
        let mut largest = 0.0_f64;
        for (value, d) in x.iter_mut().zip(step) {
            *value += d;
            largest = largest.max(d.abs());
        }
        largest
    }

    /// Improves a solution of y'B = c' by one step of iterative refinement; returns the largest correction.
    pub(super) fn refine_dual(&self, c: &[f64; M], y: &mut [f64; M]) -> f64 {
        let mut residual = *c;
        for (r, column) in residual.iter_mut().zip(&self.columns) {
            *r -= dot(column, y);
        }
        let step = self.btran(&residual);
        let mut largest = 0.0_f64;
        for (value, d) in y.iter_mut().zip(step) {
            *value += d;
            largest = largest.max(d.abs());
        }
        largest
    }
}

/// Inner product in four running sums, so that the compiler can keep them in vector registers.
pub(super) fn dot<const M: usize>(a: &[f64; M], b: &[f64; M]) -> f64 {
    let mut sums = [0.0_f64; 4];
    for (x, y) in a.chunks_exact(4).zip(b.chunks_exact(4)) {
        for l in 0..4 {
            sums[l] += x[l] * y[l];
        }
    }
    (sums[0] + sums[2]) + (sums[1] + sums[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_and_update_agree() {
        let mut basis = Basis::<4>::identity();
        basis.columns = [[0.0, 2.0, 1.0, 0.5], [1.0, 0.0, 0.25, 3.0], [0.5, 0.5, 0.0, 1.0], [4.0, 1.0, 1.0, 0.0]];
        assert!(basis.invert());
        let column = [1.0, 2.0, 3.0, 4.0];
        let w = basis.ftran(&column);
        basis.replace(2, column, &w);
        let updated = basis.inverse;
        assert!(basis.invert());
        for (a, b) in updated.iter().flatten().zip(basis.inverse.iter().flatten()) {
            assert!((a - b).abs() < 1e-13);
        }
        let mut x = [0.0; 4];
        basis.refine_primal(&[1.0, 0.0, 2.0, 1.0], &mut x);
        assert!(basis.refine_primal(&[1.0, 0.0, 2.0, 1.0], &mut x) < 1e-14);
        basis.columns[1] = basis.columns[0];
        assert!(!basis.invert());
    }
}
