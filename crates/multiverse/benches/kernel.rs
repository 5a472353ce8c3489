//! Times: regressions over subsets of controls, wild and pairs draws, exact shares of the worked example.
//!
//! `cargo bench -p panel-multiverse --bench kernel`; with `pooled` behind `--`, the 15,504 estimates of the worked example's
//! pooled panel once, by the clock.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench")]

use criterion::{Criterion, Throughput, criterion_group};
use panel_core::random::Stream;
use panel_multiverse::attribution::{Cells, attribute};
use panel_multiverse::declaration::{Declaration, Signs};
use panel_multiverse::joint::{Design, Effect, JointOptions, Plan, Problem, Target, joint_tests};
use panel_multiverse::kernel::{Blocks, SmallSample, Subsets, estimate_subsets};
use std::hint::black_box;
use std::time::{Duration, Instant};

const CITIES: usize = 279;
const YEARS: usize = 8;

/// Columns of noise over cities and years, demeaned by city.
fn noise(count: usize, rng: &mut Stream) -> Vec<Vec<f64>> {
    (0..count)
        .map(|_| {
            let mut column: Vec<f64> = (0..CITIES * YEARS).map(|_| rng.uniform()).collect();
            for city in column.chunks_exact_mut(YEARS) {
                let mean = city.iter().sum::<f64>() / YEARS as f64;
                city.iter_mut().for_each(|value| *value -= mean);
            }
            column
        })
        .collect()
}

fn cities() -> Vec<u32> {
    (0..CITIES * YEARS).map(|row| (row / YEARS) as u32).collect()
}

fn subsets(c: &mut Criterion) {
    let mut rng = Stream::new(1, 0);
    let columns = noise(13, &mut rng);
    let x: Vec<&[f64]> = columns[1..].iter().map(Vec::as_slice).collect();
    let blocks = Blocks::new(&x, &[&columns[0]], &cities(), CITIES).unwrap();
    let subsets = Subsets {
        outcome: 0,
        focal: vec![0, 1],
        fixed: vec![],
        optional: (2..12).map(|column| vec![column]).collect(),
    };
    let small = SmallSample::clustered(8.0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let mut group = c.benchmark_group("clustered regressions, 2232 rows, 2 of interest and subsets of 10 controls");
    group.throughput(Throughput::Elements(1024)).sample_size(20);
    group.bench_function("one thread", |b| {
        b.iter(|| pool.install(|| black_box(estimate_subsets(&blocks, &subsets, &small).unwrap())));
    });
    group.finish();
}

/// Designs with x, x², six controls and seven years, outcomes on each.
fn problem(designs: usize, outcomes: usize) -> (Vec<Blocks>, Vec<Design>, Vec<Target>) {
    let mut blocks = Vec::new();
    let (mut declared, mut targets) = (Vec::new(), Vec::new());
    for design in 0..designs {
        let mut rng = Stream::new(2, design as u64);
        let columns = noise(15 + outcomes, &mut rng);
        let (x, y) = columns.split_at(15);
        let (x, y): (Vec<&[f64]>, Vec<&[f64]>) =
            (x.iter().map(Vec::as_slice).collect(), y.iter().map(Vec::as_slice).collect());
        blocks.push(Blocks::new(&x, &y, &cities(), CITIES).unwrap());
        let sorted_x = (0..CITIES * YEARS).map(|row| row as f64 / 1e3).collect();
        declared.push(Design {
            blocks: design,
            focal: vec![0, 1],
            controls: (2..15).collect(),
            range: Some((0.2, 1.9)),
            sorted_x,
        });
        targets.extend((0..outcomes).map(|outcome| Target {
            design,
            outcome,
            effect: Effect::Combination(vec![0.0, 1.0]),
            small: SmallSample::clustered(1.0),
        }));
    }
    (blocks, declared, targets)
}

fn draws(c: &mut Criterion) {
    let (blocks, designs, targets) = problem(32, 8);
    let panels = [(0..256).collect()];
    let problem = Problem { blocks: &blocks, designs: &designs, targets: &targets, panels: &panels };
    let mut group = c.benchmark_group("999 draws of 256 estimates, both nulls");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    let options = JointOptions::default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for (name, plan) in [
        ("wild, one thread", Plan::Wild { seed: 1, signs: Signs::Rademacher }),
        ("pairs, one thread", Plan::Pairs { seed: 1 }),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| pool.install(|| black_box(joint_tests(&problem, &plan, &options).unwrap())));
        });
    }
    group.finish();
}

fn shares(c: &mut Criterion) {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/example/mv.toml")).unwrap();
    let mut study: toml::Table = text.parse().unwrap();
    let declared: Declaration = study.remove("multiverse").unwrap().try_into().unwrap();
    let grid = declared.grid().unwrap();
    let mut group = c.benchmark_group("the worked example, 348,840 universes");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.bench_function("counts", |b| b.iter(|| black_box(grid.counts().unwrap())));
    group.bench_function("expansion", |b| {
        b.iter(|| black_box(grid.universes(&grid.everything(), 1_000_000).unwrap().len()));
    });
    let universes = grid.universes(&grid.estimates(), 1_000_000).unwrap();
    let cells = Cells::of(&grid, &universes, false).unwrap();
    let mut rng = Stream::new(4, 0);
    let responses: Vec<Vec<f64>> = (0..3).map(|_| (0..universes.len()).map(|_| rng.uniform()).collect()).collect();
    let lanes: Vec<&[f64]> = responses.iter().map(Vec::as_slice).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    group.bench_function("shares of 3 responses, 14 choices, 69,768 estimates, one thread", |b| {
        b.iter(|| pool.install(|| black_box(attribute(&cells, &lanes).unwrap())));
    });
    group.finish();
}

fn pooled() {
    let (blocks, designs, targets) = problem(456, 34);
    let panels = [(0..targets.len() as u32).collect()];
    let problem = Problem { blocks: &blocks, designs: &designs, targets: &targets, panels: &panels };
    let start = Instant::now();
    let plan = Plan::Wild { seed: 1, signs: Signs::Rademacher };
    let result = joint_tests(&problem, &plan, &JointOptions::default()).unwrap();
    println!(
        "999 wild draws of {} estimates, both nulls: {:.1} s, p {:.3}",
        targets.len(),
        start.elapsed().as_secs_f64(),
        result.panels[0].stouffer.p
    );
}

criterion_group!(benches, subsets, draws, shares);

fn main() {
    if std::env::args().any(|argument| argument == "pooled") {
        pooled();
        return;
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
