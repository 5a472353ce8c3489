//! Numbers that must not be wrong in silence. The tables of `tests/cases` were made for this; where a value is compared,
//! it comes from the dummy-variable regression solved with 60 digits (Python 3, mpmath 1.3.0), with the multiplier of the
//! program named.

use crate::fixest_ols::panel;
use crate::golden_files::{Csv, close};
use panel_core::Panel;
use panel_fe::iv::{Estimator, StockYogoTable};
use panel_fe::utest::Curve;
use panel_fe::weights::WeightKind;
use panel_fe::{Estimate, Like, Model, NoStandardError, Singletons, TestOutcome, TestStat, Vcov};
use std::path::Path;

const EVERY: [Like; 5] = [Like::Reghdfe, Like::Fixest, Like::Xtreg, Like::Ivreghdfe, Like::Xtivreg2];

fn table(name: &str, entity: &str, time: &str) -> Panel {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cases/{name}.csv"));
    panel(&Csv::read(&path).expect("in the crate"), entity, time)
}

fn fit(data: &Panel, formula: &str, vcov: &str, like: Like) -> Estimate {
    let vcov: Vcov = vcov.parse().expect("known");
    Model::new(formula).expect("a formula").vcov(vcov).like(like).fit(data).expect("fits")
}

fn remarks(estimate: &Estimate, code: &str) -> String {
    let all = estimate.diagnostics.iter().filter(|diagnostic| diagnostic.code == code);
    all.map(|diagnostic| diagnostic.message.clone()).collect::<Vec<_>>().join("\n")
}

/// No standard error, and nothing that would follow from one.
fn assert_none(estimate: &Estimate, reason: NoStandardError) {
    for row in &estimate.coef {
        assert_eq!(row.unavailable, Some(reason), "{row:?}");
        let parts = [row.se, row.t, row.p, row.ci_low, row.ci_high];
        assert!(parts.iter().all(|value| value.is_nan()) && row.estimate.is_finite(), "{row:?}");
    }
    assert!(matches!(estimate.wald, TestOutcome::NotAvailable { .. }), "{}", estimate.wald);
    assert!(estimate.to_string().contains("no standard error"), "{estimate}");
}

#[test]
fn a_negative_variance_is_no_standard_error() {
    for (file, formula, b) in [
        ("negative_variance", "y ~ 1 | id + t | d ~ z", 0.422_661_315_220_747_1),
        ("negative_variance_ols", "y ~ x | id + t", 0.821_314_370_257_242_4),
    ] {
        let data = table(file, "id", "t");
        for like in EVERY {
            let estimate = fit(&data, formula, "cluster:id,t", like);
            assert!(close(estimate.coef[0].estimate, b, 1e-13, 0.0), "{like}");
            let repaired = !matches!(like, Like::Ivreghdfe | Like::Xtivreg2);
            assert_none(&estimate, if repaired { NoStandardError::Repaired } else { NoStandardError::Negative });
            assert_eq!(remarks(&estimate, "vcov-not-positive").is_empty(), !repaired, "{like}");
            let message = remarks(&estimate, "no-standard-error");
            assert!(message.contains("variance is negative"), "{like}: {message}");
            let v = estimate.vcov[(0, 0)];
            match like {
                Like::Fixest => assert!((v - 1e-16).abs() < 1e-30, "{v:e}"),
                _ if repaired => assert_eq!(v, 0.0),
                _ => assert!(v < 0.0, "{v}"),
            }
            let tested = estimate.wald_test(&[&*estimate.names[0]]).expect("a name");
            assert!(tested.available().is_none(), "{like}: {tested}");
        }
    }
}

#[test]
fn a_first_stage_has_its_own_variance() {
    // The first stage of the same table has a positive variance, .0463579 before the multiplier.
    let data = table("negative_variance", "id", "t");
    let estimate = fit(&data, "y ~ 1 | id + t | d ~ z", "cluster:id,t", Like::Xtivreg2);
    let iv = estimate.iv.as_ref().expect("iv");
    let coefficient = &iv.diagnostics.first_stage[0].instruments[0];
    assert!(close(coefficient.estimate, 1.021_229_637_414_608_5, 1e-12, 0.0));
    assert!(coefficient.unavailable.is_none() && coefficient.se > 0.0);
    // The regression of the other table as a first stage: its variance is negative, so is that of its F.
    let mut data = table("negative_variance_ols", "id", "t");
    let outcome: Vec<f64> =
        data.float("y").expect("there").iter().enumerate().map(|(i, y)| y + (i % 4) as f64).collect();
    data.set("outcome", outcome).expect("length");
    let estimate = fit(&data, "outcome ~ 1 | id + t | y ~ x", "cluster:id,t", Like::Ivreghdfe);
    let diagnostics = &estimate.iv.as_ref().expect("iv").diagnostics;
    let coefficient = &diagnostics.first_stage[0].instruments[0];
    assert!(close(coefficient.estimate, 0.821_314_370_257_242_4, 1e-12, 0.0));
    assert_eq!(coefficient.unavailable, Some(NoStandardError::Negative));
    assert!(coefficient.se.is_nan());
    for test in [&diagnostics.first_stage[0].f, &diagnostics.weak_id_robust] {
        assert!(test.available().is_none() && test.to_string().contains("not positive"), "{test}");
    }
    assert!(remarks(&estimate, "weak-instruments").contains("cannot be told"), "{estimate}");
}

#[test]
fn a_repair_does_not_depend_on_units() {
    // reghdfe 6 repairs standardised regressors: .160078, .193860, whatever the unit of x2; fixest's depend on it.
    let data = table("psd_units", "id", "t");
    let se = |formula: &str, like: Like| {
        let estimate = fit(&data, formula, "cluster:id,t", like);
        assert!(!remarks(&estimate, "vcov-not-positive").is_empty());
        (estimate.coef[0].se, estimate.coef[1].se)
    };
    let (one, two) = (se("y ~ x1 + x2 | id + t", Like::Reghdfe), se("y ~ x1 + x2k | id + t", Like::Reghdfe));
    assert!(close(one.0, 0.160_078_161_659_384_3, 1e-10, 0.0), "{one:?}");
    assert!(close(one.1, 0.193_859_928_313_382_8, 1e-10, 0.0), "{one:?}");
    assert!(close(two.0, one.0, 1e-10, 0.0) && close(1000.0 * two.1, one.1, 1e-10, 0.0), "{one:?} {two:?}");
    let raw = se("y ~ x1 + x2 | id + t", Like::Fixest);
    assert!(close(raw.0, 0.162_565_247_110_310_5, 1e-7, 0.0) && close(raw.1, 0.191_604_405_860_369_95, 1e-7, 0.0));
}

#[test]
fn every_key_counts_its_own_clusters() {
    let estimate = fit(&table("cluster_counts", "row", "t"), "y ~ x", "cluster:g,h", Like::Reghdfe);
    let counts: Vec<(&str, usize)> = estimate.clusters.iter().map(|c| (c.key.as_str(), c.groups)).collect();
    assert_eq!(counts, [("g", 5), ("h", 11)]);
    assert_eq!(estimate.small_sample.groups, Some(5));
    assert!(estimate.to_string().contains("(g 5, h 11)"), "{estimate}");
}

#[test]
fn importance_weights_leave_r_squared_alone() {
    let data = table("iv_importance_r2", "row", "t");
    for (formula, r2) in [("y ~ 1 | 0 | d ~ z", 0.250_493_914_047_890_8), ("y ~ d", 0.343_275_808_253_229_4)] {
        for kind in [WeightKind::Analytic, WeightKind::Importance] {
            let estimate = Model::new(formula).expect("a formula").weights_of_kind("w", kind).fit(&data).expect("fits");
            assert!(close(estimate.r2.overall, r2, 1e-12, 0.0), "{formula} {kind}: {}", estimate.r2.overall);
            let adjusted = 1.0 - (1.0 - r2) * 49.0 / 48.0;
            assert!(close(estimate.r2.adjusted, adjusted, 1e-12, 0.0), "{formula} {kind}");
            if let Some(iv) = &estimate.iv {
                let b = estimate.coefficient("d").expect("there").estimate;
                assert!(close(b, 0.273_352_048_925_440_46, 1e-12, 0.0), "{kind}: {b} {}", iv.fit.rss);
            }
        }
    }
}

#[test]
fn slopes_that_do_not_vary_are_not_charged() {
    // reghdfe, dof(continuous): twelve slopes, of which seven vary.
    let data = table("slope_dof", "id", "t");
    let estimate = fit(&data, "y ~ x | id[z]", "iid", Like::Reghdfe);
    assert!(close(estimate.coef[0].estimate, 0.612_250_131_404_034_3, 1e-12, 0.0));
    assert!(close(estimate.coef[0].se, 0.120_329_009_460_346_16, 1e-12, 0.0), "{}", estimate.coef[0].se);
    assert_eq!((estimate.df_t, estimate.dof.absorbed.terms[0].idle_slopes), (76.0, 5));
    assert_eq!(fit(&data, "y ~ x | id[z]", "iid", Like::Fixest).df_t, 71.0);
    // Nested in the clusters, intercepts are free and slopes are not: one constant, seven slopes, x.
    let clustered = fit(&data, "y ~ x | id[z]", "cluster:id", Like::Reghdfe);
    assert_eq!(clustered.small_sample.k_star, 9);
    // A row alone in its level has no slope to be charged for.
    let mut more = Panel::builder("id", "t");
    let ids: Vec<String> = (0..96).map(|row| data.entity_label(row).to_owned()).chain(["alone".to_owned()]).collect();
    let times: Vec<String> = (0..96).map(|row| data.time_label(row).to_owned()).chain(["0".to_owned()]).collect();
    more = more.keys(ids, times);
    for name in ["x", "y", "z"] {
        let values: Vec<f64> = data.float(name).expect("there").iter().copied().chain([0.5]).collect();
        more = more.column(name, values);
    }
    let kept = Model::new("y ~ x | id[z]").expect("a formula").singletons(Singletons::Keep);
    let kept = kept.fit(&more.build().expect("a panel")).expect("fits");
    assert_eq!(kept.df_t, 76.0);
    assert!(close(kept.coef[0].se, 0.120_329_009_460_346_16, 1e-12, 0.0));
}

#[test]
fn mobility_groups_in_the_fit_of_reghdfe() {
    // used_df_r = N - df_m - df_a - df_a_nested: two groups of firms and years count without clusters only.
    let data = table("disconnected", "id", "t");
    for (vcov, rmse, adjusted) in [
        ("iid", 0.931_075_134_329_888_5, 0.437_999_066_877_023_7),
        ("cluster:id", 0.959_730_281_057_070_6, 0.402_874_008_556_837_73),
    ] {
        let estimate = fit(&data, "y ~ x | id + t", vcov, Like::Reghdfe);
        assert!(close(estimate.rmse, rmse, 1e-12, 0.0), "{vcov}: {}", estimate.rmse);
        assert!(close(estimate.r2.adjusted, adjusted, 1e-12, 0.0), "{vcov}: {}", estimate.r2.adjusted);
    }
}

#[test]
fn trends_far_from_zero_are_trends() {
    let mut data = table("slopes_dropped", "id", "time");
    for (name, source) in [("sq", "day"), ("sq0", "day0")] {
        let squares: Vec<f64> = data.float(source).expect("there").iter().map(|v| v * v).collect();
        data.set(name, squares).expect("length");
    }
    for formula in ["y ~ x | id[day, sq]", "y ~ x | id[day0, sq0]"] {
        let estimate = fit(&data, formula, "iid", Like::Reghdfe);
        assert!(close(estimate.coef[0].estimate, 0.164_183_483_585_575_3, 1e-9, 0.0), "{formula}: {estimate}");
        assert!(close(estimate.coef[0].se, 0.175_084_391_506_138_64, 1e-9, 0.0), "{formula}: {estimate}");
        assert_eq!(estimate.dof.absorbed.rank, 60, "{formula}");
        assert!((estimate.coef[0].estimate / 0.164_183_483_585_575_3 - 1.0).abs() <= estimate.error_bound, "{formula}");
    }
}

fn grunfeld() -> Panel {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/grunfeld.csv");
    let mut data = panel(&Csv::read(&path).expect("in the crate"), "firm", "year");
    let far: Vec<f64> = data.float("value").expect("there").iter().map(|v| 1.6e12 + (1000.0 * v).round()).collect();
    let near: Vec<f64> = data.float("value").expect("there").iter().map(|v| (1000.0 * v).round() / 1000.0).collect();
    data.set("ms", far).expect("length");
    data.set("v", near).expect("length");
    for (name, source) in [("z", "value"), ("zz", "capital")] {
        let lagged = data.lag(data.float(source).expect("there"), 1).expect("a lag");
        data.set(name, lagged).expect("length");
    }
    data
}

#[test]
fn powers_far_from_zero_keep_their_digits() {
    let data = grunfeld();
    for (rest, vcov) in [("| firm + year", "cluster:firm"), ("| firm", "iid"), ("", "hc1")] {
        let near = fit(&data, &format!("inv ~ v + v^2 + capital + v:capital {rest}"), vcov, Like::Reghdfe);
        let far = fit(&data, &format!("inv ~ ms + ms^2 + capital + ms:capital {rest}"), vcov, Like::Reghdfe);
        let (a, b) = (near.coefficient("v^2").expect("there"), far.coefficient("ms^2").expect("there"));
        assert!(close(b.estimate * 1e6, a.estimate, 1e-9, 0.0), "{rest}: {b:?} {a:?}");
        assert!(close(b.t, a.t, 1e-9, 0.0) && close(far.r2.overall, near.r2.overall, 1e-10, 0.0), "{rest}");
        assert!(close(far.wald.available().expect("F").stat, near.wald.available().expect("F").stat, 1e-8, 0.0));
        let plain = fit(&data, &format!("inv ~ v + v^2 {rest}"), vcov, Like::Reghdfe);
        let curve = fit(&data, &format!("inv ~ ms + ms^2 {rest}"), vcov, Like::Reghdfe);
        let one = plain.utest("v", "v^2", Curve::Quadratic, 0.95).expect("a curve");
        let other = curve.utest("ms", "ms^2", Curve::Quadratic, 0.95).expect("a curve");
        for (one, other) in one.ends.iter().zip(&other.ends) {
            assert!(close(other.t, one.t, 1e-8, 0.0) && close(other.slope * 1000.0, one.slope, 1e-8, 0.0), "{rest}");
        }
        let (one, other) = (one.turning_point.expect("a point"), other.turning_point.expect("a point"));
        assert!(close((other.estimate.value - 1.6e12) / 1000.0, one.estimate.value, 1e-6, 1.0), "{rest}");
        assert!(close(other.estimate.se / 1000.0, one.estimate.se, 1e-7, 0.0), "{rest}");
        assert!(remarks(&curve, "precision").is_empty(), "{rest}: {curve}");
    }
    // A square without its line, and instruments.
    let near = fit(&data, "inv ~ v^2 | firm", "iid", Like::Reghdfe);
    let far = fit(&data, "inv ~ ms^2 | firm", "iid", Like::Reghdfe);
    assert!(far.coef[0].t.is_finite() && near.coef[0].t.is_finite());
    let near = fit(&data, "inv ~ 1 | firm | v + v^2 ~ z + z^2 + zz", "iid", Like::Ivreghdfe);
    let far = fit(&data, "inv ~ 1 | firm | ms + ms^2 ~ z + z^2 + zz", "iid", Like::Ivreghdfe);
    assert!(close(far.coef[1].estimate * 1e6, near.coef[1].estimate, 1e-7, 0.0), "{far}\n{near}");
    assert!(close(far.coef[1].t, near.coef[1].t, 1e-7, 0.0));
}

#[test]
fn lags_beyond_the_sample_are_refused() {
    let data = table("negative_variance_ols", "id", "t");
    for vcov in ["dk:5", "nw:5", "dk:1000000000", "nw:1000000000"] {
        let error = Model::new("y ~ x | id").expect("a formula").vcov(vcov.parse().expect("known")).fit(&data);
        let error = error.map(|_| ()).expect_err(vcov).to_string();
        assert!(error.contains("spans 5 periods of `t`: expected at most 4"), "{vcov}: {error}");
    }
    assert!(fit(&data, "y ~ x | id", "dk:4", Like::Reghdfe).coef[0].se > 0.0);
}

#[test]
fn responses_of_which_nothing_is_left() {
    let data = table("y_explained_by_fe", "id", "t");
    for vcov in ["iid", "hc1", "cluster:id"] {
        let estimate = fit(&data, "y ~ x | id + t", vcov, Like::Reghdfe);
        assert_none(&estimate, NoStandardError::Explained);
        assert!(remarks(&estimate, "response-explained").contains("the fixed effects explain `y`"), "{vcov}");
    }
    let mut data = table("negative_variance_ols", "id", "t");
    let twice: Vec<f64> = data.float("x").expect("there").iter().map(|x| 3.0 - 2.0 * x).collect();
    data.set("twice", twice).expect("length");
    for formula in ["twice ~ x", "twice ~ x | id", "twice ~ 1 | id | x ~ y"] {
        let estimate = fit(&data, formula, "hc1", Like::Reghdfe);
        assert_none(&estimate, NoStandardError::PerfectFit);
        assert!(remarks(&estimate, "perfect-fit").contains("`twice` is perfect"), "{formula}");
        assert!(close(estimate.coefficient("x").expect("there").estimate, -2.0, 1e-12, 0.0));
    }
}

#[test]
fn the_response_does_not_explain_itself() {
    for (formula, what) in [
        ("y ~ y", "a regressor"),
        ("y ~ x + y | id", "a regressor"),
        ("y ~ 1 | id | y ~ x", "endogenous"),
        ("y ~ 1 | id | x ~ y", "an instrument"),
    ] {
        let error = Model::new(formula).expect_err(formula).to_string();
        assert!(error.contains(&format!("`y` is the response, it cannot be {what}, too")), "{formula}: {error}");
    }
    let mut data = table("negative_variance_ols", "id", "t");
    let copy = data.float("y").expect("there").to_vec();
    data.set("copy", copy).expect("length");
    for formula in ["y ~ copy", "y ~ x + copy | id", "y ~ 1 | id | copy ~ x", "y ~ 1 | id | x ~ copy"] {
        let error = Model::new(formula).expect("a formula").fit(&data).map(|_| ()).expect_err(formula).to_string();
        assert!(error.contains("`copy` is a copy of the response `y`"), "{formula}: {error}");
    }
}

#[test]
fn a_curve_of_two_values() {
    let data = table("utest_binary", "id", "t");
    let estimate = fit(&data, "y ~ x + x^2 | id", "iid", Like::Reghdfe);
    let error = estimate.utest("x", "x^2", Curve::Quadratic, 0.95).expect_err("two values").to_string();
    assert!(error.contains("`x^2` was left out") && error.contains("`x` takes two values"), "{error}");
}

#[test]
fn sizes_that_squares_do_not_hold() {
    let mut data = table("negative_variance_ols", "id", "t");
    let scaled =
        |name: &str, factor: f64| -> Vec<f64> { data.float(name).expect("there").iter().map(|v| v * factor).collect() };
    let (tiny, huge) = (scaled("y", 1e-307), scaled("x", 1e200));
    let weights: Vec<f64> = (0..data.n_rows()).map(|row| 1e307 * (1.0 + (row % 3) as f64)).collect();
    let modest: Vec<f64> = (0..data.n_rows()).map(|row| 1.0 + (row % 3) as f64).collect();
    for (name, values) in [("tiny", tiny), ("huge", huge), ("w", weights), ("v", modest)] {
        data.set(name, values).expect("length");
    }
    let refused =
        |formula: &str| Model::new(formula).expect("a formula").fit(&data).map(|_| ()).expect_err(formula).to_string();
    for formula in ["tiny ~ x | id", "y ~ tiny | id"] {
        let error = refused(formula);
        assert!(error.contains("`tiny` is too small to be squared"), "{error}");
    }
    assert!(refused("y ~ huge | id").contains("`huge` is too large to be squared"));
    let weighted = |column: &str, kind: WeightKind| {
        Model::new("y ~ x | id").expect("a formula").weights_of_kind(column, kind).fit(&data)
    };
    let large = weighted("w", WeightKind::Analytic).expect("fits");
    let small = weighted("v", WeightKind::Analytic).expect("fits");
    assert!(close(large.coef[0].estimate, small.coef[0].estimate, 1e-12, 0.0));
    assert!(close(large.coef[0].se, small.coef[0].se, 1e-12, 0.0));
    for (kind, says) in [(WeightKind::Importance, "an importance weight between"), (WeightKind::Frequency, "frequency")]
    {
        let error = weighted("w", kind).map(|_| ()).expect_err("too large").to_string();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn weak_instruments_are_judged_by_the_statistic_that_fits() {
    let data = grunfeld();
    let iid = fit(&data, "inv ~ 1 | firm | capital ~ z + zz", "iid", Like::Ivreghdfe);
    let robust = fit(&data, "inv ~ 1 | firm | capital ~ z + zz", "cluster:firm", Like::Ivreghdfe);
    let name = |estimate: &Estimate| {
        let iv = estimate.iv.as_ref().expect("iv");
        iv.diagnostics.weak_identification().name().to_owned()
    };
    assert_eq!((name(&iid).as_str(), name(&robust).as_str()), ("Cragg-Donald Wald F", "Kleibergen-Paap rk Wald F"));
    let text = robust.to_string();
    let (kp, cd) = (text.find("Kleibergen-Paap rk Wald F"), text.find("Cragg-Donald Wald F"));
    assert!(kp < cd && text.contains("Hansen J"), "{text}");
}

/// Either statistic counts as weak below its limit, not at it; that of the effective F is its value for a bias of 10 %.
#[test]
fn weakness_begins_below_the_limit() {
    let estimate = fit(&grunfeld(), "inv ~ 1 | firm | capital ~ z + zz", "cluster:firm", Like::Ivreghdfe);
    let diagnostics = estimate.iv.expect("iv").diagnostics;
    let remark_at = |kleibergen_paap: f64, effective: f64| {
        let mut diagnostics = diagnostics.clone();
        let test =
            |name: &str, stat: f64| TestStat::tabulated(name, "the instruments are weak", stat, 2.0, None).into();
        diagnostics.weak_id_robust = test("Kleibergen-Paap rk Wald F", kleibergen_paap);
        let f = diagnostics.effective_f.as_mut().expect("one endogenous");
        f.test = test("effective F", effective);
        f.critical = vec![(0.05, 30.0), (0.10, 20.0), (0.20, 15.0)];
        diagnostics.weak_instruments().map(|remark| remark.message)
    };
    assert_eq!((remark_at(19.93, 20.0), remark_at(25.0, 25.0)), (None, None));
    let weak = remark_at(19.92, 20.0).expect("a remark");
    assert!(weak.contains("Kleibergen-Paap rk F 19.92, below 19.93") && !weak.contains("effective"), "{weak}");
    let biased = remark_at(19.93, 19.99).expect("a remark");
    assert!(biased.contains("effective F 19.99, below 20.00") && !biased.contains("Kleibergen"), "{biased}");
}

/// Stock and Yogo (2005), one endogenous regressor and two instruments: 19.93 for a size of 10 % of 2SLS, 8.68 of LIML.
#[test]
fn weak_instruments_are_judged_by_the_table_of_their_estimator() {
    let data = grunfeld();
    let mut remarked = 0;
    for (estimator, critical) in [
        (Estimator::TwoStage, Some(19.93)),
        (Estimator::Gmm2s, Some(19.93)),
        (Estimator::Liml, Some(8.68)),
        (Estimator::Fuller(4.0), None),
        (Estimator::KClass(0.9), None),
    ] {
        for vcov in ["iid", "cluster:firm"] {
            let formula = Model::new("inv ~ 1 | firm + year | v ~ z + zz").expect("a formula").estimator(estimator);
            let estimate = formula.vcov(vcov.parse().expect("known")).fit(&data).expect("fits");
            let diagnostics = &estimate.iv.as_ref().expect("iv").diagnostics;
            assert_eq!(diagnostics.critical_value().map(|(_, value)| value), critical, "{estimator}");
            let stat = diagnostics.weak_identification().available().expect("computed").stat;
            let message = remarks(&estimate, "weak-instruments");
            let limit = critical.unwrap_or(10.0);
            assert_eq!(
                message.contains(&format!("below {limit:.2}")),
                stat < limit,
                "{estimator}, {vcov}: {stat} {message}"
            );
            if critical != Some(19.93) {
                assert!(!message.contains("19.93") && !message.contains("effective F"), "{estimator}: {message}");
            }
            remarked += usize::from(stat < 19.93);
        }
    }
    assert!(remarked > 0, "no column tells the tables apart");
    let fuller = Model::new("inv ~ 1 | firm | v ~ z + zz").expect("a formula").estimator(Estimator::Fuller(1.0));
    let estimate = fuller.fit(&data).expect("fits");
    let critical = estimate.iv.as_ref().expect("iv").diagnostics.critical_value();
    // Their table 3 for two instruments.
    assert_eq!(critical, Some((StockYogoTable::FullerRelativeBias(10), 10.89)));
}
