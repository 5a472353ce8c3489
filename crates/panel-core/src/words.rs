//! Choices that a study file writes as words: one table per choice, and one message for a word that is none of them.

use crate::suggest::nearest;
use serde::Deserializer;
use serde::de::Visitor;
use std::fmt;
use std::marker::PhantomData;

/// A choice among words, as [`words!`](crate::words!) makes it.
pub trait Word: Copy + 'static {
    /// The key under which the choice stands in a study.
    const KEY: &'static str;
    /// Every word with what it means, the default first.
    const WORDS: &'static [(&'static str, Self)];

    /// The meaning of a word.
    ///
    /// # Errors
    /// The message of [`unknown`].
    fn from_word(word: &str) -> Result<Self, String> {
        let found = Self::WORDS.iter().find(|(known, _)| *known == word);
        found
            .map(|(_, choice)| *choice)
            .ok_or_else(|| unknown(Self::KEY, word, Self::WORDS.iter().map(|(known, _)| *known)))
    }
}

/// Message for a word that is no choice of its key, with the choices and the nearest of them.
#[must_use]
pub fn unknown<'a>(key: &str, word: &str, choices: impl IntoIterator<Item = &'a str>) -> String {
    let choices: Vec<&str> = choices.into_iter().collect();
    let near = nearest(word, choices.iter().copied());
    format!("{key} = \"{word}\": expected one of {}{}", choices.join(", "), crate::suggest::hint(near))
}

/// Reads a choice; the message names key, word and choices, also where the reader has lost the place in the file.
///
/// # Errors
/// A word that is none of the choices, or something else than a text.
pub fn deserialize<'de, W: Word, D: Deserializer<'de>>(deserializer: D) -> Result<W, D::Error> {
    struct Reader<W>(PhantomData<W>);
    impl<W: Word> Visitor<'_> for Reader<W> {
        type Value = W;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let choices: Vec<&str> = W::WORDS.iter().map(|(known, _)| *known).collect();
            write!(f, "one of {} as `{}`", choices.join(", "), W::KEY)
        }

        fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<W, E> {
            W::from_word(word).map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Reader(PhantomData))
}

/// Makes an enum a choice among words: `WORDS`, `word`, `FromStr`, `Display`, `Serialize` and `Deserialize`.
///
/// ```
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// pub enum Colour { Red, Blue }
/// panel_core::words!(Colour, "colour", { "red" => Colour::Red, "blue" => Colour::Blue });
/// assert_eq!("blue".parse::<Colour>(), Ok(Colour::Blue));
/// assert_eq!("bleu".parse::<Colour>().unwrap_err(), "colour = \"bleu\": expected one of red, blue; did you mean `blue`?");
/// ```
#[macro_export]
macro_rules! words {
    ($name:ty, $key:literal, { $($word:literal => $choice:path),+ $(,)? }) => {
        impl $crate::words::Word for $name {
            const KEY: &'static str = $key;
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, $choice)),+];
        }

        impl $name {
            /// The word of a study file.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $($choice => $word),+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = String;

            fn from_str(word: &str) -> ::std::result::Result<Self, String> {
                <Self as $crate::words::Word>::from_word(word)
            }
        }

        impl $crate::words::Serialize for $name {
            fn serialize<S: $crate::words::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        impl<'de> $crate::words::Deserialize<'de> for $name {
            fn deserialize<D: $crate::words::AnyDeserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::words::deserialize(deserializer)
            }
        }
    };
}

#[doc(hidden)]
pub use serde::{Deserialize, Deserializer as AnyDeserializer, Serialize, Serializer};
