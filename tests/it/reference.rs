//! The reference of study files: every key that the schema lists is used by a study of the repository, and every key that a
//! study uses is in the schema.

use crate::support::{csv, run_study, scratch, workspace};
use panelstudy::reference::{keys, schema, uses};
use panelstudy::study::SHARED;
use std::collections::{BTreeMap, BTreeSet};

/// Studies of the repository, by name.
fn studies() -> Vec<(String, toml::Table)> {
    let mut found = Vec::new();
    for folder in ["tests/studies", "fixtures/studies", "crates/replicate/templates"] {
        for file in std::fs::read_dir(workspace().join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap().parse().unwrap()));
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Weights that the tests of panel-spatial and `tests/it/spatial.rs` make.
const OF_OTHER_KINDS: &str = "weights of this kind come from files or other variables";

/// Keys that no study of the repository uses, by the beginning of their path, each with its reason.
const UNUSED: &[(&str, &str)] = &[
    ("report.figures", "a program without the features `png` and `pdf` refuses it: see options.rs"),
    ("report.dpi", "it needs figures as PNG"),
    ("report.outlines", "borders have licences: see figures.rs"),
    ("defaults.gaps", "said on a table and on a column"),
    ("defaults.lat", "said on a table and on a column"),
    ("defaults.lon", "said on a table and on a column"),
    ("weights.allow_negative", OF_OTHER_KINDS),
    ("weights.at", OF_OTHER_KINDS),
    ("weights.file", OF_OTHER_KINDS),
    ("weights.form", OF_OTHER_KINDS),
    ("weights.from_km", OF_OTHER_KINDS),
    ("weights.id_field", OF_OTHER_KINDS),
    ("weights.kernel", OF_OTHER_KINDS),
    ("weights.of", OF_OTHER_KINDS),
    ("weights.path", OF_OTHER_KINDS),
    ("weights.rule", OF_OTHER_KINDS),
    ("weights.to_km", OF_OTHER_KINDS),
    ("weights.tolerance", OF_OTHER_KINDS),
    ("weights.variable", OF_OTHER_KINDS),
];

fn listed() -> (BTreeSet<String>, BTreeMap<String, (String, String)>) {
    let schema = schema();
    let sections = keys::sections(&schema);
    let stars: BTreeSet<String> =
        sections.iter().filter_map(|section| section.path.strip_suffix(".*").map(str::to_owned)).collect();
    let named = |path: &str| stars.contains(path) || ["labels", "variables"].contains(&path);
    let mut paths: BTreeSet<String> = BTreeSet::new();
    for section in &sections {
        paths.extend(section.keys.iter().map(|key| format!("{}.{}", section.path, key.name)));
        paths.insert(section.path.clone());
    }
    (paths, uses::of_studies(&studies(), &named))
}

#[test]
fn every_key_is_used_by_a_study_or_says_why_not() {
    let (listed, used) = listed();
    let excused = |path: &str| UNUSED.iter().any(|(start, _)| path == *start || path.starts_with(&format!("{start}.")));
    // What may be written for many is the key of a column.
    let shared = |path: &str| {
        let key = path.strip_prefix("defaults.").or_else(|| path.strip_prefix("table."));
        let key = key.filter(|key| SHARED.contains(&key.split('.').next().unwrap()));
        key.is_some_and(|key| used.contains_key(&format!("table.column.{key}")))
    };
    let idle: Vec<&String> =
        listed.iter().filter(|path| !used.contains_key(*path) && !excused(path) && !shared(path)).collect();
    assert!(idle.is_empty(), "no study uses {idle:#?}");
    let stale: Vec<&str> = UNUSED
        .iter()
        .map(|(path, _)| *path)
        .filter(|path| used.contains_key(*path) || !listed.contains(*path))
        .collect();
    assert!(stale.is_empty(), "these are used, or are no keys: {stale:?}");
    assert!(UNUSED.iter().all(|(_, reason)| !reason.is_empty()));
}

/// `tests/studies/keys.toml` has the keys that no other study uses: it runs, and what it reads is what its files say.
#[test]
fn the_study_of_keys_runs() {
    let out = scratch("keys");
    run_study(&workspace().join("tests/studies/keys.toml"), &out, Some(1)).unwrap();
    let rows = csv(&std::fs::read_to_string(out.join("data/panel.csv")).unwrap());
    assert_eq!(rows.len(), 48);
    let elm = rows.iter().find(|row| row["place"] == "Elm" && row["year"] == "2016").unwrap();
    let of = |name: &str| elm[name].parse::<f64>().unwrap();
    let line = |file: &str, start: &str| {
        let text = std::fs::read_to_string(workspace().join("tests/studies").join(file)).unwrap();
        text.lines().find(|line| line.starts_with(start)).unwrap().to_owned()
    };
    // 2016 is the fourth year of each wide file.
    assert_eq!(of("rain"), line("keys-wide.csv", "Elm,").split(',').nth(4).unwrap().parse::<f64>().unwrap());
    assert_eq!(of("sun"), line("keys-wide.csv", "Elm,").split(',').nth(10).unwrap().parse::<f64>().unwrap());
    assert_eq!(of("wind"), line("keys-across.csv", "2016,").split(',').nth(5).unwrap().parse::<f64>().unwrap());
    assert!(of("rate") > 0.0 && of("rate") < 1.0 && of("people") > 999.0 && of("days") == 366.0);
}

#[test]
fn every_key_of_every_study_is_in_the_schema() {
    let (listed, used) = listed();
    let open = |path: &str| {
        // Keys below these are names of one's own, or texts in two languages.
        listed.contains(path)
            || path.rsplit_once('.').is_some_and(|(before, last)| {
                ["zh", "en", "unit", "definition", "*"].contains(&last)
                    || before.ends_with(".set")
                    || before.contains(".set.")
                    || !listed.iter().any(|known| known.starts_with(&format!("{before}.")))
            })
    };
    let unknown: Vec<(&String, &(String, String))> = used.iter().filter(|(path, _)| !open(path)).collect();
    assert!(unknown.is_empty(), "the schema lacks {unknown:#?}");
}

#[test]
fn the_files_say_what_the_types_say() {
    let written = std::fs::read_to_string(workspace().join("docs/study.schema.json")).unwrap();
    let written: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert_eq!(written, schema(), "docs/study.schema.json is out of date; run `cargo xtask tidy --write`");
    let page = std::fs::read_to_string(workspace().join("docs/study.md")).unwrap();
    for section in keys::sections(&schema()) {
        let name = section.path;
        assert!(page.contains(&format!("### `[{name}]`")) || page.contains(&format!("### `[[{name}]]`")), "{name}");
    }
}
