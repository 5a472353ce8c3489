//! Which keys a study uses, and what stands there.

use std::collections::BTreeMap;
use toml::Value;

/// The keys of studies by their path, such as `table.column.formula`, with the first value that stands there and the name
/// of the study. A star stands for names of one's own where `is_map` says that a path holds such.
#[must_use]
pub fn of_studies(
    studies: &[(String, toml::Table)],
    is_map: &dyn Fn(&str) -> bool,
) -> BTreeMap<String, (String, String)> {
    let mut uses = BTreeMap::new();
    for (name, study) in studies {
        for (key, value) in study {
            walk(key, value, name, is_map, &mut uses);
        }
    }
    uses
}

fn walk(
    path: &str,
    value: &Value,
    study: &str,
    is_map: &dyn Fn(&str) -> bool,
    uses: &mut BTreeMap<String, (String, String)>,
) {
    uses.entry(path.to_owned()).or_insert_with(|| (value.to_string(), study.to_owned()));
    match value {
        Value::Table(table) => {
            for (key, inner) in table {
                let name = if is_map(path) { "*" } else { key };
                walk(&format!("{path}.{name}"), inner, study, is_map, uses);
            }
        }
        Value::Array(items) => {
            items.iter().filter(|item| item.is_table()).for_each(|item| walk(path, item, study, is_map, uses))
        }
        _ => {}
    }
}
