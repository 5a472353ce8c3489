//! Distance decay.

use crate::error::{Error, Result};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// How a weight falls with distance d in kilometres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(remote = "Self", rename_all = "kebab-case", deny_unknown_fields)]
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

/// The words of the kernels.
const WORDS: &[&str] = &["inverse", "exponential", "gaussian", "triangular", "epanechnikov", "bisquare"];

/// The key of a kernel's parameter with a value of it, for messages.
fn key_of(word: &str) -> &'static str {
    match word {
        "inverse" => "exponent = 1.0",
        "exponential" => "scale_km = 100.0",
        _ => "bandwidth_km = 100.0",
    }
}

impl Serialize for Kernel {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Read by hand, so that a word without its key is answered with what to write.
impl<'de> Deserialize<'de> for Kernel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct WordOrTable;

        impl<'de> Visitor<'de> for WordOrTable {
            type Value = Kernel;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table with one kernel, such as { gaussian = { bandwidth_km = 100.0 } }")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> std::result::Result<Kernel, E> {
                if !WORDS.contains(&word) {
                    return Err(E::unknown_variant(word, WORDS));
                }
                let key = key_of(word);
                Err(E::custom(format!("needs its keys: `{word}`; write kernel = {{ {word} = {{ {key} }} }}")))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<Kernel, A::Error> {
                Kernel::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_any(WordOrTable)
    }
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
            Self::Inverse { exponent: 1.0 } => 1.0 / km,
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
