//! Effects of a mediation chain with their standard errors: those of a regression, and Sobel's of a product.

use panel_fe::Estimate;
use panel_fe::coefficients::Derived;
use panel_fe::mediation::MediatedTerm;

/// An effect with its standard error and interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Its value.
    pub value: f64,
    /// Standard error: that of the regression, of Sobel, or the standard deviation of the draws.
    pub se: f64,
    /// p, where a regression or Sobel's test gives it.
    pub p: Option<f64>,
    /// Interval, where it is computed.
    pub interval: Option<(f64, f64)>,
}

impl Effect {
    /// The coefficient of a regression, with its interval at a level.
    ///
    /// # Errors
    /// When the regression has no such coefficient.
    pub(super) fn of_fit(fit: &Estimate, name: &str, level: f64) -> panel_fe::Result<Self> {
        let (b, v) = fit.coefficients().pick(&[name])?;
        let derived = Derived::new(b[0], &[1.0], v.as_ref(), fit.df_t);
        Ok(Self { value: b[0], se: derived.se, p: Some(derived.p()), interval: Some(derived.interval(level)) })
    }

    /// The indirect effect ab with the standard error √(a²s_b² + b²s_a²) and the p of Sobel's (1982) test.
    pub(super) fn of_product(term: &MediatedTerm, b: &Derived) -> Self {
        Self {
            value: term.indirect,
            se: (term.a.value * b.se).hypot(b.value * term.a.se),
            p: term.sobel.available().and_then(|test| test.p),
            interval: None,
        }
    }
}
