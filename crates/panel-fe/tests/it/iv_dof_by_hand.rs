//! Tests of instruments with degrees of freedom taken from N and from the residual ones, under four covariances of the
//! moments, against textbook formulas in matrices (`tests/golden/iv_dof.py`).

use crate::golden_files::{Csv, close};
use faer::Mat;
use panel_core::distribution::{chi_squared_upper, f_upper};
use panel_fe::iv::{
    EffectiveF, Estimator, InstrumentCoefficient, IvData, IvDof, IvFit, IvSystem, MomentCovariance, anderson_rubin,
    anderson_rubin_set, basmann, cragg_donald, diagnose, effective_f, endogeneity, fit, kleibergen_paap_f,
    liml_overidentification, orthogonality, over_identification, reduced_form, redundancy, stock_wright,
    under_identification, wu_hausman,
};
use panel_fe::vcov::{Groups, Kernel, Meat, Periods, Structure};
use panel_fe::{NoStandardError, TestOutcome};
use serde_json::Value;
use std::path::{Path, PathBuf};

const DOF: IvDof = IvDof { dofminus: 2.0, sdofminus: 1.0, vcov_extra: 0.0, freed: 0.0, small: false };

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(|&name| name.to_owned()).collect()
}

/// The problem of `endogenous`.
fn system(endogenous: &[&str]) -> IvSystem {
    system_of("y", endogenous)
}

/// `tiny` is 10⁻⁸ d1, `sum` z1 + z2, `sum6` 10⁶ times that, `near` d1 + 10⁻⁶ d2, `mix` what d1 lacks of `sum`, `twice` 2 d1 + w.
fn system_of(outcome: &str, endogenous: &[&str]) -> IvSystem {
    let csv = Csv::read(&golden("iv_textbook.csv")).expect("in the crate");
    let read = |name: &str| -> Vec<f64> { csv.column(name).into_iter().map(|v| v.expect("complete")).collect() };
    let joint = |a: f64, one: &[f64], b: f64, other: &[f64]| -> Vec<f64> {
        one.iter().zip(other).map(|(one, other)| a * one + b * other).collect()
    };
    let sum = joint(1.0, &read("z1"), 1.0, &read("z2"));
    let column = |name: &str| match name {
        "_cons" => vec![1.0; 16],
        "sum" => sum.clone(),
        "sum6" => joint(1e6, &sum, 0.0, &sum),
        "tiny" => joint(1e-8, &read("d1"), 0.0, &sum),
        "near" => joint(1.0, &read("d1"), 1e-6, &read("d2")),
        "mix" => joint(1.0, &sum, -1.0, &read("d1")),
        "twice" => joint(2.0, &read("d1"), 1.0, &read("w")),
        name => read(name),
    };
    let block = |names: &[&str]| -> Mat<f64> {
        let columns: Vec<Vec<f64>> = names.iter().map(|&name| column(name)).collect();
        Mat::from_fn(16, names.len(), |i, j| columns[j][i])
    };
    let (y, endog, exog, excluded) =
        (column(outcome), block(endogenous), block(&["w", "_cons"]), block(&["z1", "z2", "z3"]));
    let data = IvData {
        y: &y,
        endog: endog.as_ref(),
        exog: exog.as_ref(),
        excluded: excluded.as_ref(),
        weights: None,
        endog_names: &names(endogenous),
        exog_names: &names(&["w", "_cons"]),
        excluded_names: &names(&["z1", "z2", "z3"]),
    };
    IvSystem::new(&data).expect("identified")
}

fn estimate(system: &IvSystem, estimator: Estimator, covariance: &MomentCovariance<'_>) -> IvFit {
    fit(system, estimator, covariance, &DOF, false).expect("fits")
}

/// Rows by themselves, in pairs, and as periods of one unit under Bartlett's window with b = 3.
fn meats() -> [Meat; 3] {
    let rows: Vec<i64> = (0..16).collect();
    let pairs = Groups::new(&(0..16).map(|row| row / 2).collect::<Vec<u32>>());
    let lagged = Structure::NeweyWest {
        units: Groups::new(&[0; 16]),
        periods: Periods::calendar(&rows),
        kernel: Kernel::Bartlett,
        bandwidth: 3.0,
    };
    [Meat::new(Structure::Independent), Meat::new(Structure::Cluster(vec![pairs])), Meat::new(lagged)]
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|v| v.as_f64().expect("a number")).collect()
}

fn assert_near(what: &str, got: f64, want: f64) {
    assert!(close(got, want, 1e-8, 1e-12), "{what}: {got} against {want}");
}

/// The statistic, its degrees of freedom, and p, where it has a distribution.
fn assert_test(what: &str, got: &TestOutcome, want: &Value) {
    let want = numbers(want);
    let test = got.available().unwrap_or_else(|| panic!("{what}: {got}"));
    assert_near(what, test.stat, want[0]);
    assert_eq!(test.df, want[1], "{what}");
    assert_eq!(test.df2, want.get(2).copied(), "{what}");
    if let Some(p) = test.p {
        let f_tail = |&df2: &f64| f_upper(want[0], want[1], df2);
        assert_near(what, p, want.get(2).map_or_else(|| chi_squared_upper(want[0], want[1]), f_tail));
    }
}

fn assert_effective(got: &EffectiveF, want: &Value) {
    let test = got.test.available().expect("positive");
    assert_near("effective F", test.stat, want["stat"].as_f64().expect("a number"));
    assert_near("its df", test.df, want["df"].as_f64().expect("a number"));
    assert_eq!(got.effective_df, Some(test.df));
    let critical = want["critical"].as_array().expect("four");
    assert_eq!(got.critical.len(), critical.len());
    for (got, want) in got.critical.iter().zip(critical) {
        let want = numbers(want);
        assert_eq!(got.0, want[0]);
        assert_near("critical value of the effective F", got.1, want[1]);
    }
}

/// A covariance of rank one has an effective F (two clusters, three instruments), an indefinite one has none, in any units.
#[test]
fn the_effective_f_of_singular_and_indefinite_covariances() {
    let all: Value =
        serde_json::from_str(&std::fs::read_to_string(golden("iv_dof.json")).expect("in the crate")).expect("json");
    let by = |codes: &dyn Fn(u32) -> u32| Groups::new(&(0..16).map(codes).collect::<Vec<u32>>());
    let halves = Meat::new(Structure::Cluster(vec![by(&|row| row / 8)]));
    let got = effective_f(&system(&["d1"]), &MomentCovariance::Meat(&halves), &DOF).expect("one endogenous");
    assert_effective(&got, &all["halves"]["effective_f"]);
    // Pairs and parity: numpy finds the eigenvalues -0.17, 0.18 and 0.37, whose sum is positive.
    let two_ways = Meat::new(Structure::Cluster(vec![by(&|row| row / 2), by(&|row| row % 2)]));
    for name in ["d1", "tiny"] {
        let got = effective_f(&system(&[name]), &MomentCovariance::Meat(&two_ways), &DOF).expect("one endogenous");
        assert!(got.test.to_string().contains("not positive semidefinite"), "{name}: {}", got.test);
        assert!(got.effective_df.is_none() && got.critical.is_empty());
    }
}

#[test]
fn every_test_under_every_covariance() {
    let all: Value =
        serde_json::from_str(&std::fs::read_to_string(golden("iv_dof.json")).expect("in the crate")).expect("json");
    let [independent, pairs, lagged] = meats();
    let (one, two) = (system(&["d1"]), system(&["d1", "d2"]));
    for (kind, covariance) in [
        ("iid", MomentCovariance::Iid),
        ("robust", MomentCovariance::Meat(&independent)),
        ("cluster", MomentCovariance::Meat(&pairs)),
        ("autocorrelation", MomentCovariance::Autocorrelation(&lagged)),
    ] {
        let want = &all[kind];
        let fitted = estimate(&one, Estimator::TwoStage, &covariance);
        let check = |what: &str, got: panel_fe::Result<TestOutcome>, want: &Value| {
            assert_test(&format!("{what}, {kind}"), &got.expect("defined"), want);
        };
        for (system, label) in [(&one, "one"), (&two, "two")] {
            let want = &want[label];
            check(label, under_identification(system, &covariance, &DOF), &want["under_identification"]);
            if kind == "iid" {
                check(label, cragg_donald(system, &DOF), &want["cragg_donald"]);
            } else {
                check(label, kleibergen_paap_f(system, &covariance, &DOF), &want["kleibergen_paap"]);
            }
        }
        check(
            "over-identification",
            over_identification(&one, &fitted, &covariance, &DOF),
            &want["over_identification"],
        );
        let tested = orthogonality(&one, &fitted, &names(&["z2"]), &covariance, &DOF);
        check("orthogonality", tested, &want["orthogonality"]);
        check("endogeneity", endogeneity(&one, &names(&["d1"]), &covariance, &DOF), &want["endogeneity"]);
        check("Stock-Wright", stock_wright(&one, &covariance, &DOF), &want["stock_wright"]);
        for (system, at, key) in [
            (&one, None, "anderson_rubin_zero"),
            (&one, Some(&[0.5][..]), "anderson_rubin_half"),
            (&two, Some(&[0.5, -0.25][..]), "anderson_rubin_two"),
        ] {
            let got = anderson_rubin(system, at, &covariance, &DOF).expect("defined");
            assert_test(key, &got.f, &want[key]["f"]);
            assert_test(key, &got.chi2, &want[key]["chi2"]);
        }
        check("z2", redundancy(&one, &names(&["z2"]), &covariance, &DOF), &want["redundancy_one"]);
        check("z1 and z3", redundancy(&one, &names(&["z1", "z3"]), &covariance, &DOF), &want["redundancy_pair"]);
        let of_two = redundancy(&two, &names(&["z2"]), &covariance, &DOF);
        if kind == "autocorrelation" {
            let reason = of_two.expect("known").to_string();
            assert!(reason.contains("not defined here for autocorrelation with several endogenous"), "{reason}");
        } else {
            check("z2 of two", of_two, &want["redundancy_two"]);
        }
        assert_effective(&effective_f(&one, &covariance, &DOF).expect("one endogenous"), &want["effective_f"]);
        assert!(
            effective_f(&two, &covariance, &DOF).is_err()
                && anderson_rubin(&two, Some(&[1.0]), &covariance, &DOF).is_err()
        );
    }
}

#[test]
fn tests_for_iid_errors_alone() {
    let all: Value =
        serde_json::from_str(&std::fs::read_to_string(golden("iv_dof.json")).expect("in the crate")).expect("json");
    let (want, one) = (&all["iid"], system(&["d1"]));
    let fitted = estimate(&one, Estimator::TwoStage, &MomentCovariance::Iid);
    assert_test("Basmann", &basmann(&one, &fitted, &DOF), &want["basmann"]);
    assert_test("Wu-Hausman", &wu_hausman(&one, &DOF), &want["wu_hausman"]);
    let liml = estimate(&one, Estimator::Liml, &MomentCovariance::Iid);
    let got = liml_overidentification(&one, &liml, &DOF);
    assert_test("LIML LR", &got.likelihood_ratio, &want["liml_ratio"]);
    assert_test("LIML linearized", &got.linearized, &want["liml_linear"]);
    // No residual degree of freedom leaves no F.
    let two = system(&["d1", "d2"]);
    let none = IvDof { sdofminus: 9.0, ..DOF };
    for got in [cragg_donald(&two, &none).expect("a reason"), wu_hausman(&one, &IvDof { sdofminus: 10.0, ..DOF })] {
        assert!(got.to_string().contains("0 residual degrees of freedom"), "{got}");
    }
    assert!(wu_hausman(&one, &IvDof { sdofminus: 9.0, ..DOF }).available().is_some());
}

/// A regressor that the instruments add up to leaves rounding, of which no statistic is made, whatever its units.
#[test]
fn nothing_is_computed_from_rounding() {
    let [independent, ..] = meats();
    let none = |test: &TestOutcome, why: &str| {
        assert!(test.available().is_none() && test.to_string().contains(why), "{test}");
    };
    for name in ["sum", "sum6"] {
        let system = system(&[name]);
        for covariance in [MomentCovariance::Iid, MomentCovariance::Meat(&independent)] {
            let fitted = estimate(&system, Estimator::TwoStage, &covariance);
            let got = diagnose(&system, &fitted, &covariance, &DOF).expect("diagnostics");
            none(&got.weak_id, "fits perfectly");
            none(&got.effective_f.expect("one endogenous").test, "fits perfectly");
            none(&got.first_stage[0].f, "fits perfectly");
            let unavailable = |row: &InstrumentCoefficient| row.unavailable == Some(NoStandardError::PerfectFit);
            assert!(got.first_stage[0].instruments.iter().all(unavailable));
            let forms = reduced_form(&system, &covariance, &DOF).expect("two");
            assert!(forms[0].f.available().is_some() && forms[0].vcov[(0, 0)] > 0.0);
            none(&forms[1].f, "the fit is perfect");
            assert_eq!((forms[1].rmse, forms[1].vcov[(0, 0)]), (0.0, 0.0));
            // z1 and z2 leave nothing to z3; z1 and z3 leave z2.
            let redundant = |name| redundancy(&system, &names(&[name]), &covariance, &DOF).expect("known");
            none(&redundant("z3"), &format!("the other instruments explain {name} but for rounding"));
            assert!(redundant("z2").available().is_some());
        }
        none(&kleibergen_paap_f(&system, &MomentCovariance::Meat(&independent), &DOF).expect("a reason"), "perfectly");
        none(&wu_hausman(&system, &DOF), "fits perfectly");
    }
    // One of two is enough for Wu and Hausman; the other still says how weak the instruments are.
    let both = system(&["d2", "sum"]);
    none(&wu_hausman(&both, &DOF), "fits perfectly");
    assert!(cragg_donald(&both, &DOF).expect("defined").available().is_some());
    // d1 + mix is z1 + z2: together nothing is left of them.
    let mixed = redundancy(&system(&["d1", "mix"]), &names(&["z3"]), &MomentCovariance::Iid, &DOF).expect("known");
    none(&mixed, "the other instruments explain mix but for rounding");
    // d2 = 10⁶ (d1 + 10⁻⁶ d2) - 10⁶ d1: what is left is small beside d1 times its coefficient, not beside d2 alone.
    let cancelled = system_of("d2", &["d1", "near"]);
    let at = |by: f64| anderson_rubin(&cancelled, Some(&[-by, by]), &MomentCovariance::Iid, &DOF).expect("two").f;
    none(&at(1e6), "nothing but rounding");
    assert!(at(1e5).available().is_some() && at(0.0).available().is_some());
    // No degree of freedom, no set.
    let few = IvDof { sdofminus: 9.0, ..DOF };
    let error =
        anderson_rubin_set(&system(&["d1"]), 0.9, &MomentCovariance::Iid, &few).expect_err("no set").to_string();
    assert!(error.contains("0 degrees of freedom"), "{error}");
    // y = 2 d1 + w: at 2 nothing is left to be explained, at 1.9 a tenth of d1 is.
    let exact = system_of("twice", &["d1"]);
    for covariance in [MomentCovariance::Iid, MomentCovariance::Meat(&independent)] {
        let at = |beta: f64| anderson_rubin(&exact, Some(&[beta]), &covariance, &DOF).expect("one coefficient");
        none(&at(2.0).f, "nothing but rounding");
        none(&at(2.0).chi2, "nothing but rounding");
        let want = anderson_rubin(&system_of("d1", &["d2"]), None, &covariance, &DOF).expect("one coefficient");
        assert_near("a tenth", at(1.9).f.available().expect("an F").stat, want.f.available().expect("an F").stat);
    }
}
