//! Direct, indirect and total effects of regressors, and where curves turn.
//!
//! With K_k = S⁻¹(b_k I + θ_k W) the derivative of E\[y\] by x_k: direct D = tr K/n, total T = 1'K1/n, indirect I = T - D.
//! Without ρ, S⁻¹ is I: D = b, I = θ times the mean row sum.

mod simulate;
mod turning;

pub use simulate::{SimulatedEffect, Simulation};
pub use turning::{EndSlope, FiellerSet, TurningPoint, UShape, UTest, fieller};

use crate::error::{Error, Result};
use crate::result::{Estimated, SpatialFit};
use serde::{Deserialize, Serialize};

/// Which effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// On the unit's own outcome, feedback through others included.
    Direct,
    /// On all other units together (of a change in one), or from all others (on one).
    Indirect,
    /// Of a change in all units.
    Total,
}

impl Effect {
    /// All three, in the order of tables.
    pub const ALL: [Self; 3] = [Self::Direct, Self::Indirect, Self::Total];
}

/// The effects of one regressor, or of a combination of regressors.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Effects {
    /// The regressor.
    pub name: String,
    /// Direct.
    pub direct: Estimated,
    /// Indirect.
    pub indirect: Estimated,
    /// Total.
    pub total: Estimated,
}

impl Effects {
    /// One of the three.
    #[must_use]
    pub fn get(&self, effect: Effect) -> Estimated {
        match effect {
            Effect::Direct => self.direct,
            Effect::Indirect => self.indirect,
            Effect::Total => self.total,
        }
    }
}

/// A value and its gradient over (coefficients, ρ, λ, σ²).
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
}

impl SpatialFit {
    /// Direct, indirect and total effects of every regressor with delta-method standard errors.
    ///
    /// # Errors
    /// [`Error::Undefined`] where ρ, estimated by instruments, lies outside its interval.
    pub fn effects(&self) -> Result<Vec<Effects>> {
        let one = |(name, own, lag): &(String, usize, Option<usize>)| {
            Ok(self.estimated(name, &self.forms(&[(*own, *lag, 1.0)])?))
        };
        self.places.iter().map(one).collect()
    }

    /// Effects of Σ m_k x_k: with x and x² and multipliers 1 and 2v, of raising x by one at level v; with x and x·m and
    /// multipliers 1 and m₀, of x where the moderator is m₀.
    ///
    /// # Errors
    /// [`Error::UnknownName`]; as [`SpatialFit::effects`].
    pub fn combined_effects(&self, name: &str, parts: &[(&str, f64)]) -> Result<Effects> {
        let parts = parts
            .iter()
            .map(|&(part, m)| self.regressor(part).map(|(own, lag)| (own, lag, m)))
            .collect::<Result<Vec<_>>>()?;
        Ok(self.estimated(name, &self.forms(&parts)?))
    }

    /// Joint covariance of the effects `(name, effect)` in the order given.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn effects_covariance(&self, which: &[(&str, Effect)]) -> Result<crate::Square> {
        let forms = which.iter().map(|&(name, effect)| self.form(name, effect)).collect::<Result<Vec<_>>>()?;
        let mut covariance = crate::Square::zeros(forms.len());
        for i in 0..forms.len() {
            for j in 0..=i {
                let value = self.covariance().form(&forms[i].gradient, &forms[j].gradient);
                covariance.set_both(i, j, value);
            }
        }
        Ok(covariance)
    }

    pub(crate) fn regressor(&self, name: &str) -> Result<(usize, Option<usize>)> {
        let found = self.places.iter().find(|place| place.0 == name);
        found.map(|&(_, own, lag)| (own, lag)).ok_or_else(|| Error::UnknownName {
            what: "regressor",
            name: name.to_owned(),
            known: self.places.iter().map(|place| place.0.clone()).collect(),
        })
    }

    pub(crate) fn form(&self, name: &str, effect: Effect) -> Result<Form> {
        let (own, lag) = self.regressor(name)?;
        let [direct, indirect, total] = self.forms(&[(own, lag, 1.0)])?;
        Ok(match effect {
            Effect::Direct => direct,
            Effect::Indirect => indirect,
            Effect::Total => total,
        })
    }

    /// Direct, indirect, total of a combination.
    fn forms(&self, parts: &[(usize, Option<usize>, f64)]) -> Result<[Form; 3]> {
        let length = self.expected.size();
        let m = self.known_multipliers()?;
        let rho = self.spec.model.has_rho().then(|| self.regressors());
        let sum = |at: [f64; 2], slope: [f64; 2]| {
            let mut form = Form { value: 0.0, gradient: vec![0.0; length] };
            for &(own, lag, factor) in parts {
                let b = self.coefficients[own];
                let theta = lag.map_or(0.0, |lag| self.coefficients[lag]);
                form.value += factor * (b * at[0] + theta * at[1]);
                form.gradient[own] += factor * at[0];
                if let Some(lag) = lag {
                    form.gradient[lag] += factor * at[1];
                }
                if let Some(rho) = rho {
                    form.gradient[rho] += factor * (b * slope[0] + theta * slope[1]);
                }
            }
            form
        };
        let (direct, total) = (sum(m.direct, m.direct_slope), sum(m.total, m.total_slope));
        let indirect = Form {
            value: total.value - direct.value,
            gradient: total.gradient.iter().zip(&direct.gradient).map(|(t, d)| t - d).collect(),
        };
        Ok([direct, indirect, total])
    }

    pub(crate) fn known_multipliers(&self) -> Result<&crate::result::Multipliers> {
        self.multipliers.as_ref().map_err(|reason| Error::Undefined { statistic: "the effect", reason: reason.clone() })
    }

    fn estimated(&self, name: &str, forms: &[Form; 3]) -> Effects {
        let [direct, indirect, total] = forms
            .each_ref()
            .map(|form| Estimated::new(form.value, self.covariance().form(&form.gradient, &form.gradient)));
        Effects { name: name.to_owned(), direct, indirect, total }
    }
}
