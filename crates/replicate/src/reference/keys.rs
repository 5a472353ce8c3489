//! The keys of a study, as a schema lists them.

use serde_json::{Map, Value};

/// A section of a study with its keys.
#[derive(Debug, Clone)]
pub struct Section<'a> {
    /// Path of its keys: `table.column`; a star stands for names of one's own.
    pub path: String,
    /// Whether it may stand several times.
    pub several: bool,
    /// What it is.
    pub about: String,
    /// Its keys, in the order in which the types have them.
    pub keys: Vec<Key<'a>>,
}

/// A key.
#[derive(Debug, Clone)]
pub struct Key<'a> {
    /// Its name.
    pub name: String,
    /// What it may hold.
    pub schema: &'a Value,
    /// Whether it has to be there.
    pub required: bool,
    /// What it may hold in other alternatives of its table: the kinds of a table with a kind.
    pub others: Vec<&'a Value>,
    /// What is said of the alternatives of its table that have it, by their kinds where they have one.
    pub alternatives: Vec<(Option<&'a str>, &'a str)>,
}

impl<'a> Key<'a> {
    /// Its sentence: its own, else that of the type that it holds, else those of the alternatives that it stands for.
    #[must_use]
    pub fn sentence(&self, root: &'a Value) -> String {
        let own = [self.schema, resolved(root, self.schema)].into_iter().find_map(|one| one["description"].as_str());
        let of_kinds = || {
            let described = |(kind, about): &(Option<&str>, &str)| match kind {
                Some(kind) => format!("`{kind}`: {}", first_paragraph(about).trim_end_matches('.')),
                None => first_paragraph(about).trim_end_matches('.').to_owned(),
            };
            let sentences: Vec<String> = self.alternatives.iter().map(described).collect();
            if sentences.is_empty() { String::new() } else { format!("{}.", sentences.join("; ")) }
        };
        own.map_or_else(of_kinds, first_paragraph)
    }

    /// The words that it may hold, each with what it means, where the types say that.
    #[must_use]
    pub fn meanings(&self, root: &'a Value) -> Vec<(String, String)> {
        let inner = |one: &'a Value| match one["type"].as_str() {
            Some("array") => alternatives(root, &one["items"]),
            _ => vec![one],
        };
        let all = alternatives(root, self.schema).into_iter().flat_map(inner);
        let meaning = |one: &Value| {
            let (word, about) = (one["const"].as_str()?, one["description"].as_str()?);
            Some((word.to_owned(), first_paragraph(about)))
        };
        all.filter_map(meaning).collect()
    }
}

/// The first paragraph of a description, in one line.
#[must_use]
pub fn first_paragraph(text: &str) -> String {
    let first = text.split("\n\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    without_links(&first)
}

/// A text without the links to items of a crate, which lead nowhere outside its documentation.
fn without_links(text: &str) -> String {
    let Some((before, rest)) = text.split_once("](crate::") else { return text.to_owned() };
    let Some((front, label)) = before.rsplit_once('[') else { return text.to_owned() };
    let mut open = 1;
    let end = rest.find(|c: char| {
        open += i32::from(c == '(') - i32::from(c == ')');
        open == 0
    });
    let after = end.map_or("", |end| &rest[end + 1..]);
    format!("{front}{label}{}", without_links(after))
}

/// The schema behind references.
#[must_use]
pub fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/definitions/")) {
        return resolved(root, &root["definitions"][name]);
    }
    match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => resolved(root, only),
        _ => schema,
    }
}

/// What a schema may be: its alternatives but for nothing at all, else itself.
#[must_use]
pub fn alternatives<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let schema = resolved(root, schema);
    let listed = ["anyOf", "oneOf"].iter().find_map(|key| schema[*key].as_array());
    match listed {
        Some(listed) if schema["properties"].is_null() => {
            let known = listed.iter().flat_map(|one| alternatives(root, one));
            known.filter(|one| one["type"] != "null").collect()
        }
        _ => vec![schema],
    }
}

/// Every section of a study, those inside others after them.
#[must_use]
pub fn sections(root: &Value) -> Vec<Section<'_>> {
    let mut found = Vec::new();
    for key in keys_of(root, root) {
        push(root, &key.name, key.schema, &mut found);
    }
    found
}

fn push<'a>(root: &'a Value, path: &str, schema: &'a Value, found: &mut Vec<Section<'a>>) {
    let Some((table, several)) = table_of(root, schema) else { return };
    let about = [schema, table].iter().find_map(|schema| schema["description"].as_str()).unwrap_or_default();
    let keys = keys_of(root, table);
    let named = table["additionalProperties"].is_object().then_some(&table["additionalProperties"]);
    found.push(Section { path: path.to_owned(), several, about: about.to_owned(), keys: keys.clone() });
    for key in &keys {
        push(root, &format!("{path}.{}", key.name), key.schema, found);
    }
    if let Some(inner) = named {
        push(root, &format!("{path}.*"), inner, found);
    }
}

/// The table that a schema describes, and whether there may be several; none for texts, numbers and labels.
fn table_of<'a>(root: &'a Value, schema: &'a Value) -> Option<(&'a Value, bool)> {
    let choices = alternatives(root, schema);
    // A label may be a table, but is a text.
    let is_label = |one: &Value| one["properties"]["zh"].is_object() && one["properties"]["en"].is_object();
    if choices.iter().any(|one| is_label(one)) {
        return None;
    }
    let several = choices
        .iter()
        .any(|one| one["type"] == "array" && alternatives(root, &one["items"]).iter().any(|inner| is_table(inner)));
    let resolved_type = resolved(root, schema);
    if choices.iter().any(|one| is_table(one)) {
        // A table with alternatives of its own (a kind and its keys) is that whole.
        let tables = choices.iter().filter(|one| is_table(one)).count();
        return Some((
            if tables == 1 { choices.into_iter().find(|one| is_table(one))? } else { resolved_type },
            several,
        ));
    }
    let array = choices.into_iter().find(|one| one["type"] == "array")?;
    let inner = resolved(root, &array["items"]);
    let choices = alternatives(root, inner);
    if choices.iter().any(|one| is_label(one)) || !choices.iter().any(|one| is_table(one)) {
        return None;
    }
    Some((inner, true))
}

fn is_table(schema: &Value) -> bool {
    schema["properties"].is_object() || (schema["type"] == "object" && schema["additionalProperties"].is_object())
}

/// The keys of a table, those of its alternatives among them.
fn keys_of<'a>(root: &'a Value, table: &'a Value) -> Vec<Key<'a>> {
    let table = resolved(root, table);
    let required =
        |name: &str| table["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name));
    let own = table["properties"].as_object().into_iter().flat_map(Map::iter);
    let mut keys: Vec<Key<'a>> = own
        .map(|(name, schema)| Key {
            name: name.clone(),
            schema,
            required: required(name),
            others: Vec::new(),
            alternatives: Vec::new(),
        })
        .collect();
    for part in ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| table[*key].as_array()).flatten() {
        let part_keys = keys_of(root, part);
        for mut key in part_keys {
            key.alternatives = said_of(root, part, &key);
            match keys.iter_mut().find(|known| known.name == key.name) {
                // A key of some alternatives alone need not be there.
                Some(known) => {
                    known.required &= key.required;
                    known.others.push(key.schema);
                    known.alternatives.extend(key.alternatives);
                }
                None => keys.push(Key { required: key.required && key.name == "kind", ..key }),
            }
        }
    }
    keys
}

/// What is said of an alternative that has a key: the kind it has, or that it has this key alone.
fn said_of<'a>(root: &'a Value, part: &'a Value, key: &Key<'a>) -> Vec<(Option<&'a str>, &'a str)> {
    let part = resolved(root, part);
    let (kind, single) =
        (key.schema["const"].as_str(), part["properties"].as_object().is_some_and(|own| own.len() == 1));
    let about = part["description"].as_str().filter(|_| kind.is_some() || single);
    about.map(|about| (kind, about)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_items_are_their_words() {
        let text = "Of [`A`](crate::A) and\n[`b`](crate::b()); [c](d.md).\n\nMore.";
        assert_eq!(first_paragraph(text), "Of `A` and `b`; [c](d.md).");
    }
}
