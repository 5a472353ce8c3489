//! What the twin is calibrated to: each target of the calibration, checked on the pipeline's own output.

use crate::support::{coef, csv, estimate, replicated};
use serde_json::Value;

/// Mean and standard deviation of a variable as Table 1 prints them.
const TABLE_1: [(&str, f64, f64); 11] = [
    ("Gtfp", 0.987, 0.064),
    ("Va", 0.831, 0.484),
    ("Ina", 6.017, 1.762),
    ("Ind", 6.555, 0.503),
    ("Mar", 8.142, 8.539),
    ("Fina", 2.604, 1.248),
    ("lnpop", 5.905, 0.701),
    ("lntech", 10.544, 1.43),
    ("Edu", 0.035, 0.018),
    ("Er", 9.535, 1.206),
    ("Gov", 0.45, 0.219),
];

fn statistic(variable: &str, column: &str) -> f64 {
    let rows = csv(&replicated("compare/compare.csv"));
    let row = rows.iter().find(|row| row["table"] == "1" && row["row"] == variable && row["column"] == column);
    row.unwrap()["replicated"].parse().unwrap()
}

#[test]
fn table_1_means_within_3_percent_and_deviations_within_10() {
    for (variable, mean, sd) in TABLE_1 {
        let (got_mean, got_sd) = (statistic(variable, "mean"), statistic(variable, "sd"));
        if variable == "Gtfp" {
            assert!((got_mean - mean).abs() <= 0.005 && (got_sd - sd).abs() <= 0.01, "Gtfp {got_mean} {got_sd}");
        }
        assert!((got_mean / mean - 1.0).abs() <= 0.03, "{variable}: mean {got_mean}, published {mean}");
        assert!((got_sd / sd - 1.0).abs() <= 0.10, "{variable}: sd {got_sd}, published {sd}");
    }
    assert!(statistic("Va", "min") <= 0.25 && statistic("Va", "max") >= 4.0);
}

/// Published cells of Tables 2, 3 (1, 3, 4) and 7: table, column, row, statistic, printed and replicated text.
fn cells() -> Vec<(String, String, String, String, String, String)> {
    csv(&replicated("compare/compare.csv"))
        .into_iter()
        .filter(|row| {
            let column = row["column"].as_str();
            match row["table"].as_str() {
                "2" | "7" => true,
                "3" => ["(1)", "(3)", "(4)"].contains(&column),
                _ => false,
            }
        })
        .map(|row| {
            let get = |name: &str| row[name].clone();
            (get("table"), get("column"), get("row"), get("stat"), get("published"), get("replicated"))
        })
        .collect()
}

#[test]
fn every_coefficient_has_the_published_sign() {
    let mut checked = 0;
    for (table, column, row, stat, published, replicated) in cells() {
        if stat == "coef" {
            let (theirs, ours): (f64, f64) = (published.parse().unwrap(), replicated.parse().unwrap());
            assert!(theirs * ours > 0.0, "table {table} {column} {row}: {theirs} and {ours}");
            checked += 1;
        }
    }
    assert_eq!(checked, 27);
}

#[test]
fn stars_agree_in_85_percent() {
    let stars: Vec<bool> = cells()
        .into_iter()
        .filter(|(table, column, _, stat, ..)| stat == "stars" && !(table == "7" && column == "(6)"))
        .map(|(.., published, replicated)| published == replicated)
        .collect();
    let same = stars.iter().filter(|same| **same).count();
    assert_eq!(stars.len(), 25);
    assert!(same as f64 >= 0.85 * stars.len() as f64, "{same} of {}", stars.len());
}

#[test]
fn va_coefficients_lie_within_a_published_standard_error_in_80_percent() {
    let all = cells();
    let mut near = Vec::new();
    for (table, column, row, stat, published, replicated) in &all {
        if stat != "coef" || !["Va", "Va_sq"].contains(&row.as_str()) {
            continue;
        }
        let se =
            all.iter().find(|other| (&other.0, &other.1, &other.2, other.3.as_str()) == (table, column, row, "se"));
        let (theirs, ours): (f64, f64) = (published.parse().unwrap(), replicated.parse().unwrap());
        let se: f64 = se.unwrap().4.parse().unwrap();
        near.push((theirs - ours).abs() <= se);
    }
    let count = near.iter().filter(|near| **near).count();
    assert_eq!(near.len(), 22);
    assert!(count as f64 >= 0.8 * near.len() as f64, "{count} of {}", near.len());
}

#[test]
fn subsamples_have_the_published_signs_and_instruments_are_strong() {
    for column in ["(1)", "(2)", "(3)", "(4)", "(5)"] {
        let fit = estimate("t6", column);
        let value = |name: &str| coef(&fit, name)["estimate"].as_f64().unwrap();
        assert!(value("Va") < 0.0 && value("Va^2") > 0.0, "{column}");
    }
    let weak: Value = estimate("t5", "(3)")["weak_id"].clone();
    assert!(weak["stat"].as_f64().unwrap() > 7.03, "{weak}");
}
