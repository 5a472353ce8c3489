//! Eigenvalues of weights, and which of the real ones are more than rounding.
//!
//! Weights that nobody's symmetry stands behind (a network of suppliers) may have an eigenvalue 0 that is defective: k
//! units in a chain that feeds nothing back. Rounding of size ε spreads such a 0 over a circle of radius ε^(1/k)·‖W‖, 10⁻⁸
//! for k = 2 and 0.02 for k = 10, and what lies there to the left of 0 is no eigenvalue, nor is 1 over it a bound of ρ.
//! Two things keep it out: chains without feedback are no part of any strongly connected component, and what is defective
//! within one has left and right eigenvectors that are nearly orthogonal, so that its rounding is as large as itself.

use super::components::components;
use super::dense::to_dense;
use crate::csr::Csr;
use crate::error::{Error, Result};
use crate::weights::symmetric_similar;
use faer::linalg::solvers::Solve;
use faer::{Mat, Side, c64};

/// All eigenvalues, and the smallest and the largest of those that are real and not 0.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spectrum {
    /// (real, imaginary).
    pub(crate) values: Vec<(f64, f64)>,
    /// 0 where none is negative.
    pub(crate) lowest: f64,
    /// 0 where none is positive.
    pub(crate) highest: f64,
}

/// Relative size below which an eigenvalue is 0, and an imaginary part none.
const NOTHING: f64 = 1e-9;

/// Imaginary parts up to which a pair may be one real eigenvalue that rounding split, relative to the largest modulus.
const PERHAPS_REAL: f64 = 1e-4;

/// Rounding of a computed eigenvalue, in units of ε·‖W‖ and its condition number.
const ROUNDING: f64 = 100.0;

/// All eigenvalues: of D^½ W D^-½ where that is symmetric, else of the strongly connected components of W.
///
/// # Errors
/// [`Error::NotConverged`].
pub(crate) fn spectrum(matrix: &Csr) -> Result<Spectrum> {
    let n = matrix.n();
    let failed = || Error::NotConverged { what: "the eigenvalues of the weights", iterations: 30 * n };
    if symmetric_similar(matrix).is_some() {
        let mut s = Mat::<f64>::zeros(n, n);
        for i in 0..n {
            for (j, weight) in matrix.row(i) {
                if j < i {
                    s[(i, j)] = (weight * matrix.get(j, i)).sqrt() * weight.signum();
                }
            }
        }
        let values = s.self_adjoint_eigenvalues(Side::Lower).map_err(|_| failed())?;
        let values: Vec<(f64, f64)> = values.into_iter().map(|value| (value, 0.0)).collect();
        let most = NOTHING * largest(&values);
        let (lowest, highest) = values
            .iter()
            .filter(|value| value.0.abs() > most)
            .fold((0.0_f64, 0.0_f64), |(low, high), &(re, _)| (low.min(re), high.max(re)));
        return Ok(Spectrum { values, lowest, highest });
    }
    let mut blocks = Vec::new();
    let mut values = Vec::with_capacity(n);
    for members in components(matrix) {
        if let [only] = members[..] {
            // A unit that nothing leads back to: its own weight, which is 0.
            values.push((matrix.get(only, only), 0.0));
            continue;
        }
        let block = if members.len() == n { to_dense(matrix) } else { part(matrix, &members) };
        let own = block.eigenvalues().map_err(|_| failed())?;
        let own: Vec<(f64, f64)> = own.into_iter().map(|value| (value.re, value.im)).collect();
        values.extend_from_slice(&own);
        blocks.push((block, own));
    }
    let scale = largest(&values);
    let (mut lowest, mut highest) = (0.0_f64, 0.0_f64);
    for (block, own) in &blocks {
        lowest = lowest.min(-extreme(block, own, scale, -1.0));
        highest = highest.max(extreme(block, own, scale, 1.0));
    }
    Ok(Spectrum { values, lowest, highest })
}

fn largest(values: &[(f64, f64)]) -> f64 {
    values.iter().map(|&(re, im)| re.hypot(im)).fold(0.0, f64::max)
}

/// The rows and columns of some units.
fn part(matrix: &Csr, members: &[usize]) -> Mat<f64> {
    let mut place = vec![usize::MAX; matrix.n()];
    members.iter().enumerate().for_each(|(new, &old)| place[old] = new);
    let mut block = Mat::zeros(members.len(), members.len());
    for (i, &member) in members.iter().enumerate() {
        for (j, weight) in matrix.row(member).filter(|&(j, _)| place[j] != usize::MAX) {
            block[(i, place[j])] = weight;
        }
    }
    block
}

/// The largest `sign`·ω over the eigenvalues that are real and not 0; 0 where there is none.
fn extreme(block: &Mat<f64>, values: &[(f64, f64)], scale: f64, sign: f64) -> f64 {
    let rounding = ROUNDING * f64::EPSILON * block.norm_l2();
    let mut candidates: Vec<(f64, f64)> = values
        .iter()
        .copied()
        .filter(|&(re, im)| sign * re > NOTHING * scale && im.abs() <= PERHAPS_REAL * scale && im >= 0.0)
        .collect();
    if sign > 0.0 && block.col_iter().all(|column| column.iter().all(|&weight| weight >= 0.0)) {
        // The largest eigenvalue of a component without negative weights is real, positive and simple (Perron, Frobenius).
        return candidates.into_iter().map(|(re, _)| re).fold(0.0, f64::max);
    }
    candidates.sort_by(|a, b| (sign * b.0).total_cmp(&(sign * a.0)));
    let genuine = candidates.into_iter().find(|&(re, im)| {
        let blur = rounding * condition(block, (re, im));
        (im <= NOTHING * scale || im <= blur) && sign * re > blur
    });
    genuine.map_or(0.0, |(re, _)| sign * re)
}

/// 1/|y'x| of the eigenvectors of length 1 on the two sides: how much rounding of the matrix moves the eigenvalue
/// (Wilkinson 1965, The Algebraic Eigenvalue Problem, ch. 2). By inverse iteration.
fn condition(block: &Mat<f64>, (re, im): (f64, f64)) -> f64 {
    let n = block.nrows();
    let near = 2.0 * f64::EPSILON * block.norm_l2();
    let shifted = Mat::<c64>::from_fn(n, n, |i, j| {
        let own = if i == j { c64::new(re + near, im) } else { c64::new(0.0, 0.0) };
        c64::new(block[(i, j)], 0.0) - own
    });
    let lu = shifted.partial_piv_lu();
    // No start is orthogonal to all: unlike steps of one sign.
    let start = |seed: f64| Mat::<c64>::from_fn(n, 1, |i, _| c64::new(1.0 + (seed * (i + 1) as f64).sin().abs(), 0.0));
    let unit = |v: Mat<c64>| {
        let length = v.norm_l2();
        Mat::<c64>::from_fn(n, 1, |i, _| v[(i, 0)] / length)
    };
    let (mut x, mut y) = (start(0.7), start(1.9));
    for _ in 0..2 {
        x = unit(lu.solve(&x));
        y = unit(lu.solve_adjoint(&y));
    }
    let product: c64 = (0..n).map(|i| y[(i, 0)].conj() * x[(i, 0)]).sum();
    product.norm().recip()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[&[f64]]) -> Csr {
        Csr::from_rows(rows.iter().map(|row| row.iter().copied().enumerate().collect::<Vec<_>>()))
    }

    /// Deals the units out anew, so that nothing stands in an order that helps.
    fn shuffled(rows: &[&[f64]], step: usize) -> Csr {
        let n = rows.len();
        let at = |i: usize| (i * step + 1) % n;
        Csr::from_rows((0..n).map(|i| (0..n).map(|j| (j, rows[at(i)][at(j)])).collect::<Vec<_>>()))
    }

    #[test]
    fn a_defective_zero_is_no_smallest_eigenvalue() {
        // Units 1 and 2 have like customers and units 2 and 3 like suppliers: ω³(ω³ - ω - 1)… with a block at 0 of size 2.
        let w: &[&[f64]] = &[
            &[0.0, 0.0, 1.666, 0.0, 0.0, 1.093, 0.0, 0.395, 0.0],
            &[0.868, 0.0, 1.315, 0.0, 0.0, 0.0, 0.0, 0.0, 0.945],
            &[0.0, 0.0, 0.0, 1.122, 1.752, 0.0, 0.0, 0.0, 0.0],
            &[1.954, 0.0, 0.0, 0.0, 0.0, 0.953, 0.0, 0.0, 0.0],
            &[0.0, 0.66, 0.0, 1.579, 0.0, 0.0, 0.0, 1.947, 0.0],
            &[0.0, 0.852, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            &[0.0, 0.0, 1.014, 0.0, 1.847, 0.0, 0.0, 1.872, 0.932],
            &[0.0, 0.0, 0.0, 0.0, 0.0, 1.394, 0.0, 0.0, 0.0],
            &[0.0, 1.824, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        ];
        for step in [1, 2, 4, 5, 7] {
            let spectrum = spectrum(&shuffled(w, step)).expect("small");
            assert_eq!(spectrum.lowest, 0.0, "{step}: {:?}", spectrum.values);
            let radius = largest(&spectrum.values);
            assert!((spectrum.highest - radius).abs() < 1e-12 * radius, "{step}: {spectrum:?}");
        }
    }

    #[test]
    fn a_long_chain_beside_a_cycle_leaves_exact_zeros() {
        // 30 units in a chain that ends in a cycle of two: ω = ±1 and thirty times 0.
        let n = 32;
        let next = |i: usize| if i + 1 < n { i + 1 } else { n - 2 };
        let place = |i: usize| (i * 7 + 3) % n;
        let mut rows = vec![Vec::new(); n];
        for i in 0..n {
            rows[place(i)] = vec![(place(next(i)), 1.0)];
        }
        let spectrum = spectrum(&Csr::from_rows(rows)).expect("small");
        assert_eq!(spectrum.values.iter().filter(|value| **value == (0.0, 0.0)).count(), 30);
        assert!((spectrum.lowest + 1.0).abs() < 1e-14 && (spectrum.highest - 1.0).abs() < 1e-14, "{spectrum:?}");
    }

    #[test]
    fn small_and_double_eigenvalues_that_are_there_stay() {
        // Eigenvalues 1, -0.001 and -0.999 of an irreducible matrix without symmetry: ω³ + 0·ω² - 0.999001 ω - 0.000999.
        let small = spectrum(&matrix(&[&[0.0, 1.0, 0.0], &[0.0, 0.0, 1.0], &[0.000_999, 0.999_001, 0.0]])).expect("3");
        assert!((small.lowest + 0.999).abs() < 1e-9 && (small.highest - 1.0).abs() < 1e-12, "{small:?}");
        // (ω - 1)(ω + ½)² = ω³ - ¾ω - ¼: -½ is defective, and rounding may split it into a complex pair.
        for scale in [1.0, 3.0, 0.7] {
            let double = spectrum(&matrix(&[&[0.0, scale, 0.0], &[0.0, 0.0, 1.0], &[0.25 / scale, 0.75, 0.0]]));
            let double = double.expect("3");
            assert!((double.lowest + 0.5).abs() < 1e-7, "{double:?}");
        }
        // A cycle: complex eigenvalues are not real ones.
        let cycle = spectrum(&matrix(&[&[0.0, 1.0, 0.0], &[0.0, 0.0, 1.0], &[1.0, 0.0, 0.0]])).expect("3");
        assert_eq!(cycle.lowest, 0.0);
    }
}
