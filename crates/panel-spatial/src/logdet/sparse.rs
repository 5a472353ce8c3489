//! The route by sparse factorisation: I - rW = L D U without pivoting, on a symmetric pattern.
//!
//! For weights of at least 0 and |r| below the reciprocal of their largest eigenvalue, I - rW is an H-matrix; for weights that a diagonal
//! scaling makes symmetric it is similar to a positive definite matrix inside its interval. In both cases pivots are not needed.

use super::order::minimum_degree;
use crate::csr::Csr;
use crate::error::{Error, Result};

/// The pattern of the factor in elimination order, with the weights on it.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub(crate) n: usize,
    /// `new[old]`: place of a unit in the order.
    pub(crate) new: Vec<usize>,
    /// Column k of L (and row k of U): rows below k, ascending.
    pub(crate) starts: Vec<usize>,
    pub(crate) rows: Vec<u32>,
    /// w_ik and w_ki on that pattern.
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl Pattern {
    pub(crate) fn new(matrix: &Csr) -> Self {
        let n = matrix.n();
        let mut graph: Vec<Vec<u32>> = vec![Vec::new(); n];
        for i in 0..n {
            for (j, _) in matrix.row(i) {
                graph[i].push(j as u32);
                graph[j].push(i as u32);
            }
        }
        for list in &mut graph {
            list.sort_unstable();
            list.dedup();
        }
        let order = minimum_degree(&graph);
        let mut new = vec![0; n];
        order.iter().enumerate().for_each(|(place, &old)| new[old] = place);
        let (starts, rows) = fill(&graph, &order, &new);
        let mut pattern = Self { n, new, lower: vec![0.0; rows.len()], upper: vec![0.0; rows.len()], starts, rows };
        for i in 0..n {
            for (j, weight) in matrix.row(i) {
                let (a, b) = (pattern.new[i], pattern.new[j]);
                let at = pattern.place(a.max(b), a.min(b));
                if a > b { pattern.lower[at] = weight } else { pattern.upper[at] = weight }
            }
        }
        pattern
    }

    /// Position of (row, column), row > column, in the pattern; it must be there.
    fn place(&self, row: usize, column: usize) -> usize {
        let range = self.starts[column]..self.starts[column + 1];
        range.start + self.rows[range].partition_point(|&i| (i as usize) < row)
    }

    pub(crate) fn nonzeros(&self) -> usize {
        self.rows.len()
    }

    /// Σ_k |column k|²: half the multiplications of a factorisation.
    pub(crate) fn work(&self) -> f64 {
        self.starts.windows(2).map(|pair| ((pair[1] - pair[0]) as f64).powi(2)).sum()
    }

    /// Factors I - rW.
    ///
    /// # Errors
    /// [`Error::Singular`] where a pivot vanishes.
    pub(crate) fn factor(&self, r: f64) -> Result<Factor<'_>> {
        let n = self.n;
        let mut factor = Factor {
            pattern: self,
            lower: self.lower.iter().map(|weight| -r * weight).collect(),
            upper: self.upper.iter().map(|weight| -r * weight).collect(),
            diagonal: vec![1.0; n],
        };
        // `head[k]`: columns whose next row is k, as a linked list; `next_at`: where in the column that row stands.
        let (mut head, mut link) = (vec![u32::MAX; n], vec![u32::MAX; n]);
        let mut next_at = self.starts[..n].to_vec();
        let (mut column, mut row) = (vec![0.0; n], vec![0.0; n]);
        for k in 0..n {
            let own = self.starts[k]..self.starts[k + 1];
            for at in own.clone() {
                let i = self.rows[at] as usize;
                column[i] = factor.lower[at];
                row[i] = factor.upper[at];
            }
            let mut pivot = 1.0;
            let mut j = head[k];
            while j != u32::MAX {
                let this = j as usize;
                j = link[this];
                let at = next_at[this];
                let end = self.starts[this + 1];
                let (l_kj, u_jk) = (factor.lower[at], factor.upper[at]);
                let d = factor.diagonal[this];
                let (du, dl) = (d * u_jk, d * l_kj);
                pivot -= l_kj * du;
                for next in at + 1..end {
                    let i = self.rows[next] as usize;
                    column[i] -= factor.lower[next] * du;
                    row[i] -= factor.upper[next] * dl;
                }
                if at + 1 < end {
                    next_at[this] = at + 1;
                    let i = self.rows[at + 1] as usize;
                    link[this] = head[i];
                    head[i] = this as u32;
                }
            }
            if !(pivot.abs() > 1e-14 && pivot.is_finite()) {
                return Err(Error::Singular(format!("I - rW is singular at r = {r}")));
            }
            factor.diagonal[k] = pivot;
            for at in own.clone() {
                let i = self.rows[at] as usize;
                factor.lower[at] = column[i] / pivot;
                factor.upper[at] = row[i] / pivot;
            }
            if !own.is_empty() {
                let i = self.rows[own.start] as usize;
                link[k] = head[i];
                head[i] = k as u32;
            }
        }
        Ok(factor)
    }
}

/// Pattern of the factor: each column holds what it had and what its children in the elimination tree pass on.
fn fill(graph: &[Vec<u32>], order: &[usize], new: &[usize]) -> (Vec<usize>, Vec<u32>) {
    let n = graph.len();
    let mut columns: Vec<Vec<u32>> = Vec::with_capacity(n);
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); n];
    let mut mark = vec![usize::MAX; n];
    for k in 0..n {
        let mut column: Vec<u32> = Vec::new();
        mark[k] = k;
        let own = graph[order[k]].iter().map(|&old| new[old as usize]).filter(|&i| i > k);
        let passed = children[k].iter().flat_map(|&child| columns[child].iter().map(|&i| i as usize));
        for i in own.chain(passed) {
            if mark[i] != k {
                mark[i] = k;
                column.push(i as u32);
            }
        }
        column.sort_unstable();
        if let Some(&parent) = column.first() {
            children[parent as usize].push(k);
        }
        columns.push(column);
    }
    let mut starts = vec![0];
    let mut rows = Vec::with_capacity(columns.iter().map(Vec::len).sum());
    for column in columns {
        rows.extend(column);
        starts.push(rows.len());
    }
    (starts, rows)
}

/// I - rW = L D U in elimination order; L and U have unit diagonals.
#[derive(Debug, Clone)]
pub(crate) struct Factor<'a> {
    pattern: &'a Pattern,
    lower: Vec<f64>,
    upper: Vec<f64>,
    diagonal: Vec<f64>,
}

/// Right-hand sides solved at once.
pub(crate) const BLOCK: usize = 16;

impl Factor<'_> {
    /// ln |I - rW|.
    pub(crate) fn log_det(&self) -> f64 {
        self.diagonal.iter().map(|d| d.abs().ln()).sum()
    }

    /// Solves in place, `BLOCK` right-hand sides side by side, in elimination order; rows before `first` are 0.
    pub(crate) fn solve_block(&self, x: &mut [[f64; BLOCK]], first: usize, transposed: bool) {
        let (below, above) = if transposed { (&self.upper, &self.lower) } else { (&self.lower, &self.upper) };
        let pattern = self.pattern;
        for k in first..pattern.n {
            let value = x[k];
            for at in pattern.starts[k]..pattern.starts[k + 1] {
                let (i, l) = (pattern.rows[at] as usize, below[at]);
                for lane in 0..BLOCK {
                    x[i][lane] -= l * value[lane];
                }
            }
        }
        for k in (0..pattern.n).rev() {
            let mut value = x[k].map(|value| value / self.diagonal[k]);
            for at in pattern.starts[k]..pattern.starts[k + 1] {
                let (i, u) = (pattern.rows[at] as usize, above[at]);
                for lane in 0..BLOCK {
                    value[lane] -= u * x[i][lane];
                }
            }
            x[k] = value;
        }
    }

    /// (I - rW)⁻¹ v, or its transpose times v, in the order of the units.
    pub(crate) fn solve(&self, v: &[f64], transposed: bool) -> Vec<f64> {
        let (below, above) = if transposed { (&self.upper, &self.lower) } else { (&self.lower, &self.upper) };
        let pattern = self.pattern;
        let mut x = vec![0.0; pattern.n];
        v.iter().zip(&pattern.new).for_each(|(value, &place)| x[place] = *value);
        for k in 0..pattern.n {
            let value = x[k];
            for at in pattern.starts[k]..pattern.starts[k + 1] {
                x[pattern.rows[at] as usize] -= below[at] * value;
            }
        }
        for k in (0..pattern.n).rev() {
            let sum: f64 =
                (pattern.starts[k]..pattern.starts[k + 1]).map(|at| above[at] * x[pattern.rows[at] as usize]).sum();
            x[k] = x[k] / self.diagonal[k] - sum;
        }
        pattern.new.iter().map(|&place| x[place]).collect()
    }

    /// tr W (I - rW)⁻¹ by the inverse on the pattern of the factor.
    ///
    /// Source: Takahashi, Fagan & Chen (1973); Erisman & Tinney (1975), Communications of the ACM 18, 177–179.
    pub(crate) fn trace_g(&self) -> f64 {
        let pattern = self.pattern;
        let n = pattern.n;
        let (mut low, mut up) = (vec![0.0; pattern.rows.len()], vec![0.0; pattern.rows.len()]);
        let mut diagonal = vec![0.0; n];
        let (mut to_low, mut to_up) = (vec![0.0; n], vec![0.0; n]);
        let mut here = vec![u32::MAX; n];
        for j in (0..n).rev() {
            let range = pattern.starts[j]..pattern.starts[j + 1];
            for at in range.clone() {
                here[pattern.rows[at] as usize] = at as u32;
            }
            for at in range.clone() {
                let k = pattern.rows[at] as usize;
                let (l_kj, u_jk) = (self.lower[at], self.upper[at]);
                to_low[k] -= diagonal[k] * l_kj;
                to_up[k] -= diagonal[k] * u_jk;
                for inner in pattern.starts[k]..pattern.starts[k + 1] {
                    let i = pattern.rows[inner] as usize;
                    let other = here[i];
                    if other == u32::MAX {
                        continue;
                    }
                    let (l_ij, u_ji) = (self.lower[other as usize], self.upper[other as usize]);
                    let (z_ik, z_ki) = (low[inner], up[inner]);
                    to_low[i] -= z_ik * l_kj;
                    to_low[k] -= z_ki * l_ij;
                    to_up[i] -= u_jk * z_ki;
                    to_up[k] -= u_ji * z_ik;
                }
            }
            let mut own = 1.0 / self.diagonal[j];
            for at in range {
                let i = pattern.rows[at] as usize;
                low[at] = to_low[i];
                up[at] = to_up[i];
                own -= self.upper[at] * low[at];
                to_low[i] = 0.0;
                to_up[i] = 0.0;
                here[i] = u32::MAX;
            }
            diagonal[j] = own;
        }
        // tr WZ = Σ w_ij z_ji.
        (0..pattern.rows.len()).map(|at| pattern.lower[at] * up[at] + pattern.upper[at] * low[at]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::dense;
    use super::*;

    /// Five nearest by a made-up distance on a ring with chords: asymmetric, with fill.
    fn weights(n: usize) -> Csr {
        Csr::from_rows((0..n).map(|i| {
            let mut row: Vec<(usize, f64)> =
                [1, 2, 7, n - 3].iter().map(|step| ((i + step * (1 + i % 3)) % n, 0.0)).collect();
            row.sort_by_key(|entry| entry.0);
            row.dedup_by_key(|entry| entry.0);
            row.retain(|entry| entry.0 != i);
            let share = 1.0 / row.len() as f64;
            row.into_iter().map(|(j, _)| (j, share)).collect()
        }))
    }

    #[test]
    fn factor_and_eigenvalues_agree() {
        let w = weights(61);
        let eigenvalues = crate::logdet::eigenvalues(&w).expect("small");
        let pattern = Pattern::new(&w);
        for r in [-0.8, 0.0, 0.4, 0.95] {
            let factor = pattern.factor(r).expect("regular");
            assert!((factor.log_det() - dense::log_det(&eigenvalues, r)).abs() < 1e-11, "{r}");
            let trace = dense::traces(&eigenvalues, r).0;
            assert!((factor.trace_g() - trace).abs() < 1e-11 * trace.abs().max(1.0), "{r}");
            let b: Vec<f64> = (0..61).map(|i| (i as f64).sin()).collect();
            for transposed in [false, true] {
                let x = factor.solve(&b, transposed);
                let wx = if transposed { w.transposed_times(&x) } else { w.times(&x) };
                let worst = (0..61).map(|i| (x[i] - r * wx[i] - b[i]).abs()).fold(0.0, f64::max);
                assert!(worst < 1e-13, "{r} {transposed} {worst}");
            }
        }
    }
}
