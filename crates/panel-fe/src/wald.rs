//! The Wald test (Wald 1943), which every joint test of coefficients is.

use crate::dense::Factor;
use crate::outcome::{TestOutcome, TestStat};
use faer::MatRef;

/// What a Wald test says about itself.
pub(crate) struct Wald {
    /// Its name.
    pub(crate) name: String,
    /// The null hypothesis in words.
    pub(crate) null: String,
    /// Multiplies b'V⁻¹b, where the covariance lacks its small-sample factor.
    pub(crate) factor: f64,
    /// Degrees of freedom of the denominator; infinite for χ².
    pub(crate) df: f64,
}

impl Wald {
    /// A test of coefficients whose covariance is complete.
    pub(crate) fn new(name: impl Into<String>, null: impl Into<String>, df: f64) -> Self {
        Self { name: name.into(), null: null.into(), factor: 1.0, df }
    }

    /// Tests b = 0 for q estimates with covariance V (q×q): F(q, df) of b'V⁻¹b/q, or χ²(q) of b'V⁻¹b for infinite df.
    pub(crate) fn test(self, b: &[f64], v: MatRef<'_, f64>) -> TestOutcome {
        if b.is_empty() {
            return TestOutcome::not_available(self.name, "there is no coefficient to test");
        }
        let factor = match Factor::new(v, "the covariance of the coefficients") {
            Ok(factor) => factor,
            Err(error) => return TestOutcome::not_available(self.name, error.to_string()),
        };
        let quadratic = factor.quadratic_form(b) * self.factor;
        let q = b.len() as f64;
        if self.df.is_infinite() {
            return TestStat::chi_squared(self.name, self.null, quadratic, q).into();
        }
        TestStat::f(self.name, self.null, quadratic / q, q, self.df).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faer::{Mat, mat};

    /// (2, 3) with variances 4 and 9: b'V⁻¹b = 2, halved 1; an F of two is half of that.
    #[test]
    fn two_coefficients_by_hand() {
        let v = mat![[4.0, 0.0], [0.0, 9.0]];
        let stat = |factor: f64, df: f64| {
            let wald = Wald { factor, ..Wald::new("Wald", "both are zero", df) };
            wald.test(&[2.0, 3.0], v.as_ref()).available().map(|test| (test.stat, test.df, test.df2))
        };
        assert_eq!(stat(1.0, f64::INFINITY), Some((2.0, 2.0, None)));
        assert_eq!(stat(0.5, f64::INFINITY), Some((1.0, 2.0, None)));
        assert_eq!(stat(0.5, 7.0), Some((0.5, 2.0, Some(7.0))));
        assert!(Wald::new("Wald", "none", 7.0).test(&[], Mat::<f64>::zeros(0, 0).as_ref()).available().is_none());
    }
}
