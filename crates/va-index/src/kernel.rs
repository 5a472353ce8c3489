//! How a weight falls with distance.

use crate::error::{Error, Result};

/// How a weight falls with distance d (kilometres, or the unit of a user's matrix).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Kernel {
    /// (d / unit)^-exponent: 1 is the paper's, 2 is gravity. With travel times as distances, inverse travel time.
    Inverse {
        /// Decay exponent, above 0.
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
    /// 1 up to this distance, 0 beyond.
    Threshold {
        /// Largest distance, km.
        km: f64,
    },
    /// 1 for the k nearest entities, 0 for the others; ties go to the lower index. Not symmetric.
    KNearest {
        /// Number of neighbours.
        k: usize,
    },
}

impl Default for Kernel {
    fn default() -> Self {
        Self::Inverse { exponent: 1.0 }
    }
}

impl Kernel {
    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::Specification`] naming the parameter.
    pub fn validate(&self) -> Result<()> {
        let (name, value) = match *self {
            Self::Inverse { exponent } => ("exponent", exponent),
            Self::Exponential { scale_km } => ("scale_km", scale_km),
            Self::Gaussian { bandwidth_km } => ("scale_km", bandwidth_km),
            Self::Threshold { km } => ("scale_km", km),
            Self::KNearest { k } => ("k", k as f64),
        };
        if value > 0.0 && value.is_finite() {
            return Ok(());
        }
        Err(Error::Specification(format!("{name} = {value}: expected a positive number")))
    }

    /// Whether the weight at distance 0 is infinite.
    #[must_use]
    pub fn is_singular(&self) -> bool {
        matches!(self, Self::Inverse { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_parameters_are_named() {
        assert!(Kernel::Inverse { exponent: 0.0 }.validate().is_err());
        let error = Kernel::KNearest { k: 0 }.validate().err().map(|error| error.to_string());
        assert!(error.is_some_and(|text| text.contains("k = 0")));
    }
    #[test]
    fn every_parameter_is_a_positive_number() {
        type WithParameter = fn(f64) -> Kernel;
        let kernels: [(WithParameter, &str); 4] = [
            (|exponent| Kernel::Inverse { exponent }, "exponent"),
            (|scale_km| Kernel::Exponential { scale_km }, "scale_km"),
            (|bandwidth_km| Kernel::Gaussian { bandwidth_km }, "scale_km"),
            (|km| Kernel::Threshold { km }, "scale_km"),
        ];
        for (kernel, key) in kernels {
            assert_eq!(kernel(1e-300).validate(), Ok(()));
            for bad in [0.0, -1.0, f64::INFINITY, f64::NAN] {
                let text = kernel(bad).validate().expect_err("no scale").to_string();
                assert_eq!(text, format!("{key} = {bad}: expected a positive number"));
            }
        }
        assert_eq!(Kernel::KNearest { k: 1 }.validate(), Ok(()));
    }

    #[test]
    fn the_inverse_alone_is_infinite_at_no_distance() {
        let all = [
            Kernel::Inverse { exponent: 0.5 },
            Kernel::Exponential { scale_km: 1.0 },
            Kernel::Gaussian { bandwidth_km: 1.0 },
            Kernel::Threshold { km: 1.0 },
            Kernel::KNearest { k: 1 },
        ];
        assert_eq!(all.map(|kernel| kernel.is_singular()), [true, false, false, false, false]);
    }
}
