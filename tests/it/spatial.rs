//! Spatial weights, regressions and statistics through a study file.

use crate::small::{self, study};
use crate::support::{coef, csv, estimate_in, run_study, scratch, workspace};
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const TOLERANCE: f64 = 1e-9;

const HEAD: &str = "[study]\ntitle = \"Tiny\"\nentity = \"unit\"\ntime = \"period\"\n[[source]]\nfile = \"tiny.csv\"\n\
                    [[weights]]\nid = \"w\"\nkind = \"file\"\npath = \"w.csv\"\nstandardise = \"none\"\n";

/// The golden files of `panel-spatial`: eight units, five periods, numbers from 60-digit arithmetic.
fn golden(file: &str) -> String {
    std::fs::read_to_string(workspace().join("crates/panel-spatial/tests/golden").join(file)).unwrap()
}

/// A folder with the tiny panel and its weights under the names of the units.
fn tiny(name: &str) -> PathBuf {
    let folder = scratch(name);
    std::fs::write(folder.join("tiny.csv"), golden("tiny.csv")).unwrap();
    let mut named = String::from("unit");
    (1..=8).for_each(|i| write!(named, ",u{i}").unwrap());
    for (i, line) in golden("tiny_w.csv").lines().enumerate() {
        write!(named, "\nu{},{line}", i + 1).unwrap();
    }
    std::fs::write(folder.join("w.csv"), named + "\n").unwrap();
    folder
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

#[track_caller]
fn close(got: &Value, want: &Value, what: &str) {
    let (got, want) = (number(got), number(want));
    assert!((got - want).abs() <= TOLERANCE * want.abs().max(1e-3), "{what}: {got:e}, expected {want:e}");
}

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|entry| entry["name"] == name).unwrap()
}

/// The study's name of a coefficient of the golden file.
fn study_name(golden: &str, model: &str) -> String {
    match golden {
        "const" => "(Intercept)".into(),
        "rho" if ["sem", "sdem"].contains(&model) => "lambda".into(),
        name => name.replace("W_", "W:").replace("x2", "x^2"),
    }
}

#[test]
fn tiny_numbers_come_through_a_study() {
    let folder = tiny("spatial-tiny");
    let exact: Value = serde_json::from_str(&golden("tiny_exact.json")).unwrap();
    let cases = exact["estimates"].as_array().unwrap();
    let mut text = format!("{HEAD}[[table]]\nid = \"t\"\n");
    for (place, case) in cases.iter().enumerate() {
        let word = |key: &str| case[key].as_str().unwrap();
        // The formula says what is swept out, or the key does.
        let (part, key) = match (word("effects"), place % 2) {
            ("none", 0) => ("", ""),
            ("none", _) => ("", ", effects = \"none\""),
            ("entity", 0) => (" | unit", ""),
            ("entity", _) => ("", ", effects = \"entity\""),
            ("time", 0) => (" | period", ", effects = \"time\""),
            ("time", _) => ("", ", effects = \"time\""),
            (_, 0) => (" | unit + period", ", effects = \"both\""),
            _ => ("", ", effects = \"both\""),
        };
        let (model, approach) = (word("model"), word("approach"));
        writeln!(
            text,
            "[[table.column]]\nformula = \"y ~ x + x^2 + z{part}\"\n\
             spatial = {{ model = \"{model}\", weights = \"w\", approach = \"{approach}\"{key} }}"
        )
        .unwrap();
    }
    run_study(&study(&folder, &text), &folder.join("out"), None).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.join("out/results").join(name)).unwrap();
    let (records, estimates) = (read("spatial.json"), read("estimates.json"));
    let records: Vec<Value> = serde_json::from_str(&records).unwrap();
    assert_eq!(records.len(), cases.len());
    let mut compared = 0;
    for (place, (record, case)) in records.iter().zip(cases).enumerate() {
        let model = case["model"].as_str().unwrap();
        let what = format!("{model} {} {}", case["effects"], case["approach"]);
        let estimate = estimate_in(&estimates, "t", &format!("({})", place + 1));
        close(&record["sigma2"], &case["sigma2"], &what);
        close(&record["loglik"], &case["loglik"], &what);
        if model != "slx" {
            let name = study_name("rho", model);
            close(&named(&record["coefficients"], &name)["value"], &case["rho"], &what);
        }
        for (name, want) in case["coef"].as_object().unwrap() {
            let (what, name) = (format!("{what} {name}"), study_name(name, model));
            let got = named(&record["coefficients"], &name);
            close(&got["value"], want, &what);
            close(&coef(&estimate, &name)["estimate"], want, &what);
            compared += 1;
        }
        for (name, want) in case["se_expected"].as_object().unwrap() {
            if name != "sigma2" {
                let name = study_name(name, model);
                close(&named(&record["coefficients"], &name)["se"], want, &format!("{what} se {name}"));
                compared += 1;
            }
        }
        for (name, want) in case["impacts"].as_object().unwrap() {
            let got = named(&record["effect_estimates"], &study_name(name, model));
            for effect in ["direct", "indirect", "total"] {
                close(&got[effect]["value"], &want[effect], &format!("{what} {name} {effect}"));
                let se = &want[format!("{effect}_se_expected")];
                close(&got[effect]["se"], se, &format!("{what} {name} {effect} se"));
                compared += 1;
            }
        }
    }
    assert!(compared > 600, "{compared}");
}

#[test]
fn a_table_has_blocks_of_effects_and_says_what_they_are() {
    let folder = tiny("spatial-table");
    let text = format!(
        "{HEAD}[[table]]\nid = \"t\"\nshow = [\"x\", \"x^2\", \"W:x\", \"rho\"]\n\
         [[table.column]]\nformula = \"y ~ x + x^2 + z | unit + period\"\n\
         [[table.column]]\nformula = \"y ~ x + x^2 + z | unit + period\"\n\
         spatial = {{ weights = \"w\", show_effects = [\"direct\", \"total\"], turning_point = {{ of = [\"x\"] }} }}\n"
    );
    run_study(&study(&folder, &text), &folder.join("out"), None).unwrap();
    let table = std::fs::read_to_string(folder.join("out/tables/t.md")).unwrap();
    for part in ["ρ", "W × x", "Direct effects", "Total effects", "SDM", "Lee & Yu 2010", "Fieller", "Log-likelihood"]
    {
        assert!(table.contains(part), "{part}: {table}");
    }
    assert!(!table.contains("Indirect effects"), "only what is asked for: {table}");
    let records = std::fs::read_to_string(folder.join("out/results/spatial.json")).unwrap();
    let records: Vec<Value> = serde_json::from_str(&records).unwrap();
    assert_eq!((records.len(), records[0]["curves"].as_array().unwrap().len()), (1, 2));
    // Which rows entered stands beside those of other columns.
    let sample = csv(&std::fs::read_to_string(folder.join("out/data/sample.csv")).unwrap());
    assert!(sample.len() == 40 && sample.iter().all(|row| row["t (2)"] == "1"));
}

/// Moran's I of one period by its definition.
fn moran_by_hand(rows: &[std::collections::BTreeMap<String, String>], period: &str, w: &[Vec<f64>]) -> f64 {
    let y: Vec<f64> = rows.iter().filter(|row| row["period"] == period).map(|row| row["y"].parse().unwrap()).collect();
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let z: Vec<f64> = y.iter().map(|y| y - mean).collect();
    let (mut cross, mut s0) = (0.0, 0.0);
    for (i, row) in w.iter().enumerate() {
        for (j, weight) in row.iter().enumerate() {
            cross += weight * z[i] * z[j];
            s0 += weight;
        }
    }
    y.len() as f64 / s0 * cross / z.iter().map(|z| z * z).sum::<f64>()
}

#[test]
fn association_is_a_table_and_a_csv_by_year() {
    let folder = tiny("spatial-association");
    let entry = |id: &str, kind: &str, variables: &str| {
        format!(
            "[[spatial]]\nid = \"{id}\"\nkind = \"{kind}\"\nvariables = [{variables}]\nweights = \"w\"\npermutations = 99\n"
        )
    };
    let text = format!(
        "{HEAD}{}{}{}",
        entry("moran", "moran", "\"y\", \"x\""),
        entry("geary", "geary", "\"y\""),
        entry("lisa", "lisa", "\"y\"")
    );
    let study = study(&folder, &text);
    run_study(&study, &folder.join("out"), Some(1)).unwrap();
    run_study(&study, &folder.join("again"), Some(2)).unwrap();
    let read = |out: &str, name: &str| std::fs::read_to_string(folder.join(out).join(name)).unwrap();
    let data = csv(&golden("tiny.csv"));
    let w: Vec<Vec<f64>> =
        golden("tiny_w.csv").lines().map(|line| line.split(',').map(|w| w.trim().parse().unwrap()).collect()).collect();
    let moran = csv(&read("out", "results/spatial-moran.csv"));
    let lisa = csv(&read("out", "results/spatial-lisa.csv"));
    assert_eq!((moran.len(), lisa.len()), (10, 40));
    for row in moran.iter().filter(|row| row["variable"] == "y") {
        let (period, got) = (&row["period"], row["moran_i"].parse::<f64>().unwrap());
        let want = moran_by_hand(&data, period, &w);
        assert!((got - want).abs() < 1e-12, "{period}: {got} {want}");
        let p: f64 = row["p_permutation"].parse().unwrap();
        assert!((0.01..=0.5).contains(&p) && row["permutations"] == "99", "{p}");
        // With rows that sum to 1 the local statistics sum to (n - 1) I.
        let local = lisa.iter().filter(|row| row["period"] == *period);
        let sum: f64 = local.map(|row| row["y_i"].parse::<f64>().unwrap()).sum();
        assert!((sum - 7.0 * want).abs() < 1e-10, "{period}: {sum} {want}");
    }
    let classes = ["high-high", "low-low", "high-low", "low-high", "not-significant"];
    assert!(lisa.iter().all(|row| classes.contains(&row["y_class"].as_str())));
    assert!(read("out", "tables/spatial-geary.md").contains("2001"));
    for name in ["results/spatial-moran.csv", "results/spatial-lisa.csv", "tables/spatial-lisa.csv"] {
        assert_eq!(read("out", name), read("again", name), "{name}: for any number of threads");
    }
}

#[test]
fn weights_come_from_coordinates_and_are_remarked() {
    let folder = small::folder("spatial-weights");
    let text = format!(
        "{}[[weights]]\nid = \"near\"\nkind = \"band\"\nto_km = 600\nislands = \"nearest\"\n\
         [[weights]]\nid = \"far\"\nkind = \"inverse-distance\"\n[[weights]]\nid = \"both\"\nkind = \"product\"\nof = [\"far\", \"near\"]\n\
         [[spatial]]\nid = \"m\"\nkind = \"moran\"\nvariables = [\"x\"]\nweights = \"both\"\npermutations = 9\n",
        small::HEAD
    );
    run_study(&study(&folder, &text), &folder.join("out"), None).unwrap();
    let remarks = std::fs::read_to_string(folder.join("out/log/diagnostics.md")).unwrap();
    assert!(remarks.contains("weights-islands") && remarks.contains("Benxi"), "{remarks}");
    assert!(remarks.contains("6 weights (100.0 % of all pairs), 2 to 2 neighbours"), "{remarks}");
    let moran = csv(&std::fs::read_to_string(folder.join("out/results/spatial-m.csv")).unwrap());
    assert_eq!(moran.len(), 3);
}

/// What a run says instead of a result.
fn refused(folder: &Path, text: &str) -> String {
    run_study(&study(folder, text), &folder.join("out"), None).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn what_cannot_be_is_said() {
    let folder = tiny("spatial-refused");
    let column = |spatial: &str, more: &str| {
        format!(
            "{HEAD}[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"y ~ x + z | unit + period\"\nspatial = {{ {spatial} }}\n{more}\n"
        )
    };
    for (text, part) in [
        (column("weights = \"v\"", ""), "there is no [[weights]] with id `v`"),
        (column("weights = \"w\"", "vcov = \"hc1\""), "`vcov` has no effect beside `spatial`"),
        (column("weights = \"w\", aproach = \"direct\"", ""), "did you mean `approach`?"),
        (column("weights = \"w\", effects = \"time\"", ""), "`effects` says something else"),
        (column("weights = \"w\"", "sample = \"x > 0.9\""), "the panel is not balanced"),
        (
            format!("{HEAD}[[spatial]]\nid = \"m\"\nkind = \"moran\"\nvariables = [\"x\"]\nweights = \"ww\"\n"),
            "did you mean `w`?",
        ),
        (
            format!("{HEAD}[[spatial]]\nid = \"m\"\nkind = \"lm\"\nvariables = [\"x\"]\nweights = \"w\"\n"),
            "expected one of moran, geary, lisa",
        ),
        (
            format!(
                "{HEAD}[[spatial]]\nid = \"m\"\nkind = \"moran\"\nvariables = [\"resid(t:(1))\"]\nweights = \"w\"\n"
            ),
            "no table `t`",
        ),
        (format!("{HEAD}[variables]\nlag = \"lag_w(x, \\\"ww\\\")\"\n"), "did you mean `w`?"),
        (format!("{HEAD}[variables]\nlag = \"1 + lag_w(x, \\\"w\\\")\"\n"), "lag_w"),
        (format!("{HEAD}[variables]\nlag = \"lag_w(x)\"\n"), "expected `lag_w(variable, \"weights\")`"),
        (column("weights = \"w\", gs2sls = {}, information = \"qml\"", ""), "`information` has no effect"),
        (column("weights = \"w\", gs2sls = {}, model = \"sem\"", ""), "not SEM"),
        (column("weights = \"w\", simulation = { draws = 5 }", ""), "draws = 5"),
        (
            format!("{HEAD}[[table]]\nid = \"t\"\nkind = \"spatial-tests\"\n[[table.column]]\nformula = \"y ~ x\"\n"),
            "needs `spatial`",
        ),
        (HEAD.replace("w.csv", "v.csv"), "`v.csv` cannot be read"),
        (column("weights = \"w\"", "").replace("kind = \"file\"\npath = \"w.csv\"", "kind = \"knn\"\nk = 3"), "`lat`"),
    ] {
        let error = refused(&folder, &text);
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn units_left_out_shrink_the_weights_with_a_remark() {
    let folder = tiny("spatial-cut");
    let text = format!(
        "{}[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"y ~ x + z | unit + period\"\nsample = \"unit != \\\"u4\\\"\"\n\
         spatial = {{ weights = \"w\", model = \"sar\" }}\n",
        HEAD.replace("standardise = \"none\"", "standardise = \"row\"")
    );
    run_study(&study(&folder, &text), &folder.join("out"), None).unwrap();
    let remarks = std::fs::read_to_string(folder.join("out/log/diagnostics.md")).unwrap();
    assert!(remarks.contains("cut to the 7 units of the sample out of 8"), "{remarks}");
    let records = std::fs::read_to_string(folder.join("out/results/spatial.json")).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Value>>(&records).unwrap()[0]["units"], 7);
}

#[test]
fn the_papers_companion_is_labelled_as_beyond_the_paper() {
    let out = scratch("spatial-paper").join("out");
    run_study(&workspace().join("fixtures/studies/paper-spatial.toml"), &out, None).unwrap();
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let table = read("tables/sdm.md");
    assert!(
        table.contains("Beyond the paper") && table.contains("synthetic twin") && table.contains("Indirect effects"),
        "{table}"
    );
    let records: Vec<Value> = serde_json::from_str(&read("results/spatial.json")).unwrap();
    assert_eq!(records.len(), 5);
    for record in &records {
        assert_eq!((record["units"].as_u64(), record["periods"].as_u64()), (Some(279), Some(8)));
        let rho = number(&named(&record["coefficients"], "rho")["value"]);
        assert!(rho.abs() < 1.0, "{rho}");
        // Rows of W sum to 1: the total effect is (b + θ)/(1 - ρ).
        let value = |name: &str| number(&named(&record["coefficients"], name)["value"]);
        let total = number(&named(&record["effect_estimates"], "Va")["total"]["value"]);
        let want = (value("Va") + value("W:Va")) / (1.0 - rho);
        assert!((total - want).abs() < 1e-9 * want.abs().max(1.0), "{total} {want}");
    }
    assert_eq!(csv(&read("results/spatial-moran.csv")).len(), 3 * 8);
    assert_eq!(csv(&read("results/spatial-lisa.csv")).len(), 279 * 8);
}

/// Values of a column of `data/panel.csv` by unit and period.
fn panel_column(folder: &Path, name: &str) -> std::collections::BTreeMap<(String, String), f64> {
    let rows = csv(&std::fs::read_to_string(folder.join("out/data/panel.csv")).unwrap());
    let entry = |row: &std::collections::BTreeMap<String, String>| {
        ((row["unit"].clone(), row["period"].clone()), row[name].parse().unwrap_or(f64::NAN))
    };
    rows.iter().map(entry).collect()
}

fn tiny_weights() -> Vec<Vec<f64>> {
    golden("tiny_w.csv").lines().map(|line| line.split(',').map(|w| w.trim().parse().unwrap()).collect()).collect()
}

#[test]
fn spatial_lags_are_variables() {
    let folder = tiny("spatial-lag");
    let text = format!(
        "{HEAD}[variables]\nx2 = \"x^2\"\nlag = \"lag_w(x2, \\\"w\\\")\"\ntwice = \"lag_w(lag, \\\"w\\\", skip_missing)\"\n\
         sum = \"x + lag\"\n[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"y ~ x + lag + twice | unit + period\"\n"
    );
    run_study(&study(&folder, &text), &folder.join("out"), None).unwrap();
    let (x, lag, twice, sum) = (
        panel_column(&folder, "x"),
        panel_column(&folder, "lag"),
        panel_column(&folder, "twice"),
        panel_column(&folder, "sum"),
    );
    let w = tiny_weights();
    for ((unit, period), got) in &lag {
        let i: usize = unit[1..].parse().unwrap();
        let lagged = |values: &std::collections::BTreeMap<(String, String), f64>, power: i32| -> f64 {
            (0..8).map(|j| w[i - 1][j] * values[&(format!("u{}", j + 1), period.clone())].powi(power)).sum()
        };
        assert!((got - lagged(&x, 2)).abs() < 1e-12, "{unit} {period}: the square is lagged");
        assert!((twice[&(unit.clone(), period.clone())] - lagged(&lag, 1)).abs() < 1e-12);
        assert!((sum[&(unit.clone(), period.clone())] - x[&(unit.clone(), period.clone())] - got).abs() < 1e-12);
    }
    // An SLX by lags of variables is the SLX.
    let slx = format!(
        "{HEAD}[variables]\nlx = \"lag_w(x, \\\"w\\\")\"\n[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"y ~ x + lx | unit + period\"\n\
         [[table.column]]\nformula = \"y ~ x | unit + period\"\nspatial = {{ weights = \"w\", model = \"slx\" }}\n"
    );
    run_study(&study(&folder, &slx), &folder.join("out"), None).unwrap();
    let estimates = std::fs::read_to_string(folder.join("out/results/estimates.json")).unwrap();
    let (plain, slx) = (estimate_in(&estimates, "t", "(1)"), estimate_in(&estimates, "t", "(2)"));
    close(&coef(&plain, "lx")["estimate"], &coef(&slx, "W:x")["estimate"], "W:x");
}

#[test]
fn specification_tests_are_those_of_exact_arithmetic() {
    let folder = tiny("spatial-tests");
    let exact: Value = serde_json::from_str(&golden("tiny_exact.json")).unwrap();
    let cases = exact["tests"].as_array().unwrap();
    let mut text = format!("{HEAD}[[table]]\nid = \"t\"\nkind = \"spatial-tests\"\n");
    for case in cases {
        let effects = case["effects"].as_str().unwrap().replace("two-way", "both").replace("twoway", "both");
        let approach = case["approach"].as_str().unwrap();
        writeln!(
            text,
            "[[table.column]]\nformula = \"y ~ x + x^2 + z\"\nspatial = {{ weights = \"w\", effects = \"{effects}\", approach = \"{approach}\" }}"
        )
        .unwrap();
    }
    run_study(&study(&folder, &text), &folder.join("out"), None).unwrap();
    let records = std::fs::read_to_string(folder.join("out/results/spatial-tests.json")).unwrap();
    let records: Vec<Value> = serde_json::from_str(&records).unwrap();
    let mut compared = 0;
    for (record, case) in records.iter().zip(cases) {
        let test = |group: &str, name: &str| {
            let tests = record["tests"].as_array().unwrap();
            let found = tests.iter().find(|test| test["group"] == group && test["name"] == name).unwrap();
            found["test"]["statistic"].clone()
        };
        for (group, key) in [("least-squares", "lm"), ("slx", "lm_on_slx")] {
            for (name, short) in [
                ("LM lag", "lml"),
                ("LM error", "lme"),
                ("robust LM lag", "rlml"),
                ("robust LM error", "rlme"),
                ("LM SARMA", "sarma"),
            ] {
                close(
                    &test(group, name),
                    &case[key][short],
                    &format!("{} {} {key} {name}", case["effects"], case["approach"]),
                );
                compared += 1;
            }
        }
        for (name, key) in [
            ("LR SDM → SAR", "lr_sdm_sar"),
            ("LR SDM → SEM", "lr_sdm_sem"),
            ("LR SDM → SLX", "lr_sdm_slx"),
            ("Wald SDM → SAR", "wald_sdm_sar_expected"),
            ("Wald SDM → SEM", "wald_sdm_sem_expected"),
        ] {
            close(&test("durbin", name), &case[key], &format!("{} {} {name}", case["effects"], case["approach"]));
            compared += 1;
        }
    }
    assert!(compared >= 60, "{compared}");
    let table = std::fs::read_to_string(folder.join("out/tables/t.md")).unwrap();
    assert!(table.contains("The Durbin model") && table.contains("robust LM error"), "{table}");
    assert!(table.contains("Effects of units: fixed or random") && table.contains("Mundlak SDM"), "{table}");
    // Fixed or random: a number or its reason, and none without effects of units.
    for (record, case) in records.iter().zip(cases) {
        let tests = record["tests"].as_array().unwrap();
        let rows: Vec<&Value> = tests.iter().filter(|test| test["group"] == "unit-effects").collect();
        let names: Vec<&str> = rows.iter().map(|test| test["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Hausman SAR", "Mundlak SAR", "Hausman SEM", "Mundlak SEM", "Hausman SDM", "Mundlak SDM"]);
        for row in rows {
            let reason = row["reason"].as_str();
            assert!(row["test"].is_null() == reason.is_some(), "{row}");
            if matches!(case["effects"].as_str().unwrap(), "none" | "time") {
                assert!(reason.unwrap().contains("no effects of units"), "{row}");
            } else if row["name"] == "Mundlak SAR" {
                assert_eq!(row["test"]["df"], 3, "{row}");
            }
        }
    }
}

#[test]
fn instruments_estimate_a_lag_model_with_everything_that_instruments_have() {
    let folder = small::folder("spatial-instruments");
    // Twelve places on a ring, ten years; x is endogenous, q its instrument; rho = 0.4.
    let random = |row: usize, seed: f64| ((row as f64 * seed).sin() * 43_758.545_3).rem_euclid(1.0) - 0.5;
    let (n, t) = (12_usize, 10_usize);
    let mut data = String::from("unit,period,y,x,q,z\n");
    let mut weights = String::from("unit");
    (0..n).for_each(|i| write!(weights, ",u{i}").unwrap());
    for i in 0..n {
        write!(weights, "\nu{i}").unwrap();
        (0..n).for_each(|j| {
            write!(weights, ",{}", if (i + 1) % n == j || (j + 1) % n == i { 0.5 } else { 0.0 }).unwrap()
        });
    }
    for period in 0..t {
        let row = |i: usize| period * n + i;
        let (q, z, e): (Vec<f64>, Vec<f64>, Vec<f64>) = (
            (0..n).map(|i| 2.0 * random(row(i) + 1, 12.9898)).collect(),
            (0..n).map(|i| 2.0 * random(row(i) + 1, 39.425)).collect(),
            (0..n).map(|i| 0.2 * random(row(i) + 1, 78.233)).collect(),
        );
        let x: Vec<f64> = (0..n).map(|i| q[i] + 2.0 * e[i] + 0.3 * random(row(i) + 1, 4.137)).collect();
        let mean: Vec<f64> = (0..n).map(|i| x[i] - 0.5 * z[i] + i as f64 * 0.1 + period as f64 * 0.2 + e[i]).collect();
        let mut y = mean.clone();
        for _ in 0..200 {
            y = (0..n).map(|i| mean[i] + 0.2 * (y[(i + 1) % n] + y[(i + n - 1) % n])).collect();
        }
        (0..n).for_each(|i| {
            writeln!(data, "u{i},{},{:e},{:e},{:e},{:e}", 2001 + period, y[i], x[i], q[i], z[i]).unwrap()
        });
    }
    std::fs::write(folder.join("tiny.csv"), data).unwrap();
    std::fs::write(folder.join("w.csv"), weights + "\n").unwrap();
    let column = |formula: &str, spatial: &str, more: &str| {
        format!("[[table.column]]\nformula = \"{formula}\"\nspatial = {{ weights = \"w\", {spatial} }}\n{more}\n")
    };
    let iv = "y ~ z | unit + period | x ~ q";
    let by_hand = "y ~ z | unit + period | x + wy ~ q + wz + wwz + wq + wwq";
    let lags: String = [("wy", "y"), ("wz", "z"), ("wwz", "wz"), ("wq", "q"), ("wwq", "wq")]
        .map(|(name, source)| format!("{name} = \"lag_w({source}, \\\"w\\\")\"\n"))
        .concat();
    let text = format!(
        "{HEAD}[variables]\n{lags}[[table]]\nid = \"t\"\n{}[[table.column]]\nformula = \"{by_hand}\"\nvcov = \"cluster:unit\"\nlike = \"ivreghdfe\"\n{}{}",
        column(iv, "model = \"sar\"", "vcov = \"cluster:unit\"\nlike = \"ivreghdfe\"\nsave = [\"residuals\"]"),
        column("y ~ z + x | unit + period", "model = \"sar\", gs2sls = {}", "estimator = \"liml\""),
        column(iv, "model = \"sdm\", durbin = [\"z\"], simulation = { draws = 2000, seed = 3 }", ""),
    );
    run_study(&study(&folder, &text), &folder.join("out"), None).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.join("out").join(name)).unwrap();
    let estimates = read("results/estimates.json");
    let (automatic, own) = (estimate_in(&estimates, "t", "(1)"), estimate_in(&estimates, "t", "(2)"));
    for (name, hand) in [("x", "x"), ("z", "z"), ("rho", "wy")] {
        for key in ["estimate", "se"] {
            close(&coef(&automatic, name)[key], &coef(&own, hand)[key], &format!("{name} {key}"));
        }
    }
    let (rho, x) = (number(&coef(&automatic, "rho")["estimate"]), number(&coef(&automatic, "x")["estimate"]));
    assert!((rho - 0.4).abs() < 0.05 && (x - 1.0).abs() < 0.05, "{rho} {x}");
    assert_eq!(automatic["iv"], own["iv"], "underidentification, weak instruments, overidentification");
    let records: Vec<Value> = serde_json::from_str(&read("results/spatial.json")).unwrap();
    let total = &named(&records[0]["effect_estimates"], "x")["total"]["value"];
    assert!((number(total) - x / (1.0 - rho)).abs() < 1e-9, "rows of W sum to 1");
    assert!(!estimate_in(&estimates, "t", "(3)").is_null());
    let drawn = &records[2]["simulated"].as_array().unwrap()[0];
    let delta =
        &named(&records[2]["effect_estimates"], drawn["name"].as_str().unwrap())[drawn["effect"].as_str().unwrap()];
    let ratio = number(&drawn["se"]) / number(&delta["se"]);
    assert!((ratio - 1.0).abs() < 0.1, "delta and simulation: {ratio}");
    let table = read("tables/t.md");
    assert!(table.contains("two-stage least squares") && table.contains("Total effects"), "{table}");
    assert_eq!(csv(&read("data/fits.csv")).len(), n * t);
}

#[test]
fn residuals_of_a_column_are_tested_for_association() {
    let folder = tiny("spatial-residuals");
    let text = format!(
        "{HEAD}[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"y ~ x + z | unit\"\nsave = [\"residuals\"]\n\
         [[spatial]]\nid = \"m\"\nkind = \"moran\"\nvariables = [\"resid(t:(1))\"]\nweights = \"w\"\npermutations = 9\n"
    );
    run_study(&study(&folder, &text), &folder.join("out"), None).unwrap();
    let fits = csv(&std::fs::read_to_string(folder.join("out/data/fits.csv")).unwrap());
    let name = fits[0].keys().find(|name| name.contains("residuals")).unwrap().clone();
    let rows: Vec<_> = fits
        .iter()
        .map(|row| {
            let mut row = row.clone();
            row.insert("y".into(), row[&name].clone());
            row
        })
        .collect();
    let moran = csv(&std::fs::read_to_string(folder.join("out/results/spatial-m.csv")).unwrap());
    assert_eq!(moran.len(), 5);
    for row in &moran {
        let want = moran_by_hand(&rows, &row["period"], &tiny_weights());
        assert!((row["moran_i"].parse::<f64>().unwrap() - want).abs() < 1e-9, "{row:?}");
    }
    assert!(folder.join("out/figures/spatial-m-scatter.svg").is_file());
}
