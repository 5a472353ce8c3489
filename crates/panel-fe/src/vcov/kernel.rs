//! Lag windows of heteroskedasticity- and autocorrelation-consistent covariances.

use std::f64::consts::PI;

/// A lag window k(τ; b) with bandwidth b, in the parametrisation of ivreg2 (Baum, Schaffer & Stillman 2007).
///
/// Windows that end have weight on lags τ ≤ b only; spectral windows weigh all lags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Kernel {
    /// 1 - τ/b (Newey & West 1987): b = L + 1 for L lags.
    #[default]
    Bartlett,
    /// 1 for τ ≤ b.
    Truncated,
    /// 1 - 6(τ/b)² + 6(τ/b)³ to b/2, then 2(1 - τ/b)³ (Gallant 1987).
    Parzen,
    /// ½ + ½ cos(πτ/b).
    TukeyHanning,
    /// .54 + .46 cos(πτ/b).
    TukeyHamming,
    /// 2(1 - cos(τ·τ/b))/(τ/b)²; a spectral window.
    Tent,
    /// sin(πτ/b)/(πτ/b); a spectral window.
    Daniell,
    /// 25/(12π²x²)·(sin(6πx/5)/(6πx/5) - cos(6πx/5)), x = τ/b (Andrews 1991); a spectral window.
    QuadraticSpectral,
}

impl Kernel {
    /// Weight of lag `tau` ≥ 1 under bandwidth `bandwidth`.
    #[must_use]
    pub fn weight(self, tau: usize, bandwidth: f64) -> f64 {
        let x = tau as f64 / bandwidth;
        if !self.is_spectral() && (tau as f64 > bandwidth || x.is_nan()) {
            return 0.0;
        }
        match self {
            Self::Truncated => 1.0,
            Self::Bartlett => 1.0 - x,
            Self::Parzen if x <= 0.5 => 1.0 - 6.0 * x * x + 6.0 * x.powi(3),
            Self::Parzen => 2.0 * (1.0 - x).powi(3),
            Self::TukeyHanning => 0.5 + 0.5 * (PI * x).cos(),
            Self::TukeyHamming => 0.54 + 0.46 * (PI * x).cos(),
            Self::Tent => 2.0 * (1.0 - (tau as f64 * x).cos()) / (x * x),
            Self::Daniell => (PI * x).sin() / (PI * x),
            Self::QuadraticSpectral => {
                let z = 6.0 * PI * x / 5.0;
                25.0 / (12.0 * PI * PI * x * x) * (z.sin() / z - z.cos())
            }
        }
    }

    /// Largest lag with weight, when the observed periods span `span` steps.
    #[must_use]
    pub fn last_lag(self, bandwidth: f64, span: usize) -> usize {
        if self.is_spectral() { span } else { span.min(bandwidth.max(0.0) as usize) }
    }

    fn is_spectral(self) -> bool {
        matches!(self, Self::Tent | Self::Daniell | Self::QuadraticSpectral)
    }
}
