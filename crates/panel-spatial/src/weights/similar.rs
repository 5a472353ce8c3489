//! Weights that a diagonal scaling makes symmetric, as rows of a symmetric matrix divided by their sums.

use crate::csr::Csr;

/// d with d_i w_ij = d_j w_ji for all pairs (each group of connected units from 1), or `None` where there is none.
///
/// Then D^½ W D^-½ is symmetric with the eigenvalues of W, which are real.
pub(crate) fn symmetric_similar(matrix: &Csr) -> Option<Vec<f64>> {
    const TOLERANCE: f64 = 1e-11;
    let n = matrix.n();
    let mut scale = vec![0.0; n];
    let mut queue = Vec::with_capacity(n);
    for start in 0..n {
        if scale[start] != 0.0 {
            continue;
        }
        scale[start] = 1.0;
        queue.push(start);
        while let Some(i) = queue.pop() {
            for (j, weight) in matrix.row(i) {
                let back = matrix.get(j, i);
                if back == 0.0 || (back > 0.0) != (weight > 0.0) {
                    return None;
                }
                if scale[j] == 0.0 {
                    scale[j] = scale[i] * weight / back;
                    queue.push(j);
                }
            }
        }
    }
    let fits = (0..n).all(|i| {
        matrix.row(i).all(|(j, weight)| {
            let (there, back) = (scale[i] * weight, scale[j] * matrix.get(j, i));
            (there - back).abs() <= TOLERANCE * there.abs().max(back.abs())
        })
    });
    fits.then_some(scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_standardised_symmetric_weights_are_found() {
        // A path a – b – c with weights 1 and 3, rows divided by their sums.
        let w = Csr::from_rows([vec![(1, 1.0)], vec![(0, 0.25), (2, 0.75)], vec![(1, 1.0)]]);
        let scale = symmetric_similar(&w).expect("similar to a symmetric matrix");
        assert_eq!(scale, [1.0, 4.0, 3.0]);
        let cycle = Csr::from_rows([vec![(1, 0.9), (2, 0.1)], vec![(0, 0.5), (2, 0.5)], vec![(0, 0.5), (1, 0.5)]]);
        assert_eq!(symmetric_similar(&cycle), None);
        assert_eq!(symmetric_similar(&Csr::from_rows([vec![(1, 1.0)], vec![]])), None);
    }
}
