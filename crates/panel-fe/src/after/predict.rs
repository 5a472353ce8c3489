//! Predictions and recovered fixed effects.

use crate::error::Result;
use crate::fit::result::Estimate;

/// Coefficients of the levels of one absorbed effect.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EffectCoefficients {
    /// As written in the formula.
    pub name: String,
    /// Coefficient of each level, in the order of the codes of [`crate::frame::Frame::effects`].
    pub levels: Vec<f64>,
    /// A row of the panel that has the level: its keys say which one it is.
    pub rows: Vec<u32>,
}

impl Estimate {
    /// Xb on the sample, without fixed effects.
    #[must_use]
    pub fn linear_prediction(&self) -> Vec<f64> {
        let mut prediction = vec![0.0; self.rows.len()];
        for (name, b) in self.names.iter().zip(&self.estimates) {
            if let Some(values) = self.sample_values(name) {
                prediction.iter_mut().zip(values).for_each(|(sum, x)| *sum += b * x);
            }
        }
        prediction
    }

    /// ŷ = Xb + fixed effects on the sample: y less the residuals.
    #[must_use]
    pub fn fitted(&self) -> Vec<f64> {
        self.state.frame.y.values.iter().zip(self.residuals()).map(|(y, u)| y - u).collect()
    }

    /// Sum of the fixed effects of each row: ŷ - Xb.
    #[must_use]
    pub fn effect_sum(&self) -> Vec<f64> {
        self.fitted().iter().zip(self.linear_prediction()).map(|(fitted, prediction)| fitted - prediction).collect()
    }

    /// Coefficients of the absorbed levels. They are identified up to a constant per connected component: the first
    /// level of each effect but the first is zero.
    ///
    /// # Errors
    /// [`crate::Error::Unsupported`] for varying slopes; [`crate::Error::NotConverged`] where iteration leaves a part of
    /// them.
    pub fn fixed_effects(&self) -> Result<Vec<EffectCoefficients>> {
        let frame = &self.state.frame;
        let levels = self.state.absorber.effects_of(&self.effect_sum())?;
        let coefficients = |(f, levels): (usize, Vec<f64>)| {
            let mut rows = vec![0; levels.len()];
            for (&row, &code) in self.rows.iter().zip(frame.effects[f].codes.iter()).rev() {
                rows[code as usize] = row;
            }
            EffectCoefficients { name: frame.effect_names[f].clone(), levels, rows }
        };
        Ok(levels.into_iter().enumerate().map(coefficients).collect())
    }
}
