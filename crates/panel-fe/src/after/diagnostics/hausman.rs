//! Fixed against random effects: Hausman's contrast and Mundlak's regression.

use crate::coefficients::Coefficients;
use crate::dense::Factor;
use crate::error::Result;
use crate::linalg::symmetric_eigen;
use crate::outcome::{TestOutcome, TestStat};
use crate::wald::Wald;

/// Hausman (1978): d'(V_c − V_e)⁻¹d ~ χ²(q) for d = b_c − b_e over the coefficients named, where `consistent` is
/// consistent under both hypotheses (fixed effects) and `efficient` efficient under the null (random effects).
///
/// `sigma_ratio` multiplies V_c, to put both covariances on the same σ² (Stata's `sigmamore`: σ²_e/σ²_c; 1 otherwise).
/// A difference that is not positive definite has no χ² statistic: the reason says so (Stata prints a negative one).
///
/// # Errors
/// [`crate::Error::UnknownOption`] for a name that one of the estimates does not have.
pub fn hausman(
    consistent: &Coefficients<'_>,
    efficient: &Coefficients<'_>,
    names: &[&str],
    sigma_ratio: f64,
) -> Result<TestOutcome> {
    let name = "Hausman";
    let ((b1, v1), (b2, v2)) = (consistent.pick(names)?, efficient.pick(names)?);
    let d: Vec<f64> = b1.iter().zip(&b2).map(|(a, b)| a - b).collect();
    let v = faer::Scale(sigma_ratio) * v1 - v2;
    Ok(match Factor::new(v.as_ref(), "the difference of the covariances") {
        Ok(factor) => {
            let null = "both estimators are consistent: the effects are uncorrelated with the regressors";
            TestStat::chi_squared(name, null, factor.quadratic_form(&d), names.len() as f64).into()
        }
        Err(error) => {
            let lowest = symmetric_eigen(v.as_ref()).ok().and_then(|(values, _)| values.first().copied());
            let detail = match lowest {
                Some(low) if low < 0.0 => "the covariances differ by a matrix that is not positive definite; \
                                           use Mundlak's form, which always is"
                    .to_owned(),
                _ => error.to_string(),
            };
            TestOutcome::not_available(name, detail)
        }
    })
}

/// Joint Wald test that the named coefficients are zero: F(q, df) of b'V⁻¹b/q, χ²(q) for infinite df.
///
/// # Errors
/// [`crate::Error::UnknownOption`] for a name that is not there.
pub fn joint_zero(coefficients: &Coefficients<'_>, names: &[&str]) -> Result<TestOutcome> {
    wald(coefficients, names, "Wald", format!("{} are zero", names.join(", ")))
}

/// Mundlak (1978): in a random-effects or pooled regression on x and the entity means of x, the joint test that the
/// coefficients of the means are zero. Robust to any covariance of the estimate, unlike Hausman's contrast.
///
/// # Errors
/// [`crate::Error::UnknownOption`] for a name that is not there.
pub fn mundlak(coefficients: &Coefficients<'_>, means: &[&str]) -> Result<TestOutcome> {
    let null = "the entity means do not matter: the effects are uncorrelated with the regressors";
    wald(coefficients, means, "Mundlak", null.to_owned())
}

fn wald(coefficients: &Coefficients<'_>, names: &[&str], test: &str, null: String) -> Result<TestOutcome> {
    let (b, v) = coefficients.pick(names)?;
    Ok(Wald::new(test, null, coefficients.df).test(&b, v.as_ref()))
}
