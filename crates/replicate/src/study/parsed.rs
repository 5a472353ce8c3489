//! Values of a language of their own (formulas, filters, covariances) that a study file holds as text.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

/// A value beside the text that it was read from: a mistake is an error of the study file, with its line, and nobody
/// reads the text twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<T> {
    text: String,
    value: T,
}

impl<T> Parsed<T> {
    /// A value whose text is known: the default of a key.
    pub(super) fn written(text: &str, value: T) -> Self {
        Self { text: text.to_owned(), value }
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl<T: FromStr> FromStr for Parsed<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        Ok(Self { text: text.to_owned(), value: text.parse()? })
    }
}

impl<T: Default + fmt::Display> Default for Parsed<T> {
    fn default() -> Self {
        let value = T::default();
        Self { text: value.to_string(), value }
    }
}

impl<T> Deref for Parsed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> fmt::Display for Parsed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<T> Serialize for Parsed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, T> Deserialize<'de> for Parsed<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error| serde::de::Error::custom(format!("`{text}`: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use panel_fe::{Formula, Like};

    #[derive(Debug, Deserialize, Serialize)]
    struct Column {
        formula: Parsed<Formula>,
        #[serde(default)]
        like: Parsed<Like>,
    }

    #[test]
    fn the_text_stays_as_it_was_written_and_a_mistake_has_its_place() {
        let column: Column = toml::from_str("formula = \"y~x  | city\"").unwrap();
        assert_eq!((column.formula.response.name.as_str(), column.formula.text()), ("y", "y~x  | city"));
        assert_eq!(toml::to_string(&column).unwrap(), "formula = \"y~x  | city\"\nlike = \"reghdfe\"\n");
        let error = toml::from_str::<Column>("\nformula = \"y ~\"\n").unwrap_err();
        assert_eq!(error.span(), Some(11..16));
        assert!(error.message().starts_with("`y ~`: "), "{error}");
    }
}
