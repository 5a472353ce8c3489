//! Indices of industrial structure from the shares of the sectors (Eq. 5, D10).

use crate::error::{Error, Result};
use crate::transform::Mapped;

/// The vector-angle index of industrial upgrading (付凌晖 2010): W = Σ_{k=1}^{K} Σ_{j=1}^{k} θ_j, with θ_j the angle
/// between the vector of shares and the j-th axis, so that for three sectors W = 3 θ₁ + 2 θ₂ + θ₃.
///
/// **Shapes**: `shares[m]` holds the share of sector m + 1, one value per row, primary sector first. **Units**:
/// radians; shares may be fractions or per cent, since angles do not depend on length. **Missing values**: missing
/// where a share is; a row of zeros or with a negative share is undefined and listed.
///
/// # Errors
/// [`Error::Specification`] for no sector, [`Error::LengthMismatch`].
pub fn structure_angle(shares: &[&[f64]]) -> Result<Mapped> {
    let sectors = shares.len();
    by_row(shares, |row| {
        let length = row.iter().map(|share| share * share).sum::<f64>().sqrt();
        (0..sectors).map(|j| (sectors - j) as f64 * (row[j] / length).clamp(-1.0, 1.0).acos()).sum()
    })
}

/// Σ_m m · y_m over sectors m = 1, 2, …: the sum as Eq. 5 prints it, between one and the number of sectors if the
/// shares sum to one.
///
/// Shapes, missing values and errors as [`structure_angle`].
///
/// # Errors
/// [`Error::Specification`] for no sector, [`Error::LengthMismatch`].
pub fn structure_sum(shares: &[&[f64]]) -> Result<Mapped> {
    by_row(shares, |row| row.iter().enumerate().map(|(m, share)| (m + 1) as f64 * share).sum())
}

fn by_row(shares: &[&[f64]], index: impl Fn(&[f64]) -> f64) -> Result<Mapped> {
    let Some(first) = shares.first() else {
        return Err(Error::Specification("an index of industrial structure needs at least one sector".into()));
    };
    if let Some(m) = shares.iter().position(|share| share.len() != first.len()) {
        return Err(Error::LengthMismatch {
            what: format!("share of sector {}", m + 1),
            expected: first.len(),
            got: shares[m].len(),
        });
    }
    let mut mapped = Mapped { values: Vec::with_capacity(first.len()), undefined: Vec::new() };
    let mut row = vec![0.0; shares.len()];
    for i in 0..first.len() {
        row.iter_mut().zip(shares).for_each(|(cell, share)| *cell = share[i]);
        let missing = row.iter().any(|share| share.is_nan());
        let undefined = row.iter().any(|&share| share < 0.0) || row.iter().all(|&share| share == 0.0);
        if !missing && undefined {
            mapped.undefined.push(i);
        }
        mapped.values.push(if missing || undefined { f64::NAN } else { index(&row) });
    }
    Ok(mapped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::FRAC_PI_2;

    #[test]
    fn corners_have_known_angles() {
        // All in the third sector: θ = (π/2, π/2, 0), W = 5π/2; all in the first: θ = (0, π/2, π/2), W = 3π/2.
        let shares: [&[f64]; 3] = [&[0.0, 1.0, 0.0, -0.1], &[0.0, 0.0, 0.0, 0.6], &[1.0, 0.0, 0.0, 0.5]];
        let angle = structure_angle(&shares).expect("three sectors");
        assert!((angle.values[0] - 5.0 * FRAC_PI_2).abs() < 1e-14 && (angle.values[1] - 3.0 * FRAC_PI_2).abs() < 1e-14);
        assert_eq!(angle.undefined, [2, 3]);
        assert_eq!(structure_sum(&shares).expect("three sectors").values[0], 3.0);
    }

    /// By hand, on the triangle 3-4-5: cos θ₁ = 0.6 and cos θ₂ = 0.8, so that θ₁ = 0.927 295 218 001 612 2 and
    /// θ₂ = π/2 - θ₁; W = 2 θ₁ + θ₂ = π/2 + θ₁, whatever the length of the row.
    #[test]
    fn shares_between_the_corners_have_the_angles_of_their_triangle() {
        let shares: [&[f64]; 2] = [&[0.3, 30.0, -3.0], &[0.4, 40.0, 4.0]];
        let angle = structure_angle(&shares).expect("two sectors");
        for value in &angle.values[..2] {
            assert!((value - (FRAC_PI_2 + 0.927_295_218_001_612_2)).abs() < 1e-14, "{value}");
        }
        // A negative share beside a positive one: listed, and without a value.
        assert_eq!(angle.undefined, [2]);
        assert!(angle.values[2].is_nan());
        let sum = structure_sum(&shares).expect("two sectors");
        assert!((sum.values[0] - 1.1).abs() < 1e-15 && sum.values[2].is_nan(), "{:?}", sum.values);
    }
}
