//! `[[compare]]`: do the coefficients of columns differ?

use super::Label;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Permutations that are drawn where the study does not say how many.
const DRAWS: usize = 999;

/// `[[compare]]`: coefficients, or turning points, of columns that were estimated on samples without common rows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompareSpec {
    /// Name, which stands beside its rows in `tables/compare` and `results/compare.json`.
    pub id: String,
    /// What is compared, in words; the id where it is absent.
    pub title: Option<Label>,
    /// Two or more columns as `table:column`, such as `t6:(1)`; each pair is compared.
    pub columns: Vec<String>,
    /// The coefficient that is compared, or several that are compared jointly, too; every coefficient of both columns
    /// where it is absent.
    pub term: Option<Terms>,
    /// The variable whose turning points −b₁/(2b₂) are compared, in place of a coefficient.
    pub turning_point: Option<String>,
    /// How.
    #[serde(default)]
    pub test: CompareTest,
    /// Permutations of `permutation`; 999 where it is absent.
    pub draws: Option<usize>,
    /// Seed of `permutation`; 1 where it is absent.
    pub seed: Option<u64>,
}

/// One name, or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected a term, or a list of terms")]
pub enum Terms {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Terms {
    /// The names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// A test of the difference between two samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CompareTest {
    /// Wald test in the pooled regression with everything interacted: Chow's F for all coefficients and iid errors.
    #[default]
    Chow,
    /// Fisher's test: entities are given to the samples at random.
    Permutation,
}

/// Id of the table of all comparisons.
pub const COMPARE_TABLE: &str = "compare";

impl CompareSpec {
    /// Permutations.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.draws.unwrap_or(DRAWS)
    }

    /// Seed of the permutations.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(1)
    }
}
