//! R 4.2.2 on Grunfeld's firms (`tests/golden/r.R`): leverage and influence, HC2 and HC3 (sandwich 3.0.2), variance
//! inflation and linear hypotheses (car 3.1.1), instruments (AER 1.2.10), Pesaran's CD (plm 2.6.2). R has the effects as
//! dummies.

use crate::fixest_ols::panel;
use crate::golden_files::{Csv, close};
use panel_core::Panel;
use panel_fe::diagnostics::pesaran_cd;
use panel_fe::{Estimate, Like, Model, TestOutcome, Vcov, WeightKind};
use serde_json::Value;
use std::path::Path;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn r() -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder().join("r.json")).expect("in the crate")).expect("json")
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(all) => all.iter().map(|v| v.as_f64().expect("a number")).collect(),
        one => vec![one.as_f64().expect("a number")],
    }
}

/// The weights of `r.R`.
fn grunfeld() -> Panel {
    let csv = Csv::read(&folder().join("grunfeld.csv")).expect("in the crate");
    let mut data = panel(&csv, "firm", "year");
    let n = data.n_rows();
    let analytic = (1..=n).map(|i| 0.5 + ((i * 37) % 11) as f64 / 7.0).collect::<Vec<f64>>();
    let frequency = (1..=n).map(|i| 1.0 + ((i * 5) % 3) as f64).collect::<Vec<f64>>();
    data.set("w", analytic).expect("length");
    data.set("f", frequency).expect("length");
    data
}

fn all_close(what: &str, got: impl IntoIterator<Item = f64>, want: &Value) {
    let want = numbers(want);
    let got: Vec<f64> = got.into_iter().take(want.len()).collect();
    assert_eq!(got.len(), want.len(), "{what}");
    for (i, (got, want)) in got.iter().zip(&want).enumerate() {
        assert!(close(*got, *want, 1e-9, 1e-6), "{what}[{i}]: {got} against {want}");
    }
}

#[test]
fn leverage_influence_and_leverage_adjusted_errors() {
    let (data, r) = (grunfeld(), r());
    let firms = "inv ~ value + capital | firm";
    for (case, formula, weights) in [
        ("firm_year", "inv ~ value + capital | firm + year", None),
        ("weighted", firms, Some(("w", WeightKind::Analytic))),
        ("frequency", firms, Some(("f", WeightKind::Frequency))),
    ] {
        let mut model = Model::new(formula).expect("a formula");
        if let Some((column, kind)) = weights {
            model = model.weights_of_kind(column, kind);
        }
        let estimate = model.fit(&data).expect("fits");
        let influence = estimate.influence().expect("leverages");
        let want = &r[case];
        all_close(&format!("{case} hat"), influence.iter().map(|i| i.leverage), &want["hat"]);
        all_close(&format!("{case} rstandard"), influence.iter().map(|i| i.studentized), &want["rstandard"]);
        all_close(&format!("{case} cook"), influence.iter().map(|i| i.cook), &want["cook"]);
        for vcov in [Vcov::Hc2, Vcov::Hc3] {
            let name = vcov.to_string();
            let adjusted = estimate.with_vcov(&vcov, Like::Reghdfe).expect("leverages");
            all_close(&format!("{case} {name}"), adjusted.coef.iter().map(|row| row.se), &want[&name]);
        }
    }
}

#[test]
fn variance_inflation_is_cars() {
    let (data, r) = (grunfeld(), r());
    let factors = |model: Model| -> Vec<f64> {
        let estimate = model.fit(&data).expect("fits");
        estimate.variance_inflation().expect("least squares").iter().map(|v| v.factor).collect()
    };
    let model = || Model::new("inv ~ value + capital").expect("a formula");
    all_close("vif", factors(model()), &r["vif"]);
    all_close("weighted vif", factors(model().weights("w")), &r["vif_weighted"]);
}

fn f(outcome: &TestOutcome) -> [f64; 4] {
    let test = outcome.available().unwrap_or_else(|| panic!("{outcome}"));
    [test.stat, test.df, test.df2.expect("an F"), test.p.expect("a probability")]
}

#[test]
fn linear_hypotheses_are_cars() {
    let (data, r) = (grunfeld(), r());
    let fit = |vcov: Vcov| -> Estimate {
        let model = Model::new("inv ~ value + capital | firm + year").expect("a formula");
        model.vcov(vcov).fit(&data).expect("fits")
    };
    let (iid, hc3) = (fit(Vcov::Iid), fit(Vcov::Hc3));
    all_close("iid", f(&iid.wald_test(&["value", "capital"]).expect("known")), &r["wald_iid"]);
    all_close("hc3", f(&hc3.wald_test(&["value", "capital"]).expect("known")), &r["wald_hc3"]);
    let half = iid.wald_restrictions(&[(vec![("value", 1.0), ("capital", -0.5)], 0.0)]).expect("known");
    let [stat, _, _, p] = f(&half);
    all_close("value = capital / 2", [stat, p], &r["restriction"]);
    assert!(iid.wald_test(&["size"]).is_err());
}

/// As many restrictions as clusters: V has a lower rank than it needs, and an F from it would be rounding.
#[test]
fn more_restrictions_than_clusters_is_no_test() {
    let mut data = grunfeld();
    let n = data.n_rows();
    for power in 2..=5 {
        let values: Vec<f64> = (0..n).map(|i| ((i * power * 13) % 31) as f64).collect();
        data.set(format!("z{power}"), values).expect("length");
    }
    data.set("half", (0..n).map(|i| f64::from(u8::from(i < n / 2))).collect::<Vec<f64>>()).expect("length");
    let model = Model::new("inv ~ value + capital + z2 + z3 + z4 + z5").expect("a formula");
    let estimate = model.vcov(Vcov::cluster("half")).fit(&data).expect("fits");
    for names in [&["value", "capital"][..], &["value", "capital", "z2"], &["z2", "z3", "z4", "z5"]] {
        let test = estimate.wald_test(names).expect("known");
        assert!(test.available().is_none(), "{test}");
    }
    assert!(estimate.wald.available().is_none());
    assert!(estimate.wald_test(&["value"]).expect("known").available().is_some());
}

#[test]
fn two_endogenous_regressors_with_effects_are_aers() {
    let (mut data, r) = (grunfeld(), r());
    for (name, source, lag) in [("v1", "value", 1), ("c1", "capital", 1), ("v2", "value", 2)] {
        let lagged = data.lag(data.float(source).expect("there"), lag).expect("a lag");
        data.set(name, lagged).expect("length");
    }
    let model = Model::new("inv ~ 1 | firm | value + capital ~ v1 + c1 + v2").expect("a formula");
    let estimate = model.like(Like::Ivreghdfe).fit(&data).expect("fits");
    all_close("coef", estimate.estimates.iter().copied(), &r["iv"]["coef"]);
    all_close("se", estimate.coef.iter().map(|row| row.se), &r["iv"]["se"]);
    let [stat, df1, df2, p] = f(&estimate.wu_hausman_test().expect("instruments"));
    all_close("Wu-Hausman", [df1, df2, stat, p], &r["iv"]["wu_hausman"]);
    let iv = estimate.iv.as_ref().expect("instruments");
    let sargan = iv.diagnostics.over_id.available().expect("over-identified");
    // AER divides by σ² = u'u/N of the equation with dummies.
    all_close("Sargan", [sargan.df, sargan.stat, sargan.p.expect("a probability")], &r["iv"]["sargan"]);
}

#[test]
fn cross_sectional_dependence_is_plms() {
    let (data, r) = (grunfeld(), r());
    let estimate = Model::new("inv ~ value + capital | firm").expect("a formula").fit(&data).expect("fits");
    let codes = |period: bool| (0..200).map(|i| if period { i % 20 } else { i / 20 }).collect::<Vec<u32>>();
    let cd = pesaran_cd(estimate.residuals(), &codes(false), &codes(true)).expect("lengths");
    let test = cd.test.available().expect("available");
    all_close("CD", [test.stat, test.p.expect("a probability")], &r["pcdtest"]);
}

/// With the regressor as its own instrument, two-stage least squares is least squares, whatever the covariance and the
/// rule, multipliers and degrees of freedom included.
#[test]
fn an_instrument_that_is_the_regressor_gives_least_squares() {
    let mut data = grunfeld();
    let own = data.float("value").expect("there").to_vec();
    data.set("z", own).expect("length");
    let fit = |formula: &str, vcov: &str, like: Like| {
        let model = Model::new(formula).expect("a formula").vcov(vcov.parse().expect("known")).like(like);
        model.fit(&data).unwrap_or_else(|error| panic!("{formula} {vcov} {like}: {error}"))
    };
    for like in [Like::Reghdfe, Like::Fixest, Like::Ivreghdfe, Like::Xtivreg2] {
        for vcov in ["iid", "hc1", "cluster:firm", "cluster:firm,year", "nw:2", "dk:2"] {
            let ols = fit("inv ~ capital + value | firm + year", vcov, like);
            let iv = fit("inv ~ capital | firm + year | value ~ z", vcov, like);
            for row in &ols.coef {
                let other = iv.coefficient(&row.name).expect("there");
                assert!(close(other.estimate, row.estimate, 1e-10, 0.0), "{like} {vcov} {}", row.name);
                assert!(close(other.se, row.se, 1e-9, 0.0), "{like} {vcov} {}: {} {}", row.name, other.se, row.se);
                assert!(close(other.p, row.p, 1e-7, 1e-300), "{like} {vcov} {}", row.name);
            }
            assert!(close(iv.small_sample.multiplier, ols.small_sample.multiplier, 1e-12, 0.0), "{like} {vcov}");
        }
    }
}
