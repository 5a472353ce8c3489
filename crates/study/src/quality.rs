//! What the data quality report of a study looks for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `[quality]`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QualityOptions {
    /// Variables; those that the study uses where it is absent.
    pub variables: Option<Vec<String>>,
    /// A change of the logarithm from one period to the next above this is a jump.
    pub jump: f64,
    /// Robust z value within a period above which a value is an outlier.
    pub outlier: f64,
    /// Known ranges: variable = [smallest, largest].
    pub ranges: BTreeMap<String, [f64; 2]>,
}

impl Default for QualityOptions {
    fn default() -> Self {
        Self { variables: None, jump: 1.0, outlier: 6.0, ranges: BTreeMap::new() }
    }
}

impl QualityOptions {
    /// Checks that every range has a smallest value that is not above the largest.
    ///
    /// # Errors
    /// A sentence that names the variable.
    pub fn check(&self) -> Result<(), String> {
        let ordered = |[min, max]: &[f64; 2]| min <= max;
        match self.ranges.iter().find(|(_, range)| !ordered(range)) {
            Some((name, [min, max])) => {
                Err(format!("[quality.ranges] {name} = [{min}, {max}]: expected the smallest value, then the largest"))
            }
            None => Ok(()),
        }
    }
}
