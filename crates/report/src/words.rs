//! Choices as words, in both directions.

/// `Display` and `FromStr` of a plain enum that has `ALL` and a function from a choice to its word: the enum, what it
/// chooses, that function, and the crate's error.
#[doc(hidden)]
#[macro_export]
macro_rules! words {
    ($choice:ty, $what:literal, $word:ident, $error:ty) => {
        impl std::fmt::Display for $choice {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.$word())
            }
        }

        impl std::str::FromStr for $choice {
            type Err = $error;

            fn from_str(word: &str) -> std::result::Result<Self, $error> {
                let found = Self::ALL.into_iter().find(|choice| choice.$word() == word.trim());
                found.ok_or_else(|| $crate::Error::unknown_word($what, word, &Self::ALL.map(Self::$word)).into())
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::regression::Below;
    use crate::{Lang, Stat, TableFormat, Verdict};
    use std::fmt::Display;
    use std::str::FromStr;

    fn reads_back<T: Copy + PartialEq + std::fmt::Debug + Display + FromStr>(all: &[T]) {
        for choice in all {
            assert_eq!(choice.to_string().parse::<T>().ok(), Some(*choice));
        }
    }

    #[test]
    fn every_word_reads_back() {
        reads_back(&TableFormat::ALL);
        reads_back(&Verdict::ALL);
        reads_back(&Below::ALL);
        reads_back(&Lang::ALL);
        for stat in [Stat::Coef, Stat::Se, Stat::Stars, Stat::N, Stat::R2, Stat::Other("F".into())] {
            assert_eq!(Stat::from(stat.to_string().as_str()), stat);
        }
    }

    #[test]
    fn a_mistyped_word_gets_a_suggestion() {
        let error = "markdwn".parse::<TableFormat>().expect_err("no format").to_string();
        assert_eq!(
            error,
            "unknown format `markdwn`; did you mean `markdown`?; expected markdown, html, latex, typst, docx, xlsx, csv, json, terminal"
        );
        assert!("de".parse::<Lang>().expect_err("no language").to_string().ends_with("expected zh, en"));
    }
}
