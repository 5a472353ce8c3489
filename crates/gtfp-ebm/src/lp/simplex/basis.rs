//! The basis matrix and its explicit inverse.

/// `M` basic columns and the inverse of the matrix they form, by its columns: `inverse[i][p]` is what a unit of row i
/// contributes to basis position p.
#[derive(Debug, Clone)]
pub(super) struct Basis<const M: usize> {
    pub(super) columns: [[f64; M]; M],
    inverse: [[f64; M]; M],
    /// Pivots since the inverse was computed afresh.
    pub(super) updates: usize,
}

/// Up to this many rows zeros are multiplied like other numbers: a branch costs more.
const FEW_ROWS: usize = 16;
/// A pivot smaller than this share of its row makes a basis count as singular.
const SINGULAR: f64 = 1e-11;

impl<const M: usize> Basis<M> {
    pub(super) fn identity() -> Self {
        Self { columns: unit(), inverse: unit(), updates: 0 }
    }

    /// Computes the inverse afresh, row by row (Gauss-Jordan on the transpose, whose rows are the basic columns, with the
    /// largest of those left as the pivot); false where the columns are dependent.
    #[inline(always)]
    pub(super) fn invert(&mut self) -> bool {
        let mut a = self.columns;
        let mut inverse = unit::<M>();
        let mut pivots = [0_usize; M];
        let mut used = [false; M];
        for i in 0..M {
            let (mut p, mut size, mut row_size) = (0, -1.0, 0.0);
            for q in 0..M {
                let (value, original) = (if used[q] { -1.0 } else { a[q][i].abs() }, self.columns[q][i].abs());
                row_size = if original > row_size { original } else { row_size };
                p = if value > size { q } else { p };
                size = if value > size { value } else { size };
            }
            if size <= SINGULAR * row_size {
                return false;
            }
            used[p] = true;
            pivots[i] = p;
            let scale = 1.0 / a[p][i];
            let (mut pivot, mut pivot_inverse) = (a[p], inverse[p]);
            for l in 0..M {
                pivot[l] *= scale;
                pivot_inverse[l] *= scale;
            }
            for q in 0..M {
                let factor = a[q][i];
                if M <= FEW_ROWS || factor != 0.0 {
                    for l in 0..M {
                        a[q][l] -= factor * pivot[l];
                        inverse[q][l] -= factor * pivot_inverse[l];
                    }
                }
            }
            a[p] = pivot;
            inverse[p] = pivot_inverse;
        }
        for (row, p) in self.inverse.iter_mut().zip(pivots) {
            *row = inverse[p];
        }
        self.updates = 0;
        true
    }

    /// Solves B w = a.
    #[inline(always)]
    pub(super) fn ftran(&self, a: &[f64; M]) -> [f64; M] {
        let mut w = [0.0; M];
        for (&value, row) in a.iter().zip(&self.inverse) {
            if M <= FEW_ROWS || value != 0.0 {
                for p in 0..M {
                    w[p] += value * row[p];
                }
            }
        }
        w
    }

    /// Solves y'B = c'.
    #[inline(always)]
    pub(super) fn btran(&self, c: &[f64; M]) -> [f64; M] {
        let mut y = [0.0; M];
        for (out, row) in y.iter_mut().zip(&self.inverse) {
            *out = dot(row, c);
        }
        y
    }

    /// Puts `column` at position `p`; `w` is that column in terms of the basis.
    #[inline(always)]
    pub(super) fn replace(&mut self, p: usize, column: [f64; M], w: &[f64; M]) {
        let scale = 1.0 / w[p];
        for row in &mut self.inverse {
            let factor = row[p] * scale;
            if M <= FEW_ROWS || factor != 0.0 {
                for q in 0..M {
                    row[q] = if q == p { factor } else { row[q] - factor * w[q] };
                }
            }
        }
        self.columns[p] = column;
        self.updates += 1;
    }

    /// Improves a solution of B x = b by one step of iterative refinement.
    #[inline(always)]
    pub(super) fn refine_primal(&self, b: &[f64; M], x: &mut [f64; M]) {
        let mut residual = *b;
        for (column, &value) in self.columns.iter().zip(x.iter()) {
            for i in 0..M {
                residual[i] -= column[i] * value;
            }
        }
        let step = self.ftran(&residual);
        for (value, d) in x.iter_mut().zip(step) {
            *value += d;
        }
    }

    /// Improves a solution of y'B = c' by one step of iterative refinement.
    #[inline(always)]
    pub(super) fn refine_dual(&self, c: &[f64; M], y: &mut [f64; M]) {
        let mut residual = *c;
        for (r, column) in residual.iter_mut().zip(&self.columns) {
            *r -= dot(column, y);
        }
        let step = self.btran(&residual);
        for (value, d) in y.iter_mut().zip(step) {
            *value += d;
        }
    }
}

fn unit<const M: usize>() -> [[f64; M]; M] {
    let mut unit = [[0.0; M]; M];
    for (i, row) in unit.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    unit
}

/// The largest size in a column.
#[inline(always)]
pub(super) fn largest<const M: usize>(column: &[f64; M]) -> f64 {
    let mut lanes = [0.0_f64; 4];
    for chunk in column.chunks_exact(4) {
        for l in 0..4 {
            let size = chunk[l].abs();
            lanes[l] = if size > lanes[l] { size } else { lanes[l] };
        }
    }
    lanes.iter().fold(0.0, |most, v| if *v > most { *v } else { most })
}

/// Inner product in four running sums, so that the compiler can keep them in vector registers.
#[inline(always)]
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
        let once = x;
        basis.refine_primal(&[1.0, 0.0, 2.0, 1.0], &mut x);
        assert!(once.iter().zip(x).all(|(a, b)| (a - b).abs() < 1e-14));
        basis.columns[1] = basis.columns[0];
        assert!(!basis.invert());
    }
}
