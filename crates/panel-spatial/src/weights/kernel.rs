//! Distance decay.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// How a weight falls with distance d in kilometres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Kernel {
    /// d^-exponent: 1 is the paper's, 2 is gravity.
    Inverse {
        /// Decay exponent, above 0.
        #[serde(default = "one")]
        exponent: f64,
    },
    /// exp(-d / scale).
    Exponential {
        /// Distance at which the weight is 1/e, km.
        scale_km: f64,
    },
    /// exp(-(d / bandwidth)² / 2).
    Gaussian {
        /// Standard deviation of the bell, km.
        bandwidth_km: f64,
    },
    /// 1 - d / bandwidth up to the bandwidth, 0 beyond.
    Triangular {
        /// Where it ends, km.
        bandwidth_km: f64,
    },
    /// 1 - (d / bandwidth)² up to the bandwidth, 0 beyond (Epanechnikov).
    Epanechnikov {
        /// Where it ends, km.
        bandwidth_km: f64,
    },
    /// (1 - (d / bandwidth)²)² up to the bandwidth, 0 beyond.
    Bisquare {
        /// Where it ends, km.
        bandwidth_km: f64,
    },
}

fn one() -> f64 {
    1.0
}

impl Default for Kernel {
    fn default() -> Self {
        Self::Inverse { exponent: 1.0 }
    }
}

impl Kernel {
    /// Checks the parameter.
    ///
    /// # Errors
    /// [`Error::Specification`] naming it.
    pub fn validate(&self) -> Result<()> {
        let (name, value) = match *self {
            Self::Inverse { exponent } => ("exponent", exponent),
            Self::Exponential { scale_km } => ("scale_km", scale_km),
            Self::Gaussian { bandwidth_km }
            | Self::Triangular { bandwidth_km }
            | Self::Epanechnikov { bandwidth_km }
            | Self::Bisquare { bandwidth_km } => ("bandwidth_km", bandwidth_km),
        };
        if value > 0.0 && value.is_finite() {
            return Ok(());
        }
        Err(Error::Specification(format!("kernel: {name} = {value}, expected a positive number")))
    }

    /// Whether the weight at distance 0 is infinite.
    #[must_use]
    pub fn is_singular(&self) -> bool {
        matches!(self, Self::Inverse { .. })
    }

    /// Distance from which the weight is 0.
    #[must_use]
    pub fn reach_km(&self) -> f64 {
        match *self {
            Self::Triangular { bandwidth_km }
            | Self::Epanechnikov { bandwidth_km }
            | Self::Bisquare { bandwidth_km } => bandwidth_km,
            _ => f64::INFINITY,
        }
    }

    /// Weight at a distance.
    #[must_use]
    pub fn at(&self, km: f64) -> f64 {
        let rest = |bandwidth: f64| (1.0 - (km / bandwidth) * (km / bandwidth)).max(0.0);
        match *self {
            Self::Inverse { exponent } if exponent == 1.0 => 1.0 / km,
            Self::Inverse { exponent } => km.powf(-exponent),
            Self::Exponential { scale_km } => (-km / scale_km).exp(),
            Self::Gaussian { bandwidth_km } => (-0.5 * (km / bandwidth_km) * (km / bandwidth_km)).exp(),
            Self::Triangular { bandwidth_km } => (1.0 - km / bandwidth_km).max(0.0),
            Self::Epanechnikov { bandwidth_km } => rest(bandwidth_km),
            Self::Bisquare { bandwidth_km } => rest(bandwidth_km) * rest(bandwidth_km),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_by_hand() {
        assert_eq!(Kernel::default().at(4.0), 0.25);
        assert_eq!(Kernel::Inverse { exponent: 2.0 }.at(4.0), 0.0625);
        assert_eq!(Kernel::Exponential { scale_km: 2.0 }.at(2.0), (-1f64).exp());
        assert_eq!(Kernel::Gaussian { bandwidth_km: 2.0 }.at(2.0), (-0.5f64).exp());
        assert_eq!(Kernel::Triangular { bandwidth_km: 4.0 }.at(1.0), 0.75);
        assert_eq!(Kernel::Epanechnikov { bandwidth_km: 4.0 }.at(2.0), 0.75);
        assert_eq!(Kernel::Bisquare { bandwidth_km: 4.0 }.at(2.0), 0.5625);
        assert_eq!(Kernel::Bisquare { bandwidth_km: 4.0 }.at(5.0), 0.0);
    }

    #[test]
    fn bad_parameters_are_named() {
        let error = Kernel::Inverse { exponent: 0.0 }.validate().err().map(|error| error.to_string());
        assert!(error.is_some_and(|text| text.contains("exponent = 0")));
    }
}
