//! Products of small matrices with many columns of draws. Every entry is summed in the order of the inner index, whatever
//! the number of columns, so that a draw does not depend on those beside it.

use super::simd::Once;
use pulp::Arch;

/// Rows of one step.
const ROWS: usize = 8;
/// Columns of one step.
const COLUMNS: usize = 4;

/// A left factor, column by column, its rows filled up to a multiple of [`ROWS`] with zeros.
#[derive(Debug, Clone)]
pub(crate) struct Left {
    padded: usize,
    inner: usize,
    data: Vec<f64>,
}

impl Left {
    /// From columns of `rows` numbers.
    pub(crate) fn of_columns(columns: &[f64], rows: usize) -> Self {
        let (padded, inner) = (rows.next_multiple_of(ROWS), columns.len().checked_div(rows).unwrap_or(0));
        let mut data = vec![0.0; padded * inner];
        for (out, column) in data.chunks_exact_mut(padded.max(1)).zip(columns.chunks_exact(rows.max(1))) {
            out[..rows].copy_from_slice(column);
        }
        Self { padded, inner, data }
    }

    /// From rows of `inner` numbers.
    pub(crate) fn of_rows(rows: &[f64], inner: usize) -> Self {
        let count = rows.len().checked_div(inner).unwrap_or(0);
        let padded = count.next_multiple_of(ROWS);
        let mut data = vec![0.0; padded * inner];
        for (i, row) in rows.chunks_exact(inner.max(1)).enumerate() {
            row.iter().enumerate().for_each(|(k, value)| data[k * padded + i] = *value);
        }
        Self { padded, inner, data }
    }

    /// Rows with those filled up: the stride of a product's columns.
    pub(crate) fn padded(&self) -> usize {
        self.padded
    }

    /// out ← self · right; `right` holds `columns` columns of stride `stride`, `out` as many of stride
    /// [`Left::padded`].
    pub(crate) fn times(&self, right: &[f64], stride: usize, columns: usize, out: &mut [f64]) {
        let once = Once;
        Arch::new().dispatch(
            #[inline(always)]
            || {
                let _once = once;
                let whole = columns / COLUMNS * COLUMNS;
                for first in (0..whole).step_by(COLUMNS) {
                    for row in (0..self.padded).step_by(ROWS) {
                        self.step::<COLUMNS>(right, stride, first, row, out);
                    }
                }
                for first in whole..columns {
                    for row in (0..self.padded).step_by(ROWS) {
                        self.step::<1>(right, stride, first, row, out);
                    }
                }
            },
        );
    }

    #[inline(always)]
    fn step<const N: usize>(&self, right: &[f64], stride: usize, first: usize, row: usize, out: &mut [f64]) {
        let mut sums = [[0.0; ROWS]; N];
        let columns: [&[f64]; N] = std::array::from_fn(|c| &right[(first + c) * stride..][..self.inner]);
        for (k, left) in self.data.chunks_exact(self.padded).enumerate() {
            let left = &left[row..row + ROWS];
            for c in 0..N {
                let factor = columns[c][k];
                for lane in 0..ROWS {
                    sums[c][lane] += left[lane] * factor;
                }
            }
        }
        for (c, sums) in sums.iter().enumerate() {
            out[(first + c) * self.padded + row..][..ROWS].copy_from_slice(sums);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_definition() {
        let (rows, inner, columns) = (11, 5, 7);
        let a: Vec<f64> = (0..rows * inner).map(|k| ((k * 7) % 13) as f64 - 6.0).collect();
        let b: Vec<f64> = (0..inner * columns).map(|k| ((k * 5) % 11) as f64 - 5.0).collect();
        let by_rows: Vec<f64> =
            (0..rows).flat_map(|i| (0..inner).map(move |k| (i, k))).map(|(i, k)| a[k * rows + i]).collect();
        for left in [Left::of_columns(&a, rows), Left::of_rows(&by_rows, inner)] {
            let mut out = vec![f64::NAN; left.padded() * columns];
            left.times(&b, inner, columns, &mut out);
            for j in 0..columns {
                for i in 0..rows {
                    let want: f64 = (0..inner).map(|k| a[k * rows + i] * b[j * inner + k]).sum();
                    assert_eq!(out[j * left.padded() + i], want);
                }
            }
        }
    }
}
