//! Sums over pairs of scores that are correlated in part.

use super::{Groups, cluster};
use crate::linalg;
use faer::{Mat, MatRef};

/// Entries of a row that are worked on together.
const LANES: usize = 4;

/// Two rows of scores and the weight of their products.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    pub(crate) one: u32,
    pub(crate) other: u32,
    pub(crate) weight: f64,
}

/// M += Σ weight·(a b' + b a') over pairs of rows a, b, in their order; M is symmetric and stays so.
pub(crate) fn add_pairs(meat: &mut Mat<f64>, rows: MatRef<'_, f64>, pairs: impl IntoIterator<Item = Pair>) {
    let p = rows.ncols();
    if p == 0 {
        return;
    }
    let width = p.next_multiple_of(LANES);
    // Row by row, so that the columns of a pair lie side by side.
    let mut by_row = vec![0.0; rows.nrows() * width];
    for j in 0..p {
        by_row.iter_mut().skip(j).step_by(width).enumerate().for_each(|(i, slot)| *slot = rows[(i, j)]);
    }
    let mut sums = vec![0.0; p * width];
    sums.chunks_exact_mut(width).enumerate().for_each(|(j, column)| {
        column.iter_mut().enumerate().take(p).for_each(|(i, sum)| *sum = meat[(i, j)]);
    });
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || {
            for Pair { one, other, weight } in pairs {
                let a = &by_row[one as usize * width..][..width];
                let b = &by_row[other as usize * width..][..width];
                for (j, column) in sums.chunks_exact_mut(width).enumerate() {
                    // The upper triangle is enough.
                    add_products(&mut column[..(j + 1).next_multiple_of(LANES)], weight, (a, b), (a[j], b[j]));
                }
            }
        },
    );
    for j in 0..p {
        for i in 0..=j {
            (meat[(i, j)], meat[(j, i)]) = (sums[j * width + i], sums[j * width + i]);
        }
    }
}

/// One column of weight·(a b' + b a'), four entries at a time.
#[inline(always)]
fn add_products(column: &mut [f64], weight: f64, (a, b): (&[f64], &[f64]), (a_j, b_j): (f64, f64)) {
    let rows = a.chunks_exact(LANES).zip(b.chunks_exact(LANES));
    for (sums, (a, b)) in column.chunks_exact_mut(LANES).zip(rows) {
        for lane in 0..LANES {
            sums[lane] += weight * (a[lane] * b_j + b[lane] * a_j);
        }
    }
}

/// Sums by group, each with itself, and pairs of them.
pub(crate) fn of_groups(scores: MatRef<'_, f64>, groups: &Groups, pairs: impl IntoIterator<Item = Pair>) -> Mat<f64> {
    let sums = cluster::group_sums(scores, groups);
    let mut meat = linalg::gram(sums.as_ref(), None);
    add_pairs(&mut meat, sums.as_ref(), pairs);
    meat
}

#[cfg(test)]
mod tests {
    use super::*;

    // By hand: rows (1, 2) and (3, 5) with weight ½ give ½(a b' + b a') = ½ [[6, 11], [11, 20]].
    #[test]
    fn a_pair_adds_its_symmetric_product() {
        let rows = Mat::from_fn(2, 2, |i, j| [[1.0, 2.0], [3.0, 5.0]][i][j]);
        let mut meat = Mat::from_fn(2, 2, |_, _| 1.0);
        add_pairs(&mut meat, rows.as_ref(), [Pair { one: 0, other: 1, weight: 0.5 }]);
        assert_eq!([meat[(0, 0)], meat[(0, 1)], meat[(1, 0)], meat[(1, 1)]], [4.0, 6.5, 6.5, 11.0]);
    }
}
