//! What covariance a user can ask for, and its one-line notation.

use crate::error::{Error, Result};
use crate::text::text_serde;
use crate::words::words;
use std::fmt;
use std::str::FromStr;

/// How distances between places are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ConleyDistance {
    /// Great circle on a sphere of radius 6371.0088 km.
    #[default]
    GreatCircle,
    /// fixest's default `"triangular"`: a plane of 111 km per degree.
    FixestTriangular,
    /// fixest's `"spherical"`: a sphere of radius 6376 km.
    FixestSpherical,
}

/// Weight of two places within the cut-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ConleyKernel {
    /// 1.
    #[default]
    Uniform,
    /// 1 - d/cut-off.
    Bartlett,
}

/// What a missing period does to lags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gaps {
    /// Lags follow the calendar: a missing year is a missing step (ivreg2).
    Calendar,
    /// The observed periods are numbered 1, 2, … T (fixest, reghdfe).
    Reindex,
}

words!(Gaps, "gaps", Calendar = "calendar", Reindex = "reindex");

/// A covariance estimator, named by columns of the panel.
///
/// Notation ([`FromStr`]): `iid`, `hc1`, `hc2`, `hc3`, `cluster:a`, `cluster:a,b` (one to four, `a^b` for an
/// interaction), `dk:L`, `nw:L`, `conley:KM`, `conley:KM:bartlett`, `conley:KM:L` (with L serial lags),
/// `conley:KM:fixest-triangular` and `conley:KM:fixest-spherical` (its distances); `dk` and `nw` alone take
/// L = ⌊T^(1/4)⌋.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Vcov {
    /// σ²(X̃'WX̃)⁻¹.
    #[default]
    Iid,
    /// White (1980) with the multiplier of the rule, Stata's `robust`.
    Hc1,
    /// Scores divided by √(1 - h), h the leverage with the fixed effects.
    Hc2,
    /// Scores divided by 1 - h.
    Hc3,
    /// Correlation within each of one to four keys.
    Cluster(Vec<String>),
    /// Driscoll & Kraay (1998) with L Bartlett lags over the time key.
    DriscollKraay {
        /// L, or ⌊T^(1/4)⌋.
        lags: Option<usize>,
    },
    /// Newey & West (1987) within the entity key, L Bartlett lags.
    NeweyWest {
        /// L, or ⌊T^(1/4)⌋.
        lags: Option<usize>,
    },
    /// Conley (1999).
    Conley {
        /// Cut-off, km.
        cutoff_km: f64,
        /// Weight within it.
        kernel: ConleyKernel,
        /// Distance.
        distance: ConleyDistance,
        /// Serial lags within entities besides (Hsiang 2010); the spatial sum then runs within periods.
        serial_lags: Option<usize>,
    },
}

impl Vcov {
    /// Clustered by one key.
    pub fn cluster(key: impl Into<String>) -> Self {
        Self::Cluster(vec![key.into()])
    }

    /// Conley with the uniform kernel and great-circle distances.
    #[must_use]
    pub fn conley(cutoff_km: f64) -> Self {
        Self::Conley {
            cutoff_km,
            kernel: ConleyKernel::Uniform,
            distance: ConleyDistance::GreatCircle,
            serial_lags: None,
        }
    }
}

impl Vcov {
    /// Whether lags are counted along the time key.
    #[must_use]
    pub fn has_lags(&self) -> bool {
        matches!(self, Self::DriscollKraay { .. } | Self::NeweyWest { .. } | Self::Conley { serial_lags: Some(_), .. })
    }

    /// Refuses what the notation cannot say: no key or more than four, a cut-off that is no distance.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Cluster(keys) if !(1..=4).contains(&keys.len()) => {
                Err(Error::Specification(format!("clusters need one to four keys, got {}", keys.len())))
            }
            Self::Conley { cutoff_km, .. } if !(*cutoff_km > 0.0 && cutoff_km.is_finite()) => {
                Err(Error::Specification(format!("a Conley cut-off is a distance in km above 0, got {cutoff_km}")))
            }
            _ => Ok(()),
        }
    }
}

const KNOWN: &str = "iid, hc1, hc2, hc3, cluster:a, cluster:a,b, dk:L, nw:L or conley:KM";

impl FromStr for Vcov {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unknown = || Error::UnknownOption { what: "vcov", got: text.into(), expected: KNOWN.into() };
        let (name, rest) = match text.trim().split_once(':') {
            Some((name, rest)) => (name.trim(), Some(rest.trim())),
            None => (text.trim(), None),
        };
        let lags = |rest: Option<&str>| rest.map(|lags| lags.parse().map_err(|_| unknown())).transpose();
        match (name, rest) {
            ("iid", None) => Ok(Self::Iid),
            ("hc1", None) => Ok(Self::Hc1),
            ("hc2", None) => Ok(Self::Hc2),
            ("hc3", None) => Ok(Self::Hc3),
            ("cluster", Some(keys)) => {
                let keys: Vec<String> = keys.split(',').map(|key| key.trim().to_owned()).collect();
                let good = (1..=4).contains(&keys.len()) && keys.iter().all(|key| !key.is_empty());
                if good { Ok(Self::Cluster(keys)) } else { Err(unknown()) }
            }
            ("dk", rest) => Ok(Self::DriscollKraay { lags: lags(rest)? }),
            ("nw", rest) => Ok(Self::NeweyWest { lags: lags(rest)? }),
            ("conley", Some(rest)) => {
                let mut parts = rest.split(':').map(str::trim);
                let cutoff_km: f64 = parts.next().and_then(|km| km.parse().ok()).ok_or_else(unknown)?;
                if !(cutoff_km > 0.0 && cutoff_km.is_finite()) {
                    return Err(unknown());
                }
                let (mut kernel, mut serial_lags) = (ConleyKernel::Uniform, None);
                let mut distance = ConleyDistance::GreatCircle;
                for part in parts {
                    match part {
                        "uniform" => kernel = ConleyKernel::Uniform,
                        "bartlett" => kernel = ConleyKernel::Bartlett,
                        "fixest-triangular" => distance = ConleyDistance::FixestTriangular,
                        "fixest-spherical" => distance = ConleyDistance::FixestSpherical,
                        lags => serial_lags = Some(lags.parse().map_err(|_| unknown())?),
                    }
                }
                Ok(Self::Conley { cutoff_km, kernel, distance, serial_lags })
            }
            _ => Err(unknown()),
        }
    }
}

text_serde!(Vcov, "vcov");

impl fmt::Display for Vcov {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_lags = |f: &mut fmt::Formatter<'_>, name: &str, lags: &Option<usize>| match lags {
            Some(lags) => write!(f, "{name}:{lags}"),
            None => f.write_str(name),
        };
        match self {
            Self::Iid => f.write_str("iid"),
            Self::Hc1 => f.write_str("hc1"),
            Self::Hc2 => f.write_str("hc2"),
            Self::Hc3 => f.write_str("hc3"),
            Self::Cluster(keys) => write!(f, "cluster:{}", keys.join(",")),
            Self::DriscollKraay { lags } => with_lags(f, "dk", lags),
            Self::NeweyWest { lags } => with_lags(f, "nw", lags),
            Self::Conley { cutoff_km, kernel, distance, serial_lags } => {
                write!(f, "conley:{cutoff_km}")?;
                if *kernel == ConleyKernel::Bartlett {
                    f.write_str(":bartlett")?;
                }
                f.write_str(match distance {
                    ConleyDistance::GreatCircle => "",
                    ConleyDistance::FixestTriangular => ":fixest-triangular",
                    ConleyDistance::FixestSpherical => ":fixest-spherical",
                })?;
                serial_lags.map_or(Ok(()), |lags| write!(f, ":{lags}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notation_round_trips() {
        for text in [
            "iid",
            "hc1",
            "hc3",
            "cluster:city",
            "cluster:city,year",
            "dk:2",
            "nw",
            "conley:300:bartlett:2",
            "conley:300:fixest-spherical:1",
        ] {
            assert_eq!(text.parse::<Vcov>().expect("known").to_string(), text);
        }
        for text in ["", "hc4", "cluster:", "cluster:a,b,c,d,e", "dk:x", "conley:-1", "conley:", "iid:2"] {
            assert!(matches!(text.parse::<Vcov>(), Err(Error::UnknownOption { .. })), "{text}");
        }
    }
}
