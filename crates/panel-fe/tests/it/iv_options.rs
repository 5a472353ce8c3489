//! LIML, Fuller, k-class and two-step GMM through `Options`, with and without absorbed effects.

use crate::fixest_ols::panel;
use crate::golden_files::{Csv, close, goldens};
use panel_core::Panel;
use panel_fe::iv::Estimator;
use panel_fe::{Error, Estimate, Like, Model, Singletons, Vcov};
use std::path::Path;

fn grunfeld() -> Panel {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/grunfeld.csv");
    panel(&Csv::read(&path).expect("in the crate"), "firm", "year")
}

fn fit(data: &Panel, formula: &str, estimator: &str, vcov: &str) -> Estimate {
    Model::new(formula)
        .expect("a formula")
        .estimator(estimator.parse().expect("known"))
        .vcov(vcov.parse().expect("known"))
        .like(Like::Ivreghdfe)
        .singletons(Singletons::Keep)
        .fit(data)
        .unwrap_or_else(|error| panic!("{formula}, {estimator}, {vcov}: {error}"))
}

/// Card's (1995) wages, one row a person.
pub fn card(folder: &Path) -> Panel {
    let csv = Csv::read(&folder.join("card_data.csv")).expect("data");
    let ids: Vec<String> = (0..csv.rows.len()).map(|row| row.to_string()).collect();
    let mut builder = Panel::builder("row", "t").keys(ids.clone(), vec!["1".to_owned(); ids.len()]);
    for name in
        ["lwage", "exper", "expersq", "black", "south", "educ", "nearc2", "nearc4", "smsa", "smsa66", "age", "weight"]
    {
        // Stata exported single-precision variables at eight digits.
        let values: Vec<f64> = csv.column(name).iter().map(|v| v.map_or(f64::NAN, |v| f64::from(v as f32))).collect();
        builder = builder.column(name, values);
    }
    builder.build().expect("unique")
}

/// Stata's `ivreg2 lwage exper expersq black south (educ = nearc2 nearc4), small` with the estimator and covariance.
#[test]
fn stata_agrees_from_a_formula() {
    let Some(folder) = goldens().map(|g| g.join("stata_ivreg2r")) else { return };
    let card = card(&folder);
    let mut compared = 0;
    for (file, estimator, vcov) in [
        ("card_overid_gmm2s_coef_iid_small", "gmm2s", "iid"),
        ("card_overid_gmm2s_coef_robust_small", "gmm2s", "hc1"),
        ("card_overid_gmm2s_coef_cluster_small", "gmm2s", "cluster:age"),
        ("card_fuller1_overid_coef_iid_small", "fuller", "iid"),
        ("card_fuller1_overid_coef_hc1_small", "fuller:1", "hc1"),
        ("card_fuller1_overid_coef_cl_small", "fuller:1", "cluster:smsa66"),
        ("card_fuller4_overid_coef_iid_small", "fuller:4", "iid"),
        ("card_liml_overid_coef_iid_small", "liml", "iid"),
        ("card_liml_overid_coef_hc1_small", "liml", "hc1"),
        ("card_kclass_half_coef_iid_small", "kclass:0.5", "iid"),
        ("card_kclass_half_coef_hc1_small", "kclass:0.5", "hc1"),
    ] {
        let estimate = fit(&card, "lwage ~ exper + expersq + black + south | educ ~ nearc2 + nearc4", estimator, vcov);
        let want = Csv::read(&folder.join(format!("{file}.csv"))).expect("there");
        for row in 0..want.rows.len() {
            let term = want.text(row, "term").replace("_cons", "(Intercept)");
            let got = estimate.coefficient(&term).expect("there");
            for (what, got, column) in [("coef", got.estimate, "estimate"), ("se", got.se, "std_error")] {
                let want = want.number(row, column).expect("a number");
                assert!(close(got, want, 1e-9, 1e-12), "{file} {term} {what}: {got} against {want}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 11 * 12);
}

/// Absorbing an effect equals its dummies as exogenous regressors, for every estimator and covariance.
#[test]
fn absorbed_effects_equal_dummies() {
    let mut data = grunfeld();
    let lagged = |name: &str| data.lag(data.float(name).expect("there"), 1).expect("a lag");
    let (z1, z2) = (lagged("value"), lagged("capital"));
    data.set("z1", z1).expect("length");
    data.set("z2", z2).expect("length");
    let mut dummies = Vec::new();
    for firm in 2..=10 {
        let dummy: Vec<f64> = data.entity_of_row().iter().map(|&e| f64::from(u8::from(e + 1 == firm))).collect();
        data.set(format!("f{firm}"), dummy).expect("length");
        dummies.push(format!("f{firm}"));
    }
    let absorbed = "inv ~ capital | firm | value ~ z1 + z2";
    let explicit = format!("inv ~ capital + {} | value ~ z1 + z2", dummies.join(" + "));
    for estimator in ["2sls", "liml", "fuller:1", "kclass:0.7", "gmm2s"] {
        for vcov in ["iid", "hc1", "cluster:year"] {
            let (a, b) = (fit(&data, absorbed, estimator, vcov), fit(&data, &explicit, estimator, vcov));
            for name in ["value", "capital"] {
                let (a, b) = (a.coefficient(name).expect("there"), b.coefficient(name).expect("there"));
                let what = format!("{estimator} {vcov} {name}");
                // With clusters fewer than moments the weight matrix is that of the absorbed moments alone.
                assert!(close(a.estimate, b.estimate, 1e-9, 0.0), "{what}: {} against {}", a.estimate, b.estimate);
                assert!(close(a.se, b.se, 1e-9, 0.0), "{what} se: {} against {}", a.se, b.se);
            }
        }
    }
}

#[test]
fn an_exactly_identified_equation_has_one_answer() {
    let mut data = grunfeld();
    let z = data.lag(data.float("value").expect("there"), 1).expect("a lag");
    data.set("z", z).expect("length");
    let formula = "inv ~ capital | firm + year | value ~ z";
    let two_stage = fit(&data, formula, "2sls", "hc1");
    for estimator in ["liml", "gmm2s", "kclass:1"] {
        let other = fit(&data, formula, estimator, "hc1");
        assert!(close(other.estimates[0], two_stage.estimates[0], 1e-10, 0.0), "{estimator}");
        assert!(close(other.coef[0].se, two_stage.coef[0].se, 1e-9, 0.0), "{estimator}");
        assert!(other.to_string().contains(estimator), "{other}");
    }
}

#[test]
fn switching_the_covariance_re_weights_gmm() {
    let mut data = grunfeld();
    let lagged = |name: &str| data.lag(data.float(name).expect("there"), 1).expect("a lag");
    let (z1, z2) = (lagged("value"), lagged("capital"));
    data.set("z1", z1).expect("length");
    data.set("z2", z2).expect("length");
    let formula = "inv ~ capital | firm | value ~ z1 + z2";
    let iid = fit(&data, formula, "gmm2s", "iid");
    let switched = iid.with_vcov(&Vcov::Hc1, Like::Ivreghdfe).expect("hc1");
    let fresh = fit(&data, formula, "gmm2s", "hc1");
    assert_eq!(switched.estimates, fresh.estimates);
    assert_eq!(switched.vcov, fresh.vcov);
    assert_ne!(iid.estimates, fresh.estimates);
}

#[test]
fn estimators_are_read_and_refused() {
    for text in ["2sls", "liml", "fuller:2.5", "kclass:0.5", "gmm2s"] {
        assert_eq!(text.parse::<Estimator>().expect("known").to_string(), text);
    }
    for text in ["", "gmm", "fuller:-1", "fuller:x", "kclass", "liml:1"] {
        assert!(matches!(text.parse::<Estimator>(), Err(Error::UnknownOption { .. })), "{text}");
    }
    let model = Model::new("inv ~ value | firm").expect("valid").estimator(Estimator::Liml);
    let error = model.fit(&grunfeld()).expect_err("no instruments");
    assert!(error.to_string().contains("instrumental-variable part"), "{error}");
}

/// Klein's Model I, 2SLS and LIML as printed (SAS/ETS, SYSLIN; Greene 2012, table 10.5): divisor N - K.
#[test]
fn kleins_model_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/klein.csv");
    let csv = Csv::read(&path).expect("in the crate");
    let mut klein = panel(&csv, "country", "year");
    let n = klein.n_rows();
    let column = |name: &str| klein.float(name).expect("there").to_vec();
    let (wp, wg) = (column("wp"), column("wg"));
    let lagged =
        |values: &[f64]| -> Vec<f64> { (0..n).map(|t| if t == 0 { f64::NAN } else { values[t - 1] }).collect() };
    let (p, x) = (lagged(&column("p")), lagged(&column("x")));
    klein.set("w", (0..n).map(|t| wp[t] + wg[t]).collect::<Vec<f64>>()).expect("length");
    klein.set("p_lag", p).expect("length");
    klein.set("x_lag", x).expect("length");
    klein.set("trend", (0..n).map(|t| t as f64 - 11.0).collect::<Vec<f64>>()).expect("length");
    let instruments = "wg + t + g + trend + k_lag + x_lag";
    type Case = (&'static str, &'static str, &'static str, [(&'static str, f64, f64); 4]);
    let cases: [Case; 4] = [
        (
            "2sls",
            "c ~ p_lag",
            "p + w",
            [
                ("(Intercept)", 16.55476, 1.467979),
                ("p", 0.017302, 0.131205),
                ("p_lag", 0.216234, 0.119222),
                ("w", 0.810183, 0.044735),
            ],
        ),
        (
            "liml",
            "c ~ p_lag",
            "p + w",
            [
                ("(Intercept)", 17.14765, 2.045374),
                ("p", -0.222513, 0.224230),
                ("p_lag", 0.396027, 0.192943),
                ("w", 0.822559, 0.061549),
            ],
        ),
        (
            "2sls",
            "i ~ p_lag + k_lag",
            "p",
            [
                ("(Intercept)", 20.27821, 8.383249),
                ("p", 0.150222, 0.192534),
                ("p_lag", 0.615944, 0.180926),
                ("k_lag", -0.157788, 0.040152),
            ],
        ),
        (
            "liml",
            "i ~ p_lag + k_lag",
            "p",
            [
                ("(Intercept)", 22.59083, 9.498146),
                ("p", 0.075185, 0.224712),
                ("p_lag", 0.680386, 0.209145),
                ("k_lag", -0.168264, 0.045345),
            ],
        ),
    ];
    for (estimator, equation, endogenous, want) in cases {
        let own = if equation.starts_with('i') { instruments.replace("k_lag + ", "") } else { instruments.to_owned() };
        let estimate = fit(&klein, &format!("{equation} | {endogenous} ~ {own}"), estimator, "iid");
        assert_eq!(estimate.n_obs, 21);
        for (name, b, se) in want {
            let got = estimate.coefficient(name).expect("there");
            let digits = |printed: f64| 0.51 * 10_f64.powi(printed.abs().log10().floor().max(-1.0) as i32 - 5);
            assert!((got.estimate - b).abs() < digits(b), "{estimator} {equation} {name}: {} for {b}", got.estimate);
            assert!((got.se - se).abs() < 6e-7 + 1e-6 * se, "{estimator} {equation} {name}: se {} for {se}", got.se);
        }
    }
}
