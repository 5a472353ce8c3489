//! The specification as the flat keys of a study's section.

use crate::choices::{Form, Normalization, OwnDistance};
use crate::error::Error;
use crate::kernel::Kernel;
use panel_core::geo::MetricName;
use serde::{Deserialize, Serialize};

/// Name of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Decay {
    #[default]
    Inverse,
    Exponential,
    Gaussian,
    Threshold,
    KNearest,
}

panel_core::words!(Decay, "decay", {
    "inverse" => Decay::Inverse,
    "exponential" => Decay::Exponential,
    "gaussian" => Decay::Gaussian,
    "threshold" => Decay::Threshold,
    "k-nearest" => Decay::KNearest,
});

/// Every key of [`VaSpec`](crate::VaSpec), absent where it has its default.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub(crate) struct VaKeys {
    /// How own and others' quotients combine.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = words::<Form>())))]
    pub(crate) form: Form,
    /// How a weight falls with distance.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = words::<Decay>())))]
    pub(crate) decay: Decay,
    /// Exponent of `decay = "inverse"`; 1 where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exponent: Option<f64>,
    /// Scale of `exponential`, bandwidth of `gaussian`, radius of `threshold`, km.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scale_km: Option<f64>,
    /// Neighbours of `decay = "k-nearest"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) k: Option<usize>,
    /// Scaling of the weights.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = words::<Normalization>())))]
    pub(crate) normalisation: Normalization,
    /// Unit of distance of `decay = "inverse"`, km; 1 where it is absent, 100 for weights per 100 km.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit_km: Option<f64>,
    /// No weight beyond this distance, km.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cutoff_km: Option<f64>,
    /// How distance is measured.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = words::<MetricName>())))]
    pub(crate) distance: MetricName,
    /// Radius of the sphere of `distance = "great-circle"`, km; 6371.0088 where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) radius_km: Option<f64>,
    /// Shorter distances count as this one, km.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_km: Option<f64>,
    /// Own weight; that of the form where it is absent: `unit` for own plus spillover, `excluded` otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("enum" = words::<OwnDistance>())))]
    pub(crate) own: Option<OwnDistance>,
}

/// The words of a choice, for the schema of a study.
#[cfg(feature = "schema")]
fn words<W: panel_core::words::Word>() -> Vec<&'static str> {
    W::WORDS.iter().map(|(word, _)| *word).collect()
}

impl VaKeys {
    pub(crate) fn kernel(&self) -> Result<Kernel, Error> {
        let decay = self.decay.word();
        let idle = [
            ("exponent", self.exponent.is_some(), self.decay == Decay::Inverse, "decay = \"inverse\""),
            (
                "scale_km",
                self.scale_km.is_some(),
                matches!(self.decay, Decay::Exponential | Decay::Gaussian | Decay::Threshold),
                "decay = \"exponential\", \"gaussian\" or \"threshold\"",
            ),
            ("k", self.k.is_some(), self.decay == Decay::KNearest, "decay = \"k-nearest\""),
            ("unit_km", self.unit_km.is_some(), self.decay == Decay::Inverse, "decay = \"inverse\""),
        ];
        for (key, given, used, with) in idle {
            if given && !used {
                return Err(Error::Idle { key, under: format!("decay = \"{decay}\""), with });
            }
        }
        let needs = |key: &'static str| Error::Specification(format!("decay = \"{decay}\" needs {key}"));
        Ok(match self.decay {
            Decay::Inverse => Kernel::Inverse { exponent: self.exponent.unwrap_or(1.0) },
            Decay::Exponential => Kernel::Exponential { scale_km: self.scale_km.ok_or_else(|| needs("scale_km"))? },
            Decay::Gaussian => Kernel::Gaussian { bandwidth_km: self.scale_km.ok_or_else(|| needs("scale_km"))? },
            Decay::Threshold => Kernel::Threshold { km: self.scale_km.ok_or_else(|| needs("scale_km"))? },
            Decay::KNearest => Kernel::KNearest { k: self.k.ok_or_else(|| needs("k"))? },
        })
    }
}
