//! The output contract: which files, which columns, which fields.

use crate::support::{REPLICATION, csv, estimates, paper, replicated, scratch};
use panelstudy::pipeline::{RunOptions, run};
use std::collections::BTreeSet;

#[test]
fn result_files_have_their_columns() {
    let header = |name: &str| replicated(name).lines().next().unwrap().to_owned();
    assert_eq!(header("results/va.csv"), "city,year,va,location_quotient,spillover");
    let always = "city,year,score_global,score_contemporaneous,gml,ec,tc,gtfp,status";
    let reasons = "status_score,status_contemporaneous,status_index,status_ec,status_tc";
    assert_eq!(header("results/gtfp-main.csv"), format!("{always},{reasons}"));
    assert_eq!(header("results/segmentation.csv"), "city,year,seg,mar");
    let rows = csv(&replicated("results/gtfp-main.csv"));
    assert_eq!(rows.len(), 279 * 8);
    assert!(rows.iter().all(|row| row["year"].len() == 4), "years are written as read");
    assert!(rows.iter().filter(|row| row["year"] == "2013").all(|row| row["gml"].is_empty() && row["gtfp"] == "1"));
}

#[test]
fn every_estimate_has_every_field_and_no_nan() {
    let fields = [
        "table",
        "column",
        "formula",
        "sample",
        "n_obs",
        "n_entities",
        "df_resid",
        "coef",
        "r2",
        "r2_within",
        "r2_within_entity",
        "df_t",
        "adj_r2",
        "rmse",
        "vcov",
        "like",
        "multiplier",
        "dropped",
        "first_stage",
        "under_id",
        "weak_id",
        "weak_id_robust",
        "over_id",
        "endogeneity",
        "utest",
        "error_bound",
    ];
    for estimate in estimates() {
        for field in fields {
            assert!(estimate.get(field).is_some(), "{field} of {} {}", estimate["table"], estimate["column"]);
        }
        for coef in estimate["coef"].as_array().unwrap() {
            assert!(coef["estimate"].is_f64() && coef["se"].as_f64().unwrap() > 0.0, "{coef}");
        }
    }
    assert!(!replicated("results/estimates.json").contains("NaN"));
}

#[test]
fn checksums_name_every_file_but_manifest_and_log() {
    let sums = replicated("checksums.sha256");
    let named: BTreeSet<&str> = sums.lines().map(|line| line.split("  ").nth(1).unwrap()).collect();
    assert!(!named.iter().any(|name| name.starts_with("log/") || *name == "manifest.json"));
    for name in &named {
        assert!(REPLICATION.join(name).is_file(), "{name}");
    }
    let manifest: serde_json::Value = serde_json::from_str(&replicated("manifest.json")).unwrap();
    let outputs: BTreeSet<&str> =
        manifest["outputs"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(outputs, named);
    let stages: Vec<&str> =
        manifest["stages"].as_array().unwrap().iter().map(|stage| stage["name"].as_str().unwrap()).collect();
    assert_eq!(stages.first(), Some(&"data"));
    assert!(stages.contains(&"gtfp-main") && stages.last() == Some(&"report"), "{stages:?}");
}

#[test]
fn every_page_says_that_the_data_are_a_twin() {
    for page in ["README.md", "index.html", "compare/compare.md", "tables/t1.md", "tables/t2.md", "tables/s1.md"] {
        assert!(replicated(page).contains("synthetic twin"), "{page}");
    }
}

#[test]
fn the_curve_has_no_failed_change() {
    let curve: Vec<serde_json::Value> = serde_json::from_str(&replicated("results/curve.json")).unwrap();
    assert!(curve.len() > 25);
    for point in &curve {
        assert!(point.get("reason").is_none(), "{point}");
    }
}

#[test]
fn no_program_fell_back_or_stayed_open() {
    for id in ["main", "unbounded", "vrs"] {
        let record: serde_json::Value = serde_json::from_str(&replicated(&format!("results/gtfp-{id}.json"))).unwrap();
        assert_eq!(record["lp"]["fallbacks"], 0, "{id}");
        assert_eq!(record["lp"]["uncertified"], 0, "{id}");
        assert!(record["lp"]["worst_certificate"].as_f64().unwrap() <= 1e-9, "{id}: {}", record["lp"]);
    }
}

#[test]
fn a_partial_run_leaves_the_rest_and_marks_it_stale() {
    let out = scratch("partial");
    let options = |only: &[&str]| RunOptions {
        study: paper(),
        out: out.clone(),
        only: only.iter().map(|stage| (*stage).to_owned()).collect(),
        threads: Some(1),
        quiet: true,
        lang: None,
    };
    run(&options(&["va", "gtfp-main"])).unwrap();
    let gtfp = std::fs::read(out.join("results/gtfp-main.csv")).unwrap();
    std::fs::write(out.join("mine.txt"), "mine").unwrap();
    run(&options(&["va"])).unwrap();
    assert_eq!(std::fs::read(out.join("results/gtfp-main.csv")).unwrap(), gtfp);
    assert!(out.join("mine.txt").is_file(), "foreign files stay");
    let manifest: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("manifest.json")).unwrap()).unwrap();
    let stale = |path: &str| {
        manifest["outputs"].as_array().unwrap().iter().find(|file| file["path"] == path).unwrap().get("stale").cloned()
    };
    assert_eq!(stale("results/gtfp-main.csv"), Some(true.into()));
    assert_eq!(stale("results/va.csv"), None);
    assert!(run(&options(&["vaa"])).unwrap_err().to_string().contains("did you mean `va`"));
}
