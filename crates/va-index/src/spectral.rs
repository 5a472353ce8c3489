//! The largest eigenvalue of a non-negative matrix.

use crate::error::{Error, Result};
use panel_core::sum::compensated_sum;

/// Products with the matrix before the search ends without an answer.
const MAX_PRODUCTS: usize = 100_000;

/// Relative residual of an eigenpair, and relative gap between the bounds of Collatz and Wielandt, that is an answer.
const TOLERANCE: f64 = 1e-12;

/// Longest basis between two restarts, and the numbers that a basis may hold.
const MAX_BASIS: usize = 500;
const MAX_NUMBERS: usize = 20_000_000;

/// Largest eigenvalue of a symmetric matrix with entries of at least 0, given by its product with a vector.
///
/// Lanczos' method with full reorthogonalisation from the vector of ones, whose projection on the non-negative
/// eigenvector of the largest eigenvalue is at least 1/√n: no graph hides that eigenvalue from it. Where the Krylov space
/// closes, as after one step on a regular graph, the answer is exact; otherwise it stands when the residual
/// ‖W v - θ v‖ is at most 1e-12 θ, which bounds its distance from an eigenvalue.
///
/// Source: Golub & Van Loan (2013), Matrix Computations, §10.1–10.3; Parlett (1998), The Symmetric Eigenvalue Problem, §13.
pub(crate) fn symmetric(n: usize, mut product: impl FnMut(&[f64]) -> Vec<f64>) -> Result<f64> {
    let longest = (MAX_NUMBERS / n.max(1)).clamp(40, MAX_BASIS).min(n);
    let mut start = vec![1.0; n];
    let mut products = 0;
    let mut residual = f64::INFINITY;
    while products < MAX_PRODUCTS {
        normalize(&mut start);
        let mut basis: Vec<Vec<f64>> = vec![std::mem::take(&mut start)];
        let (mut diagonal, mut beside): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        loop {
            let last = basis.len() - 1;
            let mut next = product(&basis[last]);
            products += 1;
            diagonal.push(dot(&next, &basis[last]));
            // Twice is enough (Parlett 1998, §6.9).
            for _ in 0..2 {
                for v in &basis {
                    let along = dot(&next, v);
                    next.iter_mut().zip(v).for_each(|(x, v)| *x -= along * v);
                }
            }
            let norm = dot(&next, &next).sqrt();
            let closed = basis.len() == n || norm <= f64::EPSILON * diagonal[0].abs().max(f64::MIN_POSITIVE);
            let full = basis.len() == longest;
            if closed || full || basis.len().is_multiple_of(5) {
                let (value, vector) = largest_of_tridiagonal(&diagonal, &beside);
                residual = norm * vector[last].abs() / value;
                if closed || residual <= TOLERANCE {
                    return Ok(value);
                }
                if full {
                    start = vec![0.0; n];
                    for (v, weight) in basis.iter().zip(&vector) {
                        start.iter_mut().zip(v).for_each(|(x, v)| *x += weight * v);
                    }
                    break;
                }
            }
            next.iter_mut().for_each(|x| *x /= norm);
            beside.push(norm);
            basis.push(next);
        }
    }
    Err(not_converged(products, residual))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    compensated_sum(a.iter().zip(b).map(|(a, b)| a * b))
}

fn normalize(v: &mut [f64]) {
    let norm = dot(v, v).sqrt();
    v.iter_mut().for_each(|x| *x /= norm);
}

/// Largest eigenvalue of a symmetric tridiagonal matrix, and its eigenvector of length 1.
fn largest_of_tridiagonal(diagonal: &[f64], beside: &[f64]) -> (f64, Vec<f64>) {
    let m = diagonal.len();
    let side = |k: usize| if k < beside.len() { beside[k].abs() } else { 0.0 };
    // Gershgorin's discs hold it; the largest diagonal entry does not exceed it.
    let bound = |k: usize| diagonal[k] + side(k) + if k > 0 { side(k - 1) } else { 0.0 };
    let mut high = (0..m).map(bound).fold(f64::NEG_INFINITY, f64::max);
    let mut low = diagonal.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // x exceeds every eigenvalue if and only if all pivots of x I - T are positive.
    let exceeds_all = |x: f64| {
        let mut pivot = 1.0;
        (0..m).all(|k| {
            pivot = x - diagonal[k] - if k > 0 { side(k - 1) * side(k - 1) / pivot } else { 0.0 };
            pivot > 0.0
        })
    };
    loop {
        let middle = 0.5 * (low + high);
        if !(low < middle && middle < high) {
            break;
        }
        *(if exceeds_all(middle) { &mut high } else { &mut low }) = middle;
    }
    // Inverse iteration just above it, where x I - T is positive definite and needs no pivoting.
    let shift = high + 4.0 * f64::EPSILON * high.abs();
    let mut pivots = Vec::with_capacity(m);
    for k in 0..m {
        let before = if k > 0 { side(k - 1) * side(k - 1) / pivots[k - 1] } else { 0.0 };
        pivots.push((shift - diagonal[k] - before).max(f64::MIN_POSITIVE));
    }
    let mut vector = vec![1.0; m];
    for _ in 0..3 {
        for k in 1..m {
            vector[k] += side(k - 1) / pivots[k - 1] * vector[k - 1];
        }
        for k in (0..m).rev() {
            let after = if k + 1 < m { side(k) * vector[k + 1] } else { 0.0 };
            vector[k] = (vector[k] + after) / pivots[k];
        }
        let size = vector.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
        vector.iter_mut().for_each(|x| *x /= size);
        normalize(&mut vector);
    }
    (high, vector)
}

/// Largest eigenvalue (the spectral radius) of any matrix with entries of at least 0, given by its rows.
///
/// It is the largest of those of the strongly connected parts. On one part, the power iteration of W + s I, s half the
/// mean row sum, stops when the bounds of Collatz and Wielandt, min (W v)_i / v_i ≤ ρ ≤ max (W v)_i / v_i, meet:
/// the answer is certified, or there is none.
///
/// Source: Horn & Johnson (2013), Matrix Analysis, §8.1–8.4.
pub(crate) fn of_rows(rows: &[Vec<(usize, f64)>]) -> Result<f64> {
    let mut largest = 0.0;
    for part in strong_parts(rows) {
        let root = of_part(rows, &part)?;
        if root > largest {
            largest = root;
        }
    }
    Ok(largest)
}

fn of_part(rows: &[Vec<(usize, f64)>], part: &[usize]) -> Result<f64> {
    let mut place = vec![usize::MAX; rows.len()];
    part.iter().enumerate().for_each(|(k, &i)| place[i] = k);
    let inside: Vec<Vec<(usize, f64)>> = part
        .iter()
        .map(|&i| rows[i].iter().filter(|(j, _)| place[*j] != usize::MAX).map(|&(j, w)| (place[j], w)).collect())
        .collect();
    let sum = |row: &[(usize, f64)], v: &[f64]| compensated_sum(row.iter().map(|&(j, w)| w * v[j]));
    let mut v = vec![1.0; part.len()];
    let shift = 0.5 * compensated_sum(inside.iter().map(|row| sum(row, &v))) / part.len() as f64;
    if shift == 0.0 {
        return Ok(0.0);
    }
    let mut gap = f64::INFINITY;
    for _ in 0..MAX_PRODUCTS {
        let next: Vec<f64> = inside.iter().zip(&v).map(|(row, own)| sum(row, &v) + shift * own).collect();
        let (mut low, mut high, mut norm) = (f64::INFINITY, 0.0, 0.0);
        for (&next, &v) in next.iter().zip(&v) {
            let ratio = next / v;
            low = if ratio < low { ratio } else { low };
            high = if ratio > high { ratio } else { high };
            norm = if next > norm { next } else { norm };
        }
        gap = (high - low) / high;
        if gap <= TOLERANCE {
            return Ok(0.5 * (low + high) - shift);
        }
        v.iter_mut().zip(next).for_each(|(v, next)| *v = next / norm);
    }
    Err(not_converged(MAX_PRODUCTS, gap))
}

/// Sets of entities each of which reaches all others of its set along the links (Tarjan 1972).
fn strong_parts(rows: &[Vec<(usize, f64)>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let n = rows.len();
    let (mut number, mut lowest, mut waiting) = (vec![NEW; n], vec![NEW; n], vec![false; n]);
    let (mut stack, mut parts, mut count) = (Vec::new(), Vec::new(), 0);
    for root in 0..n {
        if number[root] != NEW {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some(&mut (i, ref mut next)) = calls.last_mut() {
            if *next == 0 {
                (number[i], lowest[i], waiting[i]) = (count, count, true);
                count += 1;
                stack.push(i);
            }
            if let Some(&(j, _)) = rows[i].get(*next) {
                *next += 1;
                if number[j] == NEW {
                    calls.push((j, 0));
                } else if waiting[j] {
                    lowest[i] = lowest[i].min(number[j]);
                }
                continue;
            }
            calls.pop();
            if let Some(&(parent, _)) = calls.last() {
                lowest[parent] = lowest[parent].min(lowest[i]);
            }
            if lowest[i] == number[i] {
                let start = stack.iter().rposition(|&j| j == i).unwrap_or(0);
                let part: Vec<usize> = stack.split_off(start);
                part.iter().for_each(|&j| waiting[j] = false);
                parts.push(part);
            }
        }
    }
    parts
}

fn not_converged(iterations: usize, change: f64) -> Error {
    Error::NotConverged { what: "the largest eigenvalue of the weights", iterations, change, wanted: TOLERANCE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use panel_core::random::Stream;

    type Rows = Vec<Vec<(usize, f64)>>;

    fn graph(n: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Rows {
        let mut rows = vec![Vec::new(); n];
        for (i, j) in pairs {
            rows[i].push((j, 1.0));
            rows[j].push((i, 1.0));
        }
        rows
    }

    fn both(rows: &Rows) -> [f64; 2] {
        let product = |v: &[f64]| -> Vec<f64> {
            rows.iter().map(|row| compensated_sum(row.iter().map(|&(j, w)| w * v[j]))).collect()
        };
        [symmetric(rows.len(), product).expect("symmetric"), of_rows(rows).expect("of rows")]
    }

    /// Brouwer & Haemers (2012), Spectra of Graphs, §1.4: paths, cycles, complete and bipartite graphs, products.
    #[test]
    fn graphs_of_known_spectrum() {
        use std::f64::consts::PI;
        let chain = |n: usize| graph(n, (1..n).map(|i| (i - 1, i)));
        let root = |n: usize| 2.0 * (PI / (n as f64 + 1.0)).cos();
        let mut cases: Vec<(String, Rows, f64)> = Vec::new();
        for n in [2, 3, 4, 5, 6, 7, 10, 31, 64, 100] {
            cases.push((format!("chain {n}"), chain(n), root(n)));
        }
        for n in [3, 4, 5, 8, 99, 200] {
            cases.push((format!("ring {n}"), graph(n, (0..n).map(|i| (i, (i + 1) % n))), 2.0));
        }
        for n in [2, 3, 9, 40] {
            let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
            cases.push((format!("complete {n}"), graph(n, pairs), n as f64 - 1.0));
        }
        for (p, q) in [(1, 1), (1, 5), (1, 50), (2, 3), (4, 4), (7, 30)] {
            let pairs = (0..p).flat_map(|i| (0..q).map(move |j| (i, p + j)));
            cases.push((format!("bipartite {p} {q}"), graph(p + q, pairs), ((p * q) as f64).sqrt()));
        }
        for (a, b) in [(2, 2), (3, 3), (4, 7), (5, 5), (10, 10), (3, 30)] {
            let right = (0..a * b).filter(move |k| k % b + 1 < b).map(|k| (k, k + 1));
            let down = (0..a * b).filter(move |k| k / b + 1 < a).map(move |k| (k, k + b));
            cases.push((format!("lattice {a} {b}"), graph(a * b, right.chain(down)), root(a) + root(b)));
        }
        for d in 1..=7usize {
            let pairs =
                (0..1usize << d).flat_map(|i| (0..d).map(move |bit| (i, i ^ (1 << bit))).filter(|(i, j)| i < j));
            cases.push((format!("cube {d}"), graph(1 << d, pairs), d as f64));
        }
        let outer = (0..5).map(|i| (i, (i + 1) % 5));
        let inner = (0..5).map(|i| (5 + i, 5 + (i + 2) % 5));
        cases.push(("Petersen".into(), graph(10, outer.chain(inner).chain((0..5).map(|i| (i, 5 + i)))), 3.0));
        // Two parts that do not meet: the larger root counts, also where it is hardly larger.
        let shifted = (1..8).map(|i| (i - 1, i)).chain((9..17).map(|i| (i - 1, i)));
        cases.push(("two chains".into(), graph(17, shifted), root(9)));
        cases.push(("with islands".into(), graph(9, (1..5).map(|i| (i - 1, i))), root(5)));
        for (name, rows, want) in cases {
            for got in both(&rows) {
                assert!((got / want - 1.0).abs() < 2e-12, "{name}: {got} {want}");
            }
        }
    }

    /// Jacobi's rotations, which know nothing of Krylov spaces (Golub & Van Loan 2013, §8.5).
    fn by_rotations(mut a: Vec<Vec<f64>>) -> f64 {
        let n = a.len();
        for _ in 0..60 {
            for p in 0..n {
                for q in p + 1..n {
                    if a[p][q].abs() < 1e-300 {
                        continue;
                    }
                    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                    let c = 1.0 / t.hypot(1.0);
                    let s = t * c;
                    for k in 0..n {
                        let (x, y) = (a[k][p], a[k][q]);
                        (a[k][p], a[k][q]) = (c * x - s * y, s * x + c * y);
                    }
                    for k in 0..n {
                        let (x, y) = (a[p][k], a[q][k]);
                        (a[p][k], a[q][k]) = (c * x - s * y, s * x + c * y);
                    }
                }
            }
        }
        (0..n).map(|k| a[k][k]).fold(f64::NEG_INFINITY, f64::max)
    }

    #[test]
    fn random_symmetric_matrices_agree_with_rotations() {
        for unit in 0..60 {
            let mut stream = Stream::new(3, unit);
            let n = 2 + stream.below(14);
            let density = 0.1 + 0.9 * stream.uniform();
            let mut a = vec![vec![0.0; n]; n];
            for i in 0..n {
                for j in 0..=i {
                    let weight = (6.0 * stream.uniform() - 3.0).exp();
                    let kept = if stream.uniform() < density || i == j + 1 { weight } else { 0.0 };
                    (a[i][j], a[j][i]) = (kept, kept);
                }
            }
            let rows: Rows =
                a.iter().map(|row| row.iter().copied().enumerate().filter(|(_, w)| *w > 0.0).collect()).collect();
            let want = by_rotations(a);
            for got in both(&rows) {
                assert!((got / want - 1.0).abs() < 1e-11, "{unit} {n}: {got} {want}");
            }
        }
    }

    #[test]
    fn one_way_links_have_the_root_of_their_circles() {
        // A circle of one-way links has the geometric mean of its weights; what only leads in or out adds nothing.
        let mut rows: Rows = vec![vec![(1, 2.0)], vec![(2, 4.0)], vec![(0, 1.0)], vec![(0, 9.0), (4, 9.0)], vec![]];
        assert!((of_rows(&rows).expect("a root") - 2.0).abs() < 1e-11);
        // A second circle, reached from the first, with the larger root.
        rows[4] = vec![(5, 5.0)];
        rows.push(vec![(4, 5.0)]);
        rows[0].push((4, 1.0));
        assert!((of_rows(&rows).expect("a root") - 5.0).abs() < 1e-11);
        // Two equal circles one of which leads into the other: one root, where plain powers creep.
        let chained: Rows = vec![vec![(1, 1.0), (2, 1.0)], vec![(0, 1.0)], vec![(3, 1.0)], vec![(2, 1.0)]];
        assert!((of_rows(&chained).expect("a root") - 1.0).abs() < 1e-11);
        assert_eq!(of_rows(&[vec![(1, 1.0)], vec![]]).expect("none"), 0.0);
        let parts = strong_parts(&rows);
        let mut sizes: Vec<usize> = parts.iter().map(Vec::len).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [1, 2, 3]);
    }

    /// The matrix of a chain of m places is tridiagonal, with root 2 cos(π/(m + 1)) and vector sin(kπ/(m + 1)), of length
    /// √((m + 1)/2) (Brouwer & Haemers 2012, §1.4.4); a diagonal moves the root, a factor multiplies it.
    #[test]
    fn the_vector_of_a_chain_is_a_sine() {
        for m in [1usize, 2, 3, 10, 40] {
            for (scale, moved) in [(1.0, 0.0), (1.0, 0.75), (1e-14, 0.0), (1e-14, 2.0), (1e9, 0.0), (1e9, 0.5)] {
                let angle = std::f64::consts::PI / (m as f64 + 1.0);
                let (diagonal, beside) = (vec![moved * scale; m], vec![scale; m - 1]);
                let (root, vector) = largest_of_tridiagonal(&diagonal, &beside);
                let want = scale * (moved + 2.0 * angle.cos());
                assert!((root - want).abs() <= 1e-14 * scale, "{m} {scale} {moved}: {root} {want}");
                for (k, got) in vector.iter().enumerate() {
                    let want = (angle * (k as f64 + 1.0)).sin() / ((m as f64 + 1.0) / 2.0).sqrt();
                    assert!((got - want).abs() < 1e-11, "{m} {scale} {moved} {k}: {got} {want}");
                }
            }
        }
    }

    /// The unit of the weights multiplies the root, however small or large it is.
    #[test]
    fn the_root_is_in_the_unit_of_the_weights() {
        for scale in [1e-300, 1e-14, 1e-5, 1e5, 1e14, 1e300] {
            for n in [7usize, 60] {
                let mut rows = graph(n, (1..n).map(|i| (i - 1, i)));
                rows.iter_mut().flatten().for_each(|(_, weight)| *weight = scale);
                let want = 2.0 * (std::f64::consts::PI / (n as f64 + 1.0)).cos();
                let product = |v: &[f64]| -> Vec<f64> {
                    rows.iter().map(|row| compensated_sum(row.iter().map(|&(j, w)| w * v[j]))).collect()
                };
                if (1e-150..1e150).contains(&scale) {
                    let got = symmetric(n, product).expect("symmetric") / scale;
                    assert!((got / want - 1.0).abs() < 2e-12, "{n} {scale}: {got} {want}");
                }
                let got = of_rows(&rows).expect("of rows") / scale;
                assert!((got / want - 1.0).abs() < 2e-12, "{n} {scale}: {got} {want}");
            }
        }
    }

    /// More entities than a basis holds: a caterpillar, a chain of h places with s leaves each, has the root
    /// (r + √(r² + 4 s))/2 with r = 2 cos(π/(h + 1)) that of the chain: x = r + s/x for a leaf holds 1/x of its place.
    #[test]
    fn many_entities_end_by_their_residual() {
        let (places, leaves) = (12usize, 50usize);
        let chain = (1..places).map(|i| (i - 1, i));
        let hung = (0..places * leaves).map(|k| (k / leaves, places + k));
        let rows = graph(places + places * leaves, chain.chain(hung));
        let r = 2.0 * (std::f64::consts::PI / (places as f64 + 1.0)).cos();
        let want = 0.5 * (r + (r * r + 4.0 * leaves as f64).sqrt());
        for got in both(&rows) {
            assert!((got / want - 1.0).abs() < 2e-12, "{got} {want}");
        }
    }

    /// 2 (cos a J_z + sin a J_x) of m states is a rotated 2 J_z: its eigenvalues are m - 1, m - 3, …, and the vector of the
    /// largest has entries √C(m - 1, k) cos(a/2)^(m-1-k) sin(a/2)^k (Clement 1959, SIAM Review 1, 50–52, for a = π/2).
    #[test]
    fn the_vector_of_a_rotated_spin_is_binomial() {
        for m in [2usize, 3, 6, 15] {
            for a in [0.4f64, 1.0, 1.5, 2.0] {
                let last = m as f64 - 1.0;
                let diagonal: Vec<f64> = (0..m).map(|k| a.cos() * (last - 2.0 * k as f64)).collect();
                let beside: Vec<f64> = (1..m).map(|k| a.sin() * (k as f64 * (m - k) as f64).sqrt()).collect();
                let (root, vector) = largest_of_tridiagonal(&diagonal, &beside);
                assert!((root / last - 1.0).abs() < 1e-14, "{m} {a}: {root}");
                let mut choose = 1.0;
                for (k, got) in vector.iter().enumerate() {
                    let want =
                        f64::sqrt(choose) * (0.5 * a).cos().powi((m - 1 - k) as i32) * (0.5 * a).sin().powi(k as i32);
                    assert!((got - want).abs() < 1e-12, "{m} {a} {k}: {got} {want}");
                    choose *= (m - 1 - k) as f64 / (k as f64 + 1.0);
                }
            }
        }
    }

    /// A star of m leaves with loops d_k on them and weights w_k has the roots of x = Σ w_k²/(x - d_k): with
    /// w_k² = 10 (10 - d_k)/m the largest is 10. More than a basis holds, all different, so that the residual ends the
    /// search and nothing else.
    #[test]
    fn the_residual_ends_the_search_of_many_entities() {
        let m = 2 * MAX_BASIS;
        let mut rows: Rows = vec![Vec::new(); m + 1];
        for k in 0..m {
            let own = (k as f64 + 0.5) / m as f64;
            let weight = (10.0 * (10.0 - own) / m as f64).sqrt();
            rows[0].push((k + 1, weight));
            rows[k + 1] = vec![(0, weight), (k + 1, own)];
        }
        for got in both(&rows) {
            assert!((got / 10.0 - 1.0).abs() < 2e-12, "{got}");
        }
    }
}
