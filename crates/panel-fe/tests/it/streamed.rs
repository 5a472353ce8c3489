//! Fits that read their columns without residual columns: dummy variables in double-double precision, columns far from
//! zero, rows in any order.

#[path = "../../src/fit/agreement/table.rs"]
mod table;

use crate::wide::{Column, Wide, dot, extend, outside, wide};
use panel_core::Panel;
use panel_core::random::Stream;
use panel_fe::{Estimate, Model, Options};
use proptest::prelude::*;
use table::Table;

fn options(vcov: &str, weighted: bool) -> Options {
    let mut options = Options { vcov: vcov.parse().expect("known"), ..Options::default() };
    if weighted {
        options.weights = Some(panel_fe::Weights { column: "w".into(), kind: panel_fe::WeightKind::Analytic });
    }
    options
}

fn fit(panel: &Panel, formula: &str, options: &Options) -> panel_fe::Result<Estimate> {
    Model::new(formula).expect("valid").options(options.clone()).fit(panel)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The order of rows is seen in rounding only.
    #[test]
    fn rows_in_any_order(seed: u64, firms in 3_usize..30, years in 3_usize..10, full: bool, weighted: bool) {
        let table = Table::new(seed, firms, years, if full { 100 } else { 80 }, 0.0);
        let n = table.firm.len();
        let mut order: Vec<usize> = (0..n).collect();
        let mut stream = Stream::new(seed, 1);
        (1..n).rev().for_each(|i| order.swap(i, stream.below(i + 1)));
        for vcov in ["iid", "hc1", "cluster:firm", "cluster:across"] {
            let options = options(vcov, weighted);
            let run = |panel: &Panel| fit(panel, "y ~ x1 + x2 | firm + year", &options);
            let (a, b) = (run(&table.in_order()), run(&table.panel(&order)));
            let (Ok(a), Ok(b)) = (a, b) else { return Ok(()) };
            for (p, q) in a.coef.iter().zip(&b.coef) {
                prop_assert!((p.estimate - q.estimate).abs() <= 1e-12 * p.se.max(p.estimate.abs()), "{p:?} {q:?}");
                prop_assert_eq!(p.unavailable, q.unavailable, "{:?} {:?}", p, q);
                if p.unavailable.is_none() {
                    prop_assert!((p.se - q.se).abs() <= 1e-11 * p.se, "{p:?} {q:?}");
                }
            }
        }
    }
}

/// Dummy variables in double-double precision, for columns far from zero: the digits that the data have are kept.
#[test]
fn columns_far_from_zero_keep_their_digits() {
    for (level, digits) in [(0.0, 1e-13), (1e6, 1e-13), (1e12, 1e-13)] {
        for share in [100, 80] {
            let table = Table::new(7, 12, 7, share, level);
            let n = table.firm.len();
            let column = |name: &str| &table.columns.iter().find(|column| column.0 == name).expect("there").1;
            // What double precision made of the columns is the data: less the level it is exact.
            let own = |name: &str| wide(&column(name).iter().map(|value| value - level).collect::<Vec<f64>>());
            let mut basis: Vec<Column> = Vec::new();
            for (of_firm, code) in (0..12).map(|f| (true, f)).chain((1..7).map(|t| (false, t))) {
                let is = |row: usize| if of_firm { table.firm[row] == code } else { table.year[row] == code };
                let dummy: Vec<f64> = (0..n).map(|row| f64::from(u8::from(is(row)))).collect();
                assert!(extend(&mut basis, &wide(&dummy), 1.0, 1e-9));
            }
            let residual = |name: &str| outside(&basis, &own(name));
            let (y, x1, x2) = (residual("y"), residual("x1"), residual("x2"));
            let (a, b, c) = (dot(&x1, &x1), dot(&x1, &x2), dot(&x2, &x2));
            let (p, q) = (dot(&x1, &y), dot(&x2, &y));
            let determinant = a * c - b * b;
            let want = [(c * p - b * q) / determinant, (a * q - b * p) / determinant].map(Wide::value);
            let estimate = fit(&table.in_order(), "y ~ x1 + x2 | firm + year", &options("cluster:firm", false));
            let estimate = estimate.expect("fits");
            for j in 0..2 {
                let distance = (estimate.estimates[j] - want[j]).abs();
                assert!(distance <= digits * want[j].abs(), "{level:e} {share}: {distance:e} of {}", want[j]);
                assert!(distance <= estimate.error_bounds[j], "{level:e} {share}: beyond the bound");
            }
            let b = want.map(Wide::from);
            let u: Vec<f64> = (0..n).map(|i| (y[i] - x1[i] * b[0] - x2[i] * b[1]).value()).collect();
            let ssr: f64 = u.iter().map(|u| u * u).sum();
            assert!((estimate.ssr / ssr - 1.0).abs() < 1e-12, "{level:e} {share}: {} {ssr}", estimate.ssr);
        }
    }
}
