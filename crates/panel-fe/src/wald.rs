//! Joint tests of coefficients.

use crate::error::Result;
use crate::iv::dense::Factor;
use crate::outcome::{TestOutcome, TestStat};
use crate::result::Estimate;
use faer::{Mat, MatRef};

/// H₀: b = 0 for the coefficients at `which`: F = b'V⁻¹b/q with df2 = `df`, or χ²(q) = b'V⁻¹b for infinite df
/// (Wald 1943).
pub(crate) fn zero(estimates: &[f64], vcov: MatRef<'_, f64>, which: &[usize], df: f64, null: &str) -> TestOutcome {
    let name = "Wald";
    let q = which.len();
    if q == 0 {
        return TestOutcome::not_available(name, "there is no slope");
    }
    let v = Mat::from_fn(q, q, |i, j| vcov[(which[i], which[j])]);
    let b: Vec<f64> = which.iter().map(|&i| estimates[i]).collect();
    let Ok(factor) = Factor::new(v.as_ref(), "V") else {
        let reason = "the covariance matrix of the coefficients is singular (fewer clusters than coefficients?)";
        return TestOutcome::not_available(name, reason);
    };
    let quadratic = factor.quadratic_form(&b);
    if df.is_infinite() {
        return TestStat::chi_squared(name, null, quadratic, q as f64).into();
    }
    TestStat::f(name, null, quadratic / q as f64, q as f64, df).into()
}

impl Estimate {
    /// Joint Wald test that the named coefficients are zero.
    ///
    /// # Errors
    /// [`crate::Error::UnknownOption`] for a name that is not there.
    pub fn wald_test(&self, names: &[&str]) -> Result<TestOutcome> {
        let which = self.places(names)?;
        let null = names.iter().map(|name| format!("{name} = 0")).collect::<Vec<_>>().join(", ");
        Ok(zero(&self.estimates, self.vcov.as_ref(), &which, self.df_t, &null))
    }

    /// Wald test of linear restrictions R b = r: F = (Rb - r)'(RVR')⁻¹(Rb - r)/q.
    ///
    /// `restrictions` holds for each row of R the pairs (coefficient name, factor) and the value r.
    ///
    /// # Errors
    /// [`crate::Error::UnknownOption`] for a name that is not there.
    pub fn wald_restrictions(&self, restrictions: &[(Vec<(&str, f64)>, f64)]) -> Result<TestOutcome> {
        let (q, k) = (restrictions.len(), self.estimates.len());
        let mut r = Mat::<f64>::zeros(q, k);
        let mut gap = vec![0.0; q];
        for (i, (terms, value)) in restrictions.iter().enumerate() {
            gap[i] = -value;
            for (name, factor) in terms {
                let j = self.places(&[name])?[0];
                r[(i, j)] += factor;
                gap[i] += factor * self.estimates[j];
            }
        }
        let v = &r * &self.vcov * r.transpose();
        Ok(zero(&gap, v.as_ref(), &(0..q).collect::<Vec<_>>(), self.df_t, "the linear restrictions hold"))
    }

    fn places(&self, names: &[&str]) -> Result<Vec<usize>> {
        names.iter().map(|name| self.coefficients().position(name)).collect()
    }
}
