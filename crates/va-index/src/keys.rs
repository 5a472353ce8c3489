//! The specification as the flat keys of a study's section.

use crate::error::Error;
use crate::kernel::Kernel;
use crate::spec::{Form, Normalization, OwnDistance, VaSpec};
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

/// Every key of [`VaSpec`], absent where it has its default.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct VaKeys {
    form: Form,
    pub(crate) decay: Decay,
    #[serde(skip_serializing_if = "Option::is_none")]
    exponent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scale_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<usize>,
    normalisation: Normalization,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cutoff_km: Option<f64>,
    distance: MetricName,
    #[serde(skip_serializing_if = "Option::is_none")]
    radius_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<OwnDistance>,
}

impl VaKeys {
    fn kernel(&self) -> Result<Kernel, Error> {
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

impl TryFrom<VaKeys> for VaSpec {
    type Error = Error;

    fn try_from(keys: VaKeys) -> Result<Self, Error> {
        let metric = keys.distance.metric(keys.radius_km).ok_or_else(|| Error::Idle {
            key: "radius_km",
            under: "distance = \"geodesic\"".into(),
            with: "distance = \"great-circle\"",
        })?;
        if keys.unit_km.is_some() && keys.normalisation != Normalization::Raw {
            return Err(Error::unit_under(keys.normalisation));
        }
        let spec = Self {
            form: keys.form,
            kernel: keys.kernel()?,
            unit_km: keys.unit_km.unwrap_or(1.0),
            cutoff_km: keys.cutoff_km,
            min_km: keys.min_km,
            own: keys.own,
            normalization: keys.normalisation,
            metric,
        };
        spec.validate()?;
        Ok(spec)
    }
}

impl From<VaSpec> for VaKeys {
    fn from(spec: VaSpec) -> Self {
        let mut keys = Self {
            form: spec.form,
            normalisation: spec.normalization,
            unit_km: Some(spec.unit_km).filter(|&unit| unit != 1.0),
            cutoff_km: spec.cutoff_km,
            min_km: spec.min_km,
            own: spec.own,
            ..Self::default()
        };
        match spec.kernel {
            Kernel::Inverse { exponent } => keys.exponent = Some(exponent),
            Kernel::Exponential { scale_km } => (keys.decay, keys.scale_km) = (Decay::Exponential, Some(scale_km)),
            Kernel::Gaussian { bandwidth_km } => (keys.decay, keys.scale_km) = (Decay::Gaussian, Some(bandwidth_km)),
            Kernel::Threshold { km } => (keys.decay, keys.scale_km) = (Decay::Threshold, Some(km)),
            Kernel::KNearest { k } => (keys.decay, keys.k) = (Decay::KNearest, Some(k)),
        }
        (keys.distance, keys.radius_km) = MetricName::of(spec.metric);
        keys
    }
}
