//! `[variables]`: derived variables and their expressions.

use panel_core::expr::{Definitions, Expr};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The derived variables of a study, parsed when it is read.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    names: Vec<String>,
    definitions: Definitions,
}

impl Variables {
    /// Names in the order of the study file.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.names.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The expression of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Expr> {
        self.definitions.items().iter().find(|(known, _)| known == name).map(|(_, expression)| expression)
    }

    /// All of them in an order in which each comes after those it uses.
    #[must_use]
    pub fn definitions(&self) -> &Definitions {
        &self.definitions
    }
}

impl Serialize for Variables {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.names.len()))?;
        for name in &self.names {
            map.serialize_entry(name, self.get(name).map_or("", Expr::source))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Variables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByName;

        impl<'de> Visitor<'de> for ByName {
            type Value = Variables;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names with expressions in quotes")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Variables, M::Error> {
                let mut items: Vec<(String, String)> = Vec::new();
                while let Some(name) = map.next_key()? {
                    let Text(text) = map.next_value()?;
                    items.push((name, text));
                }
                let definitions = Definitions::parse(&items).map_err(M::Error::custom)?;
                Ok(Variables { names: items.into_iter().map(|(name, _)| name).collect(), definitions })
            }
        }

        deserializer.deserialize_map(ByName)
    }
}

/// The text of an expression that parses.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expression;

        impl Visitor<'_> for Expression {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an expression in quotes")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text, E> {
                Expr::parse(text).map_err(E::custom)?;
                Ok(Text(text.to_owned()))
            }
        }

        deserializer.deserialize_str(Expression)
    }
}
