//! Two languages side by side: every text a reader sees exists in Chinese and in English.

use serde::{Deserialize, Serialize};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The language in which a table, figure or page is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Simplified Chinese.
    Zh,
    /// American English.
    #[default]
    En,
}

impl Lang {
    /// Both languages, Chinese first.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The tag of HTML's `lang` attribute: `zh-CN` or `en`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The short code of file names and options: `zh` or `en`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }
}

impl std::str::FromStr for Lang {
    type Err = crate::Error;

    fn from_str(text: &str) -> crate::Result<Self> {
        match text.to_ascii_lowercase().as_str() {
            "zh" | "zh-cn" | "cn" => Ok(Self::Zh),
            "en" | "en-us" | "en-gb" => Ok(Self::En),
            _ => Err(crate::Error::unknown_word("language", text, &Self::ALL.map(Self::code))),
        }
    }
}

impl std::fmt::Display for Lang {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.code())
    }
}

/// One text in both languages.
///
/// A plain string stands for both: names of variables, numbers, proper names.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "TextRecord", into = "TextRecord")]
pub struct Text {
    zh: String,
    en: String,
}

/// How a text is written in a record: a string, or a table with `zh` and `en`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected a text, or { zh = \"…\", en = \"…\" }")]
enum TextRecord {
    Same(String),
    Both { zh: String, en: String },
}

impl From<TextRecord> for Text {
    fn from(record: TextRecord) -> Self {
        match record {
            TextRecord::Same(text) => Self::same(text),
            TextRecord::Both { zh, en } => Self { zh, en },
        }
    }
}

impl From<Text> for TextRecord {
    fn from(text: Text) -> Self {
        if text.zh == text.en { Self::Same(text.en) } else { Self::Both { zh: text.zh, en: text.en } }
    }
}

impl Text {
    /// A text in Chinese and in English.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// A text that is the same in both languages.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { zh: text.clone(), en: text }
    }

    /// The text in one language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// Whether it is empty in both languages.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }

    /// Applies one function to each language.
    #[must_use]
    pub fn map(&self, mut f: impl FnMut(Lang, &str) -> String) -> Self {
        Self { zh: f(Lang::Zh, &self.zh), en: f(Lang::En, &self.en) }
    }

    /// Builds a text by asking for each language in turn.
    #[must_use]
    pub fn build(mut f: impl FnMut(Lang) -> String) -> Self {
        Self { zh: f(Lang::Zh), en: f(Lang::En) }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::same(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::same(text)
    }
}

impl From<(&str, &str)> for Text {
    fn from((zh, en): (&str, &str)) -> Self {
        Self::new(zh, en)
    }
}

/// Columns a text takes in a fixed-width font: East Asian wide characters count two.
#[must_use]
pub(crate) fn display_width(text: &str) -> usize {
    text.width()
}

/// Columns one character takes: 0 for combining marks, 2 for wide ones, 1 otherwise.
#[must_use]
pub(crate) fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_two() {
        assert_eq!(display_width("Va（虚拟集聚）"), 14);
        assert_eq!(display_width("β̂"), 1);
    }

    #[test]
    fn a_text_is_a_string_or_a_pair() {
        #[derive(Deserialize)]
        struct Two {
            a: Text,
            b: Text,
        }
        let two: Two = toml::from_str("a = 'Va'\nb = { zh = '是', en = 'Yes' }").expect("both forms");
        assert_eq!(two.a.get(Lang::Zh), "Va");
        assert_eq!(two.b.get(Lang::En), "Yes");
    }
}
