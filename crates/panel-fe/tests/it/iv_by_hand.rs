//! Tests of instruments on sixteen rows against textbook formulas in matrices (`tests/golden/iv_textbook.py`).

use crate::fixest_ols::panel;
use crate::golden_files::{Csv, close};
use panel_core::Panel;
use panel_core::distribution::{chi_squared_upper, f_critical, f_upper, t_critical, t_two_sided, t_upper};
use panel_fe::{Estimate, Estimator, Like, Model, TestOutcome};

const ONE: &str = "y ~ w | d1 ~ z1 + z2 + z3";
const TWO: &str = "y ~ w | d1 + d2 ~ z1 + z2 + z3";

fn data() -> Panel {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/iv_textbook.csv");
    panel(&Csv::read(&path).expect("in the crate"), "row", "t")
}

fn fit(formula: &str, estimator: Estimator, vcov: &str) -> Estimate {
    let model = Model::new(formula).expect("a formula").vcov(vcov.parse().expect("known")).like(Like::Ivreghdfe);
    model.estimator(estimator).fit(&data()).expect("fits")
}

fn assert_near(what: &str, got: f64, want: f64) {
    assert!(close(got, want, 1e-9, 1e-12), "{what}: {got} against {want}");
}

fn assert_test(what: &str, got: panel_fe::Result<TestOutcome>, stat: f64, df: f64) {
    let got = got.unwrap_or_else(|error| panic!("{what}: {error}"));
    let test = got.available().unwrap_or_else(|| panic!("{what}: {got}"));
    assert_near(what, test.stat, stat);
    assert_eq!(test.df, df, "{what}");
    assert_near(what, test.p.expect("a distribution"), chi_squared_upper(stat, df));
}

#[test]
fn over_identification_of_liml() {
    let liml = fit(ONE, Estimator::Liml, "iid").liml_over_identification().expect("instruments");
    assert_test("LR", Ok(liml.likelihood_ratio), 7.461_019_527_135_503, 2.0);
    assert_test("linearized", Ok(liml.linearized), 9.505_712_398_032_55, 2.0);
    let just = fit("y ~ w | d1 ~ z1", Estimator::Liml, "iid").liml_over_identification().expect("instruments");
    assert!(just.likelihood_ratio.to_string().contains("exactly identified"), "{}", just.likelihood_ratio);
    let none = fit(ONE, Estimator::TwoStage, "iid").liml_over_identification().expect("instruments");
    assert!(none.linearized.to_string().contains("not LIML"), "{}", none.linearized);
}

#[test]
fn orthogonality_of_instruments_and_regressors() {
    for (vcov, one, two, exogenous) in [
        ("iid", 3.916_929_609_401_919, 6.187_749_397_739_489, 0.354_823_061_915_349_85),
        ("hc1", 1.637_272_634_583_647_2, 4.090_975_597_559_147, 0.000_772_869_256_334_907_1),
    ] {
        let estimate = fit(ONE, Estimator::TwoStage, vcov);
        let orthogonality = |names: &[&str]| estimate.orthogonality_test(names);
        assert_test(&format!("z2, {vcov}"), orthogonality(&["z2"]), one, 1.0);
        assert_test(&format!("z1 and z3, {vcov}"), orthogonality(&["z1", "z3"]), two, 2.0);
        assert_test(&format!("w, {vcov}"), orthogonality(&["w"]), exogenous, 1.0);
        let all = orthogonality(&["z1", "z2", "z3"]).expect("known").to_string();
        assert!(all.contains("2 are left for 3 regressors"), "{all}");
        assert!(
            orthogonality(&["d1"]).is_err() && orthogonality(&["z1", "z1"]).is_err() && orthogonality(&[]).is_err()
        );
    }
    // Two-step GMM takes the residuals of two-stage least squares, of which its weights were made.
    let gmm = fit(ONE, Estimator::Gmm2s, "hc1").orthogonality_test(&["z2"]);
    assert_test("z2 under GMM", gmm, 1.637_272_634_583_647_2, 1.0);
}

#[test]
fn redundancy_of_instruments() {
    for (formula, k, vcov, one, two) in [
        (ONE, 1.0, "iid", 7.099_603_552_539_464, 9.048_110_221_656_83),
        (TWO, 2.0, "iid", 7.601_870_345_611_042, 13.789_943_439_266_414),
        (ONE, 1.0, "hc1", 3.209_399_432_819_610_3, 6.026_768_925_485_619),
        (TWO, 2.0, "hc1", 3.676_091_462_242_487_4, 6.429_765_030_221_472),
    ] {
        let estimate = fit(formula, Estimator::TwoStage, vcov);
        assert_test(&format!("{formula}: z2, {vcov}"), estimate.redundancy_test(&["z2"]), one, k);
        assert_test(&format!("{formula}: z1, z3, {vcov}"), estimate.redundancy_test(&["z1", "z3"]), two, 2.0 * k);
        assert!(estimate.redundancy_test(&["w"]).is_err() && estimate.redundancy_test(&[]).is_err());
    }
}

#[test]
fn sets_of_the_anderson_rubin_test() {
    const INF: f64 = f64::INFINITY;
    let weak = "y ~ w | d1 ~ z3";
    let strong = "y ~ w | d1 ~ z1";
    for (formula, vcov, level, want) in [
        (ONE, "iid", 0.9, vec![(0.733_822_342_537_243_1, 1.193_540_016_658_612)]),
        (ONE, "iid", 0.99, vec![(-0.562_214_451_091_445, 1.522_517_457_998_894_3)]),
        (ONE, "iid", 0.5, vec![]),
        (ONE, "hc1", 0.9, vec![]),
        (ONE, "hc1", 0.999, vec![(-4.111_273_701_527_586, 1.358_376_562_114_077_3)]),
        ("y ~ w | d1 ~ z1 + z3", "hc1", 0.9, vec![(-0.260_728_159_486_658_2, 1.121_224_402_705_456_3)]),
        (strong, "iid", 0.9, vec![(0.093_995_836_035_141_15, 1.193_505_084_161_464_5)]),
        (strong, "hc1", 0.9, vec![(0.043_952_710_342_366_73, 1.233_893_725_128_176)]),
        (weak, "iid", 0.9, vec![(-INF, INF)]),
        (weak, "hc1", 0.9, vec![(-INF, 1.146_389_987_995_805_3), (1.323_518_183_301_895_2, INF)]),
    ] {
        let set = fit(formula, Estimator::TwoStage, vcov).anderson_rubin_set(level).expect("one endogenous");
        assert_eq!((set.level, set.intervals.len()), (level, want.len()), "{formula}, {vcov}: {set:?}");
        for (got, want) in set.intervals.iter().zip(&want) {
            for (got, want) in [(got.0, want.0), (got.1, want.1)] {
                assert!(got == want || close(got, want, 1e-8, 0.0), "{formula}, {vcov}, {level}: {got} against {want}");
            }
        }
    }
    let estimate = fit(TWO, Estimator::TwoStage, "iid");
    assert!(estimate.anderson_rubin_set(0.9).is_err() && estimate.anderson_rubin_at(&[0.0]).is_err());
    let one = fit(ONE, Estimator::TwoStage, "iid");
    assert!(one.anderson_rubin_set(0.0).is_err() && one.anderson_rubin_set(1.0).is_err());
}

#[test]
fn reduced_forms_are_least_squares_on_the_instruments() {
    let forms = fit(ONE, Estimator::TwoStage, "iid").reduced_forms().expect("instruments");
    assert_eq!(forms.len(), 2);
    for (form, (response, coef, se)) in forms.iter().zip([
        ("y", [0.840_705_69, 1.580_797_26, -0.334_591_49], [0.500_759_44, 0.556_960_16, 0.425_697_18]),
        ("d1", [1.126_761_69, 0.982_184_99, -0.078_141_77], [0.298_118_95, 0.331_577_14, 0.253_431_86]),
    ]) {
        assert_eq!(form.response, response);
        for (name, (coef, se)) in ["z1", "z2", "z3"].into_iter().zip(coef.into_iter().zip(se)) {
            let j = form.names.iter().position(|n| n == name).expect("a term");
            // As printed: eight decimals.
            assert!((form.coef[j] - coef).abs() < 6e-9, "{response} {name}: {}", form.coef[j]);
            assert!((form.vcov[(j, j)].sqrt() - se).abs() < 6e-9, "{response} {name}");
        }
    }
}

#[test]
fn tests_of_instruments_need_instruments() {
    let model = Model::new("y ~ w + d1").expect("a formula").like(Like::Ivreghdfe);
    let ols = model.fit(&data()).expect("fits");
    for error in [
        ols.anderson_rubin_at(&[0.0]).map(|_| ()),
        ols.anderson_rubin_set(0.9).map(|_| ()),
        ols.anderson_rubin_projections(0.9).map(|_| ()),
        ols.orthogonality_test(&["w"]).map(|_| ()),
        ols.endogeneity_test(&["d1"]).map(|_| ()),
        ols.redundancy_test(&["w"]).map(|_| ()),
        ols.reduced_forms().map(|_| ()),
        ols.liml_over_identification().map(|_| ()),
        ols.basmann_test().map(|_| ()),
        ols.wu_hausman_test().map(|_| ()),
    ] {
        assert!(error.expect_err("no instruments").to_string().contains("without instruments"));
    }
}

#[test]
fn projections_are_of_the_endogenous() {
    let projections = fit(TWO, Estimator::TwoStage, "iid").anderson_rubin_projections(0.9).expect("two endogenous");
    assert_eq!(projections.iter().map(|one| one.of.as_str()).collect::<Vec<_>>(), ["d1", "d2"]);
}

/// scipy 1.17.1: `f.ppf(1 - tail, df1, df2)`, `chi2.ppf(0.95, 3)/3`, `chi2.sf(6, 3)`.
#[test]
fn quantiles_of_f() {
    let near = |got: f64, want: f64| assert!((got / want - 1.0).abs() < 1e-10, "{got} against {want}");
    near(f_critical(0.05, 2.0, 10.0), 4.102_821_015_130_4);
    near(f_critical(0.05, 3.0, f64::INFINITY), 2.604_909_301_083_726_5);
    near(f_critical(0.5, 4.0, 7.0), 0.926_193_099_510_032_7);
    near(f_upper(2.0, 3.0, f64::INFINITY), 0.111_610_225_094_712_68);
    let nan = f64::NAN;
    for (tail, df1, df2) in [
        (0.0, 2.0, 9.0),
        (1.0, 2.0, 9.0),
        (-0.1, 2.0, 9.0),
        (nan, 2.0, 9.0),
        (0.05, 0.0, 9.0),
        (0.05, nan, 9.0),
        (0.05, 2.0, 0.0),
        (0.05, 2.0, nan),
    ] {
        assert!(f_critical(tail, df1, df2).is_nan(), "{tail} {df1} {df2}");
    }
    for (level, df) in [(0.0, 9.0), (1.0, 9.0), (nan, 9.0), (0.95, 0.0), (0.95, nan)] {
        assert!(t_critical(level, df).is_nan(), "{level} {df}");
    }
    for (f, df1, df2) in [(nan, 2.0, 9.0), (1.0, 0.0, 9.0), (1.0, 2.0, 0.0)] {
        assert!(f_upper(f, df1, df2).is_nan());
    }
    assert_eq!([f_upper(0.0, 2.0, 9.0), f_upper(-1.0, 2.0, 9.0), f_upper(f64::INFINITY, 2.0, 9.0)], [1.0, 1.0, 0.0]);
    assert_eq!([0.0, -1.0, f64::INFINITY].map(|x| chi_squared_upper(x, 2.0)), [1.0, 1.0, 0.0]);
    assert!(chi_squared_upper(nan, 2.0).is_nan() && chi_squared_upper(1.0, 0.0).is_nan());
    // χ²(2) is exponential: e^(-x/2). t(1) is Cauchy's: ½ beyond ±1, ¼ above 1.
    near(chi_squared_upper(3.0, 2.0), (-1.5_f64).exp());
    near(t_two_sided(1.0, 1.0), 0.5);
    near(t_two_sided(-1.0, 1.0), 0.5);
    near(t_upper(1.0, 1.0), 0.25);
    near(t_upper(-1.0, 1.0), 0.75);
    near(t_upper(0.0, 5.0), 0.5);
    assert_eq!((t_two_sided(f64::INFINITY, 3.0), t_upper(f64::INFINITY, 3.0)), (0.0, 0.0));
    assert!(t_two_sided(nan, 3.0).is_nan() && t_two_sided(1.0, 0.0).is_nan());
}
