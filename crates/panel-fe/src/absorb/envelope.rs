//! Banded elimination for long graphs, with a dense border.
//!
//! S = [A B; B' C], A for the second-largest effect, C for the rest. A is a weighted graph Laplacian: it has one zero
//! eigenvalue per connected component, so the last level of each component is pinned at zero and the others are
//! factored by Cholesky inside their envelope, in reverse Cuthill-McKee order (Cuthill & McKee 1969; George & Liu 1981,
//! ch. 4). C - B'A⁻B is small and goes to the pivoted Cholesky, which gives the rank.

use super::blocks::Blocks;
use super::dense::PivotedCholesky;
use super::sparse::Sparse;
use crate::linalg::dot;

/// Largest envelope, entries; and most multiplications to factor it.
const PROFILE: usize = 40_000_000;
const WORK: f64 = 8e9;

/// Factored S.
#[derive(Debug)]
pub(super) struct Bordered {
    /// Level at each elimination place.
    order: Vec<u32>,
    /// First column of each row's envelope.
    first: Vec<usize>,
    /// Where each row's entries start; the last entry of a row is its pivot.
    starts: Vec<usize>,
    l: Vec<f64>,
    /// Places whose level is pinned.
    pinned: Vec<bool>,
    /// B by columns, and A⁻B.
    border: Vec<Vec<f64>>,
    solved_border: Vec<Vec<f64>>,
    corner: PivotedCholesky,
    rank: usize,
}

impl Bordered {
    /// `None` when the envelope is too large. `scale` are the weights of the levels of C.
    pub(super) fn new(a: &Sparse, blocks: &Blocks, scale: &[f64]) -> Option<Self> {
        let n = a.diagonal.len();
        let rest = blocks.rest;
        let (order, pinned) = reverse_cuthill_mckee(a);
        let mut place = vec![0_usize; n];
        order.iter().enumerate().for_each(|(at, &level)| place[level as usize] = at);
        let mut first: Vec<usize> = (0..n).collect();
        for (at, &level) in order.iter().enumerate() {
            for &neighbor in &a.neighbors[a.starts[level as usize]..a.starts[level as usize + 1]] {
                first[at] = first[at].min(place[neighbor as usize]);
            }
        }
        let mut starts = vec![0_usize; n + 1];
        let mut work = 0.0;
        for at in 0..n {
            let length = at - first[at] + 1;
            starts[at + 1] = starts[at] + length;
            work += (length as f64).powi(2);
            if starts[at + 1] > PROFILE || work > WORK {
                return None;
            }
        }
        let mut l = vec![0.0; starts[n]];
        for (at, &level) in order.iter().enumerate() {
            let row = starts[at]..starts[at + 1];
            l[row.end - 1] = a.diagonal[level as usize];
            for entry in a.starts[level as usize]..a.starts[level as usize + 1] {
                let column = place[a.neighbors[entry] as usize];
                if column < at {
                    l[row.start + column - first[at]] = a.values[entry];
                }
            }
        }
        factor(&mut l, &starts, &first, &pinned);
        let border: Vec<Vec<f64>> =
            (0..rest).map(|j| blocks.border.iter().skip(j).step_by(rest).copied().collect()).collect();
        let mut corner = blocks.corner.clone();
        let pins = pinned.iter().filter(|pinned| **pinned).count();
        let empty = PivotedCholesky::new(Vec::new(), 0, &[]);
        let mut bordered =
            Self { order, first, starts, l, pinned, border, solved_border: Vec::new(), corner: empty, rank: n - pins };
        bordered.solved_border = bordered.border.iter().map(|column| bordered.solve_band(column)).collect();
        for j in 0..rest {
            for i in 0..rest {
                corner[j * rest + i] -= dot(&bordered.border[i], &bordered.solved_border[j]);
            }
        }
        bordered.corner = PivotedCholesky::new(corner, rest, scale);
        bordered.rank += bordered.corner.rank();
        Some(bordered)
    }

    pub(super) fn rank(&self) -> usize {
        self.rank
    }

    /// Multiplications of one solve.
    pub(super) fn cost(&self) -> f64 {
        2.0 * (self.l.len() + 2 * self.border.len() * self.order.len()) as f64
    }

    /// Some x with Sx = b, for b in the range of S.
    pub(super) fn solve(&self, b: &mut [f64]) {
        let (top, bottom) = b.split_at_mut(self.order.len());
        let mut x = self.solve_band(top);
        if !bottom.is_empty() {
            for (value, column) in bottom.iter_mut().zip(&self.border) {
                *value -= dot(column, &x);
            }
            self.corner.solve(bottom);
            for (alpha, column) in bottom.iter().zip(&self.solved_border) {
                x.iter_mut().zip(column).for_each(|(x, y)| *x -= alpha * y);
            }
        }
        top.copy_from_slice(&x);
    }

    fn solve_band(&self, b: &[f64]) -> Vec<f64> {
        let n = self.order.len();
        let mut x: Vec<f64> = self.order.iter().map(|&level| b[level as usize]).collect();
        for at in 0..n {
            if self.pinned[at] {
                x[at] = 0.0;
                continue;
            }
            let row = &self.l[self.starts[at]..self.starts[at + 1]];
            let length = row.len() - 1;
            x[at] = (x[at] - dot(&row[..length], &x[self.first[at]..at])) / row[length];
        }
        for at in (0..n).rev() {
            if self.pinned[at] {
                continue;
            }
            let row = &self.l[self.starts[at]..self.starts[at + 1]];
            let length = row.len() - 1;
            x[at] /= row[length];
            let value = x[at];
            x[self.first[at]..at].iter_mut().zip(&row[..length]).for_each(|(x, l)| *x -= l * value);
        }
        let mut by_level = vec![0.0; n];
        self.order.iter().zip(x).for_each(|(&level, value)| by_level[level as usize] = value);
        by_level
    }
}

/// Row-wise Cholesky inside the envelope. A pinned row is zero, so its unknown drops out of all later rows.
fn factor(l: &mut [f64], starts: &[usize], first: &[usize], pinned: &[bool]) {
    for i in 0..first.len() {
        let (done, rest) = l.split_at_mut(starts[i]);
        let row = &mut rest[..starts[i + 1] - starts[i]];
        if pinned[i] {
            row.fill(0.0);
            continue;
        }
        for j in first[i]..i {
            let at = j - first[i];
            if pinned[j] {
                row[at] = 0.0;
                continue;
            }
            let other = &done[starts[j]..starts[j + 1]];
            let from = first[i].max(first[j]);
            let inner = dot(&row[from - first[i]..at], &other[from - first[j]..j - first[j]]);
            row[at] = (row[at] - inner) / other[j - first[j]];
        }
        let length = row.len() - 1;
        let inner = dot(&row[..length], &row[..length]);
        row[length] = (row[length] - inner).max(f64::MIN_POSITIVE).sqrt();
    }
}

/// Elimination order, component by component, and the last place of each component.
fn reverse_cuthill_mckee(a: &Sparse) -> (Vec<u32>, Vec<bool>) {
    let n = a.diagonal.len();
    let degree = |level: u32| a.starts[level as usize + 1] - a.starts[level as usize];
    let mut order: Vec<u32> = Vec::with_capacity(n);
    let mut pinned = vec![false; n];
    let mut seen = vec![false; n];
    for seed in 0..n as u32 {
        if seen[seed as usize] {
            continue;
        }
        // Twice to the far end: a start on the rim makes narrow layers.
        let mut start = seed;
        for _ in 0..2 {
            let layers = breadth_first(a, start, &mut seen.clone(), degree);
            start = layers.last().copied().unwrap_or(start);
        }
        let mut component = breadth_first(a, start, &mut seen, degree);
        component.reverse();
        order.extend(component);
        if let Some(last) = order.len().checked_sub(1) {
            pinned[last] = true;
        }
    }
    (order, pinned)
}

fn breadth_first(a: &Sparse, start: u32, seen: &mut [bool], degree: impl Fn(u32) -> usize) -> Vec<u32> {
    let mut queue = vec![start];
    seen[start as usize] = true;
    let mut head = 0;
    while head < queue.len() {
        let level = queue[head] as usize;
        head += 1;
        let from = queue.len();
        for &neighbor in &a.neighbors[a.starts[level]..a.starts[level + 1]] {
            if !std::mem::replace(&mut seen[neighbor as usize], true) {
                queue.push(neighbor);
            }
        }
        queue[from..].sort_unstable_by_key(|&level| (degree(level), level));
    }
    queue
}
