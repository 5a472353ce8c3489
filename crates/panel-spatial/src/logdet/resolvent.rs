//! What is needed of G = W (I - rW)⁻¹ at one r: traces, sums, products with vectors.

use super::dense::to_dense;
use super::sparse::{BLOCK, Factor, Pattern};
use crate::csr::Csr;
use crate::error::Result;
use faer::Mat;
use faer::linalg::solvers::{PartialPivLu, Solve};
use panel_core::sum::compensated_sum;
use rayon::prelude::*;

/// G at one r.
#[derive(Debug, Clone)]
pub(crate) struct Resolvent<'a> {
    pub(crate) r: f64,
    /// tr G.
    pub(crate) trace: f64,
    /// tr G².
    pub(crate) trace_square: f64,
    /// tr G'G.
    pub(crate) squares: f64,
    /// Row sums G1.
    pub(crate) rows: Vec<f64>,
    /// Column sums G'1.
    pub(crate) columns: Vec<f64>,
    kind: Kind<'a>,
}

#[derive(Debug, Clone)]
enum Kind<'a> {
    Dense { g: Mat<f64> },
    Sparse { matrix: &'a Csr, factor: Factor<'a>, pattern: &'a Pattern },
}

impl<'a> Resolvent<'a> {
    pub(crate) fn dense(matrix: &Csr, r: f64) -> Self {
        let n = matrix.n();
        let mut s = to_dense(matrix);
        // G' solves (I - rW)' G' = W'.
        let mut g_transposed = s.transpose().to_owned();
        for j in 0..n {
            for i in 0..n {
                s[(i, j)] = f64::from(u8::from(i == j)) - r * s[(i, j)];
            }
        }
        let lu: PartialPivLu<f64> = s.partial_piv_lu();
        lu.solve_transpose_in_place(g_transposed.as_mut());
        // Columns of G' are rows of G.
        let row = |i: usize| g_transposed.col(i).try_as_col_major().map(|row| row.as_slice());
        let (mut trace, mut trace_square, mut squares) = (0.0, 0.0, 0.0);
        let (mut rows, mut columns) = (vec![0.0; n], vec![0.0; n]);
        for i in 0..n {
            trace += g_transposed[(i, i)];
            let Some(own) = row(i) else { continue };
            rows[i] = own.iter().sum();
            squares += crate::linalg::dot(own, own);
            crate::linalg::add_scaled(&mut columns, 1.0, own);
            trace_square += own[i] * own[i] + 2.0 * (0..i).map(|j| own[j] * g_transposed[(i, j)]).sum::<f64>();
        }
        Self { r, trace, trace_square, squares, rows, columns, kind: Kind::Dense { g: g_transposed } }
    }

    /// By solving for every column: exact, n solves in blocks.
    pub(crate) fn sparse(matrix: &'a Csr, pattern: &'a Pattern, similar: Option<&[f64]>, r: f64) -> Result<Self> {
        let factor = pattern.factor(r)?;
        let trace = factor.trace_g();
        let ones = vec![1.0; matrix.n()];
        let rows = matrix.times(&factor.solve(&ones, false));
        let columns = factor.solve(&matrix.transposed_times(&ones), true);
        let in_order = permuted(matrix, pattern);
        let backwards = similar.is_none().then(|| in_order.transposed());
        let scale: Option<Vec<f64>> = similar.map(|scale| {
            let mut moved = vec![0.0; scale.len()];
            scale.iter().zip(&pattern.new).for_each(|(value, &place)| moved[place] = *value);
            moved
        });
        let parts: Vec<(f64, f64)> = (0..pattern.n.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let first = block * BLOCK;
                let g = columns_of(&factor, &in_order, first, false);
                let squares = compensated_sum(g.iter().flat_map(|row| row.iter().map(|value| value * value)));
                let trace_square = match (&scale, &backwards) {
                    // G_ji = G_ij d_i / d_j.
                    (Some(d), _) => compensated_sum(g.iter().enumerate().flat_map(|(i, row)| {
                        row.iter().enumerate().map(move |(lane, value)| {
                            if first + lane < d.len() { value * value * d[i] / d[first + lane] } else { 0.0 }
                        })
                    })),
                    (None, Some(transposed)) => {
                        let back = columns_of(&factor, transposed, first, true);
                        compensated_sum(g.iter().zip(&back).flat_map(|(a, b)| (0..BLOCK).map(move |l| a[l] * b[l])))
                    }
                    (None, None) => 0.0,
                };
                (squares, trace_square)
            })
            .collect();
        let squares = compensated_sum(parts.iter().map(|part| part.0));
        let trace_square = compensated_sum(parts.iter().map(|part| part.1));
        Ok(Self { r, trace, trace_square, squares, rows, columns, kind: Kind::Sparse { matrix, factor, pattern } })
    }

    /// G v.
    pub(crate) fn times(&self, v: &[f64]) -> Vec<f64> {
        match &self.kind {
            Kind::Dense { g } => (0..v.len())
                .map(|i| g.col(i).try_as_col_major().map_or(0.0, |row| crate::linalg::dot(row.as_slice(), v)))
                .collect(),
            Kind::Sparse { matrix, factor, .. } => matrix.times(&factor.solve(v, false)),
        }
    }

    /// G'v.
    pub(crate) fn transposed_times(&self, v: &[f64]) -> Vec<f64> {
        match &self.kind {
            Kind::Dense { g } => {
                let mut sum = vec![0.0; v.len()];
                for (i, &value) in v.iter().enumerate() {
                    if let Some(row) = g.col(i).try_as_col_major() {
                        crate::linalg::add_scaled(&mut sum, value, row.as_slice());
                    }
                }
                sum
            }
            Kind::Sparse { matrix, factor, .. } => factor.solve(&matrix.transposed_times(v), true),
        }
    }

    /// diag G; on the sparse route by solving for every column.
    pub(crate) fn diagonal(&self) -> Vec<f64> {
        match &self.kind {
            Kind::Dense { g } => (0..g.nrows()).map(|i| g[(i, i)]).collect(),
            Kind::Sparse { matrix, factor, pattern } => {
                let in_order = permuted(matrix, pattern);
                let blocks: Vec<Vec<f64>> = (0..pattern.n.div_ceil(BLOCK))
                    .into_par_iter()
                    .map(|block| {
                        let first = block * BLOCK;
                        let g = columns_of(factor, &in_order, first, false);
                        (first..pattern.n.min(first + BLOCK)).map(|i| g[i][i - first]).collect()
                    })
                    .collect();
                let in_place: Vec<f64> = blocks.concat();
                pattern.new.iter().map(|&place| in_place[place]).collect()
            }
        }
    }

    /// Σ_ij G_ij H_ij for H of the same weights at another r.
    pub(crate) fn inner(&self, other: &Self) -> f64 {
        match (&self.kind, &other.kind) {
            (Kind::Dense { g }, Kind::Dense { g: h }) => (0..g.ncols())
                .map(|i| match (g.col(i).try_as_col_major(), h.col(i).try_as_col_major()) {
                    (Some(a), Some(b)) => crate::linalg::dot(a.as_slice(), b.as_slice()),
                    _ => 0.0,
                })
                .sum(),
            (Kind::Sparse { matrix, factor, pattern }, Kind::Sparse { factor: second, .. }) => {
                let in_order = permuted(matrix, pattern);
                let parts: Vec<f64> = (0..pattern.n.div_ceil(BLOCK))
                    .into_par_iter()
                    .map(|block| {
                        let g = columns_of(factor, &in_order, block * BLOCK, false);
                        let h = columns_of(second, &in_order, block * BLOCK, false);
                        compensated_sum(g.iter().zip(&h).flat_map(|(a, b)| (0..BLOCK).map(move |l| a[l] * b[l])))
                    })
                    .collect();
                compensated_sum(parts)
            }
            _ => f64::NAN,
        }
    }

    /// tr GH, from GH (r - s) = G - H.
    pub(crate) fn trace_product(&self, other: &Self) -> f64 {
        let gap = self.r - other.r;
        if gap.abs() < 1e-7 {
            return 0.5 * (self.trace_square + other.trace_square);
        }
        (self.trace - other.trace) / gap
    }
}

/// `BLOCK` columns of G (or of G') from `first` on, in elimination order.
fn columns_of(factor: &Factor<'_>, matrix: &Csr, first: usize, transposed: bool) -> Vec<[f64; BLOCK]> {
    let n = matrix.n();
    let mut x = vec![[0.0; BLOCK]; n];
    for lane in 0..BLOCK.min(n - first) {
        x[first + lane][lane] = 1.0;
    }
    factor.solve_block(&mut x, first, transposed);
    (0..n)
        .map(|i| {
            let mut sum = [0.0; BLOCK];
            for (j, weight) in matrix.row(i) {
                for lane in 0..BLOCK {
                    sum[lane] += weight * x[j][lane];
                }
            }
            sum
        })
        .collect()
}

/// The weights in elimination order.
fn permuted(matrix: &Csr, pattern: &Pattern) -> Csr {
    let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); matrix.n()];
    for i in 0..matrix.n() {
        let row = &mut rows[pattern.new[i]];
        row.extend(matrix.row(i).map(|(j, weight)| (pattern.new[j], weight)));
        row.sort_by_key(|entry| entry.0);
    }
    Csr::from_rows(rows)
}
