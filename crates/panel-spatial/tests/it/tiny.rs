//! Eight units, five periods: every number of `tiny_exact.json`, made in 60-digit arithmetic with explicit dummies
//! (`direct`) and with an orthonormal transformation (`transform`). The data are this project's own.

use crate::support::{approach, close, effects, golden, model, plain, tiny};
use panel_spatial::diagnostics::{LmConvention, LmTests, likelihood_ratio, lm_tests, wald_to_sar, wald_to_sem};
use panel_spatial::{Approach, Effect, Information, Model, SpatialFit, SpatialSpec, fit};
use serde_json::Value;

const TOLERANCE: f64 = 1e-11;

fn number(value: &Value) -> f64 {
    value.as_str().expect("a number as text").parse().expect("a number")
}

fn json() -> Value {
    serde_json::from_str(&std::fs::read_to_string(golden("tiny_exact.json")).expect("the golden file")).expect("valid")
}

#[test]
fn every_estimate() {
    let case = tiny();
    let json = json();
    let mut compared = 0;
    for want in json["estimates"].as_array().expect("a list") {
        let text = |key: &str| want[key].as_str().expect("text");
        let what = format!("{} {} {}", text("model"), text("effects"), text("approach"));
        let spec = SpatialSpec::new(model(text("model")).expect("known")).approach(approach(text("approach")));
        let got = fit(&case.panel, &case.prepared, effects(text("effects")), &spec).expect(&what);
        let mut check = |got: f64, want: &Value, name: &str| {
            close(got, number(want), TOLERANCE, &format!("{what} {name}"));
            compared += 1;
        };
        if got.spec.model != Model::Slx {
            let spatial = got.rho().or(got.lambda()).expect("one of them");
            check(spatial, &want["rho"], "rho");
        }
        check(got.sigma2, &want["sigma2"], "sigma2");
        check(got.loglik.expect("a likelihood"), &want["loglik"], "loglik");
        check(got.ssr, &want["ssr"], "ssr");
        for (i, name) in got.names[..got.regressors()].iter().enumerate() {
            check(got.coefficients[i], &want["coef"][plain(name)], name);
        }
        for (information, key) in [(Information::Expected, "expected"), (Information::Observed, "observed")] {
            let mut got = got.clone();
            got.spec.information = information;
            let rows = want[format!("vcov_{key}")].as_array().expect("a matrix");
            // Zeros and cancelled covariances are held to the scale of their variances.
            for (i, row) in rows.iter().enumerate() {
                for (j, cell) in row.as_array().expect("a row").iter().enumerate() {
                    let v = got.covariance();
                    let scale = (v[(i, i)] * v[(j, j)]).sqrt();
                    let off = (v[(i, j)] - number(cell)).abs() / scale;
                    assert!(off < TOLERANCE, "{what} vcov {key} {i} {j}: {} {}", v[(i, j)], number(cell));
                    compared += 1;
                }
            }
            compared += check_effects(&got, want, key, &what);
        }
    }
    assert!(compared > 3000, "{compared}");
}

fn check_effects(got: &SpatialFit, want: &Value, key: &str, what: &str) -> usize {
    let mut compared = 0;
    for effects in got.effects().expect("effects") {
        for (effect, name) in Effect::ALL.into_iter().zip(["direct", "indirect", "total"]) {
            let (value, want) = (effects.get(effect), &want["impacts"][&effects.name]);
            let what = format!("{what} {key} {} {name}", effects.name);
            let expected = number(&want[name]);
            assert!(
                (value.value - expected).abs() <= TOLERANCE * expected.abs().max(1e-3),
                "{what}: {} {expected}",
                value.value
            );
            let se = number(&want[format!("{name}_se_{key}")]);
            assert!((value.se - se).abs() <= TOLERANCE * se.max(1e-3), "{what} se: {} {se}", value.se);
            compared += 2;
        }
    }
    for (effect, name) in Effect::ALL.into_iter().zip(["direct", "indirect", "total"]) {
        let want = &want["turning_point"][name];
        if want.is_null() {
            continue;
        }
        let turning = got.turning_point("x", "x2", effect, 0.95).expect("a turning point");
        close(turning.estimate.value, number(&want["value"]), TOLERANCE, &format!("{what} {name} turns"));
        close(
            turning.estimate.se,
            number(&want[format!("se_{key}")]),
            TOLERANCE,
            &format!("{what} {name} turns, se {key}"),
        );
        compared += 2;
    }
    compared
}

#[test]
fn the_lee_yu_correction() {
    let case = tiny();
    let mut compared = 0;
    for want in json()["estimates"].as_array().expect("a list") {
        let Some(corrected) = want["lee_yu_corrected"].as_object() else { continue };
        let name = want["model"].as_str().expect("text");
        let spec = SpatialSpec::new(model(name).expect("known")).approach(Approach::Corrected);
        let got = fit(&case.panel, &case.prepared, effects("twoway"), &spec).expect(name);
        for (i, coefficient) in got.names.iter().enumerate() {
            close(got.coefficients[i], number(&corrected[&plain(coefficient)]), TOLERANCE, coefficient);
            compared += 1;
        }
        close(got.sigma2, number(&corrected["sigma2"]), TOLERANCE, "sigma2");
        assert_eq!(got.loglik, None);
    }
    assert_eq!(compared, 4 + 7);
}

#[test]
fn every_test() {
    let case = tiny();
    for want in json()["tests"].as_array().expect("a list") {
        let text = |key: &str| want[key].as_str().expect("text");
        let (fe, how) = (effects(text("effects")), approach(text("approach")));
        let what = format!("{} {}", text("effects"), text("approach"));
        for (durbin, key) in [(false, "lm"), (true, "lm_on_slx")] {
            let got = lm_tests(&case.panel, &case.prepared, fe, how, durbin, LmConvention::Exact).expect(&what);
            let LmTests { lag, error, robust_lag, robust_error, both, information, trace, .. } = got;
            for (value, name) in [
                (lag.statistic, "lml"),
                (error.statistic, "lme"),
                (robust_lag.statistic, "rlml"),
                (robust_error.statistic, "rlme"),
                (both.statistic, "sarma"),
                (information, "J"),
                (trace, "trace"),
            ] {
                close(value, number(&want[key][name]), TOLERANCE, &format!("{what} {key} {name}"));
            }
        }
        let estimate = |model, information| {
            fit(&case.panel, &case.prepared, fe, &SpatialSpec::new(model).approach(how).information(information))
                .expect(&what)
        };
        let sdm = estimate(Model::Sdm, Information::Expected);
        for (small, key) in [(Model::Sar, "lr_sdm_sar"), (Model::Sem, "lr_sdm_sem"), (Model::Slx, "lr_sdm_slx")] {
            let test = likelihood_ratio(&sdm, &estimate(small, Information::Expected)).expect(&what);
            let want = number(&want[key]);
            // A difference of two log-likelihoods, each good to 1e-13.
            assert!(
                (test.statistic - want).abs() < TOLERANCE * want.abs().max(1.0),
                "{what} {key} {} {want}",
                test.statistic
            );
            assert_eq!(test.df, if small == Model::Slx { 1 } else { 3 });
        }
        for (information, key) in [(Information::Expected, "expected"), (Information::Observed, "observed")] {
            let sdm = estimate(Model::Sdm, information);
            let sar = wald_to_sar(&sdm).expect(&what);
            close(
                sar.statistic,
                number(&want[format!("wald_sdm_sar_{key}")]),
                TOLERANCE,
                &format!("{what} wald sar {key}"),
            );
            let sem = wald_to_sem(&sdm).expect(&what);
            close(
                sem.statistic,
                number(&want[format!("wald_sdm_sem_{key}")]),
                TOLERANCE,
                &format!("{what} wald sem {key}"),
            );
        }
    }
}
