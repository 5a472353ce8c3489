//! U test, turning points and Fieller sets against R `utest` 0.3.0, `mratios` 1.4.4 and `car` 3.1.1.

use crate::golden_files::{close, goldens};
use faer::{Mat, MatRef};
use panel_core::distribution::t_critical;
use panel_fe::coefficients::Coefficients;
use panel_fe::turning_point::{FiellerSet, fieller};
use panel_fe::utest::{Curve, Shape, UTest, UTestProblem, utest_of};
use proptest::prelude::*;
use serde_json::Value;

/// The problem in one line.
fn utest(
    linear: f64,
    curved: f64,
    covariance: MatRef<'_, f64>,
    interval: (f64, f64),
    df: f64,
    curve: Curve,
) -> panel_fe::Result<UTest> {
    panel_fe::utest::utest(&UTestProblem { linear, curved, covariance, interval, df, curve, level: 0.95 })
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("an array").iter().map(|v| v.as_f64().expect("a number")).collect()
}

#[test]
fn every_case_agrees_with_r() {
    let Some(folder) = goldens() else { return };
    let text = std::fs::read_to_string(folder.join("utest.json")).expect("utest.json");
    let cases: Value = serde_json::from_str(&text).expect("json");
    let (mut checked, mut kinds) = (0, [0; 3]);
    for case in cases.as_array().expect("cases") {
        let b: Vec<f64> = case["b"].as_object().expect("b").values().map(|v| v.as_f64().expect("number")).collect();
        let df = case["df_residual"].as_f64().expect("df");
        for (kind, r) in case["res"].as_object().expect("res") {
            let name = format!("{} {kind}", case["id"]);
            let rows: Vec<Vec<f64>> = r["V"].as_array().expect("V").iter().map(numbers).collect();
            let v = Mat::from_fn(2, 2, |i, j| rows[i][j]);
            let interval = numbers(&r["interval"]);
            let got = utest(b[0], b[1], v.as_ref(), (interval[0], interval[1]), df, Curve::Quadratic).expect("valid");
            for (end, (slope, (t, p))) in got
                .ends
                .iter()
                .zip(numbers(&r["slope"]).iter().zip(numbers(&r["t"]).iter().zip(numbers(&r["p_onesided"]).iter())))
            {
                assert!(close(end.slope, *slope, 1e-9, 0.0), "{name}: slope {} against {slope}", end.slope);
                assert!(close(end.t, *t, 1e-8, 0.0), "{name}: t {} against {t}", end.t);
                assert!(close(end.p, *p, 1e-7, 0.0), "{name}: p {} against {p}", end.p);
            }
            let method = r["method"].as_str().expect("method");
            assert_eq!(got.shape == Shape::InverseU, method.contains("inverted"), "{name}");
            if r["utest_stat"].is_null() || r["utest_stat"].is_string() {
                assert!(got.overall.available().is_none(), "{name}");
            } else {
                let overall = got.overall.available().expect("computed");
                assert!(close(overall.stat, r["utest_stat"].as_f64().expect("stat"), 1e-8, 0.0), "{name}");
                assert!(close(overall.p.expect("p"), r["utest_p"].as_f64().expect("p"), 1e-7, 0.0), "{name}");
            }
            let point = got.turning_point.expect("a squared term");
            assert!(close(point.estimate.value, r["turning_point"].as_f64().expect("tp"), 1e-9, 0.0), "{name}");
            assert!(close(point.estimate.se, r["turning_point_delta_se"].as_f64().expect("se"), 1e-8, 0.0), "{name}");
            for (key, set) in r["fieller"].as_object().expect("fieller") {
                let level: f64 = key.trim_start_matches('l').parse().expect("level");
                let interval = (interval[0], interval[1]);
                let (linear, curved, covariance, curve) = (b[0], b[1], v.as_ref(), Curve::Quadratic);
                let problem = UTestProblem { linear, curved, covariance, interval, df, curve, level };
                let got =
                    panel_fe::utest::utest(&problem).expect("valid").turning_point.expect("a squared term").fieller;
                checked += 1;
                let critical = t_critical(level, df);
                match got {
                    FiellerSet::Interval { low, high } => {
                        kinds[0] += 1;
                        assert_eq!(set["NSD"], Value::Bool(false), "{name} {key}");
                        let ci = numbers(&set["ci"]);
                        assert!(
                            close(low, ci[0], 1e-8, 0.0) && close(high, ci[1], 1e-8, 0.0),
                            "{name} {key}: {got:?} {ci:?}"
                        );
                    }
                    FiellerSet::Complement { low, high } => {
                        kinds[1] += 1;
                        // mratios gives no ends; they solve |b1 + 2 b2 x| = T se.
                        assert_eq!(set["NSD"], Value::Bool(true), "{name} {key}");
                        for x in [low, high] {
                            let h = 2.0 * x;
                            let se = (v[(0, 0)] + h * h * v[(1, 1)] + 2.0 * h * v[(0, 1)]).sqrt();
                            assert!(close((b[0] + h * b[1]).abs() / se, critical, 1e-8, 0.0), "{name} {key}");
                        }
                        assert!(low < high && got.contains(point.estimate.value) && !got.contains(0.5 * (low + high)));
                    }
                    FiellerSet::WholeLine => {
                        kinds[2] += 1;
                        assert_eq!(set["NSD"], Value::Bool(true), "{name} {key}");
                        assert!(b[0].abs() < critical * v[(0, 0)].sqrt() || b[1].abs() < critical * v[(1, 1)].sqrt());
                    }
                    other => panic!("{name} {key}: {other}"),
                }
            }
        }
    }
    eprintln!("{checked} Fieller sets: {} intervals, {} complements, {} whole lines", kinds[0], kinds[1], kinds[2]);
    assert!(kinds.iter().all(|&k| k > 0), "all three cases must occur: {kinds:?}");
}

// R 4.x, utest 0.3.0 and mratios 1.4.4 on lm(lwage ~ educ + exper + expersq, wooldridge::wage1): the first case above,
// for a clone without the shared folder.
#[test]
fn wages_peak_at_twenty_nine_years_of_experience() {
    let v = Mat::from_fn(2, 2, |i, j| {
        [[2.70038052059677e-05, -5.75863266708161e-07], [-5.75863266708161e-07, 1.34013731257519e-08]][i][j]
    });
    let names = vec!["exper".to_owned(), "exper^2".to_owned()];
    let estimates = [0.0410088754866257, -0.000713558158929773];
    let coefficients = Coefficients::new(&names, &estimates, v.as_ref(), 522.0);
    let got = utest_of(&coefficients, "exper", "exper^2", (1.0, 51.0), Curve::Quadratic, 0.95).expect("valid");
    let overall = got.overall.available().expect("computed");
    assert_eq!(got.shape, Shape::InverseU);
    assert!(close(overall.stat, 4.54120957763034, 1e-9, 0.0));
    assert!(close(overall.p.expect("p"), 3.47611207191414e-06, 1e-8, 0.0));
    let point = got.turning_point.expect("a squared term");
    assert!(close(point.estimate.value, 28.7354821561656, 1e-12, 0.0));
    assert!(close(point.estimate.se, 1.57878801504363, 1e-9, 0.0));
    let FiellerSet::Interval { low, high } = point.fieller else { panic!("{:?}", point.fieller) };
    assert!(close(low, 26.1819034920046, 1e-9, 0.0) && close(high, 32.9285398727157, 1e-9, 0.0));
    let unknown =
        utest_of(&coefficients, "exper", "expersq", (1.0, 51.0), Curve::Quadratic, 0.95).expect_err("unknown");
    assert!(unknown.to_string().contains("expersq") && unknown.to_string().contains("exper, exper^2"), "{unknown}");
}

#[test]
fn the_inverse_form_has_its_extremum_at_the_root_of_the_ratio() {
    // b1 x + b2/x with b1 = 2, b2 = 8: minimum at 2.
    let v = Mat::from_fn(2, 2, |i, j| if i == j { 0.01 } else { 0.002 });
    let got = utest(2.0, 8.0, v.as_ref(), (0.5, 10.0), f64::INFINITY, Curve::Inverse).expect("valid");
    assert_eq!(got.shape, Shape::U);
    assert!((got.ends[0].slope - (2.0 - 8.0 / 0.25)).abs() < 1e-12 && (got.ends[1].slope - 1.92).abs() < 1e-12);
    let point = got.turning_point.expect("positive ratio");
    assert!((point.estimate.value - 2.0).abs() < 1e-12);
    let FiellerSet::Interval { low, high } = point.fieller else { panic!("{:?}", point.fieller) };
    assert!(low < 2.0 && 2.0 < high);
    let none = utest(2.0, -8.0, v.as_ref(), (0.5, 10.0), f64::INFINITY, Curve::Inverse).expect("valid");
    assert!(none.turning_point.is_err() && none.overall.available().is_none());
    assert!(utest(2.0, 8.0, v.as_ref(), (-1.0, 1.0), 10.0, Curve::Inverse).is_err());
    assert!(utest(2.0, 8.0, v.as_ref(), (1.0, 1.0), 10.0, Curve::Quadratic).is_err());
}

proptest! {
    /// A Fieller set is the inversion of a t test: r is inside exactly when a − rc does not differ from zero.
    #[test]
    fn fieller_inverts_the_t_test(
        a in -5.0_f64..5.0, c in -5.0_f64..5.0, sa in 0.01_f64..3.0, sc in 0.01_f64..3.0,
        rho in -0.95_f64..0.95, r in -20.0_f64..20.0,
    ) {
        let (saa, scc, sac) = (sa * sa, sc * sc, rho * sa * sc);
        let set = fieller(a, c, saa, sac, scc, 2.0);
        let t = (a - r * c).abs() / (saa - 2.0 * r * sac + r * r * scc).sqrt();
        prop_assume!((t - 2.0).abs() > 1e-6);
        prop_assert_eq!(set.contains(r), t < 2.0);
    }

    /// Units do not matter: x in other units gives the same test and a rescaled turning point.
    #[test]
    fn the_test_is_invariant_to_units(
        b1 in -2.0_f64..2.0, b2 in -2.0_f64..2.0, scale in 0.01_f64..100.0,
        v1 in 0.01_f64..1.0, v2 in 0.01_f64..1.0, rho in -0.9_f64..0.9,
    ) {
        prop_assume!(b2.abs() > 1e-3);
        let cov = rho * (v1 * v2).sqrt();
        let v = Mat::from_fn(2, 2, |i, j| if i != j { cov } else if i == 0 { v1 } else { v2 });
        // x' = scale·x: b1' = b1/scale, b2' = b2/scale².
        let w = Mat::from_fn(2, 2, |i, j| v[(i, j)] / scale.powi(2 + i as i32 + j as i32));
        let one = utest(b1, b2, v.as_ref(), (-1.0, 3.0), 50.0, Curve::Quadratic).expect("valid");
        let two = utest(b1 / scale, b2 / scale.powi(2), w.as_ref(), (-scale, 3.0 * scale), 50.0, Curve::Quadratic).expect("valid");
        prop_assert!((one.ends[0].t - two.ends[0].t).abs() <= 1e-9 * one.ends[0].t.abs().max(1.0));
        let (p, q) = (one.turning_point.expect("squared"), two.turning_point.expect("squared"));
        prop_assert!((p.estimate.value * scale - q.estimate.value).abs() <= 1e-9 * q.estimate.value.abs().max(1e-9));
        prop_assert!((p.estimate.se * scale - q.estimate.se).abs() <= 1e-9 * q.estimate.se.abs());
    }
}
