//! What comes after a fit beside R 4.2.2 (`tests/golden/peers.R`, answers in `peers.json`): Simonsohn's own two-lines
//! program, Johnson-Neyman ranges by emmeans, the effective F from lm and sandwich, bootstraps of sandwich and boot.

use crate::fixest_ols::panel;
use crate::golden_files::{Csv, close};
use panel_core::Panel;
use panel_fe::bootstrap::{BootstrapSummary, Resampling};
use panel_fe::moderation::Moderation;
use panel_fe::turning_point::FiellerSet;
use panel_fe::vcov::Groups;
use panel_fe::{Estimate, Like, Model};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn r() -> Value {
    serde_json::from_str(&std::fs::read_to_string(golden("peers.json")).expect("in the crate")).expect("json")
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(all) => all.iter().map(|v| v.as_f64().expect("a number")).collect(),
        one => vec![one.as_f64().expect("a number")],
    }
}

fn grunfeld() -> Panel {
    panel(&Csv::read(&golden("grunfeld.csv")).expect("in the crate"), "firm", "year")
}

/// A cross-section: every row an entity of its own, in one period.
fn cross_section(name: &str) -> Panel {
    let csv = Csv::read(&golden(name)).expect("in the crate");
    let entity = csv.rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>();
    let period = vec!["1".to_owned(); entity.len()];
    let builder = Panel::builder("unit", "period").keys(entity, period);
    let number = |name: &String| csv.column(name).into_iter().map(|v| v.expect("a number")).collect::<Vec<f64>>();
    csv.header[1..].iter().fold(builder, |b, name| b.column(name.clone(), number(name))).build().expect("unique")
}

fn fit(data: &Panel, formula: &str, vcov: &str) -> Estimate {
    Model::new(formula).expect("a formula").vcov(vcov.parse().expect("known")).fit(data).expect("fits")
}

fn assert_near(what: &str, got: f64, want: f64, tolerance: f64) {
    assert!(close(got, want, tolerance, 0.0), "{what}: {got} against {want}");
}

/// twolines() 0.52 of the test's author, on mgcv's smooth, with HC1 in the place of its HC3. Its smoothing parameter is the
/// minimum of the same criterion, so that the same rows lie in the flat region, and everything after that is exact.
#[test]
fn the_two_lines_are_those_of_their_author() {
    let r = r();
    for (case, data, formula, x) in [
        ("grunfeld", grunfeld(), "inv ~ capital", "capital"),
        ("states", cross_section("states.csv"), "life_exp ~ income + murder", "income"),
        ("air", cross_section("air.csv"), "ozone ~ temp + wind", "temp"),
    ] {
        let got = fit(&data, formula, "hc1").two_lines(x, None).expect("runs");
        let want = &r["two_lines"][case];
        assert_eq!(got.extreme, numbers(&want["extreme"])[0], "{case}");
        assert_near(case, got.breakpoint, numbers(&want["breakpoint"])[0], 1e-9);
        let (slopes, t) = (numbers(&want["slopes"]), numbers(&want["t"]));
        for (k, line) in [got.left, got.right].into_iter().enumerate() {
            assert_near(&format!("{case}, slope {k}"), line.slope, slopes[k], 1e-8);
            assert_near(&format!("{case}, t {k}"), line.t, t[k], 1e-8);
        }
    }
}

/// Where the t statistic of emmeans' `emtrends` is the critical value. R's own example of the range: income in 50 states on
/// illiteracy, moderated by murder.
#[test]
fn johnson_neyman_ranges_are_those_of_emmeans() {
    let r = r();
    let (states, firms) = (cross_section("states.csv"), grunfeld());
    let murder = "income ~ illiteracy + murder + illiteracy:murder + hs_grad";
    let value = "inv ~ value + capital + value:capital | firm";
    for (case, estimate, x, interaction) in [
        ("states", fit(&states, murder, "iid"), "illiteracy", "illiteracy:murder"),
        ("states_hc1", fit(&states, murder, "hc1"), "illiteracy", "illiteracy:murder"),
        ("grunfeld", fit(&firms, value, "iid"), "value", "value:capital"),
    ] {
        let line = Moderation::linear(&estimate.coefficients(), x, interaction).expect("known names");
        let set = line.johnson_neyman_slope(0.0, 0.95).expect("a level");
        let (FiellerSet::Interval { low, high } | FiellerSet::Complement { low, high }) = set else {
            panic!("{case}: {set:?}");
        };
        let want = numbers(&r["johnson_neyman"][case]);
        assert_eq!(want.len(), 2, "{case}");
        assert_near(case, low, want[0], 1e-8);
        assert_near(case, high, want[1], 1e-8);
    }
}

/// Coefficients and covariance of the first stage are those of lm and sandwich; the trace formula and the simplified
/// critical values of Montiel Olea & Pflueger (2013) stand in the script, formed by loops. pyfixest 0.60.0 says the same of
/// the case without controls: `feols("inv ~ 1 | firm | capital ~ c1 + v1 + v2", vcov = "hetero")`, `IV_Diag()`, 995.78037389.
#[test]
fn the_effective_f_is_that_of_the_first_stage_of_r() {
    let (data, r) = (grunfeld(), r());
    let instruments = "capital ~ lag(capital) + lag(value) + lag(value, 2)";
    for (case, exogenous, vcov) in [
        ("firm_hc1", "1", "hc1"),
        ("value_iid", "value", "iid"),
        ("value_hc1", "value", "hc1"),
        ("value_cluster", "value", "cluster:firm"),
    ] {
        let formula = format!("inv ~ {exogenous} | firm | {instruments}");
        let model = Model::new(&formula).expect("a formula").vcov(vcov.parse().expect("known"));
        let estimate = model.like(Like::Ivreghdfe).fit(&data).expect("fits");
        let effective =
            estimate.iv.as_ref().and_then(|iv| iv.diagnostics.effective_f.as_ref()).expect("one endogenous");
        let want = &r["effective_f"][case];
        // (N−1)/(N−k): firms are nested in the clusters and count as one constant here, R counts its ten dummies.
        let dummies = if vcov == "cluster:firm" { (180.0 - 14.0) / (180.0 - 5.0) } else { 1.0 };
        let f = effective.test.available().expect("computed").stat;
        assert_near(case, f * dummies, numbers(&want["f"])[0], 1e-8);
        assert_near(case, effective.effective_df.expect("computed"), numbers(&want["df"])[0], 1e-8);
        for ((tau, got), want) in effective.critical.iter().zip(numbers(&want["critical"])) {
            assert_near(&format!("{case} at {tau}"), *got, want, 1e-7);
        }
    }
    let pyfixest = numbers(&r["effective_f"]["firm_hc1"]["f"])[0];
    assert_near("pyfixest", pyfixest, 995.780_373_891_274_3, 1e-12);
}

/// 20,000 draws here and there, with other random numbers: a standard error is known to 0.5 % or so (draws have fatter tails
/// than normal ones), the end of a percentile interval to 0.02 standard errors. The bias correction looks up quantiles far
/// out where the draws lie to one side of the estimate, as those of blocks do; it is compared for pairs.
#[test]
fn bootstraps_are_those_of_sandwich_and_boot() {
    let (data, r) = (grunfeld(), r());
    let estimate = fit(&data, "inv ~ value + capital", "iid");
    let (firms, years) = (Groups::new(data.entity_of_row()), Groups::new(data.time_of_row()));
    let run = |resampling: &Resampling<'_>| -> BootstrapSummary {
        let slopes =
            |fit: &Estimate| Ok(["value", "capital"].map(|x| fit.coefficient(x).expect("there").estimate).to_vec());
        estimate.bootstrap(resampling, 20_000, 1, slopes).expect("runs")
    };
    for (case, resampling) in [
        ("pairs", Resampling::Pairs),
        ("clusters", Resampling::Clusters(&firms)),
        ("blocks", Resampling::Periods { periods: &years, length: 3 }),
    ] {
        let (got, want) = (run(&resampling), &r["bootstrap"][case]);
        assert_eq!(got.failed, 0);
        for (j, want_se) in numbers(&want["se"]).into_iter().enumerate() {
            let se = got.se(j).expect("draws");
            assert_near(&format!("{case} {j}"), se, want_se, 0.03);
            if let Some(other) = want.get("sandwich_se") {
                assert_near(&format!("{case} {j} of sandwich"), se, numbers(other)[j], 0.03);
            }
            let (low, high) = got.percentile(j, 0.95).expect("draws");
            let mut ends = vec![("percentile", low, high)];
            if case == "pairs" {
                let (low, high) = got.bias_corrected(j, 0.95).expect("draws");
                ends.push(("bias_corrected", low, high));
            }
            // sandwich gives no draws.
            for (kind, low, high) in ends.into_iter().filter(|_| case != "clusters") {
                let want = numbers(&want[kind][j]);
                for (got, want) in [(low, want[0]), (high, want[1])] {
                    assert!((got - want).abs() < 0.1 * se, "{case} {j}: {got} against {want}, s.e. {se}");
                }
            }
        }
    }
}
