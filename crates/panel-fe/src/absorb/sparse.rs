//! A sparse symmetric matrix.

/// Off-diagonal entries of a sparse symmetric matrix by rows, and its diagonal.
#[derive(Debug)]
pub(super) struct Sparse {
    pub(super) starts: Vec<usize>,
    pub(super) neighbors: Vec<u32>,
    pub(super) values: Vec<f64>,
    pub(super) diagonal: Vec<f64>,
}
