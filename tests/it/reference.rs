//! The reference of study files: every key that the schema lists is used by a study of the repository, and every key that a
//! study uses is in the schema.

use crate::support::{csv, run_study, scratch, workspace};
use panelstudy::reference::units::{PLAIN, UNIT};
use panelstudy::reference::{keys, page, schema, uses};
use panelstudy::study::{Loaded, SHARED, Statistic};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Folders with studies.
const FOLDERS: [&str; 3] = ["tests/studies", "fixtures/studies", "crates/replicate/templates"];

/// Studies of some folders, by name.
fn studies(folders: &[&str]) -> Vec<(String, toml::Table)> {
    let mut found = Vec::new();
    for folder in folders {
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

/// Keys that no study under `tests/` can use, by the beginning of their path, each with its reason.
const UNUSED: &[(&str, &str)] = &[
    ("report.figures", "a program without the features `png` and `pdf` refuses it: see options.rs"),
    ("report.dpi", "it needs figures as PNG"),
];

fn listed(folders: &[&str]) -> (BTreeSet<String>, BTreeMap<String, (String, String)>) {
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
    (paths, uses::of_studies(&studies(folders), &named))
}

#[test]
fn every_key_is_used_by_a_study_under_tests_or_says_why_not() {
    let (listed, used) = listed(&FOLDERS[..1]);
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

/// Every row of the page has a sentence and an example, every number a unit or a place on the list of those that have none.
#[test]
fn every_key_has_a_sentence_an_example_and_a_unit() {
    let schema = schema();
    let page = page(&schema, &studies(&FOLDERS[..2]));
    let (mut section, mut rows, mut lacking) = (String::new(), 0, Vec::new());
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            heading.clone_into(&mut section);
        }
        if !line.starts_with("| `") {
            continue;
        }
        rows += 1;
        let cells: Vec<String> = line.replace("\\|", "/").split('|').map(|cell| cell.trim().to_owned()).collect();
        assert_eq!(cells.len(), 7, "{line}");
        if cells[1..6].iter().any(String::is_empty) {
            lacking.push(format!("{section} {}", cells[1]));
        }
    }
    assert!(rows > 450 && lacking.is_empty(), "{rows} rows; without a sentence or an example: {lacking:#?}");

    let number = |one: &Value| {
        let kinds = [&one["type"], &one["items"]["type"]].map(ToString::to_string);
        kinds.iter().any(|kinds| kinds.contains("number") || kinds.contains("integer"))
    };
    let (mut plain, mut without) = (BTreeSet::new(), Vec::new());
    for section in keys::sections(&schema) {
        for key in &section.keys {
            if number(key.schema) && key.schema[UNIT].is_null() {
                plain.insert(key.name.clone());
                if !PLAIN.contains(&key.name.as_str()) {
                    without.push(format!("{}.{}", section.path, key.name));
                }
            }
        }
    }
    assert!(without.is_empty(), "numbers without a unit that are on no list: {without:#?}");
    let stale: Vec<&&str> = PLAIN.iter().filter(|name| !plain.contains(**name)).collect();
    assert!(stale.is_empty(), "{stale:?} are no numbers without a unit");
}

/// What the schema says that a key may hold is what the reader takes.
#[test]
fn the_choices_of_the_schema_are_those_of_the_reader() {
    let schema = schema();
    let column = &schema["definitions"]["ColumnSpec"]["properties"];
    let choices = |key: &Value| -> Vec<String> {
        key["items"]["enum"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let head = "[study]\ntitle = \"T\"\nentity = \"i\"\ntime = \"t\"\n[[source]]\nfile = \"d.csv\"\n";
    let read = |rest: &str| Loaded::parse(&format!("{head}{rest}"), "s.toml", Path::new(""));
    let table = |table: &str, formula: &str, column: &str| {
        read(&format!("[[table]]\nid = \"t\"\n{table}\n[[table.column]]\nformula = \"{formula}\"\n{column}\n"))
    };
    let (ols, iv) = ("y ~ x | i", "y ~ z | i | x ~ u + v");
    let diagnostics = choices(&column["diagnostics"]);
    for word in &diagnostics {
        let asked = format!("diagnostics = [\"{word}\"]");
        assert!(table("", ols, &asked).is_ok() || table("", iv, &asked).is_ok(), "diagnostics: {word}");
    }
    let stats = choices(&schema["definitions"]["TableSpec"]["properties"]["stats"]);
    assert_eq!(stats, choices(&schema["definitions"]["ReportSpec"]["properties"]["stats"]));
    for word in &stats {
        let shown = format!("stats = [\"{word}\"]");
        assert!(table(&shown, ols, "").is_ok() || table(&shown, iv, "").is_ok(), "stats: {word}");
    }
    // Every statistic is in one of the lists, and what is not in a list is refused there.
    for (_, word) in Statistic::ALL {
        let (asked, shown) = (diagnostics.iter().any(|one| one == word), stats.iter().any(|one| one == word));
        assert!(asked || shown, "{word}");
        assert!(shown || table(&format!("stats = [\"{word}\"]"), ols, "").is_err(), "stats: {word}");
        let requested = format!("diagnostics = [\"{word}\"]");
        assert!(
            asked || table("", ols, &requested).is_err() && table("", iv, &requested).is_err(),
            "diagnostics: {word}"
        );
    }
    let examples = |key: &str| -> Vec<String> {
        column[key]["examples"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    for word in examples("vcov") {
        assert!(table("", ols, &format!("vcov = \"{word}\"")).is_ok(), "vcov: {word}");
    }
    for word in examples("estimator") {
        assert!(table("", iv, &format!("estimator = \"{word}\"")).is_ok(), "estimator: {word}");
    }
    assert!(column["vcov"]["pattern"].is_string() && column["estimator"]["pattern"].is_string());
    // The ends of a level are no levels.
    assert_eq!((&column["level"]["exclusiveMinimum"], &column["level"]["exclusiveMaximum"]), (&0.into(), &1.into()));
    for level in ["0.0", "1.0"] {
        assert!(table("", ols, &format!("level = {level}")).is_err(), "level = {level}");
    }
}

/// `tests/studies/weights.toml` has every kind of weights, `shown.toml` what is said of the look of results: both run, and what
/// the second reads is what its files say.
#[test]
fn the_studies_of_weights_and_of_looks_run() {
    let out = scratch("weights");
    run_study(&workspace().join("tests/studies/weights.toml"), &out, Some(1)).unwrap();
    let read = |file: &str| std::fs::read_to_string(out.join(file)).unwrap();
    assert!(read("tables/means.md").contains("Geometric means"), "{}", read("tables/means.md"));
    assert!(!csv(&read("results/segmentation-roads.csv")).is_empty());
    let out = scratch("shown");
    run_study(&workspace().join("tests/studies/shown.toml"), &out, Some(1)).unwrap();
    let rows = csv(&std::fs::read_to_string(out.join("data/panel.csv")).unwrap());
    let elm = rows.iter().find(|row| row["place"] == "Elm" && row["year"] == "2016").unwrap();
    let long = std::fs::read_to_string(workspace().join("tests/studies/shown-long.csv")).unwrap();
    let road = long.lines().find_map(|line| line.strip_prefix("Elm,2016,road,")).unwrap();
    assert_eq!((elm["km_road"].as_str(), elm["tax"].is_empty()), (road, false));
    assert!(out.join("tables/curve.md").is_file() && out.join("compare").is_dir());
}

/// `tests/studies/keys.toml` has the keys that no other study uses: it runs, and what it reads is what its files say.
#[test]
fn the_study_of_keys_runs() {
    let out = scratch("keys");
    run_study(&workspace().join("tests/studies/keys.toml"), &out, Some(1)).unwrap();
    let rows = csv(&std::fs::read_to_string(out.join("data/panel.csv")).unwrap());
    assert_eq!(rows.len(), 48);
    let elm = rows.iter().find(|row| row["place"] == "Elm" && row["year"] == "2016").unwrap();
    let value = |name: &str| elm[name].parse::<f64>().unwrap();
    let line = |file: &str, start: &str| {
        let text = std::fs::read_to_string(workspace().join("tests/studies").join(file)).unwrap();
        text.lines().find(|line| line.starts_with(start)).unwrap().to_owned()
    };
    // 2016 is the fourth year of each wide file.
    assert_eq!(value("rain"), line("keys-wide.csv", "Elm,").split(',').nth(4).unwrap().parse::<f64>().unwrap());
    assert_eq!(value("sun"), line("keys-wide.csv", "Elm,").split(',').nth(10).unwrap().parse::<f64>().unwrap());
    assert_eq!(value("wind"), line("keys-across.csv", "2016,").split(',').nth(5).unwrap().parse::<f64>().unwrap());
    assert!(value("rate") > 0.0 && value("rate") < 1.0 && value("people") > 999.0 && value("days") == 366.0);
}

#[test]
fn every_key_of_every_study_is_in_the_schema() {
    let (listed, used) = listed(&FOLDERS);
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
