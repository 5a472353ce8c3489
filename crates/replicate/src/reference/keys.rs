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
    let whole = resolved(root, schema);
    if choices.iter().any(|one| is_table(one)) {
        // A table with alternatives of its own (a kind and its keys) is that whole.
        let tables = choices.iter().filter(|one| is_table(one)).count();
        return Some((if tables == 1 { choices.into_iter().find(|one| is_table(one))? } else { whole }, several));
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
        .map(|(name, schema)| Key { name: name.clone(), schema, required: required(name), others: Vec::new() })
        .collect();
    for part in ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| table[*key].as_array()).flatten() {
        for key in keys_of(root, part) {
            match keys.iter_mut().find(|known| known.name == key.name) {
                // A key of some alternatives alone need not be there.
                Some(known) => {
                    known.required &= key.required;
                    known.others.push(key.schema);
                }
                None => keys.push(Key { required: key.required && key.name == "kind", ..key }),
            }
        }
    }
    keys
}
