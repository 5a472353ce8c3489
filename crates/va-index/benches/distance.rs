//! The index over all pairs, by size, beside the ceiling of its arithmetic.
#![allow(missing_docs)]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use panel_core::Keys;
use panel_core::geo::{LatLon, haversines_to_inverse_km};
use pulp::{Arch, Simd, WithSimd};
use std::hint::black_box;
use va_index::{Employment, Geography, Kernel, VaSpec, virtual_agglomeration};

struct Data {
    sector: Vec<f64>,
    total: Vec<f64>,
    entity: Vec<u32>,
    time: Vec<u32>,
    entities: Vec<String>,
    times: Vec<String>,
    points: Vec<Option<LatLon>>,
}

/// Points spread over China by golden ratios: the same as in peer/space.py.
fn data(n: usize, periods: usize) -> Data {
    let fraction = |k: usize, step: f64| (k as f64 * step).fract();
    Data {
        sector: (0..n * periods).map(|row| 1.0 + fraction(row, 0.569_840_290_998_053_3)).collect(),
        total: vec![20.0; n * periods],
        entity: (0..n * periods).map(|row| (row / periods) as u32).collect(),
        time: (0..n * periods).map(|row| (row % periods) as u32).collect(),
        entities: (0..n).map(|i| i.to_string()).collect(),
        times: (0..periods).map(|t| t.to_string()).collect(),
        points: (0..n)
            .map(|i| {
                let lat = 20.0 + 28.0 * fraction(i, 0.618_033_988_749_894_9);
                Some(LatLon { lat, lon: 80.0 + 45.0 * fraction(i, 0.754_877_666_246_692_8) })
            })
            .collect(),
    }
}

fn index(data: &Data, spec: &VaSpec) -> f64 {
    let employment = Employment::new(
        Keys::new(&data.entity, &data.time, &data.entities, &data.times).unwrap(),
        &data.sector,
        &data.total,
    );
    virtual_agglomeration(&employment, &Geography::Points(&data.points), None, spec)
        .map_or(f64::NAN, |index| index.va[0])
}

/// The arithmetic of one pair, on arrays that stay in the first-level cache: haversine from unit vectors, inverse
/// distance, and for two columns (one period and the row sums) a product into each end's sum.
struct Ceiling<'a> {
    pairs: usize,
    arrays: &'a [[f64; 256]; 6],
}

impl WithSimd for Ceiling<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f64 {
        let [x, y, z, a, b, _] = self.arrays;
        let mut buffer = [0.0; 256];
        let (mut to_a, mut to_b) = ([0.0; 256], [0.0; 256]);
        let mut total = 0.0;
        for round in 0..self.pairs / 256 {
            let own = round % 256;
            for k in 0..256 {
                let (dx, dy, dz) = (x[k] - x[own], y[k] - y[own], z[k] - z[own]);
                buffer[k] = 0.25 * (dx * dx + dy * dy + dz * dz) + 1e-3;
            }
            haversines_to_inverse_km(&mut buffer, 6371.0);
            let (mut s, mut t) = ([0.0; 8], [0.0; 8]);
            for k in (0..256).step_by(8) {
                for lane in 0..8 {
                    let w = buffer[k + lane];
                    s[lane] += w * a[k + lane];
                    t[lane] += w * b[k + lane];
                    to_a[k + lane] += w * a[own];
                    to_b[k + lane] += w * b[own];
                }
            }
            total += s.iter().sum::<f64>() + t.iter().sum::<f64>();
        }
        total + to_a.iter().sum::<f64>() + to_b.iter().sum::<f64>()
    }
}

fn sweep(c: &mut Criterion) {
    let mut group = c.benchmark_group("va");
    group.sample_size(10);
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    for (n, periods) in [(279, 8), (2800, 1), (40_000, 1)] {
        let input = data(n, periods);
        group.throughput(Throughput::Elements((n * (n - 1) / 2) as u64));
        for threads in [1, 2] {
            let Ok(pool) = pool(threads) else { continue };
            let name = format!("inverse km, {threads} threads");
            group.bench_with_input(BenchmarkId::new(name, format!("{n}x{periods}")), &input, |b, input| {
                b.iter(|| pool.install(|| index(black_box(input), &VaSpec::default())));
            });
        }
    }
    let input = data(40_000, 1);
    for (name, spec) in [
        ("cutoff 100 km", VaSpec { cutoff_km: Some(100.0), ..VaSpec::default() }),
        ("8 nearest", VaSpec { kernel: Kernel::KNearest { k: 8 }, ..VaSpec::default() }),
    ] {
        group.bench_function(BenchmarkId::new(name, "40000x1"), |b| b.iter(|| index(black_box(&input), &spec)));
    }
    group.finish();
}

fn ceiling(c: &mut Criterion) {
    let mut group = c.benchmark_group("ceiling");
    group.sample_size(10);
    let mut arrays = [[0.0; 256]; 6];
    for (row, array) in arrays.iter_mut().enumerate() {
        array.iter_mut().enumerate().for_each(|(k, x)| *x = 0.3 * ((k * (row + 3)) as f64 * 0.618).fract());
    }
    for n in [279usize, 2800, 40_000] {
        let pairs = n * (n - 1) / 2;
        group.throughput(Throughput::Elements(pairs as u64));
        group.bench_with_input(BenchmarkId::new("same arithmetic, 1 thread", n), &pairs, |b, &pairs| {
            b.iter(|| Arch::new().dispatch(Ceiling { pairs: black_box(pairs), arrays: black_box(&arrays) }));
        });
    }
    group.finish();
}

criterion_group!(benches, sweep, ceiling);
criterion_main!(benches);
