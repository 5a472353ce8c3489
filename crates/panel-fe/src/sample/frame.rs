//! The estimation sample: rows without missing values, columns evaluated, keys coded.

use crate::absorb::FixedEffect;
use crate::error::{Error, Result};
use crate::sample::centring::Centred;
use crate::vcov::Groups;
use panel_core::Diagnostic;
use std::sync::Arc;

pub use crate::sample::variable::{INTERCEPT, Variable};
pub use crate::weights::SampleWeights;

/// The sample of one regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Row of the panel that each row comes from.
    pub rows: Arc<[u32]>,
    /// Left-hand side.
    pub y: Variable,
    /// Exogenous regressors; `(Intercept)` first where there is one.
    pub exog: Vec<Variable>,
    /// Endogenous regressors.
    pub endog: Vec<Variable>,
    /// Excluded instruments.
    pub instruments: Vec<Variable>,
    /// Weights.
    pub weights: Option<SampleWeights>,
    /// Names of the fixed effects, as written.
    pub effect_names: Vec<String>,
    /// The fixed effects.
    pub effects: Vec<FixedEffect>,
    /// Which effect is the entity key, if one is.
    pub entity_effect: Option<usize>,
    /// Entity of each row, with the name of the key.
    pub entity: (String, Groups),
    /// Calendar place of each row's period, with the name of the key; empty where there is one period only.
    pub time: (String, Vec<i64>),
    /// Whether a constant is among the regressors or spanned by the effects.
    pub has_constant: bool,
    /// Rows of the panel (inside the mask) that were left out for a missing value.
    pub n_missing: usize,
    /// Rows left out as singletons.
    pub n_singletons: usize,
    /// What the reader should know.
    pub diagnostics: Vec<Diagnostic>,
    /// Powers and products of variables far from zero, as they are handed to the estimator.
    pub(crate) centred: Option<Arc<Centred>>,
}

impl Frame {
    /// N: rows, or the sum of frequency weights.
    #[must_use]
    pub fn n_obs(&self) -> usize {
        self.weights.as_ref().map_or(self.rows.len(), SampleWeights::n_obs)
    }

    /// The weights, if any.
    #[must_use]
    pub fn weight_values(&self) -> Option<&[f64]> {
        self.weights.as_ref().map(|weights| weights.values.as_slice())
    }

    /// A sample from columns that are complete already: rows count as entities of one period each unless
    /// [`Frame::with_panel_keys`] says otherwise.
    ///
    /// # Errors
    /// [`Error::Shape`] when lengths differ; [`Error::Specification`] for a level of an effect that no row has.
    pub fn from_columns(y: Variable, exog: Vec<Variable>, effects: Vec<(String, FixedEffect)>) -> Result<Self> {
        let n = y.values.len();
        let (effect_names, effects): (Vec<String>, Vec<FixedEffect>) = effects.into_iter().unzip();
        for (name, effect) in effect_names.iter().zip(&effects) {
            if let Some(level) = effect.unused_level() {
                return Err(Error::Specification(format!(
                    "no row has level {level} of the fixed effect `{name}`, which says that it has {}",
                    effect.levels
                )));
            }
        }
        let rows: Arc<[u32]> = (0..n as u32).collect();
        let has_constant =
            effects.iter().any(|effect| effect.intercept) || exog.iter().any(|variable| variable.name == INTERCEPT);
        let frame = Self {
            rows: rows.clone(),
            y,
            exog,
            endog: Vec::new(),
            instruments: Vec::new(),
            weights: None,
            effect_names,
            effects,
            entity_effect: None,
            entity: ("(row)".into(), Groups::of_rows(rows)),
            time: ("(none)".into(), Vec::new()),
            has_constant,
            n_missing: 0,
            n_singletons: 0,
            diagnostics: Vec::new(),
            centred: None,
        };
        frame.check()?;
        Ok(frame)
    }

    /// Whether everything has one value per row, and weights are above zero. Values that are no numbers show in the
    /// sizes of their columns.
    pub(crate) fn check(&self) -> Result<()> {
        let n = self.rows.len();
        let same = |what: String, got: usize| {
            if got == n { Ok(()) } else { Err(Error::Shape { what, expected: n, got }) }
        };
        let columns = std::iter::once(&self.y).chain(&self.exog).chain(&self.endog).chain(&self.instruments);
        for variable in columns {
            same(format!("column `{}`", variable.name), variable.values.len())?;
        }
        for (name, effect) in self.effect_names.iter().zip(&self.effects) {
            same(format!("the codes of the fixed effect `{name}`"), effect.codes.len())?;
        }
        same(format!("the entity key `{}`", self.entity.0), self.entity.1.codes().len())?;
        if !self.time.1.is_empty() {
            same(format!("the time key `{}`", self.time.0), self.time.1.len())?;
        }
        if let Some(weights) = &self.weights {
            same("the weights".into(), weights.values.len())?;
            if let Some(row) = weights.values.iter().position(|w| !(*w > 0.0 && w.is_finite())) {
                return Err(Error::Specification(format!(
                    "the weight of row {} is {}, expected a finite number above 0",
                    row + 1,
                    weights.values[row]
                )));
            }
        }
        Ok(())
    }

    /// Names and codes of the entity and time keys; an effect named like the entity becomes the entity effect.
    #[must_use]
    pub fn with_panel_keys(mut self, entity: (String, Groups), time: (String, Vec<i64>)) -> Self {
        self.entity_effect = self.effect_names.iter().position(|name| *name == entity.0);
        self.entity = entity;
        self.time = time;
        self
    }
}
