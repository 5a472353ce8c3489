//! What cannot be estimated gets a sentence; what can, the right number.

use crate::support::tiny;
use panel_spatial::diagnostics::likelihood_ratio;
use panel_spatial::{
    Approach, Effect, Error, FixedEffects, Gs2slsSpec, Islands, Like, Model, Prepared, SpatialPanel, SpatialSpec,
    Standardise, Weights, fit, gs2sls, random_effects,
};

fn names(prefix: &str, n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{prefix}{i}")).collect()
}

/// A made panel on a ring with chords; the outcome follows ρ = 0.4.
fn example_panel(
    n: usize,
    t: usize,
    triplets: &[(usize, usize, f64)],
    standardise: Standardise,
) -> (SpatialPanel, Weights) {
    let units = names("u", n);
    let w = Weights::from_triplets(&units, triplets).and_then(|w| w.standardised(standardise)).expect("weights");
    let wave = |a: f64, row: usize| (a * (row as f64 + 1.0) * 12.9898).sin() * 43.758;
    let x: Vec<f64> = (0..n * t).map(|row| wave(1.0, row).fract() * 2.0).collect();
    let z: Vec<f64> = (0..n * t).map(|row| wave(0.37, row).fract() * 2.0).collect();
    let mut y: Vec<f64> = Vec::new();
    for period in 0..t {
        let mean: Vec<f64> = (0..n)
            .map(|i| {
                let row = period * n + i;
                x[row] - 0.5 * z[row] + (i as f64).cos() + period as f64 + 0.3 * wave(0.71, row).fract()
            })
            .collect();
        let mut value = mean.clone();
        for _ in 0..200 {
            let lag = w.lag(&value);
            value = mean.iter().zip(lag).map(|(m, l)| m + 0.4 * l).collect();
        }
        y.extend(value);
    }
    let panel = SpatialPanel::stacked(&units, &names("t", t), ("y", &y), &[("x", &x), ("z", &z)]).expect("balanced");
    (panel, w)
}

fn ring(n: usize) -> Vec<(usize, usize, f64)> {
    (0..n).flat_map(|i| [(i, (i + 1) % n, 1.0), (i, (i + n - 1) % n, 1.0)]).collect()
}

fn message<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => panic!("an error was expected"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn islands_under_time_effects() {
    let mut triplets: Vec<(usize, usize, f64)> = ring(12);
    triplets.retain(|&(i, j, _)| i != 5 && j != 5);
    let (panel, w) = example_panel(12, 6, &triplets, Standardise::Row);
    assert_eq!(w.islands(), [5]);
    let prepared = Prepared::new(&w).expect("prepared");
    let spec = SpatialSpec::new(Model::Sar);
    let text = message(fit(&panel, &prepared, FixedEffects::TwoWay, &spec));
    assert!(text.contains("u5") && text.contains("corrected"), "{text}");
    // Corrected, there is an estimate; with effects of units alone too (of another model: the data have effects of time).
    let got =
        fit(&panel, &prepared, FixedEffects::TwoWay, &spec.clone().approach(Approach::Corrected)).expect("an estimate");
    assert!((got.rho().expect("a lag") - 0.4).abs() < 0.15, "{:?}", got.rho());
    assert!(fit(&panel, &prepared, FixedEffects::Entity, &spec).is_ok());
    let text = message(w.clone().with_islands(Islands::Refuse, |_| None));
    assert!(text.contains("no neighbour: u5") && text.contains("nearest"), "{text}");
    let linked = w.with_islands(Islands::Nearest, |_| Some(6)).expect("linked");
    assert!(linked.islands().is_empty() && linked.get(5, 6) == 1.0 && linked.common_row_sum() == Some(1.0));
}

#[test]
fn rows_of_different_sums() {
    let mut triplets = ring(12);
    triplets.push((0, 6, 1.0));
    let (panel, w) = example_panel(12, 6, &triplets, Standardise::Spectral);
    let prepared = Prepared::new(&w).expect("prepared");
    assert!((prepared.bounds().1 - 1.0).abs() < 1e-12, "{:?}", prepared.bounds());
    let text = message(fit(&panel, &prepared, FixedEffects::TwoWay, &SpatialSpec::new(Model::Sdm)));
    assert!(text.contains("normalise by row"), "{text}");
    let text =
        message(fit(&panel, &prepared, FixedEffects::Time, &SpatialSpec::new(Model::Sem).approach(Approach::Direct)));
    assert!(text.contains("SEM with effects of time"), "{text}");
    let got = fit(&panel, &prepared, FixedEffects::TwoWay, &SpatialSpec::new(Model::Sar).approach(Approach::Corrected))
        .expect("an estimate");
    assert!((got.rho().expect("a lag") - 0.4).abs() < 0.1);
    // Instruments need no row sums.
    let got = gs2sls(&panel, &prepared, FixedEffects::TwoWay, &[], &Gs2slsSpec::default()).expect("an estimate");
    assert!((got.fit.rho().expect("a lag") - 0.4).abs() < 0.15, "{:?}", got.fit.rho());
}

#[test]
fn unconnected_and_asymmetric_weights() {
    // Two rings without a bridge, one of them directed.
    let mut triplets = ring(10);
    triplets.extend((10..20).map(|i| (i, 10 + (i + 1) % 10, 1.0)));
    let (panel, w) = example_panel(20, 6, &triplets, Standardise::Row);
    assert_eq!(w.components(), 2);
    let prepared = Prepared::new(&w).expect("prepared");
    let got = fit(&panel, &prepared, FixedEffects::TwoWay, &SpatialSpec::new(Model::Sar)).expect("an estimate");
    assert!((got.rho().expect("a lag") - 0.4).abs() < 0.1, "{:?}", got.rho());
}

#[test]
fn equal_weights_for_all_others() {
    let all: Vec<(usize, usize, f64)> =
        (0..8).flat_map(|i| (0..8).filter(move |&j| j != i).map(move |j| (i, j, 1.0))).collect();
    let (panel, w) = example_panel(8, 6, &all, Standardise::Row);
    let prepared = Prepared::new(&w).expect("prepared");
    for model in [Model::Sar, Model::Sem] {
        let text = message(fit(&panel, &prepared, FixedEffects::TwoWay, &SpatialSpec::new(model)));
        assert!(text.contains("not identified"), "{text}");
    }
}

/// Without the constant that effects of time take, nothing stops the likelihood of the transformed data at ρ = 1: an outcome made with
/// ρ = 1.3 drives it over the bound, and that is said.
#[test]
fn a_likelihood_that_grows_up_to_the_bound() {
    let case = tiny();
    let column = |name: &str| case.panel.column(name).expect("there").to_vec();
    let (x, z) = (column("x"), column("z"));
    let mean: Vec<f64> = (0..x.len()).map(|row| x[row] + z[row] + 0.01 * (row as f64 * 12.9898).sin()).collect();
    let y = case.prepared.inverse_times(1.3, &mean).expect("regular");
    let columns: [(&str, &[f64]); 2] = [("x", &x), ("z", &z)];
    let panel = SpatialPanel::stacked(case.panel.units(), case.panel.periods(), ("y", &y), &columns).expect("balanced");
    let spec = SpatialSpec::new(Model::Sar);
    let text = message(fit(&panel, &case.prepared, FixedEffects::TwoWay, &spec));
    assert!(text.contains("the bound rho = 1.0"), "{text}");
    let text = message(random_effects(&panel, &case.prepared, FixedEffects::Time, &spec));
    assert!(text.contains("the bound rho = 1.0"), "{text}");
}

#[test]
fn bad_panels() {
    let (panel, w) = example_panel(12, 1, &ring(12), Standardise::Row);
    let prepared = Prepared::new(&w).expect("prepared");
    let text = message(fit(&panel, &prepared, FixedEffects::Entity, &SpatialSpec::new(Model::Sar)));
    assert!(text.contains("at least 2 periods"), "{text}");
    assert!(fit(&panel, &prepared, FixedEffects::None, &SpatialSpec::new(Model::Sdm)).is_ok());
    // A national series: its lag is itself, and time effects sweep it out.
    let (ring_panel, w) = example_panel(12, 5, &ring(12), Standardise::Row);
    let prepared = Prepared::new(&w).expect("prepared");
    let y = ring_panel.column("y").expect("there").to_vec();
    let x = ring_panel.column("x").expect("there").to_vec();
    let national: Vec<f64> = (0..60).map(|row| f64::from(row / 12).sqrt()).collect();
    let national =
        SpatialPanel::stacked(ring_panel.units(), ring_panel.periods(), ("y", &y), &[("x", &x), ("rate", &national)])
            .expect("balanced");
    let text = message(fit(&national, &prepared, FixedEffects::Entity, &SpatialSpec::new(Model::Sdm)));
    assert!(text.contains("W:rate") && text.contains("durbin"), "{text}");
    let text = message(fit(&national, &prepared, FixedEffects::TwoWay, &SpatialSpec::new(Model::Sdm)));
    assert!(text.contains("`rate`") && text.contains("swept out"), "{text}");
    let lagged = SpatialPanel::stacked(ring_panel.units(), ring_panel.periods(), ("y", &y), &[("lag(y)", &x)])
        .expect("balanced");
    let text = message(fit(&lagged, &prepared, FixedEffects::Entity, &SpatialSpec::new(Model::Sar)));
    assert!(text.contains("Nickell"), "{text}");
    let other = Weights::from_triplets(&names("v", 12), &ring(12))
        .and_then(|w| w.standardised(Standardise::Row))
        .expect("weights");
    let text = message(fit(
        &ring_panel,
        &Prepared::new(&other).expect("prepared"),
        FixedEffects::Entity,
        &SpatialSpec::new(Model::Sar),
    ));
    assert!(text.contains("`u0`") && text.contains("`v0`"), "{text}");
}

#[test]
fn weights_that_are_none() {
    let units = names("u", 3);
    assert!(message(Weights::from_triplets(&units, &[(0, 0, 1.0)])).contains("own neighbour"));
    assert!(message(Weights::from_triplets(&units, &[(0, 1, -1.0)])).contains("at least 0"));
    assert!(message(Weights::from_triplets(&units, &[(0, 1, 1.0), (0, 1, 2.0)])).contains("twice"));
    assert!(message(Weights::from_triplets(&units, &[(0, 3, 1.0)])).contains("counted from 0"));
    assert!(message(Prepared::new(&Weights::from_triplets(&units, &[]).expect("empty"))).contains("all 0"));
    assert!(Weights::from_triplets_signed(&units, &[(0, 1, -1.0), (1, 0, 1.0)]).is_ok());
}

/// Outcomes that are the same everywhere up to a whisper: their lag is themselves.
#[test]
fn an_outcome_without_differences_between_units() {
    let n = 12;
    let units = names("u", n);
    let w = Weights::from_triplets(&units, &ring(n)).and_then(|w| w.standardised(Standardise::Row)).expect("weights");
    let y: Vec<f64> = (0..n * 3).map(|row| (row / n) as f64 * 100.0 + ((row * 7 % 12) as f64) * 1e-9).collect();
    let x: Vec<f64> = (0..n * 3).map(|row| ((row * row) as f64 * 0.7).sin()).collect();
    let panel = SpatialPanel::stacked(&units, &names("t", 3), ("y", &y), &[("x", &x)]).expect("balanced");
    let text = message(fit(
        &panel,
        &Prepared::new(&w).expect("prepared"),
        FixedEffects::Entity,
        &SpatialSpec::new(Model::Sar),
    ));
    assert!(text.contains("not identified"), "{text}");
}

#[test]
fn what_may_not_be_compared() {
    let case = tiny();
    let estimate = |model, approach, like| {
        fit(&case.panel, &case.prepared, FixedEffects::Entity, &SpatialSpec::new(model).approach(approach).like(like))
            .expect("an estimate")
    };
    let sdm = estimate(Model::Sdm, Approach::Transform, Like::Exact);
    assert!(
        message(likelihood_ratio(&sdm, &estimate(Model::Sar, Approach::Direct, Like::Exact))).contains("one approach")
    );
    assert!(
        message(likelihood_ratio(&sdm, &estimate(Model::Sac, Approach::Transform, Like::Exact))).contains("not nested")
    );
    let splm = estimate(Model::Sdm, Approach::Direct, Like::Splm);
    assert!(
        message(likelihood_ratio(&splm, &estimate(Model::Sem, Approach::Direct, Like::Splm))).contains("constants")
    );
    let corrected = |model| estimate(model, Approach::Corrected, Like::Exact);
    assert!(message(likelihood_ratio(&corrected(Model::Sdm), &corrected(Model::Sar))).contains("no likelihood"));
    let error = sdm.turning_point("x", "nothing", Effect::Direct, 0.95).map(|_| ());
    assert!(message(error).contains("`nothing`"));
    assert!(message(sdm.turning_point("x", "x2", Effect::Direct, 1.5)).contains("level"));
}
