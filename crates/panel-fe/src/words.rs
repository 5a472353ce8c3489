//! Choices as words: a macro gives an enum its words.

/// Gives an enum without data its list of choices, the word of each, `Display`, `FromStr` and serde.
macro_rules! words {
    ($type:ident, $what:literal, $($variant:ident = $word:literal),+ $(,)?) => {
        impl $type {
            /// All choices, in the order in which messages list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in a study file.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = crate::error::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.iter().copied().find(|choice| choice.name() == text.trim());
                known.ok_or_else(|| crate::error::Error::UnknownOption {
                    what: $what,
                    got: text.into(),
                    expected: crate::words::list(&[$($word),+]),
                })
            }
        }

        crate::text::text_serde!($type, $what);
    };
}

pub(crate) use words;

/// `a, b or c`.
pub(crate) fn list(choices: &[&str]) -> String {
    match choices {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
