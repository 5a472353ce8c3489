//! Studies on real data, where the data are.

use crate::support::{coef, csv, estimate_in, numbers, run_study, scratch, shared, workspace};
use std::path::{Path, PathBuf};

fn study(name: &str) -> PathBuf {
    let out = scratch(&format!("real-{name}"));
    run_study(&workspace().join(format!("fixtures/studies/{name}.toml")), &out, None).unwrap();
    out
}

#[test]
fn real_cities_have_the_published_moments_of_va() {
    if shared("data/real/cn_city_panel_real_2006_2020.csv").is_none() {
        return;
    }
    let out = study("real-cities");
    let va = csv(&std::fs::read_to_string(out.join("results/va.csv")).unwrap());
    let values = numbers(&va, "va");
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(values.len(), 279 * 8);
    assert!((mean - 0.83).abs() < 0.02 && (min - 0.21).abs() < 0.005, "mean {mean}, min {min}");
    let gtfp = csv(&std::fs::read_to_string(out.join("results/gtfp-cities.csv")).unwrap());
    assert_eq!(gtfp.len(), 275 * 13);
    assert!(gtfp.iter().all(|row| row["status"] == "ok"));

    // Two workbooks and a Stata file as their authors left them, beside the csv; each joined with what did not match.
    let manifest = std::fs::read_to_string(out.join("manifest.json")).unwrap();
    for file in ["金融发展水平（2003-2023）236缺失.xlsx", "2000-2023地级市产业结构 .xlsx", "data_prefecture.dta"]
    {
        assert!(manifest.contains(file), "{file}");
    }
    let log = std::fs::read_to_string(out.join("log/diagnostics.md")).unwrap();
    assert!(log.contains("data_prefecture.dta") && log.contains("have no match"), "{log}");
    let estimates: Vec<serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(out.join("results/estimates.json")).unwrap()).unwrap();
    let n_of = |table: &str| estimates.iter().find(|e| e["table"] == table).unwrap()["n_obs"].as_u64().unwrap();
    assert!(n_of("mechanism") > 1200, "{}", n_of("mechanism"));

    assert_multiverse(&out, "cities", "baseline", "(2)", 3 * 3 * 2 * 2 * 2 * 2);

    // The errors of these data that are known are found.
    let flags = csv(&std::fs::read_to_string(out.join("quality/flags.csv")).unwrap());
    for (variable, city, year) in [
        ("it_emp_1e4_raw", "廊坊市", "2017"),
        ("deposits", "四平市", "2019"),
        ("ind_dust_t", "晋中市", "2013"),
        ("Va", "廊坊市", "2017"),
    ] {
        let found = flags.iter().any(|f| f["variable"] == variable && f["entity"] == city && f["time"] == year);
        assert!(found, "{variable} {city} {year}");
    }
    let page = std::fs::read_to_string(out.join("quality/quality.md")).unwrap();
    assert!(page.contains("四平市 2019") && page.contains("Missing values by period"), "{page}");
}

/// Every universe of a multiverse is estimated, the base is the column as it stands, and the joint tests are there.
fn assert_multiverse(out: &Path, id: &str, table: &str, column: &str, universes: usize) {
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let rows = csv(&read(&format!("results/multiverse-{id}.csv")));
    assert_eq!(rows.len(), universes);
    assert!(rows.iter().all(|row| row["reason"].is_empty()), "{:?}", rows.iter().find(|row| !row["reason"].is_empty()));
    let estimate = estimate_in(&read("results/estimates.json"), table, column);
    for (place, name) in [("b1", "Va"), ("b2", "Va^2")] {
        let (base, coef) =
            (rows[0][place].parse::<f64>().unwrap(), coef(&estimate, name)["estimate"].as_f64().unwrap());
        assert!((base / coef - 1.0).abs() < 1e-12, "{id}: {base} against {coef}");
    }
    let joint = csv(&read(&format!("tables/multiverse-{id}.csv")));
    assert_eq!(joint.len(), 2, "equivalent options, and with the uncertain ones");
}

#[test]
fn the_states_have_a_multiverse() {
    if shared("data/real/us_states/us-states.csv").is_none() {
        return;
    }
    assert_multiverse(&study("us-states"), "states", "baseline", "(1)", 2 * 3 * 2 * 2 * 2 * 3);
}

#[test]
fn malaysian_segmentation_has_the_reference_values() {
    let Some(reference) = shared("data/real/malaysia_cpi/segmentation_example.csv") else { return };
    let out = study("malaysia");
    let ours = csv(&std::fs::read_to_string(out.join("results/segmentation.csv")).unwrap());
    let mut compared = 0;
    for theirs in csv(&std::fs::read_to_string(reference).unwrap()) {
        let row = ours.iter().find(|row| row["state"] == theirs["state"] && row["year"] == theirs["year"]).unwrap();
        for (mine, other) in [("seg", "seg_sum"), ("mar", "mar_sum")] {
            let (a, b): (f64, f64) = (row[mine].parse().unwrap(), theirs[other].parse().unwrap());
            assert!((a / b - 1.0).abs() < 1e-9, "{theirs:?}");
        }
        compared += 1;
    }
    assert!(compared > 200);
}

#[test]
fn us_metros_have_location_quotients() {
    let Some(source) = shared("data/real/us_cbp/cbsa_naics51_2018.csv") else { return };
    let out = study("us-metros");
    let text = std::fs::read_to_string(out.join("results/va.csv")).unwrap();
    assert!(text.starts_with("cbsa_code,va,location_quotient,spillover\n"), "a cross-section has no time column");
    let rows = csv(&text);
    // Quotients average to one with employment as weights.
    let employment: std::collections::BTreeMap<String, f64> = csv(&std::fs::read_to_string(source).unwrap())
        .iter()
        .filter_map(|row| Some((row["cbsa_code"].clone(), row["emp_total"].parse().ok()?)))
        .collect();
    let (mut total, mut weighted) = (0.0, 0.0);
    for row in &rows {
        if let (Ok(lq), Some(weight)) = (row["location_quotient"].parse::<f64>(), employment.get(&row["cbsa_code"])) {
            total += weight;
            weighted += weight * lq;
        }
    }
    assert!((weighted / total - 1.0).abs() < 1e-9, "{}", weighted / total);
}
