//! Enums whose variants are words of study files.

/// A word that is none of an option's choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no {what}; expected one of {choices}{hint}")]
pub struct UnknownWord {
    /// The word found.
    pub word: String,
    /// The option.
    pub what: &'static str,
    /// The words it knows.
    pub choices: String,
    /// The nearest of them, as a question; empty where none is near.
    pub hint: String,
}

impl UnknownWord {
    pub(crate) fn new(word: &str, what: &'static str, choices: &[&'static str]) -> Self {
        let hint = panel_core::suggest::nearest(word, choices.iter().copied())
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Self { word: word.to_owned(), what, choices: choices.join(", "), hint }
    }
}

/// Defines a word enum with kebab-case serde names, `ALL`, `as_str`, `Display` and `FromStr`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every option, in documentation order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in study files and outputs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.iter().copied().find(|option| option.as_str() == text);
                known.ok_or_else(|| $crate::words::UnknownWord::new(text, stringify!($name), &[$($word),+]))
            }
        }
    };
}
pub(crate) use words;
