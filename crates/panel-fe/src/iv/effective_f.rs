//! The effective F of Montiel Olea & Pflueger (2013), for one endogenous regressor and any covariance.

use super::first_stage::{PERFECT_FIT, perfect_stages};
use super::moments::{IvDof, MomentCovariance};
use super::system::IvSystem;
use crate::error::{Error, Result};
use crate::linalg;
use crate::outcome::{TestOutcome, TestStat};
use faer::Side;
use panel_core::distribution::{chi_squared_upper, upper_quantile};

/// Effective F with its critical values.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EffectiveF {
    /// F_eff = A'A / tr Ŵ₂, Ŵ₂ the small-sample covariance of Q_z'D̃.
    pub test: TestOutcome,
    /// Effective degrees of freedom at τ = 10 %; absent with the test.
    pub effective_df: Option<f64>,
    /// (τ, critical value at 5 %): weak when the worst-case bias of 2SLS may exceed the share τ of its benchmark.
    pub critical: Vec<(f64, f64)>,
}

/// Montiel Olea & Pflueger (2013): F_eff, and the simplified (conservative) critical values of their section 3.2.1
/// with x = 1/τ and K_eff = tr(W₂)²(1 + 2x)/(tr(W₂'W₂) + 2x tr(W₂) λ_max(W₂)), the 95 % quantile of a noncentral
/// χ²(K_eff; x K_eff)/K_eff (Patnaik's approximation).
///
/// # Errors
/// [`Error::Specification`] for several endogenous regressors; [`Error::Unsupported`] from the covariance.
pub fn effective_f(system: &IvSystem, covariance: &MomentCovariance<'_>, dof: &IvDof) -> Result<EffectiveF> {
    if system.k1() != 1 {
        return Err(Error::Specification(format!(
            "the effective F is for one endogenous regressor, got {}",
            system.k1()
        )));
    }
    let name = "Montiel Olea-Pflueger effective F";
    let none = |reason: &str| {
        let test = TestOutcome::not_available(name, reason);
        Ok(EffectiveF { test, effective_df: None, critical: Vec::new() })
    };
    if perfect_stages(system)[0] {
        return none(PERFECT_FIT);
    }
    let residual = system.first_stage_residuals();
    let meat = covariance.of(system, system.q_z.as_ref(), residual.col_as_slice(0), dof)?;
    let small = dof.wald_to_f(system.n, system.l(), covariance.clusters());
    let l1 = system.l1();
    let trace: f64 = (0..l1).map(|i| meat[(i, i)]).sum();
    let squares = meat.squared_norm_l2();
    let eigenvalues = meat.self_adjoint_eigenvalues(Side::Lower).map_err(|_| Error::Singular("W2".into()))?;
    let largest = eigenvalues.iter().fold(0.0_f64, |high, &v| high.max(v));
    let a = system.a.col_as_slice(0);
    let stat = linalg::dot(a, a) / trace * small;
    let positive = eigenvalues.first().is_some_and(|&smallest| smallest > -1e-12 * largest) && trace > 0.0;
    if !positive || !squares.is_finite() {
        return none("the covariance of the first-stage moments is not positive semidefinite");
    }
    let effective = |x: f64| trace * trace * (1.0 + 2.0 * x) / (squares + 2.0 * x * trace * largest);
    let critical = [0.05, 0.10, 0.20, 0.30]
        .iter()
        .map(|&tau| {
            let x = 1.0 / tau;
            let k = effective(x);
            (tau, noncentral_quantile(0.05, k, k * x) / k)
        })
        .collect();
    let effective_df = effective(10.0);
    let test = TestStat::tabulated(name, "the instruments are weak", stat, effective_df, None);
    Ok(EffectiveF { test: test.into(), effective_df: Some(effective_df), critical })
}

/// P(χ²(df; λ) ≥ x), a Poisson mixture of central tails summed outwards from its mode.
fn noncentral_upper(x: f64, df: f64, lambda: f64) -> f64 {
    let half = 0.5 * lambda;
    let mode = half.floor();
    let log_weight = |j: f64| j * half.ln() - half - statrs::function::gamma::ln_gamma(j + 1.0);
    let mut total = 0.0;
    let mut j = mode;
    while j >= 0.0 {
        let weight = log_weight(j).exp();
        total += weight * chi_squared_upper(x, df + 2.0 * j);
        if weight < 1e-18 {
            break;
        }
        j -= 1.0;
    }
    // Weights fall from the mode on; `NaN` ends the sum, too.
    j = mode + 1.0;
    loop {
        let weight = log_weight(j).exp();
        total += weight * chi_squared_upper(x, df + 2.0 * j);
        if weight.is_nan() || weight < 1e-18 {
            break;
        }
        j += 1.0;
    }
    total
}

fn noncentral_quantile(tail: f64, df: f64, lambda: f64) -> f64 {
    upper_quantile(tail, |x| noncentral_upper(x, df, lambda))
}

#[cfg(test)]
mod tests {
    use super::*;

    // One instrument: (√(1/τ) + z.95)², but for the far tail of the other sign. Montiel Olea & Pflueger (2013, table 1)
    // print 37.42, 23.11, 15.06, 12.05 for τ = 5, 10, 20, 30 %.
    #[test]
    fn one_instrument_gives_the_printed_values() {
        for (tau, printed) in [(0.05, 37.42), (0.10, 23.11), (0.20, 15.06), (0.30, 12.05)] {
            let got = noncentral_quantile(0.05, 1.0, 1.0 / tau);
            assert!((got - printed).abs() < 0.006, "{tau}: {got} against {printed}");
        }
    }
}
