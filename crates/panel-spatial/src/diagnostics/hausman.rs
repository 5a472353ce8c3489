//! Two estimators of the same coefficients.

use super::ChiSquared;
use super::restrictions::quadratic;
use crate::error::{Error, Result};
use crate::estimate::Swept;
use crate::linalg::{LeastSquares, Square, add_scaled, dot};
use crate::logdet::Prepared;
use crate::panel::SpatialPanel;
use crate::result::SpatialFit;
use crate::spec::{FixedEffects, Like, Model, SpatialSpec};

/// Hausman's test of two fits on the coefficients they share: H = d'(V₁ - V₂)⁻¹d, d = b₁ - b₂.
///
/// `consistent` holds under both hypotheses (effects of units), `efficient` under the null only. V₁ - V₂ need not be positive
/// definite: then the statistic does not exist, and entity means of the regressors in the random-effects equation (Mundlak) answer the question.
///
/// # Errors
/// [`Error::Undefined`] where V₁ - V₂ is not positive definite; [`Error::Specification`] where no coefficient is shared.
pub fn hausman(consistent: &SpatialFit, efficient: &SpatialFit) -> Result<ChiSquared> {
    let shared: Vec<(usize, usize)> = consistent.names[..consistent.regressors()]
        .iter()
        .enumerate()
        .filter_map(|(i, name)| {
            efficient.names[..efficient.regressors()].iter().position(|other| other == name).map(|j| (i, j))
        })
        .filter(|&(i, _)| consistent.names[i] != crate::estimate::CONSTANT)
        .collect();
    if shared.is_empty() {
        return Err(Error::Specification("the two fits share no coefficient".into()));
    }
    let (mine, other): (Vec<usize>, Vec<usize>) = shared.into_iter().unzip();
    let difference: Vec<f64> =
        mine.iter().zip(&other).map(|(&i, &j)| consistent.coefficients[i] - efficient.coefficients[j]).collect();
    let (v1, v2) = (consistent.covariance().select(&mine), efficient.covariance().select(&other));
    contrast("Hausman", "both estimators are consistent", &difference, &v1, &v2)
}

fn contrast(name: &str, null: &str, difference: &[f64], v1: &Square, v2: &Square) -> Result<ChiSquared> {
    let mut v = v1.clone();
    for i in 0..v.size() {
        for j in 0..v.size() {
            v[(i, j)] -= v2[(i, j)];
        }
    }
    if v.cholesky().is_none() {
        return Err(Error::Undefined {
            statistic: "Hausman's test",
            reason: "the difference of the covariances is not positive definite; use entity means of the regressors (Mundlak)".into(),
        });
    }
    Ok(ChiSquared::new(name, null, quadratic(difference, &v)?, difference.len()))
}

/// Pace and LeSage's test of OLS against SEM on a cross-section: both estimate b if the SEM is right.
///
/// H = d'(V_OLS - V_SEM)⁻¹d with V_OLS = σ²(Z'Z)⁻¹Z'(R'R)⁻¹Z(Z'Z)⁻¹, σ² and λ of the SEM, and V_SEM = σ²(Z'R'RZ)⁻¹.
///
/// # Errors
/// As [`fit`](crate::fit); [`Error::Undefined`] where the difference is not positive definite.
///
/// spatialreg 1.2-6 gives the same for symmetric W only (Columbus, binary: 3.41641); row-standardised it prints 4.902 where the
/// formula is 5.18463.
///
/// **Source**: Pace & LeSage (2008), Economics Letters 101, 282–284.
pub fn pace_lesage(panel: &SpatialPanel, prepared: &Prepared, durbin: bool) -> Result<ChiSquared> {
    let model = if durbin { Model::Sdem } else { Model::Sem };
    let spec = SpatialSpec { model, like: Like::Exact, ..SpatialSpec::default() };
    let sem = crate::fit(panel, prepared, FixedEffects::None, &spec)?;
    let swept = Swept::new(panel, prepared, FixedEffects::None, &spec)?;
    let least = LeastSquares::new(&swept.z)
        .map_err(|j| Error::Singular(format!("`{}` depends on the others", swept.names[j])))?;
    let (b, _) = least.fit(&swept.y);
    let k = b.len();
    let lambda = sem.coefficients[k];
    // Z'(R'R)⁻¹Z = |R'⁻¹Z|²; R'⁻¹ = I + λH'.
    let resolvent = prepared.resolvent(lambda)?;
    let n = swept.n;
    let solved: Vec<Vec<f64>> = swept
        .z
        .iter()
        .map(|z| {
            let mut x = z.clone();
            let lagged: Vec<f64> = z.chunks_exact(n).flat_map(|period| resolvent.transposed_times(period)).collect();
            add_scaled(&mut x, lambda, &lagged);
            x
        })
        .collect();
    let mut middle = Square::zeros(k);
    for i in 0..k {
        for j in 0..=i {
            middle.set_both(i, j, dot(&solved[i], &solved[j]));
        }
    }
    let inverse = least.inverse_gram();
    let v1 = inverse.product(&middle).product(&inverse).scaled(sem.sigma2);
    let v2 = sem.covariance().select(&(0..k).collect::<Vec<_>>());
    let difference: Vec<f64> = (0..k).map(|i| b[i] - sem.coefficients[i]).collect();
    contrast("Pace-LeSage", "OLS and SEM estimate the same coefficients", &difference, &v1, &v2)
}
