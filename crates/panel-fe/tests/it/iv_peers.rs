//! Instruments on Grunfeld's firms against programs of others, who have the effects as dummies:
//!
//! - linearmodels 7.1: `IV2SLS`, `IVLIML(fuller, kappa)` and `IVGMM` of inv on capital and ten dummies, value instrumented by
//!   its two lags and the lag of capital; Sargan, Basmann, Wu-Hausman, J and the C statistic of `c_stat(["value"])`.
//! - pyfixest 0.60.0: `feols("inv ~ capital | firm | value ~ l1 + l2 + k1", vcov)`, the F of its `IV_Diag`. With one endogenous
//!   regressor it is the Kleibergen-Paap F.
//! - ivmodels 0.10.0: `anderson_rubin_test(Z, X, y, beta = 0, C)` and `rank_test(Z, X, C)`, three times the Cragg-Donald F.

use crate::fixest_ols::panel;
use crate::golden_files::{Csv, close};
use panel_core::Panel;
use panel_fe::{Estimate, Estimator, Like, Model, TestOutcome};

const FORMULA: &str = "inv ~ capital | firm | value ~ lag(value) + lag(value, 2) + lag(capital)";

fn grunfeld() -> Panel {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/grunfeld.csv");
    panel(&Csv::read(&path).expect("in the crate"), "firm", "year")
}

fn fit(data: &Panel, estimator: Estimator, vcov: &str) -> Estimate {
    let model = Model::new(FORMULA).expect("a formula").vcov(vcov.parse().expect("known")).like(Like::Ivreghdfe);
    model.estimator(estimator).fit(data).expect("fits")
}

fn statistic(test: &TestOutcome) -> f64 {
    test.available().unwrap_or_else(|| panic!("{test}")).stat
}

fn assert_near(what: &str, got: f64, want: f64) {
    assert!(close(got, want, 1e-8, 0.0), "{what}: {got} against {want}");
}

#[test]
fn estimates_of_every_estimator() {
    let data = grunfeld();
    for (estimator, coefficient, se) in [
        (Estimator::TwoStage, 0.165_837_412_059_158, 0.036_002_700_327_976),
        (Estimator::Liml, 0.277_653_357_673_379_7, 0.083_777_201_998_714_5),
        (Estimator::Fuller(1.0), 0.260_125_199_170_232_7, 0.075_161_787_765_461),
        (Estimator::Fuller(4.0), 0.224_316_979_831_069_6, 0.059_050_899_362_870),
        (Estimator::KClass(0.9), 0.144_151_917_316_106_5, 0.027_297_957_989_732_3),
    ] {
        let row = fit(&data, estimator, "iid").coefficient("value").expect("there").clone();
        assert_near(&format!("{estimator}"), row.estimate, coefficient);
        assert_near(&format!("s.e. of {estimator}"), row.se, se);
    }
    for (vcov, value, capital) in [
        ("hc1", 0.110_074_561_939_534, 0.295_804_252_228_816),
        ("cluster:year", 0.188_381_700_482_356, 0.269_961_867_613_307),
    ] {
        let gmm = fit(&data, Estimator::Gmm2s, vcov);
        assert_near(vcov, gmm.coefficient("value").expect("there").estimate, value);
        assert_near(vcov, gmm.coefficient("capital").expect("there").estimate, capital);
    }
}

#[test]
fn tests_of_instruments() {
    let data = grunfeld();
    let iid = fit(&data, Estimator::TwoStage, "iid");
    let diagnostics = &iid.iv.as_ref().expect("instruments").diagnostics;
    assert_near("Sargan", statistic(&diagnostics.over_id), 20.038_504_878_975_9);
    assert_near("Wu-Hausman", statistic(&iid.wu_hausman_test().expect("a test")), 2.237_520_412_094_272);
    assert_near("Durbin", statistic(&diagnostics.endogeneity), 2.379_813_135_977_54);
    assert_near("Cragg-Donald", statistic(&diagnostics.weak_id), 25.781_054_551_235_965 / 3.0);
    assert_near("Anderson-Rubin", statistic(&diagnostics.anderson_rubin.f), 11.345_501_935_299_09);
    assert_near("first stage", statistic(&diagnostics.first_stage[0].f), 8.593_684_850_411_99);
    for (vcov, j, c, first) in [
        ("hc1", 8.607_327_547_595_688, 0.006_843_901_429_640_198, 1.373_081_505_574_111),
        ("cluster:year", 5.175_023_563_884_292, 0.147_482_324_326_710_5, 0.880_894_972_010_540_5),
    ] {
        let diagnostics = fit(&data, Estimator::TwoStage, vcov).iv.expect("instruments").diagnostics;
        assert_near(&format!("Hansen J, {vcov}"), statistic(&diagnostics.over_id), j);
        assert!(close(statistic(&diagnostics.endogeneity), c, 1e-6, 0.0), "{vcov}: {}", diagnostics.endogeneity);
        assert_near(&format!("Kleibergen-Paap, {vcov}"), statistic(&diagnostics.weak_id_robust), first);
    }
}
