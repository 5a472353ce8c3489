//! Names of variables, tables and columns in one or two languages.

use report::{Lang, Text};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;
use std::fmt;

/// A label: a text, or `{ en = "…", zh = "…" }`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Label {
    /// English.
    pub en: Option<String>,
    /// Chinese.
    pub zh: Option<String>,
    /// Unit, for the codebook.
    pub unit: Option<String>,
    /// Definition, for the codebook and for tables of variables: a text, or one in each language.
    pub definition: Option<Box<Label>>,
}

impl Label {
    /// The label in a language, else in the other one.
    #[must_use]
    pub fn pick(&self, lang: Lang) -> Option<&str> {
        let (first, second) = if lang == Lang::Zh { (&self.zh, &self.en) } else { (&self.en, &self.zh) };
        first.as_deref().or(second.as_deref())
    }

    /// Both languages as a table shows them.
    #[must_use]
    pub fn text(&self) -> Text {
        Text::build(|lang| self.pick(lang).unwrap_or_default().to_owned())
    }
}

/// A name as columns have it: formulas write names with other signs in backquotes, and so may the keys of `[labels]`.
pub fn bare(name: &str) -> &str {
    name.strip_prefix('`').and_then(|name| name.strip_suffix('`')).filter(|name| !name.contains('`')).unwrap_or(name)
}

/// The fields of the longer form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fields {
    /// English.
    en: Option<String>,
    /// Chinese.
    zh: Option<String>,
    /// Unit, for the codebook.
    unit: Option<String>,
    /// Definition, for the codebook and for tables of variables: a text, or one in each language.
    definition: Option<Box<Label>>,
}

/// Either form, for the schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it stands for what the visitor reads")]
enum Written {
    /// The same text in both languages.
    Text(String),
    /// A text per language.
    Longer(Fields),
}

impl JsonSchema for Label {
    fn schema_name() -> Cow<'static, str> {
        "Label".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}

struct LabelVisitor;

impl<'de> Visitor<'de> for LabelVisitor {
    type Value = Label;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or { en = \"…\", zh = \"…\" }")
    }

    fn visit_str<E>(self, text: &str) -> Result<Label, E> {
        Ok(Label { en: Some(text.to_owned()), ..Label::default() })
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Label, M::Error> {
        let Fields { en, zh, unit, definition } = Fields::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Label { en, zh, unit, definition })
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LabelVisitor)
    }
}

/// A label, or a list of labels, for the schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "it stands for what the visitor reads")]
pub(super) enum OneOrMore {
    /// One.
    One(Label),
    /// Several.
    More(Vec<Label>),
}

/// Reads a label, or a list of labels.
pub(super) fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Label>, D::Error> {
    struct Either;

    impl<'de> Visitor<'de> for Either {
        type Value = Vec<Label>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text, { en = \"…\", zh = \"…\" }, or a list of these")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<Label>, E> {
            LabelVisitor.visit_str(text).map(|label| vec![label])
        }

        fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Vec<Label>, M::Error> {
            LabelVisitor.visit_map(map).map(|label| vec![label])
        }

        fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Vec<Label>, S::Error> {
            let mut labels = Vec::new();
            while let Some(label) = list.next_element()? {
                labels.push(label);
            }
            Ok(labels)
        }
    }

    deserializer.deserialize_any(Either)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Table {
        title: Label,
    }

    #[test]
    fn a_text_is_a_label() {
        let title = |text: &str| toml::from_str::<Table>(text).map(|table| table.title);
        assert_eq!(title("title = 'Investment'").expect("a text").pick(Lang::Zh), Some("Investment"));
        let both = title("title = { en = 'Investment', zh = '投资', unit = 'USD' }").expect("both");
        assert_eq!((both.pick(Lang::Zh), both.unit.as_deref()), (Some("投资"), Some("USD")));
        let error = title("title = 3").expect_err("a number").to_string();
        assert!(error.contains("expected a text, or { en"), "{error}");
        let error = title("title = { eng = 'Investment' }").expect_err("a slip").to_string();
        assert!(error.contains("eng") && error.contains("`en`"), "{error}");
    }
}
