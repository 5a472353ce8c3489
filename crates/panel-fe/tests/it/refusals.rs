//! Requests that have no answer are refused with a reason; none of them panics, hangs or answers with a bare NaN.

use crate::fixest_ols::panel;
use crate::golden_files::Csv;
use faer::Mat;
use panel_core::Panel;
use panel_fe::absorb::FixedEffect;
use panel_fe::bootstrap::{BootstrapSummary, Resampling, WildBootstrap, bootstrap};
use panel_fe::frame::{SampleWeights, Variable};
use panel_fe::utest::{Curve, UTestProblem, utest};
use panel_fe::{Error, Estimate, Frame, Like, Model, Options, Singletons, TestOutcome, Vcov, WeightKind, fit_frame};
use std::path::Path;

fn grunfeld() -> Panel {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/grunfeld.csv");
    panel(&Csv::read(&path).expect("in the crate"), "firm", "year")
}

fn variable(name: &str, values: &[f64]) -> Variable {
    Variable { name: name.into(), values: values.into() }
}

fn frame(y: &[f64], x: &[f64]) -> Result<Frame, Error> {
    let firms = FixedEffect::intercepts(vec![0, 0, 0, 1, 1, 1], 2);
    Frame::from_columns(variable("y", y), vec![variable("x", x)], vec![("firm".into(), firms)])
}

const Y: [f64; 6] = [1.0, 2.0, 4.0, 3.0, 1.0, 2.0];
const X: [f64; 6] = [0.0, 1.0, 3.0, 2.0, 1.0, 1.0];

#[test]
fn samples_put_together_by_hand() {
    let text = |result: Result<Estimate, Error>| result.map(|_| ()).expect_err("refused").to_string();
    let fit = |frame: Frame| fit_frame(frame, &Options::default());
    assert!(frame(&Y, &X).and_then(fit).is_ok());
    for bad in [f64::NAN, f64::INFINITY] {
        let spoilt = [1.0, 2.0, bad, 3.0, 1.0, 2.0];
        assert!(text(frame(&spoilt, &X).and_then(fit)).contains("y"), "{bad}");
        let error = text(frame(&Y, &spoilt).and_then(fit));
        assert!(error.contains('x') && error.contains("row 3 of 6"), "{error}");
    }
    assert!(matches!(frame(&Y, &X[..5]), Err(Error::Shape { expected: 6, got: 5, .. })));
    let mut short = frame(&Y, &X).expect("valid");
    short.endog = vec![variable("d", &X[..4])];
    short.instruments = vec![variable("z", &X)];
    assert!(text(fit(short)).contains("column `d` has length 4, expected 6"));
    let mut weighted = frame(&Y, &X).expect("valid");
    weighted.weights = Some(SampleWeights { values: vec![1.0, 1.0, 0.0, 1.0, 1.0, 1.0], kind: WeightKind::Analytic });
    assert!(text(fit(weighted)).contains("the weight of row 3 is 0"));
    let gap = FixedEffect::intercepts(vec![0, 0, 2, 2, 1, 1], 4);
    let unused = Frame::from_columns(variable("y", &Y), vec![variable("x", &X)], vec![("city".into(), gap)]);
    let error = unused.map(|_| ()).expect_err("level 3").to_string();
    assert!(error.contains("level 3") && error.contains("`city`"), "{error}");
}

#[test]
fn covariances_that_cannot_be_written() {
    let data = grunfeld();
    let with = |vcov: Vcov| Model::new("inv ~ value | firm").expect("a formula").vcov(vcov).fit(&data);
    for vcov in
        [Vcov::Cluster(Vec::new()), Vcov::Cluster(vec!["firm".into(); 40]), Vcov::conley(f64::NAN), Vcov::conley(0.0)]
    {
        assert!(matches!(with(vcov.clone()), Err(Error::Specification(_))), "{vcov}");
        let estimate = with(Vcov::Iid).expect("fits");
        assert!(matches!(estimate.with_vcov(&vcov, Like::Reghdfe), Err(Error::Specification(_))), "{vcov}");
    }
    let mut options = Options { collinearity: -1.0, ..Options::default() };
    assert!(panel_fe::fit(&data, "inv ~ value", &options, None).is_err());
    options = Options::default();
    options.absorption.tolerance = f64::NAN;
    assert!(panel_fe::fit(&data, "inv ~ value | firm", &options, None).is_err());
}

#[test]
fn a_slope_without_a_standard_error_is_no_u_test() {
    // The variance of the slope at the upper end is 1 + 4·9·(−1) < 0.
    let covariance = Mat::from_fn(2, 2, |i, j| [[1.0, 0.0], [0.0, -1.0]][i][j]);
    let problem = UTestProblem {
        linear: -1.0,
        curved: 1.0,
        covariance: covariance.as_ref(),
        interval: (0.0, 3.0),
        df: 50.0,
        curve: Curve::Quadratic,
        level: 0.95,
    };
    let test = utest(&problem).expect("an interval").overall;
    assert!(matches!(&test, TestOutcome::NotAvailable { reason, .. } if reason.contains("variance")), "{test}");
    let wide = Mat::<f64>::zeros(3, 3);
    assert!(matches!(utest(&UTestProblem { covariance: wide.as_ref(), ..problem }), Err(Error::Shape { .. })));
}

#[test]
fn two_lines_do_not_pretend_to_know_leverages() {
    let data = grunfeld();
    let fit = |vcov: Vcov| Model::new("inv ~ value + value^2 | firm").expect("a formula").vcov(vcov).fit(&data);
    assert!(fit(Vcov::Hc1).expect("fits").two_lines("value", None).is_ok());
    let error = fit(Vcov::Hc3).expect("fits").two_lines("value", None).expect_err("leverages");
    assert!(matches!(error, Error::Unsupported(_)) && error.to_string().contains("hc3"), "{error}");
}

#[test]
fn resamples_that_say_nothing() {
    let data = grunfeld();
    let mut one = data.clone();
    one.set("all", vec![1.0; one.n_rows()]).expect("length");
    let estimate = Model::new("inv ~ value | firm").expect("a formula").fit(&one).expect("fits");
    let error = estimate.wild_bootstrap("value", 0.0, "all", &WildBootstrap::default(), Some(&one));
    assert!(error.expect_err("one cluster").to_string().contains("two clusters or more, got 1"));
    let summary = |failing: bool| -> BootstrapSummary {
        let estimator = |resample: Option<&panel_fe::bootstrap::Resample>| match resample {
            Some(_) if failing => Err(Error::Singular("X'X".into())),
            _ => Ok(vec![1.0]),
        };
        bootstrap(10, &Resampling::Pairs, 5, 1, estimator).expect("runs")
    };
    let failed = summary(true);
    assert_eq!((failed.failed, failed.draws.len()), (5, 0));
    assert!(failed.se(0).is_err() && failed.percentile(0, 0.95).is_err() && failed.bias_corrected(0, 0.95).is_err());
    let ran = summary(false);
    assert!(ran.se(0).is_ok() && ran.se(1).is_err() && ran.percentile(7, 0.95).is_err());
}

#[test]
fn the_null_at_the_estimate_keeps_its_interval() {
    let data = grunfeld();
    let estimate = Model::new("inv ~ value + capital | firm").expect("a formula").fit(&data).expect("fits");
    let options = WildBootstrap { replications: 999, ..WildBootstrap::default() };
    let at = |null: f64| estimate.wild_bootstrap("value", null, "firm", &options, None).expect("runs");
    let value = estimate.coefficient("value").expect("there").estimate;
    assert!(at(value).interval.is_some());
    assert_eq!(at(value).interval, at(0.0).interval);
}

#[test]
fn instruments_without_an_answer() {
    let mut data = grunfeld();
    for (name, source) in [("z1", "value"), ("z2", "capital")] {
        let lagged = data.lag(data.float(source).expect("there"), 1).expect("a lag");
        data.set(name, lagged).expect("length");
    }
    let half: Vec<f64> = (0..data.n_rows()).map(|i| f64::from(u8::from(i < 100))).collect();
    data.set("half", half).expect("length");
    let fit = |vcov: &str| {
        let model = Model::new("inv ~ 1 | year | value ~ z1 + z2").expect("a formula");
        let model = model.vcov(vcov.parse().expect("known")).like(Like::Ivreghdfe).singletons(Singletons::Keep);
        model.fit(&data).expect("identified")
    };
    // Two clusters, two instruments: the covariance of the reduced form is singular whatever the coefficient.
    let error = fit("cluster:half").anderson_rubin_set(0.95).expect_err("singular").to_string();
    assert!(error.contains("no Anderson-Rubin set"), "{error}");
    let estimate = fit("hc1");
    for (error, says) in [
        (estimate.redundancy_test(&["z1", "z1"]), "named twice"),
        (estimate.orthogonality_test(&[]), "which instrument"),
        (estimate.endogeneity_test(&["valeu"]), "did you mean `value`?"),
    ] {
        let error = error.expect_err("refused").to_string();
        assert!(error.contains(says), "{error}");
    }
}
