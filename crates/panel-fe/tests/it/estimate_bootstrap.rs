//! Bootstrap methods of estimates, several samples at once.

use crate::fixest_ols::panel;
use crate::golden_files::Csv;
use faer::Mat;
use panel_core::Panel;
use panel_core::interrupt::Interrupt;
use panel_fe::bootstrap::{Resampling, WildBootstrap, WildProblem, WildWeights};
use panel_fe::mediation::MediationBootstrap;
use panel_fe::vcov::Groups;
use panel_fe::{Error, Estimate, Model, Options, fit, fit_many, fit_samples};
use std::time::{Duration, Instant};

fn grunfeld() -> Panel {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/grunfeld.csv");
    panel(&Csv::read(&path).expect("in the crate"), "firm", "year")
}

fn estimate(data: &Panel, formula: &str) -> Estimate {
    fit(data, formula, &Options::default(), None).expect("fits")
}

/// The method of an estimate equals the problem with dummies, whether the effects are nested in the clusters or not.
#[test]
fn the_wild_bootstrap_absorbs_like_dummies() {
    let data = grunfeld();
    let two_way = estimate(&data, "inv ~ value + capital | firm + year");
    let options = WildBootstrap { replications: 2000, ..WildBootstrap::default() };
    let firm = Groups::new(data.entity_of_row());
    let column = |name: &str| data.float(name).expect("there").to_vec();
    let (value, capital) = (column("value"), column("capital"));
    let year = data.time_of_row();
    let x = Mat::from_fn(200, 2 + 10 + 19, |i, j| match j {
        0 => value[i],
        1 => capital[i],
        2..12 => f64::from(u8::from(firm.codes()[i] as usize == j - 2)),
        _ => f64::from(u8::from(year[i] as usize == j - 11)),
    });
    let y = column("inv");
    let problem = WildProblem { y: &y, x: x.as_ref(), root_weight: None, clusters: &firm, absorb: None };
    let want = problem.test(0, 0.1, &options).expect("regular");
    let got = two_way.wild_bootstrap("value", 0.1, "firm", &options, None).expect("regular");
    assert!(got.enumerated && got.replications == 1024);
    assert_eq!(got.p, want.p);
    assert!((got.t / want.t - 1.0).abs() < 1e-9 && (got.estimate / want.estimate - 1.0).abs() < 1e-10);
    assert!(got.to_string().contains("all sign vectors"), "{got}");
    let (low, high) = got.interval.expect("found");
    assert!(low < got.estimate && got.estimate < high);
}

/// wildboottest 0.3.2 (Python), all 1,024 sign vectors of ten clusters, the null imposed, effects as dummies:
/// `wildboottest(OLS(inv, [1, value, capital, dummies]), B = 9999, cluster = firm, param = ...)`. Its t statistics hold
/// the factor √(G/(G−1)·(N−1)/(N−k)). The identity and its mirror give |t*| = |t|, which is not above |t|: it counts the
/// two where rounding says so (marked), and here they never count, as Roodman et al. (2019) define p.
#[test]
fn the_enumerated_wild_bootstrap_is_wildboottests() {
    let data = grunfeld();
    let options = WildBootstrap { replications: 9999, ..WildBootstrap::default() };
    let cases = [
        ("firm", 12.0, "value", 7.080_122_574_491_796, 2.0, 0.0),
        ("firm", 12.0, "capital", 5.741_984_091_047_45, 24.0, 0.0),
        ("firm + year", 31.0, "value", 10.596_520_863_413_057, 2.0, 2.0),
        ("firm + year", 31.0, "capital", 7.288_655_213_424_542, 50.0, 0.0),
        ("", 3.0, "value", 7.270_649_831_813_546, 4.0, 2.0),
        ("", 3.0, "capital", 2.714_915_001_542_395, 22.0, 0.0),
    ];
    for (effects, parameters, name, t, above, ties) in cases {
        let formula = format!("inv ~ value + capital {} {effects}", if effects.is_empty() { "" } else { "|" });
        let got = estimate(&data, &formula).wild_bootstrap(name, 0.0, "firm", &options, None).expect("regular");
        let factor = (10.0 / 9.0 * 199.0 / (200.0_f64 - parameters)).sqrt();
        assert!((got.t / factor / t - 1.0).abs() < 1e-9, "{formula}, {name}: {} against {t}", got.t / factor);
        assert_eq!(got.p, (above - ties) / 1024.0, "{formula}, {name}");
    }
}

/// Weights: as if every column were multiplied by √w.
#[test]
fn a_weighted_wild_bootstrap_is_one_of_weighted_columns() {
    let mut data = grunfeld();
    let w: Vec<f64> = (0..200).map(|i| 1.0 + f64::from(i % 7)).collect();
    let scale = 200.0 / w.iter().sum::<f64>();
    data.set("w", w.clone()).expect("length");
    let weighted = Model::new("inv ~ value + capital | firm").expect("valid").weights("w").fit(&data).expect("fits");
    let options = WildBootstrap { replications: 2000, ..WildBootstrap::default() };
    let got = weighted.wild_bootstrap("value", 0.0, "firm", &options, None).expect("regular");
    for name in ["inv", "value", "capital"] {
        let column: Vec<f64> =
            data.float(name).expect("there").iter().zip(&w).map(|(v, w)| v * (w * scale).sqrt()).collect();
        data.set(format!("{name}_w"), column).expect("length");
    }
    for firm in 0..10 {
        let codes = data.entity_of_row().to_vec();
        let dummy: Vec<f64> = (0..200).map(|i| if codes[i] == firm { (w[i] * scale).sqrt() } else { 0.0 }).collect();
        data.set(format!("d{firm}"), dummy).expect("length");
    }
    let dummies: Vec<String> = (0..10).map(|firm| format!("d{firm}")).collect();
    let plain = estimate(&data, &format!("inv_w ~ 0 + value_w + capital_w + {}", dummies.join(" + ")));
    let want = plain.wild_bootstrap("value_w", 0.0, "firm", &options, None).expect("regular");
    assert_eq!(got.p, want.p);
    assert!((got.t / want.t - 1.0).abs() < 1e-9);
}

#[test]
fn resampled_clusters_stay_apart() {
    let data = grunfeld();
    let two_way = estimate(&data, "inv ~ value + capital | firm + year");
    let firms = Groups::new(data.entity_of_row());
    let clusters = Resampling::Clusters(&firms);
    let run = |seed: u64| {
        two_way
            .bootstrap(&clusters, 200, seed, |fit| {
                let levels = fit.dof.absorbed.terms[0].levels as f64;
                Ok(vec![fit.estimates[0], levels, fit.n_entities as f64, fit.dof.absorbed.terms[1].levels as f64])
            })
            .expect("runs")
    };
    let summary = run(7);
    assert_eq!(summary.failed, 0);
    assert_eq!(summary.estimate[0], two_way.estimates[0]);
    // Every replication has ten firms, copies included, and the twenty years.
    assert!(summary.draws.iter().all(|draw| draw[1..] == [10.0, 10.0, 20.0]));
    assert_eq!(summary, run(7));
    assert_ne!(summary.draws, run(8).draws);
    // A replication is the formula on a panel in which each drawn copy has a name of its own.
    let gaps = two_way
        .bootstrap(&clusters, 20, 7, |fit| {
            let rows: Vec<usize> = fit.rows.iter().map(|&row| row as usize).collect();
            let firm: Vec<String> = fit.frame().entity.1.codes().iter().map(|code| format!("copy {code}")).collect();
            let year: Vec<String> =
                rows.iter().map(|&row| data.times().labels()[data.time_of_row()[row] as usize].clone()).collect();
            let mut builder = Panel::builder("firm", "year").keys(firm, year);
            for name in ["inv", "value", "capital"] {
                let values = data.float(name).expect("there");
                builder = builder.column(name, rows.iter().map(|&row| values[row]).collect::<Vec<f64>>());
            }
            let copy = estimate(&builder.build().expect("unique keys"), "inv ~ value + capital | firm + year");
            Ok(vec![(copy.estimates[0] / fit.estimates[0] - 1.0).abs(), (copy.ssr / fit.ssr - 1.0).abs()])
        })
        .expect("runs");
    assert!(gaps.draws.iter().flatten().all(|gap| *gap < 1e-10), "{:?}", gaps.draws);
}

#[test]
fn mediated_effects_are_bootstrapped_on_common_resamples() {
    let data = grunfeld();
    let total = estimate(&data, "inv ~ value + value^2 | firm");
    let mediator = estimate(&data, "capital ~ value + value^2 | firm");
    let outcome = estimate(&data, "inv ~ value + value^2 + capital | firm");
    let firms = Groups::new(data.entity_of_row());
    let plan = MediationBootstrap {
        x: &["value", "value^2"],
        mediator: "capital",
        at: &[1000.0],
        resampling: Resampling::Clusters(&firms),
        replications: 100,
        seed: 3,
    };
    let summary = plan.run(&total, &mediator, &outcome).expect("runs");
    let b = outcome.coefficient("capital").expect("there").estimate;
    for (j, a) in mediator.estimates.iter().enumerate() {
        assert!((summary.estimate[j] / (a * b) - 1.0).abs() < 1e-12);
    }
    let instantaneous = (mediator.estimates[0] + 2000.0 * mediator.estimates[1]) * b;
    assert!((summary.estimate[2] / instantaneous - 1.0).abs() < 1e-12);
    let (low, high) = summary.bias_corrected(2, 0.95).expect("draws");
    assert!(low < high);
    let other =
        fit(&data, "inv ~ value | firm", &Options::default(), Some(&[vec![true; 150], vec![false; 50]].concat()));
    let error = plan.run(&other.expect("fits"), &mediator, &outcome).expect_err("another sample");
    assert!(matches!(error, Error::Specification(_)), "{error}");
}

#[test]
fn several_samples_equal_one_by_one() {
    let data = grunfeld();
    let early: Vec<bool> = data.time_of_row().iter().map(|&t| t < 10).collect();
    let late: Vec<bool> = early.iter().map(|early| !early).collect();
    let formulas = panel_fe::multi::stepwise("inv ~ value | firm", &["capital"]).expect("valid");
    let formulas: Vec<&str> = formulas.iter().map(String::as_str).collect();
    let all = fit_samples(&data, &formulas, &Options::default(), &[&early, &late]).expect("fits");
    for (mask, estimates) in [&early, &late].into_iter().zip(&all) {
        let alone = fit_many(&data, &formulas, &Options::default(), Some(mask)).expect("fits");
        for (a, b) in estimates.iter().zip(&alone) {
            assert_eq!(a.estimates, b.estimates);
        }
        let single = fit(&data, "inv ~ value + capital | firm", &Options::default(), Some(mask)).expect("fits");
        assert!((estimates[1].estimates[0] / single.estimates[0] - 1.0).abs() < 1e-12);
    }
}

/// Work in threads that obey an interrupt, which is asked for after `wait`.
fn interrupted<T: Send>(wait: Duration, work: impl FnOnce() -> T + Send) -> T {
    let interrupt = Interrupt::default();
    let obeyed = interrupt.clone();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).start_handler(move |_| obeyed.obey()).build().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(wait);
            interrupt.ask();
        });
        pool.install(work)
    })
}

/// A bootstrap of minutes ends soon after it was interrupted, with an error that says so.
#[test]
fn an_interrupt_ends_bootstraps() {
    let data = grunfeld();
    let firm = Groups::new(data.entity_of_row());
    let plain = estimate(&data, "inv ~ value + capital | firm + year");
    let wild = |replications| {
        let options = WildBootstrap { weights: WildWeights::Webb, replications, ..WildBootstrap::default() };
        plain.wild_bootstrap("value", 0.0, "firm", &options, None).map(drop)
    };
    let pairs = || {
        let statistic = |e: &Estimate| Ok(e.coef.iter().map(|c| c.estimate).collect());
        plain.bootstrap(&Resampling::Clusters(&firm), 1_000_000, 1, statistic).map(drop)
    };
    let start = Instant::now();
    let soon = Duration::from_millis(100);
    assert!(matches!(interrupted(soon, || wild(20_000_000)), Err(Error::Interrupted(_))));
    assert!(matches!(interrupted(soon, pairs), Err(Error::Interrupted(_))));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert!(wild(99).is_ok(), "other threads go on");
}

#[test]
fn a_bootstrap_that_no_memory_holds_is_refused() {
    // Ten firms have 1,024 sign vectors, however many are asked for; Webb's weights are drawn.
    let plain = estimate(&grunfeld(), "inv ~ value | firm");
    let run = |weights| {
        let many = WildBootstrap { weights, replications: 1 << 40, ..WildBootstrap::default() };
        plain.wild_bootstrap("value", 0.0, "firm", &many, None)
    };
    assert_eq!(run(WildWeights::Rademacher).unwrap().replications, 1024);
    assert!(run(WildWeights::Webb).is_err_and(|error| error.to_string().contains("more than memory holds")));
}
