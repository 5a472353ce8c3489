//! An order of units in which neighbours are alike.

use std::cmp::Ordering;

/// Orders units so that consecutive ones have similar data: the next program then starts near its optimum.
///
/// `columns` holds `rows` positive quantities per unit, unit after unit. Units are split at the median of the widest
/// logarithmic coordinate, again and again, and the halves are walked to and fro. The order depends on the data alone,
/// never on threads; quantities that are not positive are placed by an odd logarithm.
#[must_use]
pub fn neighbor_order(rows: usize, columns: &[f64]) -> Vec<usize> {
    if rows == 0 {
        return Vec::new();
    }
    let n = columns.len() / rows;
    let mut size = vec![0.0_f64; rows];
    for column in columns.chunks_exact(rows) {
        for (s, v) in size.iter_mut().zip(column) {
            *s += v.abs() / n as f64;
        }
    }
    let mut points: Vec<f64> = Vec::with_capacity(n * rows);
    for column in columns.chunks_exact(rows) {
        points.extend(column.iter().zip(&size).map(|(v, s)| coordinate(if *s > 0.0 { v / s } else { 0.0 })));
    }
    let mut order: Vec<usize> = (0..n).collect();
    split(&mut order, &points, rows, false);
    order
}

/// A logarithm to base 2, linear between powers of two, for values down to a millionth of the mean, continued linearly
/// through zero.
fn coordinate(ratio: f64) -> f64 {
    const FLOOR: f64 = 1e-6;
    const PER_OCTAVE: f64 = 1.0 / (1_u64 << 52) as f64;
    let parts = ratio / FLOOR;
    if parts >= 1.0 { parts.to_bits() as f64 * PER_OCTAVE - 1023.0 } else { parts - 1.0 }
}

/// Units per leaf: below this the order inside does not matter.
const LEAF: usize = 8;

fn split(part: &mut [usize], points: &[f64], rows: usize, reversed: bool) {
    if part.len() <= LEAF {
        return;
    }
    let axis = widest(part, points, rows);
    let by_axis = |a: &usize, b: &usize| {
        let order = points[a * rows + axis].total_cmp(&points[b * rows + axis]).then(a.cmp(b));
        if reversed { order.reverse() } else { order }
    };
    let middle = part.len() / 2;
    part.select_nth_unstable_by(middle, |a, b| -> Ordering { by_axis(a, b) });
    let (left, right) = part.split_at_mut(middle);
    split(left, points, rows, false);
    split(right, points, rows, true);
}

/// The coordinate with the largest spread.
fn widest(part: &[usize], points: &[f64], rows: usize) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for axis in 0..rows {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        // A sample is enough to choose the axis of a large part.
        for &unit in part.iter().step_by(part.len().div_ceil(256)) {
            let v = points[unit * rows + axis];
            low = low.min(v);
            high = high.max(v);
        }
        if high - low > best.1 {
            best = (axis, high - low);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_comes_once_and_neighbours_are_near() {
        let columns: Vec<f64> = (0..500_u32).map(|k| f64::from(k * 7919 % 500 + 1)).collect();
        let order = neighbor_order(1, &columns);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..500).collect::<Vec<_>>());
        let jump: f64 = order.windows(2).map(|w| (columns[w[0]].ln() - columns[w[1]].ln()).abs()).sum();
        assert!(jump < 60.0, "{jump}");
        assert!(neighbor_order(2, &[1.0, -1.0, 0.0, 5.0]).len() == 2);
    }
}
