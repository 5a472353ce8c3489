//! Products of small matrices with many columns of draws. Every entry is summed in the order of the inner index, whatever
//! the number of columns, so that a draw does not depend on those beside it.

use pulp::{Arch, Simd, WithSimd};

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
        if self.padded > 0 {
            Arch::new().dispatch(Times { left: self, right, stride, columns, out });
        }
    }
}

/// A product to be made.
struct Times<'a> {
    left: &'a Left,
    right: &'a [f64],
    stride: usize,
    columns: usize,
    out: &'a mut [f64],
}

impl WithSimd for Times<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { left: Left { padded, inner, data }, right, stride, columns, out } = self;
        let (padded, inner) = (*padded, *inner);
        let right = |column: usize| &right[column * stride..][..inner];
        let in_fours = columns / COLUMNS * COLUMNS;
        let (fours, rest) = out[..columns * padded].split_at_mut(in_fours * padded);
        for (four, out) in fours.chunks_exact_mut(COLUMNS * padded).enumerate() {
            let first = four * COLUMNS;
            let right: [&[f64]; COLUMNS] = [right(first), right(first + 1), right(first + 2), right(first + 3)];
            for row in (0..padded).step_by(ROWS) {
                step(simd, &data[row..], padded, right, &mut out[row..]);
            }
        }
        for (column, out) in (in_fours..columns).zip(rest.chunks_exact_mut(padded)) {
            for row in (0..padded).step_by(ROWS) {
                step(simd, &data[row..], padded, [right(column)], &mut out[row..]);
            }
        }
    }
}

/// [`ROWS`] rows of N columns of a product: `left` and `out` start at the first of the rows, columns of both are `padded`
/// numbers apart.
#[inline(always)]
fn step<S: Simd, const N: usize>(simd: S, left: &[f64], padded: usize, right: [&[f64]; N], out: &mut [f64]) {
    // A vector of any width goes into eight rows a whole number of times; the widest one once.
    let lanes = S::F64_LANES;
    let mut sums = [[simd.splat_f64s(0.0); ROWS]; N];
    let vectors = ROWS / lanes;
    if vectors == ROWS / 4 {
        let mut pairs = [[simd.splat_f64s(0.0); 2]; N];
        for (k, left) in left.chunks(padded).take(right[0].len()).enumerate() {
            let left = S::as_simd_f64s(&left[..ROWS]).0;
            let (low, high) = (left[0], left[1]);
            for c in 0..N {
                let factor = simd.splat_f64s(right[c][k]);
                pairs[c][0] = simd.add_f64s(pairs[c][0], simd.mul_f64s(low, factor));
                pairs[c][1] = simd.add_f64s(pairs[c][1], simd.mul_f64s(high, factor));
            }
        }
        for (pairs, out) in pairs.iter().zip(out.chunks_mut(padded)) {
            S::as_mut_simd_f64s(&mut out[..ROWS]).0.copy_from_slice(pairs);
        }
        return;
    }
    for (k, left) in left.chunks(padded).take(right[0].len()).enumerate() {
        for (c, sums) in sums.iter_mut().enumerate() {
            let factor = simd.splat_f64s(right[c][k]);
            for (sum, left) in sums.iter_mut().zip(S::as_simd_f64s(&left[..ROWS]).0) {
                *sum = simd.add_f64s(*sum, simd.mul_f64s(*left, factor));
            }
        }
    }
    for (sums, out) in sums.iter().zip(out.chunks_mut(padded)) {
        S::as_mut_simd_f64s(&mut out[..ROWS]).0.copy_from_slice(&sums[..vectors]);
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
