//! Names of variables, tables and columns in one or two languages.

use super::Study;
use report::{Labels, Lang, Text};
use serde::de::{MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};
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
    /// Definition, for the codebook.
    pub definition: Option<String>,
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

impl Study {
    /// The language of the study.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.study.lang
    }

    /// The dictionary of the study's labels.
    #[must_use]
    pub fn labels(&self) -> Labels {
        let mut labels = Labels::new();
        for (name, label) in &self.labels {
            labels.insert(name.clone(), label.text());
        }
        labels
    }
}

/// The fields of the longer form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    en: Option<String>,
    zh: Option<String>,
    unit: Option<String>,
    definition: Option<String>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Table {
        title: Label,
    }

    #[test]
    fn a_text_is_a_label() {
        let of = |text: &str| toml::from_str::<Table>(text).map(|table| table.title);
        assert_eq!(of("title = 'Investment'").expect("a text").pick(Lang::Zh), Some("Investment"));
        let both = of("title = { en = 'Investment', zh = '投资', unit = 'USD' }").expect("both");
        assert_eq!((both.pick(Lang::Zh), both.unit.as_deref()), (Some("投资"), Some("USD")));
        let error = of("title = 3").expect_err("a number").to_string();
        assert!(error.contains("expected a text, or { en"), "{error}");
        let error = of("title = { eng = 'Investment' }").expect_err("a slip").to_string();
        assert!(error.contains("eng") && error.contains("`en`"), "{error}");
    }
}
