//! Columns and rows that say nothing new change nothing: multiples of instruments, the order of effects, levels without
//! complete rows, clusters.

use panel_core::{Panel, TextColumn};
use panel_fe::diagnostics::wooldridge;
use panel_fe::{Estimate, Options, TestOutcome, fit};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Forty entities over eight years, a region, two instruments and their multiple, an endogenous d.
fn panel() -> Panel {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut keys, mut columns): (Vec<(String, String)>, Vec<Vec<f64>>) = (Vec::new(), vec![Vec::new(); 8]);
    for entity in 0..40 {
        for year in 2000..2008 {
            let [z, q, h, u, e, x]: [f64; 6] = std::array::from_fn(|_| rng.random::<f64>() - 0.5);
            let d = 0.4 * z + 0.5 * q + 0.3 * h + u + 0.3 * e;
            let y = d + u + 0.5 * x + f64::from(entity % 7) + 0.2 * f64::from(year - 2000) * f64::from(entity % 2);
            keys.push((format!("e{entity}"), year.to_string()));
            let row = [y, d, z, 2.0 * z, q, h, x, f64::from(entity % 3)];
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
    }
    let (entities, times): (Vec<String>, Vec<String>) = keys.into_iter().unzip();
    let codes: Vec<f64> = columns[7].iter().map(|region| 123_456_789_012_345_680.0 + 32.0 * region).collect();
    let mut builder = Panel::builder("id", "year").keys(entities, times);
    for (name, column) in ["y", "d", "z", "z2", "q", "h", "x", "region"].into_iter().zip(columns) {
        builder = builder.column(name, column);
    }
    let texts: Vec<Option<String>> = codes.iter().map(|code| Some(format!("{code}"))).collect();
    builder.column("code", codes).column("code_text", TextColumn::new(&texts)).build().expect("a panel")
}

fn estimate(formula: &str, options: &str) -> Estimate {
    let options: Options = serde_json::from_str(options).expect("options");
    fit(&panel(), formula, &options, None).expect("fits")
}

fn near(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-10 * b.abs(), "{what}: {a}, {b}");
}

#[test]
fn a_multiple_of_an_instrument_takes_no_other_away() {
    let robust = r#"{ "vcov": "cluster:id" }"#;
    let plain = estimate("y ~ x | id | d ~ z + q + h", robust);
    for instruments in ["z + z2 + q + h", "q + z + h + z2", "z2 + z + q + h"] {
        let other = estimate(&format!("y ~ x | id | d ~ {instruments}"), robust);
        for (a, b) in other.coef.iter().zip(&plain.coef) {
            near(a.estimate, b.estimate, instruments);
            near(a.se, b.se, instruments);
        }
        let number = |estimate: &Estimate, test: fn(&panel_fe::IvResult) -> &TestOutcome| {
            test(estimate.iv.as_ref().expect("instruments")).available().expect("computed").stat
        };
        for test in [
            (|iv| &iv.diagnostics.weak_id) as fn(&panel_fe::IvResult) -> &TestOutcome,
            |iv| &iv.diagnostics.weak_id_robust,
            |iv| &iv.diagnostics.over_id,
            |iv| &iv.diagnostics.under_id,
            |iv| &iv.diagnostics.anderson_rubin.f,
        ] {
            near(number(&other, test), number(&plain, test), instruments);
        }
        let left_out: Vec<&str> = other.dropped.iter().map(|dropped| dropped.name.as_str()).collect();
        assert_eq!(left_out, [if instruments.starts_with("z2") { "z" } else { "z2" }], "{instruments}");
    }
}

#[test]
fn a_zero_difference_among_regressors_takes_no_other_away() {
    let panel = panel();
    let x = |names: &[&str]| {
        let columns: Vec<&[f64]> = names.iter().map(|name| panel.float(name).expect("there")).collect();
        faer::Mat::from_fn(panel.n_rows(), names.len(), |i, j| columns[j][i])
    };
    let y = panel.float("y").expect("there");
    let times: Vec<i64> = panel.time_of_row().iter().map(|time| i64::from(*time)).collect();
    let test = |names: &[&str]| {
        let outcome = wooldridge(y, x(names).as_ref(), panel.entity_of_row(), &times).expect("computed");
        outcome.available().expect("there").stat
    };
    // A region does not change, so that its difference is zero.
    let plain = test(&["d", "x", "q"]);
    for names in [&["region", "d", "x", "q"][..], &["d", "region", "x", "q"], &["d", "d", "x", "region", "q"]] {
        near(test(names), plain, &names.join(" "));
    }
}

#[test]
fn levels_are_those_of_complete_rows() {
    let lagged = estimate("y ~ x + lag(x) + i(year) | id", "{}");
    let names: Vec<&str> = lagged.coef.iter().map(|row| row.name.as_str()).collect();
    // 2000 has no lag: 2001 is the year that the others are compared with.
    let expected: Vec<String> = (2002..2008).map(|year| format!("year::{year}")).collect();
    assert_eq!(names[2..], expected.iter().map(String::as_str).collect::<Vec<_>>()[..]);
    assert!(lagged.dropped.is_empty(), "{:?}", lagged.dropped);
    let reference = fit(&panel(), "y ~ lag(x) + i(year, ref = 2000) | id", &Options::default(), None).unwrap_err();
    assert!(reference.to_string().contains("has no level `2000` in the sample"), "{reference}");
}

#[test]
fn coefficients_of_fuller_do_not_depend_on_the_covariance() {
    let coefficient = |vcov: &str, like: &str| {
        let options = format!(r#"{{ "vcov": "{vcov}", "estimator": "fuller:4", "like": "{like}" }}"#);
        estimate("y ~ x | id + year | d ~ z + q + h", &options).coef[0].estimate
    };
    for like in ["reghdfe", "fixest", "ivreghdfe"] {
        let iid = coefficient("iid", like);
        for vcov in ["hc1", "cluster:id", "cluster:year", "cluster:id,year"] {
            near(coefficient(vcov, like), iid, vcov);
        }
    }
}

#[test]
fn codes_that_doubles_do_not_tell_apart_are_no_keys() {
    for (formula, options) in
        [("y ~ x | code", "{}"), ("y ~ x | id", r#"{ "vcov": "cluster:code" }"#), ("y ~ x | code^year", "{}")]
    {
        let options: Options = serde_json::from_str(options).expect("options");
        let refused = fit(&panel(), formula, &options, None).unwrap_err().to_string();
        assert!(
            refused.contains("`code` holds numbers of 16 digits") && refused.contains("text = [\"code\"]"),
            "{refused}"
        );
    }
    assert_eq!(estimate("y ~ x | code_text", "{}").n_obs, 320);
}

#[test]
fn a_first_stage_that_fits_perfectly_has_no_statistic() {
    for options in ["{}", r#"{ "vcov": "cluster:id" }"#] {
        let estimate = estimate("y ~ x | id | z2 ~ z + q", options);
        let tests = &estimate.iv.as_ref().expect("instruments").diagnostics;
        // For iid errors the robust statistic is the other one.
        let robust = (options != "{}").then_some(&tests.weak_id_robust);
        for test in [&tests.weak_id, &tests.first_stage[0].f].into_iter().chain(robust) {
            let TestOutcome::NotAvailable { reason, .. } = test else { panic!("{test}") };
            assert!(reason.contains("fits perfectly but for rounding"), "{reason}");
        }
        assert!(estimate.coef.iter().all(|row| row.se > 0.0));
    }
}
