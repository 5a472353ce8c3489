//! The engine on the 279 × 8 panel and on synthetic ones; HiGHS on the same programs. One thread.
//!
//! `cargo bench -p gtfp-ebm --bench lp`; figures in `benches/README.md` come from `cargo run --release --example
//! lp_table`, which uses CPU time.

#[path = "common/mod.rs"]
mod common;

use common::{generators, panel_279x8, scores, synthetic, whole};
use criterion::{Criterion, criterion_group, criterion_main};
use gtfp_ebm::lp::{Activities, Solver, neighbor_order};
use std::hint::black_box;

fn engine(c: &mut Criterion) {
    // A second call finds the pool made: that is fine.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
    let (name, columns) = match panel_279x8() {
        Some(columns) => ("279x8", columns),
        None => ("synthetic-2232", synthetic(2232, 0.03)),
    };
    let order = neighbor_order(common::ROWS, &columns);
    let (few, _) = generators(&columns);
    let all = Activities::new(common::ROWS, order.len(), &columns).expect("finite data");
    let mut group = c.benchmark_group(name);
    group.bench_function("order", |b| b.iter(|| neighbor_order(common::ROWS, black_box(&columns))));
    group.bench_function("generators", |b| b.iter(|| generators(black_box(&columns))));
    group.bench_function("ebm on generators", |b| b.iter(|| scores(&columns, &few, &order, Solver::Simplex)));
    group.bench_function("ebm on all columns", |b| b.iter(|| scores(&columns, &all, &order, Solver::Simplex)));
    group.bench_function("ebm, search included", |b| b.iter(|| whole(black_box(&columns))));
    group.sample_size(10);
    #[cfg(feature = "highs")]
    group.bench_function("HiGHS on generators", |b| b.iter(|| scores(&columns, &few, &order, Solver::Highs)));
    #[cfg(feature = "highs")]
    group.bench_function("HiGHS on all columns", |b| b.iter(|| scores(&columns, &all, &order, Solver::Highs)));
    for (units, share) in [(10_000, 0.01), (10_000, 0.1)] {
        let columns = synthetic(units, share);
        group.bench_function(format!("ebm, search included, {units} units, {share} generators"), |b| {
            b.iter(|| whole(black_box(&columns)));
        });
    }
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
