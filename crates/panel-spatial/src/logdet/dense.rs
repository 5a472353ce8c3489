//! The route by eigenvalues.

use crate::csr::Csr;
use faer::Mat;

/// Units up to which a dense matrix is the faster route.
pub(crate) const DENSE_LIMIT: usize = 2000;

pub(crate) fn to_dense(matrix: &Csr) -> Mat<f64> {
    let mut dense = Mat::zeros(matrix.n(), matrix.n());
    for i in 0..matrix.n() {
        for (j, weight) in matrix.row(i) {
            dense[(i, j)] = weight;
        }
    }
    dense
}

/// Σ ln |1 - rω|.
pub(crate) fn log_det(eigenvalues: &[(f64, f64)], r: f64) -> f64 {
    eigenvalues
        .iter()
        .map(|&(re, im)| {
            let (a, b) = (1.0 - r * re, r * im);
            if im == 0.0 { a.abs().ln() } else { 0.5 * (a * a + b * b).ln() }
        })
        .sum()
}

/// Re Σ g and Re Σ g², g = ω/(1 - rω): tr G and tr G².
pub(crate) fn traces(eigenvalues: &[(f64, f64)], r: f64) -> (f64, f64) {
    eigenvalues.iter().fold((0.0, 0.0), |(first, second), &(re, im)| {
        if im == 0.0 {
            let g = re / (1.0 - r * re);
            return (first + g, second + g * g);
        }
        let (a, b) = (1.0 - r * re, -r * im);
        let square = a * a + b * b;
        let (x, y) = ((re * a + im * b) / square, (im * a - re * b) / square);
        (first + x, second + x * x - y * y)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_routes_agree_and_derivatives_are_derivatives() {
        let w = Csr::from_rows([vec![(1, 1.0)], vec![(0, 0.5), (2, 0.5)], vec![(0, 0.2), (3, 0.8)], vec![(0, 1.0)]]);
        let values = crate::logdet::eigenvalues(&w).expect("small");
        assert!(values.iter().any(|value| value.1 != 0.0), "an asymmetric matrix with complex eigenvalues");
        let identity = Mat::<f64>::identity(4, 4);
        let by_lu = |r: f64| (&identity - faer::Scale(r) * to_dense(&w)).determinant().abs().ln();
        for r in [-0.7, 0.0, 0.3, 0.9] {
            assert!((log_det(&values, r) - by_lu(r)).abs() < 1e-13, "{r}");
            let h = 1e-5;
            let slope = (by_lu(r + h) - by_lu(r - h)) / (2.0 * h);
            let (first, second) = traces(&values, r);
            assert!((slope + first).abs() < 1e-8 * first.abs().max(1.0), "{r}: {slope} {first}");
            let bend = (traces(&values, r + h).0 - traces(&values, r - h).0) / (2.0 * h);
            assert!((bend - second).abs() < 1e-7 * second.abs().max(1.0), "{r}: {bend} {second}");
        }
    }
}
