//! What to write in a study file so that a file can be read: a key and its value, carried beside the sentence that says so.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A line for the `[[source]]` of a study file, such as `skip_rows = 3`.
///
/// The sentence that recommends it prints it, and a program that repairs a study writes it: both come from this value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// The key.
    pub key: String,
    /// The value, as it stands in a TOML file.
    pub value: String,
}

impl Remedy {
    /// A number, or anything else that is TOML as it prints.
    pub fn plain(key: impl Into<String>, value: impl fmt::Display) -> Self {
        Self { key: key.into(), value: value.to_string() }
    }

    /// A text.
    pub fn text(key: impl Into<String>, value: &str) -> Self {
        Self { key: key.into(), value: quoted(value) }
    }

    /// A list of texts.
    pub fn list<S: AsRef<str>>(key: impl Into<String>, values: &[S]) -> Self {
        let values: Vec<String> = values.iter().map(|value| quoted(value.as_ref())).collect();
        Self { key: key.into(), value: format!("[{}]", values.join(", ")) }
    }

    /// A table of texts.
    pub fn table<K: AsRef<str>, V: AsRef<str>>(key: impl Into<String>, pairs: &[(K, V)]) -> Self {
        let pairs = pairs.iter().map(|(name, value)| format!("{} = {}", bare(name.as_ref()), quoted(value.as_ref())));
        Self { key: key.into(), value: format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", ")) }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.key, self.value)
    }
}

/// `skip_rows = 3`, `header_rows = 2`, each in backquotes.
#[must_use]
pub fn listed(remedies: &[Remedy]) -> String {
    remedies.iter().map(|remedy| format!("`{remedy}`")).collect::<Vec<_>>().join(", ")
}

/// A text as a basic TOML string.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            '\r' => out += "\\r",
            c if c.is_control() => out += &format!("\\u{:04X}", c as u32),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A key of a TOML table: other than plain ASCII stands in quotes.
#[must_use]
pub fn bare(name: &str) -> String {
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if plain { name.to_owned() } else { quoted(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remedies_print_as_toml() {
        assert_eq!(Remedy::plain("skip_rows", 3).to_string(), "skip_rows = 3");
        assert_eq!(Remedy::text("sheet", "a \"b\"\n").to_string(), "sheet = \"a \\\"b\\\"\\n\"");
        assert_eq!(Remedy::list("text", &["县", "code"]).to_string(), "text = [\"县\", \"code\"]");
        let table = Remedy::table("rename", &[("年份", "year"), ("x", "y")]);
        assert_eq!(table.to_string(), "rename = { \"年份\" = \"year\", x = \"y\" }");
        assert_eq!(listed(&[Remedy::plain("a", 1), Remedy::plain("b", 2)]), "`a = 1`, `b = 2`");
    }
}
