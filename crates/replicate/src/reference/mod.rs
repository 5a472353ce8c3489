//! The reference of study files, made from the types that read them: a JSON Schema for editors, and a page.

pub mod examples;
pub mod keys;
mod page;
pub mod units;
pub mod uses;

pub use page::page;

use panel_multiverse::Declaration;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};
use study::indices::concentration::Concentration;
use study::indices::gtfp::Gtfp;
use study::indices::market::Market;
use study::indices::va::Va;
use study::{SHARED, Study};

/// Title of the schema.
const TITLE: &str = "Study of a panel";

/// The JSON Schema (draft 7) of a study file.
#[must_use]
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft07().into_generator();
    // A study holds its indices beside the types that serde reads, and reads one or several multiverses.
    let indices = [
        ("va", one_or_several::<Va>(&mut generator)),
        ("gtfp", one_or_several::<Gtfp>(&mut generator)),
        ("market", one_or_several::<Market>(&mut generator)),
        ("concentration", one_or_several::<Concentration>(&mut generator)),
        ("multiverse", one_or_several::<Declaration>(&mut generator)),
    ];
    let mut root = Value::from(generator.into_root_schema_for::<Study>());
    root["title"] = TITLE.into();
    if let Some(properties) = root["properties"].as_object_mut() {
        for (name, schema) in indices {
            properties.insert(name.to_owned(), schema);
        }
    }
    units::mark(&mut root);
    written_once(&mut root);
    tidied(root)
}

/// What is put in its places before the types read a study: keys of columns that may stand in their table and in
/// `[defaults]`, sums of terms, steps.
fn written_once(root: &mut Value) {
    let column = &mut root["definitions"]["ColumnSpec"]["properties"];
    let of_column: Map<String, Value> = SHARED.iter().map(|key| ((*key).to_owned(), column[*key].clone())).collect();
    column["stepwise"] = json!({
        "description": "One column per step: a sum with a plus is added to the step before it, one without to `formula`; \
                        `1` adds nothing.",
        "type": "array",
        "items": { "type": "string" },
    });
    if let Some(table) = root["definitions"]["TableSpec"]["properties"].as_object_mut() {
        table.extend(of_column.clone());
    }
    root["properties"]["defaults"] = json!({
        "description": "What columns have that say nothing else; those of a table come before it.",
        "type": "object",
        "properties": of_column,
    });
    root["properties"]["terms"] = json!({
        "description": "Sums of terms that formulas call by their names in braces: NAME = \"x + z\" for {NAME}.",
        "type": "object",
        "additionalProperties": { "type": "string" },
    });
}

fn one_or_several<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    let one: Schema = generator.subschema_for::<T>();
    json!({ "anyOf": [one, { "type": "array", "items": one }] })
}

/// The schema without what says nothing: defaults of keys that may be absent, formats of numbers.
fn tidied(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let idle = |key: &str, value: &Value| {
                (key == "default" && value.is_null()) || (key == "format" && value.is_string())
            };
            let kept = map.into_iter().filter(|(key, value)| !idle(key, value));
            Value::Object(kept.map(|(key, value)| (key, tidied(value))).collect::<Map<String, Value>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(tidied).collect()),
        other => other,
    }
}
