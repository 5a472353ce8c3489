//! Values of a language of their own (formulas, filters, covariances) that a study file holds as text.

use panel_core::expr::Expr;
use panel_fe::vcov::Gaps;
use panel_fe::{Estimator, Formula, Like, Singletons, Vcov};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
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
    /// A value whose text is known.
    pub fn written(text: &str, value: T) -> Self {
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

/// A language of its own: what a schema says of the texts that are read into a type.
pub trait Language {
    /// The words there are, where it is a choice among words.
    fn words() -> Vec<&'static str> {
        Vec::new()
    }

    /// The pattern that every text of it has, and examples, where there is one.
    fn pattern() -> Option<(&'static str, &'static [&'static str])> {
        None
    }
}

impl Language for Formula {}
impl Language for Expr {}

impl Language for Vcov {
    fn pattern() -> Option<(&'static str, &'static [&'static str])> {
        Some((
            "^ *(iid|hc[123]|cluster *:[^,]+(,[^,]+){0,3}|(dk|nw)( *: *[0-9]+)?\
             |conley *: *[0-9.eE+-]+( *: *(uniform|bartlett|fixest-triangular|fixest-spherical|[0-9]+))*) *$",
            &["iid", "hc1", "hc2", "hc3", "cluster:city", "cluster:city,year", "dk:2", "nw:2", "conley:200"],
        ))
    }
}

impl Language for Estimator {
    fn pattern() -> Option<(&'static str, &'static [&'static str])> {
        Some((
            "^ *(2sls|liml|gmm2s|fuller( *: *[0-9.eE+-]+)?|kclass *: *[0-9.eE+-]+) *$",
            &["2sls", "liml", "fuller:1", "kclass:0.9", "gmm2s"],
        ))
    }
}

impl Language for Like {
    fn words() -> Vec<&'static str> {
        Self::ALL.iter().map(|choice| choice.name()).collect()
    }
}

impl Language for Singletons {
    fn words() -> Vec<&'static str> {
        Self::ALL.iter().map(|choice| choice.name()).collect()
    }
}

impl Language for Gaps {
    fn words() -> Vec<&'static str> {
        Self::ALL.iter().map(|choice| choice.name()).collect()
    }
}

impl<T: Language> JsonSchema for Parsed<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn schema_id() -> Cow<'static, str> {
        std::any::type_name::<Self>().into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        match (T::words(), T::pattern()) {
            (names, Some((pattern, examples))) if names.is_empty() => {
                json_schema!({ "type": "string", "pattern": pattern, "examples": examples })
            }
            (names, _) if names.is_empty() => json_schema!({ "type": "string" }),
            (names, _) => json_schema!({ "type": "string", "enum": names }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
