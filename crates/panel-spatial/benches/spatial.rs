//! Times of spatial models; `cargo bench -p panel-spatial --bench spatial`. The README of this folder says what they were.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a program that prints a table")]

mod made;

use made::{cities, lattice, nearest, outcome};
use panel_spatial::diagnostics::{LmConvention, lm_tests};
use panel_spatial::{
    Approach, FixedEffects, Gs2slsSpec, Kernel, Model, Prepared, SpatialSpec, Standardise, Weights, fit, gs2sls,
};
use std::time::Instant;

/// Best of several runs, in milliseconds.
fn time<T>(runs: usize, mut run: impl FnMut() -> T) -> f64 {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(run());
            start.elapsed().as_secs_f64() * 1e3
        })
        .fold(f64::INFINITY, f64::min)
}

fn row(what: &str, milliseconds: f64) {
    println!("| {what} | {milliseconds:.1} |");
}

fn main() {
    println!("| what | ms |\n|---|---|");
    let (labels, points) = cities();
    let inverse = Weights::from_kernel(&labels, &points, Kernel::default(), Default::default(), None, None)
        .and_then(|w| w.standardised(Standardise::Row))
        .expect("weights");
    let near = Weights::k_nearest(&labels, &points, 5).and_then(|w| w.standardised(Standardise::Row)).expect("weights");
    for (name, weights) in [("1/d", &inverse), ("5 nearest", &near)] {
        let prepared = Prepared::new(weights).expect("prepared");
        let panel = outcome(&prepared, 8, 0.3, 1);
        row(&format!("279 x 8, {name}: prepare W"), time(5, || Prepared::new(weights).expect("prepared")));
        for model in [Model::Sar, Model::Sdm, Model::Sem, Model::Sdem, Model::Sac] {
            let spec = SpatialSpec::new(model);
            let run = || {
                fit(&panel, &prepared, FixedEffects::TwoWay, &spec).expect("an estimate").effects().expect("effects")
            };
            row(&format!("279 x 8, {name}: {} two-way with effects", model.name()), time(5, run));
        }
        // What spreg has as well.
        for model in [Model::Sar, Model::Sem] {
            let spec = SpatialSpec::new(model);
            let run = || fit(&panel, &prepared, FixedEffects::Entity, &spec).expect("an estimate");
            row(&format!("279 x 8, {name}: {} entity", model.name()), time(5, run));
        }
        let tests =
            || lm_tests(&panel, &prepared, FixedEffects::TwoWay, Approach::Transform, true, LmConvention::Exact);
        row(&format!("279 x 8, {name}: LM tests"), time(5, tests));
        let iv = || gs2sls(&panel, &prepared, FixedEffects::TwoWay, &[], &Gs2slsSpec::default()).expect("an estimate");
        row(&format!("279 x 8, {name}: GS2SLS"), time(5, iv));
    }
    for (name, weights) in [("lattice", lattice(100)), ("5 nearest", nearest(10_000, 5))] {
        let start = Instant::now();
        let prepared = Prepared::new(&weights).expect("prepared");
        row(&format!("10,000, {name}: prepare W"), start.elapsed().as_secs_f64() * 1e3);
        let panel = outcome(&prepared, 8, 0.3, 2);
        for model in [Model::Sdm, Model::Sem] {
            let spec = SpatialSpec::new(model);
            let run = || {
                fit(&panel, &prepared, FixedEffects::TwoWay, &spec).expect("an estimate").effects().expect("effects")
            };
            row(&format!("10,000 x 8, {name}: {} two-way with effects", model.name()), time(1, run));
        }
    }
}
