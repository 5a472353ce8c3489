//! Stage outputs: moments of each column, parameters, a few rows.

use crate::support::{csv, estimate, numbers, replicated, snapshot};
use std::fmt::Write;

fn six(value: f64) -> String {
    format!("{value:.6}")
}

/// n, mean, sd, min and max of some columns.
fn moments(file: &str, columns: &[&str]) -> String {
    let rows = csv(&replicated(file));
    let mut out = String::from("column n mean sd min max\n");
    for name in columns {
        let values = numbers(&rows, name);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let sd = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let min = values.iter().copied().fold(f64::INFINITY, f64::min);
        let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        writeln!(out, "{name} {} {} {} {} {}", values.len(), six(mean), six(sd), six(min), six(max)).unwrap();
    }
    out
}

#[test]
fn va() {
    snapshot(
        "stage_va",
        "moments of VA, own LQ and spillover",
        &moments("results/va.csv", &["va", "location_quotient", "spillover"]),
    );
}

#[test]
fn gtfp_main() {
    let columns = ["score_global", "score_contemporaneous", "gml", "ec", "tc", "gtfp"];
    snapshot("stage_gtfp_main", "moments of scores and indices", &moments("results/gtfp-main.csv", &columns));
}

#[test]
fn gtfp_parameters() {
    let record: serde_json::Value = serde_json::from_str(&replicated("results/gtfp-main.json")).unwrap();
    let calibration = &record["calibration"][0]["parameters"];
    let mut out = String::new();
    for group in ["inputs", "goods", "bads"] {
        let weights: Vec<String> =
            calibration["weights"][group].as_array().unwrap().iter().map(|w| six(w.as_f64().unwrap())).collect();
        let epsilon = six(calibration["epsilon"][group].as_f64().unwrap());
        writeln!(out, "{group}: epsilon {epsilon}, w {}", weights.join(" ")).unwrap();
    }
    snapshot("stage_gtfp_parameters", "epsilon and w, raw data pooled", &out);
}

#[test]
fn segmentation() {
    snapshot("stage_segmentation", "moments of Seg and Mar", &moments("results/segmentation.csv", &["seg", "mar"]));
}

#[test]
fn u_test_of_the_baseline() {
    snapshot("stage_utest_baseline", "Lind-Mehlum test of Table 2 (2)", &u_test(&estimate("t2", "(2)")));
}

/// The U test of an estimate, line by line.
pub(crate) fn u_test(estimate: &serde_json::Value) -> String {
    let test = &estimate["utest"];
    let number = |value: &serde_json::Value| value.as_f64().map_or("none".to_owned(), six);
    let mut out = format!("shape {}\n", test["shape"].as_str().unwrap());
    for end in ["low", "high"] {
        writeln!(
            out,
            "{end}: at {} slope {} t {}",
            number(&test[end]["at"]),
            number(&test[end]["slope"]),
            number(&test[end]["t"])
        )
        .unwrap();
    }
    writeln!(out, "overall t {} p {}", number(&test["stat"]), number(&test["p"])).unwrap();
    writeln!(
        out,
        "turning point {} se {}",
        number(&test["turning_point"]["estimate"]),
        number(&test["turning_point"]["se"])
    )
    .unwrap();
    writeln!(out, "fieller {}", test["turning_point"]["fieller"]["kind"].as_str().unwrap()).unwrap();
    out
}

#[test]
fn published_summary() {
    let page = replicated("compare/compare.md");
    let line = page.lines().find(|line| line.starts_with("Published vs replicated")).unwrap().to_owned();
    snapshot("published_summary", "verdicts over all published numbers", &line);
}
