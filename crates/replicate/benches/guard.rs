//! What the study of the paper costs, part by part, as multiples of a fixed loop timed in the same process: numbers that one
//! machine's `guard.csv` and another's can be compared by. `cargo xtask bench guard` reads what this prints.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a program that prints a table")]

use panelstudy::stages::compute::{Cache, Scope, compute};
use panelstudy::stages::plan::Plan;
use panelstudy::stages::progress::Progress;
use panelstudy::stages::{data, variables};
use panelstudy::study::Loaded;
use panelstudy::study::indices::Part;
use panelstudy::tables;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// A million products, in four sums that no compiler reorders.
fn loop_of_reference(x: &[f64], y: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    for (x, y) in x.chunks_exact(4).zip(y.chunks_exact(4)) {
        for k in 0..4 {
            sums[k] += x[k] * y[k];
        }
    }
    sums.iter().sum()
}

/// The best run as a multiple of the best run of the loop, the two in turn for three seconds and at least twenty times: a
/// machine that is slow for a while is slow for both.
fn multiple<T>(numbers: &[f64], mut run: impl FnMut() -> T) -> f64 {
    fn seconds<T>(mut run: impl FnMut() -> T) -> f64 {
        let before = Instant::now();
        black_box(run());
        before.elapsed().as_secs_f64()
    }
    let (start, mut least, mut unit, mut runs) = (Instant::now(), f64::INFINITY, f64::INFINITY, 0);
    while runs < 20 || start.elapsed() < Duration::from_secs(3) {
        unit = unit.min(seconds(|| (0..64).map(|_| loop_of_reference(black_box(numbers), numbers)).sum::<f64>()));
        least = least.min(seconds(&mut run));
        runs += 1;
    }
    least / unit
}

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let study = |name: &str| Loaded::read(&root.join("fixtures/studies").join(name)).unwrap();
    let (paper, space) = (study("paper.toml"), study("paper-spatial.toml"));
    let of_plan = |loaded: &Loaded| {
        let plan = Plan::new(&loaded.study, &[]).unwrap();
        compute(loaded, Scope::Plan(&plan), &mut Cache::default(), &mut Progress::silent()).unwrap()
    };
    let (computed, of_space) = (of_plan(&paper), of_plan(&space));

    let numbers: Vec<f64> = (0..1 << 14).map(|k| 1.0 + f64::from(k) * 1e-6).collect();
    let row = |name: &str, multiple: f64| println!("{name},{multiple:.3}");
    println!("part,multiple");
    row("read and join the sources", multiple(&numbers, || data::load(&paper).unwrap()));
    for index in paper.study.indices.iter() {
        let stage = index.stage();
        let keep = variables::sample(&computed.panel, index.sample(), &stage).unwrap().keep;
        row(&stage, multiple(&numbers, || index.compute(&Part::new(&computed.panel, &keep, &stage).unwrap()).unwrap()));
    }
    for (table, column) in [("t2", "(2)"), ("t5", "(3)")] {
        let (_, spec) = paper.study.column(table, column).unwrap();
        let fit = || tables::column::estimate(&computed.panel, &paper.study, spec, table, column).unwrap();
        row(&format!("{table} {column}"), multiple(&numbers, fit));
    }
    row(
        "the weights of the spatial study",
        multiple(&numbers, || panelstudy::tables::spatial::Space::new(&space, &of_space).unwrap()),
    );
    let weights = panelstudy::tables::spatial::Space::new(&space, &of_space).unwrap();
    let (_, spec) = space.study.column("sdm", "(5)").unwrap();
    let spatial = spec.spatial.as_ref().unwrap();
    let fit = || {
        panelstudy::tables::spatial::column::estimate(
            &of_space.panel,
            &space.study,
            &weights,
            spec,
            spatial,
            ("sdm", "(5)"),
        )
        .unwrap()
    };
    row("sdm (5)", multiple(&numbers, fit));
}
