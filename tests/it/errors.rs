//! Bad input: one clear error that names file, key, column and value, exit code 2, and earlier results untouched.

use crate::support::{run_study, scratch};
use std::path::{Path, PathBuf};

const DATA: &str = "\
city,year,k,l,y,so2,x
Anyang,2013,10,20,30,4,1
Anyang,2014,11,21,33,4,2
Anyang,2015,12,22,35,5,4
Benxi,2013,8,15,20,3,1
Benxi,2014,8,16,22,3,3
Benxi,2015,9,16,26,2,2
Chuzhou,2013,5,30,25,6,5
Chuzhou,2014,6,30,26,6,4
Chuzhou,2015,7,31,29,5,7
";

const STUDY: &str = "\
[study]
title = \"Small\"
entity = \"city\"
time = \"year\"
[[source]]
file = \"data.csv\"
[[gtfp]]
id = \"main\"
inputs = [\"k\", \"l\"]
goods = [\"y\"]
bads = [\"so2\"]
[[table]]
id = \"t\"
[[table.column]]
formula = \"y ~ x | city + year\"
";

/// Writes data and study into a folder of their own.
fn small(name: &str, data: &str, study: &str) -> (PathBuf, PathBuf) {
    let folder = scratch(&format!("errors-{name}"));
    std::fs::write(folder.join("data.csv"), data).unwrap();
    std::fs::write(folder.join("study.toml"), study).unwrap();
    (folder.join("study.toml"), folder.join("out"))
}

/// Runs a good study, then a bad one into the same folder: the error names every word, the results stay.
fn refused(name: &str, data: &str, study: &str, words: &[&str]) {
    let (good, out) = small(name, DATA, STUDY);
    run_study(&good, &out, Some(1)).unwrap();
    let before = std::fs::read(out.join("results/estimates.json")).unwrap();
    let manifest = std::fs::read(out.join("manifest.json")).unwrap();
    let folder = good.parent().unwrap();
    std::fs::write(folder.join("data.csv"), data).unwrap();
    std::fs::write(folder.join("study.toml"), study).unwrap();
    let error = run_study(&good, &out, Some(1)).unwrap_err();
    let text = error.to_string();
    assert_eq!(error.exit_code(), 2, "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
    assert!(!text.contains('\n'), "one line: {text}");
    assert_eq!(std::fs::read(out.join("results/estimates.json")).unwrap(), before);
    assert_eq!(std::fs::read(out.join("manifest.json")).unwrap(), manifest);
    assert!(only_these(folder), "a temporary folder was left");
}

fn only_these(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().flatten().all(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
}

#[test]
fn a_duplicated_key() {
    let data = format!("{DATA}Benxi,2014,8,16,22,3,3\n");
    refused("duplicate", &data, STUDY, &["data.csv", "Benxi", "2014", "6", "11"]);
}

#[test]
fn a_missing_column() {
    let study = STUDY.replace("\"so2\"", "\"sO3\"");
    refused("column", DATA, &study, &["sO3", "did you mean `so2`"]);
}

#[test]
fn text_in_a_number_column() {
    let data = DATA.replace("Benxi,2014,8,16,22,3,3", "Benxi,2014,8,abc,22,3,3");
    refused("text", &data, STUDY, &["data.csv", "Benxi", "2014", "`l`", "abc", "number"]);
}

#[test]
fn a_zero_emission_in_ebm() {
    let data = DATA.replace("Chuzhou,2015,7,31,29,5,7", "Chuzhou,2015,7,31,29,0,7");
    refused("zero", &data, STUDY, &["data.csv", "Chuzhou", "2015", "so2", "0"]);
}

#[test]
fn an_unknown_study_key() {
    let study = STUDY.replace("bads = ", "badss = ");
    refused("key", DATA, &study, &["study.toml", "line 11", "badss", "did you mean `bads`"]);
}

#[test]
fn a_report_that_names_what_is_not_there() {
    let column = format!("{STUDY}[report]\ngroup = \"regoin\"\n");
    refused("group", DATA, &column, &["group", "`regoin`", "no column"]);
    let headline = format!("{STUDY}[report]\nheadline = {{ table = \"tt\", column = \"(1)\" }}\n");
    refused("headline", DATA, &headline, &["headline", "`tt`", "did you mean `t`"]);
    let below = format!("{STUDY}[report]\nbelow = \"tstat\"\n");
    refused("below", DATA, &below, &["below", "tstat", "se, t, p"]);
}

#[test]
fn a_file_that_is_not_there() {
    let study = STUDY.replace("data.csv", "dota.csv");
    refused("file", DATA, &study, &["dota.csv", "no such file"]);
}

#[test]
fn xtreg_with_hc1() {
    let study = format!("{STUDY}vcov = \"hc1\"\nlike = \"xtreg\"\n");
    refused("hc1", DATA, &study, &["xtreg", "hc1"]);
}

#[test]
fn a_formula_that_does_not_parse() {
    let study = STUDY.replace("y ~ x | city", "y ~ x + | city");
    refused("formula", DATA, &study, &["y ~ x + | city"]);
}

#[test]
fn a_row_with_a_missing_value_is_dropped_from_its_column_and_stays_in_gtfp() {
    let data = DATA.replace("Benxi,2014,8,16,22,3,3", "Benxi,2014,8,,22,3,");
    let (study, out) = small("missing", &data, STUDY);
    run_study(&study, &out, Some(1)).unwrap();
    let estimates: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("results/estimates.json")).unwrap()).unwrap();
    assert_eq!(estimates[0]["n_obs"], 8);
    assert_eq!(estimates[0]["dropped"]["missing_rows"], 1);
    let gtfp = std::fs::read_to_string(out.join("results/gtfp-main.csv")).unwrap();
    assert!(gtfp.lines().any(|line| line == "Benxi,2014,,,,,,,missing"), "{gtfp}");
}
