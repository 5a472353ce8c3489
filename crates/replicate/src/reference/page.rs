//! The reference as sections of a page of Markdown.

use super::examples::example_of;
use super::keys::{Key, Section, alternatives, first_paragraph, sections};
use super::units::UNIT;
use super::uses;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Longest example that stands in a table, in characters.
const LONGEST: usize = 60;

/// Every section with its keys; `studies` are examples by their names.
#[must_use]
pub fn page(root: &Value, studies: &[(String, toml::Table)]) -> String {
    let sections = sections(root);
    let is_map = |path: &str| {
        let named = |section: &&Section<'_>| section.path == format!("{path}.*");
        sections.iter().any(|section| named(&section)) || ["labels", "variables"].contains(&path)
    };
    let used = uses::of_studies(studies, &is_map);
    let mut page = String::new();
    for section in &sections {
        // Writing to a string does not fail.
        let _ = write!(page, "\n### `{}`\n\n", heading(section));
        if !section.about.is_empty() {
            let _ = writeln!(page, "{}\n", first_paragraph(&section.about));
        }
        if section.keys.is_empty() {
            let example = used.iter().find(|(path, _)| path.starts_with(&format!("{}.", section.path)));
            if let Some((_, (value, study))) = example {
                let _ = writeln!(page, "Keys are names of one's own. An example: `{}` ({study}).", short(value));
            }
            continue;
        }
        page += "| key | type | default | what | example |\n|---|---|---|---|---|\n";
        for key in &section.keys {
            page += &row(root, section, key, &used);
        }
    }
    page
}

fn heading(section: &Section<'_>) -> String {
    if section.several { format!("[[{}]]", section.path) } else { format!("[{}]", section.path) }
}

fn row(root: &Value, section: &Section<'_>, key: &Key<'_>, used: &BTreeMap<String, (String, String)>) -> String {
    let default = match (key.required, key.schema.get("default")) {
        (true, _) => "required".to_owned(),
        (false, Some(Value::Array(items))) if items.is_empty() => "none".to_owned(),
        (false, Some(Value::Object(map))) if map.is_empty() => "none".to_owned(),
        (false, Some(value)) => format!("`{value}`"),
        (false, None) => "none".to_owned(),
    };
    let example =
        example_of(&format!("{}.{}", section.path, key.name), used).map(|value| format!("`{}`", short(&value)));
    let kind = kinds(key).unwrap_or_else(|| type_of(root, key.schema));
    let unit = key.schema[UNIT].as_str().map(|unit| format!(", {unit}")).unwrap_or_default();
    let cells = [format!("`{}`", key.name), kind + &unit, default, about(root, key), example.unwrap_or_default()];
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

/// The sentence of a key, and what its words mean.
fn about(root: &Value, key: &Key<'_>) -> String {
    let meanings = key.meanings(root);
    let meaning = |(word, about): &(String, String)| format!("`{word}`: {}", about.trim_end_matches('.'));
    let choices: Vec<String> = meanings.iter().map(meaning).collect();
    let sentence = key.sentence(root);
    if choices.is_empty() { sentence } else { format!("{sentence} {}.", choices.join("; ")).trim_start().to_owned() }
}

/// The kinds of a table whose kind decides its other keys.
fn kinds(key: &Key<'_>) -> Option<String> {
    let all = std::iter::once(key.schema).chain(key.others.iter().copied());
    let values: Vec<Value> = all.map(|schema| &schema["const"]).filter(|word| !word.is_null()).cloned().collect();
    (values.len() > 1).then(|| listed(&values))
}

/// What a key may hold, in words.
fn type_of(root: &Value, schema: &Value) -> String {
    let own = &schema["enum"];
    if let Some(values) = own.as_array() {
        return listed(values);
    }
    let mut kinds: Vec<String> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    for one in alternatives(root, schema) {
        if let Some(choices) = one["enum"].as_array() {
            values.extend(choices.iter().filter(|choice| !choice.is_null()).cloned());
            continue;
        }
        if !one["const"].is_null() {
            values.push(one["const"].clone());
            continue;
        }
        let kind = kind_of(root, one);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if !values.is_empty() {
        kinds.insert(0, listed(&values));
    }
    kinds.join(" or ")
}

fn kind_of(root: &Value, schema: &Value) -> String {
    let named = match &schema["type"] {
        Value::Array(several) => several.iter().find(|one| **one != "null").and_then(Value::as_str),
        one => one.as_str(),
    };
    match named {
        Some("string") => "text".into(),
        Some("integer") => "whole number".into(),
        Some("number") => "number".into(),
        Some("boolean") => "true or false".into(),
        Some("array") => match schema["items"].is_null() || schema["items"].is_array() {
            true => "list".into(),
            false => format!("list of: {}", type_of(root, &schema["items"])),
        },
        _ => "table".into(),
    }
}

fn listed(values: &[Value]) -> String {
    values
        .iter()
        .filter(|word| !word.is_null())
        .map(|word| format!("`{}`", word.as_str().map_or_else(|| word.to_string(), str::to_owned)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The beginning of a value, in one line.
fn short(value: &str) -> String {
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'");
    if line.chars().count() <= LONGEST { line } else { line.chars().take(LONGEST).chain(" …".chars()).collect() }
}
