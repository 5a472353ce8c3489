//! An example of every key: what a study of the repository writes there, else one of this list.

use std::collections::BTreeMap;
use study::SHARED;

/// Examples of keys that no study of the repository can have, each a value of TOML.
pub const EXAMPLES: &[(&str, &str)] = &[
    // A program without the features `png` and `pdf` refuses them.
    ("report.figures", "[\"png\", \"pdf\"]"),
    ("report.dpi", "600"),
];

/// The example of a key: `used` are keys of studies by their path, with the first value that stands there. What may be
/// written for many is the key of a column, so that an example of one is an example of the others.
#[must_use]
pub fn example_of(path: &str, used: &BTreeMap<String, (String, String)>) -> Option<String> {
    let own = |path: &str| used.get(path).map(|(value, _)| value.clone());
    let shared = || {
        let places = ["table.column.", "table.", "defaults."];
        let key = places.iter().find_map(|place| path.strip_prefix(place))?;
        let first = key.split('.').next().unwrap_or_default();
        if !SHARED.contains(&first) {
            return None;
        }
        places.iter().find_map(|place| own(&format!("{place}{key}")))
    };
    let listed = || EXAMPLES.iter().find(|(known, _)| *known == path).map(|(_, value)| (*value).to_owned());
    own(path).or_else(shared).or_else(listed)
}
