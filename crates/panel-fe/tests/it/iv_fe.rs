//! 2SLS and LIML with absorbed fixed effects against `ivreg2` rules (ivreg2r 8c666db: ivreghdfe, xtivreg2), econhdfe 0.7
//! and fixest 0.14.2.

use crate::golden_files::{Csv, close, goldens};
use faer::Mat;
use panel_core::Panel;
use panel_fe::absorb::{Absorber, FixedEffect, Settings, drop_singletons};
use panel_fe::iv::{
    Estimator, IvData, IvDof, IvSystem, MomentCovariance, StockYogoTable, diagnose, fit, kleibergen_paap_f,
    kleibergen_paap_lm, stock_yogo,
};
use panel_fe::vcov::{Groups, Meat, Structure};
use panel_fe::{Like, Model, TestOutcome};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

const TOLERANCE: f64 = 1e-8;

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(many) => many.iter().map(|v| v.as_str().expect("a name").to_owned()).collect(),
        _ => Vec::new(),
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("json")
}

/// Names that are no column and end in 2 are squares.
fn values(csv: &Csv, name: &str) -> Vec<Option<f64>> {
    if csv.header.iter().any(|h| h == name) {
        return csv.column(name);
    }
    let base = name.strip_suffix('2').unwrap_or_else(|| panic!("no column {name}"));
    csv.column(base).into_iter().map(|v| v.map(|v| v * v)).collect()
}

struct Sample {
    system: IvSystem,
    clusters: Vec<Groups>,
}

/// The estimation sample of a case, absorbed.
fn sample(folder: &Path, case: &Value) -> Sample {
    let csv = Csv::read(&folder.join(case["data"].as_str().expect("data"))).expect("data file");
    let (endog, exog, inst, fe) =
        (strings(&case["endog"]), strings(&case["exog"]), strings(&case["inst"]), strings(&case["fe"]));
    let call = case["call"].as_str().expect("call");
    let y_name = call.trim_start_matches("feols(").split(" ~").next().expect("y").to_owned();
    let columns: BTreeMap<&String, Vec<Option<f64>>> =
        [&y_name].into_iter().chain(&endog).chain(&exog).chain(&inst).map(|n| (n, values(&csv, n))).collect();
    let keys: Vec<Vec<Option<f64>>> = fe.iter().map(|name| csv.column(name)).collect();
    let panel_keys: Vec<&str> = match csv.header.iter().any(|h| h == "county") {
        true => vec!["county", "year"],
        false if csv.header.iter().any(|h| h == "idcode") => vec!["idcode", "year"],
        false => vec!["fcode", "year"],
    };
    let mut rows: Vec<usize> = (0..csv.rows.len())
        .filter(|&i| columns.values().all(|c| c[i].is_some()) && keys.iter().all(|k| k[i].is_some()))
        .collect();
    let effects = |rows: &[usize]| -> Vec<FixedEffect> {
        keys.iter()
            .map(|key| {
                let groups =
                    Groups::from_keys(&rows.iter().map(|&i| key[i].expect("complete").to_bits()).collect::<Vec<_>>());
                FixedEffect::intercepts(groups.codes().to_vec(), groups.count())
            })
            .collect()
    };
    if call.contains("fixef.rm='singletons'") {
        let keep = drop_singletons(&effects(&rows), None);
        rows = rows.iter().zip(keep).filter(|(_, keep)| *keep).map(|(&i, _)| i).collect();
    }
    assert_eq!(rows.len() as u64, case["n"].as_u64().expect("n"), "{}", case["id"]);
    let absorber = Absorber::new(&effects(&rows), None, Settings::default()).expect("effects");
    let take = |name: &String| -> Vec<f64> {
        let mut column: Vec<f64> = rows.iter().map(|&i| columns[name][i].expect("complete")).collect();
        absorber.residualize(&mut [column.as_mut_slice()]).expect("converges");
        column
    };
    let block = |names: &[String]| -> Mat<f64> {
        let columns: Vec<Vec<f64>> = names.iter().map(take).collect();
        Mat::from_fn(rows.len(), names.len(), |i, j| columns[j][i])
    };
    let y = take(&y_name);
    let (d, w, z) = (block(&endog), block(&exog), block(&inst));
    let system = IvSystem::new(&IvData {
        y: &y,
        endog: d.as_ref(),
        exog: w.as_ref(),
        excluded: z.as_ref(),
        weights: None,
        endog_names: &endog,
        exog_names: &exog,
        excluded_names: &inst,
    })
    .expect("identified");
    let clusters = panel_keys
        .iter()
        .map(|name| {
            let key = csv.column(name);
            Groups::from_keys(&rows.iter().map(|&i| key[i].expect("a key").to_bits()).collect::<Vec<_>>())
        })
        .collect();
    Sample { system, clusters }
}

/// The meat of a covariance by its name in the goldens.
fn meat(sample: &Sample, vcov: &str) -> Meat {
    Meat::new(match vcov {
        "cl1" => Structure::Cluster(sample.clusters[..1].to_vec()),
        "cl2" => Structure::Cluster(sample.clusters.clone()),
        _ => Structure::Independent,
    })
}

struct Check<'a> {
    name: String,
    failures: &'a mut Vec<String>,
    checked: usize,
    refused: usize,
}

impl Check<'_> {
    fn number(&mut self, what: &str, got: Option<f64>, want: &Value) {
        // "NA" and missing: no reference.
        let Some(want) = want.as_f64() else { return };
        self.checked += 1;
        let got = got.unwrap_or(f64::NAN);
        if !close(got, want, TOLERANCE, 1e-9) {
            self.failures.push(format!("{} {what}: {got:e} against {want:e}, {:.1e}", self.name, got / want - 1.0));
        }
    }

    fn test(&mut self, what: &str, got: &TestOutcome, want: &Value) {
        let test = got.available();
        if let (TestOutcome::NotAvailable { reason, .. }, true) = (got, self.name.ends_with("cl2") && !want.is_null()) {
            // Two-way covariances of few clusters have negative eigenvalues. ivreg2r solves with them all the same and
            // prints, for one, a Stock-Wright "chi-squared" of -3.99; here they are refused.
            assert!(reason.contains("eigenvalue -"), "{} {what}: {reason}", self.name);
            self.refused += 1;
            return;
        }
        // Tail probabilities follow from the statistic; the distribution is tested elsewhere.
        self.number(&format!("{what} stat"), test.map(|t| t.stat), want.get("stat").unwrap_or(&Value::Null));
        self.number(&format!("{what} df"), test.map(|t| t.df), want.get("df").unwrap_or(&Value::Null));
    }
}

#[test]
fn every_estimator_covariance_and_rule() {
    let Some(folder) = goldens() else { return };
    let (mut failures, mut checked, mut refused) = (Vec::new(), 0, 0);
    for case in read(&folder.join("iv_fe.json")).as_array().expect("cases") {
        let sample = sample(&folder, case);
        let system = &sample.system;
        for (key, want) in case["ivreg2"].as_object().expect("ivreg2") {
            let parts: Vec<&str> = key.split('.').collect();
            let meat = meat(&sample, parts[2]);
            let covariance = if parts[2] == "iid" { MomentCovariance::Iid } else { MomentCovariance::Meat(&meat) };
            let estimator = if parts[1] == "liml" { Estimator::Liml } else { Estimator::TwoStage };
            let dof = IvDof {
                dofminus: want["dofminus"].as_f64().expect("d"),
                sdofminus: want["sdofminus"].as_f64().expect("sd"),
                vcov_extra: 0.0,
                small: parts[0] == "ivreghdfe",
                ..IvDof::default()
            };
            let got = fit(system, estimator, &covariance, &dof, false).expect("identified");
            let d = diagnose(system, &got, &covariance, &dof).expect("supported");
            let mut check =
                Check { name: format!("{} {key}", case["id"]), failures: &mut failures, checked: 0, refused: 0 };
            let names = system.endog_names().iter().chain(system.exog_names());
            for (j, name) in names.enumerate() {
                check.number(&format!("coef {name}"), Some(got.coef[j]), &want["coef"][name]);
                check.number(&format!("se {name}"), Some(got.vcov[(j, j)].sqrt()), &want["se"][name]);
            }
            check.number("rss", Some(got.rss), &want["rss"]);
            check.number("sigma", Some(got.sigma2.sqrt()), &want["sigma"]);
            check.number("lambda", got.kappa_minus_one.map(|e| 1.0 + e), &want["lambda"]);
            let w = &want["diagnostics"];
            check.test("overid", &d.over_id, if d.over_id.available().is_some() { &w["overid"] } else { &Value::Null });
            check.test(
                "underid",
                &d.under_id,
                if w["underid"]["stat"].is_number() { &w["underid"] } else { &Value::Null },
            );
            check.test("weak_id", &d.weak_id, &serde_json::json!({"stat": w["weak_id"]["stat"]}));
            if w["weak_id_robust"]["stat"].is_number() {
                check.test(
                    "weak_id_robust",
                    &d.weak_id_robust,
                    &serde_json::json!({"stat": w["weak_id_robust"]["stat"]}),
                );
            }
            let ar = &w["anderson_rubin"];
            check.number("AR F", d.anderson_rubin.f.available().map(|t| t.stat), &ar["f_stat"]);
            check.number("AR chi2", d.anderson_rubin.chi2.available().map(|t| t.stat), &ar["chi2_stat"]);
            let ar_df2 = if ar["f_stat"].is_number() { &ar["f_df2"] } else { &Value::Null };
            check.number("AR df2", d.anderson_rubin.f.available().and_then(|t| t.df2), ar_df2);
            check.test("stock_wright", &d.stock_wright, &w["stock_wright"]);
            check.test("endogeneity", &d.endogeneity, &w["endogeneity"]);
            for stage in &d.first_stage {
                let f = &want["first_stage"][&stage.endog];
                let stat = |test: &TestOutcome| test.available().map(|t| t.stat);
                check.number("F", stat(&stage.f), &f["f_stat"]);
                check.number("partial R2", Some(stage.partial_r2), &f["partial_r2"]);
                check.number("Shea", Some(stage.shea_r2), &f["shea_partial_r2"]);
                check.number("rmse", Some(stage.rmse), &f["rmse"]);
                check.number("SW F", stat(&stage.sanderson_windmeijer), &f["sw_f"]);
                check.number("AP F", stat(&stage.angrist_pischke), &f["ap_f"]);
                check.number("SW chi2", stat(&stage.sanderson_windmeijer_chi2), &f["sw_chi2"]);
                check.number("AP chi2", stat(&stage.angrist_pischke_chi2), &f["ap_chi2"]);
            }
            let sy = &w["weak_id_sy"];
            if let (Some(types), Some(thresholds)) = (sy["type"].as_array(), sy["threshold"].as_array()) {
                for (i, kind) in types.iter().enumerate() {
                    let percent: u8 =
                        thresholds[i].as_str().expect("5%").trim_end_matches('%').parse().expect("a number");
                    let table = match kind.as_str().expect("a type") {
                        "IV relative bias" => StockYogoTable::TwoStageBias(percent),
                        "IV size" => StockYogoTable::TwoStageSize(percent),
                        "LIML size" => StockYogoTable::LimlSize(percent),
                        other => panic!("unknown table {other}"),
                    };
                    check.number("Stock-Yogo", stock_yogo(table, system.k1(), system.l1()), &sy["critical_value"][i]);
                }
            }
            checked += check.checked;
            refused += check.refused;
        }
    }
    eprintln!("{checked} numbers compared, {refused} tests refused because their covariance is indefinite");
    assert!(checked > 3500, "only {checked} numbers were compared");
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn three_programs_and_the_two_that_are_wrong() {
    let Some(folder) = goldens() else { return };
    let csv = Csv::read(&folder.join("iv_crosscheck_econhdfe_ivreg2r_fixest.csv")).expect("crosscheck");
    let cases = read(&folder.join("iv_fe.json"));
    let mut failures = Vec::new();
    let (mut checked, mut fixest_cd, mut fixest_kp) = (0, 0, 0);
    for row in 0..csv.rows.len() {
        let (id, vcov) = (csv.text(row, "id").to_owned(), csv.text(row, "vce").to_owned());
        // Cases of other files (plain OLS) are not of interest here.
        let Some(case) = cases.as_array().expect("cases").iter().find(|c| c["id"] == id.as_str()) else { continue };
        let sample = sample(&folder, case);
        let cell = |name: &str| csv.number(row, name);
        let meat = meat(&sample, &vcov);
        let robust = MomentCovariance::Meat(&meat);
        let covariance = if vcov == "iid" { MomentCovariance::Iid } else { robust };
        let key = format!("ivreghdfe.2sls.{vcov}");
        let Some(sd) = case["ivreg2"][&key]["sdofminus"].as_f64() else { continue };
        let dof = IvDof { sdofminus: sd, small: true, ..IvDof::default() };
        let got = fit(&sample.system, Estimator::TwoStage, &covariance, &dof, false).expect("identified");
        let d = diagnose(&sample.system, &got, &covariance, &dof).expect("supported");
        let cd = d.weak_id.available().expect("identified").stat;
        let mut check = |what: &str, got: f64, want: Option<f64>| {
            if let Some(want) = want {
                checked += 1;
                if !close(got, want, 1e-7, 1e-9) {
                    failures.push(format!("{id} {vcov} {what}: {got} against {want}"));
                }
            }
        };
        for program in ["b_e", "b_q", "b_f"] {
            check(program, got.coef[0], cell(program));
        }
        // econhdfe counts its own residual degrees of freedom under clustering; iid and HC1 are the same.
        check("se ivreg2r", got.vcov[(0, 0)].sqrt(), cell("se_q"));
        if vcov != "cl1" {
            check("se econhdfe", got.vcov[(0, 0)].sqrt(), cell("se_e"));
            check("se fixest", got.vcov[(0, 0)].sqrt(), cell("se_f"));
            check("CD econhdfe", cd, cell("cd_e"));
            // The absorbed degrees of freedom are missing from fixest's Cragg-Donald: (N-L) for (N-L-K_fe).
            if let Some(wrong) = cell("cd_f") {
                assert!(wrong > cd * 1.05, "{id} {vcov}: fixest {wrong}, right {cd}");
                fixest_cd += 1;
            }
        } else if id != "nlswork_xtivreg_manual" {
            // The rule of reghdfe and fixest counts the constant beside a nested effect.
            let extra = IvDof { vcov_extra: 1.0, ..dof };
            let reghdfe = fit(&sample.system, Estimator::TwoStage, &covariance, &extra, false).expect("identified");
            let two_way = case["fe"].is_array();
            check("se fixest", reghdfe.vcov[(0, 0)].sqrt(), if two_way { cell("se_f") } else { None });
            check("se econhdfe", reghdfe.vcov[(0, 0)].sqrt(), if two_way { cell("se_e") } else { None });
        }
        check("CD ivreg2r", cd, cell("cd_q"));
        // econhdfe always reports the robust rank statistics.
        let robust_dof = IvDof { sdofminus: sd, small: true, ..IvDof::default() };
        let lm = kleibergen_paap_lm(&sample.system, &robust, &robust_dof).expect("supported");
        let f = kleibergen_paap_f(&sample.system, &robust, &robust_dof).expect("supported");
        check("KP LM econhdfe", lm.available().expect("regular").stat, cell("kplm_e"));
        if vcov != "cl1" {
            check("KP F econhdfe", f.available().expect("regular").stat, cell("kpf_e"));
        }
        // fixest's `kpr` is broken (lrberge/fixest issue 161): it need not even be of the right size.
        let broken = csv.text(row, "kpf_f").trim_matches(['[', ']']).parse::<f64>();
        if let (true, Ok(wrong)) = (vcov == "HC1", broken) {
            assert!((wrong / f.available().expect("regular").stat - 1.0).abs() > 1e-3, "{id}: fixest's kpr {wrong}");
            fixest_kp += 1;
        }
    }
    eprintln!(
        "{checked} numbers of three programs; {fixest_cd} Cragg-Donald and {fixest_kp} rank statistics of fixest are wrong"
    );
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
    assert!(fixest_cd > 0);
}

/// The formula of a case in this crate's notation.
fn formula(case: &Value, csv: &Csv) -> String {
    let term = |name: &String| -> String {
        if csv.header.iter().any(|h| h == name) { name.clone() } else { format!("{}^2", name.trim_end_matches('2')) }
    };
    let join = |value: &Value| -> String {
        let terms: Vec<String> = strings(value).iter().map(term).collect();
        if terms.is_empty() { "1".into() } else { terms.join(" + ") }
    };
    let y = case["call"].as_str().expect("call").trim_start_matches("feols(").split(" ~").next().expect("y").to_owned();
    format!(
        "{y} ~ {} | {} | {} ~ {}",
        join(&case["exog"]),
        strings(&case["fe"]).join(" + "),
        join(&case["endog"]),
        join(&case["inst"])
    )
}

#[test]
fn end_to_end_from_a_formula() {
    let Some(folder) = goldens() else { return };
    let mut failures = Vec::new();
    let mut checked = 0;
    for case in read(&folder.join("iv_fe.json")).as_array().expect("cases") {
        let csv = Csv::read(&folder.join(case["data"].as_str().expect("data"))).expect("data file");
        let (entity, time) = match case["data"].as_str() {
            Some("data/crime.csv") => ("county", "year"),
            Some("data/nlswork.csv") => ("idcode", "year"),
            _ => ("fcode", "year"),
        };
        let text = |name: &str| -> Vec<String> { (0..csv.rows.len()).map(|i| csv.text(i, name).to_owned()).collect() };
        let mut builder = Panel::builder(entity, time).keys(text(entity), text(time));
        for name in csv.header.iter().filter(|&h| h != entity && h != time) {
            let column = csv.column(name);
            if column.iter().any(Option::is_some) {
                builder =
                    builder.column(name.clone(), column.iter().map(|v| v.unwrap_or(f64::NAN)).collect::<Vec<f64>>());
            }
        }
        let panel = builder.build().expect("unique keys");
        let formula = formula(case, &csv);
        let keep = case["call"].as_str().expect("call").contains("fixef.rm='none'");
        for (rule, like, set, estimator) in [
            ("ivreghdfe", Like::Ivreghdfe, "ivreg2", Estimator::TwoStage),
            ("ivreghdfe", Like::Ivreghdfe, "ivreg2", Estimator::Liml),
            ("xtivreg2", Like::Xtivreg2, "ivreg2", Estimator::TwoStage),
            ("xtivreg2", Like::Xtivreg2, "ivreg2", Estimator::Liml),
            ("fixest", Like::Fixest, "fixest", Estimator::TwoStage),
        ] {
            for (short, long) in [("iid", "iid"), ("HC1", "hc1"), ("cl1", "cluster"), ("cl2", "cluster2")] {
                let vcov = match long {
                    "cluster" => format!("cluster:{entity}"),
                    "cluster2" => format!("cluster:{entity},{time}"),
                    other => other.to_owned(),
                };
                let want = if set == "fixest" {
                    &case["fixest"][if short == "HC1" { "hetero" } else { short }]
                } else {
                    &case["ivreg2"][format!("{rule}.{estimator}.{short}")]
                };
                if want.is_null() {
                    continue;
                }
                let mut model = Model::new(&formula)
                    .expect("a formula")
                    .vcov(vcov.parse().expect("a covariance"))
                    .like(like)
                    .estimator(estimator);
                if keep {
                    model = model.singletons(panel_fe::Singletons::Keep);
                }
                let name = format!("{} {rule} {short}", case["id"]);
                let estimate = model.fit(&panel).unwrap_or_else(|error| panic!("{name}: {error}"));
                if set == "fixest" {
                    // The same whatever the covariance: it takes errors as iid, and counts absorbed effects in df2.
                    let wh = &want["fitstat"]["wh"];
                    let test = estimate.wu_hausman_test().expect("instruments");
                    let test = test.available().unwrap_or_else(|| panic!("{name}: {test}"));
                    let p = test.p.expect("a probability");
                    let got = [("stat", test.stat), ("df1", test.df), ("df2", test.df2.expect("an F")), ("p", p)];
                    for (what, got) in got {
                        let want = wh[what].as_f64().unwrap_or_else(|| panic!("{name}: no {what}"));
                        checked += 1;
                        if !close(got, want, 1e-7, 1e-300) {
                            failures.push(format!("{name} Wu-Hausman {what}: {got:e} against {want:e}"));
                        }
                    }
                }
                for coefficient in &estimate.coef {
                    let plain = coefficient.name.replace("^2", "2");
                    let key = if set == "fixest"
                        && estimate.iv.as_ref().is_some_and(|iv| iv.endogenous.contains(&coefficient.name))
                    {
                        format!("fit_{plain}")
                    } else {
                        plain
                    };
                    let b = if set == "fixest" { &case["fixest_coef"][&key] } else { &want["coef"][&key] };
                    for (what, got, want) in
                        [("coef", coefficient.estimate, b), ("se", coefficient.se, &want["se"][&key])]
                    {
                        let want = want.as_f64().unwrap_or_else(|| panic!("{name}: no {what} of {key}"));
                        checked += 1;
                        if !close(got, want, 1e-7, 1e-9) {
                            failures.push(format!(
                                "{name} {what} {key}: {got:e} against {want:e}, {:.1e}",
                                got / want - 1.0
                            ));
                        }
                    }
                }
            }
        }
    }
    eprintln!("{checked} numbers from formulas");
    assert!(checked > 1000, "only {checked} numbers were compared");
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}
