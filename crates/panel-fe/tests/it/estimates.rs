//! Estimates as a whole: Stata's xtreg, properties, bad input.

use crate::fixest_ols::panel;
use crate::golden_files::{Csv, goldens};
use panel_core::Panel;
use panel_fe::{Error, Like, Model, Options, fit, fit_many};
use serde_json::Value;

fn grunfeld() -> Panel {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/grunfeld.csv");
    panel(&Csv::read(&path).expect("in the crate"), "firm", "year")
}

fn near(got: f64, want: f64, tolerance: f64, what: &str) {
    assert!((got - want).abs() <= tolerance * want.abs(), "{what}: {got} against {want}");
}

/// R fixest 0.14.2: feols(inv ~ value + capital | firm + year), vcov "iid", "hetero", ~firm, ~firm + year, NW(1), DK(1)
/// are in ols_fixest.json; a few are repeated here so that a clone alone is tested.
#[test]
fn grunfeld_two_way() {
    let estimate = fit(&grunfeld(), "inv ~ value + capital | firm + year", &Options::default(), None).expect("fits");
    let value = estimate.coefficient("value").expect("there");
    near(value.estimate, 0.117_715_855_082_606, 1e-12, "value");
    near(estimate.coefficient("capital").expect("there").estimate, 0.357_916_273_073_428, 1e-12, "capital");
    near(value.se, 0.013_751_283_003_648_2, 1e-11, "iid");
    near(value.p, 6.652_575_211_250_77e-15, 1e-9, "p");
    near(estimate.r2.overall, 0.951_693_399_681_222, 1e-12, "R2");
    near(estimate.r2.within.expect("absorbed"), 0.720_145_212_924_406, 1e-12, "within");
    near(estimate.r2.adjusted, 0.943_118_263_529_96, 1e-12, "adjusted");
    assert_eq!((estimate.n_obs, estimate.n_entities, estimate.df_t), (200, 10, 169.0));
    let hc1 = estimate.with_vcov(&"hc1".parse().expect("known"), Like::Reghdfe).expect("hc1");
    near(hc1.coefficient("value").expect("there").se, 0.019_179_920_521_311_6, 1e-11, "hc1");
    let text = estimate.to_string();
    assert!(text.contains("200 observations, 10 entities, 20 periods") && text.contains("value"), "{text}");
}

/// Stata's xtreg, fe (vce conventional, robust and cluster) on linearmodels' simulated panel.
#[test]
fn stata_xtreg_fe() {
    let Some(folder) = goldens() else { return };
    let text =
        std::fs::read_to_string(folder.join("stata_linearmodels/stata-panel-simulated-results.json")).expect("there");
    let cases: Value = serde_json::from_str(&text).expect("json");
    let simulated =
        panel(&Csv::read(&folder.join("stata_linearmodels/simulated-panel.csv")).expect("there"), "firm", "time");
    let mut compared = 0;
    for (name, case) in cases.as_object().expect("cases") {
        let parts: Vec<&str> = name.split('-').collect();
        if parts[0] != "fixed_effect" {
            continue;
        }
        let suffix = parts[3];
        let x: Vec<String> = (1..=5).map(|j| format!("x{j}{suffix}")).collect();
        let formula = format!("y{suffix} ~ {} | firm", x.join(" + "));
        let vcov = if parts[1] == "conventional" { "iid" } else { "cluster:firm" };
        let mut options = Options { like: Like::Xtreg, vcov: vcov.parse().expect("known"), ..Options::default() };
        options.singletons = panel_fe::Singletons::Keep;
        if parts[2] == "weighted" {
            options.weights = Some(panel_fe::Weights { column: "w".into(), kind: panel_fe::WeightKind::Analytic });
        }
        let estimate = fit(&simulated, &formula, &options, None).expect("fits");
        let stats = &case["stats"];
        let stat = |name: &str, place: usize| stats[name][place].as_f64();
        assert_eq!(Some(estimate.n_obs as f64), stat("N", 0), "{name}");
        for x in &x {
            let row = estimate.coefficient(x).expect("there");
            near(row.estimate, stat(x, 0).expect("b"), 1e-9, &format!("{name} {x}"));
            near(row.t, stat(x, 1).expect("t"), 1e-8, &format!("{name} {x} t"));
            compared += 2;
        }
        near(estimate.ssr, stat("rss", 0).expect("rss"), 1e-8, &format!("{name} rss"));
        near(estimate.r2.within_entity.expect("entity"), stat("r2_w", 0).expect("r2"), 1e-8, &format!("{name} within"));
        near(estimate.r2.adjusted, stat("r2_a", 0).expect("r2_a"), 1e-7, &format!("{name} adjusted"));
        near(estimate.rmse, stat("rmse", 0).expect("rmse"), 1e-8, &format!("{name} rmse"));
        near(estimate.wald.available().expect("F").stat, stat("F", 0).expect("F"), 1e-7, &format!("{name} F"));
        compared += 5;
    }
    assert!(compared > 200, "only {compared}");
}

#[test]
fn xtreg_refuses_hc1() {
    let options = Options { like: Like::Xtreg, vcov: "hc1".parse().expect("known"), ..Options::default() };
    let error = fit(&grunfeld(), "inv ~ value | firm", &options, None).expect_err("refused");
    assert!(error.to_string().contains("clusters by panel"), "{error}");
}

/// Frisch, Waugh and Lovell: a control may be partialled out first.
#[test]
fn frisch_waugh_lovell_and_units() {
    let mut data = grunfeld();
    let full = fit(&data, "inv ~ value + capital | firm + year", &Options::default(), None).expect("fits");
    let y = fit(&data, "inv ~ capital | firm + year", &Options::default(), None).expect("fits").residuals().to_vec();
    let x = fit(&data, "value ~ capital | firm + year", &Options::default(), None).expect("fits").residuals().to_vec();
    data.set("ry", y).expect("length");
    data.set("rx", x).expect("length");
    let partial = fit(&data, "ry ~ 0 + rx", &Options::default(), None).expect("fits");
    near(partial.estimates[0], full.estimates[0], 1e-12, "FWL");
    let scaled: Vec<f64> = data.float("value").expect("there").iter().map(|v| v * 1e6).collect();
    data.set("value", scaled).expect("length");
    let other = fit(&data, "inv ~ value + capital | firm + year", &Options::default(), None).expect("fits");
    near(other.estimates[0] * 1e6, full.estimates[0], 1e-12, "units");
    near(other.coef[1].t, full.coef[1].t, 1e-11, "t");
}

#[test]
fn dummies_equal_absorption_and_effects_add_up() {
    let mut data = grunfeld();
    for firm in 2..=10 {
        let dummy: Vec<f64> = data.entity_of_row().iter().map(|&e| f64::from(u8::from(e + 1 == firm))).collect();
        data.set(format!("f{firm}"), dummy).expect("length");
    }
    let names: Vec<String> = (2..=10).map(|firm| format!("f{firm}")).collect();
    let absorbed = fit(&data, "inv ~ value + capital | firm", &Options::default(), None).expect("fits");
    let formula = format!("inv ~ value + capital + {}", names.join(" + "));
    let dummies = fit(&data, &formula, &Options::default(), None).expect("fits");
    for name in ["value", "capital"] {
        let (a, b) = (absorbed.coefficient(name).expect("there"), dummies.coefficient(name).expect("there"));
        near(a.estimate, b.estimate, 1e-11, name);
        near(a.se, b.se, 1e-10, name);
    }
    for hc in ["hc2", "hc3"] {
        let vcov = hc.parse().expect("known");
        let a = absorbed.with_vcov(&vcov, Like::Fixest).expect("leverage");
        let b = dummies.with_vcov(&vcov, Like::Fixest).expect("leverage");
        near(a.coef[0].se, b.coefficient("value").expect("there").se, 1e-10, hc);
    }
    let effects = &absorbed.fixed_effects().expect("recovered")[0].levels;
    let constant = dummies.coefficient("(Intercept)").expect("there").estimate;
    near(effects[0], constant, 1e-9, "first firm");
    near(effects[4], constant + dummies.coefficient("f5").expect("there").estimate, 1e-9, "fifth firm");
    let two_way = fit(&data, "inv ~ value + capital | firm + year", &Options::default(), None).expect("fits");
    let levels = two_way.fixed_effects().expect("recovered");
    for (row, sum) in two_way.effect_sum().iter().enumerate() {
        let frame = two_way.frame();
        let total: f64 = (0..2).map(|f| levels[f].levels[frame.effects[f].codes[row] as usize]).sum();
        assert!((total - sum).abs() < 1e-8, "{total} against {sum}");
    }
    let influence = absorbed.influence().expect("leverage");
    near(influence.iter().map(|i| i.leverage).sum(), 12.0, 1e-12, "trace");
    assert!(absorbed.variance_inflation().expect("ols").iter().all(|v| v.factor >= 1.0));
}

#[test]
fn several_at_once_equal_one_by_one() {
    let data = grunfeld();
    let formulas =
        ["inv ~ value | firm + year", "inv ~ value + capital | firm + year", "value ~ capital | firm + year"];
    let together = fit_many(&data, &formulas, &Options::default(), None).expect("fits");
    for (formula, joint) in formulas.iter().zip(&together) {
        let alone = fit(&data, formula, &Options::default(), None).expect("fits");
        assert_eq!(alone.coef, joint.coef, "{formula}");
    }
    assert!(matches!(
        fit_many(&data, &["inv ~ value | firm", "inv ~ value | year"], &Options::default(), None),
        Err(Error::Specification(_))
    ));
}

#[test]
fn collinear_missing_and_singleton_rows_are_reported() {
    let mut data = grunfeld();
    let mut value = data.float("value").expect("there").to_vec();
    let twice: Vec<f64> = value.iter().map(|v| 2.0 * v + 1.0).collect();
    let size: Vec<f64> = data.entity_of_row().iter().map(|&e| f64::from(e) * 0.3).collect();
    data.set("twice", twice).expect("length");
    data.set("size", size).expect("length");
    let estimate =
        fit(&data, "inv ~ value + twice + size + capital | firm + year", &Options::default(), None).expect("fits");
    assert_eq!(estimate.names, ["value", "capital"]);
    let dropped: Vec<&str> = estimate.dropped.iter().map(|dropped| dropped.name.as_str()).collect();
    assert_eq!(dropped, ["twice", "size"]);
    value[3] = f64::NAN;
    data.set("value", value).expect("length");
    // Of firm 2 one row is inside the mask.
    let mask: Vec<bool> = (0..200).map(|row| !(20..40).contains(&row) || row == 25).collect();
    let estimate = fit(&data, "inv ~ value | firm + year", &Options::default(), Some(&mask)).expect("fits");
    assert_eq!((estimate.n_missing, estimate.n_singletons, estimate.n_obs, estimate.n_entities), (1, 1, 179, 9));
    assert!(!estimate.esample(200)[25] && !estimate.esample(200)[3] && estimate.esample(200)[0]);
}

#[test]
fn bad_requests_are_errors() {
    let mut data = grunfeld();
    let fails = |data: &Panel, formula: &str, vcov: &str| -> String {
        let options = Options { vcov: vcov.parse().expect("known"), ..Options::default() };
        fit(data, formula, &options, None).expect_err(formula).to_string()
    };
    assert!(fails(&data, "inv ~ valeu | firm", "iid").contains("did you mean `value`"));
    assert!(fails(&data, "inv ~ value | frim", "iid").contains("did you mean"));
    assert!(fails(&data, "inv ~ value | firm", "cluster:nothing").contains("nothing"));
    assert!(fails(&data, "inv ~ value", "conley:100").contains("lat"));
    let none = vec![false; 200];
    assert!(matches!(fit(&data, "inv ~ value", &Options::default(), Some(&none)), Err(Error::NoObservations(_))));
    let mut value = data.float("value").expect("there").to_vec();
    value[7] = f64::INFINITY;
    data.set("value", value).expect("length");
    let message = fails(&data, "inv ~ value | firm", "iid");
    assert!(message.contains("entity `1`, time `1942`, column `value`"), "{message}");
    assert!(Model::new("inv ~").is_err());
}

#[test]
fn frequency_weights_repeat_rows() {
    let data = grunfeld();
    let n = data.n_rows();
    let times: Vec<f64> = (0..n).map(|row| 1.0 + (row % 3) as f64).collect();
    let mut weighted = data.clone();
    weighted.set("times", times.clone()).expect("length");
    let rows: Vec<usize> = (0..n).flat_map(|row| std::iter::repeat_n(row, times[row] as usize)).collect();
    let keys: Vec<String> = (0..rows.len()).map(|i| i.to_string()).collect();
    let firm: Vec<f64> = rows.iter().map(|&row| f64::from(data.entity_of_row()[row])).collect();
    let mut repeated = Panel::builder("row", "none").keys(keys, vec!["0"; rows.len()]).column("firm", firm);
    for name in ["inv", "value", "capital"] {
        let values = data.float(name).expect("there");
        repeated = repeated.column(name, rows.iter().map(|&row| values[row]).collect::<Vec<f64>>());
    }
    let repeated = repeated.build().expect("unique");
    for vcov in ["iid", "hc1", "cluster:firm"] {
        let vcov: panel_fe::Vcov = vcov.parse().expect("known");
        let mut options = Options { vcov: vcov.clone(), ..Options::default() };
        let long = fit(&repeated, "inv ~ value + capital | firm", &options, None).expect("fits");
        let kind = panel_fe::WeightKind::Frequency;
        options.weights = Some(panel_fe::Weights { column: "times".into(), kind });
        let short = fit(&weighted, "inv ~ value + capital | firm", &options, None).expect("fits");
        assert_eq!(short.n_obs, long.n_obs);
        near(short.estimates[0], long.estimates[0], 1e-11, "b");
        near(short.coef[0].se, long.coef[0].se, 1e-10, &vcov.to_string());
    }
}

/// Importance weights enter as they are: analytic ones are the same but for their scale.
#[test]
fn importance_weights_are_used_as_they_are() {
    let mut data = grunfeld();
    let w: Vec<f64> = (0..200).map(|i| 0.5 + f64::from(i % 9)).collect();
    let total: f64 = w.iter().sum();
    data.set("w", w).expect("length");
    let run = |kind: panel_fe::WeightKind, vcov: &str| {
        let model = Model::new("inv ~ value + capital | firm + year").expect("valid").weights_of_kind("w", kind);
        model.vcov(vcov.parse().expect("known")).fit(&data).expect("fits")
    };
    for vcov in ["iid", "hc1", "cluster:firm"] {
        let (analytic, importance) =
            (run(panel_fe::WeightKind::Analytic, vcov), run(panel_fe::WeightKind::Importance, vcov));
        assert_eq!(importance.n_obs, 200);
        for (a, b) in analytic.coef.iter().zip(&importance.coef) {
            near(b.estimate, a.estimate, 1e-11, vcov);
            near(b.se, a.se, 1e-10, vcov);
        }
        near(importance.ssr, analytic.ssr * total / 200.0, 1e-11, "ssr");
    }
}
