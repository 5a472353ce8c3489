//! `digits`: how many digits numbers of a table have.

use report::Format;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `digits = 3`, or `digits = { significant = 3 }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number of digits, such as 3, or { significant = 3 }")]
pub enum Digits {
    /// Digits after the point; a number that would print as zero keeps two significant digits.
    Fixed(u8),
    /// Significant digits.
    Significant(Significant),
}

/// `{ significant = 3 }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Significant {
    /// How many.
    pub significant: u8,
}

/// Most digits that a double has.
const MOST: u8 = 15;

impl Digits {
    /// As tables print them.
    #[must_use]
    pub fn format(self) -> Format {
        match self {
            Self::Fixed(digits) => Format::Legible(digits),
            Self::Significant(Significant { significant }) => Format::Significant(significant),
        }
    }

    fn check(self) -> Result<(), String> {
        match self {
            Self::Fixed(digits) if digits > MOST => {
                Err(format!("{digits} digits after the point: expected 0 to {MOST}"))
            }
            Self::Significant(Significant { significant }) if !(1..=MOST).contains(&significant) => {
                Err(format!("{significant} significant digits: expected 1 to {MOST}"))
            }
            _ => Ok(()),
        }
    }
}

/// Checks digits of coefficients and of statistics: the key and what is wrong with it.
pub(super) fn check(digits: Option<Digits>, of_statistics: &BTreeMap<String, Digits>) -> Result<(), (String, String)> {
    if let Some(digits) = digits {
        digits.check().map_err(|message| ("digits".to_owned(), format!("digits: {message}")))?;
    }
    for (name, digits) in of_statistics {
        let wrong = |message| ("stat_digits".to_owned(), format!("stat_digits, {name}: {message}"));
        digits.check().map_err(wrong)?;
    }
    Ok(())
}
