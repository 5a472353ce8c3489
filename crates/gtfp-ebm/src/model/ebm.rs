//! Epsilon-based measure, with bad outputs.
//!
//! $$ K = \min \frac{\theta - \varepsilon_x \sum_i w_i^- s_i^-/x_{io}}
//!    {\varphi + \varepsilon_y \sum_r w_r^+ s_r^+/y_{ro} + \varepsilon_b \sum_p w_p^b s_p^b/b_{po}} $$
//!
//! subject to Xλ + s⁻ = θ x, Yλ − s⁺ = φ y and, by [`BadsConvention`], Bλ + sᵇ = φ b (A), (2 − φ) b (B), b (C) or
//! θ b (D, with the bads' slack in the numerator). Input orientation fixes φ = 1 and keeps the numerator; output
//! orientation fixes θ = 1 and reports 1 / denominator. ε = 0 gives the radial measure; ε = 1 with θ = φ = 1 the
//! (weighted) slacks-based measure.
//!
//! # Which combinations have a meaning
//! * With θ and φ free the non-oriented program is homogeneous: (θ, φ, λ, s) times any k leaves the ratio as it is. A
//!   rule on Σλ is then vacuous; "VRS" would equal CRS exactly. Only θ ≤ 1 and φ ≥ 1 give it content.
//! * With θ and φ free, B and C let φ and λ go to zero while sᵇ/b = 1 feeds the denominator: every score is 0 as soon
//!   as ε_b > 0. With one bad, ε_b = 0 hides the defect. Both need the bounds.
//! * A (constant returns) has a meaning with and without bounds: unbounded is Tone and Tsutsui's own form. θ can then
//!   exceed 1, only the ratio θ/φ is identified, and it can happen that no unit at all scores 1, because inputs (and
//!   goods) trade off against each other beyond the technology.
//! * D with ε_x + ε_b > 1 is unbounded with a free θ, since θ and all slacks can grow together; with θ ≤ 1 its numerator
//!   is negative where slacks are large. Both are refused.
//! * Output orientation with B and ε_y + ε_b > 1 is unbounded the same way, towards φ → −∞.
//!
//! Under constant returns with bounds, A, B and C give the same scores on all data tried. Programs that write VRS as
//! Σλ = 1 after the Charnes-Cooper step, where Σλ = t is meant, print scores that differ by up to 0.7.
//!
//! **Data** positive.
//! **Reference** Tone and Tsutsui (2010), equations 6 to 8 (input orientation).

use super::formulation::Formulation;
use super::{Factor, FactorProgram, factor_program};
use crate::data::{Dimensions, Group, Requirement};
use crate::error::{Error, Result};
use crate::spec::{BadsConvention, EbmParameters, Orientation, Rts};

/// What epsilon-based models demand of the data.
pub const REQUIREMENT: Requirement = Requirement::Positive;

/// Options of an epsilon-based program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EbmOptions {
    /// Orientation.
    pub orientation: Orientation,
    /// Returns to scale.
    pub rts: Rts,
    /// How bad outputs enter.
    pub convention: BadsConvention,
    /// θ ≤ 1 and φ ≥ 1.
    pub bounded: bool,
}

impl EbmOptions {
    /// Refuses combinations without a meaning.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with the reason and the way out.
    pub fn check(&self, dims: Dimensions) -> Result<()> {
        let bads = dims.bads > 0;
        if self.orientation != Orientation::None {
            if self.bounded {
                return Err(Error::Degenerate {
                    what: format!("bounded EBM with orientation {}", self.orientation),
                    why: "The free factor is part of the oriented measure: θ may exceed 1 where slacks make up for it (hospital D of Tone and Tsutsui has θ = 1.016).".into(),
                    instead: "bounded = false with an orientation, or orientation none".into(),
                });
            }
            return Ok(());
        }
        if !self.bounded && self.rts != Rts::Crs {
            return Err(Error::Degenerate {
                what: format!("unbounded non-oriented EBM with returns {}", self.rts),
                why: "With θ and φ free the program is homogeneous, so a rule on Σλ is vacuous and the scores are those of constant returns.".into(),
                instead: "bounded = true, or rts = \"crs\"".into(),
            });
        }
        if !self.bounded && bads && matches!(self.convention, BadsConvention::TwoMinusPhi | BadsConvention::Slack) {
            return Err(Error::Degenerate {
                what: format!("unbounded non-oriented EBM with bads convention {}", self.convention),
                why: "With φ free the program can let φ and λ vanish while the bads' slack alone fills the denominator: with ε_b > 0 every score is 0.".into(),
                instead: "bounded = true, or bads_convention = \"phi\"".into(),
            });
        }
        Ok(())
    }

    /// Refuses ε that make the program unbounded, or its score negative.
    ///
    /// # Errors
    /// [`Error::Degenerate`] with the numbers.
    pub fn check_parameters(&self, dims: Dimensions, parameters: &EbmParameters) -> Result<()> {
        let e = parameters.epsilon;
        if dims.bads > 0
            && self.convention == BadsConvention::Input
            && self.orientation != Orientation::Output
            && e.inputs + e.bads > 1.0 + 1e-12
        {
            return Err(Error::Degenerate {
                what: format!(
                    "EBM with bads_convention \"input\", ε_x = {:.4} and ε_b = {:.4}, whose sum exceeds 1",
                    e.inputs, e.bads
                ),
                why: if self.bounded {
                    "The numerator θ - ε_x Σ w s/x - ε_b Σ w s/b is negative where all slacks are large, so a score could be below 0, which no efficiency is."
                } else {
                    "The numerator falls without end as θ and all slacks grow together."
                }
                .into(),
                instead: "another bads_convention, or the bads listed among the inputs, where one ε serves both".into(),
            });
        }
        if dims.bads > 0
            && self.convention == BadsConvention::TwoMinusPhi
            && self.orientation == Orientation::Output
            && e.goods + e.bads > 1.0 + 1e-12
        {
            return Err(Error::Degenerate {
                what: format!(
                    "output-oriented EBM with bads convention two-minus-phi, ε_y = {:.4} and ε_b = {:.4}",
                    e.goods, e.bads
                ),
                why: "ε_y + ε_b > 1 makes the measure grow without end as φ falls and all slacks grow.".into(),
                instead: "bads_convention = \"phi\" or \"slack\", or orientation none with bounds".into(),
            });
        }
        Ok(())
    }
}

/// Checks given ε and w.
///
/// # Errors
/// [`Error::Calibration`] for a wrong number of weights, ε outside [0, 1], negative weights, or a group whose weights
/// do not sum to one (within 1e-6).
pub fn check_parameters(dims: Dimensions, parameters: &EbmParameters) -> Result<()> {
    let e = parameters.epsilon;
    let w = &parameters.weights;
    let groups = [
        ("inputs", e.inputs, &w.inputs, dims.inputs),
        ("goods", e.goods, &w.goods, dims.goods),
        ("bads", e.bads, &w.bads, dims.bads),
    ];
    for (name, epsilon, weights, expected) in groups {
        if !(0.0..=1.0).contains(&epsilon) {
            return Err(Error::Calibration(format!("epsilon of {name} is {epsilon}, expected a number in [0, 1]")));
        }
        if weights.len() != expected {
            return Err(Error::Calibration(format!("{} weights of {name} given, expected {expected}", weights.len())));
        }
        if weights.iter().any(|v| !v.is_finite() || *v < 0.0) {
            return Err(Error::Calibration(format!("weights of {name} must be numbers that are not negative")));
        }
        let total: f64 = weights.iter().sum();
        if expected > 0 && (total - 1.0).abs() > 1e-6 {
            return Err(Error::Calibration(format!("weights of {name} sum to {total}, expected 1")));
        }
    }
    Ok(())
}

/// Penalties ε w of each column.
pub(crate) fn penalties(dims: Dimensions, parameters: &EbmParameters) -> Vec<f64> {
    let (e, w) = (parameters.epsilon, &parameters.weights);
    (0..dims.total())
        .map(|k| {
            let group = dims.group(k);
            let i = k - dims.range(group).start;
            match group {
                Group::Input => e.inputs * w.inputs[i],
                Group::Good => e.goods * w.goods[i],
                Group::Bad => e.bads * w.bads[i],
            }
        })
        .collect()
}

/// The epsilon-based program.
///
/// # Errors
/// [`Error::Degenerate`] or [`Error::Calibration`].
pub(crate) fn formulation(dims: Dimensions, options: &EbmOptions, parameters: &EbmParameters) -> Result<Formulation> {
    options.check(dims)?;
    check_parameters(dims, parameters)?;
    options.check_parameters(dims, parameters)?;
    let factor = if options.bounded { Factor::Bounded } else { Factor::Free };
    let spec = FactorProgram {
        orientation: options.orientation,
        rts: options.rts,
        convention: options.convention,
        factor,
        penalties: penalties(dims, parameters),
    };
    Ok(factor_program(dims, &spec))
}
