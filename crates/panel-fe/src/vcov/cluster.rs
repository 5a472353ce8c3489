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

/// The intersections of several partitions that enter, and whether each is added or subtracted (Cameron, Gelbach & Miller
/// 2011, eq. 2.12): M = Σ over non-empty subsets A of (-1)^(|A|+1) M_A.
pub(crate) fn intersections(partitions: &[Groups]) -> Vec<(Groups, bool)> {
    let of_subset = |subset: u32| {
        let mut members = (0..partitions.len()).filter(|f| subset >> f & 1 == 1).map(|f| &partitions[f]);
        let first = members.next()?.clone();
        Some((members.fold(first, |groups, other| groups.intersect(other)), subset.count_ones() % 2 == 1))
    };
    (1_u32..(1 << partitions.len())).filter_map(of_subset).collect()
}

/// Inclusion and exclusion over [`intersections`].
pub(crate) fn multiway(scores: MatRef<'_, f64>, intersections: &[(Groups, bool)]) -> Mat<f64> {
    let p = scores.ncols();
    let mut meat = Mat::zeros(p, p);
    for (groups, added) in intersections {
        let part = one_way(scores, groups);
        if *added { meat += part } else { meat -= part }
    }
    meat
}
