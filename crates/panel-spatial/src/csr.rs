//! Square sparse matrices in compressed rows.

use panel_core::sum::compensated_sum;

/// A square sparse matrix; columns ascend within a row, no explicit zero.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Csr {
    pub(crate) starts: Vec<usize>,
    pub(crate) columns: Vec<u32>,
    pub(crate) values: Vec<f64>,
}

impl Csr {
    /// From rows of (column, value) in ascending order; zeros are left out.
    pub(crate) fn from_rows(rows: impl IntoIterator<Item = Vec<(usize, f64)>>) -> Self {
        let mut matrix = Self { starts: vec![0], ..Self::default() };
        for row in rows {
            for (j, value) in row.into_iter().filter(|entry| entry.1 != 0.0) {
                matrix.columns.push(j as u32);
                matrix.values.push(value);
            }
            matrix.starts.push(matrix.columns.len());
        }
        matrix
    }

    pub(crate) fn n(&self) -> usize {
        self.starts.len() - 1
    }

    pub(crate) fn nonzeros(&self) -> usize {
        self.columns.len()
    }

    pub(crate) fn row(&self, i: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.starts[i]..self.starts[i + 1];
        self.columns[range.clone()].iter().map(|&j| j as usize).zip(self.values[range].iter().copied())
    }

    pub(crate) fn get(&self, i: usize, j: usize) -> f64 {
        let range = self.starts[i]..self.starts[i + 1];
        self.columns[range.clone()].binary_search(&(j as u32)).map_or(0.0, |at| self.values[range.start + at])
    }

    pub(crate) fn row_sum(&self, i: usize) -> f64 {
        compensated_sum(self.values[self.starts[i]..self.starts[i + 1]].iter().copied())
    }

    /// Row i of A x, compensated.
    pub(crate) fn lag(&self, i: usize, x: &[f64]) -> f64 {
        compensated_sum(self.row(i).map(|(j, weight)| weight * x[j]))
    }

    pub(crate) fn degree(&self, i: usize) -> usize {
        self.starts[i + 1] - self.starts[i]
    }

    /// S0 = Σ w_ij, S1 = ½ Σ (w_ij + w_ji)², S2 = Σ_i (w_i. + w_.i)² (Cliff & Ord 1981).
    pub(crate) fn moments(&self) -> (f64, f64, f64) {
        let n = self.n();
        let (mut out, mut into) = (vec![0.0; n], vec![0.0; n]);
        for i in 0..n {
            for (j, weight) in self.row(i) {
                out[i] += weight;
                into[j] += weight;
            }
        }
        let (square, squares) = self.trace_products();
        let s2 = compensated_sum(out.iter().zip(&into).map(|(a, b)| (a + b) * (a + b)));
        (compensated_sum(out), square + squares, s2)
    }

    /// `into` = A x.
    pub(crate) fn multiply(&self, x: &[f64], into: &mut [f64]) {
        for (i, value) in into.iter_mut().enumerate() {
            *value = self.row(i).map(|(j, weight)| weight * x[j]).sum();
        }
    }

    /// A x.
    pub(crate) fn times(&self, x: &[f64]) -> Vec<f64> {
        let mut into = vec![0.0; x.len()];
        self.multiply(x, &mut into);
        into
    }

    /// A'x.
    pub(crate) fn transposed_times(&self, x: &[f64]) -> Vec<f64> {
        let mut into = vec![0.0; x.len()];
        for i in 0..self.n() {
            for (j, weight) in self.row(i) {
                into[j] += weight * x[i];
            }
        }
        into
    }

    pub(crate) fn transposed(&self) -> Self {
        let n = self.n();
        let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); n];
        for i in 0..n {
            for (j, value) in self.row(i) {
                rows[j].push((i, value));
            }
        }
        Self::from_rows(rows)
    }

    /// tr(A²) and tr(A'A), compensated.
    pub(crate) fn trace_products(&self) -> (f64, f64) {
        let square = compensated_sum(
            (0..self.n())
                .flat_map(|i| self.row(i).map(move |(j, value)| (i, j, value)))
                .map(|(i, j, value)| value * self.get(j, i)),
        );
        (square, compensated_sum(self.values.iter().map(|value| value * value)))
    }

    /// Rows and columns for which `keep` holds, renumbered.
    pub(crate) fn subset(&self, keep: &[bool]) -> Self {
        let mut place = vec![usize::MAX; self.n()];
        let kept: Vec<usize> = (0..self.n()).filter(|&i| keep[i]).collect();
        kept.iter().enumerate().for_each(|(next, &i)| place[i] = next);
        Self::from_rows(
            kept.iter().map(|&i| {
                self.row(i).filter(|&(j, _)| keep[j]).map(|(j, value)| (place[j], value)).collect::<Vec<_>>()
            }),
        )
    }

    /// Each row scaled by its own factor.
    pub(crate) fn scale_rows(&mut self, factors: &[f64]) {
        for i in 0..self.n() {
            self.values[self.starts[i]..self.starts[i + 1]].iter_mut().for_each(|value| *value *= factors[i]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_by_hand() {
        let a = Csr::from_rows([vec![(1, 2.0)], vec![(0, 1.0), (2, 3.0)], vec![]]);
        assert_eq!(a.times(&[1.0, 10.0, 100.0]), [20.0, 301.0, 0.0]);
        assert_eq!(a.transposed_times(&[1.0, 10.0, 100.0]), [10.0, 2.0, 30.0]);
        assert_eq!(a.transposed().times(&[1.0, 10.0, 100.0]), [10.0, 2.0, 30.0]);
        assert_eq!(a.trace_products(), (4.0, 14.0));
        assert_eq!(a.subset(&[true, true, false]).times(&[1.0, 1.0]), [2.0, 1.0]);
    }
}
