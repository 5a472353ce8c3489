//! Measures of specialisation and concentration that stand beside the index.
//!
//! | question | measure |
//! |---|---|
//! | how specialised is a city in one sector | [`rescale`] (symmetric, log, additive, normalised, standardised quotients), [`quotient_intervals`] |
//! | how far is a city's structure from the country's | [`krugman`] |
//! | all of that period by period, from rows of a panel | [`quotients`], [`specialisation`], [`concentration`], [`inequality`] |
//! | how concentrated is a sector in space | [`ellison_glaeser`], [`herfindahl`], [`gini`], [`locational_gini`], [`theil`] |

mod by_period;
mod ellison_glaeser;
mod gini;
mod herfindahl;
mod intervals;
mod krugman;
mod quotients;
mod scales;
mod theil;

pub use by_period::{
    Concentration, ConcentrationSpec, Inequality, NO_GROUP, SpecialisationSpec, concentration, inequality,
    specialisation,
};
pub use ellison_glaeser::{EllisonGlaeser, ellison_glaeser};
pub use gini::{gini, locational_gini};
pub use herfindahl::{Herfindahl, herfindahl};
pub use intervals::{IntervalSpec, QuotientInterval, quotient_intervals};
pub use krugman::{Reference, krugman};
pub use quotients::{QuotientSpec, Quotients, quotients};
pub use scales::{QuotientScale, rescale};
pub use theil::{Theil, theil};

use crate::error::{Error, Result};

/// Checks that values are known, finite and not negative; `statistic` names what needs them.
fn non_negative(statistic: &'static str, what: &str, values: &[f64]) -> Result<()> {
    match values.iter().position(|value| !(*value >= 0.0 && value.is_finite())) {
        Some(i) => Err(Error::Undefined {
            statistic,
            reason: format!("{what} {i} (counted from 0) is {}, expected a finite number of at least 0", values[i]),
        }),
        None => Ok(()),
    }
}
