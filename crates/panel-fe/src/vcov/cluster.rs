//! One-way to four-way clustered meats.

use super::Groups;
use crate::linalg;
use faer::{Mat, MatRef};

/// Sums of scores by group, of shape (count, p).
pub(crate) fn group_sums(scores: MatRef<'_, f64>, groups: &Groups) -> Mat<f64> {
    let mut sums = Mat::zeros(groups.count(), scores.ncols());
    for (j, column) in linalg::columns(scores).iter().enumerate() {
        let totals = sums.col_as_slice_mut(j);
        for (&code, &score) in groups.codes().iter().zip(column.iter()) {
            totals[code as usize] += score;
        }
    }
    sums
}

/// Σ_g S_g S_g'.
pub(crate) fn one_way(scores: MatRef<'_, f64>, groups: &Groups) -> Mat<f64> {
    linalg::gram(group_sums(scores, groups).as_ref(), None)
}

/// Inclusion and exclusion over the subsets of the partitions (Cameron, Gelbach & Miller 2011, eq. 2.12).
pub(crate) fn multiway(scores: MatRef<'_, f64>, partitions: &[Groups]) -> Mat<f64> {
    let p = scores.ncols();
    let mut meat = Mat::zeros(p, p);
    for subset in 1_u32..(1 << partitions.len()) {
        let mut members = (0..partitions.len()).filter(|f| subset >> f & 1 == 1).map(|f| &partitions[f]);
        let Some(first) = members.next() else { continue };
        let mut groups = std::borrow::Cow::Borrowed(first);
        for other in members {
            groups = std::borrow::Cow::Owned(groups.intersect(other));
        }
        let part = one_way(scores, &groups);
        if subset.count_ones() % 2 == 1 { meat += part } else { meat -= part }
    }
    meat
}
