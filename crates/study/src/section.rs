//! Reading sections of a study into types of this crate and of the method crates, with the place of every mistake.

use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::{Deserialize, Serialize, forward_to_deserialize_any};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// A mistake in a study file: where, in bytes, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Its place, where it is known.
    pub(crate) span: Option<Range<usize>>,
    /// What is wrong.
    pub(crate) message: String,
    /// Whether the message names section and key itself.
    pub(crate) whole: bool,
}

impl Wrong {
    /// A mistake at a place.
    pub(crate) fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span: Some(span), message: message.into(), whole: false }
    }
}

impl From<String> for Wrong {
    fn from(message: String) -> Self {
        Self { span: None, message, whole: true }
    }
}

impl From<toml::de::Error> for Wrong {
    fn from(error: toml::de::Error) -> Self {
        Self { span: error.span(), message: error.message().trim().to_owned(), whole: false }
    }
}

/// A section of a study: one table, or several.
pub(crate) trait Section: Sized + Serialize {
    /// Reads one element; `place` counts those of this section from 0.
    fn read(table: Spanned<DeTable<'_>>, place: usize) -> Result<Self, Wrong>;

    /// The id that tells elements of one section apart.
    fn id(&self) -> Option<&str>;

    /// Every choice spelled out.
    fn resolved(all: &[Self]) -> Result<toml::Value, toml::ser::Error> {
        match all {
            [one] if one.id().is_none() => toml::Value::try_from(one),
            several => toml::Value::try_from(several),
        }
    }
}

/// Takes the elements of a section out of a document: none, one table, or an array of tables.
pub(crate) fn elements<T: Section>(section: &str, document: &mut DeTable<'_>) -> Result<Vec<T>, Wrong> {
    let Some(value) = document.remove(section) else { return Ok(Vec::new()) };
    let (span, value) = (value.span(), value.into_inner());
    let tables = match value {
        DeValue::Table(table) => vec![Spanned::new(span, table)],
        DeValue::Array(array) => {
            let mut tables = Vec::with_capacity(array.len());
            for element in array {
                let (span, element) = (element.span(), element.into_inner());
                let DeValue::Table(table) = element else {
                    return Err(Wrong::at(span, format!("{section}: expected a table")));
                };
                tables.push(Spanned::new(span, table));
            }
            tables
        }
        _ => return Err(Wrong::at(span, format!("{section}: expected a table"))),
    };
    let mut all: Vec<T> = Vec::with_capacity(tables.len());
    let many = tables.len() > 1;
    for (place, table) in tables.into_iter().enumerate() {
        let span = table.span();
        let element = T::read(table, place)?;
        match element.id() {
            Some(id) => check_id(section, id).map_err(|message| Wrong::at(span.clone(), message))?,
            None if many => {
                return Err(Wrong::at(span, format!("[[{section}]] stands several times: give each an id")));
            }
            None => {}
        }
        let same = |known: &T| match (known.id(), element.id()) {
            // Some file systems tell no case apart.
            (Some(known), Some(id)) => known.eq_ignore_ascii_case(id),
            (known, id) => known == id,
        };
        if all.iter().any(same) {
            return Err(Wrong::at(span, format!("{section} id `{}` stands twice", element.id().unwrap_or_default())));
        }
        all.push(element);
    }
    Ok(all)
}

/// Longest id: with an extension it is a file name on every system.
const LONGEST_ID: usize = 100;

/// Checks that an id can name files: letters, digits and a few signs, and nothing that a system keeps for itself.
pub(crate) fn check_id(what: &str, id: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if id.is_empty() || !id.chars().all(allowed) || id.starts_with('.') {
        return Err(format!("{what} id `{id}`: expected letters, digits, `-`, `_` or `.`, since it names files"));
    }
    if id.len() > LONGEST_ID {
        return Err(format!("{what} id of {} letters: expected at most {LONGEST_ID}, since it names files", id.len()));
    }
    let stem = id.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |device: &str| stem.strip_prefix(device).is_some_and(|n| matches!(n.as_bytes(), [b'1'..=b'9']));
    if ["con", "prn", "aux", "nul"].contains(&stem.as_str()) || numbered("com") || numbered("lpt") || id.ends_with('.')
    {
        return Err(format!("{what} id `{id}`: Windows keeps files of this name for a device; take another"));
    }
    Ok(())
}

/// Reads a table into what the study says of an index and what its method can be told: each key goes to the type that
/// has it.
pub(crate) fn both<Own, Choices>(table: Spanned<DeTable<'_>>) -> Result<(Own, Choices), Wrong>
where
    Own: DeserializeOwned,
    Choices: DeserializeOwned,
{
    let (span, table) = (table.span(), table.into_inner());
    let (own_keys, choice_keys) = (fields::<Own>(), fields::<Choices>());
    let (mut own, mut choices) = (DeTable::new(), DeTable::new());
    for (key, value) in table {
        if own_keys.contains(&key.get_ref().as_ref()) {
            own.insert(key, value);
        } else if choice_keys.contains(&key.get_ref().as_ref()) {
            choices.insert(key, value);
        } else {
            let known: Vec<String> = own_keys.iter().chain(choice_keys).map(|key| format!("`{key}`")).collect();
            let message = format!("unknown field `{}`, expected one of {}", key.get_ref(), known.join(", "));
            return Err(Wrong::at(key.span(), message));
        }
    }
    Ok((from_table(Spanned::new(span.clone(), own))?, from_table(Spanned::new(span, choices))?))
}

/// Reads a table into one type.
pub(crate) fn from_table<T: DeserializeOwned>(table: Spanned<DeTable<'_>>) -> Result<T, Wrong> {
    let (span, table) = (table.span(), table.into_inner());
    let read = T::deserialize(ValueDeserializer::from(Spanned::new(span.clone(), DeValue::Table(table))));
    // What a method says of several keys together is said of the table.
    read.map_err(|error| Wrong { span: error.span().or(Some(span)), ..error.into() })
}

/// The names of a struct's fields, as its `Deserialize` asks for them.
pub(super) fn fields<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    struct Asked<'a>(&'a mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Asked<'_> {
        type Error = serde::de::value::Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(Self::Error::custom("not a struct"))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            Err(Self::Error::custom("asked"))
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    let mut names: &'static [&'static str] = &[];
    // It never succeeds: the fields are what it is asked for.
    let _ = T::deserialize(Asked(&mut names));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Own {
        id: String,
    }

    #[derive(Debug, PartialEq, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Choices {
        exponent: f64,
    }

    fn read(text: &str) -> Result<(Own, Choices), Wrong> {
        both(DeTable::parse(text).expect("valid"))
    }

    #[test]
    fn each_key_goes_to_the_type_that_has_it() {
        let (own, choices) = read("exponent = 2.0\nid = \"a\"\n").unwrap();
        assert_eq!((own.id.as_str(), choices.exponent), ("a", 2.0));
    }

    #[test]
    fn mistakes_keep_their_place() {
        let text = "id = \"a\"\nexponnet = 2.0\n";
        let wrong = read(text).unwrap_err();
        assert_eq!(&text[wrong.span.unwrap()], "exponnet");
        assert!(wrong.message.contains("`id`, `exponent`"), "{}", wrong.message);
        let text = "id = \"a\"\nexponent = \"two\"\n";
        assert_eq!(&text[read(text).unwrap_err().span.unwrap()], "\"two\"");
    }
}
