//! Where rounding is all that is left of the residuals, nothing that rests on them is a number; where a covariance is
//! indefinite, nothing that rests on several coefficients together is.

use crate::golden_files::Csv;
use panel_core::Panel;
use panel_fe::bootstrap::{Resampling, WildBootstrap};
use panel_fe::turning_point::FiellerSet;
use panel_fe::utest::Curve;
use panel_fe::{Error, Estimate, Like, Model, TestOutcome};

fn table(name: &str) -> Panel {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cases/{name}.csv"));
    crate::fixest_ols::panel(&Csv::read(&path).expect("in the crate"), "id", "t")
}

fn fit(data: &Panel, formula: &str, vcov: &str, like: Like) -> Estimate {
    let model = Model::new(formula).expect("a formula").vcov(vcov.parse().expect("known")).like(like);
    model.fit(data).unwrap_or_else(|error| panic!("{formula}: {error}"))
}

fn assert_none(what: &str, outcome: panel_fe::Result<TestOutcome>) {
    let outcome = outcome.expect("an outcome");
    assert!(outcome.available().is_none(), "{what}: {outcome}");
    assert!(outcome.to_string().contains("but for rounding"), "{what}: {outcome}");
}

/// A response that is an exact line of the regressor.
fn perfect() -> Panel {
    let mut data = table("negative_variance_ols");
    let x = data.float("x").expect("there").to_vec();
    data.set("line", x.iter().map(|x| 3.0 - 2.0 * x).collect::<Vec<f64>>()).expect("length");
    for (name, shift) in [("z1", 1.0), ("z2", 2.0)] {
        let noise = |i: usize| (i as f64 * 1.7 + shift).sin();
        data.set(name, x.iter().enumerate().map(|(i, x)| shift * x + noise(i)).collect::<Vec<f64>>()).expect("length");
    }
    data
}

#[test]
fn no_bootstrap_of_nothing() {
    let options = WildBootstrap { replications: 99, ..WildBootstrap::default() };
    for (data, formula) in [(perfect(), "line ~ x | id"), (table("y_explained_by_fe"), "y ~ x | id + t")] {
        let estimate = fit(&data, formula, "hc1", Like::Fixest);
        let wild = estimate.wild_bootstrap("x", 0.0, "id", &options, None);
        assert!(matches!(&wild, Err(Error::Unsupported(why)) if why.contains("but for rounding")), "{wild:?}");
        let pairs = estimate.bootstrap(&Resampling::Pairs, 9, 1, |draw| Ok(draw.estimates.clone()));
        assert!(matches!(&pairs, Err(Error::Unsupported(why)) if why.contains("but for rounding")), "{pairs:?}");
    }
}

#[test]
fn no_test_of_the_residuals_of_a_perfect_fit() {
    let data = perfect();
    for vcov in ["iid", "hc1", "cluster:id"] {
        let estimate = fit(&data, "line ~ 1 | id | x ~ z1 + z2", vcov, Like::Ivreghdfe);
        let diagnostics = &estimate.iv.as_ref().expect("instruments").diagnostics;
        assert_none("over-identification", Ok(diagnostics.over_id.clone()));
        assert_none("endogeneity", Ok(diagnostics.endogeneity.clone()));
        assert!(diagnostics.weak_id.available().is_some(), "the first stage is no perfect fit");
        assert!(diagnostics.anderson_rubin.f.available().is_some(), "the reduced form is none either");
        assert_none("orthogonality", estimate.orthogonality_test(&["z1"]));
        assert_none("endogeneity of x", estimate.endogeneity_test(&["x"]));
        assert_none("Basmann", estimate.basmann_test());
        assert_none("Wu-Hausman", estimate.wu_hausman_test());
        assert_none("LIML", estimate.liml_over_identification().map(|tests| tests.likelihood_ratio));
        assert_none("modified Wald", estimate.groupwise_test());
        assert_none("Pesaran", estimate.cross_section_test().map(|cd| cd.test));
        let ols = fit(&data, "line ~ x | id", vcov, Like::Reghdfe);
        assert_none("Wooldridge", ols.serial_test());
        assert_none("modified Wald", ols.groupwise_test());
    }
}

/// Two ways of clustering leave positive variances of x and x² and a block of them that is no covariance.
#[test]
fn an_indefinite_block_has_no_turning_point_interval() {
    let data = table("indefinite_block");
    let formula = "y ~ x + x^2 | id + t | d ~ z";
    let estimate = fit(&data, formula, "cluster:id,t", Like::Ivreghdfe);
    assert!(["x", "x^2"].iter().all(|name| estimate.coefficient(name).is_some_and(|c| c.se > 0.0)), "{estimate}");
    let remark = estimate.diagnostics.iter().find(|remark| remark.code == "vcov-indefinite").expect("a warning");
    assert!(remark.message.contains("negative eigenvalues and stays as it is, as with ivreghdfe"), "{remark:?}");
    let test = estimate.utest("x", "x^2", Curve::Quadratic, 0.95).expect("a quadratic");
    assert!(test.overall.available().is_none() && test.overall.to_string().contains("indefinite"), "{}", test.overall);
    let point = test.turning_point.expect("a curve");
    assert!(point.estimate.value.is_finite() && point.estimate.se.is_nan(), "{point:?}");
    assert_eq!(point.fieller, FiellerSet::WholeLine);
    // One way of clustering is a covariance.
    let one = fit(&data, formula, "cluster:id", Like::Ivreghdfe);
    assert!(one.diagnostics.iter().all(|remark| remark.code != "vcov-indefinite"));
    let test = one.utest("x", "x^2", Curve::Quadratic, 0.95).expect("a quadratic");
    assert!(!test.overall.to_string().contains("indefinite"), "{}", test.overall);
    assert!(test.turning_point.expect("a curve").estimate.se > 0.0);
}

/// Differences of rows have no weight, so Wooldridge's test does not pretend to use any.
#[test]
fn serial_correlation_with_weights_is_refused() {
    let mut data = perfect();
    let weights: Vec<f64> = (0..data.n_rows()).map(|row| 1.0 + (row % 3) as f64).collect();
    data.set("w", weights).expect("length");
    let weighted = Model::new("y ~ x | id").expect("a formula").weights("w").fit(&data).expect("fits");
    assert!(matches!(weighted.serial_test(), Err(Error::Unsupported(why)) if why.contains("weights")));
}
