//! Identities that hold whatever the data.

use crate::support::{coef, csv, estimate, replicated};
use std::collections::BTreeMap;

#[test]
fn gml_is_efficiency_change_times_technical_change() {
    for row in csv(&replicated("results/gtfp-main.csv")) {
        let value = |name: &str| row[name].parse::<f64>().ok();
        if let (Some(gml), Some(ec), Some(tc)) = (value("gml"), value("ec"), value("tc")) {
            assert!((gml / (ec * tc) - 1.0).abs() < 1e-12, "{row:?}");
        }
    }
}

#[test]
fn gml_is_circular() {
    let rows = csv(&replicated("results/gtfp-main.csv"));
    let mut by_city: BTreeMap<&str, Vec<&BTreeMap<String, String>>> = BTreeMap::new();
    rows.iter().for_each(|row| by_city.entry(&row["city"]).or_default().push(row));
    for rows in by_city.values() {
        let score = |i: usize| rows[i]["score_global"].parse::<f64>().unwrap();
        let product: f64 = rows[1..].iter().map(|row| row["gml"].parse::<f64>().unwrap()).product();
        assert!((product / (score(rows.len() - 1) / score(0)) - 1.0).abs() < 1e-12);
    }
}

#[test]
fn scores_lie_between_zero_and_one_and_global_is_lowest() {
    for row in csv(&replicated("results/gtfp-main.csv")) {
        let (global, own) =
            (row["score_global"].parse::<f64>().unwrap(), row["score_contemporaneous"].parse::<f64>().unwrap());
        assert!(global > 0.0 && global <= own + 1e-9 && own <= 1.0 + 1e-12, "{row:?}");
    }
}

#[test]
fn va_is_own_quotient_plus_spillover() {
    for row in csv(&replicated("results/va.csv")) {
        let value = |name: &str| row[name].parse::<f64>().unwrap();
        assert!((value("va") - value("location_quotient") - value("spillover")).abs() < 1e-12, "{row:?}");
    }
}

#[test]
fn total_is_direct_plus_indirect_in_table_7() {
    let total = estimate("t2", "(2)");
    for (outcome, mediator, name) in [("(1)", "(2)", "Ina"), ("(3)", "(4)", "Ind")] {
        let (outcome, mediator) = (estimate("t7", outcome), estimate("t7", mediator));
        let b = coef(&outcome, name)["estimate"].as_f64().unwrap();
        for term in ["Va", "Va^2"] {
            let value = |estimate: &serde_json::Value| coef(estimate, term)["estimate"].as_f64().unwrap();
            let gap = value(&total) - value(&outcome) - b * value(&mediator);
            assert!(gap.abs() < 1e-9 * value(&total).abs().max(1e-3), "{name} {term}: {gap:e}");
        }
    }
}

#[test]
fn segmentation_is_positive_and_integration_its_inverse_root() {
    for row in csv(&replicated("results/segmentation.csv")) {
        let (seg, mar) = (row["seg"].parse::<f64>().unwrap(), row["mar"].parse::<f64>().unwrap());
        assert!(seg > 0.0 && (mar * seg.sqrt() - 1.0).abs() < 1e-12, "{row:?}");
    }
}
