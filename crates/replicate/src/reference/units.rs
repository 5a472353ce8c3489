//! Units of the numbers of a study file, which the schema carries beside their types.

use serde_json::{Map, Value};

/// The word under which the schema has a unit; readers of schemas pass over words that begin with `x-`.
pub const UNIT: &str = "x-unit";

/// A share that is neither 0 nor 1.
const SHARE: &str = "share between 0 and 1";

/// Units of numbers by the name of their key, after the name of its type where the name alone says too little.
const UNITS: &[(&str, &str)] = &[
    ("cutoff_km", "km"),
    ("min_km", "km"),
    ("from_km", "km"),
    ("to_km", "km"),
    ("scale_km", "km"),
    ("bandwidth_km", "km"),
    ("unit_km", "km"),
    ("radius_km", "km"),
    ("km", "km"),
    ("WeightsSection.tolerance", "degrees"),
    ("Settings.tolerance", "share"),
    ("SourceSpec.lag", "periods"),
    ("Market.lag", "periods"),
    ("ConvergenceSpec.lags", "periods"),
    ("at_least", "periods"),
    ("window", "periods"),
    ("step", "units of the time key"),
    ("length", "periods"),
    ("base_period", "period"),
    ("at", "period"),
    ("level", SHARE),
    ("collinearity", SHARE),
    ("plant_herfindahl", "share"),
    ("Epsilon.inputs", "share"),
    ("Epsilon.goods", "share"),
    ("Epsilon.bads", "share"),
    ("Weights.inputs", "shares"),
    ("Weights.goods", "shares"),
    ("Weights.bads", "shares"),
    ("nonradial_weights", "shares"),
    ("direction_values", "units of the columns"),
    ("stars", "p-values"),
    ("dpi", "pixels per inch"),
    ("bandwidth", "standard deviations"),
    ("outlier", "robust standard deviations"),
    ("jump", "log points"),
    ("base", "points of a price index"),
    ("persons_per_unit", "persons"),
    ("digits", "digits"),
    ("significant", "digits"),
    ("anderson_rubin_at", "units of the outcome per unit of the regressor"),
];

/// Numbers without a unit: counts, seeds, exponents.
pub const PLAIN: &[&str] = &[
    "skip_rows",
    "header_rows",
    "exponent",
    "k",
    "permutations",
    "seed",
    "shift",
    "draws",
    "lags",
    "instrument_lags",
    "max_iterations",
    "dense",
    "neighbors",
    "border",
    "wild",
    "pairs",
    "block",
    "limit",
    "sample",
    "weight",
    "bins",
    "replications",
    "resamples",
    "min_goods",
];

/// Puts units beside the types of numbers, and the ends of shares that are neither 0 nor 1.
pub(super) fn mark(root: &mut Value) {
    if let Some(definitions) = root["definitions"].as_object_mut() {
        for (name, definition) in definitions {
            mark_in(name, definition);
        }
    }
}

/// Marks the keys of a type, those of its alternatives among them.
fn mark_in(type_name: &str, schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) {
                for (name, key) in properties.iter_mut() {
                    if let (Some(unit), Some(key)) = (unit_of(type_name, name), key.as_object_mut()) {
                        put(key, unit);
                    }
                }
            }
            map.values_mut().for_each(|inner| mark_in(type_name, inner));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| mark_in(type_name, inner)),
        _ => {}
    }
}

fn unit_of(type_name: &str, name: &str) -> Option<&'static str> {
    let named = |wanted: &str| UNITS.iter().find(|(known, _)| *known == wanted).map(|(_, unit)| *unit);
    named(&format!("{type_name}.{name}")).or_else(|| named(name))
}

/// Texts and tables of the same name have no unit.
fn put(key: &mut Map<String, Value>, unit: &str) {
    let says = |kind: &Value| kind.as_str().is_some_and(|kind| ["number", "integer", "array"].contains(&kind));
    let own = match key.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(says),
        Some(kind) => says(kind),
        // A type of its own: digits, a period, thresholds.
        None => key.contains_key("$ref") || key.contains_key("allOf") || key.contains_key("anyOf"),
    };
    if !own {
        return;
    }
    key.insert(UNIT.to_owned(), unit.into());
    if unit == SHARE {
        key.insert("exclusiveMinimum".to_owned(), 0.into());
        key.insert("exclusiveMaximum".to_owned(), 1.into());
    }
}
