//! `tests/studies`: data sets of other people through the same command, against the numbers of other programs.

use crate::support::{csv, run_study, scratch, workspace};
use panelstudy::study::Loaded;
use report::csv::CsvTable;
use std::collections::BTreeMap;
use std::path::Path;

/// One line of `expected.csv`.
struct Expected {
    output: String,
    row: String,
    field: String,
    value: f64,
    tolerance: f64,
    source: String,
}

fn expectations() -> BTreeMap<String, Vec<Expected>> {
    let text = std::fs::read_to_string(workspace().join("tests/studies/expected.csv")).unwrap();
    let mut by_study: BTreeMap<String, Vec<Expected>> = BTreeMap::new();
    for (_, record) in CsvTable::parse(&text, "expected.csv").unwrap().records {
        let [study, output, row, field, value, tolerance, source]: [String; 7] = record.try_into().unwrap();
        let (value, tolerance) = (value.parse().unwrap(), tolerance.parse().unwrap());
        by_study.entry(study).or_default().push(Expected { output, row, field, value, tolerance, source });
    }
    by_study
}

/// The number that a run left for an expectation.
fn found(out: &Path, estimates: &[serde_json::Value], expected: &Expected) -> Option<f64> {
    if expected.output.ends_with(".csv") {
        let rows = csv(&std::fs::read_to_string(out.join(&expected.output)).unwrap());
        let header = std::fs::read_to_string(out.join(&expected.output)).unwrap();
        let keys: Vec<&str> = header.lines().next()?.split(',').collect();
        let has_time = keys.get(1) != Some(&"score_global");
        let key = |row: &BTreeMap<String, String>| {
            if has_time { format!("{} {}", row[keys[0]], row[keys[1]]) } else { row[keys[0]].clone() }
        };
        return rows.iter().find(|row| key(row) == expected.row)?[&expected.field].parse().ok();
    }
    let is_expected = |e: &&serde_json::Value| {
        format!("{} {}", e["table"].as_str().unwrap_or(""), e["column"].as_str().unwrap_or("")) == expected.output
    };
    let estimate = estimates.iter().find(is_expected)?;
    if expected.row.is_empty() {
        return estimate[&expected.field].as_f64();
    }
    let of_tests = || estimate["tests"].as_array()?.iter().find(|test| test["null"] == expected.row.as_str());
    let asked = estimate.get(&expected.row).or_else(|| estimate["diagnostics"].get(&expected.row)).or_else(of_tests);
    if let Some(test) = asked {
        return test[&expected.field].as_f64();
    }
    estimate["coef"].as_array()?.iter().find(|coef| coef["name"] == expected.row.as_str())?[&expected.field].as_f64()
}

#[test]
fn other_data_sets_give_the_numbers_of_other_programs() {
    let (mut wrong, mut ran, mut compared, mut due) = (Vec::new(), 0, 0, 0);
    for (name, expectations) in expectations() {
        let file = workspace().join(format!("tests/studies/{name}.toml"));
        let loaded = Loaded::read(&file).unwrap();
        if let Some(missing) = loaded.study.sources.iter().find(|source| !loaded.resolve(&source.file).exists()) {
            if !missing.file.contains("shared") {
                wrong.push(format!("{name}: `{}` is not in the repository", missing.file));
            }
            eprintln!("skipped {name}: `{}` is not here", missing.file);
            continue;
        }
        due += expectations.len();
        let out = scratch(&format!("study-{name}"));
        if let Err(error) = run_study(&file, &out, None) {
            wrong.push(format!("{name}: {error}"));
            continue;
        }
        let estimates: Vec<serde_json::Value> = std::fs::read_to_string(out.join("results/estimates.json"))
            .map(|text| serde_json::from_str(&text).unwrap())
            .unwrap_or_default();
        let mut worst: f64 = 0.0;
        for expected in &expectations {
            let got = found(&out, &estimates, expected).unwrap_or(f64::NAN);
            let difference = (got - expected.value).abs() / expected.value.abs().max(f64::MIN_POSITIVE);
            worst = worst.max(difference);
            // A comparison with NaN is false, so a number that is not there is wrong.
            let near = difference <= expected.tolerance;
            if !near {
                wrong.push(format!(
                    "{name}: {} `{}` {}: {got}, expected {} ({})",
                    expected.output, expected.row, expected.field, expected.value, expected.source
                ));
            }
            compared += 1;
        }
        eprintln!("{name}: {} numbers, largest relative difference {worst:.1e}", expectations.len());
        ran += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Every number of a study whose data are here is compared; three studies have theirs in the repository.
    assert!(ran >= 3 && compared == due, "{ran} studies, {compared} of {due} numbers");
}
