//! A column of the sample.

use panel_core::Floats;

/// Name of the intercept's coefficient.
pub const INTERCEPT: &str = "(Intercept)";

/// A named column of the sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// As written in the formula.
    pub name: String,
    /// One value per row of the sample; shared, so that samples can be put together without copies.
    pub values: Floats,
}
