//! gretl 2022c on Grunfeld's firms: `panel inv const value capital --fixed-effects [--time-dummies]` (or `ols`), then
//! `modtest --panel` (Greene's modified Wald test, `xttest3` in Stata) and `modtest --autocorr` (Wooldridge's test).

use crate::fixest_ols::panel;
use crate::golden_files::{Csv, close};
use panel_core::Panel;
use panel_fe::{Estimate, Options, TestOutcome, fit};

fn grunfeld() -> Panel {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/grunfeld.csv");
    panel(&Csv::read(&path).expect("in the crate"), "firm", "year")
}

/// Grunfeld's firms without the third one after 1949 and the seventh one before 1940.
fn unbalanced() -> Panel {
    let mut data = grunfeld();
    let mut short = data.float("inv").expect("there").to_vec();
    short[2 * 20 + 15..3 * 20].fill(f64::NAN);
    short[6 * 20..6 * 20 + 5].fill(f64::NAN);
    data.set("short", short).expect("length");
    data
}

fn estimate(data: &Panel, formula: &str) -> Estimate {
    fit(data, formula, &Options::default(), None).expect("fits")
}

fn statistic(outcome: panel_fe::Result<TestOutcome>) -> (f64, f64) {
    let outcome = outcome.expect("a test");
    let test = outcome.available().expect("available");
    (test.stat, test.df2.unwrap_or(test.df))
}

#[test]
fn the_modified_wald_test_is_gretls() {
    let cases = [
        (grunfeld(), "inv ~ value + capital | firm", 17_342_172.600_175_5),
        (grunfeld(), "inv ~ value + capital | firm + year", 4_512.584_117_684_22),
        (grunfeld(), "inv ~ value + capital", 106_098.937_867_695),
        (unbalanced(), "short ~ value + capital | firm", 14_899_650.810_45),
    ];
    for (data, formula, want) in cases {
        let (got, df) = statistic(estimate(&data, formula).groupwise_test());
        assert!(close(got, want, 1e-9, 0.0) && df == 10.0, "{formula}: {got} on {df}");
    }
}

#[test]
fn wooldridges_test_is_gretls() {
    let cases = [(grunfeld(), "inv", 263.591_543_579_257), (unbalanced(), "short", 376.879_937_118_499)];
    for (data, outcome, want) in cases {
        let (got, df) = statistic(estimate(&data, &format!("{outcome} ~ value + capital | firm")).serial_test());
        assert!(close(got, want, 1e-9, 0.0) && df == 9.0, "{outcome}: {got} on {df}");
    }
}
