//! Joint tests of the coefficients of an estimate.

use crate::error::Result;
use crate::fit::result::Estimate;
use crate::outcome::TestOutcome;
use crate::wald::Wald;
use faer::Mat;

impl Estimate {
    /// Joint Wald test that the named coefficients are zero.
    ///
    /// # Errors
    /// [`crate::Error::UnknownOption`] for a name that is not there.
    pub fn wald_test(&self, names: &[&str]) -> Result<TestOutcome> {
        let null = names.iter().map(|name| format!("{name} = 0")).collect::<Vec<_>>().join(", ");
        let (b, v) = self.coefficients().pick(names)?;
        Ok(Wald::new("Wald", null, self.df_t).test(&b, v.as_ref()))
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
                let j = self.coefficients().position(name)?;
                r[(i, j)] += factor;
                gap[i] += factor * self.estimates[j];
            }
        }
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let (_, vcov) = self.coefficients().pick(&names)?;
        let v = restricted(&r, &vcov);
        Ok(Wald::new("Wald", "the linear restrictions hold", self.df_t).test(&gap, v.as_ref()))
    }
}

/// RVR', in which only the coefficients that R names count.
fn restricted(r: &Mat<f64>, vcov: &Mat<f64>) -> Mat<f64> {
    let entry = |i: usize, j: usize| {
        let mut sum = 0.0;
        for a in (0..vcov.nrows()).filter(|&a| r[(i, a)] != 0.0) {
            for b in (0..vcov.nrows()).filter(|&b| r[(j, b)] != 0.0) {
                sum += r[(i, a)] * vcov[(a, b)] * r[(j, b)];
            }
        }
        sum
    };
    Mat::from_fn(r.nrows(), r.nrows(), entry)
}
