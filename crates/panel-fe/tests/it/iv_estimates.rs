//! Tests that an instrumental-variable estimate offers beside those it reports, against Stata and ivmodels.

use crate::golden_files::{Csv, close, goldens};
use crate::iv_options::card;
use panel_core::Panel;
use panel_fe::iv::Estimator;
use panel_fe::{Estimate, Like, Model, TestOutcome};

const CARD: &str = "lwage ~ exper + expersq + black + south | educ ~ nearc2 + nearc4";

fn fit(data: &Panel, formula: &str, estimator: Estimator, vcov: &str) -> Estimate {
    Model::new(formula)
        .expect("a formula")
        .estimator(estimator)
        .vcov(vcov.parse().expect("known"))
        .like(Like::Ivreghdfe)
        .fit(data)
        .unwrap_or_else(|error| panic!("{formula}, {vcov}: {error}"))
}

fn stat(outcome: &TestOutcome) -> f64 {
    outcome.available().unwrap_or_else(|| panic!("{outcome:?}")).stat
}

fn p(outcome: &TestOutcome) -> f64 {
    outcome.available().expect("available").p.expect("a distribution")
}

/// Rents of 50 American states in 1980, with dummies for their regions.
fn housing() -> Option<Panel> {
    let csv = Csv::read(&goldens()?.join("stata_linearmodels/housing.csv"))?;
    let rows = csv.rows.len();
    let state: Vec<String> = (0..rows).map(|row| csv.text(row, "state").to_owned()).collect();
    let mut builder = Panel::builder("state", "t").keys(state, vec!["1980".to_owned(); rows]);
    for name in ["rent", "pcturban", "hsngval", "faminc"] {
        let values: Vec<f64> = csv.column(name).into_iter().map(|v| v.expect("complete")).collect();
        builder = builder.column(name, values);
    }
    for region in ["N Cntrl", "South", "West"] {
        let dummy: Vec<f64> = (0..rows).map(|row| f64::from(u8::from(csv.text(row, "region") == region))).collect();
        assert!(dummy.contains(&1.0), "{region}");
        builder = builder.column(region.replace(' ', "_"), dummy);
    }
    Some(builder.build().expect("unique"))
}

const HOUSING: &str = "rent ~ pcturban | hsngval ~ faminc + N_Cntrl + South + West";

/// Stata's manual, [R] ivregress postestimation: `ivregress 2sls rent pcturban (hsngval = faminc i.region)`, then
/// `estat endogenous` and `estat overid`. Its Basmann statistic is the chi-squared form, (N−L)/(L−K) as large.
#[test]
fn wu_hausman_durbin_and_basmann_are_those_of_the_manual() {
    let Some(data) = housing() else { return };
    let estimate = fit(&data, HOUSING, Estimator::TwoStage, "iid");
    let wu_hausman = estimate.wu_hausman_test().expect("regular");
    let test = wu_hausman.available().expect("available");
    assert!((test.stat - 15.9067).abs() < 5e-5, "{}", test.stat);
    assert_eq!((test.df, test.df2), (1.0, Some(46.0)));
    assert!((p(&wu_hausman) - 0.0002).abs() < 5e-5);
    let durbin = estimate.endogeneity_test(&["hsngval"]).expect("known");
    assert!((stat(&durbin) - 12.8473).abs() < 5e-5, "{}", stat(&durbin));
    let basmann = estimate.basmann_test().expect("regular");
    let test = basmann.available().expect("available");
    assert_eq!((test.df, test.df2), (3.0, Some(44.0)));
    assert!((3.0 * test.stat - 12.8294).abs() < 5e-5, "{}", test.stat);
    // linearmodels 7.1 at sixteen digits: `wu_hausman()`, `durbin()`, `basmann`, and `basmann_f` of LIML.
    assert!(close(stat(&wu_hausman), 15.906683819784714, 1e-9, 0.0));
    assert!(close(stat(&durbin), 12.847307300525367, 1e-9, 0.0));
    assert!(close(3.0 * test.stat, 12.829431861202888, 1e-9, 0.0));
    let liml = fit(&data, HOUSING, Estimator::Liml, "iid");
    assert!(close(stat(&liml.basmann_test().expect("regular")), 3.767961751274425, 1e-9, 0.0));
    let ratio = liml.liml_over_identification().expect("instruments").likelihood_ratio;
    assert!(close(stat(&ratio), 11.432676494827856, 1e-9, 0.0), "{}", stat(&ratio));
    assert!(close(p(&ratio), 0.009602186539121154, 1e-8, 0.0));
}

/// `inverse_anderson_rubin_test` of ivmodels 0.10.0 with `critical_values="f"`: bounded, empty, unbounded, everything,
/// and slivers that shrink about LIML as the level falls to the one at which the set is empty.
#[test]
fn anderson_rubin_sets_are_those_of_ivmodels() {
    let Some(folder) = goldens().map(|g| g.join("stata_ivreg2r")) else { return };
    let card = card(&folder);
    let estimate_with = |instruments: &str| {
        let formula = format!("lwage ~ exper + expersq + black + south | educ ~ {instruments}");
        fit(&card, &formula, Estimator::TwoStage, "iid")
    };
    let (two, four, both) = (estimate_with("nearc2"), estimate_with("nearc4"), estimate_with("nearc2 + nearc4"));
    let minus = f64::NEG_INFINITY;
    let plus = f64::INFINITY;
    let cases = [
        (&four, 0.05, vec![(0.15234204227146955, 0.3259594899188202)]),
        (&four, 0.5, vec![(0.19545160915699183, 0.25112300249785463)]),
        (&both, 0.05, vec![(0.17543056291430886, 0.36422711978762484)]),
        (&both, 0.25, vec![(0.2105684237428089, 0.2949576850188647)]),
        (&both, 0.402807122233, vec![(0.24767155798990256, 0.24887075853466253)]),
        (&both, 0.402847004126, vec![(0.24821029144199508, 0.24833020812791878)]),
        (&both, 0.402847402945, vec![(0.24826424463459407, 0.24827623676597776)]),
        (&both, 0.5, vec![]),
        (&two, 0.05, vec![(0.19111477993899262, 1.3377808970989413)]),
        (&two, 0.001, vec![(minus, -0.8334289845097866), (0.11031972634187093, plus)]),
        (&two, 0.0001, vec![(minus, -0.3490277263602455), (0.06794292389657353, plus)]),
        (&two, 1e-6, vec![(minus, plus)]),
    ];
    for (estimate, alpha, want) in cases {
        let got = estimate.anderson_rubin_set(1.0 - alpha).expect("one endogenous regressor").intervals;
        assert_eq!(got.len(), want.len(), "{alpha}: {got:?} against {want:?}");
        // A sliver's ends are the roots of a parabola that hardly crosses zero: the square root of its precision.
        let tolerance = if alpha > 0.4 { 1e-7 } else { 1e-9 };
        for (got, want) in got.iter().zip(&want) {
            for (got, want) in [(got.0, want.0), (got.1, want.1)] {
                assert!(got == want || close(got, want, tolerance, 0.0), "{alpha}: {got} against {want}");
            }
        }
    }
}

/// Whatever the covariance: the test at an end of the set has the level as its p-value.
#[test]
fn an_end_of_the_set_is_where_the_test_turns() {
    let Some(folder) = goldens().map(|g| g.join("stata_ivreg2r")) else { return };
    let card = card(&folder);
    for vcov in ["iid", "hc1", "cluster:age"] {
        let estimate = fit(&card, CARD, Estimator::TwoStage, vcov);
        let set = estimate.anderson_rubin_set(0.9).expect("one endogenous regressor");
        assert_eq!(set.intervals.len(), 1, "{vcov}");
        for end in [set.intervals[0].0, set.intervals[0].1] {
            let at = estimate.anderson_rubin_at(&[end]).expect("one value");
            assert!(close(p(&at.f), 0.1, 1e-8, 0.0), "{vcov} {end}: {}", p(&at.f));
        }
    }
    assert!(fit(&card, CARD, Estimator::TwoStage, "iid").anderson_rubin_at(&[0.1, 0.2]).is_err());
}

/// Stata's `ivreg2 …, small` with `orthog(nearc2)`, `endog(educ)` and `saverf`.
#[test]
fn orthogonality_endogeneity_and_reduced_forms_are_those_of_stata() {
    let Some(folder) = goldens().map(|g| g.join("stata_ivreg2r")) else { return };
    let card = card(&folder);
    let read = |name: &str| Csv::read(&folder.join(format!("{name}.csv"))).unwrap_or_else(|| panic!("{name}"));
    for (tag, vcov) in [("iid", "iid"), ("hc1", "hc1")] {
        let formula = "lwage ~ exper + expersq | educ ~ nearc2 + nearc4";
        let c = fit(&card, formula, Estimator::TwoStage, vcov).orthogonality_test(&["nearc2"]).expect("known");
        let want = read(&format!("card_orthog1_orthog_{tag}_small"));
        assert!(close(stat(&c), want.number(0, "cstat").expect("a number"), 1e-8, 0.0), "{tag}");
        assert!(close(p(&c), want.number(0, "cstatp").expect("a number"), 1e-7, 0.0), "{tag}");

        let estimate = fit(&card, CARD, Estimator::TwoStage, vcov);
        let endogeneity = estimate.endogeneity_test(&["educ"]).expect("known");
        let want = read(&format!("card_overid_diagnostics_{tag}_small"));
        assert!(close(stat(&endogeneity), want.number(0, "estat").expect("a number"), 1e-8, 0.0), "{tag}");

        let forms = estimate.reduced_forms().expect("instruments");
        assert_eq!(forms.iter().map(|form| form.response.as_str()).collect::<Vec<_>>(), ["lwage", "educ"]);
        let want = read(&format!("card_overid_rf_{tag}_small"));
        assert!(close(stat(&forms[0].f), want.number(0, "rf_f").expect("a number"), 1e-8, 0.0), "{tag}");
        for row in 0..want.rows.len() {
            let term = want.text(row, "term").replace("_cons", "(Intercept)");
            let j = forms[0].names.iter().position(|name| *name == term).expect("a term");
            let se = forms[0].vcov[(j, j)].sqrt();
            assert!(close(forms[0].coef[j], want.number(row, "estimate").expect("a number"), 1e-9, se), "{tag} {term}");
            assert!(close(se, want.number(row, "std_error").expect("a number"), 1e-8, 0.0), "{tag} {term}");
        }
    }
    let estimate = fit(&card, CARD, Estimator::TwoStage, "iid");
    for error in [
        estimate.orthogonality_test(&["educ"]).expect_err("no instrument"),
        estimate.endogeneity_test(&["nearc2"]).expect_err("no endogenous regressor"),
        estimate.redundancy_test(&["exper"]).expect_err("not excluded"),
    ] {
        assert!(error.to_string().contains("educ") || error.to_string().contains("nearc2"), "{error}");
    }
}

/// Baum, Schaffer & Stillman (2007, §7.3): for one endogenous regressor and iid errors the statistic is N times the
/// squared partial correlation of the regressor and the instruments, given all other instruments; robust, it is N less
/// the residual sum of squares of ones on the products of their residuals.
#[test]
fn redundancy_is_a_partial_correlation() {
    let Some(folder) = goldens().map(|g| g.join("stata_ivreg2r")) else { return };
    let mut card = card(&folder);
    let first = |formula: &str| Model::new(formula).expect("a formula").fit(&card).expect("fits");
    let u = first("educ ~ exper + expersq + black + south + nearc4");
    let v = first("nearc2 ~ exper + expersq + black + south + nearc4");
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    let (uv, n) = (dot(u.residuals(), v.residuals()), u.n_obs as f64);
    let want = n * uv * uv / (dot(u.residuals(), u.residuals()) * dot(v.residuals(), v.residuals()));
    let product: Vec<f64> = u.residuals().iter().zip(v.residuals()).map(|(u, v)| u * v).collect();
    let robust = uv * uv / dot(&product, &product);
    for (vcov, want) in [("iid", want), ("hc1", robust)] {
        let test = fit(&card, CARD, Estimator::TwoStage, vcov).redundancy_test(&["nearc2"]).expect("known");
        assert!(close(stat(&test), want, 1e-9, 0.0), "{vcov}: {} against {want}", stat(&test));
        assert_eq!(test.available().expect("available").df, 1.0);
    }
    // Noise is redundant.
    let noise: Vec<f64> = (0..card.n_rows()).map(|i| (((i * 7919) % 1013) as f64 / 1013.0).sin()).collect();
    card.set("noise", noise).expect("length");
    let formula = "lwage ~ exper + expersq + black + south | educ ~ nearc2 + nearc4 + noise";
    let test = fit(&card, formula, Estimator::TwoStage, "hc1").redundancy_test(&["noise"]).expect("known");
    assert!(p(&test) > 0.05, "{}", p(&test));
}

#[test]
fn least_squares_has_none_of_them() {
    let Some(data) = housing() else { return };
    let ols = Model::new("rent ~ pcturban + hsngval").expect("a formula").fit(&data).expect("fits");
    for error in [
        ols.anderson_rubin_set(0.95).expect_err("no instruments").to_string(),
        ols.reduced_forms().expect_err("no instruments").to_string(),
        ols.wu_hausman_test().expect_err("no instruments").to_string(),
        ols.basmann_test().expect_err("no instruments").to_string(),
    ] {
        assert!(error.contains("without instruments"), "{error}");
    }
}

/// The smallest Anderson-Rubin F over points of the plane.
fn least_f(estimate: &Estimate, points: impl Iterator<Item = [f64; 2]>) -> (f64, f64) {
    let tests = points.map(|at| {
        let test = estimate.anderson_rubin_at(&at).expect("two endogenous regressors");
        let f = test.f.available().expect("regular");
        (f.stat, f.p.expect("F"))
    });
    tests.fold((f64::INFINITY, 0.0), |best, test| if test.0 < best.0 { test } else { best })
}

#[test]
fn projections_hold_what_some_point_of_the_joint_set_has() {
    let n = 120;
    let random = |row: usize, seed: f64| ((row as f64 * seed).sin() * 43_758.545_3).rem_euclid(1.0) - 0.5;
    for (strength, vcov) in [(2.0, "iid"), (2.0, "cluster:firm"), (0.3, "hc1")] {
        let z: Vec<f64> = (1..=n).map(|row| 2.0 + 2.0 * random(row, 12.9898)).collect();
        let u: Vec<f64> = (1..=n).map(|row| random(row, 78.233)).collect();
        let x: Vec<f64> = (0..n).map(|i| strength * z[i] + u[i] + random(i + 1, 39.425)).collect();
        let y: Vec<f64> = (0..n).map(|i| x[i] * x[i] - 6.0 * x[i] + 2.0 * u[i]).collect();
        let firms: Vec<String> = (0..n).map(|i| format!("f{:02}", i / 6)).collect();
        let years: Vec<String> = (0..n).map(|i| (2001 + i % 6).to_string()).collect();
        let panel = Panel::builder("firm", "year")
            .keys(&firms, &years)
            .column("y", y)
            .column("x", x)
            .column("z", z)
            .build()
            .expect("a panel");
        let estimate = fit(&panel, "y ~ 1 | 0 | x + x^2 ~ z + z^2 + z^3", Estimator::TwoStage, vcov);
        let sets = estimate.anderson_rubin_projections(0.95).expect("two endogenous regressors");
        let names: Vec<&str> = sets.iter().map(|projection| projection.of.as_str()).collect();
        assert_eq!(names, ["x", "x^2", "turning point"]);
        let b = [estimate.estimates[0], estimate.estimates[1]];
        let se = [0, 1].map(|k| estimate.vcov[(k, k)].sqrt());
        // Far out, too: a line has points at infinity.
        let line = |center: f64, scale: f64| {
            (1..3000).map(move |k| center + scale * (std::f64::consts::PI * (f64::from(k) / 3000.0 - 0.5)).tan())
        };
        let mut compared = 0;
        for place in -12..=12 {
            let t = f64::from(place) / 2.0;
            for (k, projection) in sets.iter().enumerate() {
                let turn = -b[0] / (2.0 * b[1]);
                let value = if k == 2 { turn + 0.2 * t * turn.abs() } else { b[k] + t * se[k] };
                let (_, p) = match k {
                    0 => least_f(&estimate, line(b[1], se[1]).map(|free| [value, free])),
                    1 => least_f(&estimate, line(b[0], se[0]).map(|free| [free, value])),
                    _ => least_f(&estimate, line(b[1], se[1]).map(|free| [-2.0 * value * free, free])),
                };
                if (p - 0.05).abs() < 2e-3 {
                    continue;
                }
                let inside = projection.set.intervals.iter().any(|&(low, high)| low <= value && value <= high);
                assert_eq!(inside, p > 0.05, "{vcov}, {} at {value}: p = {p}, {:?}", projection.of, projection.set);
                compared += 1;
            }
        }
        assert!(compared > 60, "{compared}");
    }
}
