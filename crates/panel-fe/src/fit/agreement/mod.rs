//! Fits that read their columns without residual columns, against fits with them; panels at the edges.

mod table;

use crate::absorb::Absorber;
use crate::error::{Error, Result};
use crate::fit::estimation;
use crate::fit::model::Model;
use crate::fit::result::Estimate;
use crate::formula::Formula;
use crate::sample::frame::Frame;
use crate::spec::{Options, Singletons};
use crate::weights::{WeightKind, Weights};
use panel_core::Panel;
use proptest::prelude::*;
use std::sync::Arc;
use table::Table;

fn options(vcov: &str, weighted: bool) -> Options {
    let mut options = Options { vcov: vcov.parse().expect("known"), ..Options::default() };
    if weighted {
        options.weights = Some(Weights { column: "w".into(), kind: WeightKind::Analytic });
    }
    options
}

fn fit(panel: &Panel, formula: &str, options: &Options) -> Result<Estimate> {
    Model::new(formula).expect("valid").options(options.clone()).fit(panel)
}

fn with_columns(panel: &Panel, formula: &str, options: &Options) -> Result<Estimate> {
    let frame = Frame::new(&Formula::parse(formula)?, panel, options, None)?;
    let absorber = Arc::new(Absorber::new(&frame.effects, frame.weight_values(), options.absorption)?);
    let estimate = estimation::with_columns(frame, absorber, formula, options, Some(panel))?;
    assert!(estimate.state.last.is_none(), "no reading was made");
    Ok(estimate)
}

const VCOVS: [&str; 8] =
    ["iid", "hc1", "hc3", "cluster:firm", "cluster:year", "cluster:group", "cluster:across", "cluster:firm,year"];

/// Coefficients within `digits` and the bounds, everything else within `digits`.
fn assert_same(a: &Estimate, b: &Estimate, digits: f64, what: &str) {
    assert_alike(a, b, [digits; 2], what);
}

/// The same with digits of their own for standard errors, which stand second.
fn assert_alike(a: &Estimate, b: &Estimate, [digits, of_errors]: [f64; 2], what: &str) {
    let within = |a: f64, b: f64, digits: f64| {
        (a - b).abs() <= (digits * a.abs().max(b.abs())).max(1e-15) || (a.is_nan() && b.is_nan())
    };
    assert_eq!(a.names, b.names, "{what}");
    assert_eq!(a.dropped, b.dropped, "{what}");
    assert_eq!(a.dof, b.dof, "{what}");
    assert_eq!(a.small_sample, b.small_sample, "{what}");
    assert_eq!(a.clusters, b.clusters, "{what}");
    for j in 0..a.names.len() {
        let (p, q) = (&a.coef[j], &b.coef[j]);
        let bound = a.error_bounds[j] + b.error_bounds[j];
        assert!((p.estimate - q.estimate).abs() <= bound.max(digits * p.se), "{what}: {p:?} {q:?} {bound:e}");
        assert!(within(p.se, q.se, of_errors), "{what}: {p:?} {q:?}");
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
        assert!(within(p, q, digits), "{what}: {p} {q}");
    }
    let scale = (a.ssr / a.residuals().len() as f64).sqrt();
    for (u, v) in a.residuals().iter().zip(b.residuals()) {
        assert!((u - v).abs() <= digits * scale.max(a.error_bound), "{what}: residuals {u} {v}");
    }
}

/// What HC3 leaves of 1e-12: uᵢ and 1 - hᵢ are differences of numbers of the size of y and of one, each off by a unit or
/// two in their last place, and uᵢ/(1 - hᵢ) by that much more as 1 - hᵢ is small.
fn digits_of_hc3(estimate: &Estimate) -> f64 {
    let influence = estimate.influence().expect("leverages");
    let least = influence.iter().map(|one| 1.0 - one.leverage).filter(|left| *left > 1e-12).fold(1.0, f64::min);
    (4.0 * f64::EPSILON / least).max(1e-12)
}

/// What sums of scores that cancel within clusters leave of 1e-12: they are off by as much as where nothing cancels, which
/// the standard errors under iid errors measure.
fn digits_of_sums(estimate: &Estimate, iid: &Estimate) -> f64 {
    let shares = estimate.coef.iter().zip(&iid.coef).map(|(one, iid)| iid.se / one.se);
    1e-12 * shares.filter(|share| share.is_finite()).fold(1.0, f64::max)
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
            prop_assert!(with_columns(&panel, &formula, &options).is_err());
            return Ok(());
        };
        prop_assert!(estimate.state.last.is_some() && estimate.state.columns.get().is_none() || vcov == 2 || vcov == 7);
        let columns = with_columns(&panel, &formula, &options).expect("fits");
        let exchanged = fit(&panel, &formula, &self::options("iid", weighted)).expect("fits");
        let digits = match VCOVS[vcov] {
            "hc3" => digits_of_hc3(&estimate),
            _ => digits_of_sums(&estimate, &exchanged),
        };
        assert_alike(&estimate, &columns, [1e-12, digits], &format!("{formula} {} weighted {weighted}", VCOVS[vcov]));
        // The scores of an exchanged covariance are those of a fit with it.
        let exchanged = exchanged.with_vcov_from(&options.vcov, options.like, &panel).expect("known");
        prop_assert_eq!(&exchanged.vcov, &estimate.vcov);
        prop_assert_eq!(&exchanged.estimates, &estimate.estimates);
    }
}

/// Two years of a firm and two firms of a year tie a row so closely that it has nearly all of its leverage.
#[test]
fn hc3_beside_a_leverage_of_nearly_one() {
    let panel = Table::new(2_623_196_426_785_685_246, 6, 3, 60, 0.0).in_order();
    let (options, formula) = (options("hc3", false), "y ~ x1 + x2 | firm + year");
    let estimate = fit(&panel, formula, &options).expect("fits");
    let columns = with_columns(&panel, formula, &options).expect("fits");
    let digits = digits_of_hc3(&estimate);
    assert!(digits < 1e-10, "1 - h is 2.66e-5 at the least: {digits:e}");
    assert_alike(&estimate, &columns, [1e-12, digits], formula);
}

/// Scores that cancel within two clusters but for a small part of them.
#[test]
fn sums_that_cancel_within_clusters() {
    let panel = Table::new(7_534_359_502_450_404_639, 4, 5, 90, 0.0).in_order();
    let (clustered, formula) = (options("cluster:group", false), "y ~ x1 + x2 | year + firm + across");
    let estimate = fit(&panel, formula, &clustered).expect("fits");
    let columns = with_columns(&panel, formula, &clustered).expect("fits");
    let iid = fit(&panel, formula, &options("iid", false)).expect("fits");
    let digits = digits_of_sums(&estimate, &iid);
    assert!(digits > 1e-12 && digits < 1e-9, "{digits:e}");
    assert_alike(&estimate, &columns, [1e-12, digits], formula);
}

/// Clusters of both dimensions free all three effects, and reghdfe's count for the rmse takes them back in full: no degree
/// of freedom is left for it, although the coefficient has one.
#[test]
fn no_degree_of_freedom_makes_no_rmse() {
    let panel = Table::new(232_630_033_342_362_373, 3, 8, 60, 0.0).in_order();
    let options = options("cluster:firm,year", false);
    let formula = "y ~ x1 | year + firm + across";
    let estimate = fit(&panel, formula, &options).expect("fits");
    assert_eq!(estimate.small_sample.df_rmse, 0.0, "{:?}", estimate.small_sample);
    assert!(estimate.ssr > 0.0 && estimate.rmse.is_nan() && estimate.r2.adjusted.is_nan(), "{estimate:?}");
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
            assert_same(
                &one,
                &with_columns(&panel, &formula, &options).expect("fits"),
                1e-11,
                &format!("{name} {effects} {vcov}"),
            );
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
        assert_same(&estimate, &with_columns(&panel, &formula, &options).expect("fits"), 1e-12, vcov);
    }
}

#[test]
fn panels_at_the_edges() {
    let iid = options("iid", false);
    let one_entity = Table::new(1, 1, 12, 100, 0.0).in_order();
    let estimate = fit(&one_entity, "y ~ x1 | firm", &iid).expect("fits");
    assert_same(&estimate, &with_columns(&one_entity, "y ~ x1 | firm", &iid).expect("fits"), 1e-12, "one entity");
    assert!(matches!(fit(&one_entity, "y ~ x1 | firm + year", &iid), Err(Error::NoObservations(_))));
    let one_period = Table::new(1, 12, 1, 100, 0.0).in_order();
    let estimate = fit(&one_period, "y ~ x1 | year", &iid).expect("fits");
    assert_same(&estimate, &with_columns(&one_period, "y ~ x1 | year", &iid).expect("fits"), 1e-12, "one period");
    assert!(matches!(fit(&one_period, "y ~ x1 | firm", &iid), Err(Error::NoObservations(_))));
    // Every row a singleton that is kept: nothing is left of any regressor.
    let kept = Options { singletons: Singletons::Keep, ..iid.clone() };
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
        assert_same(&estimate, &with_columns(&panel, &formula, &iid).expect("fits"), 1e-12, effects);
        assert!(matches!(fit(&panel, &format!("y ~ constant | {effects}"), &iid), Err(Error::NoRegressor(_))));
        assert!(matches!(fit(&panel, &format!("y ~ gone | {effects}"), &iid), Err(Error::NoObservations(_))));
        let constant = fit(&panel, &format!("constant ~ x1 | {effects}"), &iid).expect("fits");
        assert_eq!(constant.coef[0].unavailable, Some(crate::NoStandardError::Explained));
        let alone = fit(&panel, &format!("y ~ 0 | {effects}"), &iid).expect("effects alone");
        assert_same(&alone, &with_columns(&panel, &format!("y ~ 0 | {effects}"), &iid).expect("fits"), 1e-12, effects);
    }
    // A regressor twice, and one that the periods explain.
    let formula = "y ~ x1 + trend + x2 + I(2 * x1) | firm + year";
    if let Ok(estimate) = fit(&panel, formula, &iid) {
        assert_same(&estimate, &with_columns(&panel, formula, &iid).expect("fits"), 1e-12, formula);
        assert_eq!(estimate.names, ["x1", "x2"]);
    }
}
