//! What a user chooses beside the formula.

use crate::absorb::Settings;
use crate::dof::Like;
use crate::error::{Error, Result};
use crate::iv::Estimator;
use crate::vcov::{Gaps, Vcov};
use std::str::FromStr;

/// What weights mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WeightKind {
    /// Inverse variances (`aweight`; sampling weights give the same coefficients and robust covariances): rescaled to
    /// sum to the number of rows.
    #[default]
    Analytic,
    /// A row stands for so many equal observations (`fweight`): whole numbers, N is their sum.
    Frequency,
    /// Used as they are (`iweight`); N is the number of rows.
    Importance,
}

/// A weight column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    /// Column of the panel.
    pub column: String,
    /// Its meaning.
    pub kind: WeightKind,
}

/// What happens to rows that are alone in a level of a fixed effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Singletons {
    /// They are dropped, again and again until there are none.
    #[default]
    Drop,
    /// They are kept, and fitted perfectly.
    Keep,
}

impl FromStr for Singletons {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "drop" => Ok(Self::Drop),
            "keep" => Ok(Self::Keep),
            _ => Err(Error::UnknownOption { what: "singletons", got: text.into(), expected: "drop or keep".into() }),
        }
    }
}

/// Columns that hold coordinates, for Conley covariances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coordinates {
    /// Latitude, degrees.
    pub lat: String,
    /// Longitude, degrees.
    pub lon: String,
}

impl Default for Coordinates {
    fn default() -> Self {
        Self { lat: "lat".into(), lon: "lon".into() }
    }
}

/// Choices beside the formula; the default is iid, `like = reghdfe`, no weights, singletons dropped.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Covariance.
    pub vcov: Vcov,
    /// Whose degrees-of-freedom rule.
    pub like: Like,
    /// Estimator of formulas with an instrumental-variable part; anything but 2SLS is refused without one.
    pub estimator: Estimator,
    /// Weights.
    pub weights: Option<Weights>,
    /// Singletons.
    pub singletons: Singletons,
    /// What a missing period does to lags; by default the rule of `like` decides.
    pub gaps: Option<Gaps>,
    /// Where coordinates are.
    pub coordinates: Coordinates,
    /// Level of confidence intervals.
    pub level: f64,
    /// When absorption stops.
    pub absorption: Settings,
    /// A column whose part outside the fixed effects, or outside the columns before it, is smaller than this share of
    /// its own size is collinear.
    pub collinearity: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            vcov: Vcov::Iid,
            like: Like::Reghdfe,
            estimator: Estimator::TwoStage,
            weights: None,
            singletons: Singletons::Drop,
            gaps: None,
            coordinates: Coordinates::default(),
            level: 0.95,
            absorption: Settings::default(),
            collinearity: 1e-9,
        }
    }
}

impl Options {
    /// Refuses combinations that no program has.
    pub(crate) fn check(&self) -> Result<()> {
        check_like(self.like, &self.vcov)?;
        self.vcov.check()?;
        for (what, share) in [("absorption tolerance", self.absorption.tolerance), ("collinearity", self.collinearity)]
        {
            if !(share > 0.0 && share < 1.0) {
                return Err(Error::Specification(format!("{what} {share}, expected a number between 0 and 1")));
            }
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Error::Specification(format!(
                "confidence level {}, expected a number between 0 and 1",
                self.level
            )));
        }
        Ok(())
    }
}

/// `xtreg, fe robust` means clustering by panel, so HC1 under its rule does not exist.
pub(crate) fn check_like(like: Like, vcov: &Vcov) -> Result<()> {
    if like == Like::Xtreg && matches!(vcov, Vcov::Hc1 | Vcov::Hc2 | Vcov::Hc3) {
        return Err(Error::Specification(format!(
            "vcov = \"{vcov}\" with like = \"xtreg\": Stata's `xtreg, fe vce(robust)` clusters by panel and has no \
             heteroskedasticity-only covariance; use vcov = \"cluster:<entity>\", or like = \"reghdfe\" for {vcov}"
        )));
    }
    Ok(())
}
