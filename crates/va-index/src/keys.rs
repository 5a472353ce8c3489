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
#[serde(default, deny_unknown_fields)]
pub(crate) struct VaKeys {
    pub(crate) form: Form,
    pub(crate) decay: Decay,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exponent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scale_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) k: Option<usize>,
    pub(crate) normalisation: Normalization,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cutoff_km: Option<f64>,
    pub(crate) distance: MetricName,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) radius_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) own: Option<OwnDistance>,
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
