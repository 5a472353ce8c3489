//! A section of the technology cone: a linear functional positive on every unit.

use super::Disposal;
use crate::lp::Activities;

/// \\(h(P_j)\\) for every column, positive; none where no functional of the simple kinds tried is positive.
///
/// A functional may weigh a row that is disposed upward or not at all, so that it is not negative on disposal rays:
/// the row of ones where there is one, else the sum of all such rows without negative values, each over its mean size.
pub(super) fn section(activities: &Activities, disposal: &[Disposal]) -> Option<Vec<f64>> {
    let n = activities.cols();
    let usable = |i: &usize| disposal[*i] != Disposal::Less;
    let row = |i: usize| (0..n).map(move |j| activities.get(i, j));
    for i in (0..activities.rows()).filter(usable) {
        let first = if n > 0 { activities.get(i, 0) } else { 0.0 };
        if first > 0.0 && row(i).all(|v| v.to_bits() == first.to_bits()) {
            return Some(row(i).collect());
        }
    }
    let mut h = vec![0.0_f64; n];
    for i in (0..activities.rows()).filter(usable) {
        if row(i).all(|v| v >= 0.0) {
            let unit = activities.row_unit(i);
            for (h, v) in h.iter_mut().zip(row(i)) {
                *h += v / unit;
            }
        }
    }
    h.iter().all(|v| v.is_normal() && *v > 0.0).then_some(h)
}
