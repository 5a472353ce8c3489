//! A k-d tree over points in space.

/// Points of a leaf, which are compared one by one.
const LEAF: usize = 12;

/// Points in space, halved along x, y, z in turn until few are left.
///
/// The halves lie in one array: a range of it is a node, its middle the point it is halved at.
#[derive(Debug)]
pub(super) struct Tree {
    points: Vec<[f64; 3]>,
    /// Where each point stood before.
    order: Vec<u32>,
}

impl Tree {
    pub(super) fn new(points: Vec<[f64; 3]>) -> Self {
        let mut order: Vec<u32> = (0..points.len() as u32).collect();
        split(&points, &mut order, 0);
        Self { points: order.iter().map(|&i| points[i as usize]).collect(), order }
    }

    /// Calls `found` with every point at most √`squared` from `at`.
    pub(super) fn within(&self, at: &[f64; 3], squared: f64, mut found: impl FnMut(usize)) {
        let mut stack = vec![(0, self.points.len(), 0)];
        while let Some((start, end, axis)) = stack.pop() {
            if end - start <= LEAF {
                for k in start..end {
                    if distance(&self.points[k], at) <= squared {
                        found(self.order[k] as usize);
                    }
                }
                continue;
            }
            let middle = start + (end - start) / 2;
            let gap = at[axis] - self.points[middle][axis];
            let next = (axis + 1) % 3;
            if distance(&self.points[middle], at) <= squared {
                found(self.order[middle] as usize);
            }
            if gap <= 0.0 || gap * gap <= squared {
                stack.push((start, middle, next));
            }
            if gap >= 0.0 || gap * gap <= squared {
                stack.push((middle + 1, end, next));
            }
        }
    }

    /// Squared distance from `at` to the `count`-th nearest point; infinite where there are fewer.
    pub(super) fn squared_reach(&self, at: &[f64; 3], count: usize) -> f64 {
        let mut nearest = vec![f64::INFINITY; count];
        self.reach(at, &mut nearest, (0, self.points.len(), 0));
        nearest.last().copied().unwrap_or(f64::INFINITY)
    }

    /// `nearest` holds the smallest squared distances so far, ascending.
    fn reach(&self, at: &[f64; 3], nearest: &mut [f64], (start, end, axis): (usize, usize, usize)) {
        if end - start <= LEAF {
            self.points[start..end].iter().for_each(|point| insert(nearest, distance(point, at)));
            return;
        }
        let middle = start + (end - start) / 2;
        let gap = at[axis] - self.points[middle][axis];
        let next = (axis + 1) % 3;
        insert(nearest, distance(&self.points[middle], at));
        let (lower, upper) = ((start, middle, next), (middle + 1, end, next));
        let (near, far) = if gap < 0.0 { (lower, upper) } else { (upper, lower) };
        self.reach(at, nearest, near);
        if nearest.last().is_some_and(|&last| gap * gap <= last) {
            self.reach(at, nearest, far);
        }
    }
}

/// Puts a squared distance in its place among the smallest.
fn insert(nearest: &mut [f64], squared: f64) {
    let place = nearest.partition_point(|&other| other <= squared);
    if place < nearest.len() {
        nearest[place..].rotate_right(1);
        nearest[place] = squared;
    }
}

fn split(points: &[[f64; 3]], order: &mut [u32], axis: usize) {
    if order.len() <= LEAF {
        return;
    }
    let middle = order.len() / 2;
    let coordinate = |&i: &u32| points[i as usize][axis];
    order.select_nth_unstable_by(middle, |a, b| coordinate(a).total_cmp(&coordinate(b)).then(a.cmp(b)));
    // The middle stays where it is: the search compares with it.
    let (lower, upper) = order.split_at_mut(middle);
    split(points, lower, (axis + 1) % 3);
    split(points, &mut upper[1..], (axis + 1) % 3);
}

fn distance(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let (x, y, z) = (a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    x * x + y * y + z * z
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    #[test]
    fn clouds_and_heaps_are_searched_as_by_hand() {
        for (n, distinct) in [(1, 1), (LEAF, LEAF), (LEAF + 1, 3), (500, 500), (500, 7), (500, 1)] {
            let mut stream = Stream::new(n as u64, distinct as u64);
            let mut uniform = || stream.uniform();
            let kinds: Vec<[f64; 3]> = (0..distinct).map(|_| [uniform(), uniform(), uniform()]).collect();
            let points: Vec<[f64; 3]> = (0..n).map(|i| kinds[i % distinct]).collect();
            let tree = Tree::new(points.clone());
            for at in &points {
                let mut all: Vec<f64> = points.iter().map(|point| distance(point, at)).collect();
                for squared in [0.0, 0.01, 0.3, 9.0] {
                    let mut found = Vec::new();
                    tree.within(at, squared, |j| found.push(j));
                    found.sort_unstable();
                    let want: Vec<usize> = (0..n).filter(|&j| all[j] <= squared).collect();
                    assert_eq!(found, want, "{n} {distinct} {squared}");
                }
                all.sort_by(f64::total_cmp);
                for count in [1, 2, n] {
                    assert_eq!(tree.squared_reach(at, count), all.get(count - 1).copied().unwrap_or(f64::INFINITY));
                }
            }
        }
    }
}
