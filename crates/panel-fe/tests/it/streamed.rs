//! Fits that read their columns without residual columns, against fits with them (several formulas on one sample keep
//! residual columns) and against dummy variables; panels at the edges; columns far from zero.

use crate::wide::{Column, Wide, dot, extend, outside, wide};
use panel_core::Panel;
use panel_core::random::Stream;
use panel_fe::{Error, Estimate, Model, Options, fit_many};
use proptest::prelude::*;

/// Rows (firm, year) with columns y, x1, x2, w and a trend.
struct Table {
    firm: Vec<usize>,
    year: Vec<usize>,
    columns: Vec<(&'static str, Vec<f64>)>,
}

impl Table {
    /// `share` of the firm-years in a hundred, `level` added to every column but the weight.
    fn new(seed: u64, firms: usize, years: usize, share: usize, level: f64) -> Self {
        let mut stream = Stream::new(seed, 0);
        let rows: Vec<(usize, usize)> = (0..firms)
            .flat_map(|firm| (0..years).map(move |year| (firm, year)))
            .filter(|_| stream.below(100) < share)
            .collect();
        let mut normal = || (0..6).map(|_| stream.below(65_536) as f64 / 32_768.0 - 1.0).sum::<f64>();
        let mut column = |slope: f64, trend: f64, base: &[f64]| -> Vec<f64> {
            let own: Vec<f64> = (0..firms).map(|_| normal()).collect();
            let value = |(at, &(firm, year)): (usize, &(usize, usize))| {
                level + slope * base.get(at).map_or(0.0, |x| x - level) + own[firm] + trend * year as f64 + normal()
            };
            rows.iter().enumerate().map(value).collect()
        };
        let x1 = column(0.0, 0.5, &[]);
        let x2 = column(0.3, -0.2, &x1);
        let y = column(-0.7, 1.0, &x1);
        let weight = rows.iter().map(|_| (1 + stream.below(32)) as f64 / 8.0).collect();
        let trend = rows.iter().map(|row| level + row.1 as f64).collect();
        let columns = vec![("y", y), ("x1", x1), ("x2", x2), ("w", weight), ("trend", trend)];
        Self { firm: rows.iter().map(|row| row.0).collect(), year: rows.iter().map(|row| row.1).collect(), columns }
    }

    /// The same table in another order of rows.
    fn panel(&self, order: &[usize]) -> Panel {
        let label = |codes: &[usize], letter: &str| -> Vec<String> {
            order.iter().map(|&row| format!("{letter}{:04}", codes[row])).collect()
        };
        let group: Vec<f64> = order.iter().map(|&row| (self.firm[row] / 2) as f64).collect();
        let across: Vec<f64> = order.iter().map(|&row| ((self.firm[row] + 2 * self.year[row]) % 5) as f64).collect();
        let mut builder = Panel::builder("firm", "year")
            .keys(label(&self.firm, "f"), label(&self.year, "t"))
            .column("group", group)
            .column("across", across);
        for (name, values) in &self.columns {
            builder = builder.column(*name, order.iter().map(|&row| values[row]).collect::<Vec<f64>>());
        }
        builder.build().expect("distinct keys")
    }

    fn in_order(&self) -> Panel {
        self.panel(&(0..self.firm.len()).collect::<Vec<_>>())
    }
}

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

fn with_columns(panel: &Panel, formula: &str, options: &Options) -> Estimate {
    fit_many(panel, &[formula], options, None).expect("fits").remove(0)
}

const VCOVS: [&str; 8] =
    ["iid", "hc1", "hc3", "cluster:firm", "cluster:year", "cluster:group", "cluster:across", "cluster:firm,year"];

/// Coefficients within `digits` and the bounds, everything else within `digits`.
fn assert_same(a: &Estimate, b: &Estimate, digits: f64, what: &str) {
    let close = |a: f64, b: f64| (a - b).abs() <= digits * a.abs().max(b.abs()) || (a.is_nan() && b.is_nan());
    assert_eq!(a.names, b.names, "{what}");
    assert_eq!(a.dropped, b.dropped, "{what}");
    assert_eq!(a.dof, b.dof, "{what}");
    assert_eq!(a.small_sample, b.small_sample, "{what}");
    assert_eq!(a.clusters, b.clusters, "{what}");
    for j in 0..a.names.len() {
        let (p, q) = (&a.coef[j], &b.coef[j]);
        let bound = a.error_bounds[j] + b.error_bounds[j];
        assert!((p.estimate - q.estimate).abs() <= bound.max(digits * p.se), "{what}: {p:?} {q:?} {bound:e}");
        assert!(close(p.se, q.se), "{what}: {p:?} {q:?}");
        assert_eq!(p.unavailable, q.unavailable, "{what}");
    }
    for (p, q) in [
        (a.ssr, b.ssr),
        (a.rmse, b.rmse),
        (a.r2.overall, b.r2.overall),
        (a.r2.adjusted, b.r2.adjusted),
        (a.r2.within.unwrap_or(0.0), b.r2.within.unwrap_or(0.0)),
        (a.r2.within_entity.unwrap_or(0.0), b.r2.within_entity.unwrap_or(0.0)),
    ] {
        assert!(close(p, q), "{what}: {p} {q}");
    }
    let scale = (a.ssr / a.residuals().len() as f64).sqrt();
    for (u, v) in a.residuals().iter().zip(b.residuals()) {
        assert!((u - v).abs() <= digits * scale.max(a.error_bound), "{what}: residuals {u} {v}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// On any panel both ways of fitting agree.
    #[test]
    fn readings_agree_with_residual_columns(
        seed: u64, firms in 3_usize..40, years in 3_usize..14, share in 0_usize..3, weighted: bool, effects in 0_usize..4,
        vcov in 0_usize..VCOVS.len(), regressors in 0_usize..3,
    ) {
        let table = Table::new(seed, firms, years, [100, 90, 60][share], 0.0);
        let panel = table.in_order();
        let effects = ["firm", "year", "firm + year", "year + firm + across"][effects];
        let x = ["x1", "x1 + x2", "trend + x1 + x2"][regressors];
        let formula = format!("y ~ {x} | {effects}");
        let options = options(VCOVS[vcov], weighted);
        let Ok(estimate) = fit(&panel, &formula, &options) else {
            prop_assert!(fit_many(&panel, &[&formula], &options, None).is_err());
            return Ok(());
        };
        let columns = with_columns(&panel, &formula, &options);
        assert_same(&estimate, &columns, 1e-12, &format!("{formula} {} weighted {weighted}", VCOVS[vcov]));
        // The scores of an exchanged covariance are those of a fit with it.
        let exchanged = fit(&panel, &formula, &self::options("iid", weighted)).expect("fits");
        let exchanged = exchanged.with_vcov_from(&options.vcov, options.like, &panel).expect("known");
        prop_assert_eq!(&exchanged.vcov, &estimate.vcov);
        prop_assert_eq!(&exchanged.estimates, &estimate.estimates);
    }

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
                prop_assert!((p.se - q.se).abs() <= 1e-11 * p.se, "{p:?} {q:?}");
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

/// Runs longer than a batch, and chunks: one bit for every number of threads.
#[test]
fn threads_change_no_bit_of_a_reading() {
    let table = Table::new(11, 20_000, 9, 100, 1e6);
    let ragged = Table::new(12, 20_000, 10, 85, 0.0);
    for (name, panel) in [("balanced", table.in_order()), ("ragged", ragged.in_order())] {
        for (effects, vcov, weighted) in [
            ("firm", "cluster:firm", false),
            ("year", "cluster:year", true),
            ("across", "hc1", false),
            ("firm + year", "cluster:firm", false),
            ("firm + year", "cluster:group", true),
            ("firm + year", "cluster:across", false),
            ("year + across", "cluster:across", true),
        ] {
            let options = options(vcov, weighted);
            let formula = format!("y ~ x1 + x2 | {effects}");
            let run = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
                pool.install(|| fit(&panel, &formula, &options)).expect("fits")
            };
            let (one, three) = (run(1), run(3));
            assert_eq!(one.estimates, three.estimates, "{name} {effects}");
            assert_eq!(one.vcov, three.vcov, "{name} {effects}");
            assert_eq!(one.error_bounds, three.error_bounds, "{name} {effects}");
            assert_eq!((one.ssr, one.r2), (three.ssr, three.r2), "{name} {effects}");
            assert_same(&one, &with_columns(&panel, &formula, &options), 1e-11, &format!("{name} {effects} {vcov}"));
        }
    }
}

/// Many regressors: several blocks of columns.
#[test]
fn eleven_regressors() {
    let mut table = Table::new(3, 60, 8, 100, 0.0);
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    for (at, name) in names.iter().enumerate() {
        let more = Table::new(20 + at as u64, 60, 8, 100, 0.0);
        table.columns.push((name, more.columns[1].1.clone()));
    }
    let formula = format!("y ~ x1 + x2 + {} | firm + year", names.join(" + "));
    for vcov in VCOVS {
        let options = options(vcov, false);
        let panel = table.in_order();
        let estimate = fit(&panel, &formula, &options).expect("fits");
        assert_eq!(estimate.names.len(), 11);
        assert_same(&estimate, &with_columns(&panel, &formula, &options), 1e-12, vcov);
    }
}

#[test]
fn panels_at_the_edges() {
    let iid = options("iid", false);
    let one_entity = Table::new(1, 1, 12, 100, 0.0).in_order();
    let estimate = fit(&one_entity, "y ~ x1 | firm", &iid).expect("fits");
    assert_same(&estimate, &with_columns(&one_entity, "y ~ x1 | firm", &iid), 1e-12, "one entity");
    assert!(matches!(fit(&one_entity, "y ~ x1 | firm + year", &iid), Err(Error::NoObservations(_))));
    let one_period = Table::new(1, 12, 1, 100, 0.0).in_order();
    let estimate = fit(&one_period, "y ~ x1 | year", &iid).expect("fits");
    assert_same(&estimate, &with_columns(&one_period, "y ~ x1 | year", &iid), 1e-12, "one period");
    assert!(matches!(fit(&one_period, "y ~ x1 | firm", &iid), Err(Error::NoObservations(_))));
    // Every row a singleton that is kept: nothing is left of any regressor.
    let kept = Options { singletons: panel_fe::Singletons::Keep, ..iid.clone() };
    assert!(matches!(fit(&one_period, "y ~ x1 | firm", &kept), Err(Error::NoRegressor(_))));
    let mut table = Table::new(2, 9, 6, 100, 0.0);
    let n = table.firm.len();
    table.columns.push(("constant", vec![1e12; n]));
    table.columns.push(("gone", vec![f64::NAN; n]));
    let panel = table.in_order();
    for effects in ["firm", "year", "firm + year"] {
        let formula = format!("y ~ constant + x1 | {effects}");
        let estimate = fit(&panel, &formula, &iid).expect("fits");
        assert_eq!(estimate.names, ["x1"]);
        assert_same(&estimate, &with_columns(&panel, &formula, &iid), 1e-12, effects);
        assert!(matches!(fit(&panel, &format!("y ~ constant | {effects}"), &iid), Err(Error::NoRegressor(_))));
        assert!(matches!(fit(&panel, &format!("y ~ gone | {effects}"), &iid), Err(Error::NoObservations(_))));
        let constant = fit(&panel, &format!("constant ~ x1 | {effects}"), &iid).expect("fits");
        assert_eq!(constant.coef[0].unavailable, Some(panel_fe::NoStandardError::Explained));
        let alone = fit(&panel, &format!("y ~ 0 | {effects}"), &iid).expect("effects alone");
        assert_same(&alone, &with_columns(&panel, &format!("y ~ 0 | {effects}"), &iid), 1e-12, effects);
    }
    // A regressor twice, and one that the periods explain.
    let formula = "y ~ x1 + trend + x2 + I(2 * x1) | firm + year";
    if let Ok(estimate) = fit(&panel, formula, &iid) {
        assert_same(&estimate, &with_columns(&panel, formula, &iid), 1e-12, formula);
        assert_eq!(estimate.names, ["x1", "x2"]);
    }
}
