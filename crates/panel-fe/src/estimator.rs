//! The estimators of models with instruments.

use crate::error::{Error, Result};
use crate::text::text_serde;

/// An estimator of y = Dδ + Wγ + u with instruments [W, Z₁].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Estimator {
    /// Two-stage least squares: b = (X'P_zX)⁻¹X'P_z y.
    #[default]
    TwoStage,
    /// Limited-information maximum likelihood: k-class with κ = min eig (Y'M_zY)⁻¹Y'M_wY, Y = [y, D].
    Liml,
    /// Fuller (1977): k = κ − a/(N − L − d − sd), so that absorbed effects count as the dummies they stand for.
    Fuller(f64),
    /// Given k: b = (X'(I − kM_z)X)⁻¹X'(I − kM_z)y.
    KClass(f64),
    /// Two-step efficient GMM, weighted by the inverse covariance of moments at the 2SLS residuals.
    Gmm2s,
}

/// `2sls`, `liml`, `fuller:a`, `kclass:k`, `gmm2s`: what [`FromStr`] reads.
impl std::fmt::Display for Estimator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TwoStage => f.write_str("2sls"),
            Self::Liml => f.write_str("liml"),
            Self::Fuller(a) => write!(f, "fuller:{a}"),
            Self::KClass(k) => write!(f, "kclass:{k}"),
            Self::Gmm2s => f.write_str("gmm2s"),
        }
    }
}

/// `fuller` alone is `fuller:1`.
impl std::str::FromStr for Estimator {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unknown = || Error::UnknownOption {
            what: "estimator",
            got: text.into(),
            expected: "2sls, liml, fuller:a, kclass:k or gmm2s".into(),
        };
        let (name, number) = match text.trim().split_once(':') {
            Some((name, number)) => (name.trim(), Some(number.trim())),
            None => (text.trim(), None),
        };
        let number = number.map(|number| number.parse::<f64>().ok().filter(|number| number.is_finite()));
        match (name, number) {
            ("2sls", None) => Ok(Self::TwoStage),
            ("liml", None) => Ok(Self::Liml),
            ("fuller", None) => Ok(Self::Fuller(1.0)),
            ("fuller", Some(Some(a))) if a >= 0.0 => Ok(Self::Fuller(a)),
            ("kclass", Some(Some(k))) => Ok(Self::KClass(k)),
            ("gmm2s", None) => Ok(Self::Gmm2s),
            _ => Err(unknown()),
        }
    }
}

text_serde!(Estimator, "estimator");
