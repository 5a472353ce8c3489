//! Pivoted Cholesky of a dense positive semidefinite matrix: rank and a generalised inverse.

/// P'AP = LL' up to the rank; pivots below [`FLOOR`] times the scale of their unknown count as zero.
#[derive(Debug)]
pub(super) struct PivotedCholesky {
    size: usize,
    /// Columns of L, each of length `size`, in pivoted row order.
    columns: Vec<f64>,
    /// Original index at each pivoted place.
    order: Vec<usize>,
    rank: usize,
}

const FLOOR: f64 = 1e-10;

impl PivotedCholesky {
    /// Factors a symmetric matrix given by columns (only its lower triangle is used). `scale` is the diagonal before
    /// other effects were eliminated: what elimination has reduced to rounding is zero.
    pub(super) fn new(mut a: Vec<f64>, size: usize, scale: &[f64]) -> Self {
        let mut diagonal: Vec<f64> = (0..size).map(|i| a[i * size + i]).collect();
        let mut order: Vec<usize> = (0..size).collect();
        let mut rank = 0;
        // The symmetric matrix is stored whole, so that swaps stay simple.
        for j in 0..size {
            for i in j + 1..size {
                a[i * size + j] = a[j * size + i];
            }
        }
        let mut columns = vec![0.0; size * size];
        for k in 0..size {
            // Largest pivot relative to its original size; the first wins ties.
            let mut best = k;
            let share = |place: usize, diagonal: &[f64], order: &[usize]| {
                let original = scale[order[place]];
                if original > 0.0 { diagonal[place] / original } else { 0.0 }
            };
            for place in k + 1..size {
                if share(place, &diagonal, &order) > share(best, &diagonal, &order) {
                    best = place;
                }
            }
            if share(best, &diagonal, &order) <= FLOOR {
                break;
            }
            if best != k {
                order.swap(k, best);
                diagonal.swap(k, best);
                for column in 0..k {
                    columns.swap(column * size + k, column * size + best);
                }
            }
            let pivot = diagonal[k].sqrt();
            let (done, rest) = columns.split_at_mut(k * size);
            let column = &mut rest[..size];
            let source = &a[order[k] * size..(order[k] + 1) * size];
            for place in k + 1..size {
                column[place] = source[order[place]];
            }
            for earlier in done.chunks_exact(size) {
                let factor = earlier[k];
                if factor != 0.0 {
                    column[k + 1..].iter_mut().zip(&earlier[k + 1..]).for_each(|(value, l)| *value -= factor * l);
                }
            }
            column[k] = pivot;
            for place in k + 1..size {
                column[place] /= pivot;
                diagonal[place] -= column[place] * column[place];
            }
            rank += 1;
        }
        Self { size, columns, order, rank }
    }

    pub(super) fn rank(&self) -> usize {
        self.rank
    }

    /// Some x with Ax = b, for b in the range of A; zero off the pivots.
    pub(super) fn solve(&self, b: &mut [f64]) {
        let mut x: Vec<f64> = self.order[..self.rank].iter().map(|&i| b[i]).collect();
        for k in 0..self.rank {
            let column = &self.columns[k * self.size..(k + 1) * self.size];
            x[k] /= column[k];
            let value = x[k];
            x[k + 1..].iter_mut().zip(&column[k + 1..self.rank]).for_each(|(x, l)| *x -= l * value);
        }
        for k in (0..self.rank).rev() {
            let column = &self.columns[k * self.size..(k + 1) * self.size];
            let inner: f64 = x[k + 1..].iter().zip(&column[k + 1..self.rank]).map(|(x, l)| x * l).sum();
            x[k] = (x[k] - inner) / column[k];
        }
        b.fill(0.0);
        for (&i, value) in self.order.iter().zip(x) {
            b[i] = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_laplacian_has_rank_n_less_one_and_is_solved() {
        // Path of four nodes.
        let a = vec![1.0, -1.0, 0.0, 0.0, -1.0, 2.0, -1.0, 0.0, 0.0, -1.0, 2.0, -1.0, 0.0, 0.0, -1.0, 1.0];
        let factor = PivotedCholesky::new(a.clone(), 4, &[1.0; 4]);
        assert_eq!(factor.rank(), 3);
        let b = [1.0, -2.0, 0.5, 0.5];
        let mut x = b;
        factor.solve(&mut x);
        for i in 0..4 {
            let product: f64 = (0..4).map(|j| a[j * 4 + i] * x[j]).sum();
            assert!((product - b[i]).abs() < 1e-12);
        }
    }
}
