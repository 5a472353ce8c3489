//! The index over all pairs, by size, beside the ceiling of its arithmetic.
#![allow(missing_docs)]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use market_seg::{Change, PriceChanges, Relations, SegSpec, Weights, segmentation};
use panel_core::geo::LatLon;
use pulp::{Arch, Simd, WithSimd};
use std::hint::black_box;

fn labels(count: usize) -> Vec<String> {
    (0..count).map(|k| k.to_string()).collect()
}

/// Changes by a golden ratio: the same as in peer/segmentation.py.
fn changes(n: usize, goods: usize, periods: usize) -> Option<PriceChanges> {
    let values = (0..n * goods * periods).map(|cell| (cell as f64 * 0.618_033_988_749_894_9).fract() * 0.1).collect();
    PriceChanges::from_changes(labels(n), labels(periods), labels(goods), values).ok()
}

fn run(changes: &PriceChanges, relations: &Relations<'_>, spec: &SegSpec) -> f64 {
    segmentation(changes, relations, spec).map_or(f64::NAN, |index| index.seg[0])
}

/// The arithmetic of a pair, good by good, on arrays that stay in the first-level cache.
struct Ceiling<'a> {
    pairs: usize,
    own: &'a [f64],
    means: &'a [f64],
    partners: &'a [f64],
}

impl WithSimd for Ceiling<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let n = self.own.len() as f64;
        let zero = simd.splat_f64s(0.0);
        let (by_n, by_freedom) = (simd.splat_f64s(n.recip()), simd.splat_f64s((n - 1.0).recip()));
        let mut total = zero;
        let width = 2 * S::F64_LANES;
        for round in 0..self.pairs / width {
            let shift = simd.splat_f64s(round as f64 * 1e-12);
            let (mut sum, mut squares) = ([zero; 2], [zero; 2]);
            let partners = S::as_simd_f64s(self.partners).0.chunks_exact(2);
            for ((own, mean), partner) in self.own.iter().zip(self.means).zip(partners) {
                let (own, mean) = (simd.splat_f64s(*own), simd.splat_f64s(*mean));
                for v in 0..2 {
                    let difference = simd.abs_f64s(simd.sub_f64s(own, partner[v]));
                    let q = simd.sub_f64s(simd.sub_f64s(difference, mean), shift);
                    sum[v] = simd.add_f64s(sum[v], q);
                    squares[v] = simd.add_f64s(squares[v], simd.mul_f64s(q, q));
                }
            }
            for v in 0..2 {
                let spread = simd.sub_f64s(squares[v], simd.mul_f64s(sum[v], simd.mul_f64s(sum[v], by_n)));
                total = simd.add_f64s(total, simd.mul_f64s(spread, by_freedom));
            }
        }
        simd.reduce_sum_f64s(total)
    }
}

fn sizes(c: &mut Criterion) {
    let mut group = c.benchmark_group("segmentation");
    group.sample_size(10);
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let none = Relations::default();
    // The monthly size takes a minute a call: it runs when asked for by name.
    let monthly = std::env::args().any(|arg| arg.contains("monthly"));
    let all = [("yearly", 279, 16, 8), ("yearly", 2800, 16, 20), ("monthly", 2800, 100, 240)];
    for (name, n, goods, periods) in all.into_iter().filter(|size| size.0 == "yearly" || monthly) {
        let Some(input) = changes(n, goods, periods) else { continue };
        group.throughput(Throughput::Elements((n * (n - 1) / 2 * goods * periods) as u64));
        for threads in [1, 2] {
            let Ok(pool) = pool(threads) else { continue };
            let id = BenchmarkId::new(format!("{name}, {threads} threads"), format!("{n}x{goods}x{periods}"));
            group.bench_with_input(id, &input, |b, input| {
                b.iter(|| pool.install(|| run(black_box(input), &none, &SegSpec::default())));
            });
        }
    }
    let Some(input) = changes(2800, 16, 20) else { return };
    let points: Vec<Option<LatLon>> = (0..2800)
        .map(|i| Some(LatLon { lat: 20.0 + 0.01 * f64::from(i), lon: 80.0 + 45.0 * (f64::from(i) * 0.755).fract() }))
        .collect();
    let placed = Relations { points: Some(&points), ..none };
    for (name, spec) in [
        ("signed", SegSpec { change: Change::Signed, ..SegSpec::default() }),
        ("inverse distance", SegSpec { weights: Weights::InverseDistance { normalized: true }, ..SegSpec::default() }),
    ] {
        group.bench_function(BenchmarkId::new(name, "2800x16x20"), |b| {
            b.iter(|| run(black_box(&input), &placed, &spec))
        });
    }
    group.finish();
}

fn ceiling(c: &mut Criterion) {
    let mut group = c.benchmark_group("ceiling");
    group.sample_size(10);
    for (n, goods, periods) in [(279usize, 16usize, 8usize), (2800, 16, 20)] {
        let pairs = n * (n - 1) / 2 * periods;
        group.throughput(Throughput::Elements((pairs * goods) as u64));
        let series =
            |count: usize, step: f64| -> Vec<f64> { (0..count).map(|k| 0.1 * (k as f64 * step).fract()).collect() };
        let (own, means, partners) = (series(goods, 0.618), series(goods, 0.755), series(8 * goods, 0.57));
        group.bench_function(BenchmarkId::new("same arithmetic, 1 thread", format!("{n}x{goods}x{periods}")), |b| {
            b.iter(|| {
                let job = Ceiling { pairs: black_box(pairs), own: &own, means: &means, partners: black_box(&partners) };
                Arch::new().dispatch(job)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, sizes, ceiling);
criterion_main!(benches);
