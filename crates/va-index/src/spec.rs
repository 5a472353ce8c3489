//! What the paper leaves open, as options; the defaults fit the published moments.

use crate::error::{Error, Result};
use crate::kernel::Kernel;
use panel_core::geo::Metric;
use serde::{Deserialize, Serialize};

/// How own and others' location quotients make the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Form {
    /// VA_i = w_ii LQ_i + Σ_{j ≠ i} w_ij LQ_j, own weight 1 by default.
    ///
    /// The only form whose mean, spread and minimum on real employment are those of the paper's Table 1.
    #[default]
    OwnPlusSpillover,
    /// VA_i = LQ_i Σ_j w_ij: Eq. 4 as printed; own weight excluded by default, since d_ii = 0 has no inverse.
    OwnTimesSum,
    /// VA_i = Σ_{j ≠ i} w_ij LQ_j: others only; the own-distance rule is not used.
    Spillover,
}

/// The weight an entity gives itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OwnDistance {
    /// No own weight.
    Excluded,
    /// Own weight 1, whatever the normalisation.
    Unit,
    /// The kernel at d_ii = ⅔ √(area_i / π), the mean distance to the centre of a disc (Head & Mayer 2010); it is part
    /// of the matrix, so normalisations act on it too.
    Radius,
}

/// How the weights are scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Normalization {
    /// As they are.
    #[default]
    Raw,
    /// Each row divided by its sum; a row without neighbours stays zero.
    Row,
    /// The whole matrix divided by its largest eigenvalue (Kelejian & Prucha 2010; Stata `spmatrix`, `normalize(spectral)`).
    Spectral,
    /// The whole matrix divided by the smaller of its largest row sum and its largest column sum (`normalize(minmax)`).
    MinMax,
}

/// Specification of the index. The default is the paper's (decisions D1–D3).
///
/// ```
/// use va_index::{Form, Kernel, VaSpec};
/// let spec = VaSpec { form: Form::Spillover, kernel: Kernel::Inverse { exponent: 2.0 }, ..VaSpec::default() };
/// assert!(spec.validate().is_ok());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct VaSpec {
    /// How own and others' quotients combine.
    pub form: Form,
    /// How a weight falls with distance.
    pub kernel: Kernel,
    /// Unit of distance in the inverse kernels, km: 1, or 100 for weights per 100 km.
    pub unit_km: f64,
    /// No weight beyond this distance, km.
    pub cutoff_km: Option<f64>,
    /// Shorter distances count as this one, km. Without it, two entities at one place are an error for inverse kernels.
    pub min_km: Option<f64>,
    /// Own weight; `None` is the form's default: unit for own plus spillover, excluded otherwise.
    pub own: Option<OwnDistance>,
    /// Scaling of the weights.
    pub normalization: Normalization,
    /// Great circle or geodesic; not used with a user's matrix, whose unit takes the place of the kilometre.
    pub metric: Metric,
}

impl Default for VaSpec {
    fn default() -> Self {
        Self {
            form: Form::default(),
            kernel: Kernel::default(),
            unit_km: 1.0,
            cutoff_km: None,
            min_km: None,
            own: None,
            normalization: Normalization::default(),
            metric: Metric::default(),
        }
    }
}

impl VaSpec {
    /// The own-distance rule in force.
    #[must_use]
    pub fn own_rule(&self) -> OwnDistance {
        match (self.form, self.own) {
            (Form::Spillover, _) | (Form::OwnTimesSum, None) => OwnDistance::Excluded,
            (Form::OwnPlusSpillover, None) => OwnDistance::Unit,
            (_, Some(rule)) => rule,
        }
    }

    /// Checks that every number makes sense.
    ///
    /// # Errors
    /// [`Error::Specification`] naming the option.
    pub fn validate(&self) -> Result<()> {
        self.kernel.validate()?;
        let positive = |name: &str, value: Option<f64>| match value {
            Some(value) if !(value > 0.0 && value.is_finite()) => {
                Err(Error::Specification(format!("{name} = {value}: expected a positive number")))
            }
            _ => Ok(()),
        };
        positive("unit_km", Some(self.unit_km))?;
        positive("cutoff_km", self.cutoff_km)?;
        positive("min_km", self.min_km)?;
        if let Metric::GreatCircle { radius_km } = self.metric {
            positive("radius_km", Some(radius_km))?;
        }
        if self.unit_km != 1.0 && !matches!(self.kernel, Kernel::Inverse { .. }) {
            return Err(Error::Specification(format!(
                "unit_km = {} changes inverse kernels only; give the scale of this kernel in kilometres",
                self.unit_km
            )));
        }
        Ok(())
    }
}
