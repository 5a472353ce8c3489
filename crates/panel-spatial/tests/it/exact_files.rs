//! Cigar, Produc and four cross-sections against brute force in double precision, to 1e-9.

use crate::support::{Case, approach, cigar, close, cross, csv, effects, golden, model, plain, produc, shared, tiny};
use panel_spatial::diagnostics::{LmConvention, likelihood_ratio, lm_tests, wald_to_sar, wald_to_sem};
use panel_spatial::{Effect, Information, Model, SpatialFit, SpatialSpec, fit};
use std::collections::BTreeMap;
use std::path::Path;

type Wanted = BTreeMap<(String, String, String), Vec<(String, String, f64)>>;

/// (model, effects, options) to (statistic, name, value).
fn wanted(path: &Path) -> Wanted {
    let (header, rows) = csv(path).expect("golden file");
    let place = |name: &str| header.iter().position(|known| known == name);
    let cell = |row: &[String], name: &str| place(name).map(|i| row[i].clone()).unwrap_or_default();
    let mut wanted = Wanted::new();
    for row in &rows {
        let key = (cell(row, "model"), cell(row, "effects"), cell(row, "options"));
        let value = cell(row, "value").parse().expect("a number");
        wanted.entry(key).or_default().push((cell(row, "stat"), cell(row, "name"), value));
    }
    wanted
}

fn value_of(got: &SpatialFit, stat: &str, name: &str) -> Option<f64> {
    let place = |name: &str| {
        if name == "sigma2" {
            got.names.len()
        } else {
            got.names.iter().position(|known| plain(known) == name).expect(name)
        }
    };
    Some(match stat {
        "coef" => got.coefficients[place(name)],
        "sigma2" => got.sigma2,
        "loglik" => got.loglik?,
        "se_expected" => got.expected[(place(name), place(name))].sqrt(),
        "se_observed" => got.observed[(place(name), place(name))].sqrt(),
        "vcov_expected" | "vcov_observed" => {
            let (a, b) = name.split_once(':')?;
            let v = if stat == "vcov_expected" { &got.expected } else { &got.observed };
            v[(place(a), place(b))]
        }
        "impact" | "impact_se_delta_expected" => {
            let (effect, x) = name.split_once(':')?;
            let effect = Effect::ALL[["direct", "indirect", "total"].iter().position(|known| *known == effect)?];
            let found = got.effects().expect("effects").into_iter().find(|effects| effects.name == x)?.get(effect);
            if stat == "impact" { found.value } else { found.se }
        }
        _ => return None,
    })
}

fn compare(case: &Case, wanted: &Wanted, tolerance: f64) -> usize {
    let mut compared = 0;
    for ((name, fe, how), values) in wanted {
        let what = format!("{name} {fe} {how}");
        if let Some(model) = model(name) {
            let spec = SpatialSpec::new(model).approach(approach(how));
            let got = fit(&case.panel, &case.prepared, effects(fe), &spec).expect(&what);
            for (stat, name, want) in values {
                let Some(value) = value_of(&got, stat, name) else { continue };
                // Covariances and effects that cancel are held to the size of what they are made of.
                let scale = if stat.starts_with("vcov") {
                    let (a, b) = name.split_once(':').expect("a pair");
                    let kind = stat.replace("vcov", "se");
                    (value_of(&got, &kind, a).expect("se") * value_of(&got, &kind, b).expect("se")).abs()
                } else if stat.starts_with("impact") || stat == "coef" {
                    want.abs().max(1e-3)
                } else {
                    want.abs()
                };
                assert!((value - want).abs() <= tolerance * scale, "{what} {stat} {name}: {value:.15e} {want:.15e}");
                compared += 1;
            }
            continue;
        }
        let how = approach(how);
        let estimate = |model, information| {
            let spec = SpatialSpec::new(model).approach(how).information(information);
            fit(&case.panel, &case.prepared, effects(fe), &spec).expect(&what)
        };
        for (stat, key, want) in values {
            let got = match (name.as_str(), stat.as_str()) {
                ("ols" | "slx-lm", "LM") => {
                    let test = lm_tests(&case.panel, &case.prepared, effects(fe), how, false, LmConvention::Exact)
                        .expect(&what);
                    match key.as_str() {
                        "lml" | "LMlag" => test.lag.statistic,
                        "lme" | "LMerr" => test.error.statistic,
                        "rlml" | "RLMlag" => test.robust_lag.statistic,
                        "rlme" | "RLMerr" => test.robust_error.statistic,
                        _ => test.both.statistic,
                    }
                }
                (pair, "LR") => {
                    let small = model(pair.split_once('-').expect("a pair").1).expect("known");
                    likelihood_ratio(
                        &estimate(Model::Sdm, Information::Expected),
                        &estimate(small, Information::Expected),
                    )
                    .expect(&what)
                    .statistic
                }
                (pair, wald) if wald.starts_with("Wald") => {
                    let information =
                        if wald.ends_with("observed") { Information::Observed } else { Information::Expected };
                    let sdm = estimate(Model::Sdm, information);
                    let test = if pair == "sdm-sar" { wald_to_sar(&sdm) } else { wald_to_sem(&sdm) };
                    test.expect(&what).statistic
                }
                _ => continue,
            };
            close(got, *want, tolerance.max(1e-10) * 10.0, &format!("{what} {stat} {key}"));
            compared += 1;
        }
    }
    compared
}

#[test]
fn tiny_in_double_precision() {
    let compared = compare(&tiny(), &wanted(&golden("tiny_exact.csv")), 1e-11);
    assert!(compared > 2000, "{compared}");
}

#[test]
fn cigar_and_produc() {
    for (folder, data) in [("cigar_usa46", cigar as fn(&Path) -> Case), ("produc_usaww", produc)] {
        let Some(path) = shared("cigar_and_produc", folder) else { continue };
        if !path.join("exact.csv").is_file() {
            println!("skipped: cigar_and_produc: {folder}/exact.csv is missing");
            continue;
        }
        let compared = compare(&data(&path), &wanted(&path.join("exact.csv")), 1e-9);
        assert!(compared > 1500, "{folder} {compared}");
    }
}

#[test]
fn models_with_lag_and_error() {
    let mut compared = compare(&tiny(), &wanted(&golden("tiny_sac.csv")), 1e-9);
    if let Some(path) = shared("models_with_lag_and_error", "cigar_usa46") {
        compared += compare(&cigar(&path), &wanted(&path.join("exact_sac.csv")), 1e-9);
    }
    assert!(compared >= 40, "{compared}");
}

#[test]
fn cross_sections() {
    let Some(path) = shared("cross_sections", "cross") else { return };
    let all = csv(&path.join("exact.csv")).expect("golden file");
    for (name, y, x, log) in [
        ("columbus", "CRIME", &["INC", "HOVAL"][..], false),
        ("columbus_binary", "CRIME", &["INC", "HOVAL"][..], false),
        ("boston", "CMEDV", &["CRIM", "RM", "NOX", "LSTAT"][..], true),
        ("baltimore_knn4", "PRICE", &["NROOM", "AGE", "SQFT"][..], false),
    ] {
        let case = cross(&path, name, y, x, log);
        let mut wanted = Wanted::new();
        for row in all.1.iter().filter(|row| row[0] == name) {
            let key = (row[2].clone(), "none".to_owned(), String::new());
            wanted.entry(key).or_default().push((row[4].clone(), row[5].clone(), row[6].parse().expect("a number")));
        }
        let compared = compare(&case, &wanted, 1e-9);
        assert!(compared > 100, "{name} {compared}");
    }
}
